import Glibc
import Testing

@testable import Web

/// Deadlines, limits and the end. Tests wait for the server to act, never for a time to pass.
@Suite(.timeLimit(.minutes(2))) struct ServerPatienceTests {
    @Test func `a head that drips in is answered 408`() async throws {
        try await withServer {
            $0.headDeadline = .milliseconds(60)
        } routes: { router in
            standardRoutes(&router)
        } _: { server, told in
            let client = try WireClient(port: server.port)
            for byte in "GET / HT" { client.send(String(byte)) }
            let answer = try client.answer()
            #expect(answer.status == 408 && answer.closes && answer.text.contains("http.head_timeout"))
            await told.wait { $0.events.contains(.deadlineExceeded(peer: "127.0.0.1", .head)) }
        }
    }

    @Test func `an idle connection closes without a word`() async throws {
        try await withServer {
            $0.idleDeadline = .milliseconds(300)
        } routes: { router in
            standardRoutes(&router)
        } _: { server, _ in
            let fresh = try WireClient(port: server.port)
            #expect(try fresh.readToEnd().isEmpty)
            let used = try WireClient(port: server.port)
            #expect(try used.ask("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n").status == 200)
            #expect(try used.readToEnd().isEmpty)
        }
    }

    @Test func `who comes after a time longer than any deadline is served`() async throws {
        try await withServer {
            $0.loops = 1
            $0.idleDeadline = .milliseconds(200)
        } routes: { router in
            standardRoutes(&router)
        } _: { quiet, _ in
            // Another server's deadline tells when more than that of the quiet one has passed.
            try await withServer {
                $0.idleDeadline = .milliseconds(500)
            } routes: { router in
                standardRoutes(&router)
            } _: { clock, _ in
                let unused = try WireClient(port: clock.port)
                #expect(try unused.readToEnd().isEmpty)
            }
            let late = try WireClient(port: quiet.port)
            #expect(try late.ask("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n").status == 200)
        }
    }

    @Test(arguments: ["Content-Length: 100000\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n5\r\nhe"])
    func `a body that stops coming is answered 408`(rest: String) async throws {
        try await withServer {
            $0.bodyProgressWindow = .milliseconds(60)
        } routes: { router in
            standardRoutes(&router)
        } _: { server, told in
            let client = try WireClient(port: server.port)
            let answer = try client.ask("POST /echo HTTP/1.1\r\nHost: a\r\n\(rest)")
            #expect(answer.status == 408 && answer.closes && answer.text.contains("http.body_timeout"))
            #expect(told.events.contains(.deadlineExceeded(peer: "127.0.0.1", .body)))
        }
    }

    @Test func `a body must be complete by the deadline of its route, however it comes`() async throws {
        try await withServer {
            $0.bodyProgressBytesMin = 0
        } routes: { router in
            router.post("/quick", RouteLimits(bodyDeadline: .milliseconds(60))) { _ in .noContent }
        } _: { server, _ in
            let client = try WireClient(port: server.port)
            #expect(try client.ask("POST /quick HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nx").status == 408)
        }
    }

    @Test func `a streamed body that stops coming ends the stream`() async throws {
        try await withServer {
            $0.bodyProgressWindow = .milliseconds(60)
        } routes: { router in
            router.post("/up", RouteLimits(streamsBody: true)) { request async in
                do throws(BodyFault) { return .text("\(try await request.stream.collect(upTo: 99))") } catch {
                    return Response(error.problem)
                }
            }
        } _: { server, _ in
            let answer = try WireClient(port: server.port).ask(
                "POST /up HTTP/1.1\r\nHost: a\r\nContent-Length: 50000\r\n\r\nx")
            #expect(answer.status == 408 && answer.closes)
        }
    }

    @Test func `a reader that stops reading is broken off`() async throws {
        try await withServer {
            $0.writeProgressWindow = .milliseconds(80)
        } routes: { router in
            router.get("/big") { _ in Response(body: [UInt8](repeating: 0x61, count: 16 << 20)) }
        } _: { server, told in
            let client = try WireClient(port: server.port, receiveBufferBytes: 4_096)
            client.send("GET /big HTTP/1.1\r\nHost: a\r\n\r\n")
            await told.wait { $0.events.contains(.deadlineExceeded(peer: "127.0.0.1", .write)) }
        }
    }

    @Test func `a client that pipelines without reading is not served ahead`() async throws {
        try await withServer {
            $0.writeProgressWindow = .milliseconds(80)
        } routes: { router in
            router.get("/some") { _ in Response(body: [UInt8](repeating: 0x61, count: 60_000)) }
        } _: { server, told in
            let client = try WireClient(port: server.port, receiveBufferBytes: 4_096)
            client.send(String(repeating: "GET /some HTTP/1.1\r\nHost: a\r\n\r\n", count: 1_000))
            await told.wait { $0.events.contains(.deadlineExceeded(peer: "127.0.0.1", .write)) }
            #expect(server.statistics.requests < 500)
        }
    }

    @Test func `the connection past the limit is answered 503, and there is room again when one closes`() async throws {
        try await withServer {
            $0.connectionsMax = 2
        } routes: { router in
            standardRoutes(&router)
        } _: { server, told in
            let first = try WireClient(port: server.port)
            let second = try WireClient(port: server.port)
            let request = "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"
            #expect(try first.ask(request).status == 200)
            #expect(try second.ask(request).status == 200)
            let third = try WireClient(port: server.port)
            third.send(request)
            let refusal = try third.answer()
            #expect(refusal.status == 503 && refusal.closes && refusal["retry-after"] == "1")
            #expect(told.events.contains(.connectionRefused(peer: "127.0.0.1", limit: 2)))
            #expect(server.statistics.connectionsRefused == 1 && server.statistics.connectionsMax == 2)
            third.close()
            first.close()
            var status = 503
            while status == 503 { status = try WireClient(port: server.port).ask(request).status }
            #expect(status == 200)
        }
    }

    @Test func `past those being refused, connections close at once`() async throws {
        try await withServer {
            $0.connectionsMax = 1
        } routes: { router in
            standardRoutes(&router)
        } _: { server, _ in
            let clients = try (0..<2 + ServerContext.excessMax).map { _ in try WireClient(port: server.port) }
            #expect(try clients[ServerContext.excessMax].answer().status == 503)
            #expect(throws: WireClient.Fault.self) { try clients[ServerContext.excessMax + 1].answer() }
        }
    }

    @Test func `stopping finishes what runs, closes what is idle, and takes nothing new`() async throws {
        let gate = Gate()
        try await withServer {
            $0.loops = 2
        } routes: { router in
            standardRoutes(&router)
            router.get("/gated") { _ async in
                await gate.pass()
                return .text("done")
            }
        } _: { server, told in
            let port = server.port
            let idle = try (0..<4).map { _ in try WireClient(port: port) }
            for client in idle { _ = try client.ask("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n") }
            let busy = try WireClient(port: port)
            busy.send("GET /gated HTTP/1.1\r\nHost: a\r\n\r\n")
            await gate.arrivals(1)
            let stopping = Task.detached { await server.stop(within: .seconds(30)) }
            for client in idle { #expect(try client.readToEnd().isEmpty) }
            gate.open()
            let answer = try busy.answer()
            #expect(answer.text == "done" && answer.closes)
            await stopping.value
            #expect(told.events.contains(.stopped(unfinished: 0)))
            #expect(throws: WireClient.Fault.self) { try WireClient(port: port) }
            #expect(server.port == 0)
        }
    }

    @Test func `stopping lets a slow reader take its answer, and closes then`() async throws {
        let body = [UInt8](repeating: 0x61, count: 8 << 20)
        try await withServer { _ in
        } routes: { router in
            standardRoutes(&router)
            router.get("/big") { _ in Response(body: body) }
        } _: { server, told in
            let idle = try WireClient(port: server.port)
            _ = try idle.ask("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
            let slow = try WireClient(port: server.port, receiveBufferBytes: 4_096)
            slow.send("GET /big HTTP/1.1\r\nHost: a\r\n\r\n")
            await told.wait { $0.exchanges.count == 2 }
            let stopping = Task.detached { await server.stop(within: .seconds(30)) }
            try idle.waitForClose()
            #expect(try slow.answer().body.count == body.count)
            try slow.waitForClose()
            await stopping.value
            #expect(told.events.contains(.stopped(unfinished: 0)))
        }
    }

    @Test func `stopping breaks off what does not finish in time`() async throws {
        let gate = Gate()
        try await withServer {
            $0.headDeadline = .milliseconds(40)
        } routes: { router in
            router.get("/gated") { _ async in
                await gate.pass()
                return .text("done")
            }
        } _: { server, told in
            let client = try WireClient(port: server.port)
            client.send("GET /gated HTTP/1.1\r\nHost: a\r\n\r\n")
            await gate.arrivals(1)
            await server.stop(within: .milliseconds(20))
            #expect(try client.readToEnd().isEmpty)
            #expect(told.events.contains(.stopped(unfinished: 1)))
            gate.open()
            await told.wait { $0.exchanges.count == 1 }
            #expect(told.exchanges[0].bytesSent == 0)
        }
    }

    @Test func `a connection that breaks does not disturb its successor on the same descriptor`() async throws {
        try await withServer(routes: standardRoutes) { server, _ in
            for _ in 0..<200 {
                let client = try WireClient(port: server.port)
                client.send("GET /suspending HTTP/1.1\r\nHost: a\r\n\r\n")
                client.reset()
                #expect(try WireClient(port: server.port).ask("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n").status == 200)
            }
        }
    }

    @Test func `a client that resets amid its pipelined answers is forgotten at once`() async throws {
        try await withServer(routes: { router in
            standardRoutes(&router)
            router.get("/some") { _ in Response(body: [UInt8](repeating: 0x61, count: 30_000)) }
        }) { server, _ in
            for _ in 0..<20 {
                let client = try WireClient(port: server.port, receiveBufferBytes: 4_096)
                client.send(String(repeating: "GET /some HTTP/1.1\r\nHost: a\r\n\r\n", count: 1_500))
                client.reset()
            }
            let probe = try WireClient(port: server.port)
            var open = 0
            repeat {
                #expect(try probe.ask("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n").text == "ok\n")
                open = server.statistics.connections
            } while open > 1
            #expect(open == 1)
        }
    }

    @Test func `out of descriptors, clients wait and are served when there are some again`() async {
        await #expect(processExitsWith: .success) {
            // Limits are the process's: this test has one of its own.
            var limit = rlimit(rlim_cur: 64, rlim_max: 64)
            setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
            try await withServer({ $0.lingerDeadline = .milliseconds(40) }, routes: standardRoutes) { server, told in
                var clients: [WireClient] = []
                while let client = try? WireClient(port: server.port) { clients.append(client) }
                await told.wait { seen in seen.events.contains { if case .acceptPaused = $0 { true } else { false } } }
                let last = clients.removeLast()
                last.send("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
                clients.removeAll()
                let status = try last.answer().status
                precondition(status == 200 || status == 503, "\(status)")
            }
        }
    }
}
