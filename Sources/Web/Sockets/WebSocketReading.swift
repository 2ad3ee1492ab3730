extension WebSocket {
    /// The messages in the order they were sent; ends when the socket does.
    ///
    /// One at a time may iterate. The other side is held back while nobody does: at most 64 messages or 64 KiB are
    /// read ahead.
    public nonisolated var messages: Messages { Messages(socket: self) }

    public struct Messages: AsyncSequence, Sendable {
        public typealias Element = Message
        public typealias Failure = Never

        let socket: WebSocket

        public func makeAsyncIterator() -> Iterator { Iterator(socket: socket) }

        public struct Iterator: AsyncIteratorProtocol {
            let socket: WebSocket

            public mutating func next(isolation: isolated (any Actor)? = #isolation) async -> Message? {
                await socket.nextMessage()
            }
        }
    }

    private func nextMessage() async -> Message? {
        isRead = true
        if let next = nextReceived() { return next }
        return await withUnsafeContinuation { continuation in
            // Looked at again: a task that does not prefer this loop is queued anew on its way into this closure,
            // and messages come meanwhile.
            if let next = nextReceived() { return continuation.resume(returning: next) }
            precondition(awaitsMessage == nil, "one at a time reads a WebSocket's messages")
            awaitsMessage = continuation
        }
    }

    /// The next message, or that there will be none; nil when it must be waited for.
    private func nextReceived() -> Message?? {
        if firstReceived < received.count {
            let message = takeReceived()
            if mayRead || !remainder.isEmpty { schedulePump() }
            return message
        }
        if let awaitedEnd { answer(awaitedEnd) }
        return phase == .open ? nil : .some(nil)
    }

    /// A handler that never quite catches up must not make us keep what it has had.
    private func takeReceived() -> Message {
        let message = received[firstReceived]
        received[firstReceived] = .binary([])
        firstReceived += 1
        receivedBytes -= message.bytes.count
        if firstReceived == received.count {
            received = []
            firstReceived = 0
        } else if firstReceived == Self.aheadMessagesMax {
            received.removeFirst(firstReceived)
            firstReceived = 0
        }
        return message
    }

    func takeReadiness(_ readiness: Readiness) {
        // While lingering both sides have ended, and what the other sent before must still be read away.
        if readiness.isBroken || readiness.isHungUp && phase != .lingering { return end(.abnormal, isRemote: true) }
        if readiness.isReadClosed { sawReadClosed = true }
        if readiness.isReadable || readiness.isReadClosed { mayRead = true }
        if readiness.isWritable, sender.isStalled { roomCame() }
        pump()
    }

    func pumpAgain() {
        isPumpScheduled = false
        pump()
    }

    func schedulePump() {
        guard !isPumpScheduled, !isPumping else { return }
        isPumpScheduled = true
        loop.pumpAfterThisRound(self)
    }

    /// Reads per turn; a client that sends without end must not keep the loop from the others.
    private static let readsMax = 4

    /// Goes as far as bytes and the handler allow, and sends what waits.
    func pump() {
        guard !isPumping else { return }
        isPumping = true
        var reads = 0
        while wantsBytes {
            if !remainder.isEmpty {
                let bytes = remainder
                remainder = []
                keep(bytes, after: process(bytes.span))
            } else if mayRead, reads < Self.readsMax {
                reads += 1
                receive()
            } else {
                break
            }
        }
        drain()
        isPumping = false
        if mayRead, wantsBytes { schedulePump() }
        settle()
    }

    private var wantsBytes: Bool {
        guard awaitedEnd == nil else { return false }
        return switch phase {
        case .open:
            received.count - firstReceived < Self.aheadMessagesMax && receivedBytes < Self.aheadBytesMax
        case .closing, .lingering: true
        case .saidAll, .closed: false
        }
    }

    private func receive() {
        switch sender.transport.receive(into: UnsafeMutableRawBufferPointer(loop.input)) {
        case .moved(let count):
            loop.counters.bytesReceived.add(count)
            missedPings = 0
            mayRead = sender.transport.mayHoldMore(afterReading: count, of: loop.input.count) || sawReadClosed
            let used = process(UnsafeBufferPointer(rebasing: loop.input[..<count]).span)
            if used < count { remainder = Array(loop.input[used..<count]) }
        case .wouldBlock:
            mayRead = false
        case .ended:
            // Without a close frame this is no end but a break (RFC 6455 §7.1.5).
            end(.abnormal, isRemote: true)
        case .broken:
            end(.abnormal, isRemote: true)
        }
    }

    private func keep(_ bytes: [UInt8], after used: Int) {
        if used < bytes.count { remainder = Array(bytes[used...]) }
    }

    /// Understands as much of `bytes` as the handler has room for, and returns how many that were.
    private func process(_ bytes: Span<UInt8>) -> Int {
        var used = 0
        do throws(Fault) {
            while used < bytes.count, wantsBytes {
                guard phase != .lingering else { return bytes.count }
                guard let event = try reader.next(bytes, &used) else { break }
                take(event)
            }
        } catch {
            loop.counters.malformedFrames.add(1)
            onEvent(.malformedFrame(peer: peer, error))
            otherSideEnds(.failed(error))
        }
        return phase == .open || phase == .closing ? used : bytes.count
    }

    private func take(_ event: FrameReader.Event) {
        switch event {
        case .message(let message):
            guard phase == .open else { return }
            loop.counters.messagesReceived.add(1)
            if let waiting = awaitsMessage {
                awaitsMessage = nil
                waiting.resume(returning: message)
            } else {
                received.append(message)
                receivedBytes += message.bytes.count
            }
        case .ping(let payload):
            guard phase == .open else { return }
            owedPong = payload
            payOwedPong()
        case .pong(let payload):
            roundTrips.take(payload, at: LoopClock.nanoseconds())
        case .close(let code, let reason):
            otherSideEnds(.closed(code ?? .noStatus, reason: reason))
        }
    }

    /// The time has come for a ping, or patience has ended.
    func checkDeadline() {
        if sender.hasLostPatience(loop.patience, at: loop.clock.now) {
            deadlineExceeded(.write)
            return end(.abnormal, isRemote: false)
        }
        guard loop.clock.now >= deadline else { return }
        switch phase {
        case .open:
            if let awaitedEnd { return answer(awaitedEnd) }
            askForLife()
        case .closing, .saidAll:
            // While it takes what was queued before our close frame, the sender's patience is the limit.
            guard sender.outbox.isEmpty else {
                deadline = loop.clock.now + loop.patience.closing
                return
            }
            if phase == .closing { deadlineExceeded(.close) }
            end(.abnormal, isRemote: false)
        case .lingering:
            end(.abnormal, isRemote: false)
        case .closed:
            deadline = .max
        }
    }

    private func askForLife() {
        deadline = loop.clock.now + loop.patience.ping
        // A ping would wait behind what the other side has not taken yet; for that the sender's patience is the limit.
        guard !sender.isStalled else {
            roundTrips.forget()
            return missedPings = 0
        }
        // One whose answers we do not read, because its handler is busy, is not dead.
        if wantsBytes {
            guard missedPings < Self.missedPingsMax else {
                deadlineExceeded(.ping)
                return end(.abnormal, isRemote: false)
            }
            missedPings += 1
        }
        sendPing()
    }

    private func deadlineExceeded(_ which: ServerEvent.Deadline) {
        loop.counters.deadlinesExceeded.add(1)
        onEvent(.deadlineExceeded(peer: peer, which))
    }
}
