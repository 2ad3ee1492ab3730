import CSQLite
import Synchronization

/// Tells long work on a connection to end.
final class StopFlag: Sendable {
    private let flag = Atomic(false)

    var isSet: Bool { flag.load(ordering: .sequentiallyConsistent) }

    func set() { flag.store(true, ordering: .sequentiallyConsistent) }
}

extension Connection {
    /// Steps of a statement between two looks at the flag: a millisecond or so.
    private static let stepsBetweenLooks: Int32 = 100_000

    /// Makes statements throw `.closed` soon after the flag is set. The steps are counted over all runs of a statement,
    /// so a loop of short ones ends too.
    func stop(when flag: StopFlag) {
        stopFlag = flag
        sqlite3_progress_handler(handle, Self.stepsBetweenLooks, { context in
            guard let context else { return 0 }
            return Unmanaged<StopFlag>.fromOpaque(context).takeUnretainedValue().isSet ? 1 : 0
        }, Unmanaged.passUnretained(flag).toOpaque())
    }
}
