import Glibc
import Testing

@testable import Web

@Suite(.timeLimit(.minutes(2))) struct ServerTests {
    @Test func `an answer is one head and one body, with what every answer carries`() async throws {
        try await withServer(routes: standardRoutes) { server, _ in
            let answer = try WireClient(port: server.port).ask("GET /hello/w%C3%B6rld HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(answer.status == 200)
            #expect(answer.text == "hello wörld\n")
            #expect(answer["content-type"] == "text/plain; charset=utf-8")
            #expect(answer["x-request-id"]?.count == 16)
            #expect(answer["date"]?.hasSuffix(" GMT") == true)
            #expect(answer["connection"] == nil)
        }
    }

    @Test(arguments: [
        ("GET /nowhere HTTP/1.1\r\nHost: a\r\n\r\n", 404, "http.not_found", false),
        ("DELETE /healthz HTTP/1.1\r\nHost: a\r\n\r\n", 405, "http.method_not_allowed", false),
        ("BREW /healthz HTTP/1.1\r\nHost: a\r\n\r\n", 501, "http.method_unknown", true),
        ("GET /healthz HTTP/1.1\r\n\r\n", 400, "http.host_missing", true),
        ("GET /healthz\r\n", 400, "http.request_line_invalid", true),
        ("GET /healthz HTTP/3.0\r\n\r\n", 505, "http.version_not_supported", true),
        ("GET /a/%2e%2e/b HTTP/1.1\r\nHost: a\r\n\r\n", 400, "http.path_ambiguous", true),
        ("GET /\(String(repeating: "a", count: 9_000)) HTTP/1.1\r\nHost: a\r\n\r\n", 414, "http.target_too_long", true),
        ("GET / HTTP/1.1\r\nX: \(String(repeating: "a", count: 17_000))\r\n\r\n", 431, "http.head_too_large", true),
        ("GET / HTTP/1.1\r\n\(String(repeating: "A: b\r\n", count: 101))\r\n", 431, "http.too_many_fields", true),
        ("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1048577\r\n\r\n", 413, "http.body_too_large", true),
        (
            "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFF\r\n", 413,
            "http.body_too_large", true
        ),
        ("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n", 400, "http.chunk_invalid", true),
        ("POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 1\r\n\r\n", 417, "http.expectation_unknown", true),
    ])
    func `a refusal is a problem with a stable code`(
        request: String, status: Int, code: String, closes: Bool
    ) async throws {
        try await withServer(routes: standardRoutes) { server, _ in
            let client = try WireClient(port: server.port)
            let answer = try client.ask(request)
            #expect(answer.status == status)
            #expect(answer.text.contains("\"code\":\"\(code)\""))
            #expect(answer["content-type"] == "application/problem+json")
            #expect(answer["x-request-id"] != nil)
            #expect(answer.closes == closes)
            if closes {
                client.endWriting()
                try client.waitForClose()
            } else {
                #expect(try client.ask("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n").status == 200)
            }
        }
    }

    @Test func `405 tells what is allowed`() async throws {
        try await withServer(routes: standardRoutes) { server, _ in
            let answer = try WireClient(port: server.port).ask("DELETE /echo HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(answer["allow"] == "POST, OPTIONS")
        }
    }

    @Test(arguments: ["/healthz", "/suspending"])
    func `20 pipelined requests are answered in order`(path: String) async throws {
        try await withServer(routes: standardRoutes) { server, _ in
            let client = try WireClient(port: server.port)
            let mixed = (0..<20).map { number in
                number % 2 == 0
                    ? "GET \(path) HTTP/1.1\r\nHost: a\r\nX-Request-ID: n\(number)\r\n\r\n"
                    : "POST /echo HTTP/1.1\r\nHost: a\r\nX-Request-ID: n\(number)\r\nContent-Length: 2\r\n\r\nhi"
            }
            client.send(mixed.joined())
            for number in 0..<20 {
                let answer = try client.answer()
                #expect(answer["x-request-id"] == "n\(number)")
                #expect(answer.status == 200)
            }
        }
    }

    @Test func `answers of pipelined requests leave in one write`() async throws {
        try await withServer(routes: standardRoutes) { server, _ in
            let client = try WireClient(port: server.port)
            client.send(String(repeating: "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n", count: 10))
            let bytes = try client.read() ?? []
            #expect(String(decoding: bytes, as: UTF8.self).components(of: "HTTP/1.1 200 OK") == 10)
        }
    }

    @Test func `a request is understood wherever it is cut`() async throws {
        try await withServer(routes: standardRoutes) { server, _ in
            let client = try WireClient(port: server.port)
            let request = Array("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello".utf8)
            for index in 1..<request.count {
                client.send(Array(request[..<index]))
                client.send(Array(request[index...]))
                #expect(try client.answer().text == "hello")
            }
        }
    }

    @Test(arguments: ["/healthz", "/suspending"])
    func `HEAD has the head of GET and no body`(path: String) async throws {
        try await withServer(routes: standardRoutes) { server, _ in
            let client = try WireClient(port: server.port)
            let answer = try client.ask("HEAD \(path) HTTP/1.1\r\nHost: a\r\n\r\n", toHead: true)
            let body = try client.ask("GET \(path) HTTP/1.1\r\nHost: a\r\n\r\n").body
            #expect(answer["content-length"] == "\(body.count)")
        }
    }

    @Test(
        arguments: [
            ("GET /healthz HTTP/1.0\r\n\r\n", "close", true),
            ("GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", "close", true),
            ("GET /healthz HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", "keep-alive", false),
            ("GET /suspending HTTP/1.0\r\n\r\n", "close", true),
            ("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n", nil, false),
        ] as [(String, String?, Bool)])
    func `who keeps the connection`(request: String, connection: String?, closes: Bool) async throws {
        try await withServer(routes: standardRoutes) { server, _ in
            let client = try WireClient(port: server.port)
            #expect(try client.ask(request)["connection"] == connection)
            if closes {
                try client.waitForClose()
            } else {
                #expect(try client.ask("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n").status == 200)
            }
        }
    }

    @Test(arguments: ["/healthz", "/suspending"])
    func `a client that ends its side is still answered`(path: String) async throws {
        try await withServer(routes: standardRoutes) { server, _ in
            let client = try WireClient(port: server.port)
            client.send(String(repeating: "GET \(path) HTTP/1.1\r\nHost: a\r\n\r\n", count: 3))
            client.endWriting()
            #expect(try client.readToEnd().components(of: "HTTP/1.1 200 OK") == 3)
        }
    }

    @Test func `a body cut off by its client is told so`() async throws {
        try await withServer(routes: standardRoutes) { server, _ in
            let client = try WireClient(port: server.port)
            client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhello")
            client.endWriting()
            #expect(try client.readToEnd().contains("http.body_incomplete"))
        }
    }

    @Test(arguments: [1, 4])
    func `every loop answers, whichever connection`(loops: Int) async throws {
        try await withServer {
            $0.loops = loops
        } routes: { router in
            standardRoutes(&router)
        } _: { server, _ in
            let clients = try (0..<12).map { _ in try WireClient(port: server.port) }
            for client in clients { client.send("GET /suspending HTTP/1.1\r\nHost: a\r\n\r\n") }
            for client in clients { #expect(try client.answer().text == "late\n") }
        }
    }

    @Test func `before it is opened a server answers one thing, then its routes do, on open connections too`() async throws {
        var configuration = Server.Configuration()
        configuration.loops = 1
        configuration.unopened = { _ in Response(.unavailable, headers: ["retry-after": "7"], body: Array("not yet".utf8)) }
        let server = Server(configuration)
        try server.start()
        let client = try WireClient(port: server.port)
        let before = try client.ask("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc")
        #expect(before.status == 503 && before.text == "not yet" && before["retry-after"] == "7")
        var router = Router()
        standardRoutes(&router)
        server.open(router)
        let after = try client.ask("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc")
        #expect(after.status == 200 && after.text == "abc")
        await server.stop(within: .milliseconds(100))
    }

    @Test func `an exchange tells what happened`() async throws {
        try await withServer(routes: standardRoutes) { server, told in
            let client = try WireClient(port: server.port)
            _ = try client.ask(
                "POST /echo?secret HTTP/1.1\r\nHost: a\r\nX-Request-ID: mine\r\nContent-Length: 3\r\n\r\nabc")
            _ = try client.ask("GET /nowhere HTTP/1.1\r\nHost: a\r\n\r\n")
            await told.wait { $0.exchanges.count == 2 }
            let (first, second) = (told.exchanges[0], told.exchanges[1])
            #expect(first.method == .post && first.routePattern == "/echo" && first.routeIndex == 2)
            #expect(first.path == "/echo" && first.status == 200 && first.requestID == "mine")
            #expect(first.bytesReceived == 81 && first.peer == "127.0.0.1")
            #expect(first.nanoseconds > 0 && first.nanoseconds < 60_000_000_000)
            #expect(second.routeIndex == -1 && second.status == 404 && second.routePattern.isEmpty)
            let statistics = server.statistics
            #expect(statistics.requests == 2 && statistics.connections == 1 && statistics.connectionsAccepted == 1)
            await server.stop()
            #expect(server.statistics.bytesSent == first.bytesSent + second.bytesSent)
        }
    }

    @Test func `fields of the listener cannot be set by a response`() async throws {
        try await withServer { _ in
        } routes: { router in
            router.get("/") { _ in
                Response(
                    headers: [
                        "Content-Length": "99", "Connection": "upgrade", "Date": "never", "Transfer-Encoding": "x",
                        "X-Request-ID": "other", "x-mine": "1",
                    ], body: Array("ok".utf8))
            }
        } _: { server, _ in
            let answer = try WireClient(port: server.port).ask("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(answer.text == "ok" && answer["x-mine"] == "1" && answer["content-length"] == "2")
            // Length, date, request id, the one of its own, and the five that every answer has.
            #expect(answer.fields.count == 9 && answer["x-request-id"] != "other" && answer["connection"] == nil)
        }
    }

    @Test(arguments: ["127.0.0.1", "::1", "localhost", "::", "0.0.0.0"])
    func `it listens on addresses and names`(host: String) async throws {
        try await withServer {
            $0.host = host
        } routes: { router in
            standardRoutes(&router)
        } _: { server, _ in
            #expect(server.port > 0)
            let client = try WireClient(port: server.port, host: host == "::1" ? "::1" : "127.0.0.1")
            #expect(try client.ask("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n").status == 200)
        }
    }

    @Test func `a taken address, an unknown one and a second start say so`() async throws {
        try await withServer(routes: standardRoutes) { server, _ in
            let second = Server(.init(port: server.port), router: Router())
            #expect(throws: ServerError.addressInUse(address: "127.0.0.1:\(server.port)")) { try second.start() }
            let far = Server(.init(host: "192.0.2.1"), router: Router())
            #expect(throws: ServerError.addressNotAvailable(address: "192.0.2.1:0")) { try far.start() }
            let unknown = Server(.init(host: "no.such.name.invalid"), router: Router())
            #expect(throws: ServerError.addressUnknown(host: "no.such.name.invalid")) { try unknown.start() }
            #expect(throws: ServerError.alreadyStarted) { try server.start() }
        }
    }
}

extension String {
    /// How often `part` is in it.
    func components(of part: String) -> Int {
        var count = 0
        var rest = utf8[...]
        while !rest.isEmpty {
            if rest.starts(with: part.utf8) { count += 1 }
            rest = rest.dropFirst()
        }
        return count
    }
}
