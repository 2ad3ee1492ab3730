import Synchronization

/// Time that a simulation moves, for several lives of a program one after the other.
///
/// Who sleeps names the life that it belongs to: when that is over, its sleepers return at once, and so does whoever of
/// it would sleep later. So nothing of a program that was killed waits on.
final class BridgeSimulationClock: Sendable {
    /// The bridge's loop is asleep whenever it has nothing to do, the others only when they wait for a time.
    enum Kind { case bridge, other }

    private struct Sleeper {
        var kind: Kind
        var until: Int64
        var life: Int
        var continuation: CheckedContinuation<Void, Never>
    }

    private struct State {
        /// What the wall shows is `steady` and `shift`.
        var steady: Int64
        var shift: Int64 = 0
        var life = 0
        var sleepers: [Int: Sleeper] = [:]
        var cancelled: Set<Int> = []
        var last = 0
        var activity = 0
    }

    private let state: Mutex<State>

    /// - Parameter now: Unix milliseconds.
    init(at now: Int64) { state = Mutex(State(steady: now)) }

    /// What the wall clock shows, Unix milliseconds.
    var now: Int64 { state.withLock { $0.steady + $0.shift } }

    /// Never goes back: for what the simulation plans.
    var steady: Int64 { state.withLock { $0.steady } }

    /// Grows with everything that happens: equal twice means that nobody moved in between.
    var activity: Int { state.withLock { $0.activity } }

    var life: Int { state.withLock { $0.life } }

    func touch() { state.withLock { $0.activity += 1 } }

    func isOver(_ life: Int) -> Bool { state.withLock { $0.life > life } }

    /// Ends the life that was lived until now.
    func endLife() {
        let dead = state.withLock { state in
            state.life += 1
            state.activity += 1
            let dead = Array(state.sleepers.values)
            state.sleepers = [:]
            return dead
        }
        for sleeper in dead { sleeper.continuation.resume() }
    }

    /// Sets the wall clock forward or back. Sleepers stay until the time by the wall that they named, as a program would
    /// that computed how long to sleep before the jump.
    func jump(byMs milliseconds: Int64) {
        state.withLock { state in
            state.shift += milliseconds
            state.activity += 1
            for number in state.sleepers.keys { state.sleepers[number]?.until += milliseconds }
        }
    }

    /// Sleeps until the wall clock shows `until`.
    func sleep(until: Int64, in life: Int, as kind: Kind = .other) async {
        let number = state.withLock { state in
            state.last += 1
            state.activity += 1
            return state.last
        }
        if isOver(life) { return await Task.yield() }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let sleeps = state.withLock { state in
                    guard state.steady + state.shift < until, state.life <= life,
                        state.cancelled.remove(number) == nil
                    else { return false }
                    state.sleepers[number] = Sleeper(kind: kind, until: until, life: life, continuation: continuation)
                    return true
                }
                if !sleeps { continuation.resume() }
            }
        } onCancel: {
            let sleeper = state.withLock { state in
                state.activity += 1
                guard let sleeper = state.sleepers.removeValue(forKey: number) else {
                    state.cancelled.insert(number)
                    return nil as Sleeper?
                }
                return sleeper
            }
            sleeper?.continuation.resume()
        }
        touch()
    }

    /// Sleeps so long.
    func sleep(ms milliseconds: Int64, in life: Int) async { await sleep(until: now + milliseconds, in: life) }

    var bridgeIsAsleep: Bool { state.withLock { state in state.sleepers.values.contains { $0.kind == .bridge } } }

    /// When the first of those that sleep wakes, by `steady`; nil when nobody sleeps.
    var nextWake: Int64? {
        state.withLock { state in state.sleepers.values.map(\.until).min().map { $0 - state.shift } }
    }

    /// Moves to `time` by `steady`, waking who slept until then.
    func advance(to time: Int64) {
        let due = state.withLock { state in
            state.steady = max(state.steady, time)
            let now = state.steady + state.shift
            let due = state.sleepers.filter { $0.value.until <= now }.sorted { $0.key < $1.key }
            for (number, _) in due { state.sleepers[number] = nil }
            state.activity += due.isEmpty ? 0 : 1
            return due.map(\.value.continuation)
        }
        for continuation in due { continuation.resume() }
    }
}
