import Testing

@testable import Web

/// Rooms as their handlers see them, driven by a client within the process.
@Suite(.timeLimit(.minutes(1))) struct WebSocketTests {
    private static let echo: Router = {
        var router = Router()
        router.get("/echo") { _ in
            .webSocket(WebSocket.Limits(messageBytesMax: 16 << 20)) { socket in
                for await message in socket.messages { await socket.send(message) }
            }
        }
        return router
    }()

    @Test func `what is sent comes back, in order and whole`() async throws {
        let client = WebSocketClient()
        let socket = try await client.connect(
            to: Self.echo, "/echo", limits: WebSocket.Limits(messageBytesMax: 16 << 20))
        var messages = socket.messages.makeAsyncIterator()
        for size in [0, 1, 125, 126, 65_535, 65_536, 1_000_000] {
            let text = WebSocket.Message.text(String(repeating: "é", count: size / 2))
            await socket.send(text)
            #expect(await messages.next() == text)
        }
        for number in 0..<1_000 { await socket.send("\(number)") }
        for number in 0..<1_000 { #expect(await messages.next()?.text == "\(number)") }
        socket.close(.normal, "bye")
        #expect(await messages.next() == nil)
        await client.stop()
    }
}
