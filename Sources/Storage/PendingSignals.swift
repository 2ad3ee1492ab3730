/// What the transactions of one commit will tell its listeners. Used by the writer thread alone.
final class PendingSignals {
    private(set) var signals: [Signal] = []

    /// Keeps each signal once: one commit calls a listener once, however many writes it holds.
    func add(_ signal: Signal) {
        if !signals.contains(signal) { signals.append(signal) }
    }

    var count: Int { signals.count }

    /// Forgets all but the first `count`, when the write that added the others is undone.
    func truncate(to count: Int) { signals.removeSubrange(count...) }
}
