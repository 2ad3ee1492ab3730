import Testing

@testable import Web

/// What a server says of and with every request: whom it came from, and what its answer may be used for.
@Suite(.timeLimit(.minutes(2))) struct EdgeTests {
    private static let standard = [
        "x-content-type-options": "nosniff", "referrer-policy": "no-referrer",
        "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
        "cross-origin-resource-policy": "same-origin", "cache-control": "no-store",
    ]

    private func routes(_ router: inout Router) {
        router.get("/who") { request in .text("\(request.peer) \(request.isSecure)") }
        router.get("/socket") { request in
            .webSocket { socket in await socket.send(.text("\(socket.peer) \(request.peer)")) }
        }
        router.get("/page") { _ in .html("<p>hello") }
        router.get("/own") { _ in Response(headers: ["Cache-Control": "max-age=60", "x-frame-options": "DENY"]) }
        router.get("/stream") { _ async in .stream { writer in try await writer.write(Array("a".utf8)) } }
        router.get("/large") { _ in Response(body: [UInt8](repeating: 97, count: 100_000)) }
        router.post("/echo") { request in Response(body: request.body) }
    }

    private func get(_ path: String, _ fields: String = "") -> String {
        "GET \(path) HTTP/1.1\r\nHost: a\r\n\(fields)\r\n"
    }

    @Test(
        "headers of a trusted proxy are believed, those of anybody else are not",
        arguments: [
            ("127.0.0.1", "X-Forwarded-For: 203.0.113.9\r\n", "203.0.113.9 false"),
            ("127.0.0.0/8", "x-forwarded-for: 192.0.2.66\r\nX-FORWARDED-FOR: 203.0.113.9\r\n", "203.0.113.9 false"),
            ("loopback", "X-Forwarded-Proto: https\r\n", "127.0.0.1 true"),
            ("loopback", "X-Forwarded-For: 2001:db8::9\r\nX-Forwarded-Proto: https\r\n", "2001:db8::9 true"),
            ("loopback", "X-Forwarded-For: _x\r\n", "127.0.0.1 false"), ("loopback", "", "127.0.0.1 false"),
            ("10.0.0.0/8", "X-Forwarded-For: 203.0.113.9\r\nX-Forwarded-Proto: https\r\n", "127.0.0.1 false"),
            ("", "X-Forwarded-For: 203.0.113.9\r\nX-Forwarded-Proto: https\r\n", "127.0.0.1 false"),
        ])
    func provenance(_ proxies: String, _ fields: String, _ expected: String) async throws {
        try await withServer { $0.trustedProxies = Network.list(proxies) ?? [] } routes: { routes(&$0) } _: { server, _ in
            let client = try WireClient(port: server.port)
            #expect(try client.ask(get("/who", fields)).text == expected)
            // Each request of a connection has its own.
            #expect(try client.ask(get("/who")).text == "127.0.0.1 false")
        }
    }

    @Test func `a WebSocket and its exchange are known by the proxy's client`() async throws {
        try await withServer { $0.trustedProxies = Network.list("loopback") ?? [] } routes: { routes(&$0) } _: {
            server, told in
            let client = try WireClient(port: server.port)
            let answer = try client.ask(
                get(
                    "/socket", """
                        Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r
                        Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nX-Forwarded-For: 203.0.113.9\r\n
                        """))
            #expect(answer.status == 101)
            await told.wait { !$0.exchanges.isEmpty }
            #expect(told.exchanges[0].peer == "203.0.113.9")
            #expect(try client.readToEnd().contains("203.0.113.9 203.0.113.9"))
        }
    }

    @Test func `behind a proxy that says https, pages of http are another origin`() async throws {
        try await withServer { $0.trustedProxies = Network.list("loopback") ?? [] } routes: { routes(&$0) } _: {
            server, _ in
            func status(_ fields: String) throws -> Int {
                try WireClient(port: server.port).ask(
                    get(
                        "/socket", """
                            Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r
                            Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\(fields)
                            """)
                ).status
            }
            let same = try status("Origin: https://a\r\nX-Forwarded-Proto: https\r\n")
            let other = try status("Origin: http://a\r\nX-Forwarded-Proto: https\r\n")
            let plain = try status("Origin: http://a\r\nX-Forwarded-Proto: http\r\n")
            #expect([same, other, plain] == [101, 403, 101])
        }
    }

    @Test func `an IPv4 client of an IPv6 listener is told, and trusted, as the IPv4 it is`() async throws {
        try await withServer {
            $0.host = "::"
            $0.trustedProxies = Network.list("127.0.0.1") ?? []
        } routes: { routes(&$0) } _: { server, _ in
            #expect(try WireClient(port: server.port).ask(get("/who")).text == "127.0.0.1 false")
            let six = try WireClient(port: server.port, host: "::1")
            #expect(try six.ask(get("/who", "X-Forwarded-For: 203.0.113.9\r\n")).text == "::1 false")
            let four = try WireClient(port: server.port)
            #expect(try four.ask(get("/who", "X-Forwarded-For: 203.0.113.9\r\n")).text == "203.0.113.9 false")
        }
    }

    @Test(
        "every answer carries what every answer must, once",
        arguments: [
            ("GET /who HTTP/1.1\r\nHost: a\r\n\r\n", 200), ("HEAD /who HTTP/1.1\r\nHost: a\r\n\r\n", 200),
            ("GET /stream HTTP/1.1\r\nHost: a\r\n\r\n", 200), ("GET /large HTTP/1.1\r\nHost: a\r\n\r\n", 200),
            ("OPTIONS /who HTTP/1.1\r\nHost: a\r\n\r\n", 204), ("GET /nowhere HTTP/1.1\r\nHost: a\r\n\r\n", 404),
            ("DELETE /who HTTP/1.1\r\nHost: a\r\n\r\n", 405), ("GET /who HTTP/1.1\r\n\r\n", 400),
            ("GET /who HTTP/2.0\r\nHost: a\r\n\r\n", 505), ("GET /socket HTTP/1.1\r\nHost: a\r\n\r\n", 426),
            ("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 9999999\r\n\r\n", 413),
            ("GET /\(String(repeating: "a", count: 9_000)) HTTP/1.1\r\nHost: a\r\n\r\n", 414),
            ("GET / HTTP/1.1\r\nHost: a\r\n\(String(repeating: "x: y\r\n", count: 101))\r\n", 431),
        ])
    func standardFields(_ request: String, _ status: Int) async throws {
        try await withServer(routes: { routes(&$0) }) { server, _ in
            let answer = try WireClient(port: server.port).ask(request, toHead: request.hasPrefix("HEAD"))
            #expect(answer.status == status)
            for (name, value) in Self.standard {
                #expect(answer.fields.filter { $0.name == name }.map(\.value) == [value], "\(name)")
            }
            #expect(answer["strict-transport-security"] == nil)
        }
    }

    @Test func `those who come too late or too many are told with them`() async throws {
        try await withServer {
            $0.headDeadline = .milliseconds(50)
            $0.connectionsMax = 1
        } routes: { routes(&$0) } _: { server, _ in
            let slow = try WireClient(port: server.port)
            slow.send("GET /who HTTP/1.1\r\n")
            let excess = try WireClient(port: server.port).answer()
            let late = try slow.answer()
            #expect(excess.status == 503 && late.status == 408)
            for (name, value) in Self.standard { #expect(excess[name] == value && late[name] == value, "\(name)") }
        }
    }

    @Test func `a page may use what comes from here, and a response keeps fields of its own`() async throws {
        try await withServer(routes: { routes(&$0) }) { server, _ in
            let page = try WireClient(port: server.port).ask(get("/page"))
            let policies = page.fields.filter { $0.name == "content-security-policy" }.map(\.value)
            #expect(policies.count == 1 && policies[0].hasPrefix("default-src 'none'; script-src 'self'; style-src 'self';"))
            #expect(policies[0].hasSuffix("frame-ancestors 'none'") && !policies[0].contains("unsafe"))
            let own = try WireClient(port: server.port).ask(get("/own"))
            let fields = own.fields.filter { $0.name.lowercased() == "cache-control" || $0.name == "x-frame-options" }
            #expect(fields.map(\.value) == ["max-age=60", "DENY"])
            #expect(own["x-content-type-options"] == "nosniff")
        }
    }

    @Test func `what is for secure answers is in no other`() async throws {
        let identity = TLSTestIdentity()
        func configure(_ configuration: inout Server.Configuration) {
            configuration.secureHeaders = ["strict-transport-security": "max-age=5"]
            configuration.trustedProxies = Network.list("loopback") ?? []
        }
        try await withServer { configure(&$0) } routes: { routes(&$0) } _: { server, _ in
            let client = try WireClient(port: server.port)
            for path in ["/who", "/nowhere", "/page", "/own"] {
                let answer = try client.ask(get(path, "X-Forwarded-Proto: https\r\n"))
                #expect(answer["strict-transport-security"] == "max-age=5")
                #expect(answer["x-content-type-options"] == "nosniff")
                #expect(try client.ask(get(path))["strict-transport-security"] == nil)
            }
        }
        try await withServer {
            configure(&$0)
            $0.tls = identity.files
        } routes: { routes(&$0) } _: { server, _ in
            let client = try TLSWireClient.secure(port: server.port)
            #expect(try client.ask(get("/who"))["strict-transport-security"] == "max-age=5")
            #expect(try client.ask("BAD\r\n\r\n")["strict-transport-security"] == "max-age=5")
            let plain = try WireClient(port: server.port).ask(get("/who"))
            #expect(plain.status == 400 && plain["strict-transport-security"] == nil)
        }
    }
}

@Suite(.timeLimit(.minutes(2))) struct SecureRedirectTests {
    private func location(_ request: String, place: String? = nil, port: Int = 8443) async throws -> (Int, String?) {
        try await withRedirect(place, port: port) { server in
            let answer = try WireClient(port: server.port).ask(request, toHead: request.hasPrefix("HEAD"))
            return (answer.status, answer["location"])
        }
    }

    private func withRedirect<Result: Sendable>(
        _ place: String?, port: Int, _ body: @escaping @Sendable (Server) throws -> Result
    ) async throws -> Result {
        var configuration = Server.Configuration()
        configuration.loops = 1
        let server = Server(configuration, router: .redirectingToHTTPS(at: place, port: port))
        try server.start()
        let thread = TestThread()
        defer { thread.end() }
        let outcome = await Task(executorPreference: thread) { try body(server) }.result
        await server.stop(within: .milliseconds(100))
        return try outcome.get()
    }

    @Test(
        "everything is sent to the same place over HTTPS",
        arguments: [
            ("GET / HTTP/1.1\r\nHost: example.org\r\n\r\n", "https://example.org:8443/"),
            ("GET /a/b?c=d&e=%20 HTTP/1.1\r\nHost: example.org:80\r\n\r\n", "https://example.org:8443/a/b?c=d&e=%20"),
            ("HEAD /a%2Bb HTTP/1.1\r\nHost: EXAMPLE.org\r\n\r\n", "https://example.org:8443/a%2Bb"),
            ("DELETE /a HTTP/1.1\r\nHost: [2001:db8::1]:8080\r\n\r\n", "https://[2001:db8::1]:8443/a"),
            ("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello", "https://a:8443/a"),
            ("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n", "https://a:8443/a"),
            ("GET http://a/b?c HTTP/1.1\r\nHost: a\r\n\r\n", "https://a:8443/b?c"),
            ("GET http://a?c HTTP/1.1\r\nHost: a\r\n\r\n", "https://a:8443/?c"),
            ("GET http://a HTTP/1.1\r\nHost: a\r\n\r\n", "https://a:8443/"),
            // A path that looks like another host stays a path.
            ("GET //evil.example/x HTTP/1.1\r\nHost: a\r\n\r\n", "https://a:8443//evil.example/x"),
            ("GET /healthz HTTP/1.1\r\nHost: a\r\nX-Forwarded-Host: evil.example\r\n\r\n", "https://a:8443/healthz"),
        ])
    func sent(_ request: String, _ expected: String) async throws {
        let (status, location) = try await location(request)
        #expect(status == 308 && location == expected)
    }

    @Test func `the usual port is not named, and a public place wins over the host that was asked for`() async throws {
        let request = "GET /a HTTP/1.1\r\nHost: b:81\r\n\r\n", old = "GET /a HTTP/1.0\r\n\r\n"
        let usual = try await location(request, port: 443), elsewhere = try await location(request, place: "https://c.d")
        #expect(usual.1 == "https://b/a" && elsewhere.1 == "https://c.d/a")
        let nowhere = try await location(old), named = try await location(old, place: "https://c.d")
        #expect(nowhere.0 == 400 && named.1 == "https://c.d/a")
    }

    @Test(
        "a host or a target that is none is refused, not repeated",
        arguments: [
            "GET / HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", "GET / HTTP/1.1\r\nHost: a@evil.example\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: a\r\n evil\r\n\r\n", "GET /\r\nHost: a\r\n\r\n",
            "GET http://b/ HTTP/1.1\r\nHost: a\r\n\r\n", "GET /../a HTTP/1.1\r\nHost: a\r\n\r\n",
            "GET /a\"b HTTP/1.1\r\nHost: a\r\n\r\n",
        ])
    func refused(_ request: String) async throws {
        let (status, location) = try await location(request)
        #expect(status == 400 && location == nil)
    }

    @Test func `no body is read, however much of it is announced`() async throws {
        let answer = try await withRedirect(nil, port: 443) { server in
            let client = try WireClient(port: server.port)
            let answer = try client.ask("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999\r\n\r\nhello")
            client.endWriting()
            try client.waitForClose()
            return answer
        }
        #expect(answer.status == 308 && answer.closes)
    }
}
