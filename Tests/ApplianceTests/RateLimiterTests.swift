import Testing

@testable import Appliance

@Suite struct RateLimiterTests {
    @Test("a burst is let in, then the steady rate")
    func burstThenRate() {
        let limiter = RateLimiter(perSecond: 10, burst: 5)
        let burst = (0..<8).map { _ in limiter.wait(for: "a", at: 1_000) }
        #expect(burst == [nil, nil, nil, nil, nil, 100, 100, 100])
        #expect(limiter.wait(for: "a", at: 1_099) != nil)
        #expect(limiter.wait(for: "a", at: 1_100) == nil)
        #expect(limiter.wait(for: "a", at: 1_100) != nil)
    }

    @Test("keys do not share a rate")
    func keys() {
        let limiter = RateLimiter(perSecond: 1, burst: 1)
        #expect(limiter.wait(for: "a", at: 0) == nil)
        #expect(limiter.wait(for: "a", at: 0) == 1_000)
        #expect(limiter.wait(for: "b", at: 0) == nil)
    }

    @Test("zero is no limit")
    func unlimited() {
        let limiter = RateLimiter(perSecond: 0, burst: 0)
        #expect((0..<10_000).allSatisfy { _ in limiter.wait(for: "a", at: 0) == nil })
    }

    @Test("a clock that jumps back a day does not shut the gate for a day")
    func clockJumpsBack() {
        let limiter = RateLimiter(perSecond: 1, burst: 1)
        _ = limiter.wait(for: "a", at: 86_400_000)
        #expect(limiter.wait(for: "a", at: 0) == nil)
    }

    @Test("many keys are bounded: idle ones make room")
    func bounded() {
        let limiter = RateLimiter(perSecond: 1, burst: 1)
        for index in 0..<RateLimiter.keysMax { #expect(limiter.wait(for: "\(index)", at: 0) == nil) }
        #expect(limiter.wait(for: "one more", at: 0) == 1_000)
        #expect(limiter.wait(for: "one more", at: 1_001) == nil)
    }
}
