/// Bodies that pass through while a handler works, in either direction.
extension Connection {
    /// The next piece of the request's body; nil at its end.
    func nextPiece(of serial: Int) async throws(BodyFault) -> [UInt8]? {
        while true {
            guard serial == self.serial, phase == .handling || phase == .streaming, let intake
            else { throw .clientGone }
            if !intake.bytes.isEmpty {
                let piece = intake.bytes
                intake.bytes = []
                schedulePump()
                return piece
            }
            if let fault = intake.fault { throw fault }
            if intake.isComplete { return nil }
            askForBody()
            if readDeadline == .max {
                intake.receivedBefore = intake.decoder.received
                readDeadline = loop.clock.now + loop.patience.bodyWindow
            }
            await withCheckedContinuation { continuation in
                // Looked at again: a task that does not prefer this loop is queued on its way into this closure, and
                // the client sends meanwhile.
                guard intake.bytes.isEmpty, intake.fault == nil, !intake.isComplete else { return continuation.resume() }
                intake.wakeWaiter()
                intake.waiter = continuation
            }
        }
    }

    /// A handler begins to read: a client that waits for `100 Continue` may send. Once the answer has begun it is
    /// too late to say so, and the client sends after a while of its own.
    private func askForBody() {
        guard intake?.owesContinue == true else { return }
        intake?.owesContinue = false
        guard phase == .handling else { return }
        loop.output.append("HTTP/1.1 100 Continue\r\n\r\n")
        if !isPumping { flush() }
    }

    /// Ends a request body that is still read, if there is one.
    func endIntake(_ fault: BodyFault) {
        guard intake != nil else { return }
        intake?.fault = fault
        intake?.wakeWaiter()
        intake = nil
    }

    /// Writes the head of a streamed answer and starts its producer.
    func produceBody(
        of response: Response, length: Int?, _ asked: Asked,
        _ produce: @escaping @Sendable (BodyWriter) async throws -> Void
    ) {
        if length == nil, asked.isVersion10 { asked.keepsAlive = false }
        let framing = length.map { Envelope.Framing.length($0) } ?? (asked.isVersion10 ? .untilClose : .chunked)
        let headBytes = write(response, Envelope(asked, framing), [])
        guard asked.request.method != .head, response.status.allowsBody else {
            return finish(asked, response.status, bytesSent: headBytes)
        }
        sender.outbox.append(loop.output.take())
        var isChunked = false
        if case .chunked = framing { isChunked = true }
        phase = .streaming
        self.asked = asked
        producing = Producing(
            status: response.status, isChunked: isChunked, remaining: length, bytesSent: headBytes)
        loop.taskBegan()
        let task = Task.immediate(executorPreference: loop) { [serial] in
            do {
                try await produce(BodyWriter(.connection(self, serial: serial)))
                self.producerEnded(nil)
            } catch {
                self.producerEnded("\(error)")
            }
        }
        producing?.task = task
        if phase == .closed { task.cancel() }
    }

    /// Queues a piece of a streamed answer, and waits while too much is queued.
    func writePiece(_ bytes: [UInt8], of serial: Int) async throws(BodyFault) {
        guard serial == self.serial, phase == .streaming, let current = producing else { throw .clientGone }
        guard !bytes.isEmpty else { return }
        if let remaining = current.remaining {
            guard bytes.count <= remaining else { throw .tooLarge(limit: remaining) }
            current.remaining = remaining - bytes.count
        }
        current.bytesSent += bytes.count
        if current.isChunked {
            sender.outbox.append(Array("\(String(bytes.count, radix: 16))\r\n".utf8))
            sender.outbox.append(bytes)
            sender.outbox.append([.carriageReturn, .lineFeed])
        } else {
            sender.outbox.append(bytes)
        }
        if sender.outbox.count >= Outbox.highWater { flush() }
        while phase == .streaming, sender.outbox.count >= Outbox.highWater {
            await withCheckedContinuation { continuation in
                // Looked at again, as in `nextPiece`.
                guard let producing, sender.outbox.count >= Outbox.highWater else { return continuation.resume() }
                producing.waiters.append(continuation)
            }
        }
        guard phase == .streaming else { throw .clientGone }
        schedulePump()
    }

    private func producerEnded(_ failure: String?) {
        loop.taskEnded()
        guard let asked, let ended = producing else { return }
        self.asked = nil
        producing = nil
        guard phase == .streaming else { return report(asked, ended.status, bytesSent: ended.bytesSent) }
        if let failure = failure ?? ((ended.remaining ?? 0) > 0 ? "fewer bytes than announced" : nil) {
            context.report(.streamFailed(requestID: asked.request.id, reason: failure))
            report(asked, ended.status, bytesSent: ended.bytesSent)
            return abort()
        }
        if ended.isChunked { sender.outbox.append(Array("0\r\n\r\n".utf8)) }
        finish(asked, ended.status, bytesSent: ended.bytesSent)
        pump()
    }

    /// The client is gone: the producer is cancelled, and told by its next write.
    func endProducing() {
        producing?.task?.cancel()
        producing?.wakeWaiters()
    }
}
