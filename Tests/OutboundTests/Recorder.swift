import Synchronization

/// Collects what happens, and lets a test wait until enough of it has.
final class Recorder<Item: Sendable>: Sendable {
    private struct Waiter {
        var isSatisfied: @Sendable ([Item]) -> Bool
        var continuation: CheckedContinuation<Void, Never>
    }

    private struct State {
        var items: [Item] = []
        var waiters: [Waiter] = []
    }

    private let state = Mutex(State())

    var items: [Item] { state.withLock { $0.items } }

    func add(_ item: Item) {
        let ready: [Waiter] = state.withLock { state in
            state.items.append(item)
            let items = state.items
            let ready = state.waiters.filter { $0.isSatisfied(items) }
            state.waiters.removeAll { $0.isSatisfied(items) }
            return ready
        }
        for waiter in ready { waiter.continuation.resume() }
    }

    func wait(until isSatisfied: @escaping @Sendable ([Item]) -> Bool) async {
        await withCheckedContinuation { continuation in
            let isReady = state.withLock { state in
                if isSatisfied(state.items) { return true }
                state.waiters.append(Waiter(isSatisfied: isSatisfied, continuation: continuation))
                return false
            }
            if isReady { continuation.resume() }
        }
    }

    func wait(forCount count: Int) async { await wait { $0.count >= count } }
}
