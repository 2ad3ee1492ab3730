import Synchronization

/// What a run of load has seen so far.
final class SurveyLoadTally: Sendable {
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
