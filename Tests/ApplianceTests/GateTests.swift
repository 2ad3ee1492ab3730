import Storage
import Synchronization
import Testing
import Web

@testable import Appliance

@Suite struct GateTests {
    private static let secret = "a-secret-of-the-test"

    private func gate(
        scopes: Set<Scope> = [.messagesSend], expiresAt: Int64? = nil, revokedAt: Int64? = nil, rateLimit: Int = 0,
        at now: Int64 = 0
    ) -> Gate {
        let gate = Gate(rateLimit: rateLimit, now: { now })
        gate.load([
            Token(
                id: "1", name: "bot", digest: Token.digest(of: Self.secret), scopes: scopes, createdAt: Timestamp(0),
                expiresAt: expiresAt.map(Timestamp.init), revokedAt: revokedAt.map(Timestamp.init))
        ])
        return gate
    }

    private func status(_ gate: Gate, _ authorization: String?, needing scope: Scope = .messagesSend) -> Status {
        var headers: Headers = [:]
        if let authorization { headers.add("authorization", authorization) }
        do throws(Problem) {
            _ = try gate.admit(Request(.get, "/", headers: headers), needing: scope)
            return .ok
        } catch {
            return error.status
        }
    }

    @Test(
        "only a valid bearer token gets in",
        arguments: [
            ("Bearer a-secret-of-the-test", .ok), ("bearer  a-secret-of-the-test", .ok),
            ("Bearer a-secret-of-the-tesT", 401),
            ("Bearer", 401), ("Bearer ", 401), ("Basic a-secret-of-the-test", 401), ("a-secret-of-the-test", 401),
            (nil, 401),
        ] as [(String?, Status)])
    func authorization(_ field: String?, _ expected: Status) {
        #expect(status(gate(), field) == expected)
    }

    @Test("two Authorization fields are none")
    func twice() {
        let headers: Headers = ["authorization": "Bearer \(Self.secret)", "Authorization": "Bearer \(Self.secret)"]
        #expect(throws: Problem.self) { try gate().admit(Request(.get, "/", headers: headers), needing: .messagesSend) }
    }

    @Test(
        "a token does what its scopes say, and admin everything",
        arguments: [
            ([.messagesSend], .messagesSend, .ok), ([.messagesSend], .messagesRead, 403),
            ([.messagesSend], .admin, 403),
            ([.messagesRead, .messagesSend], .messagesRead, .ok), ([.admin], .messagesSend, .ok),
            ([.admin], .admin, .ok), ([], .messagesSend, 403),
        ] as [(Set<Scope>, Scope, Status)])
    func scopes(_ scopes: Set<Scope>, _ needed: Scope, _ expected: Status) {
        #expect(status(gate(scopes: scopes), "Bearer \(Self.secret)", needing: needed) == expected)
    }

    @Test("expired and revoked tokens are none, to the millisecond")
    func ended() {
        #expect(status(gate(expiresAt: 1_000, at: 999), "Bearer \(Self.secret)") == .ok)
        #expect(status(gate(expiresAt: 1_000, at: 1_000), "Bearer \(Self.secret)") == 401)
        #expect(status(gate(revokedAt: 500, at: 999), "Bearer \(Self.secret)") == 401)
    }

    @Test("wrong tokens are slowed down, right ones from the same address are not")
    func guessing() {
        let gate = gate()
        let wrong = (0...Gate.failuresMax).map { status(gate, "Bearer guess-\($0)") }
        #expect(wrong.dropLast().allSatisfy { $0 == 401 })
        #expect(wrong.last == 429)
        #expect(status(gate, "Bearer \(Self.secret)") == .ok)
    }

    @Test("a token above its rate is told when to come back")
    func rate() {
        let gate = gate(rateLimit: 1)
        #expect(status(gate, "Bearer \(Self.secret)") == .ok)
        #expect(status(gate, "Bearer \(Self.secret)") == .ok)
        #expect(status(gate, "Bearer \(Self.secret)") == 429)
    }

    @Test("each token has a rate of its own, and so has each address that brings none")
    func rates() {
        let gate = Gate(rateLimit: 1, now: { 0 })
        gate.load(["a", "b"].map { name in
            Token(
                id: name, name: name, digest: Token.digest(of: name), scopes: [.admin], createdAt: Timestamp(0),
                expiresAt: nil, revokedAt: nil)
        })
        for name in ["a", "b"] {
            #expect((0..<3).map { _ in status(gate, "Bearer \(name)") } == [.ok, .ok, 429])
        }
        func stranger(at peer: String) -> Status {
            do throws(Problem) {
                _ = try gate.admit(nil, from: Peer(peer), needing: .admin)
                return .ok
            } catch {
                return error.status
            }
        }
        for peer in ["2001:db8:0:1::1", "2001:db8:0:2::1"] {
            #expect((0..<3).map { _ in stranger(at: peer) } == [401, 401, 429])
        }
        #expect(stranger(at: "2001:db8:0:1:ffff::2") == 429, "the /64 is one")
    }

    @Test("strangers are counted by what they do, each kind for itself")
    func classes() {
        let gate = Gate(rateLimit: 10, signInLimit: 3, now: { 0 }), stranger = Peer("203.0.113.7")
        func letIn(_ rate: RateClass) -> Int {
            (0..<100).count { _ in (try? gate.admitStranger(stranger, rate)) != nil }
        }
        #expect(letIn(.general) == 20 && letIn(.posting) == 10 && letIn(.signIn) == 6)
        #expect(gate.refused.map(\.counted) == ["general", "posting", "sign_in", "wrong_token"])
        #expect(gate.refused.map(\.calls) == [80, 90, 94, 0])
    }

    @Test("a class of 300 behind one address joins within ten seconds, with what is usual")
    func school() {
        let time = Mutex<Int64>(0), gate = Gate(rateLimit: 1_000, signInLimit: 30, now: { time.withLock { $0 } })
        let school = Peer("203.0.113.7")
        for joined in 0..<300 {
            time.withLock { $0 = Int64(joined * 10_000 / 300) }
            // Looks for the game, joins it, opens a WebSocket, and answers over HTTP.
            for rate in [RateClass.general, .posting, .general, .posting] {
                #expect(throws: Never.self) { try gate.admitStranger(school, rate) }
            }
        }
    }

    @Test("an older table that arrives late does not bring a revoked token back")
    func late() {
        let valid = gate()
        let token = Token(
            id: "1", name: "bot", digest: Token.digest(of: Self.secret), scopes: [.admin], createdAt: Timestamp(0),
            expiresAt: nil, revokedAt: nil)
        let revoked = Token(
            id: "1", name: "bot", digest: token.digest, scopes: [.admin], createdAt: Timestamp(0), expiresAt: nil,
            revokedAt: Timestamp(5))
        valid.load([revoked])
        valid.load([token])
        #expect(status(valid, "Bearer \(Self.secret)") == 401)
    }

    @Test("tokens that retention has deleted keep nobody from being revoked or let in")
    func deleted() {
        let gate = Gate(rateLimit: 0, now: { 10 })
        func token(_ secret: String, revokedAt: Int64? = nil) -> Token {
            Token(
                id: secret, name: secret, digest: Token.digest(of: secret), scopes: [.messagesSend],
                createdAt: Timestamp(0), expiresAt: nil, revokedAt: revokedAt.map(Timestamp.init))
        }
        gate.load([token("a", revokedAt: 1), token("b", revokedAt: 2), token("c")])
        gate.load([token("c", revokedAt: 3)])
        gate.load([token("c", revokedAt: 3), token("d")])
        #expect(["a", "b", "c", "d"].map { status(gate, "Bearer \($0)") } == [401, 401, 401, .ok])
    }
}
