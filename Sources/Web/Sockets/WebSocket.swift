internal import Synchronization

/// One open WebSocket, pinned to its event loop, whichever side of it we are on (RFC 6455).
///
///     router.get("/echo") { _ in
///         .webSocket { socket in
///             for await message in socket.messages { await socket.send(message) }
///         }
///     }
///
/// A handler runs on the socket's loop, so that reading and sending make no hop. The loop over `messages` ends when
/// the socket does; a handler that returns closes it with 1000. A client that goes away does not cancel its handler:
/// half of a durable change is worse than an answer nobody reads. Sending to a socket that has ended does nothing.
///
/// Pings, pongs and the closing handshake happen by themselves. While idle a socket holds no buffer.
public actor WebSocket: LoopMember {
    enum Phase {
        case open
        /// Our close frame is sent or queued; the other side's is awaited.
        case closing
        /// Both have said all; ends when the outbox is empty.
        case saidAll
        /// We have ended; read and dropped until the other side ends too.
        case lingering
        case closed
    }

    /// The last that is heard of the other side.
    enum OtherEnd {
        case closed(CloseCode, reason: String)
        /// It broke the protocol.
        case failed(Fault)

        var closure: Closure {
            switch self {
            case .closed(let code, let reason): Closure(code: code, reason: reason, isRemote: true)
            case .failed(let fault): Closure(code: fault.closeCode, reason: fault.explanation, isRemote: false)
            }
        }
    }

    /// Why a socket ended, and who said so.
    public struct Closure: Hashable, Sendable {
        public let code: CloseCode
        public let reason: String
        /// The other side closed, rather than us.
        public let isRemote: Bool
    }

    /// Messages read ahead of a handler that is busy: enough to hear of pings and the close behind them.
    static let aheadMessagesMax = 64
    static let aheadBytesMax = 64 << 10
    /// Pushed bytes that wait for a slow reader; more close its socket with 1013.
    static let pushedBytesMax = 256 << 10
    /// Messages over this are sent from where they are instead of being copied behind their headers.
    static let copiedBytesMax = 16 << 10
    /// Pings in a row without a sign of life.
    static let missedPingsMax = 2

    private static let serials = Atomic(0)

    /// Tells sockets apart for as long as the process runs.
    public nonisolated let id = WebSocket.serials.add(1, ordering: .relaxed).newValue
    /// The subprotocol that was agreed on, if any.
    public nonisolated let subprotocol: String?
    nonisolated let loop: EventLoop
    nonisolated let tag: UInt64
    /// The address of the other side, to compare and to count by; see `Request.origin`.
    public nonisolated let origin: Peer
    nonisolated let role: FrameReader.Role
    public nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    let onEvent: @Sendable (ServerEvent) -> Void
    var phase = Phase.open
    var sender: Sender
    var reader: FrameReader

    /// Bytes read that wait for a busy handler.
    var remainder: [UInt8] = []
    /// The kernel may hold bytes for us.
    var mayRead = true
    var sawReadClosed: Bool
    /// Complete messages that wait for the handler, from `firstReceived` on.
    var received: [Message] = []
    var firstReceived = 0
    var receivedBytes = 0
    /// The handler waits for a message.
    var awaitsMessage: UnsafeContinuation<Message?, Never>?
    /// Senders that wait for room.
    var awaitRoom: [UnsafeContinuation<Void, Never>] = []
    /// What the newest ping asks back, while the client does not take our answer (RFC 6455 §5.5.3).
    var owedPong: [UInt8]?
    var subscriptions: [Subscription] = []
    var roundTrips = RoundTrips()

    /// On the loop's clock: the next ping of an open socket, the end of patience with one that closes.
    var deadline: Int
    var missedPings = 0
    /// The loop's round in which a message was last sent at once; what follows in the same round waits for its end.
    var sentInRound = -1
    var isPumping = false
    var isPumpScheduled = false
    /// Somebody has asked for messages.
    var isRead = false
    /// How the other side has ended; answered when the handler is done with the messages before that.
    var awaitedEnd: OtherEnd?

    /// Why it ended; nil while it is open.
    public private(set) var closure: Closure?

    /// How long the other side takes to answer: the least of the newest eight pings that were, exact to 0.1 ms and
    /// 6.5 s at most; nil before the first. A handler reads it without leaving its loop.
    public var roundTrip: Duration? { roundTrips.least }

    /// The address of the other side, without port.
    public nonisolated var peer: String { origin.description }

    init(
        _ sender: Sender, as role: FrameReader.Role, limits: Limits, subprotocol: String?, from origin: Peer,
        on loop: EventLoop, sawReadClosed: Bool = false, read remainder: [UInt8] = [],
        onEvent: @escaping @Sendable (ServerEvent) -> Void
    ) {
        self.sender = sender
        self.role = role
        self.subprotocol = subprotocol
        self.origin = origin
        self.loop = loop
        self.sawReadClosed = sawReadClosed
        self.remainder = remainder
        self.onEvent = onEvent
        tag = sender.tag
        reader = FrameReader(as: role, limits: limits)
        // Not all at once, when thousands have come together.
        deadline = loop.clock.now + loop.patience.ping - .random(in: 0...loop.patience.ping / 4)
    }

    nonisolated func becameReady(_ readiness: Readiness) { assumeIsolated { $0.takeReadiness(readiness) } }
    nonisolated func pumpLater() { assumeIsolated { $0.pumpAgain() } }
    nonisolated func tick() { assumeIsolated { $0.checkDeadline() } }
    nonisolated func breakOff() { assumeIsolated { $0.end(.abnormal, isRemote: false) } }
    nonisolated func beginStop() {
        assumeIsolated { $0.closeNow(.goingAway, "The server stops. Connect again to resume.") }
    }

    /// Takes the place of the connection it came from, and runs what is done with it.
    func begin(_ handle: (@Sendable (WebSocket) async -> Void)?) {
        loop.counters.webSockets.add(1)
        if let handle { start(handle) }
        pump()
    }

    private func start(_ handle: @escaping @Sendable (WebSocket) async -> Void) {
        loop.taskBegan()
        Task.immediate(executorPreference: loop) {
            await handle(self)
            self.closeNow(.normal, "")
            self.loop.taskEnded()
        }
    }

    /// Ends without more ado.
    func end(_ code: CloseCode, isRemote: Bool) {
        guard phase != .closed else { return }
        // What the other side said last is why, even if nobody was there yet to hear it.
        if closure == nil { closure = awaitedEnd?.closure ?? Closure(code: code, reason: "", isRemote: isRemote) }
        awaitedEnd = nil
        phase = .closed
        sender.close()
        remainder = []
        owedPong = nil
        deadline = .max
        tellHandlers()
        loop.counters.webSockets.add(-1)
        loop.forget(self)
    }

    /// No message comes and none goes any more.
    func note(_ closure: Closure) {
        if self.closure == nil { self.closure = closure }
        tellHandlers()
    }

    private func tellHandlers() {
        awaitsMessage?.resume(returning: nil)
        awaitsMessage = nil
        wakeSenders()
        for subscription in subscriptions { subscription.end() }
        subscriptions = []
    }

    func wakeSenders() {
        guard !awaitRoom.isEmpty else { return }
        let waiting = awaitRoom
        awaitRoom = []
        for sender in waiting { sender.resume() }
    }
}

extension WebSocket: Hashable {
    public static func == (left: WebSocket, right: WebSocket) -> Bool { left === right }

    public nonisolated func hash(into hasher: inout Hasher) { hasher.combine(id) }
}
