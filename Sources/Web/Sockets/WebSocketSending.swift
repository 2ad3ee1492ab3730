internal import Glibc

extension WebSocket {
    /// Sends a message, and suspends while more than 64 KiB wait for the other side to read.
    ///
    /// The first of a round of the loop leaves at once, those that follow leave together at its end. After 64 KiB it
    /// suspends until then, so that a sender whose client keeps up does not keep the loop from the others.
    public func send(_ message: Message) async {
        guard phase == .open else { return }
        write(message)
        while phase == .open, sender.outbox.count >= Outbox.highWater {
            await withUnsafeContinuation { continuation in
                // Looked at again, as in `nextMessage`: room may have come on the way into this closure.
                guard phase == .open, sender.outbox.count >= Outbox.highWater else { return continuation.resume() }
                awaitRoom.append(continuation)
            }
        }
    }

    public func send(_ text: String) async { await send(.text(text)) }

    /// Sends a message without ever waiting, from any thread: for those that one client causes and another gets.
    ///
    /// At most 256 KiB of such messages wait for a slow reader. One more closes its socket with 1013: it may connect
    /// again and ask for what it missed. A single larger message is taken when nothing else waits.
    public nonisolated func push(_ message: Message) {
        onLoop { $0.pushNow(message) }
    }

    /// Sends a ping now, beside the regular ones, so that `roundTrip` has a new measurement soon; from any thread.
    ///
    /// Only the newest ping's answer counts: asked again before the other side has answered, nothing is measured. While
    /// the other side takes nothing, nothing is asked.
    public nonisolated func ping() {
        onLoop { socket in
            guard socket.phase == .open, socket.awaitedEnd == nil, !socket.sender.isStalled else { return }
            socket.sendPing()
        }
    }

    /// Closes with a code and a reason of at most 123 bytes of UTF-8 (the rest is cut), from any thread.
    ///
    /// What was sent or pushed before goes first. Nothing more is read: the messages end behind those that are here
    /// already. The other side has 5 s to answer.
    ///
    /// - Precondition: `code` is sendable, or `.noStatus` to give none.
    public nonisolated func close(_ code: CloseCode = .normal, _ reason: String = "") {
        onLoop { $0.closeNow(code, reason) }
    }

    private nonisolated func onLoop(_ body: @escaping @Sendable (isolated WebSocket) -> Void) {
        if loop.isCurrent {
            assumeIsolated(body)
        } else {
            loop.perform { self.assumeIsolated(body) }
        }
    }

    private func pushNow(_ message: Message) {
        guard phase == .open else { return }
        push(encoded(Frame(message)), key: 0)
        settle()
    }

    /// Sends messages of a topic, those up to `sequence` excepted, as this socket has them.
    func deliver(_ messages: [Topic.Published], after sequence: Int, as member: Int = 0) {
        guard phase == .open else { return }
        if messages.count == 1 {
            guard messages[0].sequence > sequence, let frame = messages[0].frame(for: member) else { return }
            push(frame, key: messages[0].key)
        } else {
            for message in messages where message.sequence > sequence {
                guard phase == .open else { return }
                if let frame = message.frame(for: member) { queue(frame, key: message.key) }
            }
            drain()
        }
        settle()
    }

    private func push(_ frame: [UInt8], key: UInt64) {
        guard hasRoom(for: frame, key: key) else { return turnAway() }
        // Making room may have shown that the other side is gone: the descriptor is another's by now.
        guard phase == .open else { return }
        loop.counters.messagesSent.add(1)
        sent(sender.push(frame, key: key, on: loop))
    }

    private func queue(_ frame: [UInt8], key: UInt64) {
        guard hasRoom(for: frame, key: key) else { return turnAway() }
        guard phase == .open else { return }
        loop.counters.messagesSent.add(1)
        loop.counters.framesConflated.add(sender.outbox.push(frame, key: key))
    }

    /// May find the connection broken and end it; then there is nothing to turn away either.
    private func hasRoom(for frame: [UInt8], key: UInt64) -> Bool {
        func fits() -> Bool {
            let waiting = sender.outbox.pushedCount
            return waiting == 0 || waiting + frame.count <= Self.pushedBytesMax
        }
        if fits() { return true }
        if key != 0 { loop.counters.framesConflated.add(sender.outbox.takeBack { $0.key == key }) }
        if fits() { return true }
        // What was queued in this very round may not have been offered to the kernel yet.
        drain()
        return phase != .open || fits()
    }

    /// A reader that is too slow may come back; what waits for it would be stale by then.
    private func turnAway() {
        loop.counters.slowReaders.add(1)
        sender.outbox.takeBack { _ in true }
        closeNow(.tryAgainLater, "Too slow to follow. Connect again to resume.")
    }

    func write(_ message: Message) {
        loop.counters.messagesSent.add(1)
        // The loop's output may hold what another connection is about to send, when that one's handler calls us.
        guard role == .server, !isPumping, sender.outbox.isEmpty, sentInRound != loop.round, loop.output.isEmpty
        else { return write(Frame(message)) }
        sentInRound = loop.round
        loop.output.appendHead(of: message)
        if message.bytes.count > Self.copiedBytesMax {
            sent(sender.send(loop.output.take(), message.bytes, on: loop))
        } else {
            loop.output.append(message.bytes)
            sent(sender.send(loop.output.take(), on: loop))
        }
        settle()
    }

    /// Queues a frame for the end of this round.
    func write(_ frame: Frame) {
        sender.outbox.append(encoded(frame))
        // Answers to what is being read, such as a flood of pings.
        if isPumping, sender.outbox.count >= Outbox.highWater { drain() }
        schedulePump()
    }

    /// Asks for a sign of life. It leaves at once, as its way is measured; what was queued before goes with it.
    func sendPing() {
        sender.outbox.append(encoded(.ping(roundTrips.ask(at: LoopClock.nanoseconds()))))
        drain()
    }

    private func encoded(_ frame: Frame) -> [UInt8] {
        role == .server ? frame.bytes : frame.masked(with: .random(in: .min ... .max))
    }

    func drain() {
        if !sender.outbox.isEmpty { sent(sender.drain(on: loop)) }
    }

    func roomCame() {
        sent(sender.roomCame(on: loop))
        payOwedPong()
    }

    /// Answers the newest ping once the other side takes what we send.
    func payOwedPong() {
        guard let payload = owedPong, phase == .open, !sender.isStalled else { return }
        owedPong = nil
        write(.pong(payload))
    }

    private func sent(_ standing: Sender.Standing) {
        guard standing == .stands else { return end(.abnormal, isRemote: true) }
        if sender.outbox.count < Outbox.lowWater { wakeSenders() }
    }
}
