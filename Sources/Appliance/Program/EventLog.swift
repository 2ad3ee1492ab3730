import Outbound
import Storage
import Web

/// What the modules report, as lines of the log: they know what happened, this knows who needs to hear of it.
extension Log {
    func note(_ event: StorageEvent) {
        switch event {
        case .copiedBeforeUpgrade(let file): notice("database copied before upgrade", ["file": .text(file)])
        case .migrated(let feature, let from, let to):
            info("tables brought up to date", ["feature": .text(feature), "from": .integer(from), "to": .integer(to)])
        case .writesFailing(let fault):
            error("writes failing", ["cause": .text(fault.code), "detail": .text(fault.explanation)])
        case .writesRecovered: notice("writes recovered")
        case .checkpointHeld(let bytes):
            warning("a long read keeps the write-ahead log growing", ["bytes": .integer(Int(bytes))])
        case .checkpointFailed(let fault): warning("checkpoint failed", ["cause": .text(fault.code)])
        }
    }

    func note(_ event: OutboundEvent) {
        switch event {
        case .interruptedDeliveriesFound(let count):
            notice("deliveries were interrupted and are due again", ["count": .integer(count)])
        case .channelHeld(let channel, let hold):
            warning(
                "channel held",
                [
                    "cause": .text(channel), "class": .text(hold.outcomeClass.rawValue), "detail": .text(hold.detail),
                    "until": .text(Timestamp(hold.until).iso8601),
                ])
        case .channelResumed(let channel): notice("channel resumed", ["channel": .text(channel)])
        case .channelMissing(let channel):
            error("deliveries wait for a channel that does not exist", ["channel": .text(channel)])
        case .courierMissing(let channel, let kind):
            error("this version cannot deliver to a channel", ["channel": .text(channel), "kind": .text(kind)])
        case .storageFailed(let fault): warning("deliveries wait for the database", ["cause": .text(fault.code)])
        case .storageRecovered: notice("deliveries go on")
        case .observerFailed(let source, let fault):
            error(
                "a delivery's fate was recorded without telling its source",
                ["source": .text(source ?? "?"), "cause": .text(fault.code)])
        }
    }

    /// What a channel of the kind log does with a message.
    func note(_ notice: Notice, of parcel: Parcel) {
        self.notice(
            "message", ["channel": .text(parcel.channel), "delivery": .text(parcel.id), "text": .text(notice.text)])
    }

    /// One line for each attempt, of those that failed for good also where little is said. A request's id ties it to the
    /// call that caused it, and a message's to what was said.
    func note(_ attempt: AttemptNote) {
        let isFailed = attempt.state == .failed
        guard level <= (isFailed ? .notice : .debug) else { return }
        let delivery = attempt.delivery
        let reference = delivery.source == MessageTables.source ? "message" : "reference"
        let fields: KeyValuePairs<String, Value> = [
            "delivery": .text(delivery.id), "channel": .text(delivery.channel), "source": .text(delivery.source),
            reference: .text(delivery.reference), "request": .text(delivery.request ?? ""),
            "attempt": .integer(attempt.number), "class": .text(attempt.outcomeClass.rawValue),
            "code": .text(attempt.code), "ms": .integer(Int(attempt.durationMilliseconds)),
        ]
        switch attempt.state {
        case .failed: notice("delivery failed", fields)
        case .delivered: debug("delivery arrived", fields)
        case .waiting, .inFlight, .cancelled, nil: debug("delivery attempted", fields)
        }
    }

    func note(_ event: ServerEvent) {
        switch event {
        case .listening: break  // said by the program itself, with what belongs to it
        case .acceptPaused(let errno): warning("no more connections can be taken", ["cause": .text("errno \(errno)")])
        case .connectionRefused(_, let limit):
            warning("connections refused", ["cause": .text("limit"), "limit": .integer(limit)])
        case .handshakeFailed(_, let failure):
            debug(
                "TLS handshake failed", ["cause": .text(failure.reason), "detail": .text(failure.explanation)])
        case .malformedRequest(_, let malformed): debug("malformed request", ["code": .text(malformed.code)])
        case .malformedFrame(_, let fault): debug("malformed frame", ["code": .text(fault.code)])
        case .deadlineExceeded(_, let deadline): debug("deadline exceeded", ["deadline": .text(deadline.rawValue)])
        case .streamFailed(let id, let reason):
            warning("streamed answer broken off", ["cause": .text(reason), "request": .text(id)])
        case .stopped(let unfinished):
            if unfinished > 0 { warning("connections broken off", ["count": .integer(unfinished)]) }
        }
    }

    /// A certificate that is served from now on.
    func note(_ certificate: TLSCertificate, at now: Int64) {
        let ends = Timestamp(Timestamp.seconds(Int64(certificate.expiresAt))).iso8601
        info("certificate in use", ["expires": .text(ends)])
        if !certificate.isValid(at: Int(now / 1_000)) {
            warning("certificate is not valid today", ["cause": .text("expires \(ends)")])
        }
    }

    /// One line for each request, for whoever asks for it. A path that holds a secret is shown as its pattern.
    func note(_ exchange: Exchange) {
        let isSecret = exchange.routePattern.contains("{token}") || exchange.routePattern.contains("{code}")
        let path = isSecret ? exchange.routePattern : exchange.path
        debug(
            "request",
            [
                "method": .text(exchange.method.name), "path": .text(path),
                "status": .integer(exchange.status),
                "ms": .real(Double(exchange.nanoseconds) / 1e6), "bytes": .integer(exchange.bytesSent),
                "peer": .text(exchange.peer), "request": .text(exchange.requestID),
            ])
    }
}
