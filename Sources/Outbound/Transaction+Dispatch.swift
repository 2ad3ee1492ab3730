internal import Storage

extension Transaction {
    /// The first channel by name, after `channel`, that has something waiting, and when the first of it is due.
    ///
    /// One index look-up, however much is waiting.
    borrowing func nextBacklog(after channel: String) throws(StorageError) -> (channel: String, dueAt: Int64)? {
        try first(
            """
            SELECT channel, due_at FROM outbox WHERE state = 'waiting' AND behind = 0 AND channel > ?
            ORDER BY channel, due_at, id LIMIT 1
            """,
            .text(channel)
        ) { row throws(StorageError) in (channel: row.text(0), dueAt: row.integer(1)) }
    }

    /// When the first delivery waiting for a channel is due.
    borrowing func nextDue(channel: String) throws(StorageError) -> Int64? {
        try first(
            """
            SELECT due_at FROM outbox WHERE state = 'waiting' AND behind = 0 AND channel = ?
            ORDER BY due_at, id LIMIT 1
            """,
            .text(channel)
        ) { row throws(StorageError) in row.integer(0) }
    }

    borrowing func channelRevision(_ name: String) throws(StorageError) -> Int64? {
        try first("SELECT revision FROM channel WHERE name = ?", .text(name)) { row throws(StorageError) in
            row.integer(0)
        }
    }

    /// Takes what is due first into flight, oldest first.
    borrowing func claim(channel: String, limit: Int, at now: Int64) throws(StorageError) -> [ClaimedDelivery] {
        let deliveries = try all(
            """
            UPDATE outbox SET state = 'in_flight', tries = tries + 1, changed_at = ?
            WHERE id IN (
                SELECT id FROM outbox WHERE state = 'waiting' AND behind = 0 AND channel = ? AND due_at <= ?
                ORDER BY due_at, id LIMIT ?)
            RETURNING id, source, reference, lane, payload, memo, due_at, attempts_used, tries, enqueued_at, request
            """,
            .integer(now), .text(channel), .integer(now), .integer(limit)
        ) { row throws(StorageError) in
            ClaimedDelivery(
                id: row.text(0), channel: channel, source: row.text(1), reference: row.text(2),
                lane: row.optionalText(3),
                payload: row.text(4), memo: row.optionalText(5), dueAt: row.integer(6),
                attemptsUsed: Int(row.integer(7)),
                number: Int(row.integer(8)), enqueuedAt: row.integer(9), request: row.optionalText(10))
        }
        // RETURNING promises no order.
        return deliveries.sorted { ($0.dueAt, $0.id) < ($1.dueAt, $1.id) }
    }

    /// Records an attempt. Of a delivery that was erased meanwhile nothing is kept.
    borrowing func add(_ attempt: Attempted, _ outcome: CourierOutcome) throws(StorageError) {
        try run(
            """
            INSERT INTO attempt (delivery, number, started_at, duration_ms, class, code, excerpt, outcome_unknown)
            SELECT id, ?, ?, ?, ?, ?, ?, ? FROM outbox WHERE id = ? ON CONFLICT (delivery, number) DO NOTHING
            """,
            .integer(attempt.delivery.number), .integer(attempt.startedAt),
            .integer(attempt.durationMilliseconds), .text(outcome.outcomeClass.rawValue), .text(outcome.code),
            .text(outcome.excerpt), .truth(outcome.outcomeUnknown), .text(attempt.delivery.id))
    }

    /// Stores what follows from an attempt and lets the next of its lane go when it has ended.
    ///
    /// - Returns: the new state; nil when the delivery was cancelled meanwhile and stays so. One that arrived after
    ///   all counts as delivered, whatever was done to it meanwhile.
    borrowing func apply(
        _ step: DeliveryStep, to delivery: ClaimedDelivery, _ outcome: CourierOutcome, at now: Int64
    ) throws(StorageError) -> DeliveryState? {
        let state: DeliveryState, changes: Int
        switch step {
        case .again(let dueAt, let attemptsUsed):
            state = .waiting
            changes = try run(
                """
                UPDATE outbox
                SET state = 'waiting', due_at = ?, attempts_used = ?, memo = coalesce(?, memo), changed_at = ?
                WHERE id = ? AND state = 'in_flight' AND tries = ?
                """,
                .integer(dueAt), .integer(attemptsUsed), .optional(outcome.memo), .integer(now), .text(delivery.id),
                .integer(delivery.number))
        case .ended(.delivered):
            state = .delivered
            changes = try run(
                """
                UPDATE outbox SET state = 'delivered', behind = 0, changed_at = ?
                WHERE id = ? AND state <> 'delivered'
                """,
                .integer(now), .text(delivery.id))
        case .ended(let end):
            state = end
            changes = try run(
                """
                UPDATE outbox SET state = ?, attempts_used = attempts_used + 1, memo = coalesce(?, memo), changed_at = ?
                WHERE id = ? AND state = 'in_flight' AND tries = ?
                """,
                .text(end.rawValue), .optional(outcome.memo), .integer(now), .text(delivery.id),
                .integer(delivery.number))
        }
        guard changes > 0 else { return nil }
        if let lane = delivery.lane { try settle(lane, channel: delivery.channel) }
        return state
    }

    /// Returns a delivery that was taken but not sent; false when it was cancelled meanwhile.
    borrowing func putBack(_ delivery: ClaimedDelivery, at now: Int64) throws(StorageError) -> Bool {
        let changes = try run(
            """
            UPDATE outbox SET state = 'waiting', tries = tries - 1, changed_at = ?
            WHERE id = ? AND state = 'in_flight' AND tries = ?
            """,
            .integer(now), .text(delivery.id), .integer(delivery.number))
        return changes > 0
    }

    /// Makes everything due again that was in flight when the program ended, and records those attempts.
    ///
    /// - Returns: what was interrupted.
    borrowing func recoverInterrupted(at now: Int64) throws(StorageError) -> [DeliveryChange] {
        let interrupted = try all(
            """
            SELECT id, channel, source, reference, lane, payload, memo, due_at, attempts_used, tries, enqueued_at,
                changed_at
            FROM outbox WHERE state = 'in_flight' ORDER BY id
            """
        ) { row throws(StorageError) in
            let delivery = ClaimedDelivery(
                id: row.text(0), channel: row.text(1), source: row.text(2), reference: row.text(3),
                lane: row.optionalText(4), payload: "", memo: row.optionalText(6), dueAt: row.integer(7),
                attemptsUsed: Int(row.integer(8)), number: Int(row.integer(9)), enqueuedAt: row.integer(10))
            return Attempted(
                delivery: delivery, ending: .interrupted(.interrupted), startedAt: row.integer(11),
                durationMilliseconds: max(0, now - row.integer(11)))
        }
        var changes: [DeliveryChange] = []
        for attempt in interrupted {
            let delivery = attempt.delivery
            try add(attempt, .interrupted)
            let step = DeliveryStep.afterInterruption(.interrupted, of: delivery)
            _ = try apply(step, to: delivery, .interrupted, at: now)
            changes.append(delivery.change(.waiting, .interrupted, at: now))
        }
        return changes
    }
}

extension CourierOutcome {
    /// Stopped on our side before anything had left.
    static let stopped = CourierOutcome(
        .transient, code: "interrupted", excerpt: "The program stopped before it was sent.")

    /// The program ended with the attempt under way.
    static let interrupted = CourierOutcome(
        .transient, code: "interrupted",
        excerpt: "The program stopped before the answer came. It may have been delivered.", outcomeUnknown: true)

    /// What is recorded of an attempt that ended because we stopped it. What it brought about until then counts: the
    /// source must hear of it, and the next attempt go on from there.
    var whenStopped: CourierOutcome {
        var outcome: CourierOutcome = outcomeUnknown ? .interrupted : .stopped
        (outcome.enclosure, outcome.memo, outcome.progressed) = (enclosure, memo, progressed)
        return outcome
    }
}
