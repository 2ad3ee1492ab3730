import Testing
import Web

@testable import Appliance

@Suite struct SignInDelaysTests {
    private static let minute: Int64 = 60_000
    private static let x = SignInDelays.Key.network(of: Peer("2001:db8::1"))
    private static let y = SignInDelays.Key.network(of: Peer("2001:db8:0:1::1"))

    @Test(
        "the wait grows and stays bounded",
        arguments: [(0, 0), (1, 0), (3, 0), (4, 1), (5, 2), (6, 4), (7, 8), (8, 15), (9, 15), (1_000, 15)])
    func growth(_ failures: Int, _ minutes: Int64) {
        #expect(SignInDelays.delay(after: failures, free: 3) == minutes * Self.minute)
    }

    /// Tries until one has to wait; returns how many were let in, and the wait.
    private func exhaust(_ delays: SignInDelays, _ keys: [SignInDelays.Key], at now: Int64) -> (Int, Int64) {
        var count = 0
        while count < 100 {
            if let wait = delays.begin(keys, at: now) { return (count, wait) }
            count += 1
        }
        return (count, 0)
    }

    @Test("the fourth failure of an account makes the next wait a minute, asking on makes it no longer")
    func account() {
        let delays = SignInDelays()
        #expect(exhaust(delays, [.account("a")], at: 0) == (4, Self.minute))
        #expect(exhaust(delays, [.account("a")], at: 30_000) == (0, 30_000))
        #expect(exhaust(delays, [.account("a")], at: Self.minute) == (1, 2 * Self.minute))
        #expect(delays.begin([.account("b")], at: 0) == nil, "another's are another's")
    }

    @Test("an address has more tries, over all accounts")
    func address() {
        let delays = SignInDelays()
        for index in 0..<21 { #expect(delays.begin([.account("\(index)"), Self.x], at: 0) == nil) }
        #expect(delays.begin([.account("new"), Self.x], at: 0) == Self.minute)
        #expect(delays.begin([.account("new"), Self.y], at: 0) == nil)
    }

    @Test("of several that count a try together, the longest wait holds")
    func longest() {
        let delays = SignInDelays()
        for _ in 0..<4 { #expect(delays.begin([.account("a")], at: 0) == nil) }
        #expect(delays.begin([.account("b"), Self.x], at: 0) == nil)
        for keys in [[.account("a"), Self.x], [Self.x, .account("a")]] as [[SignInDelays.Key]] {
            #expect(delays.begin(keys, at: 1) == Self.minute - 1)
        }
    }

    @Test("addresses of one /64 are one")
    func networks() {
        #expect(SignInDelays.Key.network(of: Peer("2001:db8::ffff:1")) == Self.x)
        #expect(Self.x != Self.y)
        #expect(SignInDelays.Key.network(of: Peer("192.0.2.1")) != .network(of: Peer("192.0.2.2")))
    }

    @Test("who is right starts anew; their address does not")
    func success() {
        let delays = SignInDelays(), keys: [SignInDelays.Key] = [.account("a"), Self.x]
        for _ in 0..<3 { _ = delays.begin(keys, at: 0) }
        #expect(delays.begin(keys, at: 0) == nil)
        delays.succeed(keys)
        #expect(exhaust(delays, [.account("a")], at: 0).0 == 4)
        #expect(exhaust(delays, [Self.x], at: 0).0 == 18, "three of 21 are gone")
    }

    @Test("a known device is held up by its own failures alone")
    func device() {
        let delays = SignInDelays()
        _ = exhaust(delays, [.account("a"), Self.x], at: 0)
        #expect(exhaust(delays, [.device("d")], at: 0).0 == 4)
    }

    @Test("failures on a known device count for its address, which holds it not up and is not set free by it")
    func elsewhere() {
        let delays = SignInDelays()
        for index in 0..<20 {
            #expect(delays.begin([.device("\(index)")], countingFor: [Self.x], at: 0) == nil)
        }
        #expect(delays.begin([.account("a"), Self.x], at: 0) == nil)
        #expect(delays.begin([.account("b"), Self.x], at: 0) == Self.minute, "20 were free")
        #expect(delays.begin([.device("d")], countingFor: [Self.x], at: 0) == nil)
        delays.succeed([.device("d")], countedFor: [Self.x])
        #expect(delays.begin([.account("b"), Self.x], at: 0) == Self.minute)
    }

    @Test("a flood that is never judged, or fails once each, makes nobody else's failures forgotten")
    func flooded() {
        let delays = SignInDelays()
        for minute in 0..<8 as Range<Int64> { _ = exhaust(delays, [.account("a")], at: minute * 15 * Self.minute) }
        let now = 8 * 15 * Self.minute
        #expect(exhaust(delays, [.account("a")], at: now) == (1, 15 * Self.minute))
        for index in 0...SignInDelays.keysMax {
            #expect(delays.begin([.account("\(index)")], at: now + 1) == nil)
            delays.withdraw([.account("\(index)")])
        }
        for index in 0...SignInDelays.keysMax { _ = delays.begin([.account("\(index)")], at: now + 1) }
        #expect(delays.begin([.account("a")], at: now + 1) == 15 * Self.minute - 1)
        let later = now + 15 * Self.minute
        for index in 0..<SignInDelays.keysMax / 5 { _ = delays.begin([.account("x\(index)")], at: later) }
        #expect(exhaust(delays, [.account("a")], at: later) == (1, 15 * Self.minute), "its wait was over")
    }

    @Test("a try that was never judged is taken back")
    func withdrawn() {
        let delays = SignInDelays()
        for _ in 0..<50 {
            #expect(delays.begin([.account("a"), Self.x], at: 0) == nil)
            delays.withdraw([.account("a"), Self.x])
        }
    }

    @Test("failures are forgotten after a day")
    func forgotten() {
        let delays = SignInDelays()
        _ = exhaust(delays, [.account("a")], at: 0)
        #expect(exhaust(delays, [.account("a")], at: SignInDelays.forgottenAfter + 1).0 == 4)
    }

    @Test("memory is bounded: of those who failed as often, who did so longest ago is forgotten")
    func bounded() {
        let delays = SignInDelays()
        func fail(_ name: String, at now: Int64) { for _ in 0..<3 { _ = delays.begin([.account(name)], at: now) } }
        fail("first", at: 0)
        for index in 0..<SignInDelays.keysMax - 1 { fail("\(index)", at: 1) }
        fail("one more", at: 2)
        #expect(exhaust(delays, [.account("first")], at: 2).0 == 4, "it was forgotten")
        #expect(exhaust(delays, [.account("one more")], at: 2).0 == 1)
    }

    @Test("failures of one address are worth a note a minute")
    func notes() {
        let delays = SignInDelays()
        let noted = [0, 1, 59_999, 60_000, 60_001].map { delays.isWorthNoting(from: Self.x, at: $0) }
        #expect(noted == [true, false, false, true, false])
        #expect(delays.isWorthNoting(from: Self.y, at: 1))
    }
}
