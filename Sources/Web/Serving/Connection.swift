/// One client's connection, an actor pinned to its loop.
///
/// One request at a time: while a handler runs, bytes that follow wait, first in `remainder`, then in the kernel,
/// which slows the client down. Between requests there is no buffer: reading goes into the loop's memory, and only
/// an unfinished piece is kept.
///
/// A client that goes away does not cancel a handler: half of a durable change is worse than an answer nobody reads.
/// It does end a streamed body, in either direction, and cancels the producer of a streamed answer.
actor Connection: LoopMember {
    enum Phase {
        /// The TLS handshake is not done.
        case handshaking
        /// Between requests, or within a head.
        case awaitingHead
        /// A route that wants its whole body waits for it.
        case readingBody
        /// A suspending handler has not answered.
        case handling
        /// A producer writes the answer.
        case streaming
        /// The answer is given; what is left of a body nobody wanted is read and dropped.
        case skippingBody
        /// The answer to its last request was 101: all that follows is a WebSocket's.
        case upgrading
        /// Nothing more is read; closes when the outbox is empty.
        case closing
        /// We have ended; read and dropped until the client ends too.
        case lingering
        case closed
    }

    nonisolated let loop: EventLoop
    nonisolated let tag: UInt64
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    let context: ServerContext
    let peer: Peer
    /// Who it asks for is in the heads of its requests.
    let isTrustedProxy: Bool
    var phase: Phase
    var parser: RequestParser

    /// Bytes read and not understood yet.
    var remainder: [UInt8] = []
    /// Everything in `remainder` has been looked at: only more bytes help.
    var remainderNeedsMore = false
    /// The kernel may hold bytes for us.
    var mayRead = false
    /// The client has sent its last byte, though it may not have been read.
    var sawReadClosed = false
    /// The client's last byte has been read.
    var hasEnded = false
    /// Counts requests, so that a body or a writer that outlives its request cannot touch the next.
    var serial = 0

    var sender: Sender
    var asked: Asked?
    var intake: Intake?
    var producing: Producing?
    var upgrade: Upgrade?
    var isPumping = false
    var isPumpScheduled = false
    var lingersAfterClosing = false
    /// One past the limit, to be told so.
    var isExcess = false

    /// On the loop's clock; `Int.max` when nothing is awaited of the client.
    var readDeadline: Int

    init(_ transport: Transport, tag: UInt64, peer: Peer, on loop: EventLoop, for context: ServerContext) {
        sender = Sender(transport, tag: tag)
        self.tag = tag
        self.peer = peer
        self.loop = loop
        self.context = context
        isTrustedProxy = context.configuration.trustedProxies.contains { $0.contains(peer) }
        parser = RequestParser(limits: context.parserLimits)
        phase = context.isSecure ? .handshaking : .awaitingHead
        readDeadline = loop.clock.now + (context.isSecure ? loop.patience.handshake : loop.patience.idle)
    }

    nonisolated func becameReady(_ readiness: Readiness) { assumeIsolated { $0.takeReadiness(readiness) } }
    nonisolated func pumpLater() { assumeIsolated { $0.pumpAgain() } }
    nonisolated func tick() { assumeIsolated { $0.checkDeadlines() } }
    nonisolated func beginStop() { assumeIsolated { $0.stopIfIdle() } }
    nonisolated func breakOff() { assumeIsolated { $0.abort() } }

    private func takeReadiness(_ readiness: Readiness) {
        // While lingering both sides have ended, and what the client sent before must still be read away.
        if readiness.isBroken || readiness.isHungUp && phase != .lingering { return abort() }
        if readiness.isReadClosed { sawReadClosed = true }
        if readiness.isReadable || readiness.isReadClosed { mayRead = true }
        if readiness.isWritable {
            if sender.isStalled { roomCame() }
            if phase == .handshaking { mayRead = true }
        }
        pump()
    }

    private func pumpAgain() {
        isPumpScheduled = false
        pump()
    }

    /// Goes on at the end of this round of the loop, together with whatever else happens until then.
    func schedulePump() {
        guard !isPumpScheduled, !isPumping else { return }
        isPumpScheduled = true
        loop.pumpAfterThisRound(self)
    }

    /// Reads per turn; a client that sends without end must not keep the loop from the others.
    private static let readsMax = 4

    /// Goes as far as bytes, room and the handler allow, then sends all answers with one write.
    func pump() {
        guard !isPumping else { return }
        isPumping = true
        var reads = 0
        while phase != .closed {
            if !remainder.isEmpty, !remainderNeedsMore, wantsBytes {
                let bytes = remainder
                remainder = []
                keep(bytes, after: process(bytes.span))
            } else if mayRead, wantsBytes, reads < Self.readsMax {
                reads += 1
                receive()
            } else if !sender.outbox.isEmpty, !sender.isStalled {
                // What a producer wrote may all go out now, and then the next request can begin.
                flush()
            } else {
                break
            }
        }
        flush()
        isPumping = false
        if mayRead, wantsBytes { schedulePump() }
        settle()
    }

    /// Whether bytes that are or may be there can be used now.
    private var wantsBytes: Bool {
        switch phase {
        case .awaitingHead: sender.outbox.isEmpty
        case .handshaking, .readingBody, .skippingBody, .lingering: true
        case .handling, .streaming: intake?.hasRoom ?? false
        case .upgrading, .closing, .closed: false
        }
    }

    /// Sends what waits in the loop's output and in the outbox, as far as the kernel takes it.
    func flush() {
        let bytes = loop.output.take()
        guard phase != .closed else { return }
        sent(sender.send(bytes, on: loop))
    }

    /// Sends a large body behind what waits in the output, without copying it.
    func flush(with body: [UInt8]) {
        let head = loop.output.take()
        guard phase != .closed else { return }
        sent(sender.send(head, body, on: loop))
    }

    private func roomCame() { sent(sender.roomCame(on: loop)) }

    private func sent(_ standing: Sender.Standing) {
        guard standing == .stands else { return abort() }
        if sender.outbox.count < Outbox.lowWater { producing?.wakeWaiters() }
    }

    /// Ends the connection when everything has been said.
    private func settle() {
        if let upgrade { return becomeWebSocket(upgrade) }
        if loop.isStopping { stopIfIdle() }
        guard phase == .closing, sender.outbox.isEmpty else { return }
        guard lingersAfterClosing || mayRead, !hasEnded else { return close() }
        sender.transport.shutdownWriting()
        phase = .lingering
        remainder = []
        readDeadline = loop.clock.now + loop.patience.linger
        pump()
    }

    /// Breaks off: whatever was under way ends with `.clientGone`.
    func abort() {
        guard phase != .closed else { return }
        if phase == .handshaking, sender.transport.tls != nil { handshakeFailed(.peerGone) }
        sender.transport.silence()
        close()
    }

    func close() {
        phase = .closed
        sender.close()
        remainder = []
        readDeadline = .max
        endIntake(.clientGone)
        endProducing()
        loop.forget(self)
    }
}
