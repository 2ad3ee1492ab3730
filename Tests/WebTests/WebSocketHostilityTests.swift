import Glibc
import Synchronization
import Testing

@testable import Web

/// What a client may try: every broken rule has its close code, and none leaves anything behind.
@Suite(.timeLimit(.minutes(1))) struct WebSocketHostilityTests {
    private static let violations: [(name: String, frames: [WireFrame], fault: WebSocket.Fault)] = [
        ("reserved bit 1", [WireFrame(first: 0xC1)], .reservedBitSet),
        ("reserved bit 2", [WireFrame(first: 0xA1)], .reservedBitSet),
        ("reserved bit 3", [WireFrame(first: 0x91)], .reservedBitSet),
        ("opcode 3", [WireFrame(first: 0x83)], .opcodeUnknown),
        ("opcode 11", [WireFrame(first: 0x8B)], .opcodeUnknown),
        ("fragmented ping", [WireFrame(first: 0x09)], .controlFragmented),
        ("fragmented close", [WireFrame(first: 0x08)], .controlFragmented),
        ("long ping", [.ping.with([UInt8](repeating: 0, count: 126))], .controlTooLong),
        ("continuation of nothing", [WireFrame(first: 0x80)], .continuationUnexpected),
        ("text within text", [.text.with("a").unfinished, .text.with("b")], .continuationMissing),
        ("no mask", [WireFrame(first: 0x81, payload: [0x61], key: nil)], .maskMissing),
        ("length in too many bytes", [WireFrame(first: 0x82, payload: [1], lengthBytes: 2)], .lengthNotMinimal),
        ("length of 2^63", [WireFrame(first: 0x82, lengthBytes: 8, announced: 1 << 63)], .lengthInvalid),
        ("frame over the route's limit", [.binary.with([UInt8](repeating: 0, count: 101))], .frameTooBig(limit: 100)),
        (
            "length announced over the route's limit", [WireFrame(first: 0x82, lengthBytes: 8, announced: 1 << 40)],
            .messageTooBig(limit: 150)
        ),
        (
            "fragments over the route's limit",
            [
                .binary.with([UInt8](repeating: 0, count: 100)).unfinished,
                WireFrame(first: 0x80, payload: [UInt8](repeating: 0, count: 51)),
            ],
            .messageTooBig(limit: 150)
        ),
        ("text that is not UTF-8", [.text.with([0x61, 0xFF])], .textInvalid),
        ("text that ends within a character", [.text.with([0xE2, 0x82])], .textInvalid),
        ("close of one byte", [.close.with([3])], .closeTooShort),
        ("close with 1005", [.close(1005)], .closeCodeInvalid),
        ("close with 1006", [.close(1006)], .closeCodeInvalid),
        ("close with 999", [.close(999)], .closeCodeInvalid),
        ("close with 2000", [.close(2000)], .closeCodeInvalid),
        ("close with 5000", [.close(5000)], .closeCodeInvalid),
        ("close with a reason that is not UTF-8", [.close.with([0x03, 0xE8, 0xC0, 0x80])], .closeReasonInvalid),
    ]

    private static func routes(
        _ got: Notes<String> = Notes(), _ closures: Notes<WebSocket.Closure> = Notes()
    ) -> (inout Router) -> Void {
        { router in
            standardRoutes(&router)
            let narrow = WebSocket.Limits(messageBytesMax: 150, frameBytesMax: 100)
            router.get("/narrow") { _ in
                .webSocket(narrow) { socket in
                    for await message in socket.messages { got.add(message.text) }
                    if let closure = await socket.closure { closures.add(closure) }
                }
            }
            router.get("/wide") { _ in
                .webSocket { socket in
                    for await message in socket.messages { got.add("\(message.bytes.count)") }
                }
            }
        }
    }

    @Test func `who breaks a rule is told which, and the connection ends`() async throws {
        let got = Notes<String>()
        let closures = Notes<WebSocket.Closure>()
        try await withServer(routes: Self.routes(got, closures)) { server, told in
            for (index, (name, frames, fault)) in Self.violations.enumerated() {
                let client = try WireClient.webSocket(server, "/narrow")
                // What came before is delivered, what comes behind is not looked at.
                client.send(([WireFrame.text.with("before")] + frames + [WireFrame.ping]).flatMap(\.bytes))
                let expected = WireClient.Closing(code: fault.closeCode.rawValue, reason: fault.explanation)
                #expect(try client.frame()?.closing == expected, "\(name)")
                #expect(try client.frame() == nil, "\(name)")
                #expect(client.error == 0, "\(name)")
                let closure = await closures.first(index + 1)[index]
                #expect(closure == .init(code: fault.closeCode, reason: fault.explanation, isRemote: false), "\(name)")
                #expect(told.events.contains(.malformedFrame(peer: "127.0.0.1", fault)), "\(name)")
                #expect(got.all.count == index + 1, "\(name)")
            }
            #expect(server.statistics.malformedFrames == Self.violations.count)
            let probe = try WireClient(port: server.port)
            try probe.passRounds { server.statistics.webSockets == 0 && server.statistics.connections == 1 }
        }
    }

    @Test func `limits are those of the route`() async throws {
        let got = Notes<String>()
        try await withServer(routes: Self.routes(got)) { server, _ in
            let client = try WireClient.webSocket(server, "/wide")
            client.send(.binary.with([UInt8](repeating: 0, count: 64 << 10)))
            #expect(await got.first(1) == ["65536"])
            client.send(WireFrame(first: 0x82, announced: 65_537))
            #expect(try client.closing()?.code == 1009)
            let narrow = try WireClient.webSocket(server, "/narrow")
            narrow.send(.text.with(String(repeating: "a", count: 100)))
            #expect(await got.first(2)[1].count == 100)
        }
    }

    @Test func `text that is no UTF-8 is refused before its message is complete`() async throws {
        try await withServer(routes: Self.routes()) { server, _ in
            let within = try WireClient.webSocket(server, "/wide")
            within.send(Array(WireFrame.text.with([0x61, 0xC0] + [UInt8](repeating: 0x61, count: 60_000)).bytes[..<20]))
            #expect(try within.closing()?.code == 1007)
            let between = try WireClient.webSocket(server, "/wide")
            between.send(.text.with([0xED]).unfinished)
            between.send(WireFrame(first: 0x00, payload: [0xA0]))
            #expect(try between.closing()?.code == 1007)
        }
    }

    @Test func `a fault while our close is unanswered ends the connection without a second one`() async throws {
        try await withServer(routes: { router in
            standardRoutes(&router)
            router.get("/ws") { _ in .webSocket { _ in } }
        }) { server, _ in
            let client = try WireClient.webSocket(server, "/ws")
            #expect(try client.frame()?.closing == WireClient.Closing(code: 1000))
            client.send(WireFrame(first: 0xFF))
            #expect(try client.frame() == nil)
        }
    }

    @Test func `a message that never ends costs what has come of it, and others are served`() async throws {
        try await withServer(routes: Self.routes()) { server, _ in
            let probe = try WireClient(port: server.port)
            let clients = try (0..<20).map { _ in try WireClient.webSocket(server, "/wide") }
            for client in clients {
                client.send(Array(WireFrame(first: 0x82, announced: 60_000).bytes))
                client.send(WireFrame(first: 0x89, payload: []).bytes)
            }
            try probe.passRounds()
            for client in clients { client.reset() }
            try probe.passRounds { server.statistics.webSockets == 0 && server.statistics.handlersRunning == 0 }
        }
    }

    @Test func `a flood of empty fragments is one message`() async throws {
        let got = Notes<String>()
        try await withServer(routes: Self.routes(got)) { server, _ in
            let client = try WireClient.webSocket(server, "/wide")
            let fragment = WireFrame(first: 0x00).bytes
            client.send(WireFrame.text.unfinished.bytes)
            client.send((0..<20_000).flatMap { _ in fragment })
            client.send(WireFrame(first: 0x80, payload: Array("end".utf8)))
            #expect(await got.first(1) == ["3"])
        }
    }

    @Test(arguments: 0..<40 as Range<UInt64>)
    func `noise ends with a close code or stays unfinished, and leaves nothing behind`(seed: UInt64) async throws {
        try await withServer(routes: Self.routes()) { server, _ in
            var random = SeededRandom(seed: seed)
            let probe = try WireClient(port: server.port)
            for _ in 0..<5 {
                let client = try WireClient.webSocket(server, "/narrow")
                var bytes = WireFrame.text.with("hello").bytes
                for _ in 0..<Int.random(in: 1...30, using: &random) {
                    switch Int.random(in: 0..<4, using: &random) {
                    case 0:
                        bytes += (0..<Int.random(in: 1...200, using: &random)).map { _ in
                            .random(in: .min ... .max, using: &random)
                        }
                    case 1:
                        bytes += WireFrame.ping.with("x").bytes
                    default:
                        bytes += WireFrame(
                            first: [0x01, 0x80, 0x81, 0x82, 0x88, 0x8A].randomElement(using: &random)!,
                            payload: [UInt8](repeating: 0x61, count: .random(in: 0...140, using: &random))
                        ).bytes
                    }
                }
                for piece in bytes.cut(&random, max: 400) { client.send(piece) }
                client.endWriting()
                if let closing = try client.closing(), let code = closing.code {
                    // 24929 is what a close of "aaaa…" says, and is refused as 1002.
                    #expect([1002, 1007, 1009].contains(code), "seed \(seed): \(closing)")
                }
                client.close()
            }
            try probe.passRounds {
                let statistics = server.statistics
                return statistics.webSockets == 0 && statistics.connections == 1 && statistics.handlersRunning == 0
            }
        }
    }

    /// Runs `body` on the loop of a socket whose other end is a bare descriptor, to break at a moment of its choice.
    /// The socket's handler waits for messages.
    private static func withBareSocket(
        _ body: @escaping @Sendable (isolated WebSocket, _ far: Int32) async -> Void
    ) async {
        let loop = EventLoop(patience: Patience(Server.Configuration()))
        loop.start()
        var pair: [Int32] = [-1, -1]
        // Not for the children that exit tests make: they would keep the far end open.
        let type = SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue
        precondition(socketpair(AF_UNIX, Int32(type), 0, &pair) == 0)
        let (near, far) = (pair[0], pair[1])
        let socket = await withCheckedContinuation { continuation in
            loop.perform {
                let tag = loop.members.nextTag(for: near)
                let socket = WebSocket(
                    Sender(Transport(socket: near), tag: tag), as: .server, limits: WebSocket.Limits(),
                    subprotocol: nil, from: Peer("127.0.0.1"), on: loop, onEvent: { _ in })
                loop.counters.open.add(1, ordering: .relaxed)
                precondition(loop.watch(near, for: socket))
                socket.assumeIsolated { socket in
                    socket.begin { for await _ in $0.messages {} }
                }
                continuation.resume(returning: socket)
            }
        }
        while await socket.awaitsMessage == nil {}
        // By a task that prefers the loop, as a handler's does: all of it happens in one round.
        await Task(executorPreference: loop) { await body(socket, far) }.value
        await withCheckedContinuation { continuation in
            loop.perform { loop.beginStop(within: 1) { _ in continuation.resume() } }
        }
    }

    @Test func `a close that finds the connection broken touches its descriptor no more`() async {
        let ends = Notes<String>()
        await Self.withBareSocket { socket, far in
            await socket.send("first of the round, sent at once")
            let frame = WireFrame.close(1000).bytes
            _ = frame.withUnsafeBytes { Glibc.send(far, $0.baseAddress, $0.count, 0) }
            // Closing over what it has not read would take back its close frame.
            var taken = [UInt8](repeating: 0, count: 100)
            precondition(recv(far, &taken, taken.count, 0) > 0)
            _ = Glibc.close(far)
            // Waits for the end of the round; the answer to the close goes behind it and makes it too much to wait.
            await socket.send(.binary([UInt8](repeating: 0, count: Outbox.highWater - 6)))
            socket.mayRead = true
            socket.pump()
            ends.add("\(socket.phase) \(socket.sender.outbox.count) \(socket.closure?.code.rawValue ?? 0)")
        }
        #expect(ends.all == ["closed 0 1000"])
    }

    @Test func `pushes that find the connection broken go nowhere`() async {
        let kept = Notes<String>()
        await Self.withBareSocket { socket, far in
            await socket.send("first of the round, sent at once")
            await socket.send("waits for the end of the round")
            _ = Glibc.close(far)
            for _ in 0..<5 { socket.push(.binary([UInt8](repeating: 0, count: 60_000))) }
            kept.add("\(socket.phase) \(socket.sender.outbox.count) \(socket.loop.counters.slowReaders.current)")
        }
        await Self.withBareSocket { socket, far in
            _ = Glibc.close(far)
            let frame = Frame(.binary([UInt8](repeating: 0, count: 60_000)))
            socket.deliver((1...5).map { .init(sequence: $0, key: 0, bytes: frame.bytes) }, after: 0)
            kept.add("\(socket.phase) \(socket.sender.outbox.count) \(socket.loop.counters.slowReaders.current)")
        }
        #expect(kept.all == ["closed 0 0", "closed 0 0"])
    }
}
