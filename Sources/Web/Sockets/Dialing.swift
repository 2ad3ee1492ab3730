internal import Glibc
internal import Synchronization

/// The client's side of a connection until it is a WebSocket: connecting, asking, reading the answer.
actor Dialing: LoopMember {
    /// What is asked for.
    struct Question: Sendable {
        let authority: String
        let target: String
        let headers: Headers
    }

    nonisolated let loop: EventLoop
    nonisolated let tag: UInt64
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    private let limits: WebSocket.Limits
    private let peer: Peer
    /// On the loop's clock.
    private let deadline: Int
    private let request: [UInt8]
    private var sender: Sender
    private var handshake: ClientHandshake
    private var hasAsked = false
    private var isConnected = false
    private var isSecured: Bool
    private var whenDone: (@Sendable (Result<WebSocket, ConnectFault>) -> Void)?

    private init(
        _ transport: Transport, _ question: Question, _ limits: WebSocket.Limits, from peer: Peer,
        on loop: EventLoop, within milliseconds: Int,
        whenDone: @escaping @Sendable (Result<WebSocket, ConnectFault>) -> Void
    ) {
        tag = loop.members.nextTag(for: transport.socket)
        sender = Sender(transport, tag: tag)
        isSecured = transport.tls == nil
        deadline = loop.clock.now + milliseconds
        handshake = ClientHandshake(subprotocols: limits.subprotocols)
        request = handshake.request(host: question.authority, target: question.target, headers: question.headers)
        self.limits = limits
        self.peer = peer
        self.loop = loop
        self.whenDone = whenDone
    }

    /// Waits for a socket that connects, on its loop's thread. `whenDone` is called once, there.
    static func begin(
        _ transport: Transport, _ question: Question, _ limits: WebSocket.Limits, from peer: Peer,
        on loop: EventLoop, within milliseconds: Int,
        whenDone: @escaping @Sendable (Result<WebSocket, ConnectFault>) -> Void
    ) {
        let dialing = Dialing(
            transport, question, limits, from: peer, on: loop, within: milliseconds, whenDone: whenDone)
        loop.counters.open.add(1, ordering: .relaxed)
        guard loop.watch(transport.socket, for: dialing)
        else { return dialing.assumeIsolated { $0.fail(.unreachable(errno: ENOMEM)) } }
        guard !loop.isStopping else { return dialing.beginStop() }
        loop.epoll.addWritable(transport.socket, tag: dialing.tag)
    }

    nonisolated func becameReady(_ readiness: Readiness) { assumeIsolated { $0.takeReadiness(readiness) } }
    nonisolated func pumpLater() {}
    nonisolated func tick() { assumeIsolated { if $0.loop.clock.now >= $0.deadline { $0.fail(.timedOut) } } }
    nonisolated func beginStop() { breakOff() }
    nonisolated func breakOff() { assumeIsolated { $0.fail(.stopped) } }

    private func takeReadiness(_ readiness: Readiness) {
        if readiness.isBroken { return fail(.unreachable(errno: socketError)) }
        if readiness.isWritable { isConnected = true }
        guard isConnected, isSecured || shakeHands() else { return }
        if !hasAsked {
            hasAsked = true
            guard request.withUnsafeBytes({ sender.send($0, on: loop) }) == .stands else { return fail(.closed) }
        } else if readiness.isWritable, sender.isStalled {
            guard sender.roomCame(on: loop) == .stands else { return fail(.closed) }
        }
        if readiness.isReadable || readiness.isReadClosed { receive(sawReadClosed: readiness.isReadClosed) }
    }

    /// Goes on with the TLS handshake; whether it is done. The socket is watched for bytes and for room.
    private func shakeHands() -> Bool {
        switch sender.transport.tls?.handshake() {
        case .done?, nil: isSecured = true
        case .awaitsBytes?, .awaitsRoom?: break
        case .failed(let failure)?: fail(.tls(failure))
        }
        return isSecured
    }

    private func receive(sawReadClosed: Bool) {
        while whenDone != nil {
            switch sender.transport.receive(into: UnsafeMutableRawBufferPointer(loop.input)) {
            case .moved(let count):
                loop.counters.bytesReceived.add(count)
                read(UnsafeBufferPointer(rebasing: loop.input[..<count]).span, sawReadClosed: sawReadClosed)
            case .wouldBlock:
                return
            case .ended, .broken:
                return fail(handshake.refusal.map { .handshake($0) } ?? .closed)
            }
        }
    }

    private func read(_ bytes: Span<UInt8>, sawReadClosed: Bool) {
        do throws(WebSocket.HandshakeFault) {
            var used = 0
            guard let fields = try handshake.read(bytes, &used) else { return }
            succeed(fields["sec-websocket-protocol"], Array(copying: bytes.extracting(used..<bytes.count)), sawReadClosed)
        } catch {
            fail(.handshake(error))
        }
    }

    /// A WebSocket takes this one's place on the loop.
    private func succeed(_ subprotocol: String?, _ rest: [UInt8], _ sawReadClosed: Bool) {
        let socket = WebSocket(
            sender, as: .client, limits: limits, subprotocol: subprotocol, from: peer, on: loop,
            sawReadClosed: sawReadClosed, read: rest, onEvent: { _ in })
        loop.members.insert(socket)
        socket.assumeIsolated { $0.begin(nil) }
        finish(.success(socket))
    }

    private func fail(_ fault: ConnectFault) {
        guard whenDone != nil else { return }
        sender.close()
        loop.forget(self)
        finish(.failure(fault))
    }

    private func finish(_ result: Result<WebSocket, ConnectFault>) {
        let done = whenDone
        whenDone = nil
        done?(result)
    }

    private var socketError: Int32 {
        var error: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        getsockopt(sender.transport.socket, SOL_SOCKET, SO_ERROR, &error, &size)
        return error
    }
}
