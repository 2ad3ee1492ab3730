import Glibc
import Testing

@testable import Web

/// From HTTP to WebSocket, over real sockets.
@Suite(.timeLimit(.minutes(1))) struct WebSocketUpgradeTests {
    private static func routes(_ router: inout Router) {
        standardRoutes(&router)
        router.get("/echo") { _ in
            .webSocket(WebSocket.Limits(subprotocols: ["chat", "quiz"])) { socket in
                for await message in socket.messages { await socket.send(message) }
            }
        }
        router.get("/protocol") { _ in
            .webSocket(WebSocket.Limits(subprotocols: ["chat", "quiz"])) { socket in
                await socket.send(socket.subprotocol ?? "none")
            }
        }
        router.get("/late") { _ async in
            await Task.yield()
            return .webSocket(headers: ["x-room": "7"]) { socket in
                for await message in socket.messages { await socket.send(message) }
            }
        }
        router.get("/stream", RouteLimits(streamsBody: true)) { _ async in .webSocket { _ in } }
        router.get("/members-only") { _ in Problem(.forbidden, "room.full", "This room is full.").response }
        router.post("/posted") { _ in .webSocket { _ in } }
    }

    @Test func `the answer is 101 with what the standard asks, and nothing that frames a body`() async throws {
        try await withServer(routes: Self.routes) { server, _ in
            let answer = try WireClient(port: server.port).ask(WireClient.upgradeRequest("/echo"))
            #expect(answer.status == 101)
            #expect(answer["upgrade"] == "websocket")
            #expect(answer.fields.filter { $0.name == "connection" }.map { $0.value.lowercased() } == ["upgrade"])
            #expect(answer["sec-websocket-accept"] == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
            #expect(answer["date"] != nil && answer["x-request-id"] != nil)
            for name in ["content-length", "transfer-encoding", "sec-websocket-protocol", "sec-websocket-extensions"] {
                #expect(answer[name] == nil)
            }
            let late = try WireClient(port: server.port).ask(WireClient.upgradeRequest("/late"))
            #expect(late.status == 101 && late["x-room"] == "7")
        }
    }

    private static let sound = """
        Upgrade: websocket\r
        Connection: Upgrade\r
        Sec-WebSocket-Version: 13\r
        Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r

        """

    @Test(arguments: [
        ("GET /echo HTTP/1.1", "", 426, "websocket.upgrade_required"),
        ("GET /echo HTTP/1.1", sound.replacing("Upgrade: websocket", with: "Upgrade: h2c"), 426, "upgrade_required"),
        ("GET /echo HTTP/1.1", sound.replacing("on: Upgrade", with: "on: keep-alive"), 426, "upgrade_required"),
        ("GET /echo HTTP/1.1", sound.replacing("13", with: "12"), 426, "websocket.version_unsupported"),
        ("GET /echo HTTP/1.1", sound.replacing("dGhl", with: ""), 400, "websocket.key_invalid"),
        ("GET /echo HTTP/1.1", sound + "Origin: https://evil.example\r\n", 403, "websocket.origin_refused"),
        ("GET /echo HTTP/1.1", sound + "Content-Length: 2\r\n", 400, "websocket.body_unexpected"),
        ("GET /late HTTP/1.1", "", 426, "websocket.upgrade_required"),
        ("POST /late HTTP/1.1", sound, 405, "http.method_not_allowed"),
        ("POST /posted HTTP/1.1", sound, 426, "websocket.upgrade_required"),
        ("GET /members-only HTTP/1.1", sound, 403, "room.full"),
        ("GET /nowhere HTTP/1.1", sound, 404, "http.not_found"),
    ])
    func `a request that may not upgrade is told why, and the connection goes on`(
        line: String, fields: String, status: Int, code: String
    ) async throws {
        try await withServer(routes: Self.routes) { server, _ in
            let client = try WireClient(port: server.port)
            let body = fields.contains("Content-Length") ? "hi" : ""
            let answer = try client.ask("\(line)\r\nHost: a\r\n\(fields)\r\n\(body)")
            #expect(answer.status == status && answer.text.contains(code))
            if status == 426 {
                #expect(answer["upgrade"] == "websocket" && answer["sec-websocket-version"] == "13")
                #expect(answer["connection"] == "upgrade")
            }
            #expect(try client.ask("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n").text == "ok\n")
            #expect(server.statistics.webSockets == 0)
        }
    }

    @Test func `HEAD, HTTP/1.0 and a body on its way are refused`() async throws {
        try await withServer(routes: Self.routes) { server, _ in
            let client = try WireClient(port: server.port)
            let head = WireClient.upgradeRequest("/echo").replacing("GET", with: "HEAD")
            #expect(try client.ask(head, toHead: true).status == 426)
            let old = try client.ask(WireClient.upgradeRequest("/echo").replacing("HTTP/1.1", with: "HTTP/1.0"))
            #expect(old.status == 426 && old["connection"] == "close, upgrade")
            let sending = try WireClient(port: server.port)
            let answer = try sending.ask(WireClient.upgradeRequest("/stream", "Content-Length: 100000\r\n"))
            #expect(answer.status == 400 && answer.closes && answer.text.contains("websocket.body_unexpected"))
        }
    }

    @Test(arguments: [
        ("http://a", true), ("https://a", true), ("http://a:80", true), ("http://a:81", false), ("null", false),
        ("https://friend.example", true), ("http://friend.example", false),
    ])
    func `pages of this origin and of those allowed may open one`(origin: String, isAllowed: Bool) async throws {
        try await withServer {
            $0.originsAllowed = ["https://friend.example"]
        } routes: { router in
            Self.routes(&router)
        } _: { server, _ in
            let answer = try WireClient(port: server.port).ask(
                WireClient.upgradeRequest("/echo", "Origin: \(origin)\r\n"))
            #expect(answer.status == (isAllowed ? 101 : 403))
        }
    }

    @Test func `a refusal before the route runs is an answer like any other`() async throws {
        try await withServer(routes: { router in
            Self.routes(&router)
            router.admit = { request, _ in
                request.headers["authorization"] == nil && request.path == "/echo"
                    ? Problem(.unauthorized, "token.missing", "Sign in first.").response : nil
            }
        }) { server, _ in
            let client = try WireClient(port: server.port)
            #expect(try client.ask(WireClient.upgradeRequest("/echo")).status == 401)
            #expect(try client.ask(WireClient.upgradeRequest("/echo", "Authorization: Bearer x\r\n")).status == 101)
        }
    }

    @Test(arguments: [
        (nil, "none"), ("chat", "chat"), ("quiz, chat", "quiz"), ("soap,  chat", "chat"), ("soap", "none"),
        ("CHAT", "none"),
    ])
    func `of the subprotocols offered the first that is spoken is chosen`(
        offered: String?, chosen: String
    ) async throws {
        try await withServer(routes: Self.routes) { server, _ in
            let client = try WireClient(port: server.port)
            let field = offered.map { "Sec-WebSocket-Protocol: \($0)\r\n" } ?? ""
            let answer = try client.ask(WireClient.upgradeRequest("/protocol", field))
            #expect(answer["sec-websocket-protocol"] == (chosen == "none" ? nil : chosen))
            #expect(try client.text() == chosen)
        }
    }

    @Test(arguments: ["/echo", "/late"])
    func `frames right behind the handshake are not lost`(path: String) async throws {
        try await withServer(routes: Self.routes) { server, _ in
            let client = try WireClient(port: server.port)
            let frames = (0..<100).flatMap { WireFrame.text.with("\($0)").bytes }
            client.send(Array(WireClient.upgradeRequest(path).utf8) + frames)
            #expect(try client.answer().status == 101)
            for number in 0..<100 { #expect(try client.text() == "\(number)") }
        }
    }

    @Test func `the handshake and a first frame are understood wherever they are cut`() async throws {
        try await withServer(routes: Self.routes) { server, _ in
            let probe = try WireClient(port: server.port)
            let bytes = Array(WireClient.upgradeRequest("/echo").utf8) + WireFrame.text.with("hello").bytes
            for index in 1..<bytes.count {
                let client = try WireClient(port: server.port)
                client.send(Array(bytes[..<index]))
                try probe.passRounds()
                client.send(Array(bytes[index...]))
                #expect(try client.answer().status == 101)
                #expect(try client.text() == "hello")
            }
        }
    }

    @Test func `requests before the upgrade are answered before it`() async throws {
        try await withServer(routes: Self.routes) { server, _ in
            let client = try WireClient(port: server.port)
            let get = "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\nGET /suspending HTTP/1.1\r\nHost: a\r\n\r\n"
            client.send(Array((get + WireClient.upgradeRequest("/echo")).utf8) + WireFrame.text.with("hi").bytes)
            #expect(try client.answer().text == "ok\n")
            #expect(try client.answer().text == "late\n")
            #expect(try client.answer().status == 101)
            #expect(try client.text() == "hi")
        }
    }

    @Test func `a server that stops opens no more`() async throws {
        let gate = Gate()
        try await withServer(routes: { router in
            router.get("/gated") { _ async in
                await gate.pass()
                return .webSocket { _ in }
            }
        }) { server, told in
            let client = try WireClient(port: server.port)
            client.send(WireClient.upgradeRequest("/gated"))
            await gate.arrivals(1)
            let idle = try WireClient(port: server.port)
            let stopping = Task.detached { await server.stop(within: .seconds(30)) }
            #expect(try idle.readToEnd().isEmpty)
            gate.open()
            let answer = try client.answer()
            #expect(answer.status == 503 && answer.closes && answer["retry-after"] == "1")
            try client.waitForClose()
            await stopping.value
            #expect(told.events.contains(.stopped(unfinished: 0)))
        }
    }

    @Test func `an upgrade is one exchange, answered 101`() async throws {
        try await withServer(routes: Self.routes) { server, told in
            let client = try WireClient.webSocket(server, "/echo")
            client.send(.text.with("hello"))
            #expect(try client.text() == "hello")
            client.send(.close(1000))
            try client.waitForClose()
            #expect(try WireClient(port: server.port).ask("GET /echo HTTP/1.1\r\nHost: a\r\n\r\n").status == 426)
            await told.wait { $0.exchanges.count == 2 }
            #expect(told.exchanges.map(\.status) == [101, 426])
            #expect(told.exchanges.map(\.routePattern) == ["/echo", "/echo"])
            #expect(told.exchanges[0].bytesReceived == WireClient.upgradeRequest("/echo").utf8.count)
        }
    }

    @Test func `a client that ends right behind its handshake leaves nothing behind`() async throws {
        try await withServer(routes: Self.routes) { server, told in
            for path in ["/echo", "/late"] {
                for isReset in [false, true] {
                    let client = try WireClient(port: server.port)
                    client.send(WireClient.upgradeRequest(path))
                    if isReset { client.reset() } else { client.endWriting() }
                    if !isReset { try client.waitForClose() }
                }
            }
            let probe = try WireClient(port: server.port)
            try probe.passRounds {
                server.statistics.webSockets == 0 && server.statistics.connections == 1
                    && server.statistics.handlersRunning == 0
            }
        }
    }
}
