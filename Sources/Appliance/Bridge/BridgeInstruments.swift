import Synchronization

/// What is counted and shown of the bridge; shared by its parts.
final class BridgeInstruments: Sendable {
    private let writtenAt = Mutex<Int64?>(nil)
    private let shown = Mutex((statistics: BridgeStatistics(), state: BridgeState()))

    var statistics: BridgeStatistics { shown.withLock { $0.statistics } }
    var state: BridgeState { shown.withLock { $0.state } }

    func count(_ change: (inout BridgeStatistics) -> Void) { shown.withLock { change(&$0.statistics) } }
    func show(_ change: (inout BridgeState) -> Void) { shown.withLock { change(&$0.state) } }

    /// Unix milliseconds: when OurAPI last did what it was told, whatever it was; nil: not since the start.
    var lastWriteAt: Int64? {
        get { writtenAt.withLock { $0 } }
        set { writtenAt.withLock { $0 = newValue } }
    }
}
