import Glibc
import Synchronization
import Testing

@testable import Web

/// The client's side, against our server and against others that misbehave.
@Suite(.timeLimit(.minutes(1))) struct WebSocketClientTests {
    private static func routes(_ router: inout Router) {
        standardRoutes(&router)
        router.get("/ws") { _ in
            .webSocket(WebSocket.Limits(messageBytesMax: 1 << 20, subprotocols: ["chat"])) { socket in
                for await message in socket.messages { await socket.send(message) }
            }
        }
        router.get("/greets") { request in
            let name = request.headers["x-name"] ?? "nobody"
            return .webSocket { socket in
                for number in 0..<10 { await socket.send("\(name) \(number)") }
            }
        }
        router.get("/silent") { _ in .webSocket { socket in for await _ in socket.messages {} } }
    }

    /// The fault that connecting ends with; nil when it succeeds.
    private static func fault(
        _ client: WebSocketClient, _ destination: WebSocketClient.Destination,
        within deadline: Duration = .seconds(10)
    ) async -> ConnectFault? {
        do throws(ConnectFault) {
            _ = try await client.connect(to: destination, within: deadline)
            return nil
        } catch {
            return error
        }
    }

    @Test(arguments: ["127.0.0.1", "localhost"])
    func `a client connects over the network and speaks`(host: String) async throws {
        try await withServer {
            $0.host = host
        } routes: { router in
            Self.routes(&router)
        } _: { server, _ in
            let client = WebSocketClient()
            let socket = try await client.connect(
                to: .init(host: host, port: server.port, target: "/ws"), limits: .init(subprotocols: ["soap", "chat"]))
            #expect(socket.subprotocol == "chat")
            var messages = socket.messages.makeAsyncIterator()
            for size in [0, 125, 126, 65_536] {
                let message = WebSocket.Message.binary([UInt8](repeating: 3, count: size))
                await socket.send(message)
                #expect(await messages.next() == message)
            }
            await client.stop()
            let probe = try WireClient(port: server.port, host: host == "localhost" ? "127.0.0.1" : host)
            try probe.passRounds { server.statistics.webSockets == 0 }
        }
    }

    @Test func `further fields are sent, and messages right behind the answer are not lost`() async throws {
        try await withServer(routes: Self.routes) { server, _ in
            let client = WebSocketClient()
            let socket = try await client.connect(
                to: .init(host: "127.0.0.1", port: server.port, target: "/greets"), headers: ["x-name": "kari"])
            var texts: [String] = []
            for await message in socket.messages { texts.append(message.text) }
            #expect(texts == (0..<10).map { "kari \($0)" })
            #expect(await socket.closure == .init(code: .normal, reason: "", isRemote: true))
            await client.stop()
        }
    }

    /// Status and body of the refusal that a fault is.
    private static func refusal(_ fault: ConnectFault?) -> (status: Status, body: String)? {
        guard case .handshake(.refused(let status, let body)) = fault else { return nil }
        return (status, String(decoding: body, as: UTF8.self))
    }

    @Test func `a refusal is told with its status and what the server says of it`() async throws {
        try await withServer(routes: Self.routes) { server, _ in
            let client = WebSocketClient()
            let nowhere = await Self.fault(client, .init(host: "127.0.0.1", port: server.port, target: "/nowhere"))
            #expect(Self.refusal(nowhere)?.status == .notFound)
            #expect(Self.refusal(nowhere)?.body.contains("\"status\":404") == true)
            let plain = await Self.fault(client, .init(host: "127.0.0.1", port: server.port, target: "/healthz"))
            #expect(Self.refusal(plain)?.status == .ok)
            await client.stop()
        }
    }

    @Test func `nobody listens, and nobody has that name`() async throws {
        let client = WebSocketClient()
        let port = try BareListener().port
        let refused = await Self.fault(client, .init(host: "127.0.0.1", port: port, target: "/"))
        #expect(refused == .unreachable(errno: ECONNREFUSED))
        let unknown = await Self.fault(client, .init(host: "no host has such a name", port: 80, target: "/"))
        #expect(unknown == .hostUnknown("no host has such a name"))
        let portless = await Self.fault(client, .init(host: "127.0.0.1", port: 0, target: "/"))
        #expect(portless == .hostUnknown("127.0.0.1:0"))
        await client.stop()
    }

    @Test func `one that never answers is given up at the deadline`() async throws {
        let listener = try BareListener()
        var configuration = Server.Configuration()
        configuration.headDeadline = .milliseconds(40)
        let client = WebSocketClient(configuration: configuration)
        let fault = await Self.fault(
            client, .init(host: "127.0.0.1", port: listener.port, target: "/"), within: .milliseconds(60))
        #expect(fault == .timedOut)
        await client.stop()
        listener.close()
    }

    @Test(arguments: [
        ("SSH-2.0-OpenSSH_9.2\r\n", .handshake(.headInvalid)),
        ("HTTP/1.1 101 Switching Protocols\r\n\r\n", .handshake(.upgradeMissing)),
        (
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                + "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n", .handshake(.acceptInvalid)
        ),
        ("HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n", .handshake(.refused(.unavailable))),
        (
            "HTTP/1.1 503 Busy\r\nContent-Length: 9\r\n\r\nlater",
            .handshake(.refused(.unavailable, body: Array("later".utf8)))
        ),
        ("HTTP/1.1 101 Switching", .closed),
        ("", .closed),
    ] as [(String, ConnectFault)])
    func `an answer that is none ends the connection`(answer: String, expected: ConnectFault) async throws {
        let listener = try BareListener()
        let thread = TestThread()
        let server = Task(executorPreference: thread) { () throws in
            let peer = try listener.accept()
            _ = try peer.read()
            peer.send(answer)
            peer.endWriting()
            // Reads to the end: the client must close.
            try peer.waitForClose()
        }
        let client = WebSocketClient()
        let fault = await Self.fault(client, .init(host: "127.0.0.1", port: listener.port, target: "/"))
        #expect(fault == expected)
        try await server.value
        await client.stop()
        listener.close()
        thread.end()
    }

    /// Runs `serve` as the server of one WebSocket, behind a sound handshake, and `use` with the client's side of it.
    private static func withBareServer(
        _ serve: @escaping @Sendable (WireClient) throws -> Void, _ use: (WebSocket) async throws -> Void
    ) async throws {
        let listener = try BareListener()
        let thread = TestThread()
        let server = Task(executorPreference: thread) { () throws in
            let peer = try listener.accept()
            try peer.answerUpgrade()
            try serve(peer)
        }
        let client = WebSocketClient()
        let socket = try await client.connect(to: .init(host: "127.0.0.1", port: listener.port, target: "/"))
        try await use(socket)
        try await server.value
        await client.stop()
        listener.close()
        thread.end()
    }

    @Test func `frames of a client are masked, each with its own key`() async throws {
        let ponged = Notes<Bool>()
        try await Self.withBareServer { (peer: WireClient) throws in
            var keys: Set<[UInt8]> = []
            for number in 0..<20 {
                let frame = try #require(try peer.frame())
                #expect(frame.payload == Array("\(number)".utf8))
                keys.insert(try #require(frame.key))
            }
            #expect(keys.count == 20)
            peer.send(WireFrame(first: 0x89, payload: [7], key: nil))
            let pong = try peer.frame()
            #expect(pong?.first == WireFrame.pong.first && pong?.payload == [7] && pong?.key != nil)
            ponged.add(true)
            let close = try peer.frame()
            #expect(close?.closing == WireClient.Closing(code: 1000, reason: "bye") && close?.key != nil)
        } _: { socket in
            for number in 0..<10 { await socket.send("\(number)") }
            for number in 10..<20 { socket.push(.text("\(number)")) }
            // Pings are answered though nobody reads the messages; the close comes behind.
            _ = await ponged.first(1)
            socket.close(.normal, "bye")
        }
    }

    @Test func `a server that masks is closed with 1002`() async throws {
        try await Self.withBareServer { (peer: WireClient) throws in
            peer.send(.text.with("masked"))
            #expect(try peer.closing()?.code == 1002)
        } _: { socket in
            for await _ in socket.messages { Issue.record("no message is to come of it") }
            #expect(await socket.closure?.code == .protocolError)
        }
    }

    @Test func `a client that has closed waits for the server to end`() async throws {
        let mayEnd = Semaphore()
        try await Self.withBareServer { (peer: WireClient) throws in
            #expect(try peer.frame()?.closing == WireClient.Closing(code: 1000))
            peer.send(WireFrame(first: 0x88, payload: [0x03, 0xE8], key: nil))
            mayEnd.wait()
            var descriptor = pollfd(fd: peer.socket, events: Int16(POLLIN), revents: 0)
            #expect(poll(&descriptor, 1, 0) == 0, "nothing more comes, nor an end, before ours")
            peer.endWriting()
            #expect(try peer.frame() == nil)
        } _: { socket in
            socket.close()
            for await _ in socket.messages {}
            #expect(await socket.closure == .init(code: .normal, reason: "", isRemote: false))
            // On a machine that is too slow for the deadline it is closed already.
            while true {
                let phase = await socket.phase
                if phase == .lingering || phase == .closed { break }
                await Task.yield()
            }
            mayEnd.signal()
        }
    }

    @Test func `a server that ends at once is 1006`() async throws {
        try await Self.withBareServer { (peer: WireClient) throws in
            peer.close()
        } _: { socket in
            for await _ in socket.messages {}
            #expect(await socket.closure == .init(code: .abnormal, reason: "", isRemote: true))
            await socket.send("nobody hears it")
        }
    }

    @Test func `stopping says 1001 to all, and breaks off those that do not answer`() async throws {
        try await withServer(routes: Self.routes) { server, _ in
            let client = WebSocketClient(loops: 2)
            var sockets: [WebSocket] = []
            for _ in 0..<4 {
                sockets.append(
                    try await client.connect(to: .init(host: "127.0.0.1", port: server.port, target: "/silent")))
            }
            await client.stop()
            for socket in sockets { #expect(await socket.closure?.code == .goingAway) }
            let probe = try WireClient(port: server.port)
            try probe.passRounds { server.statistics.webSockets == 0 }
        }
        let listener = try BareListener()
        let thread = TestThread()
        let server = Task(executorPreference: thread) { () throws in
            let peer = try listener.accept()
            try peer.answerUpgrade()
            try peer.waitForClose()
        }
        var configuration = Server.Configuration()
        configuration.headDeadline = .milliseconds(40)
        let client = WebSocketClient(configuration: configuration)
        let socket = try await client.connect(to: .init(host: "127.0.0.1", port: listener.port, target: "/"))
        await client.stop(within: .milliseconds(20))
        #expect(await socket.closure?.code == .goingAway)
        try await server.value
        listener.close()
        thread.end()
    }

    @Test func `what is asked of a client and its sockets after the stop is answered`() async throws {
        var router = Router()
        Self.routes(&router)
        let client = WebSocketClient()
        let socket = try await client.connect(to: router, "/silent")
        async let first: Void = client.stop()
        async let second: Void = client.stop()
        _ = await (first, second)
        await client.stop()
        await socket.send("too late")
        socket.push(.text("too late"))
        for await _ in socket.messages { Issue.record("no message is to come of it") }
        #expect(await socket.closure?.code == .goingAway)
        let listener = try BareListener()
        let again = await Self.fault(client, .init(host: "127.0.0.1", port: listener.port, target: "/"))
        #expect(again == .stopped)
        listener.close()
        do throws(ConnectFault) {
            _ = try await client.connect(to: router, "/silent")
            Issue.record("a stopped client connects to nothing")
        } catch {
            #expect(error == .stopped)
        }
    }

    @Test func `within the process it is the same: refusals, closing, events`() async throws {
        let told = Told()
        var configuration = Server.Configuration()
        configuration.onEvent = { told.add($0) }
        configuration.onExchange = { told.add($0) }
        var router = Router()
        Self.routes(&router)
        let client = WebSocketClient()
        do throws(ConnectFault) {
            _ = try await client.connect(to: router, "/nowhere", configuration: configuration)
        } catch {
            #expect(Self.refusal(error)?.status == .notFound)
        }
        let socket = try await client.connect(
            to: router, "/ws", limits: .init(subprotocols: ["chat"]), configuration: configuration)
        #expect(socket.subprotocol == "chat" && socket.peer == "127.0.0.1")
        socket.close(.init(4_001), "left")
        for await _ in socket.messages {}
        #expect(await socket.closure == .init(code: .init(4_001), reason: "left", isRemote: false))
        await client.stop()
        #expect(told.exchanges.map(\.status) == [404, 101])
        #expect(told.events.isEmpty)
    }
}

/// A listening socket that does nothing by itself.
final class BareListener: Sendable {
    let port: Int
    private let socket: Int32

    init() throws {
        socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        inet_pton(AF_INET, "127.0.0.1", &address.sin_addr)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = socket
        let result = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) | listen(descriptor, 8) | getsockname(descriptor, $0, &length)
            }
        }
        guard result == 0 else { throw WireClient.Fault.refused(errno) }
        port = Int(UInt16(bigEndian: address.sin_port))
    }

    deinit { close() }

    private let isOpen = Mutex(true)

    func close() {
        isOpen.withLock { isOpen in
            if isOpen { _ = Glibc.close(socket) }
            isOpen = false
        }
    }

    func accept() throws -> WireClient {
        var descriptor = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
        guard poll(&descriptor, 1, WireClient.patienceMilliseconds) == 1 else {
            throw WireClient.Fault.timedOut(got: "")
        }
        return WireClient(accepted: Glibc.accept(socket, nil, nil))
    }
}
