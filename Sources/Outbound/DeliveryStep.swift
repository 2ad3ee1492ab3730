/// When to try a delivery again after it failed.
///
/// Doubles from 5 s to a cap of 1 h, less up to a quarter by `jitter`, so that deliveries that failed together
/// do not return together. Attempt 1 → 3.75–5 s, 5 → 60–80 s, 10 → 32–43 min, 11 and later → 45–60 min.
/// With `DeliveryStep.attemptsMax` attempts the last comes 24.3 h after the first at the earliest and 32.4 h at the
/// latest.
///
/// - Parameters:
///   - attempt: failures so far, 1 or more.
///   - jitter: uniform in 0..<1, drawn by the caller so tests can fix it.
/// - Returns: milliseconds.
func retryDelay(afterAttempt attempt: Int, jitter: Double) -> Int64 {
    precondition(attempt >= 1)
    precondition((0..<1).contains(jitter))
    let full = min(3_600, 5 << min(attempt - 1, 20))
    return Int64(Double(full) * 1_000 * (1 - jitter / 4))
}

/// What follows for a delivery from an attempt's outcome: no clock, no dice, no storage.
enum DeliveryStep: Equatable, Sendable {
    /// It has ended, as `delivered` or `failed`.
    case ended(DeliveryState)
    /// It waits until `dueAt` (Unix milliseconds), with so many attempts used.
    case again(dueAt: Int64, attemptsUsed: Int)

    /// Attempts that count before a delivery ends as failed: the fewest that last 24 hours with the worst jitter.
    static let attemptsMax = 42

    struct Situation: Equatable, Sendable {
        /// Attempts used before this one.
        var attemptsUsed: Int
        /// When it had been due: a throttled delivery keeps its place.
        var dueAt: Int64
        /// False while the channel is held: what a whole channel suffers is not one delivery's failure.
        var attemptCounts: Bool
        /// Attempts that count before it ends as failed.
        var attemptsMax = DeliveryStep.attemptsMax
    }

    static func after(
        _ outcome: CourierOutcome, in situation: Situation, at now: Int64, jitter: Double
    ) -> DeliveryStep {
        let used = situation.attemptsUsed
        switch outcome.outcomeClass {
        case .delivered:
            return .ended(.delivered)
        case .permanent:
            return .ended(.failed)
        case .throttled:
            return .again(dueAt: situation.dueAt, attemptsUsed: used)
        case .misconfigured:
            // Behind its neighbours, so that another one probes the channel next time.
            return .again(dueAt: now + retryDelay(afterAttempt: used + 1, jitter: jitter), attemptsUsed: used)
        case .transient:
            // What got on has failed for the first time since.
            let before = outcome.progressed ? 0 : used
            let after = situation.attemptCounts ? before + 1 : before
            guard after < situation.attemptsMax else { return .ended(.failed) }
            let delay = retryDelay(afterAttempt: max(after, 1), jitter: jitter)
            return .again(dueAt: now + max(delay, outcome.retryAfterMilliseconds ?? 0), attemptsUsed: after)
        }
    }

    /// After an attempt that we stopped ourselves: due as it was, and nobody's failure.
    static func afterInterruption(_ outcome: CourierOutcome, of delivery: ClaimedDelivery) -> DeliveryStep {
        .again(dueAt: delivery.dueAt, attemptsUsed: outcome.progressed ? 0 : delivery.attemptsUsed)
    }
}
