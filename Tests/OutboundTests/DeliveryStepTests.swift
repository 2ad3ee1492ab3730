import Testing

@testable import Outbound

@Suite struct DeliveryStepTests {
    static let now: Int64 = 1_000_000_000
    static let situation = DeliveryStep.Situation(attemptsUsed: 3, dueAt: 7, attemptCounts: true)

    @Test(
        "the delay before a retry, in milliseconds",
        arguments: [
            (1, 0.0, 5_000), (1, 0.999_999, 3_750), (2, 0.0, 10_000), (5, 0.0, 80_000), (10, 0.0, 2_560_000),
            (11, 0.0, 3_600_000), (500, 0.0, 3_600_000), (500, 0.999_999, 2_700_000),
        ] as [(Int, Double, Int64)])
    func delay(attempt: Int, jitter: Double, expected: Int64) {
        #expect(retryDelay(afterAttempt: attempt, jitter: jitter) == expected)
    }

    @Test(
        "an outcome and what follows from it",
        arguments: [
            (.init(.delivered, code: ""), .ended(.delivered)),
            (.init(.permanent, code: ""), .ended(.failed)),
            (.init(.throttled, code: "", retryAfterMilliseconds: 60_000), .again(dueAt: 7, attemptsUsed: 3)),
            (.init(.misconfigured, code: ""), .again(dueAt: now + 40_000, attemptsUsed: 3)),
            (.init(.transient, code: ""), .again(dueAt: now + 40_000, attemptsUsed: 4)),
            (
                .init(.transient, code: "", retryAfterMilliseconds: 300_000),
                .again(dueAt: now + 300_000, attemptsUsed: 4)
            ),
            (.init(.transient, code: "", retryAfterMilliseconds: 1), .again(dueAt: now + 40_000, attemptsUsed: 4)),
        ] as [(CourierOutcome, DeliveryStep)])
    func outcome(_ outcome: CourierOutcome, leadsTo expected: DeliveryStep) {
        #expect(DeliveryStep.after(outcome, in: Self.situation, at: Self.now, jitter: 0) == expected)
    }

    @Test("a courier may give up earlier")
    func givesUpEarlier() {
        var situation = Self.situation
        situation.attemptsMax = 5
        let failure = CourierOutcome(.transient, code: "")
        let again = DeliveryStep.after(failure, in: situation, at: Self.now, jitter: 0)
        #expect(again == .again(dueAt: Self.now + 40_000, attemptsUsed: 4))
        situation.attemptsUsed = 4
        #expect(DeliveryStep.after(failure, in: situation, at: Self.now, jitter: 0) == .ended(.failed))
    }

    @Test(
        "what got on is tried again as after a first failure, however often it failed before",
        arguments: [(true, 1), (false, 0)])
    func progress(attemptCounts: Bool, used: Int) {
        let situation = DeliveryStep.Situation(
            attemptsUsed: DeliveryStep.attemptsMax - 1, dueAt: 7, attemptCounts: attemptCounts)
        let outcome = CourierOutcome(.transient, code: "", progressed: true)
        let step = DeliveryStep.after(outcome, in: situation, at: Self.now, jitter: 0)
        #expect(step == .again(dueAt: Self.now + 5_000, attemptsUsed: used))
    }

    @Test("while the channel is held no attempt is used")
    func heldChannel() {
        var situation = Self.situation
        situation.attemptCounts = false
        situation.attemptsUsed = DeliveryStep.attemptsMax - 1
        let step = DeliveryStep.after(.init(.transient, code: ""), in: situation, at: Self.now, jitter: 0)
        #expect(step == .again(dueAt: Self.now + 3_600_000, attemptsUsed: DeliveryStep.attemptsMax - 1))
    }

    @Test("a delivery is tried for at least a day, and not for two", arguments: [0.0, 0.5, 0.999_999])
    func lasts(jitter: Double) {
        var situation = DeliveryStep.Situation(attemptsUsed: 0, dueAt: 0, attemptCounts: true)
        var now: Int64 = 0, attempts = 0
        while true {
            attempts += 1
            let step = DeliveryStep.after(.init(.transient, code: ""), in: situation, at: now, jitter: jitter)
            guard case .again(let dueAt, let used) = step else { break }
            now = dueAt
            situation.attemptsUsed = used
        }
        #expect(attempts == DeliveryStep.attemptsMax)
        #expect((24 * 3_600_000...48 * 3_600_000).contains(now))
    }
}
