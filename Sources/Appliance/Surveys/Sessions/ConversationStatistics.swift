import Storage
import Synchronization

/// What conversations came to since the program started.
struct ConversationStatistics: Sendable {
    var begun = 0
    var answers = 0
    /// Answers that came a second time under the same key.
    var repeated = 0
    var completed = 0
    var abandoned = 0
    /// From an answer to what is said to it, on disk.
    var answerSeconds = Histogram(bounds: [0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5])
}

/// Counts them; one for all conversations.
final class ConversationTally: Sendable {
    private let statistics = Mutex(ConversationStatistics())

    var current: ConversationStatistics { statistics.withLock { $0 } }

    func add(_ change: (inout ConversationStatistics) -> Void) { statistics.withLock { change(&$0) } }
}
