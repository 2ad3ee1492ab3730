import Synchronization

/// What a load on games has seen so far.
final class QuizLoadTally: Sendable {
    struct Seen: Equatable, Sendable {
        /// Players who were welcomed.
        var connected = 0
        /// Answers that a verdict came to.
        var answers = 0
        /// From the answer to its verdict.
        var verdicts = LatencyCounts()
        /// From a verdict that changes the score to the first board that shows its player the new one.
        var boards = LatencyCounts()
        /// Questions that were heard, by all players together.
        var questions = 0
        /// Payload and header of the frames that players got after their welcome.
        var bytes = 0
        var frames = 0
        /// How often, by what went wrong.
        var errors: [String: Int] = [:]
        /// Who was first to see it, and what.
        var examples: [String: String] = [:]
        var failed = 0
        fileprivate(set) var lastVerdict: ContinuousClock.Instant?
    }

    private let seen = Mutex(Seen())

    var current: Seen { seen.withLock { $0 } }

    func connected() { seen.withLock { $0.connected += 1 } }

    func verdict(after wait: Duration, at instant: ContinuousClock.Instant) {
        seen.withLock {
            $0.answers += 1
            $0.verdicts.add(wait)
            $0.lastVerdict = instant
        }
    }

    func board(after wait: Duration) { seen.withLock { $0.boards.add(wait) } }

    func heard(questions: Int, frames: Int, bytes: Int) {
        seen.withLock {
            $0.questions += questions
            $0.frames += frames
            $0.bytes += bytes
        }
    }

    /// - Parameter example: who saw it and what, kept of the first.
    func failed(_ why: LoadFailure, _ example: @autoclosure () -> String) {
        seen.withLock {
            $0.failed += 1
            $0.errors[why.name, default: 0] += 1
            if $0.examples[why.name] == nil { $0.examples[why.name] = example() }
        }
    }
}
