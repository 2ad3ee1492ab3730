import Synchronization

/// Who wants to hear of which signal.
final class Listeners: Sendable {
    private let actions = Mutex<[Signal: [@Sendable () -> Void]]>([:])

    func add(_ signal: Signal, _ action: @escaping @Sendable () -> Void) {
        actions.withLock { $0[signal, default: []].append(action) }
    }

    /// Calls the listeners of all signals, outside the lock: one may add another.
    func call(_ signals: [Signal]) {
        guard !signals.isEmpty else { return }
        let due = actions.withLock { actions in signals.flatMap { actions[$0] ?? [] } }
        for action in due { action() }
    }

    /// Lets go of the listeners and of what they hold on to.
    func removeAll() { actions.withLock { $0.removeAll() } }
}
