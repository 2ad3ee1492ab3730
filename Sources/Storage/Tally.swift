import Synchronization

/// The running statistics; the writer adds to them once per commit.
final class Tally: Sendable {
    private let statistics = Mutex(Statistics())

    var current: Statistics { statistics.withLock { $0 } }

    func add(_ change: (inout Statistics) -> Void) { statistics.withLock { change(&$0) } }
}
