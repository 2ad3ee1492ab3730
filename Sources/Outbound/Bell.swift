internal import Synchronization

/// Wakes the one task that waits for it; rung while nobody waits, the next wait returns at once.
public final class Bell: Sendable {
    private enum State {
        case silent
        case rung
        case awaited(CheckedContinuation<Void, Never>)
    }

    private let state = Mutex(State.silent)

    public init() {}

    public func ring() {
        let waiter: CheckedContinuation<Void, Never>? = state.withLock { state in
            guard case .awaited(let waiter) = state else {
                state = .rung
                return nil
            }
            state = .silent
            return waiter
        }
        waiter?.resume()
    }

    public func wait() async {
        await withCheckedContinuation { continuation in
            let isRung: Bool = state.withLock { state in
                switch state {
                case .rung:
                    state = .silent
                    return true
                case .silent:
                    state = .awaited(continuation)
                    return false
                case .awaited: preconditionFailure("a second task waits for the bell")
                }
            }
            if isRung { continuation.resume() }
        }
    }
}
