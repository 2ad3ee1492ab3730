import Synchronization

/// Limits events per key to a steady rate with bursts, by the generic cell rate algorithm (ITU-T I.371): one number
/// per key, the time at which its bucket will be empty.
final class RateLimiter: Sendable {
    /// Keys remembered; more are only there when many addresses misbehave at once, and idle ones are dropped then.
    static let keysMax = 10_000

    private let interval: Double        // milliseconds that one event takes
    private let burst: Int
    private let full = Mutex<[String: Double]>([:])

    /// - Parameter perSecond: 0 is no limit.
    init(perSecond: Int, burst: Int) {
        interval = perSecond == 0 ? 0 : 1_000 / Double(perSecond)
        self.burst = burst
    }

    /// Counts one event of `key` and returns nil, or, above the rate, the milliseconds until one will be let in.
    ///
    /// A clock that jumps back far is taken as it is: the bucket starts anew rather than staying shut.
    func wait(for key: String, at now: Int64) -> Int64? { wait(for: key, at: now, counting: true) }

    /// The same without counting one: whether the next would be let in.
    func wait(of key: String, at now: Int64) -> Int64? { wait(for: key, at: now, counting: false) }

    private func wait(for key: String, at now: Int64, counting: Bool) -> Int64? {
        guard interval > 0 else { return nil }
        let now = Double(now), tolerance = interval * Double(burst)
        return full.withLock { full in
            let before = full[key].flatMap { $0 > now + 2 * tolerance + 1_000 ? nil : $0 } ?? now
            let after = max(before, now) + interval
            guard after - now <= tolerance else { return Int64((after - now - tolerance).rounded(.up)) }
            guard counting else { return nil }
            if full.count >= Self.keysMax, full[key] == nil { full = full.filter { $0.value > now } }
            guard full.count < Self.keysMax || full[key] != nil else { return 1_000 }
            full[key] = after
            return nil
        }
    }
}
