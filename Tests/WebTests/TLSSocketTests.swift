import Testing

@testable import Web

/// WebSockets and topics through TLS, read by a client that takes its time.
@Suite(.timeLimit(.minutes(2))) struct TLSSocketTests {
    private static let limits = WebSocket.Limits(messageBytesMax: 4 << 20)

    /// A WebSocket's client that reads when it is told to.
    private final class SlowClient {
        let client: TLSWireClient
        private var reader = FrameReader(as: .client, limits: TLSSocketTests.limits)
        private var unread: [UInt8] = []

        init(port: Int, _ target: String, receiveBufferBytes: Int32? = nil) throws {
            client = try TLSWireClient.secure(port: port, receiveBufferBytes: receiveBufferBytes)
            client.send(
                """
                GET \(target) HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r
                Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n
                """)
            var head = ""
            while !head.hasSuffix("\r\n\r\n") {
                head += String(decoding: [try next()], as: UTF8.self)
            }
            #expect(head.hasPrefix("HTTP/1.1 101 "))
        }

        func send(_ message: WebSocket.Message) { client.send(Frame(message).masked(with: 0x1234_5678)) }

        func event() throws -> FrameReader.Event {
            while true {
                var used = 0
                let bytes = unread
                let event = try reader.next(bytes.span, &used)
                unread.removeFirst(used)
                if let event { return event }
                guard let more = try client.read() else { throw WireClient.Fault.ended(got: "") }
                unread += more
            }
        }

        private func next() throws -> UInt8 {
            while unread.isEmpty {
                guard let bytes = try client.read() else { throw WireClient.Fault.ended(got: "") }
                unread += bytes
            }
            return unread.removeFirst()
        }
    }

    private func withSockets(
        _ room: Topic, _ body: @escaping @Sendable (Server) async throws -> Void
    ) async throws {
        let identity = TLSTestIdentity()
        try await withServer {
            $0.tls = identity.files
        } routes: { router in
            router.get("/echo") { _ in
                .webSocket(Self.limits) { socket in
                    for await message in socket.messages { await socket.send(message) }
                }
            }
            router.get("/room") { _ in
                .webSocket { socket in
                    await room.subscribe(socket)
                    for await message in socket.messages { await socket.send(message) }
                }
            }
        } _: { server, _ in
            try await body(server)
        }
    }

    @Test(arguments: [nil, 4_096 as Int32?])
    func `messages of every size come back whole`(receiveBufferBytes: Int32?) async throws {
        try await withSockets(Topic()) { server in
            let client = try SlowClient(port: server.port, "/echo", receiveBufferBytes: receiveBufferBytes)
            for size in [0, 1, 125, 126, 16_370, 16_384, 16_390, 65_536, 1_000_000] {
                let message = WebSocket.Message.binary((0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) })
                client.send(message)
                client.send(.text("\(size)"))
                #expect(try client.event() == .message(message))
                #expect(try client.event() == .message(.text("\(size)")))
            }
        }
    }

    @Test func `our own client speaks through TLS to those it trusts`() async throws {
        let identity = TLSTestIdentity(names: "DNS:localhost")
        try await withServer {
            $0.tls = identity.files
        } routes: { router in
            router.get("/echo") { _ in
                .webSocket(Self.limits) { socket in
                    for await message in socket.messages { await socket.send(message) }
                }
            }
        } _: { server, told in
            let client = WebSocketClient(authorities: identity.files.certificate)
            var destination = WebSocketClient.Destination(
                host: "localhost", port: server.port, target: "/echo", isSecure: true)
            let socket = try await client.connect(to: destination, limits: Self.limits)
            var messages = socket.messages.makeAsyncIterator()
            for size in [0, 125, 16_384, 1_000_000] {
                let message = WebSocket.Message.binary((0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) })
                await socket.send(message)
                #expect(await messages.next() == message)
            }
            socket.close(.normal, "bye")
            #expect(await messages.next() == nil)

            destination.host = "127.0.0.1"
            await #expect(throws: ConnectFault.tls(.certificateRefused("IP address mismatch"))) {
                try await client.connect(to: destination)
            }
            let stranger = WebSocketClient()
            destination.host = "localhost"
            await #expect(throws: ConnectFault.tls(.certificateRefused("self-signed certificate"))) {
                try await stranger.connect(to: destination)
            }
            destination.isSecure = false
            await #expect(throws: ConnectFault.self) { try await client.connect(to: destination) }
            let nobody = WebSocketClient(authorities: "/nowhere.pem")
            destination.isSecure = true
            let missing = TLSFault.unreadable(file: "/nowhere.pem", reason: "No such file or directory")
            await #expect(throws: ConnectFault.trust(missing)) { try await nobody.connect(to: destination) }
            for one in [client, stranger, nobody] { await one.stop() }
        }
    }

    @Test func `a server without TLS is no place for a secure client`() async throws {
        try await withServer(routes: standardRoutes) { server, _ in
            let client = WebSocketClient()
            await #expect(throws: ConnectFault.tls(.notTLS)) {
                try await client.connect(
                    to: .init(host: "127.0.0.1", port: server.port, target: "/echo", isSecure: true))
            }
            await client.stop()
        }
    }

    /// What is taken back from a slow reader's queue must not be what a sealed record holds.
    @Test("a reader that falls behind gets whole frames in order, and the newest last", arguments: [3_000, 20_000])
    func conflation(bytes: Int) async throws {
        let room = Topic()
        try await withSockets(room) { server in
            let (slow, quick) = (
                try SlowClient(port: server.port, "/room", receiveBufferBytes: 4_096),
                try SlowClient(port: server.port, "/room")
            )
            for client in [slow, quick] {
                client.send(.text("ready"))
                #expect(try client.event() == .message(.text("ready")))
            }
            // Of differing sizes: a frame lost for another of the same size would leave the others whole.
            func text(_ number: Int) -> String {
                "\(number) " + String(repeating: "x", count: bytes + number * 37 % 501)
            }
            let last = 12_000_000 / bytes
            for number in 1...last {
                room.publish(.text(text(number)), replacing: "board \(number % 7)")
                // Each has been sent, or queued for the slow one, before the next is published.
                #expect(try quick.event() == .message(.text(text(number))))
                // Its queue moves on a little, by less than what comes: again and again the kernel takes a part of it.
                if number % (8_000 / bytes + 1) == 0 { try slow.client.fetch() }
            }
            var (seen, count) = (0, 0)
            while seen < last {
                guard case .message(let message) = try slow.event() else {
                    Issue.record("a reader that only gets replaceable messages was turned away after \(seen)")
                    return
                }
                let number = try #require(Int(message.text.prefix { $0 != " " }))
                #expect(number > seen && message.text == text(number))
                (seen, count) = (number, count + 1)
            }
            #expect(seen == last && count < last, "some were taken back")
        }
    }
}
