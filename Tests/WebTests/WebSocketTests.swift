import Glibc
import Synchronization
import Testing

@testable import Web

/// Messages, both ways: over real sockets where the bytes matter, within the process where they do not.
@Suite(.timeLimit(.minutes(1))) struct WebSocketTests {
    private static let large = WebSocket.Limits(messageBytesMax: 16 << 20)

    private static func routes(_ router: inout Router) {
        standardRoutes(&router)
        router.get("/ws") { _ in
            .webSocket(large) { socket in
                for await message in socket.messages { await socket.send(message) }
            }
        }
    }

    private static var echo: Router {
        var router = Router()
        routes(&router)
        return router
    }

    @Test func `what is sent comes back, in order and whole`() async throws {
        let client = WebSocketClient()
        let socket = try await client.connect(to: Self.echo, "/ws", limits: Self.large)
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

    @Test func `a message of 16 MiB goes both ways`() async throws {
        let client = WebSocketClient()
        let socket = try await client.connect(to: Self.echo, "/ws", limits: Self.large)
        let message = WebSocket.Message.binary([UInt8](repeating: 0x5A, count: 16 << 20))
        var messages = socket.messages.makeAsyncIterator()
        await socket.send(message)
        #expect(await messages.next() == message)
        await client.stop()
    }

    @Test func `text stays text and bytes stay bytes`() async throws {
        try await withServer(routes: Self.routes) { server, _ in
            let client = try WireClient.webSocket(server, "/ws")
            for frame in [WireFrame.text, .binary, .text.with("ü"), .binary.with([0xFF, 0x00])] {
                client.send(frame)
                let answer = try client.frame()
                #expect(answer?.first == frame.first && answer?.payload == frame.payload)
                #expect(answer?.key == nil)
            }
        }
    }

    @Test func `a ping between fragments is answered before the message is complete`() async throws {
        try await withServer(routes: Self.routes) { server, _ in
            let client = try WireClient.webSocket(server, "/ws")
            client.send(.text.with("Hel").unfinished, .ping.with("one"))
            let pong = try client.frame()
            #expect(pong?.first == WireFrame.pong.first && pong?.payload == Array("one".utf8))
            client.send(WireFrame(first: 0x00, payload: Array("lo ".utf8)), .ping, WireFrame(first: 0x80))
            let second = try client.frame()
            #expect(second?.first == WireFrame.pong.first && second?.payload == [])
            #expect(try client.text() == "Hello ")
        }
    }

    @Test func `many messages in one segment, and one message a byte at a time`() async throws {
        try await withServer(routes: Self.routes) { server, _ in
            let client = try WireClient.webSocket(server, "/ws")
            client.send((0..<1_000).flatMap { WireFrame.text.with("\($0)").bytes })
            for number in 0..<1_000 { #expect(try client.text() == "\(number)") }
            for byte in WireFrame.text.with("byte by byte").bytes { client.send([byte]) }
            #expect(try client.text() == "byte by byte")
        }
    }

    @Test func `sends of several tasks keep their order and are never mixed`() async throws {
        try await withServer(routes: { router in
            router.get("/ws") { _ in
                .webSocket { socket in
                    await withTaskGroup { group in
                        for task in 0..<8 {
                            group.addTask {
                                for number in 0..<100 {
                                    await socket.send("\(task) \(number) \(String(repeating: "x", count: 2_000))")
                                }
                            }
                        }
                    }
                }
            }
        }) { server, _ in
            let client = try WireClient.webSocket(server, "/ws", receiveBufferBytes: 4_096)
            var next = [Int](repeating: 0, count: 8)
            for _ in 0..<800 {
                let parts = try client.text().split(separator: " ")
                let task = try #require(Int(parts[0]))
                #expect(Int(parts[1]) == next[task] && parts[2].count == 2_000)
                next[task] += 1
            }
            #expect(try client.closing() == WireClient.Closing(code: 1000))
        }
    }

    @Test func `pushes from other threads keep the order of each`() async throws {
        let sockets = Notes<WebSocket>()
        try await withServer(routes: { router in
            router.get("/ws") { _ in
                .webSocket { socket in
                    sockets.add(socket)
                    for await _ in socket.messages {}
                }
            }
        }) { server, _ in
            let client = try WireClient.webSocket(server, "/ws")
            let socket = await sockets.first(1)[0]
            let threads = (0..<4).map { _ in TestThread() }
            for (index, thread) in threads.enumerated() {
                Task(executorPreference: thread) {
                    for number in 0..<500 { socket.push(.text("\(index) \(number)")) }
                }
            }
            var next = [0, 0, 0, 0]
            for _ in 0..<2_000 {
                let parts = try client.text().split(separator: " ").compactMap { Int($0) }
                #expect(parts[1] == next[parts[0]])
                next[parts[0]] += 1
            }
            for thread in threads { thread.end() }
        }
    }

    @Test func `sending waits for a client that does not read, and goes on when it does`() async throws {
        let sent = Notes<Int>()
        try await withServer(routes: { router in
            standardRoutes(&router)
            router.get("/ws") { _ in
                .webSocket { socket in
                    for number in 0..<2 {
                        await socket.send(.binary([UInt8](repeating: 0x61, count: 12 << 20)))
                        sent.add(number)
                    }
                }
            }
        }) { server, _ in
            let client = try WireClient.webSocket(server, "/ws", receiveBufferBytes: 4_096)
            let probe = try WireClient(port: server.port)
            try probe.passRounds()
            #expect(sent.all.isEmpty)
            #expect(try client.frame()?.payload.count == 12 << 20)
            #expect(await sent.first(1) == [0])
            #expect(try client.frame()?.payload.count == 12 << 20)
            #expect(await sent.first(2) == [0, 1])
        }
    }

    @Test func `a handler that sends without end leaves the loop to others`() async throws {
        let isOver = Atomic(false)
        try await withServer(routes: { router in
            standardRoutes(&router)
            router.get("/ws") { _ in
                .webSocket { socket in
                    let message = WebSocket.Message.binary([UInt8](repeating: 0x61, count: 1_000))
                    while !isOver.load(ordering: .relaxed), await socket.closure == nil { await socket.send(message) }
                }
            }
        }) { server, _ in
            let client = try WireClient.webSocket(server, "/ws")
            let thread = TestThread()
            // Reads as fast as it can, so that there is nearly always room for more.
            let reader = Task(executorPreference: thread) { try client.waitForClose() }
            let probe = try WireClient(port: server.port)
            for _ in 0..<100 { try probe.passRounds() }
            isOver.store(true, ordering: .relaxed)
            client.endWriting()
            try await reader.value
            thread.end()
        }
    }

    @Test(arguments: [(0, 64), (1_000, 64), (1_024, 64), (4_096, 16), (40_000, 2), (65_535, 2), (65_536, 1)])
    func `little is read ahead of a handler that is busy`(size: Int, messages: Int) async throws {
        let gate = Gate()
        let got = Notes<Int>()
        try await withServer(routes: { router in
            standardRoutes(&router)
            router.get("/ws") { _ in
                .webSocket { socket in
                    await gate.pass()
                    for await message in socket.messages { got.add(message.bytes.count) }
                }
            }
        }) { server, _ in
            let client = try WireClient.webSocket(server, "/ws")
            await gate.arrivals(1)
            let frame = WireFrame.binary.with([UInt8](repeating: 7, count: size)).bytes
            let count = messages + 4
            for _ in 0..<count { client.send(frame) }
            let probe = try WireClient(port: server.port)
            try probe.passRounds { server.statistics.messagesReceived >= messages }
            try probe.passRounds()
            #expect(server.statistics.messagesReceived == messages)
            gate.open()
            #expect(await got.first(count) == [Int](repeating: size, count: count))
        }
    }

    @Test func `what a handler has had is not kept, though it never catches up`() async throws {
        let kept = Notes<Int>()
        try await withServer(routes: { router in
            router.get("/ws") { _ in
                .webSocket { socket in
                    var most = 0
                    for await message in socket.messages {
                        most = max(most, await socket.received.count)
                        // Elsewhere for a moment, in which the client sends more.
                        await Task.detached {}.value
                        if message.text == "last" { kept.add(most) }
                    }
                }
            }
        }) { server, _ in
            let client = try WireClient.webSocket(server, "/ws")
            client.send((0..<5_000).flatMap { WireFrame.text.with("\($0)").bytes } + WireFrame.text.with("last").bytes)
            let most = await kept.first(1)[0]
            #expect(most > 1 && most <= 2 * WebSocket.aheadMessagesMax)
        }
    }

    @Test func `pings are answered while the handler is busy`() async throws {
        let gate = Gate()
        try await withServer(routes: { router in
            router.get("/ws") { _ in
                .webSocket { socket in
                    for await _ in socket.messages { await gate.pass() }
                }
            }
        }) { server, _ in
            let client = try WireClient.webSocket(server, "/ws")
            client.send(.text.with("work"))
            await gate.arrivals(1)
            for number in 0..<3 {
                client.send(.text.with("more"), .ping.with("\(number)"))
                #expect(try client.frame()?.payload == Array("\(number)".utf8))
            }
            gate.open()
        }
    }

    @Test func `of pings that come while the client reads nothing, the newest is answered`() async throws {
        try await withServer(routes: { router in
            standardRoutes(&router)
            router.get("/ws") { _ in
                .webSocket { socket in
                    await socket.send(.binary([UInt8](repeating: 0x61, count: 12 << 20)))
                    for await _ in socket.messages {}
                }
            }
        }) { server, _ in
            let client = try WireClient.webSocket(server, "/ws", receiveBufferBytes: 4_096)
            let probe = try WireClient(port: server.port)
            try probe.passRounds()
            let before = server.statistics.bytesReceived
            let pings = (1...20_000).flatMap { WireFrame.ping.with("\($0)").bytes }
            client.send(pings)
            try probe.passRounds { server.statistics.bytesReceived - before >= pings.count }
            #expect(try client.frame()?.payload.count == 12 << 20)
            #expect(try client.frame()?.payload == Array("20000".utf8))
            client.send(.close(1000))
            #expect(try client.frame()?.closing == WireClient.Closing(code: 1000))
        }
    }

    @Test func `a flood of pings is answered in order when the client reads`() async throws {
        try await withServer(routes: Self.routes) { server, _ in
            let client = try WireClient.webSocket(server, "/ws")
            client.send((0..<2_000).flatMap { WireFrame.ping.with("\($0)").bytes })
            for number in 0..<2_000 { #expect(try client.frame()?.payload == Array("\(number)".utf8)) }
        }
    }

    @Test func `a pong nobody asked for changes nothing`() async throws {
        try await withServer(routes: Self.routes) { server, _ in
            let client = try WireClient.webSocket(server, "/ws")
            client.send(.pong, .pong.with("late"), .text.with("hello"))
            #expect(try client.text() == "hello")
        }
    }

    @Test func `sockets tell apart, and know who is there`() async throws {
        let sockets = Notes<WebSocket>()
        try await withServer(routes: { router in
            router.get("/ws") { _ in
                .webSocket { socket in
                    sockets.add(socket)
                    for await _ in socket.messages {}
                }
            }
        }) { server, _ in
            let clients = try (0..<3).map { _ in try WireClient.webSocket(server, "/ws") }
            let all = await sockets.first(3)
            #expect(Set(all).count == 3 && Set(all.map(\.id)).count == 3)
            #expect(all.allSatisfy { $0.peer == "127.0.0.1" && $0.subprotocol == nil })
            #expect(server.statistics.webSockets == 3)
            for socket in all { #expect(await socket.closure == nil) }
            for client in clients { client.close() }
        }
    }

    @Test func `sending to a socket that has ended does nothing`() async throws {
        let ended = Notes<WebSocket.Closure?>()
        try await withServer(routes: { router in
            router.get("/ws") { _ in
                .webSocket { socket in
                    for await _ in socket.messages {}
                    await socket.send("too late")
                    socket.push(.text("too late"))
                    socket.close(.goingAway, "too late")
                    ended.add(await socket.closure)
                }
            }
        }) { server, _ in
            let client = try WireClient.webSocket(server, "/ws")
            client.send(.close(1000))
            #expect(try client.frame()?.closing == WireClient.Closing(code: 1000))
            #expect(try client.frame() == nil)
            #expect(await ended.first(1) == [WebSocket.Closure(code: .normal, reason: "", isRemote: true)])
        }
    }

    @Test func `two tasks that read the messages of one socket are a mistake that shows`() async {
        await #expect(processExitsWith: .failure) {
            let client = WebSocketClient()
            let socket = try await client.connect(to: WebSocketTests.echo, "/ws")
            async let first: WebSocket.Message? = {
                var messages = socket.messages.makeAsyncIterator()
                return await messages.next()
            }()
            async let second: WebSocket.Message? = {
                var messages = socket.messages.makeAsyncIterator()
                return await messages.next()
            }()
            _ = await (first, second)
        }
    }

    @Test func `sockets that came and went are forgotten`() async throws {
        let client = WebSocketClient()
        let gone = Forgotten()
        var router = Router()
        router.get("/ws") { _ in
            .webSocket { socket in
                gone.watch(socket)
                for await message in socket.messages { await socket.send(message) }
            }
        }
        for round in 0..<50 {
            let socket = try await client.connect(to: router, "/ws")
            gone.watch(socket)
            var messages = socket.messages.makeAsyncIterator()
            await socket.send("hello")
            #expect(await messages.next()?.text == "hello")
            if round.isMultiple(of: 2) { socket.close() }
        }
        await client.stop()
        // Once more, so that the loop has left the round in which it was told that the first is done.
        await client.stop()
        #expect(gone.watched == 100)
        #expect(gone.left == 0)
    }
}

/// Sockets that are expected to be gone when nobody holds them any more.
final class Forgotten: Sendable {
    private struct Watch: Sendable {
        weak let socket: WebSocket?
    }

    private let all = Mutex<[Watch]>([])

    func watch(_ socket: WebSocket) { all.withLock { $0.append(Watch(socket: socket)) } }

    var watched: Int { all.withLock { $0.count } }
    var left: Int { all.withLock { $0.count { $0.socket != nil } } }
}
