public import Storage

extension Transaction {
    /// Stores a delivery, due at once, and wakes the dispatcher after the commit.
    ///
    /// - Returns: its id, a UUIDv7: the idempotency key that the receiver sees at every attempt.
    @discardableResult
    public borrowing func enqueue(_ delivery: Delivery, at now: Int64) throws(StorageError) -> String {
        let id = UUIDv7.next(at: now)
        var isBehind = false
        if let lane = delivery.lane { isBehind = try laneIsBusy(lane, channel: delivery.channel) }
        try run(
            """
            INSERT INTO outbox (id, channel, source, reference, lane, payload, state, behind, due_at,
                attempts_used, tries, enqueued_at, changed_at, request)
            VALUES (?, ?, ?, ?, ?, ?, 'waiting', ?, ?, 0, 0, ?, ?, ?)
            """,
            .text(id), .text(delivery.channel), .text(delivery.source), .text(delivery.reference),
            .optional(delivery.lane), .text(delivery.payload), .truth(isBehind), .integer(now), .integer(now),
            .integer(now), .optional(delivery.request))
        notify(.outbox)
        return id
    }

    /// Cancels what a source has not delivered yet.
    ///
    /// A delivery under way cannot be called back: it is not tried again, and if its answer says that it arrived, it
    /// ends as delivered after all, and its source is told.
    public borrowing func cancelDeliveries(
        source: String, reference: String, at now: Int64
    ) throws(StorageError) -> [DeliveryChange] {
        let cancelled = try all(
            """
            UPDATE outbox SET state = 'cancelled', behind = 0, changed_at = ?
            WHERE source = ? AND reference = ? AND state IN ('waiting', 'in_flight')
            RETURNING id, channel, lane
            """,
            .integer(now), .text(source), .text(reference)
        ) { row throws(StorageError) in (id: row.text(0), channel: row.text(1), lane: row.optionalText(2)) }
        for row in cancelled {
            if let lane = row.lane { try settle(lane, channel: row.channel) }
        }
        if !cancelled.isEmpty { notify(.outbox) }
        return cancelled.map { row in
            DeliveryChange(
                delivery: row.id, source: source, reference: reference, channel: row.channel, state: .cancelled, at: now
            )
        }
    }

    /// Cancels one delivery; what was said of one under way holds here as well.
    ///
    /// - Returns: nil when there is no such delivery, or it has ended.
    public borrowing func cancelDelivery(_ id: String, at now: Int64) throws(StorageError) -> DeliveryChange? {
        let row = try first(
            """
            UPDATE outbox SET state = 'cancelled', behind = 0, changed_at = ?
            WHERE id = ? AND (state = 'waiting' OR state = 'in_flight')
            RETURNING channel, source, reference, lane
            """,
            .integer(now), .text(id)
        ) { row throws(StorageError) in
            (channel: row.text(0), source: row.text(1), reference: row.text(2), lane: row.optionalText(3))
        }
        guard let row else { return nil }
        if let lane = row.lane { try settle(lane, channel: row.channel) }
        notify(.outbox)
        return DeliveryChange(
            delivery: id, source: row.source, reference: row.reference, channel: row.channel, state: .cancelled, at: now)
    }

    /// Erases deliveries with their history, wherever they stand: they hold what nobody may keep any more. One under
    /// way cannot be called back.
    ///
    /// - Returns: how many they were.
    @discardableResult
    public borrowing func eraseDeliveries(source: String, reference: String) throws(StorageError) -> Int {
        let erased = try all(
            "DELETE FROM outbox WHERE source = ? AND reference = ? RETURNING id, channel, lane", .text(source),
            .text(reference)
        ) { row throws(StorageError) in (id: row.text(0), channel: row.text(1), lane: row.optionalText(2)) }
        for row in erased {
            try run("DELETE FROM attempt WHERE delivery = ?", .text(row.id))
            if let lane = row.lane { try settle(lane, channel: row.channel) }
        }
        return erased.count
    }

    /// Forgets what deliveries carry, and keeps their history: they held a secret that has done its work. Sent again,
    /// such a delivery fails.
    public borrowing func blankDeliveries(source: String, reference: String) throws(StorageError) {
        try run(
            "UPDATE outbox SET payload = '' WHERE source = ? AND reference = ?", .text(source), .text(reference))
    }

    /// Forgets deliveries of a source that ended well, with their attempts.
    ///
    /// - Parameters:
    ///   - id: goes on behind this one; empty for the beginning.
    ///   - enqueuedBefore: Unix milliseconds; younger ones stay.
    ///   - limit: deliveries looked at, of any source: bounds the write.
    /// - Returns: the last one looked at, to go on from; nil where there was none.
    public borrowing func forgetDelivered(
        source: String, after id: String, enqueuedBefore: Int64, limit: Int
    ) throws(StorageError) -> String? {
        let rows = try all(
            "SELECT id, source, state, enqueued_at FROM outbox WHERE id > ? ORDER BY id LIMIT ?", .text(id),
            .integer(limit)
        ) { row throws(StorageError) in
            (id: row.text(0), isOurs: row.text(1) == source && row.text(2) == "delivered", at: row.integer(3))
        }
        let old = rows.prefix { $0.at < enqueuedBefore }
        for row in old where row.isOurs {
            try run("DELETE FROM attempt WHERE delivery = ?", .text(row.id))
            try run("DELETE FROM outbox WHERE id = ?", .text(row.id))
        }
        return old.last?.id
    }

    /// Cancels what a channel has waiting, the longest due first, as before it is deleted. What is under way goes on.
    ///
    /// - Returns: at most `limit` changes; call again while it returns that many.
    public borrowing func cancelWaiting(
        channel: String, limit: Int = 1_000, at now: Int64
    ) throws(StorageError) -> [DeliveryChange] {
        let cancelled = try all(
            """
            UPDATE outbox SET state = 'cancelled', behind = 0, changed_at = ?
            WHERE id IN (
                SELECT id FROM outbox WHERE state = 'waiting' AND behind = 0 AND channel = ?
                ORDER BY due_at, id LIMIT ?)
            RETURNING id, source, reference, lane
            """,
            .integer(now), .text(channel), .integer(limit)
        ) { row throws(StorageError) in
            (id: row.text(0), source: row.text(1), reference: row.text(2), lane: row.optionalText(3))
        }
        for row in cancelled {
            if let lane = row.lane { try settle(lane, channel: channel) }
        }
        return cancelled.map { row in
            DeliveryChange(
                delivery: row.id, source: row.source, reference: row.reference, channel: channel, state: .cancelled,
                at: now)
        }
    }

    /// Makes a delivery that failed or was cancelled due again, with all its attempts before it and the same id.
    ///
    /// - Returns: nil when there is no such delivery, or it has not ended that way.
    public borrowing func resend(_ id: String, at now: Int64) throws(StorageError) -> DeliveryChange? {
        let row = try first(
            """
            UPDATE outbox SET state = 'waiting', behind = CASE WHEN lane IS NULL THEN 0 ELSE 1 END, due_at = ?,
                attempts_used = 0, changed_at = ?
            WHERE id = ? AND state IN ('failed', 'cancelled')
            RETURNING channel, source, reference, lane
            """,
            .integer(now), .integer(now), .text(id)
        ) { row throws(StorageError) in
            (channel: row.text(0), source: row.text(1), reference: row.text(2), lane: row.optionalText(3))
        }
        guard let row else { return nil }
        if let lane = row.lane { try settle(lane, channel: row.channel) }
        notify(.outbox)
        return DeliveryChange(
            delivery: id, source: row.source, reference: row.reference, channel: row.channel, state: .waiting, at: now)
    }

    /// Makes the deliveries of a channel that failed at `since` or later due again, oldest first.
    ///
    /// - Returns: at most `limit` changes; call again while it returns that many.
    public borrowing func resendFailed(
        channel: String, since: Int64, limit: Int = 1_000, at now: Int64
    ) throws(StorageError) -> [DeliveryChange] {
        let ids = try all(
            """
            SELECT id FROM outbox WHERE channel = ? AND state = 'failed' AND changed_at >= ?
            ORDER BY changed_at, id LIMIT ?
            """,
            .text(channel), .integer(since), .integer(limit)
        ) { row throws(StorageError) in row.text(0) }
        var changes: [DeliveryChange] = []
        for id in ids {
            if let change = try resend(id, at: now) { changes.append(change) }
        }
        return changes
    }
}

extension Transaction {
    /// Whether a delivery of the lane is waiting or under way.
    public borrowing func laneIsBusy(_ lane: String, channel: String) throws(StorageError) -> Bool {
        try first(
            """
            SELECT 1 FROM outbox WHERE channel = ? AND lane = ? AND lane IS NOT NULL
                AND state IN ('waiting', 'in_flight') LIMIT 1
            """,
            .text(channel), .text(lane)
        ) { row throws(StorageError) in true } ?? false
    }

    /// Lets the lane's first waiting delivery go, and it alone: none while one is under way.
    ///
    /// Called after one of the lane has ended or come back. At most one row has `behind = 0`.
    borrowing func settle(_ lane: String, channel: String) throws(StorageError) {
        let head = try first(
            """
            SELECT id, state FROM outbox WHERE channel = ? AND lane = ? AND lane IS NOT NULL
                AND state IN ('waiting', 'in_flight') AND behind = 0
            ORDER BY id LIMIT 1
            """,
            .text(channel), .text(lane)
        ) { row throws(StorageError) in (id: row.text(0), state: row.text(1)) }
        if head?.state == DeliveryState.inFlight.rawValue { return }
        let next = try first(
            """
            SELECT id FROM outbox WHERE channel = ? AND lane = ? AND lane IS NOT NULL
                AND state IN ('waiting', 'in_flight') AND behind = 1
            ORDER BY id LIMIT 1
            """,
            .text(channel), .text(lane)
        ) { row throws(StorageError) in row.text(0) }
        guard let next else { return }
        if let head {
            guard next < head.id else { return }
            try run("UPDATE outbox SET behind = 1 WHERE id = ?", .text(head.id))
        }
        try run("UPDATE outbox SET behind = 0 WHERE id = ?", .text(next))
    }
}
