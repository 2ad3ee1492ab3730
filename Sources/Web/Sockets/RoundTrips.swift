/// How long the other side takes to answer a ping (RFC 6455 §5.5.3): 32 bytes for each socket, none of them elsewhere.
///
/// A pong counts when it repeats what the newest ping said. That is drawn at random, so that nobody can answer a ping
/// before it came; whoever wants to seem far away can always do so.
struct RoundTrips {
    /// Of the pings that were answered last, in units of 100 µs; `.max` where there is none yet.
    private var recent = InlineArray<8, UInt16>(repeating: .max)
    /// What the newest ping said; 0 when no answer to it is awaited.
    private var awaited: UInt64 = 0
    /// When it was sent: the lower half of the clock's microseconds, which come again after 71 minutes. None is
    /// awaited for that long, as the next ping or `forget` takes its place.
    private var sentAt: UInt32 = 0
    private var next: UInt8 = 0

    private static let unitMicroseconds: UInt32 = 100

    /// The least of the newest eight, exact to 0.1 ms and 6.5 s at most; nil before the first.
    var least: Duration? {
        var least = UInt16.max
        for index in recent.indices { least = min(least, recent[index]) }
        return least == .max ? nil : .microseconds(Int(least) * Int(Self.unitMicroseconds))
    }

    /// The payload of a ping that is sent `now`, in nanoseconds on the monotonic clock. Answers to earlier ones no
    /// longer count.
    mutating func ask(at now: Int) -> [UInt8] {
        awaited = .random(in: 1 ... .max)
        sentAt = Self.microseconds(now)
        return withUnsafeBytes(of: awaited) { Array($0) }
    }

    /// No answer counts until the next question.
    mutating func forget() { awaited = 0 }

    /// Takes a pong that was read `now`; one that answers nothing is no measurement.
    mutating func take(_ payload: [UInt8], at now: Int) {
        guard awaited != 0, withUnsafeBytes(of: awaited, { payload.elementsEqual($0) }) else { return }
        awaited = 0
        let units = (Self.microseconds(now) &- sentAt &+ Self.unitMicroseconds / 2) / Self.unitMicroseconds
        recent[Int(next)] = UInt16(min(units, UInt32(UInt16.max) - 1))
        next = (next + 1) % UInt8(recent.count)
    }

    private static func microseconds(_ nanoseconds: Int) -> UInt32 { UInt32(truncatingIfNeeded: nanoseconds / 1_000) }
}
