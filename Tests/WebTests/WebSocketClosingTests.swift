import Glibc
import Synchronization
import Testing

@testable import Web

/// How WebSockets end (RFC 6455 §7), over real sockets.
@Suite(.timeLimit(.minutes(1))) struct WebSocketClosingTests {
    private static let codes: [UInt16] = [
        1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999,
    ]

    /// Routes whose handlers note what they got, and why it ended.
    private static func noting(
        _ notes: Notes<String>, _ closures: Notes<WebSocket.Closure>
    ) -> (inout Router) -> Void {
        { router in
            standardRoutes(&router)
            router.get("/ws") { _ in
                .webSocket { socket in
                    for await message in socket.messages { notes.add(message.text) }
                    if let closure = await socket.closure { closures.add(closure) }
                }
            }
        }
    }

    @Test func `a client's close is echoed, and told to the handler`() async throws {
        let closures = Notes<WebSocket.Closure>()
        try await withServer(routes: Self.noting(Notes(), closures)) { server, _ in
            for (index, code) in Self.codes.enumerated() {
                let client = try WireClient.webSocket(server, "/ws")
                client.send(.close(code, "because \(code)"))
                #expect(try client.frame()?.closing == WireClient.Closing(code: code))
                #expect(try client.frame() == nil)
                let closure = await closures.first(index + 1)[index]
                #expect(
                    closure == WebSocket.Closure(code: .init(code), reason: "because \(code)", isRemote: true))
            }
            #expect(server.statistics.malformedFrames == 0)
        }
    }

    @Test func `the server's close says code and reason, and waits for the answer`() async throws {
        let closures = Notes<WebSocket.Closure>()
        try await withServer(routes: { router in
            router.get("/ws/{code}") { (_, code: Int) in
                .webSocket { socket in
                    socket.close(WebSocket.CloseCode(UInt16(code)), "because \(code)")
                    for await _ in socket.messages {}
                    if let closure = await socket.closure { closures.add(closure) }
                }
            }
        }) { server, told in
            for (index, code) in Self.codes.enumerated() {
                let client = try WireClient.webSocket(server, "/ws/\(code)")
                #expect(try client.frame()?.closing == WireClient.Closing(code: code, reason: "because \(code)"))
                let closure = await closures.first(index + 1)[index]
                #expect(
                    closure == WebSocket.Closure(code: .init(code), reason: "because \(code)", isRemote: false))
                #expect(server.statistics.webSockets > 0)
                client.send(.close(code))
                #expect(try client.frame() == nil)
            }
            #expect(told.events.count == 1, "listening, and nothing else: \(told.events)")
        }
    }

    @Test func `a handler that returns closes with 1000`() async throws {
        try await withServer(routes: { router in
            router.get("/ws") { _ in .webSocket { await $0.send("bye") } }
            router.get("/at-once") { _ in .webSocket { _ in } }
        }) { server, _ in
            let client = try WireClient.webSocket(server, "/ws")
            #expect(try client.text() == "bye")
            #expect(try client.frame()?.closing == WireClient.Closing(code: 1000))
            #expect(try WireClient.webSocket(server, "/at-once").frame()?.closing == WireClient.Closing(code: 1000))
        }
    }

    @Test func `a close without a code is answered without one, and is 1005`() async throws {
        let closures = Notes<WebSocket.Closure>()
        try await withServer(routes: Self.noting(Notes(), closures)) { server, _ in
            let client = try WireClient.webSocket(server, "/ws")
            client.send(.close)
            #expect(try client.frame()?.payload == [])
            #expect(try client.frame() == nil)
            #expect(await closures.first(1) == [.init(code: .noStatus, reason: "", isRemote: true)])
        }
    }

    @Test func `both may close at once`() async throws {
        let sockets = Notes<WebSocket>()
        try await withServer(routes: { router in
            standardRoutes(&router)
            router.get("/ws") { _ in
                .webSocket { socket in
                    sockets.add(socket)
                    for await _ in socket.messages {}
                }
            }
        }) { server, told in
            let client = try WireClient.webSocket(server, "/ws")
            await sockets.first(1)[0].close(.goingAway, "ours")
            client.send(.close(1000, "theirs"))
            #expect(try client.frame()?.first == WireFrame.close.first)
            #expect(try client.frame() == nil)
            client.close()
            let probe = try WireClient(port: server.port)
            try probe.passRounds { server.statistics.webSockets == 0 }
            #expect(told.events.count == 1)
        }
    }

    @Test func `a client that never answers our close is given up`() async throws {
        try await withServer {
            $0.closeDeadline = .milliseconds(60)
        } routes: { router in
            router.get("/ws") { _ in .webSocket { _ in } }
        } _: { server, told in
            let client = try WireClient.webSocket(server, "/ws")
            #expect(try client.frame()?.closing == WireClient.Closing(code: 1000))
            await told.wait { $0.events.contains(.deadlineExceeded(peer: "127.0.0.1", .close)) }
            #expect(try client.frame() == nil)
        }
    }

    @Test func `one that talks on instead of answering is given up just the same`() async throws {
        try await withServer {
            $0.closeDeadline = .milliseconds(60)
        } routes: { router in
            router.get("/ws") { _ in .webSocket { _ in } }
        } _: { server, told in
            let client = try WireClient.webSocket(server, "/ws")
            let talk = WireFrame.text.with("more").bytes
            while client.sendNow(talk) == talk.count {}
            await told.wait { $0.events.contains(.deadlineExceeded(peer: "127.0.0.1", .close)) }
        }
    }

    @Test func `nothing behind a close is heard, either side's`() async throws {
        let got = Notes<String>()
        let closures = Notes<WebSocket.Closure>()
        try await withServer(routes: Self.noting(got, closures)) { server, _ in
            let client = try WireClient.webSocket(server, "/ws")
            client.send(.text.with("before"), .close(1000), .text.with("behind"), .ping, WireFrame(first: 0xFF))
            #expect(try client.frame()?.closing == WireClient.Closing(code: 1000))
            #expect(try client.frame() == nil)
            #expect(await closures.first(1)[0].code == .normal)
            #expect(got.all == ["before"])
            #expect(server.statistics.malformedFrames == 0)
        }
    }

    @Test func `after our close messages and pings are not answered, until theirs`() async throws {
        try await withServer(routes: { router in
            standardRoutes(&router)
            router.get("/ws") { _ in .webSocket { _ in } }
        }) { server, _ in
            let client = try WireClient.webSocket(server, "/ws")
            #expect(try client.frame()?.closing == WireClient.Closing(code: 1000))
            client.send(.text.with("behind"), .ping)
            let probe = try WireClient(port: server.port)
            try probe.passRounds()
            client.send(.close(1000))
            #expect(try client.frame() == nil)
            #expect(server.statistics.messagesReceived == 0)
        }
    }

    @Test func `the server ends first, and what it said is not lost to what the client still sends`() async throws {
        try await withServer(routes: Self.noting(Notes(), Notes())) { server, _ in
            let client = try WireClient.webSocket(server, "/ws")
            client.send(WireFrame.close(1000).bytes + [UInt8](repeating: 0x55, count: 300_000))
            #expect(try client.frame()?.closing == WireClient.Closing(code: 1000))
            #expect(try client.frame() == nil)
            #expect(client.error == 0)
        }
    }

    @Test func `one that does not end after both have closed is given up`() async throws {
        try await withServer {
            $0.lingerDeadline = .milliseconds(60)
        } routes: { router in
            Self.noting(Notes(), Notes())(&router)
        } _: { server, _ in
            let client = try WireClient.webSocket(server, "/ws")
            client.send(.close(1000))
            #expect(try client.frame()?.closing == WireClient.Closing(code: 1000))
            #expect(try client.frame() == nil)
            let probe = try WireClient(port: server.port)
            try probe.passRounds { server.statistics.connections == 1 }
            #expect(server.statistics.webSockets == 0)
        }
    }

    @Test(arguments: [[], Array(WireFrame.text.with("half a message").bytes.dropLast(3)), [0x81]] as [[UInt8]])
    func `an end without a close is 1006`(unfinished: [UInt8]) async throws {
        let closures = Notes<WebSocket.Closure>()
        try await withServer(routes: Self.noting(Notes(), closures)) { server, _ in
            let abnormal = WebSocket.Closure(code: .abnormal, reason: "", isRemote: true)
            let polite = try WireClient.webSocket(server, "/ws")
            polite.send(unfinished)
            polite.endWriting()
            #expect(try polite.frame() == nil)
            #expect(await closures.first(1) == [abnormal])
            let rude = try WireClient.webSocket(server, "/ws")
            rude.send(unfinished)
            rude.reset()
            #expect(await closures.first(2) == [abnormal, abnormal])
            let probe = try WireClient(port: server.port)
            try probe.passRounds { server.statistics.connections == 1 }
        }
    }

    @Test func `a reason is cut behind a whole character, within what a close frame holds`() async throws {
        try await withServer(routes: { router in
            router.get("/ws") { _ in .webSocket { $0.close(.policyViolation, String(repeating: "é", count: 100)) } }
        }) { server, _ in
            let frame = try WireClient.webSocket(server, "/ws").frame()
            #expect(frame?.closing == WireClient.Closing(code: 1008, reason: String(repeating: "é", count: 61)))
            #expect(frame?.payload.count == 124)
        }
    }

    @Test func `a close from another thread comes behind everything sent and pushed before`() async throws {
        let sockets = Notes<WebSocket>()
        try await withServer(routes: { router in
            router.get("/ws") { _ in
                .webSocket { socket in
                    sockets.add(socket)
                    for await _ in socket.messages {}
                }
            }
        }) { server, _ in
            let client = try WireClient.webSocket(server, "/ws", receiveBufferBytes: 4_096)
            let socket = await sockets.first(1)[0]
            await socket.send("first")
            socket.push(.binary([UInt8](repeating: 0x61, count: 8 << 20)))
            socket.close(.goingAway, "done")
            #expect(try client.text() == "first")
            #expect(try client.frame()?.payload.count == 8 << 20)
            #expect(try client.frame()?.closing == WireClient.Closing(code: 1001, reason: "done"))
            client.send(.close(1001))
            #expect(try client.frame() == nil)
        }
    }

    @Test func `a close ends a send that waits, and the message still arrives`() async throws {
        let sockets = Notes<WebSocket>()
        let ended = Gate()
        try await withServer(routes: { router in
            standardRoutes(&router)
            router.get("/ws") { _ in
                .webSocket { socket in
                    sockets.add(socket)
                    await socket.send(.binary([UInt8](repeating: 0x61, count: 8 << 20)))
                    await ended.pass()
                }
            }
        }) { server, _ in
            ended.open()
            let client = try WireClient.webSocket(server, "/ws", receiveBufferBytes: 4_096)
            let socket = await sockets.first(1)[0]
            try WireClient(port: server.port).passRounds { server.statistics.messagesSent == 1 }
            socket.close()
            await ended.arrivals(1)
            #expect(try client.frame()?.payload.count == 8 << 20)
            #expect(try client.frame()?.closing == WireClient.Closing(code: 1000))
        }
    }

    @Test func `messages that came before a close reach a handler that was busy`() async throws {
        let gate = Gate()
        let got = Notes<String>()
        try await withServer(routes: { router in
            standardRoutes(&router)
            router.get("/ws") { _ in
                .webSocket { socket in
                    await gate.pass()
                    for await message in socket.messages { got.add(message.text) }
                    got.add("ended by \(await socket.closure?.code.rawValue ?? 0)")
                }
            }
        }) { server, _ in
            for count in [3, 200] {
                let client = try WireClient.webSocket(server, "/ws")
                client.send((0..<count).flatMap { WireFrame.text.with("\($0)").bytes } + WireFrame.close(1001).bytes)
                if count == 3 {
                    // Few enough that the close is heard before the handler goes on.
                    try WireClient(port: server.port).passRounds { server.statistics.messagesReceived == 3 }
                    gate.open()
                }
                #expect(try client.closing() == WireClient.Closing(code: 1001))
                let due = (0..<count).map { "\($0)" } + ["ended by 1001"]
                #expect(Array(await got.first(count == 3 ? 4 : 205).suffix(count + 1)) == due)
            }
        }
    }

    @Test func `who says why it closes and breaks off is not 1006, though its handler was busy`() async throws {
        let gate = Gate()
        let closures = Notes<WebSocket.Closure>()
        try await withServer(routes: { router in
            standardRoutes(&router)
            router.get("/ws") { _ in
                .webSocket { socket in
                    await gate.pass()
                    for await _ in socket.messages {}
                    if let closure = await socket.closure { closures.add(closure) }
                }
            }
        }) { server, _ in
            let client = try WireClient.webSocket(server, "/ws")
            client.send(.text.with("last"), .close(4_001, "left"))
            let probe = try WireClient(port: server.port)
            try probe.passRounds { server.statistics.messagesReceived == 1 }
            client.reset()
            try probe.passRounds { server.statistics.webSockets == 0 }
            gate.open()
            #expect(await closures.first(1) == [.init(code: .init(4_001), reason: "left", isRemote: true)])
        }
    }

    @Test func `the handler that closes gets what had come before, and then the end`() async throws {
        let got = Notes<String>()
        let gate = Gate()
        try await withServer(routes: { router in
            standardRoutes(&router)
            router.get("/ws") { _ in
                .webSocket { socket in
                    await gate.pass()
                    socket.close()
                    for await message in socket.messages { got.add(message.text) }
                    got.add("ended")
                }
            }
        }) { server, _ in
            let client = try WireClient.webSocket(server, "/ws")
            client.send(.text.with("one"), .text.with("two"))
            let probe = try WireClient(port: server.port)
            try probe.passRounds { server.statistics.messagesReceived == 2 }
            gate.open()
            #expect(await got.first(3) == ["one", "two", "ended"])
        }
    }
}
