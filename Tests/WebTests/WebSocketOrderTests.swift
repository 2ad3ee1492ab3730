import Testing

@testable import Web

/// What comes before what, and that nothing is lost in between.
@Suite(.timeLimit(.minutes(1))) struct WebSocketOrderTests {
    private static func routes(_ router: inout Router) {
        router.get("/echo") { _ in
            .webSocket { socket in
                for await message in socket.messages { await socket.send(message) }
            }
        }
    }

    private static let upgrade = """
        GET /echo HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
        Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n
        """

    /// Frames of a client, with a mask of zeros.
    private static let hello: [UInt8] = [0x81, 0x82, 0, 0, 0, 0] + Array("hi".utf8)
    private static let reserved: [UInt8] = [0xC1, 0x80, 0, 0, 0, 0]

    private static let close: [UInt8] = [0x88, 0x82, 0, 0, 0, 0, 0x03, 0xE8]

    @Test(arguments: [(reserved, 0xEA), (close, 0xE8)] as [([UInt8], UInt8)])
    func `what a handler answers to messages before the end goes before the close frame`(
        end: [UInt8], code: UInt8
    ) async throws {
        try await withServer { _ in
        } routes: { Self.routes(&$0) } _: { server, _ in
            let client = try WireClient(port: server.port)
            client.send(Array(Self.upgrade.utf8) + Self.hello + Self.hello + end)
            var said: [UInt8] = []
            while let bytes = try client.read() { said += bytes }
            let empty = Array("\r\n\r\n".utf8)
            let start = try #require(said.indices.first { said[$0...].starts(with: empty) }) + empty.count
            let answer: [UInt8] = [0x81, 2] + Array("hi".utf8)
            #expect(Array(said[start...].prefix(8)) == answer + answer)
            #expect(Array(said[(start + 8)...].prefix(1)) == [0x88])
            #expect(Array(said[(start + 10)...].prefix(2)) == [0x03, code])
        }
    }

    @Test func `a fault is told although the handler does not come back`() async throws {
        let gate = Gate()
        try await withServer {
            $0.closeDeadline = .milliseconds(50)
        } routes: { router in
            router.get("/echo") { _ in .webSocket { _ in await gate.pass() } }
        } _: { server, _ in
            let client = try WireClient(port: server.port)
            client.send(Array(Self.upgrade.utf8) + Self.hello + Self.reserved)
            var said: [UInt8] = []
            while let bytes = try client.read() { said += bytes }
            #expect(said.contains(0x88))
            gate.open()
        }
    }

    @Test func `no message is lost on the way to who awaits it on another thread`() async throws {
        try await withServer { _ in
        } routes: { Self.routes(&$0) } _: { server, _ in
            let client = WebSocketClient()
            let socket = try await client.connect(to: .init(host: "127.0.0.1", port: server.port, target: "/echo"))
            var messages = socket.messages.makeAsyncIterator()
            for number in 0..<20_000 {
                await socket.send("\(number)")
                guard await messages.next()?.text == "\(number)" else {
                    Issue.record("message \(number) is not what came back")
                    break
                }
            }
            await client.stop()
        }
    }
}
