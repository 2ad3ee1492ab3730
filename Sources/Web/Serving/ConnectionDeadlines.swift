/// Patience with a client. Deadlines are stored, never armed: the loop looks at all of them a few times per second
/// at most, so that a request costs no timer.
extension Connection {
    func checkDeadlines() {
        if sender.hasLostPatience(loop.patience, at: loop.clock.now) {
            deadlineExceeded(.write)
            abort()
        }
        if loop.clock.now >= readDeadline { readDeadlinePassed() }
    }

    private func readDeadlinePassed() {
        switch phase {
        case .handshaking:
            handshakeTookTooLong()
        case .awaitingHead:
            if !sender.outbox.isEmpty {
                readDeadline = loop.clock.now + loop.patience.idle
            } else if parser.isWithinHead {
                deadlineExceeded(.head)
                refuse(Problem.headTimeout)
                pump()
            } else {
                close()
            }
        case .readingBody, .skippingBody, .handling, .streaming:
            bodyWindowPassed()
        case .lingering:
            close()
        case .upgrading, .closing, .closed:
            readDeadline = .max
        }
    }

    private func bodyWindowPassed() {
        guard let intake, intake.awaitsClient else {
            readDeadline = .max
            return
        }
        let progress = intake.decoder.received - intake.receivedBefore
        let isOverdue = loop.clock.now >= asked?.bodyDeadline ?? .max
        guard progress < loop.patience.bodyBytesMin || isOverdue else {
            self.intake?.receivedBefore = intake.decoder.received
            let window = loop.clock.now + loop.patience.bodyWindow
            readDeadline = min(window, asked?.bodyDeadline ?? .max)
            return
        }
        deadlineExceeded(.body)
        failBody(.tooSlow)
        pump()
    }

    /// The server stops: a connection that waits for its next request has nothing to wait for.
    func stopIfIdle() {
        if phase == .handshaking { return close() }
        if phase == .awaitingHead, !parser.isWithinHead, remainder.isEmpty, sender.outbox.isEmpty { close() }
    }

    private func deadlineExceeded(_ deadline: ServerEvent.Deadline) {
        loop.counters.deadlinesExceeded.add(1)
        context.report(.deadlineExceeded(peer: peer.description, deadline))
    }
}
