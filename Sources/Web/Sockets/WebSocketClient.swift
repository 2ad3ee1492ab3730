internal import Glibc
internal import Synchronization

/// Opens WebSockets to other programs, and to a router within this one.
///
///     let client = WebSocketClient()
///     let socket = try await client.connect(to: .init(host: "127.0.0.1", port: 8080, target: "/room"))
///     for await message in socket.messages { … }
///     await client.stop()
///
/// Its sockets are those that handlers have: the same messages, sending, closing, pings and patience. They live on
/// event loops of the client's own, until `stop`.
public final class WebSocketClient: Sendable {
    /// Where a WebSocket is.
    public struct Destination: Sendable, Hashable {
        /// A name, or an address without brackets.
        public var host: String
        public var port: Int
        /// Path and query, encoded: `/room?since=41`.
        public var target: String
        /// Through TLS, as `wss:`: the other side must show a certificate for `host`.
        public var isSecure: Bool

        public init(host: String, port: Int, target: String, isSecure: Bool = false) {
            self.host = host
            self.port = port
            self.target = target
            self.isSecure = isSecure
        }

        /// The `Host` field: an IPv6 address has brackets.
        var authority: String { (host.contains(":") ? "[\(host)]" : host) + ":\(port)" }
    }

    private let loops: [EventLoop]
    private let next = Atomic(0)
    private let authorities: String?
    /// Made when it is first needed: the system's certificates take some megabytes.
    private let tls = Mutex<TLSContext?>(nil)

    /// - Parameters:
    ///   - loops: threads; one follows some ten thousand messages a second.
    ///   - configuration: for its deadlines; nothing listens.
    ///   - authorities: path of a PEM file with those to trust for `isSecure`; nil for those the system trusts.
    public init(
        loops: Int = 1, configuration: Server.Configuration = Server.Configuration(), authorities: String? = nil
    ) {
        self.authorities = authorities
        let patience = Patience(configuration)
        self.loops = (0..<max(1, loops)).map { _ in EventLoop(patience: patience) }
        for loop in self.loops { loop.start() }
    }

    /// Connects and shakes hands.
    ///
    /// - Parameters:
    ///   - headers: further fields of the request, such as `authorization`.
    ///   - limits: what we take from the other side, and the subprotocols we offer.
    ///   - deadline: for all of it but looking up a name, which takes as long as the system's resolver does.
    public func connect(
        to destination: Destination, headers: Headers = [:], limits: WebSocket.Limits = WebSocket.Limits(),
        within deadline: Duration = Duration.seconds(10)
    ) async throws(ConnectFault) -> WebSocket {
        let tls = destination.isSecure ? try await secured() : nil
        let address = try await Resolver.address(of: destination.host, port: destination.port)
        let socket = address.open()
        guard socket >= 0 else { throw .unreachable(errno: errno) }
        let session = tls?.session(with: destination.host, over: socket)
        guard destination.isSecure == (session != nil) else {
            _ = close(socket)
            throw .hostUnknown(destination.host)
        }
        let question = Dialing.Question(
            authority: destination.authority, target: destination.target, headers: headers)
        let transport = Transport(socket: socket, tls: session)
        return try await dial(transport, question, limits, from: address.peer, within: deadline)
    }

    /// Connects to a route within this process, by the same code as over the network but for the network: for tests,
    /// and for a program's own use.
    public func connect(
        to router: Router, _ target: String, headers: Headers = [:], limits: WebSocket.Limits = WebSocket.Limits(),
        configuration: Server.Configuration = Server.Configuration()
    ) async throws(ConnectFault) -> WebSocket {
        var pair: [Int32] = [-1, -1]
        let type = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        guard socketpair(AF_UNIX, type, 0, &pair) == 0 else { throw .unreachable(errno: errno) }
        let (near, far) = (pair[0], pair[1])
        let loop = loops[0]
        let context = ServerContext(configuration, router: router, connectionsMax: 1, loops: [loop])
        loop.perform {
            loop.counters.open.add(1, ordering: .relaxed)
            loop.adopt(far, from: Peer("127.0.0.1"), for: context, isExcess: false)
        }
        let question = Dialing.Question(authority: "localhost", target: target, headers: headers)
        return try await dial(
            Transport(socket: near), question, limits, from: Peer("127.0.0.1"), within: .seconds(10))
    }

    /// Closes all sockets with 1001, and returns when they have ended; those that do not within `limit` are broken off.
    public func stop(within limit: Duration = .seconds(1)) async {
        for loop in loops {
            await withCheckedContinuation { continuation in
                loop.perform { loop.beginStop(within: limit.milliseconds) { _ in continuation.resume() } }
            }
        }
    }

    private func secured() async throws(ConnectFault) -> TLSContext {
        if let made = tls.withLock({ $0 }) { return made }
        let authorities = authorities
        // Reading the system's certificates blocks for some 20 ms.
        let made = await onThread { () -> Result<TLSContext, TLSFault> in
            Result { () throws(TLSFault) in try TLSContext(trusting: authorities) }
        }
        switch made {
        case .success(let context)?:
            tls.withLock { $0 = context }
            return context
        case .failure(let fault)?: throw .trust(fault)
        case nil: throw .unreachable(errno: ENOMEM)
        }
    }

    private func dial(
        _ transport: Transport, _ question: Dialing.Question, _ limits: WebSocket.Limits, from peer: Peer,
        within deadline: Duration
    ) async throws(ConnectFault) -> WebSocket {
        let loop = loops[next.add(1, ordering: .relaxed).newValue % loops.count]
        let result: Result<WebSocket, ConnectFault> = await withCheckedContinuation { continuation in
            loop.perform {
                Dialing.begin(
                    transport, question, limits, from: peer, on: loop, within: deadline.milliseconds
                ) { continuation.resume(returning: $0) }
            }
        }
        return try result.get()
    }
}
