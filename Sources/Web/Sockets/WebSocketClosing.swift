/// The closing handshake (RFC 6455 §7).
extension WebSocket {
    /// We close first: what was queued goes before it, then the other side's close frame is awaited.
    func closeNow(_ code: CloseCode, _ reason: String) {
        guard phase == .open else { return }
        if let awaitedEnd { return answer(awaitedEnd) }
        phase = .closing
        note(Closure(code: code, reason: reason, isRemote: false))
        deadline = loop.clock.now + loop.patience.closing
        write(.close(code, reason: reason))
    }

    /// Nothing more comes. Whoever reads the messages and has yet to come back from those before is waited for, as
    /// long as for a close frame: what it answers goes before ours.
    func otherSideEnds(_ end: OtherEnd) {
        if phase == .open, isRead || !received.isEmpty, awaitsMessage == nil {
            awaitedEnd = end
            deadline = loop.clock.now + loop.patience.closing
        } else {
            answer(end)
        }
    }

    /// Answers a close frame by one of the same code, and a fault by one that says what it was. In answer to our own
    /// close frame, either is the end.
    func answer(_ end: OtherEnd) {
        awaitedEnd = nil
        guard phase == .open else { return phase == .closing ? sayAll(answering: nil) : () }
        note(end.closure)
        switch end {
        case .closed(let code, _): sayAll(answering: .close(code))
        case .failed(let fault): sayAll(answering: .close(fault.closeCode, reason: fault.explanation))
        }
    }

    private func sayAll(answering frame: Frame?) {
        phase = .saidAll
        deadline = loop.clock.now + loop.patience.closing
        // Last, since it may find the connection broken and end it: its descriptor must not be touched after that.
        if let frame { write(frame) }
        schedulePump()
    }

    /// Ends the connection when everything has been said. The server does so first, so that the port that waits for
    /// stray segments is its own (RFC 6455 §7.1.1); closing over unread bytes would take back what we just said.
    func settle() {
        guard phase == .saidAll, sender.outbox.isEmpty else { return }
        phase = .lingering
        remainder = []
        if role == .server {
            sender.transport.shutdownWriting()
            deadline = loop.clock.now + loop.patience.linger
        }
        mayRead = true
        schedulePump()
    }
}
