import Testing

@testable import Outbound

@Suite struct ChannelHealthTests {
    let limits = ChannelLimits(parallelism: 4, pacePerSecond: nil)
    let failure = CourierOutcome(.transient, code: "500")
    let success = CourierOutcome(.delivered, code: "200")

    /// Takes one and hears its outcome.
    private func attempt(
        _ health: inout ChannelHealth, _ outcome: CourierOutcome, at now: Int64 = 0
    ) -> ChannelHealth.Change? {
        health.took(1, at: now, limits)
        return health.finished(outcome, at: now)
    }

    private func failing(_ times: Int, at now: Int64 = 0) -> ChannelHealth {
        var health = ChannelHealth()
        for _ in 0..<times { _ = attempt(&health, failure, at: now) }
        return health
    }

    @Test("five failures in a row hold a channel, four do not")
    func breaker() {
        #expect(failing(4).allowance(at: 0, limits) == limits.window)
        var health = failing(4)
        let hold = ChannelHold(until: 30_000, outcomeClass: .transient, detail: "500")
        #expect(attempt(&health, failure) == .held(hold))
        #expect(health.allowance(at: 29_999, limits) == 0)
        #expect(health.wakeAt(limits) == 30_000)
    }

    @Test(
        "a success, or a refusal of one delivery, begins the count anew",
        arguments: [OutcomeClass.delivered, .permanent])
    func notInARow(_ outcomeClass: OutcomeClass) {
        var health = failing(4)
        _ = attempt(&health, CourierOutcome(outcomeClass, code: ""))
        for _ in 0..<4 { #expect(attempt(&health, failure) == nil) }
        #expect(attempt(&health, failure) != nil)
    }

    @Test("a delivery that fails by itself, while the channel answers otherwise, holds nobody up")
    func ownFailures() {
        var own = failure
        own.channelIsWell = true
        var health = failing(4)
        #expect(attempt(&health, own) == nil)
        for _ in 0..<4 { #expect(attempt(&health, failure) == nil) }
        var held = failing(5)
        #expect(attempt(&held, own, at: 30_000) == .resumed)
    }

    @Test("what stands ready besides what is under way is the courier's to say", arguments: [(nil, 8), (0, 4), (16, 20)])
    func ahead(_ ahead: Int?, window: Int) {
        #expect(ChannelLimits(parallelism: 4, pacePerSecond: nil, ahead: ahead).window == window)
        #expect(ChannelLimits(parallelism: 4, pacePerSecond: 1, ahead: ahead).window == 4)
    }

    @Test("after the hold one delivery probes; its success opens the gate")
    func probe() {
        var health = failing(5)
        #expect(health.allowance(at: 30_000, limits) == 1)
        health.took(1, at: 30_000, limits)
        #expect(health.allowance(at: 99_000, limits) == 0)
        #expect(health.wakeAt(limits) == nil)
        #expect(!health.attemptCounts)
        #expect(health.finished(success, at: 31_000) == .resumed)
        #expect(health.allowance(at: 31_000, limits) == limits.window)
    }

    @Test("each failed probe holds longer, up to five minutes")
    func longer() {
        var health = failing(5), now: Int64 = 30_000, lengths: [Int64] = []
        for _ in 0..<6 {
            guard case .held(let hold)? = attempt(&health, failure, at: now) else { break }
            lengths.append(hold.until - now)
            now = hold.until
        }
        #expect(lengths == [60_000, 120_000, 240_000, 300_000, 300_000, 300_000])
    }

    @Test("a channel that is set up wrongly is held at once, and longer each time")
    func misconfigured() {
        var health = ChannelHealth()
        let outcome = CourierOutcome(.misconfigured, code: "slack.no_service", excerpt: "no_service")
        let first = ChannelHold(until: 300_000, outcomeClass: .misconfigured, detail: "no_service")
        #expect(attempt(&health, outcome) == .held(first))
        let second = ChannelHold(
            until: 300_000 + 600_000, outcomeClass: .misconfigured, detail: "no_service", streak: 2)
        #expect(attempt(&health, outcome, at: 300_000) == .held(second))
    }

    @Test(
        "throttled: the whole channel waits as long as it was asked to",
        arguments: [
            (120_000, 120_000), (0, 1_000), (nil, 30_000), (1_000_000_000_000, ChannelHealth.retryAfterMaxMs),
        ] as [(Int64?, Int64)])
    func throttled(asked: Int64?, waits: Int64) {
        var health = ChannelHealth()
        let outcome = CourierOutcome(.throttled, code: "429", retryAfterMilliseconds: asked)
        _ = attempt(&health, outcome, at: 5)
        #expect(health.hold?.until == 5 + waits)
        #expect(health.allowance(at: 4 + waits, limits) == 0)
        #expect(health.allowance(at: 5 + waits, limits) == 1)
    }

    @Test("several in flight hit the same wall: the longest wait holds, told once")
    func stragglers() {
        var health = ChannelHealth()
        health.took(4, at: 0, limits)
        func throttled(_ asked: Int64) -> CourierOutcome {
            CourierOutcome(.throttled, code: "429", retryAfterMilliseconds: asked)
        }
        #expect(health.finished(throttled(10_000), at: 0) != nil)
        #expect(health.finished(throttled(10_000), at: 500) == nil)
        #expect(health.finished(throttled(20_000), at: 500) != nil)
        #expect(health.finished(success, at: 600) == nil)
        #expect(health.hold?.until == 20_500)
        #expect(health.inFlight == 0)
    }

    @Test("a success that was on its way lifts a hold for failures")
    func lateSuccess() {
        var health = ChannelHealth()
        health.took(6, at: 0, limits)
        for _ in 0..<5 { _ = health.finished(failure, at: 0) }
        #expect(health.finished(success, at: 1) == .resumed)
    }

    @Test("an admin's change lifts any hold")
    func forget() {
        var health = ChannelHealth(hold: ChannelHold(until: 99, outcomeClass: .misconfigured, detail: ""))
        #expect(health.allowance(at: 0, limits) == 0)
        health.forget()
        #expect(health.allowance(at: 0, limits) == limits.window)
    }

    @Test("a probe that goes back unsent leaves the channel held")
    func unsentProbe() {
        var health = failing(5)
        health.took(1, at: 30_000, limits)
        health.returned()
        #expect(health.allowance(at: 30_000, limits) == 1)
    }

    @Test("no more than the window is taken, and no more than the channel's share")
    func window() {
        var health = ChannelHealth()
        #expect(health.allowance(at: 0, limits) == 8)
        health.took(7, at: 0, limits)
        #expect(health.allowance(at: 0, limits) == 1)
        var shared = limits
        shared.share = 3
        #expect(health.allowance(at: 0, shared) == 0)
        #expect(health.wakeAt(shared) == nil)
    }

    @Test("one message a second means one message a second")
    func pace() {
        let limits = ChannelLimits(parallelism: 1, pacePerSecond: 1)
        var health = ChannelHealth(), now: Int64 = 1_000_000, times: [Int64] = []
        for _ in 0..<3 {
            #expect(health.allowance(at: now, limits) == 1)
            health.took(1, at: now, limits)
            times.append(now)
            _ = health.finished(success, at: now + 20)
            #expect(health.allowance(at: now + 999, limits) == 0)
            now = health.wakeAt(limits) ?? -1
        }
        #expect(times == [1_000_000, 1_001_000, 1_002_000])
    }

    @Test("a pace is kept over any ten seconds, whatever the moments it is asked", arguments: 0..<100 as Range<UInt64>)
    func paceSimulation(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let pace = Double.random(in: 0.2...500, using: &random)
        let limits = ChannelLimits(parallelism: 1_000_000, pacePerSecond: pace)
        var health = ChannelHealth(), now: Int64 = 1_000_000, taken = 0
        while now < 1_010_000 {
            let allowed = health.allowance(at: now, limits)
            health.took(allowed, at: now, limits)
            taken += allowed
            now += Int64.random(in: 1...40, using: &random)
        }
        let burst = max(1, pace * ChannelLimits.burstPart)
        #expect(Double(taken) <= pace * 10 + burst + 1, "seed \(seed), pace \(pace)")
        #expect(Double(taken) >= pace * 10 * 0.8 - 1, "seed \(seed), pace \(pace)")
    }
}
