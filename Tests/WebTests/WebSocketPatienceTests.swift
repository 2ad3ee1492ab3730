import Glibc
import Synchronization
import Testing

@testable import Web

/// Pings, slow readers and the end of the server. Tests wait for the server to act, never for a time to pass.
@Suite(.timeLimit(.minutes(1))) struct WebSocketPatienceTests {
    private static let peer = "127.0.0.1"

    private static func listening(_ sockets: Notes<WebSocket> = Notes()) -> (inout Router) -> Void {
        { router in
            standardRoutes(&router)
            router.get("/ws") { _ in
                .webSocket { socket in
                    sockets.add(socket)
                    for await _ in socket.messages {}
                }
            }
        }
    }

    @Test func `a silent client is asked twice whether it is there, and then given up`() async throws {
        let sockets = Notes<WebSocket>()
        try await withServer {
            $0.pingInterval = .milliseconds(60)
        } routes: { router in
            Self.listening(sockets)(&router)
        } _: { server, told in
            let client = try WireClient.webSocket(server, "/ws")
            for _ in 0..<2 {
                let ping = try client.frame()
                #expect(ping?.first == WireFrame.ping.first && ping?.payload.count == 8)
            }
            await told.wait { $0.events.contains(.deadlineExceeded(peer: Self.peer, .ping)) }
            #expect(try client.frame() == nil)
            let closure = await sockets.first(1)[0].closure
            #expect(closure == .init(code: .abnormal, reason: "", isRemote: false))
            #expect(server.statistics.deadlinesExceeded == 1)
        }
    }

    @Test(arguments: [WireFrame.pong, .ping.with("x"), .text.with("x")])
    func `one that says anything is there`(sign: WireFrame) async throws {
        try await withServer {
            $0.pingInterval = .milliseconds(40)
        } routes: { router in
            Self.listening()(&router)
        } _: { server, told in
            let client = try WireClient.webSocket(server, "/ws")
            var pings = 0
            while pings < 6 {
                guard let frame = try client.frame() else { break }
                guard frame.first == WireFrame.ping.first else { continue }
                pings += 1
                client.send(sign)
            }
            #expect(pings == 6)
            #expect(!told.events.contains(.deadlineExceeded(peer: Self.peer, .ping)))
        }
    }

    @Test func `part of a frame is a sign of life too`() async throws {
        try await withServer {
            $0.pingInterval = .milliseconds(40)
        } routes: { router in
            Self.listening()(&router)
        } _: { server, _ in
            let client = try WireClient.webSocket(server, "/ws")
            let bytes = WireFrame.text.with("hello").bytes
            for byte in bytes.prefix(8) {
                #expect(try client.frame()?.first == WireFrame.ping.first)
                client.send([byte])
            }
        }
    }

    @Test func `one whose handler is busy is not taken for dead`() async throws {
        let gate = Gate()
        let got = Notes<String>()
        try await withServer {
            // Long enough for a busy machine to look in between two of them.
            $0.pingInterval = .milliseconds(200)
        } routes: { router in
            router.get("/ws") { _ in
                .webSocket { socket in
                    await gate.pass()
                    for await message in socket.messages { got.add(message.text) }
                }
            }
        } _: { server, told in
            let client = try WireClient.webSocket(server, "/ws")
            // More than is read ahead: from then on the server hears nothing of it.
            client.send((0..<80).flatMap { WireFrame.text.with("\($0)").bytes })
            for _ in 0..<6 { #expect(try client.frame()?.first == WireFrame.ping.first) }
            gate.open()
            #expect(await got.first(80).count == 80)
            // All of that was heard long ago; now it has its two pings again.
            for _ in 0..<2 { #expect(try client.frame()?.first == WireFrame.ping.first) }
            #expect(told.events.count == 1)
        }
    }

    @Test func `one that is taking a large message is not taken for dead`() async throws {
        let body = [UInt8](repeating: 0x61, count: 16 << 20)
        try await withServer {
            $0.pingInterval = .milliseconds(40)
        } routes: { router in
            Self.listening()(&router)
            router.get("/large") { _ in
                .webSocket { socket in
                    await socket.send(.binary(body))
                    for await _ in socket.messages {}
                }
            }
        } _: { server, told in
            let client = try WireClient.webSocket(server, "/large", receiveBufferBytes: 4_096)
            // Another one tells how the time goes: six pings to it are far more than the two.
            let clock = try WireClient.webSocket(server, "/ws")
            for _ in 0..<6 {
                #expect(try clock.frame()?.first == WireFrame.ping.first)
                clock.send(.pong)
            }
            #expect(!told.events.contains(.deadlineExceeded(peer: Self.peer, .ping)))
            #expect(server.statistics.webSockets == 2)
            client.reset()
        }
    }

    @Test func `a reader too slow for what is pushed is closed with 1013, at 256 KiB and one byte`() async throws {
        let sockets = Notes<WebSocket>()
        try await withServer(routes: Self.listening(sockets)) { server, told in
            for excess in [0, 1] {
                let client = try WireClient.webSocket(server, "/ws", receiveBufferBytes: 4_096)
                let socket = await sockets.first(excess + 1)[excess]
                // What the kernel takes is not known beforehand: fill it, by a message that is sent, not pushed.
                let fill = Task { await socket.send(.binary([UInt8](repeating: 0, count: 8 << 20))) }
                let probe = try WireClient(port: server.port)
                var isStalled = false
                while !isStalled {
                    try probe.passRounds()
                    isStalled = await socket.sender.isStalled
                }
                let head = 4
                for _ in 0..<8 { socket.push(.binary([UInt8](repeating: 1, count: (32 << 10) - head))) }
                #expect(await socket.sender.outbox.pushedCount == WebSocket.pushedBytesMax)
                #expect(await socket.closure == nil)
                if excess == 1 {
                    socket.push(.binary([]))
                    #expect(await socket.closure?.code == .tryAgainLater)
                }
                #expect(server.statistics.slowReaders == excess)
                #expect(try client.frame()?.payload.count == 8 << 20)
                if excess == 0 {
                    for _ in 0..<8 { #expect(try client.frame()?.payload.count == (32 << 10) - head) }
                } else {
                    // What was pushed and had not left would be stale when it comes back; frames are never torn.
                    #expect(
                        try client.frame()?.closing
                            == WireClient.Closing(
                                code: 1013, reason: "Too slow to follow. Connect again to resume."))
                }
                await fill.value
            }
            #expect(!told.events.contains(.deadlineExceeded(peer: Self.peer, .write)))
        }
    }

    @Test func `a single larger message may be pushed when nothing else waits`() async throws {
        let sockets = Notes<WebSocket>()
        try await withServer(routes: Self.listening(sockets)) { server, _ in
            let client = try WireClient.webSocket(server, "/ws", receiveBufferBytes: 4_096)
            let socket = await sockets.first(1)[0]
            socket.push(.binary([UInt8](repeating: 0, count: 8 << 20)))
            #expect(await socket.closure == nil)
            #expect(try client.frame()?.payload.count == 8 << 20)
            socket.push(.text("small"))
            #expect(try client.text() == "small")
        }
    }

    @Test func `a sender that waits goes on when its reader is turned away`() async throws {
        let sockets = Notes<WebSocket>()
        let ended = Gate()
        ended.open()
        try await withServer(routes: { router in
            router.get("/ws") { _ in
                .webSocket { socket in
                    sockets.add(socket)
                    await socket.send(.binary([UInt8](repeating: 0, count: 8 << 20)))
                    await ended.pass()
                }
            }
        }) { server, _ in
            let client = try WireClient.webSocket(server, "/ws", receiveBufferBytes: 4_096)
            let socket = await sockets.first(1)[0]
            for _ in 0..<100 { socket.push(.binary([UInt8](repeating: 1, count: 60_000))) }
            await ended.arrivals(1)
            #expect(await socket.closure?.code == .tryAgainLater)
            client.close()
        }
    }

    @Test func `one that takes nothing at all is broken off, even while it closes`() async throws {
        let sockets = Notes<WebSocket>()
        try await withServer {
            $0.writeProgressWindow = .milliseconds(80)
            $0.closeDeadline = .milliseconds(20)
        } routes: { router in
            standardRoutes(&router)
            router.get("/ws") { _ in
                .webSocket { socket in
                    sockets.add(socket)
                    for await _ in socket.messages {}
                }
            }
        } _: { server, told in
            for round in 0..<2 {
                let client = try WireClient.webSocket(server, "/ws", receiveBufferBytes: 4_096)
                let socket = await sockets.first(round + 1)[round]
                let send = Task { await socket.send(.binary([UInt8](repeating: 0, count: 12 << 20))) }
                let probe = try WireClient(port: server.port)
                try probe.passRounds { server.statistics.messagesSent == round + 1 }
                if round == 1 { socket.close(.goingAway) }
                await told.wait { seen in
                    seen.events.count { $0 == .deadlineExceeded(peer: Self.peer, .write) } == round + 1
                }
                await send.value
                #expect(await socket.closure?.code == (round == 0 ? .abnormal : .goingAway))
                client.close()
            }
            let probe = try WireClient(port: server.port)
            try probe.passRounds { server.statistics.webSockets == 0 && server.statistics.handlersRunning == 0 }
        }
    }

    @Test func `stopping closes with 1001 and waits for the handlers`() async throws {
        let gate = Gate()
        let seen = Notes<String>()
        try await withServer {
            $0.loops = 2
        } routes: { router in
            standardRoutes(&router)
            router.get("/ws") { _ in
                .webSocket { socket in
                    for await _ in socket.messages {}
                    // The last words of a room: saving what it knows.
                    await gate.pass()
                    seen.add("saved")
                }
            }
        } _: { server, told in
            let clients = try (0..<4).map { _ in try WireClient.webSocket(server, "/ws") }
            let stopping = Task.detached {
                await server.stop(within: .seconds(30))
                seen.add("stopped")
            }
            for client in clients {
                let closing = try client.frame()?.closing
                #expect(closing?.code == 1001 && closing?.reason.isEmpty == false)
                client.send(.close(1001))
                #expect(try client.frame() == nil)
                client.close()
            }
            await gate.arrivals(4)
            // No connection is left, and whoever waited for no more than that is given every chance to go on.
            while server.statistics.connections > 0 { await Task.yield() }
            for _ in 0..<1_000 { await Task.detached {}.value }
            gate.open()
            await stopping.value
            #expect(seen.all == ["saved", "saved", "saved", "saved", "stopped"])
            #expect(told.events.contains(.stopped(unfinished: 0)))
            let statistics = server.statistics
            #expect(statistics.webSockets == 0 && statistics.connections == 0 && statistics.handlersRunning == 0)
        }
    }

    @Test func `stopping does not wait for ever: not for clients, and not for handlers`() async throws {
        let gate = Gate()
        try await withServer {
            $0.headDeadline = .milliseconds(40)
        } routes: { router in
            router.get("/ws") { _ in .webSocket { _ in await gate.pass() } }
        } _: { server, told in
            let silent = try WireClient.webSocket(server, "/ws")
            let gone = try WireClient.webSocket(server, "/ws")
            await gate.arrivals(2)
            gone.reset()
            await server.stop(within: .milliseconds(60))
            #expect(try silent.closing()?.code == 1001)
            #expect(told.events.contains(.stopped(unfinished: 1)))
            #expect(server.statistics.handlersRunning == 2)
            gate.open()
        }
    }

    @Test func `many that come and go leave nothing behind`() async throws {
        try await withServer {
            $0.loops = 2
            $0.lingerDeadline = .milliseconds(40)
        } routes: { router in
            Self.listening()(&router)
        } _: { server, _ in
            for round in 0..<200 {
                let client = try WireClient.webSocket(server, "/ws")
                switch round % 4 {
                case 0: client.send(.close(1000))
                case 1: client.reset()
                case 2: client.close()
                default: client.send(WireFrame(first: 0xFF))
                }
            }
            let probe = try WireClient(port: server.port)
            try probe.passRounds {
                let statistics = server.statistics
                return statistics.webSockets == 0 && statistics.connections == 1 && statistics.handlersRunning == 0
            }
        }
    }
}
