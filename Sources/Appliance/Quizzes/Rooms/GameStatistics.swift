import Storage
import Synchronization

/// What games came to since the program started.
struct GameStatistics: Sendable {
    var games = 0
    var finished = 0
    var joined = 0
    var answers = 0
    /// Answers that came again and were answered the same.
    var repeated = 0
    /// Answers, names and commands that were refused.
    var refused = 0
    var boards = 0
    /// From an answer to its verdict, on disk.
    var verdictSeconds = Histogram(bounds: bounds)
    /// From an answer on disk to the board that shows it, sent to everybody.
    var boardSeconds = Histogram(bounds: bounds)

    private static let bounds = [0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.5, 1, 2.5]
}

/// Counts them; one for all rooms.
final class GameTally: Sendable {
    private let statistics = Mutex(GameStatistics())

    var current: GameStatistics { statistics.withLock { $0 } }

    func add(_ change: (inout GameStatistics) -> Void) { statistics.withLock { change(&$0) } }
}
