/// What a connection becomes once its answer, 101, has been sent.
struct Upgrade {
    let limits: WebSocket.Limits
    let subprotocol: String?
    let origin: Peer
    let handle: @Sendable (WebSocket) async -> Void
}

/// From HTTP to WebSocket.
extension Connection {
    /// Answers 101, or says what is wrong with the request for it.
    func upgrade(
        _ asked: Asked, _ response: Response, _ limits: WebSocket.Limits,
        _ handle: @escaping @Sendable (WebSocket) async -> Void
    ) {
        guard intake == nil else {
            asked.keepsAlive = false
            return answer(Problem.bodyUnexpected.response, to: asked)
        }
        guard !loop.isStopping else { return answer(Problem.stopping.response, to: asked) }
        let reply = Handshake.answer(
            asked.request, limits: limits, originsAllowed: context.configuration.originsAllowed,
            isVersion10: asked.isVersion10, isSecure: asked.request.isSecure)
        switch reply {
        case .refuse(let refusal):
            answer(refusal, to: asked)
        case .accept(let headers):
            var response = response
            for (name, value) in headers { response.headers.add(name, value) }
            let envelope = Envelope(asked, .untilClose)
            let size = write(response, envelope, [])
            report(asked, .switchingProtocols, bytesSent: size)
            upgrade = Upgrade(
                limits: limits, subprotocol: headers["sec-websocket-protocol"], origin: asked.request.origin,
                handle: handle)
            readDeadline = .max
            phase = .upgrading
        }
    }

    /// Hands socket, unsent and unread bytes over to a WebSocket, which takes this connection's place on the loop.
    func becomeWebSocket(_ upgrade: Upgrade) {
        self.upgrade = nil
        guard phase == .upgrading else { return }
        phase = .closed
        let socket = WebSocket(
            sender, as: .server, limits: upgrade.limits, subprotocol: upgrade.subprotocol, from: upgrade.origin, on: loop,
            sawReadClosed: sawReadClosed, read: remainder, onEvent: context.configuration.onEvent)
        remainder = []
        loop.members.insert(socket)
        socket.assumeIsolated { $0.begin(upgrade.handle) }
    }
}

extension Problem {
    fileprivate static let stopping = Problem(
        .unavailable, "http.stopping", "The server stops. Try again in a moment.", retryAfterSeconds: 1)
}
