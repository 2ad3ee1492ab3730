/// The closing handshake (RFC 6455 §7).
extension WebSocket {
    /// We close first: what was queued goes before it, then the other side's close frame is awaited.
    func closeNow(_ code: CloseCode, _ reason: String) {
        guard phase == .open else { return }
        phase = .closing
        noteClosure(code, reason, isRemote: false)
        deadline = loop.clock.now + loop.patience.closing
        write(.close(code, reason: reason))
    }

    /// The other side closes, first or in answer to us.
    func otherSideClosed(_ code: CloseCode, _ reason: String) {
        switch phase {
        case .open:
            noteClosure(code, reason, isRemote: true)
            sayAll(answering: .close(code, reason: ""))
        case .closing:
            sayAll(answering: nil)
        case .saidAll, .lingering, .closed:
            break
        }
    }

    /// The other side broke the protocol: it is told how, and not listened to any more.
    func fail(_ fault: Fault) {
        noteClosure(fault.closeCode, fault.explanation, isRemote: false)
        sayAll(answering: phase == .open ? .close(fault.closeCode, reason: fault.explanation) : nil)
    }

    private func sayAll(answering frame: Frame?) {
        if let frame { write(frame) }
        phase = .saidAll
        deadline = loop.clock.now + loop.patience.closing
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
