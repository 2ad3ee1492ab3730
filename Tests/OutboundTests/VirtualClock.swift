import Synchronization

/// Time that moves only when a test says so; or, in a hurry, whenever somebody would sleep.
final class VirtualClock: Sendable {
    private struct Sleeper {
        var until: Int64
        var continuation: CheckedContinuation<Void, Never>
    }

    private struct State {
        var now: Int64
        var sleepers: [Int: Sleeper] = [:]
        var cancelled: Set<Int> = []
        var last = 0
        var watchers: [CheckedContinuation<Void, Never>] = []
    }

    private let state: Mutex<State>

    private let isInHurry: Bool

    init(at now: Int64 = 1_800_000_000_000, inHurry isInHurry: Bool = false) {
        state = Mutex(State(now: now))
        self.isInHurry = isInHurry
    }

    var now: Int64 { state.withLock { $0.now } }

    var sleeperCount: Int { state.withLock { $0.sleepers.count } }

    func sleep(until: Int64) async {
        if isInHurry { return advance(to: until) }
        let number = state.withLock { state in
            state.last += 1
            return state.last
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let watchers: [CheckedContinuation<Void, Never>]? = state.withLock { state in
                    if state.now >= until || state.cancelled.contains(number) { return nil }
                    state.sleepers[number] = Sleeper(until: until, continuation: continuation)
                    defer { state.watchers = [] }
                    return state.watchers
                }
                guard let watchers else { return continuation.resume() }
                for watcher in watchers { watcher.resume() }
            }
        } onCancel: {
            let sleeper = state.withLock { state in
                state.cancelled.insert(number)
                return state.sleepers.removeValue(forKey: number)
            }
            sleeper?.continuation.resume()
        }
    }

    /// Moves to `time`, waking who slept until then.
    func advance(to time: Int64) {
        let due = state.withLock { state in
            state.now = max(state.now, time)
            let due = state.sleepers.filter { $0.value.until <= state.now }
            for number in due.keys { state.sleepers[number] = nil }
            return due.values
        }
        for sleeper in due { sleeper.continuation.resume() }
    }

    /// Wakes everybody without moving: as when it was set back while they slept.
    func wakeEarly() {
        let sleepers = state.withLock { state in
            defer { state.sleepers = [:] }
            return state.sleepers.values
        }
        for sleeper in sleepers { sleeper.continuation.resume() }
    }

    func advance(byMs milliseconds: Int64) { advance(to: now + milliseconds) }

    /// Waits until somebody sleeps, and returns the earliest time anybody wakes by itself.
    func nextWake(after time: Int64 = 0) async -> Int64 {
        while true {
            if let next = state.withLock({ $0.sleepers.values.map(\.until).filter { $0 > time }.min() }) { return next }
            await withCheckedContinuation { continuation in
                let isThere = state.withLock { state in
                    if state.sleepers.values.contains(where: { $0.until > time }) { return true }
                    state.watchers.append(continuation)
                    return false
                }
                if isThere { continuation.resume() }
            }
        }
    }
}
