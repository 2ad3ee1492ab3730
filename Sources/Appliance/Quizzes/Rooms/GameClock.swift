import Glibc

/// The time of games: milliseconds that never jump, whatever happens to the calendar. Tests set it.
struct GameClock: Sendable {
    var now: @Sendable () -> Int
    /// Returns at that instant or a little later, or when its task is cancelled.
    var sleep: @Sendable (_ until: Int) async -> Void

    static let system = GameClock(
        now: { monotonicMilliseconds() },
        sleep: { instant in
            let wait = instant - monotonicMilliseconds()
            if wait > 0 { try? await Task.sleep(for: .milliseconds(wait), clock: .suspending) }
        })
}

/// CLOCK_MONOTONIC, clock_gettime(2).
private func monotonicMilliseconds() -> Int {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return time.tv_sec * 1_000 + time.tv_nsec / 1_000_000
}
