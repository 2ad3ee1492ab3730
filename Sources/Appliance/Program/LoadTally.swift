import Synchronization

/// What a run of load has seen so far.
final class LoadTally: Sendable {
    struct Seen: Equatable, Sendable {
        var completed = 0
        var failed = 0
        var answers = 0
        var connectionFailures = 0
        /// How often, by what went wrong.
        var errors: [String: Int] = [:]
        var waits = LatencyCounts()
    }

    /// A program that is gone would be asked a hundred thousand times a second whether it is back.
    static let failuresMax = 1_000

    private let seen = Mutex(Seen())
    private let begun = Mutex(0)

    var current: Seen { seen.withLock { $0 } }

    /// The next customer's number, from 1 to `last`; nil when all have come, or too many have failed.
    func nextCustomer(upTo last: Int) -> Int? {
        guard seen.withLock({ $0.failed < Self.failuresMax }) else { return nil }
        return begun.withLock { begun in
            guard begun < last else { return nil }
            begun += 1
            return begun
        }
    }

    /// An answer was followed by the next question, or by the end.
    func answered(after wait: Duration) {
        seen.withLock {
            $0.answers += 1
            $0.waits.add(wait)
        }
    }

    func completed() { seen.withLock { $0.completed += 1 } }

    func failed(_ why: LoadFailure) {
        seen.withLock {
            $0.failed += 1
            if why.isConnecting { $0.connectionFailures += 1 }
            $0.errors[why.name, default: 0] += 1
        }
    }
}

/// Why a conversation did not come to its end.
enum LoadFailure: Error, Equatable, Sendable {
    /// No connection, or none to this survey: by the fault's code, or the status.
    case connecting(String)
    /// The socket ended too early, or not as it should after the end.
    case closed(code: UInt16)
    /// The bot sent an error of that code.
    case refused(String)
    /// None of our answers was taken.
    case noAnswer(question: String)
    case notUnderstood

    var isConnecting: Bool { if case .connecting = self { true } else { false } }

    var name: String {
        switch self {
        case .connecting(let code): "connect: \(code)"
        case .closed(let code): "closed with \(code)"
        case .refused(let code): "error: \(code)"
        case .noAnswer(let question): "no answer fits: \(question)"
        case .notUnderstood: "a frame that cannot be read"
        }
    }
}

/// How long things took, counted in steps of 1/32 of each power of two, from 1 µs on: 3 % are all that is lost, and
/// the memory is the same for any number.
struct LatencyCounts: Equatable, Sendable {
    private static let steps = 32
    private var counts = [Int](repeating: 0, count: 64 * Self.steps)
    private(set) var total = 0
    private(set) var longest = Duration.zero

    mutating func add(_ wait: Duration) {
        counts[Self.index(Int(max(.zero, wait) / .microseconds(1)))] += 1
        total += 1
        longest = max(longest, wait)
    }

    /// What `share` (0 to 1) of them did not exceed, in milliseconds; 0 when there are none.
    func milliseconds(at share: Double) -> Double {
        var below = 0
        let rank = max(1, Int((share * Double(total)).rounded(.up)))
        guard total > 0 else { return 0 }
        for (index, count) in counts.enumerated() {
            below += count
            if below >= rank { return min(Double(Self.upper(index)) / 1_000, longest / .milliseconds(1)) }
        }
        return longest / .milliseconds(1)
    }

    private static func index(_ microseconds: Int) -> Int {
        guard microseconds >= steps else { return microseconds }
        let power = Int.bitWidth - 1 - microseconds.leadingZeroBitCount
        return (power - 4) * steps + (microseconds >> (power - 5)) - steps
    }

    /// The largest count of microseconds with that index.
    private static func upper(_ index: Int) -> Int {
        guard index >= steps else { return index }
        let shift = index / steps - 1
        return ((index % steps + steps + 1) << shift) - 1
    }
}
