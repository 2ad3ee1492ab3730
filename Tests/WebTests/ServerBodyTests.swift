import Glibc
import Synchronization
import Testing

@testable import Web

/// Bodies in both directions, and clients that do not play along.
@Suite(.timeLimit(.minutes(2))) struct ServerBodyTests {
    private static let streaming = RouteLimits(bodyBytesMax: 64 << 20, streamsBody: true)

    @Test func `100 Continue comes only when the body will be read`() async throws {
        try await withServer(routes: standardRoutes) { server, _ in
            let client = try WireClient(port: server.port)
            client.send("POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n")
            #expect(try client.answer().status == 100)
            client.send("hi")
            #expect(try client.answer().text == "hi")
            let refused = try client.ask(
                "POST /nowhere HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n")
            #expect(refused.status == 404 && refused.closes)
        }
    }

    @Test func `a body that comes on its own needs no 100 Continue`() async throws {
        try await withServer(routes: standardRoutes) { server, _ in
            let client = try WireClient(port: server.port)
            let request = "POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\nhi"
            #expect(try client.ask(request).text == "hi")
            let old = "POST /echo HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n"
            client.send(old)
            client.send("ho")
            #expect(try client.answer().text == "ho")
        }
    }

    @Test func `a streaming route sends 100 Continue when it begins to read`() async throws {
        try await withServer { _ in
        } routes: { router in
            router.post("/up", Self.streaming) { request async in
                guard request.headers["x-refuse"] == nil else { return Response(.forbidden) }
                return .text("\((try? await request.stream.collect(upTo: 100).count) ?? -1)")
            }
        } _: { server, _ in
            let head = "POST /up HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n"
            let client = try WireClient(port: server.port)
            client.send(head + "\r\n")
            #expect(try client.answer().status == 100)
            #expect(try client.ask("hi").text == "2")
            let refused = try client.ask(head + "X-Refuse: 1\r\n\r\n")
            #expect(refused.status == 403 && refused.closes)
        }
    }

    @Test func `an unwanted small body is skipped, a large one closes`() async throws {
        try await withServer(routes: standardRoutes) { server, _ in
            let client = try WireClient(port: server.port)
            client.send("POST /nowhere HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n")
            #expect(try client.answer().status == 404)
            #expect(try client.ask("helloGET /healthz HTTP/1.1\r\nHost: a\r\n\r\n").status == 200)
            let large = try client.ask("POST /nowhere HTTP/1.1\r\nHost: a\r\nContent-Length: 65537\r\n\r\n")
            #expect(large.status == 404 && large.closes)
        }
    }

    @Test(arguments: ["Content-Length: 4000000", "Transfer-Encoding: chunked"])
    func `413 reaches a client that goes on sending`(framing: String) async throws {
        try await withServer(routes: standardRoutes) { server, _ in
            let client = try WireClient(port: server.port)
            client.send("POST /echo HTTP/1.1\r\nHost: a\r\n\(framing)\r\n\r\n")
            let chunk = Array("10000\r\n".utf8) + [UInt8](repeating: 0x61, count: 65_536) + [13, 10]
            for _ in 0..<40 { client.send(chunk) }
            client.endWriting()
            #expect(try client.readToEnd().hasPrefix("HTTP/1.1 413 "))
        }
    }

    @Test func `a refused client that ends while we are busy is not reset`() async throws {
        let entered = Semaphore()
        let release = Semaphore()
        try await withServer { _ in
        } routes: { router in
            standardRoutes(&router)
            router.get("/busy") { _ in
                entered.signal()
                release.wait()
                return .noContent
            }
        } _: { server, _ in
            let client = try WireClient(port: server.port)
            let other = try WireClient(port: server.port)
            #expect(try client.ask("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 4000000\r\n\r\n").status == 413)
            other.send("GET /busy HTTP/1.1\r\nHost: a\r\n\r\n")
            entered.wait()
            client.send([UInt8](repeating: 0x61, count: 100_000))
            client.endWriting()
            release.signal()
            #expect(try other.answer().status == 204)
            repeat {
                #expect(try other.ask("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n").status == 200)
            } while server.statistics.connections > 1
            #expect(client.error == 0)
        }
    }

    @Test func `a body of a megabyte comes back as it went`() async throws {
        try await withServer(routes: standardRoutes) { server, _ in
            let body = (0..<1 << 20).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
            let client = try WireClient(port: server.port)
            client.send(Array("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: \(body.count)\r\n\r\n".utf8) + body)
            #expect(try client.answer().body == body)
        }
    }

    @Test func `a slow reader of a large answer gets all of it`() async throws {
        let body = (0..<3 << 20).map { UInt8(truncatingIfNeeded: $0 / 7) }
        try await withServer { _ in
        } routes: { router in
            router.get("/big") { _ in Response(body: body) }
            standardRoutes(&router)
        } _: { server, _ in
            let client = try WireClient(port: server.port, receiveBufferBytes: 4_096)
            client.send("GET /big HTTP/1.1\r\nHost: a\r\n\r\nGET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try client.answer().body == body)
            #expect(try client.answer().text == "ok\n")
        }
    }

    @Test func `a slow reader of a streamed answer gets all of it`() async throws {
        let piece = [UInt8](repeating: 0x61, count: 90_000)
        try await withServer { _ in
        } routes: { router in
            router.get("/stream") { _ in
                .stream { writer in for _ in 0..<100 { try await writer.write(piece) } }
            }
        } _: { server, _ in
            let client = try WireClient(port: server.port, receiveBufferBytes: 4_096)
            client.send("GET /stream HTTP/1.0\r\n\r\n")
            let body = try client.readToEnd().utf8.count
            #expect(body > 100 * piece.count && body < 100 * piece.count + 1_000)
        }
    }

    @Test func `a handler that does not read holds its client back`() async throws {
        let gate = Gate()
        try await withServer {
            $0.bodyProgressWindow = .seconds(1)
        } routes: { router in
            router.post("/up", Self.streaming) { request async in
                await gate.pass()
                do throws(BodyFault) {
                    return .text("\(try await request.stream.collect(upTo: 64 << 20).count)")
                } catch {
                    return Response(error.problem)
                }
            }
        } _: { server, _ in
            let client = try WireClient(port: server.port)
            let total = 32 << 20
            client.send("POST /up HTTP/1.1\r\nHost: a\r\nContent-Length: \(total)\r\n\r\n")
            await gate.arrivals(1)
            let piece = [UInt8](repeating: 0x61, count: 65_536)
            var sent = 0
            // The kernel takes what its buffers hold, and we 64 KiB and a read; then the client is stuck.
            while client.canWrite(within: 1_500) { sent += max(0, client.sendNow(Array(piece.prefix(total - sent)))) }
            #expect(sent < 16 << 20)
            #expect(server.statistics.bytesReceived < 1 << 20)
            gate.open()
            while sent < total {
                client.send(Array(piece.prefix(total - sent)))
                sent += min(piece.count, total - sent)
            }
            let text = try client.answer().text
            #expect(text == "\(total)")
        }
    }
}

extension WireClient {
    /// Whether the kernel takes more within that time.
    func canWrite(within milliseconds: Int32) -> Bool {
        var descriptor = pollfd(fd: socket, events: Int16(POLLOUT), revents: 0)
        return poll(&descriptor, 1, milliseconds) == 1
    }
}
