import Glibc
import Testing

@testable import Web

/// Clients that do anything at all, drawn from a seed.
@Suite(.timeLimit(.minutes(2))) struct ServerSimulation {
    private static let requests = [
        "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n", "GET /suspending HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /stream/3 HTTP/1.1\r\nHost: a\r\n\r\n", "GET /stream/3000 HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /stream/3 HTTP/1.0\r\n\r\n", "HEAD /stream/3 HTTP/1.1\r\nHost: a\r\n\r\n",
        "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 20000\r\n\r\n" + String(repeating: "x", count: 20_000),
        "POST /up HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
            + String(repeating: "5\r\nhello\r\n", count: 500) + "0\r\n\r\n",
        "POST /up HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\nhello",
        "POST /nowhere HTTP/1.1\r\nHost: a\r\nContent-Length: 9000\r\n\r\n" + String(repeating: "y", count: 9_000),
        "POST /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: 99999\r\n\r\nx",
    ]

    private static func routes(_ router: inout Router) {
        standardRoutes(&router)
        router.get("/stream/{n}") { (_, n: Int) in
            .stream { writer in
                for line in 0..<n {
                    try await writer.write("line \(line) of many, to fill what the kernel holds for a slow reader\n")
                    if line % 100 == 99 { await Task.yield() }
                }
            }
        }
        router.post("/up", RouteLimits(streamsBody: true)) { request async in
            do throws(BodyFault) { return .text("\(try await request.stream.collect(upTo: 9_000).count)") } catch {
                return Response(error.problem)
            }
        }
    }

    @Test("whatever clients do, nothing is left behind and others are served", arguments: 0..<12 as Range<UInt64>)
    func hostility(seed: UInt64) async throws {
        try await withServer {
            $0.loops = 2
            $0.lingerDeadline = .milliseconds(50)
        } routes: {
            Self.routes(&$0)
        } _: { server, _ in
            var random = SeededRandom(seed: seed)
            for _ in 0..<40 { try Self.misbehave(server.port, &random) }
            let probe = try WireClient(port: server.port)
            // What the clients left is found out as the kernel tells; a connection that stalls runs into the time
            // limit, as its idle deadline is a minute away.
            repeat {
                #expect(try probe.ask(Self.requests[1]).text == "late\n", "seed \(seed)")
            } while server.statistics.connections > 1 || server.statistics.handlersRunning > 0
        }
    }

    private static func misbehave(_ port: Int, _ random: inout SeededRandom) throws {
        let slow: Int32? = Bool.random(using: &random) ? 4_096 : nil
        let client = try WireClient(port: port, receiveBufferBytes: slow)
        var bytes: [UInt8] = []
        for _ in 0..<Int.random(in: 1...6, using: &random) {
            bytes += Array((requests.randomElement(using: &random) ?? "").utf8)
        }
        if Int.random(in: 0..<3, using: &random) == 0 {
            for _ in 0..<3 {
                bytes[Int.random(in: 0..<min(bytes.count, 300), using: &random)] = .random(
                    in: .min ... .max, using: &random)
            }
        }
        if Int.random(in: 0..<3, using: &random) == 0 {
            bytes.removeLast(Int.random(in: 0..<bytes.count, using: &random))
        }
        while !bytes.isEmpty {
            let count = min(bytes.count, [1, 10, 1_000, 100_000].randomElement(using: &random) ?? 1)
            guard client.sendNow(Array(bytes[..<count])) == count else { break }
            bytes.removeFirst(count)
        }
        if Int.random(in: 0..<3, using: &random) == 0 { client.endWriting() }
        if Bool.random(using: &random) { _ = client.readNow() }
        if Bool.random(using: &random) { client.reset() } else { client.close() }
    }
}

extension WireClient {
    /// What is there, without waiting.
    func readNow() -> Int {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        return recv(socket, &buffer, buffer.count, Int32(MSG_DONTWAIT))
    }
}
