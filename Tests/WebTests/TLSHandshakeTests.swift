import COpenSSL
import Glibc
import Testing

@testable import Web

/// What comes before the first request: cut, slow, broken off, or no TLS at all.
@Suite(.timeLimit(.minutes(2))) struct TLSHandshakeTests {
    private static let health = "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"
    private let identity = TLSTestIdentity()

    private func withTLS(
        _ configure: (inout Server.Configuration) -> Void = { _ in },
        _ body: @escaping @Sendable (Server, Told) async throws -> Void
    ) async throws {
        try await withServer {
            $0.tls = identity.files
            configure(&$0)
        } routes: {
            standardRoutes(&$0)
        } _: { server, told in
            try await body(server, told)
        }
    }

    @Test(arguments: [TLS1_2_VERSION, TLS1_3_VERSION])
    func `a handshake byte by byte succeeds`(version: Int32) async throws {
        try await withTLS { server, _ in
            let client = try TLSWireClient(port: server.port, version: version)
            try client.shakeHands(pieceBytes: 1)
            #expect(try client.ask(Self.health).status == 200)
        }
    }

    @Test func `a request that comes with the end of the handshake is answered`() async throws {
        try await withTLS { server, _ in
            for _ in 0..<20 {
                let client = try TLSWireClient(port: server.port)
                try client.shakeHands(before: Self.health)
                #expect(try client.answer().text == "ok\n")
            }
        }
    }

    @Test func `a client that says nothing is closed, and has failed at nothing`() async throws {
        try await withTLS({ $0.tlsHandshakeDeadline = .milliseconds(60) }) { server, _ in
            let client = try WireClient(port: server.port)
            #expect(try client.readToEnd().isEmpty)
            #expect(server.statistics.handshakesFailed == 0)
        }
    }

    @Test func `a handshake that drips in is closed at its deadline`() async throws {
        try await withTLS({ $0.tlsHandshakeDeadline = .milliseconds(60) }) { server, told in
            // On a busy machine the deadline may pass before the first byte has come: then there was no handshake.
            repeat {
                let client = try TLSWireClient(port: server.port)
                for byte in client.hello().prefix(100) { client.wire.send([byte]) }
                _ = try? client.wire.readToEnd()
            } while server.statistics.handshakesFailed == 0
            #expect(told.events.contains(.handshakeFailed(peer: "127.0.0.1", .tooSlow)))
            #expect(server.statistics.handshakesFailed == 1)
        }
    }

    @Test func `the deadline of a handshake is none for what follows`() async throws {
        try await withTLS({ $0.tlsHandshakeDeadline = .seconds(1) }) { server, told in
            let client = try TLSWireClient.secure(port: server.port)
            let other = try WireClient(port: server.port)
            // When this one has been closed the deadline of the first has passed as well.
            #expect(try other.readToEnd().isEmpty)
            #expect(try client.ask(Self.health).status == 200)
        }
    }

    @Test(arguments: ["GET / HTTP/1.1\r\nHost: a\r\n\r\n", "POST /echo HTTP/1.1\r\n", "get", "G"])
    func `plain HTTP is told to come back with https`(text: String) async throws {
        try await withTLS { server, told in
            let client = try WireClient(port: server.port)
            let answer = try client.ask(text)
            #expect(answer.status == 400 && answer.closes && answer["content-type"] == "application/problem+json")
            #expect(answer.text.contains(#""code":"tls.plain_http""#) && answer.text.contains("HTTPS"))
            client.endWriting()
            try client.waitForClose()
            #expect(told.events.contains(.handshakeFailed(peer: "127.0.0.1", .plainHTTP)))
        }
    }

    @Test(arguments: [[0], [0x80, 0x2E], [0x15, 3, 3, 0, 2, 2, 40], Array("\r\n".utf8), [0xFF]] as [[UInt8]])
    func `what is neither TLS nor HTTP is closed`(bytes: [UInt8]) async throws {
        try await withTLS { server, told in
            let client = try WireClient(port: server.port)
            client.send(bytes)
            try client.waitForClose()
            #expect(told.events.contains(.handshakeFailed(peer: "127.0.0.1", .notTLS)))
        }
    }

    @Test(arguments: [
        [0x16, 0x33, 0x33, 0, 1, 1], [0x16, 3, 1, 0xFF, 0xFF] + [UInt8](repeating: 0, count: 300),
        [0x16, 3, 1, 0, 5, 1, 0, 0, 1, 0], [0x16, 3, 1, 0, 0],
    ] as [[UInt8]])
    func `what only begins like TLS is closed`(bytes: [UInt8]) async throws {
        try await withTLS { server, told in
            let client = try WireClient(port: server.port)
            client.send(bytes)
            client.endWriting()
            _ = try? client.readToEnd()
            await told.wait { seen in
                seen.events.contains { if case .handshakeFailed = $0 { true } else { false } }
            }
            #expect(try TLSWireClient.secure(port: server.port).ask(Self.health).status == 200)
        }
    }

    enum Departure: CaseIterable {
        case close, reset, endWriting
    }

    @Test("a client may leave at any byte of its hello", arguments: Departure.allCases)
    func departure(_ departure: Departure) async throws {
        try await withTLS { server, told in
            let length = try TLSWireClient(port: server.port).hello().count
            for cut in 0..<length {
                let client = try TLSWireClient(port: server.port)
                client.wire.send(Array(client.hello().prefix(cut)))
                switch departure {
                case .close: client.wire.close()
                case .reset: client.wire.reset()
                case .endWriting:
                    client.wire.endWriting()
                    try client.wire.waitForClose()
                }
            }
            let probe = try TLSWireClient.secure(port: server.port)
            repeat {
                #expect(try probe.ask(Self.health).status == 200)
            } while server.statistics.connections > 1
            // A reset may overtake the first byte: then there was no handshake that could fail.
            let failed = server.statistics.handshakesFailed
            #expect(departure == .reset ? failed < length : failed == length - 1)
            #expect(told.events.filter { $0 == .handshakeFailed(peer: "127.0.0.1", .peerGone) }.count == failed)
        }
    }

    @Test func `a client that does not trust us is counted`() async throws {
        try await withTLS { server, told in
            let wire = try WireClient(port: server.port)
            let session = try #require(try TLSContext(trusting: nil).session(with: "127.0.0.1", over: wire.socket))
            guard case .failed(.certificateRefused) = session.handshake() else {
                Issue.record("trusted a certificate nobody vouches for")
                return
            }
            await told.wait { seen in
                seen.events.contains { if case .handshakeFailed(_, .refusedByPeer) = $0 { true } else { false } }
            }
        }
    }

    @Test func `a server that stops closes connections within their handshake at once`() async throws {
        try await withTLS { server, _ in
            let silent = try WireClient(port: server.port)
            let begun = try TLSWireClient(port: server.port)
            begun.wire.send(Array(begun.hello().prefix(50)))
            let ready = try TLSWireClient.secure(port: server.port)
            #expect(try ready.ask(Self.health).status == 200)
            await server.stop(within: .seconds(60))
            try silent.waitForClose()
            try begun.wire.waitForClose()
            #expect(server.statistics.connections == 0)
        }
    }

    @Test("whatever comes, others are served and nothing is left behind", arguments: 0..<12 as Range<UInt64>)
    func hostility(seed: UInt64) async throws {
        try await withTLS({ $0.loops = 2; $0.lingerDeadline = .milliseconds(50) }) { server, _ in
            var random = SeededRandom(seed: seed)
            for _ in 0..<25 { try Self.misbehave(server.port, &random) }
            let probe = try TLSWireClient.secure(port: server.port)
            repeat {
                #expect(try probe.ask(Self.health).text == "ok\n", "seed \(seed)")
            } while server.statistics.connections > 1 || server.statistics.handlersRunning > 0
        }
    }

    /// A handshake and requests, spoiled, cut short and given up at points drawn from the seed.
    private static func misbehave(_ port: Int, _ random: inout SeededRandom) throws {
        let client = try TLSWireClient(port: port, receiveBufferBytes: Bool.random(using: &random) ? 4_096 : nil)
        var bytes: [UInt8]
        if Int.random(in: 0..<3, using: &random) == 0 {
            bytes = client.hello()
        } else {
            try client.shakeHands(pieceBytes: [1, 10, 10_000].randomElement(using: &random) ?? 1)
            let body = String(repeating: "x", count: Int.random(in: 0...40_000, using: &random))
            let request = "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
            bytes = client.sealed(Array((Self.health + request + Self.health).utf8))
        }
        if Bool.random(using: &random) {
            let place = Int.random(in: 0..<min(bytes.count, 400), using: &random)
            bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        }
        if Bool.random(using: &random) { bytes.removeLast(Int.random(in: 0..<bytes.count, using: &random)) }
        while !bytes.isEmpty {
            let count = min(bytes.count, [1, 10, 1_000, 100_000].randomElement(using: &random) ?? 1)
            guard client.wire.sendNow(Array(bytes[..<count])) == count else { break }
            bytes.removeFirst(count)
        }
        if Int.random(in: 0..<3, using: &random) == 0 { client.wire.endWriting() }
        if Bool.random(using: &random) { _ = client.wire.readNow() }
        if Bool.random(using: &random) { client.wire.reset() } else { client.wire.close() }
    }
}
