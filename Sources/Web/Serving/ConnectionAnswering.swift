/// From responses to bytes.
extension Connection {
    /// Bodies up to this are copied behind their heads; larger ones are sent from where they are.
    private static let copiedBytesMax = 16 << 10

    /// Puts an answer into the output, or starts producing it, and goes on to what is next.
    func answer(_ response: Response, to asked: Asked) {
        if loop.isStopping { asked.keepsAlive = false }
        switch response.body {
        case .bytes(let body):
            if let intake, !intake.isSkippable { asked.keepsAlive = false }
            finish(asked, response.status, bytesSent: write(response, body, to: asked))
        case .stream(let length, let produce):
            produceBody(of: response, length: length, asked, produce)
        case .webSocket(let limits, let handle):
            upgrade(asked, response, limits, handle)
        }
    }

    /// Answers what is no request and closes.
    func refuse(_ problem: Problem) {
        let response = problem.response
        let body = response.bytes
        let envelope = Envelope(
            framing: .length(body.count), connection: .close, identity: loop.ids.make(), head: [],
            isSecure: sender.transport.tls != nil)
        _ = write(response, envelope, body)
        intake = nil
        lingersAfterClosing = true
        readDeadline = .max
        phase = .closing
    }

    /// Tells a connection past the limit so.
    func refuseExcess() {
        guard phase != .handshaking else {
            isExcess = true
            return
        }
        refuse(Problem.tooManyConnections)
        pump()
    }

    /// Runs a handler that may suspend, beginning here and now.
    func start(_ handle: @escaping @Sendable (Request) async -> Response, for asked: Asked) {
        phase = .handling
        self.asked = asked
        var request = asked.request
        if let intake, intake.use == .pieces { request.source = .connection(self, serial: serial) }
        loop.taskBegan()
        Task.immediate(executorPreference: loop) { [request] in
            let response = await handle(request)
            self.handlerAnswered(response)
        }
    }

    private func handlerAnswered(_ response: Response) {
        loop.taskEnded()
        guard let asked else { preconditionFailure("a handler answers a request") }
        self.asked = nil
        guard phase != .closed else { return report(asked, response.status, bytesSent: 0) }
        answer(response, to: asked)
        pump()
    }

    /// Writes an answer whose body is all there, and returns its size.
    private func write(_ response: Response, _ body: [UInt8], to asked: Asked) -> Int {
        let envelope = Envelope(asked, .length(body.count))
        guard asked.request.method != .head, response.status.allowsBody else {
            return write(response, envelope, [])
        }
        guard body.count > Self.copiedBytesMax else {
            let count = write(response, envelope, body)
            if loop.output.count >= EventLoop.outputBytes { flush() }
            return count
        }
        let count = write(response, envelope, [])
        flush(with: body)
        return count + body.count
    }

    /// Puts a head, and a body that is small, into the output.
    func write(_ response: Response, _ envelope: Envelope, _ body: [UInt8]) -> Int {
        loop.output.append(
            response, envelope, date: loop.clock.dateLine,
            standard: envelope.isSecure ? context.secureFields : context.standardFields, body: body)
    }

    /// An answer has been put into the output: what comes next.
    func finish(_ asked: Asked, _ status: Status, bytesSent: Int) {
        report(asked, status, bytesSent: bytesSent)
        // Sending may have found the connection broken; its descriptor may already be another's.
        guard phase != .closed else { return }
        let isComplete = intake?.isComplete ?? true
        let canSkip = intake?.isSkippable ?? true
        if asked.keepsAlive, canSkip {
            if isComplete {
                intake = nil
                awaitNextRequest()
            } else {
                intake?.beginSkipping()
                readDeadline = loop.clock.now + loop.patience.bodyWindow
                phase = .skippingBody
            }
        } else {
            if !isComplete { lingersAfterClosing = true }
            endIntake(.clientGone)
            readDeadline = .max
            phase = .closing
        }
    }

    /// Tells of a finished exchange, if anybody wants to know.
    func report(_ asked: Asked, _ status: Status, bytesSent: Int) {
        guard let onExchange = context.configuration.onExchange else { return }
        let route = asked.route?.description
        let bytesReceived = asked.bytesReceived + (intake?.decoder.received ?? 0)
        onExchange(
            Exchange(
                routeIndex: route?.index ?? -1, routePattern: route?.pattern ?? "", status: status.code,
                nanoseconds: LoopClock.nanoseconds() - asked.startedAt, bytesReceived: bytesReceived,
                bytesSent: bytesSent, request: asked.request))
    }
}
