/// From bytes to requests.
extension Connection {
    func receive() {
        guard phase != .handshaking else { return goOnWithHandshake() }
        switch sender.transport.receive(into: UnsafeMutableRawBufferPointer(loop.input)) {
        case .moved(let count):
            loop.counters.bytesReceived.add(count)
            // An end that was already told must be fetched.
            mayRead = sender.transport.mayHoldMore(afterReading: count, of: loop.input.count) || sawReadClosed
            let bytes = UnsafeBufferPointer(rebasing: loop.input[..<count])
            if remainder.isEmpty {
                let used = process(bytes.span)
                if used < count { remainder = Array(bytes[used...]) }
            } else {
                var all = remainder
                remainder = []
                all.append(contentsOf: bytes)
                keep(all, after: process(all.span))
            }
        case .wouldBlock:
            mayRead = false
        case .ended:
            mayRead = false
            clientEnded()
        case .broken:
            abort()
        }
    }

    /// Keeps what was not used.
    func keep(_ bytes: [UInt8], after used: Int) {
        if used == 0 {
            remainder = bytes
        } else if used < bytes.count {
            remainder = Array(bytes[used...])
        }
    }

    /// Understands as much of `bytes` as can be acted on now, and returns how many that were.
    func process(_ bytes: Span<UInt8>) -> Int {
        var used = 0
        remainderNeedsMore = false
        while used < bytes.count {
            switch phase {
            case .awaitingHead:
                guard sender.outbox.isEmpty else { return used }
                let begun = readHead(bytes.extracting(used..<bytes.count))
                guard begun > 0 else { return used }
                used += begun
            case .readingBody, .skippingBody:
                used += takeBody(bytes.extracting(used..<bytes.count))
            case .handling, .streaming:
                guard intake?.hasRoom ?? false else { return used }
                used += takeBody(bytes.extracting(used..<bytes.count))
            case .upgrading:
                return used
            case .closing:
                lingersAfterClosing = true
                return bytes.count
            case .handshaking, .lingering, .closed:
                return bytes.count
            }
        }
        sendContinueIfOwed()
        return used
    }

    /// Reads a head and begins its request; returns the bytes used, 0 when more are needed.
    private func readHead(_ bytes: Span<UInt8>) -> Int {
        let wasWithinHead = parser.isWithinHead
        do throws(MalformedRequest) {
            guard let head = try parser.parse(bytes) else {
                remainderNeedsMore = true
                if !wasWithinHead { readDeadline = loop.clock.now + loop.patience.head }
                return 0
            }
            let used = head.wireBytes
            begin(head)
            return used
        } catch {
            loop.counters.malformedRequests.add(1)
            context.report(.malformedRequest(peer: peer.description, error))
            refuse(error.problem)
            return bytes.count
        }
    }

    private func begin(_ head: consuming RequestHead) {
        readDeadline = .max
        serial += 1
        loop.counters.requests.add(1)
        let identity = head.givenID.map { RequestID.given($0) } ?? loop.ids.make()
        let framing = head.framing
        var provenance = Provenance(peer: peer, isSecure: sender.transport.tls != nil)
        if isTrustedProxy { provenance.follow(head.headers, trusting: context.configuration.trustedProxies) }
        let asked = Asked(
            head, identity: identity, from: provenance,
            startedAt: context.configuration.onExchange == nil ? 0 : LoopClock.nanoseconds())
        switch context.decide(on: asked.request) {
        case .refuse(let response):
            if framing != .none { beginIntake(framing, limit: .max, .skip, asked) }
            answer(response, to: asked)
        case .run(let route):
            asked.route = route
            guard framing != .none else { return run(asked) }
            let limits = route.description.limits
            guard beginIntake(framing, limit: limits.bodyBytesMax, limits.streamsBody ? .pieces : .whole, asked)
            else { return }
            if limits.streamsBody { return run(asked) }
            phase = .readingBody
            asked.bodyDeadline = loop.clock.now + limits.bodyDeadline.milliseconds
            readDeadline = min(readDeadline, asked.bodyDeadline)
            self.asked = asked
        }
    }

    /// Makes ready for a body; answers 413 and returns false when its announced length is over `limit`.
    @discardableResult
    private func beginIntake(
        _ framing: RequestHead.Framing, limit: Int, _ use: Intake.Use, _ asked: Asked
    ) -> Bool {
        do throws(BodyFault) {
            intake = Intake(
                decoder: try BodyDecoder(framing, limit: limit), use: use, owesContinue: asked.expectsContinue)
            readDeadline = loop.clock.now + loop.patience.bodyWindow
            return true
        } catch {
            asked.keepsAlive = false
            lingersAfterClosing = true
            answer(error.problem.response, to: asked)
            return false
        }
    }

    /// Runs the route of a request that has all it needs.
    private func run(_ asked: Asked) {
        guard let route = asked.route else { preconditionFailure("what runs has a route") }
        switch route.action {
        case .immediate(let handle): answer(handle(asked.request), to: asked)
        case .suspending(let handle): start(handle, for: asked)
        }
    }

    private func takeBody(_ bytes: Span<UInt8>) -> Int {
        guard let intake else { preconditionFailure("a body is read into its intake") }
        intake.owesContinue = false
        do throws(BodyFault) {
            let used = try intake.decoder.decode(bytes, into: &intake.bytes)
            switch intake.use {
            case .whole: break
            case .pieces: intake.wakeWaiter()
            case .skip: intake.bytes.removeAll()
            }
            if intake.isComplete { bodyCompleted() }
            return used
        } catch {
            failBody(error)
            return bytes.count
        }
    }

    private func bodyCompleted() {
        readDeadline = .max
        switch phase {
        case .readingBody:
            guard let asked, let intake else { preconditionFailure("a body belongs to a request") }
            self.asked = nil
            self.intake = nil
            asked.request.body = intake.bytes
            asked.bytesReceived += intake.decoder.received
            run(asked)
        case .skippingBody:
            intake = nil
            awaitNextRequest()
        case .handshaking, .awaitingHead, .handling, .streaming, .upgrading, .closing, .lingering, .closed:
            break
        }
    }

    /// The body cannot be had: a handler that reads it is told, otherwise the client.
    func failBody(_ fault: BodyFault) {
        if case .malformed(let error) = fault {
            loop.counters.malformedRequests.add(1)
            context.report(.malformedRequest(peer: peer.description, error))
        }
        lingersAfterClosing = true
        readDeadline = .max
        switch phase {
        case .readingBody:
            guard let asked else { preconditionFailure("a body belongs to a request") }
            self.asked = nil
            asked.keepsAlive = false
            asked.route = nil
            answer(fault.problem.response, to: asked)
        case .skippingBody:
            intake = nil
            phase = .closing
        case .handling, .streaming:
            intake?.fault = fault
            intake?.wakeWaiter()
            asked?.keepsAlive = false
        case .handshaking, .awaitingHead, .upgrading, .closing, .lingering, .closed:
            break
        }
    }

    /// The client has said all it will say.
    private func clientEnded() {
        hasEnded = true
        switch phase {
        case .awaitingHead, .skippingBody, .lingering:
            phase = .closing
        case .readingBody:
            failBody(.clientGone)
        case .handling, .streaming:
            asked?.keepsAlive = false
            if let intake, !intake.isComplete { failBody(.clientGone) }
        case .handshaking, .upgrading, .closing, .closed:
            break
        }
    }

    /// Asks the client for a body that will be read, unless it came on its own.
    private func sendContinueIfOwed() {
        guard phase == .readingBody, intake?.owesContinue == true else { return }
        intake?.owesContinue = false
        loop.output.append("HTTP/1.1 100 Continue\r\n\r\n")
    }

    func awaitNextRequest() {
        phase = .awaitingHead
        readDeadline = loop.clock.now + loop.patience.idle
    }
}
