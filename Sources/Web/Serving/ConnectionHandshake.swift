internal import Synchronization

/// Becoming secure, before the first request.
extension Connection {
    /// Goes as far as the client's bytes, and room for ours, allow.
    func goOnWithHandshake() {
        guard beginHandshake(), let tls = sender.transport.tls else { return }
        switch tls.handshake() {
        case .done:
            loop.counters.handshakes.add(1)
            // The request may have come with the end of the handshake: then it is in OpenSSL's memory.
            mayRead = tls.mayHoldMore || sawReadClosed
            awaitNextRequest()
            if isExcess { refuse(Problem.tooManyConnections) }
        case .awaitsBytes:
            mayRead = false
        case .awaitsRoom:
            mayRead = false
            sender.watchRoom(on: loop)
        case .failed(.peerGone):
            abort()
        case .failed(let failure):
            handshakeFailed(failure)
            // The alert must arrive; see `settle`.
            lingersAfterClosing = true
            readDeadline = .max
            phase = .closing
        }
    }

    /// Looks at the first byte: a session costs memory, and is begun for those that speak TLS only. False when there is
    /// none to go on with.
    private func beginHandshake() -> Bool {
        guard sender.transport.tls == nil else { return true }
        switch sender.transport.peek() {
        case nil:
            mayRead = false
            if sawReadClosed { close() }
            return false
        case 0x16:  // a handshake's record (RFC 8446 §5.1)
            sender.transport.tls = context.tls.withLock { $0 }?.session(over: sender.transport.socket)
            if sender.transport.tls == nil { close() }
            return sender.transport.tls != nil
        case let byte? where 0x41...0x5A ~= byte & 0xDF:
            handshakeFailed(.plainHTTP)
            refuse(Problem.plainHTTP)
            return false
        default:
            handshakeFailed(.notTLS)
            close()
            return false
        }
    }

    func handshakeFailed(_ failure: HandshakeFailure) {
        loop.counters.handshakesFailed.add(1)
        context.report(.handshakeFailed(peer: peer.description, failure))
    }

    func handshakeTookTooLong() {
        // Who opens a connection and says nothing, as browsers and health checks do, has failed at nothing.
        if sender.transport.tls != nil { handshakeFailed(.tooSlow) }
        close()
    }
}
