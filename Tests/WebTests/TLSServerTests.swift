import COpenSSL
import Glibc
import Synchronization
import Testing

@testable import Web

/// Requests and answers through TLS.
@Suite(.timeLimit(.minutes(2))) struct TLSServerTests {
    private static let health = "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"
    private static let last = "GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
    private static let limits = RouteLimits(bodyBytesMax: 16 << 20)

    /// Bytes that show when some are lost, doubled or swapped.
    private static func pattern(_ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: ($0 &* 2_654_435_761) >> 13) }
    }

    private static func routes(_ router: inout Router) {
        standardRoutes(&router)
        router.post("/large", limits) { request in Response(.ok, body: request.body) }
        router.get("/pattern/{n}") { (_, n: Int) in Response(.ok, body: pattern(n)) }
        router.get("/zeros/{n}") { (_, n: Int) in Response(.ok, body: [UInt8](repeating: 0, count: n)) }
        router.get("/stream/{n}") { (_, n: Int) in
            .stream { writer in
                let bytes = pattern(n)
                var start = 0
                var size = 1
                while start < n {
                    try await writer.write(Array(bytes[start..<min(n, start + size)]))
                    start += size
                    size = size % 40_000 + 1_237
                }
            }
        }
    }

    private func withTLS(
        _ identity: TLSTestIdentity = TLSTestIdentity(), _ configure: (inout Server.Configuration) -> Void = { _ in },
        _ body: @escaping @Sendable (Server, Told) async throws -> Void
    ) async throws {
        try await withServer {
            $0.tls = identity.files
            configure(&$0)
        } routes: {
            Self.routes(&$0)
        } _: { server, told in
            try await body(server, told)
        }
    }

    @Test(arguments: [TLS1_2_VERSION, TLS1_3_VERSION])
    func `a connection serves request after request`(version: Int32) async throws {
        try await withTLS { server, told in
            let client = try TLSWireClient.secure(port: server.port, version: version)
            for _ in 0..<3 { #expect(try client.ask(Self.health).text == "ok\n") }
            #expect(try client.ask("GET /suspending HTTP/1.1\r\nHost: a\r\n\r\n").text == "late\n")
            #expect(try client.ask(Self.last).closes)
            #expect(try client.readToEnd().isEmpty)
            #expect(client.hasEndedProperly)
            #expect(client.applicationProtocol == "http/1.1")
            #expect(client.cipher.contains("GCM") || client.cipher.contains("CHACHA20"))
            #expect(server.statistics.handshakes == 1 && server.statistics.handshakesFailed == 0)
        }
    }

    @Test func `certificates that vouch for ours are shown with it`() async throws {
        let root = TLSTestIdentity()
        let leaf = TLSTestIdentity(issuer: root)
        try await withTLS(leaf) { server, _ in
            let client = try TLSWireClient.secure(port: server.port)
            #expect(client.isShown(leaf) && client.chainCount == 2)
        }
    }

    @Test(arguments: [
        (["http/1.1"], "http/1.1"), (["h2", "http/1.1"], "http/1.1"), (["http/1.1", "h2"], "http/1.1"), (nil, ""),
        (["h2"], nil), (["http/1.0"], nil), (["http/1.10", "ttp/1.1"], nil),
    ] as [([String]?, String?)])
    func `of the protocols a client offers only http/1.1 will do`(offered: [String]?, chosen: String?) async throws {
        try await withTLS { server, told in
            let client = try TLSWireClient(port: server.port, protocols: offered)
            if let chosen {
                try client.shakeHands()
                #expect(client.applicationProtocol == chosen)
                #expect(try client.ask(Self.health).status == 200)
            } else {
                #expect(throws: TLSWireClient.Fault.failed("tlsv1 alert no application protocol")) {
                    try client.shakeHands()
                }
                await told.wait { $0.events.contains(.handshakeFailed(peer: "127.0.0.1", .applicationProtocol)) }
                #expect(server.statistics.handshakesFailed == 1)
            }
        }
    }

    @Test(arguments: [TLS1_VERSION, TLS1_1_VERSION])
    func `versions before 1.2 are refused`(version: Int32) async throws {
        try await withTLS { server, told in
            let client = try TLSWireClient(port: server.port, version: version, ciphers: "ALL:@SECLEVEL=0")
            #expect(throws: TLSWireClient.Fault.failed("tlsv1 alert protocol version")) { try client.shakeHands() }
            await told.wait { $0.events.contains(.handshakeFailed(peer: "127.0.0.1", .version)) }
        }
    }

    @Test(arguments: ["AES128-GCM-SHA256", "ECDHE-ECDSA-AES128-SHA", "ECDHE-ECDSA-AES128-SHA256", "aNULL"])
    func `ciphers without forward secrecy or authenticated encryption are refused`(cipher: String) async throws {
        try await withTLS { server, told in
            let client = try TLSWireClient(port: server.port, version: TLS1_2_VERSION, ciphers: "\(cipher):@SECLEVEL=0")
            #expect(throws: TLSWireClient.Fault.self) { try client.shakeHands() }
            await told.wait { $0.events.contains(.handshakeFailed(peer: "127.0.0.1", .cipher)) }
        }
    }

    @Test(arguments: [nil, 4_096 as Int32?])
    func `large bodies arrive whole in both directions`(receiveBufferBytes: Int32?) async throws {
        try await withTLS { server, _ in
            let client = try TLSWireClient.secure(port: server.port, receiveBufferBytes: receiveBufferBytes)
            let body = Self.pattern(5_000_001)
            for _ in 0..<2 {
                client.send("POST /large HTTP/1.1\r\nHost: a\r\nContent-Length: \(body.count)\r\n\r\n")
                client.send(body)
                #expect(try client.answer().body == body)
            }
            #expect(try client.ask(Self.health).status == 200)
        }
    }

    @Test("an answer of any size arrives whole", arguments: [0, 1, 16_000, 16_383, 16_384, 16_385, 70_000, 131_072])
    func sizes(count: Int) async throws {
        try await withTLS { server, _ in
            let client = try TLSWireClient.secure(port: server.port, receiveBufferBytes: 4_096)
            let request = "GET /pattern/\(count) HTTP/1.1\r\nHost: a\r\n\r\n"
            client.send(request + request + request)
            for _ in 0..<3 { #expect(try client.answer().body == Self.pattern(count)) }
        }
    }

    @Test func `a streamed answer arrives whole at a slow reader's pace`() async throws {
        try await withTLS { server, _ in
            let client = try TLSWireClient.secure(port: server.port, receiveBufferBytes: 4_096)
            for count in [3, 3_000_000] {
                #expect(try client.ask("GET /stream/\(count) HTTP/1.1\r\nHost: a\r\n\r\n").body == Self.pattern(count))
            }
            #expect(try client.ask(Self.health).status == 200)
        }
    }

    @Test func `an answer without a length ends with a word, not only with the connection`() async throws {
        try await withTLS { server, _ in
            let client = try TLSWireClient.secure(port: server.port)
            client.send("GET /stream/100000 HTTP/1.0\r\n\r\n")
            #expect(try client.readToEnd().contains("\r\n\r\n"))
            #expect(client.hasEndedProperly)
        }
    }

    @Test func `an answer that is broken off cannot be taken for a whole one`() async throws {
        let identity = TLSTestIdentity()
        let gate = Gate()
        try await withServer {
            $0.tls = identity.files
        } routes: { router in
            router.get("/half") { _ in
                .stream { writer in
                    try await writer.write("half")
                    await gate.pass()
                }
            }
        } _: { server, _ in
            let client = try TLSWireClient.secure(port: server.port)
            client.send("GET /half HTTP/1.0\r\n\r\n")
            await gate.arrivals(1)
            await server.stop(within: .milliseconds(1))
            gate.open()
            #expect(try client.readToEnd().hasSuffix("half"))
            #expect(!client.hasEndedProperly)
        }
    }

    @Test("pipelined requests are answered however records and segments fall", arguments: [1, 2, 7, 61, 1_000])
    func pipelining(recordBytes: Int) async throws {
        try await withTLS { server, _ in
            let client = try TLSWireClient.secure(port: server.port)
            let requests = Array(
                (0..<20).map { "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n\($0 + 100)" }.joined().utf8)
            var sealed: [UInt8] = []
            for start in stride(from: 0, to: requests.count, by: recordBytes) {
                sealed += client.sealed(Array(requests[start..<min(requests.count, start + recordBytes)]))
            }
            client.wire.send(sealed)
            for number in 0..<20 { #expect(try client.answer().text == "\(number + 100)") }
        }
    }

    @Test func `a request is understood wherever its record is cut`() async throws {
        try await withTLS { server, _ in
            let client = try TLSWireClient.secure(port: server.port)
            var sealed = client.sealed(Array(Self.health.utf8))
            for cut in 0...sealed.count {
                client.wire.send(Array(sealed[..<cut]))
                client.wire.send(Array(sealed[cut...]))
                #expect(try client.answer().text == "ok\n")
                sealed = client.sealed(Array(Self.health.utf8))
            }
        }
    }

    /// OpenSSL reads 16,709 bytes at once: when they end with a record, nothing in its memory tells of those behind them.
    @Test func `what waits behind a full read is read`() async throws {
        try await withTLS { server, _ in
            let client = try TLSWireClient.secure(port: server.port, version: TLS1_3_VERSION)
            for length in 16_590...16_710 {
                let head = "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: \(length)\r\n\r\n"
                let request = Array(head.utf8) + [UInt8](repeating: 0x78, count: length)
                client.wire.send(client.sealed(request) + client.sealed(Array(Self.health.utf8)))
                #expect(try client.answer().body.count == length)
                #expect(try client.answer().text == "ok\n")
            }
        }
    }

    @Test func `keys can be changed at any time`() async throws {
        try await withTLS { server, _ in
            let client = try TLSWireClient.secure(port: server.port, version: TLS1_3_VERSION)
            for _ in 0..<5 {
                client.askForNewKeys()
                #expect(try client.ask(Self.health).status == 200)
            }
        }
    }

    @Test func `renegotiation is refused and the connection goes on or ends, without harm`() async throws {
        try await withTLS { server, _ in
            let client = try TLSWireClient.secure(port: server.port, version: TLS1_2_VERSION)
            #expect(try client.ask(Self.health).status == 200)
            #expect(throws: (any Error).self) { try client.renegotiate() }
            #expect(try TLSWireClient.secure(port: server.port).ask(Self.health).status == 200)
        }
    }

    @Test(arguments: [true, false])
    func `a client that has said all it will say is answered to the end`(byTLS: Bool) async throws {
        try await withTLS { server, _ in
            let client = try TLSWireClient.secure(port: server.port)
            client.send("GET /suspending HTTP/1.1\r\nHost: a\r\n\r\n" + Self.health)
            if byTLS { client.endWriting() } else { client.wire.endWriting() }
            #expect(try client.answer().text == "late\n")
            #expect(try client.answer().text == "ok\n")
            #expect(try client.readToEnd().isEmpty)
            #expect(client.hasEndedProperly)
        }
    }

    @Test func `a refusal arrives although the client keeps sending`() async throws {
        try await withTLS { server, _ in
            let client = try TLSWireClient.secure(port: server.port)
            client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999\r\n\r\n")
            for _ in 0..<64 { client.send([UInt8](repeating: 0, count: 16_000)) }
            let answer = try client.answer()
            #expect(answer.status == 413 && answer.closes)
            client.wire.endWriting()
            #expect(try client.readToEnd().isEmpty)
            #expect(client.hasEndedProperly)
        }
    }

    @Test func `a record that was tampered with ends the connection and no other`() async throws {
        try await withTLS { server, _ in
            let client = try TLSWireClient.secure(port: server.port)
            var sealed = client.sealed(Array(Self.health.utf8))
            sealed[sealed.count - 1] ^= 1
            client.wire.send(sealed)
            #expect(throws: TLSWireClient.Fault.failed("sslv3 alert bad record mac")) { try client.readToEnd() }
            #expect(try TLSWireClient.secure(port: server.port).ask(Self.health).status == 200)
        }
    }

    @Test func `a reader that stops reading is broken off`() async throws {
        try await withTLS(TLSTestIdentity(), { $0.writeProgressWindow = .milliseconds(60) }) { server, told in
            let client = try TLSWireClient.secure(port: server.port, receiveBufferBytes: 4_096)
            client.send("GET /zeros/16000000 HTTP/1.1\r\nHost: a\r\n\r\n")
            await told.wait { $0.events.contains(.deadlineExceeded(peer: "127.0.0.1", .write)) }
            _ = try? client.readToEnd()
            #expect(!client.hasEndedProperly)
        }
    }

    @Test func `an idle connection closes with a word`() async throws {
        try await withTLS(TLSTestIdentity(), { $0.idleDeadline = .milliseconds(500) }) { server, _ in
            let client = try TLSWireClient.secure(port: server.port)
            #expect(try client.ask(Self.health).status == 200)
            #expect(try client.readToEnd().isEmpty)
            #expect(client.hasEndedProperly)
        }
    }

    @Test func `a connection past the limit is told so through TLS`() async throws {
        try await withTLS(TLSTestIdentity(), { $0.connectionsMax = 1 }) { server, _ in
            let first = try TLSWireClient.secure(port: server.port)
            #expect(try first.ask(Self.health).status == 200)
            let second = try TLSWireClient.secure(port: server.port)
            let answer = try second.answer()
            #expect(answer.status == 503 && answer.text.contains("http.too_many_connections"))
        }
    }

    @Test func `what a server shows can be replaced while it runs`() async throws {
        let (identity, next) = (TLSTestIdentity(), TLSTestIdentity(days: -1..<30))
        try await withTLS(identity) { server, _ in
            let before = server.certificate
            let open = try TLSWireClient.secure(port: server.port)
            identity.become(next)
            #expect(try TLSWireClient.secure(port: server.port).isShown(identity))
            let reloaded = try server.reloadCertificate()
            #expect(reloaded == server.certificate && reloaded != before)
            #expect(try open.ask(Self.health).status == 200)
            #expect(open.isShown(identity))
            #expect(try TLSWireClient.secure(port: server.port).isShown(next))

            identity.write("chain.pem", text: "spoiled")
            #expect(throws: TLSFault.noCertificate(file: identity.files.certificate)) { try server.reloadCertificate() }
            #expect(server.certificate == reloaded)
            #expect(try TLSWireClient.secure(port: server.port).isShown(next))
        }
    }

    @Test func `without TLS there is nothing to reload`() async throws {
        try await withServer(routes: standardRoutes) { server, _ in
            #expect(server.certificate == nil)
            #expect(throws: TLSFault.nothingToReload) { try server.reloadCertificate() }
        }
    }

    @Test func `a server without a usable certificate does not start`() {
        var configuration = Server.Configuration()
        configuration.tls = TLSFiles(certificate: "/nowhere.pem", key: "/nowhere.pem")
        let server = Server(configuration, router: Router())
        let expected = TLSFault.unreadable(file: "/nowhere.pem", reason: "No such file or directory")
        #expect(throws: ServerError.tls(expected)) { try server.start() }
    }
}
