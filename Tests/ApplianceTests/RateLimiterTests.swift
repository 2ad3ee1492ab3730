import Testing
import Web

@testable import Appliance

@Suite struct RateLimiterTests {
    /// What a client is told; nil when it is let in.
    private func wait<Key>(_ limiter: RateLimiter<Key>, _ key: Key, at now: Int64) -> Int? {
        do throws(Problem) {
            try limiter.admit(key, at: now)
            return nil
        } catch {
            return error.retryAfterSeconds
        }
    }

    @Test("a burst is let in, then the steady rate, to the millisecond")
    func burstThenRate() {
        let limiter = RateLimiter<String>(10, burst: 5)
        let burst = (0..<8).map { _ in wait(limiter, "a", at: 1_000) }
        #expect(burst == [nil, nil, nil, nil, nil, 1, 1, 1])
        #expect(wait(limiter, "a", at: 1_099) != nil)
        #expect(wait(limiter, "a", at: 1_100) == nil)
        #expect(wait(limiter, "a", at: 1_100) != nil)
        #expect(limiter.refused == 5)
    }

    @Test("who is refused hears when one is let in, how many there are at once, and when all of those are")
    func refusal() {
        let limiter = RateLimiter<String>(30, per: 60_000, burst: 60)
        for _ in 0..<60 { #expect(wait(limiter, "a", at: 0) == nil) }
        let problem = #expect(throws: Problem.self) { try limiter.admit("a", at: 500) }
        #expect(problem?.retryAfterSeconds == 2)
        #expect(problem?.quota == Quota(limit: 60, remaining: 0, resetSeconds: 120))
        let fields = problem?.response.headers
        #expect(fields?["retry-after"] == "2" && fields?["ratelimit-limit"] == "60")
        #expect(fields?["ratelimit-remaining"] == "0" && fields?["ratelimit-reset"] == "120")
        #expect(wait(limiter, "a", at: 2_000) == nil)
    }

    @Test("looking does not count, and what cannot be refused does")
    func looking() throws {
        let limiter = RateLimiter<String>(1, burst: 2)
        for _ in 0..<5 { try limiter.check("a", at: 0) }
        limiter.note("a", at: 0)
        try limiter.check("a", at: 0)
        limiter.note("a", at: 0)
        #expect(throws: Problem.self) { try limiter.check("a", at: 0) }
    }

    @Test("keys do not share a rate")
    func keys() {
        let limiter = RateLimiter<String>(1, burst: 1)
        #expect(wait(limiter, "a", at: 0) == nil)
        #expect(wait(limiter, "a", at: 0) == 1)
        #expect(wait(limiter, "b", at: 0) == nil)
    }

    @Test("zero is no limit")
    func unlimited() {
        let limiter = RateLimiter<String>(0, burst: 0)
        #expect((0..<10_000).allSatisfy { _ in wait(limiter, "a", at: 0) == nil })
    }

    @Test("a clock that jumps back a day does not shut the gate for a day")
    func clockJumpsBack() {
        let limiter = RateLimiter<String>(1, burst: 1)
        _ = wait(limiter, "a", at: 86_400_000)
        #expect(wait(limiter, "a", at: 0) == nil)
    }

    @Test(
        "an address is counted alone, a line of IPv6 as a whole",
        arguments: [
            ("203.0.113.1", "203.0.113.2", false), ("203.0.113.1", "::ffff:203.0.113.1", true),
            ("2001:db8:0:1::1", "2001:db8:0:1:ffff::2", true), ("2001:db8:0:1::1", "2001:db8:0:2::1", false),
        ])
    func addresses(_ first: String, _ second: String, _ shared: Bool) {
        let limiter = RateLimiter(addresses: 1, burst: 1)
        #expect(wait(limiter, Peer(first), at: 0) == nil)
        #expect((wait(limiter, Peer(second), at: 0) != nil) == shared)
    }

    /// Address number `index` of a network that is cut into subnets, one address in each.
    private func line(_ index: Int, of network: String = "2001:db8") -> Peer {
        Peer("\(network):\(String(index / 65_536, radix: 16)):\(String(index % 65_536, radix: 16))::1")
    }

    @Test("a flood from a /48 is held to what a few lines may do, and shuts nobody else out")
    func flood() {
        let limiter = RateLimiter(addresses: 1, burst: 1), keysMax = RateLimiter<Peer>.keysMax
        let early = Peer("198.51.100.1")
        #expect(wait(limiter, early, at: 0) == nil)
        let letIn = (0..<20_000).count { wait(limiter, line($0), at: 0) == nil }
        #expect((keysMax..<keysMax + 10).contains(letIn), "\(letIn)")
        #expect(wait(limiter, early, at: 0) == 1, "who was there is counted as before")
        #expect(wait(limiter, early, at: 1_000) == nil)
        for other in ["203.0.113.7", "192.0.2.1", "2001:db9::1", "2001:db8:1::1"] {
            #expect(wait(limiter, Peer(other), at: 0) == nil, "\(other)")
        }
        // Those whose buckets are empty make room, and everything is as before.
        #expect(wait(limiter, Peer("192.0.2.2"), at: 5_000) == nil)
        #expect(wait(limiter, line(19_000), at: 5_000) == nil)
        #expect(wait(limiter, line(19_001), at: 5_000) == nil)
    }

    @Test("a flood from everywhere is let in at a rate of its own, and lets those in who were there")
    func floodFromEverywhere() {
        let limiter = RateLimiter(addresses: 1, burst: 1), early = Peer("198.51.100.1")
        #expect(wait(limiter, early, at: 0) == nil)
        // A /32 apart each, so that no neighbourhood is shared.
        func stranger(_ index: Int) -> Peer { Peer("\(String(0x2000 + index / 65_536, radix: 16)):\(String(index % 65_536, radix: 16))::1") }
        let full = 3 * RateLimiter<Peer>.keysMax
        let letIn = (0..<full + 1_000).count { wait(limiter, stranger($0), at: 0) == nil }
        #expect((full..<full + 100).contains(letIn), "\(letIn)")
        #expect(wait(limiter, early, at: 1_000) == nil)
        // Four times four times four a second for all who are new.
        let later = (0..<1_000).count { wait(limiter, stranger(full + 30_000 + $0), at: 500) == nil }
        #expect((30...34).contains(later), "\(later)")
    }

    @Test("a flood does not look for idle keys with each of its events")
    func sweeping() {
        let limiter = RateLimiter(addresses: 1, burst: 1), clock = ContinuousClock()
        let filling = clock.measure { for index in 0..<10_000 { _ = wait(limiter, line(index), at: 0) } }
        let flooding = clock.measure { for index in 10_000..<20_000 { _ = wait(limiter, line(index), at: 0) } }
        #expect(flooding < filling * 20)
    }
}
