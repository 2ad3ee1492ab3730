import Glibc
import Synchronization
import Testing

@testable import Web

/// Bodies that pass through while a handler works.
@Suite(.timeLimit(.minutes(2))) struct ServerStreamTests {
    private static let streaming = RouteLimits(bodyBytesMax: 64 << 20, streamsBody: true)

    @Test func `a streamed body cut off ends the stream with a fault`() async throws {
        let fault = Mutex<BodyFault?>(nil)
        try await withServer { _ in
        } routes: { router in
            router.post("/up", Self.streaming) { request async in
                do throws(BodyFault) { _ = try await request.stream.collect(upTo: 100) } catch {
                    fault.withLock { $0 = error }
                }
                return .noContent
            }
        } _: { server, told in
            let client = try WireClient(port: server.port)
            client.send("POST /up HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhello")
            client.endWriting()
            _ = try client.readToEnd()
            #expect(fault.withLock { $0 } == .clientGone)
            let second = try WireClient(port: server.port)
            second.send("POST /up HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\nx")
            #expect(try second.answer().closes)
            #expect(fault.withLock { $0 } == .malformed(.chunkInvalid))
        }
    }

    @Test func `a body that outlives its request cannot take from the next`() async throws {
        let kept = Mutex<RequestBody?>(nil)
        try await withServer { _ in
        } routes: { router in
            router.post("/up", Self.streaming) { request async in
                let earlier = kept.withLock { kept in
                    defer { kept = request.stream }
                    return kept
                }
                do throws(BodyFault) {
                    return .text("\(try await (earlier ?? request.stream).collect(upTo: 100).count)")
                } catch {
                    return .text("\(error)")
                }
            }
        } _: { server, _ in
            let client = try WireClient(port: server.port)
            let request = "POST /up HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi"
            #expect(try client.ask(request).text == "2")
            #expect(try client.ask(request).text == "clientGone")
        }
    }

    @Test func `a streamed answer is chunked, or counted, or ends the connection`() async throws {
        try await withServer { _ in
        } routes: { router in
            router.get("/stream") { _ in
                .stream { writer in for number in 0..<3 { try await writer.write("line \(number)\n") } }
            }
            router.get("/counted") { _ async in
                .stream(length: 5) { writer in
                    try await writer.write("he")
                    await Task.yield()
                    try await writer.write("llo")
                }
            }
        } _: { server, told in
            let client = try WireClient(port: server.port)
            let chunked = try client.ask("GET /stream HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(chunked["transfer-encoding"] == "chunked" && chunked["content-length"] == nil)
            #expect(chunked.text == "line 0\nline 1\nline 2\n")
            let counted = try client.ask("GET /counted HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(counted["content-length"] == "5" && counted.text == "hello")
            #expect(try client.ask("HEAD /counted HTTP/1.1\r\nHost: a\r\n\r\n", toHead: true)["content-length"] == "5")
            client.send("GET /stream HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
            let old = try client.readToEnd()
            #expect(old.hasSuffix("\r\n\r\nline 0\nline 1\nline 2\n") && old.contains("connection: close"))
            await told.wait { $0.exchanges.count == 4 }
        }
    }

    @Test func `requests behind streamed answers are answered`() async throws {
        try await withServer { _ in
        } routes: { router in
            standardRoutes(&router)
            router.get("/stream") { _ in .stream { writer in try await writer.write("all at once") } }
        } _: { server, _ in
            let client = try WireClient(port: server.port)
            let pair = "GET /stream HTTP/1.1\r\nHost: a\r\n\r\nGET /suspending HTTP/1.1\r\nHost: a\r\n\r\n"
            client.send(String(repeating: pair, count: 10))
            for _ in 0..<10 {
                #expect(try client.answer().text == "all at once")
                #expect(try client.answer().text == "late\n")
            }
        }
    }

    @Test(arguments: ["/short", "/long", "/throws"])
    func `a stream that breaks its promise is broken off`(path: String) async throws {
        struct Broken: Error {}
        try await withServer { _ in
        } routes: { router in
            router.get("/short") { _ in .stream(length: 5) { writer in try await writer.write("hi") } }
            router.get("/long") { _ in .stream(length: 5) { writer in try await writer.write("hello!") } }
            router.get("/throws") { _ in
                .stream { writer in
                    try await writer.write("hi")
                    throw Broken()
                }
            }
        } _: { server, told in
            let client = try WireClient(port: server.port)
            client.send("GET \(path) HTTP/1.1\r\nHost: a\r\n\r\n")
            let parts = try client.readToEnd().split(separator: "\r\n\r\n", maxSplits: 1)
            #expect(parts.count < 2 || !parts[1].hasSuffix("0\r\n\r\n"))
            await told.wait { seen in seen.events.contains { if case .streamFailed = $0 { true } else { false } } }
        }
    }

    @Test func `a producer faster than its client waits, and is cancelled when the client goes`() async throws {
        let written = Atomic(0)
        let ended = Gate()
        try await withServer { _ in
        } routes: { router in
            router.get("/endless") { _ in
                .stream { writer in
                    let piece = [UInt8](repeating: 0x61, count: 16_384)
                    do {
                        while true {
                            try await writer.write(piece)
                            written.add(piece.count, ordering: .relaxed)
                        }
                    } catch {
                        if Task.isCancelled, error as? BodyFault == .clientGone { await ended.pass() }
                        throw error
                    }
                }
            }
            standardRoutes(&router)
        } _: { server, _ in
            ended.open()
            let client = try WireClient(port: server.port, receiveBufferBytes: 4_096)
            client.send("GET /endless HTTP/1.1\r\nHost: a\r\n\r\n")
            _ = try client.read()
            // While the producer waits for one client, others are served; what was produced fits in buffers.
            for _ in 0..<50 {
                #expect(
                    try WireClient(port: server.port).ask("GET /suspending HTTP/1.1\r\nHost: a\r\n\r\n").status == 200)
            }
            #expect(written.load(ordering: .relaxed) < 8 << 20)
            client.reset()
            await ended.arrivals(1)
        }
    }

    @Test func `a handler is not cancelled when its client goes away`() async throws {
        let gate = Gate()
        let wasCancelled = Mutex<Bool?>(nil)
        try await withServer { _ in
        } routes: { router in
            router.post("/durable") { _ async in
                await gate.pass()
                wasCancelled.withLock { $0 = Task.isCancelled }
                return .noContent
            }
        } _: { server, told in
            let client = try WireClient(port: server.port)
            client.send("POST /durable HTTP/1.1\r\nHost: a\r\n\r\n")
            await gate.arrivals(1)
            client.reset()
            gate.open()
            await told.wait { $0.exchanges.count == 1 }
            #expect(wasCancelled.withLock { $0 } == false)
            #expect(told.exchanges[0].status == 204)
        }
    }

    @Test func `an answer can pass a body through`() async throws {
        try await withServer { _ in
        } routes: { router in
            router.post("/through", Self.streaming) { request async in
                .stream { writer in for try await piece in request.stream { try await writer.write(piece) } }
            }
        } _: { server, _ in
            let client = try WireClient(port: server.port)
            let body = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 / 3) }
            client.send(Array("POST /through HTTP/1.1\r\nHost: a\r\nContent-Length: \(body.count)\r\n\r\n".utf8) + body)
            #expect(try client.answer().body == body)
        }
    }
}
