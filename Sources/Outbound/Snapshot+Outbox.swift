public import Storage

/// How much of one channel is in one state.
public struct OutboxDepth: Sendable, Equatable {
    public var channel: String
    /// `waiting`, `inFlight` or `failed`: what has ended well is counted by the dispatcher's statistics.
    public var state: DeliveryState
    public var count: Int
    /// When the oldest of them was enqueued (`waiting`, `inFlight`) or failed; Unix milliseconds, UTC.
    public var oldestAt: Int64

    public init(channel: String, state: DeliveryState, count: Int, oldestAt: Int64) {
        self.channel = channel
        self.state = state
        self.count = count
        self.oldestAt = oldestAt
    }

    /// Where counting stops, and means "at least": a scrape of the metrics must not read a million rows.
    public static let countMax = 50_000
}

extension Snapshot {
    /// The deliveries of a source's reference, oldest first, each with its attempts unless those are not wanted.
    public borrowing func deliveries(
        source: String, reference: String, withAttempts: Bool = true
    ) throws(StorageError) -> [DeliveryRecord] {
        var records = try all(
            """
            SELECT id, channel, source, reference, lane, state, due_at, attempts_used, tries, enqueued_at, changed_at,
                request, behind
            FROM outbox WHERE source = ? AND reference = ? ORDER BY id
            """,
            .text(source), .text(reference), as: DeliveryRecord.read)
        guard withAttempts else { return records }
        for index in records.indices where records[index].tries > 0 {
            records[index].attempts = try attempts(of: records[index].id)
        }
        return records
    }

    /// One delivery, with its attempts unless those are not wanted.
    public borrowing func delivery(_ id: String, withAttempts: Bool = true) throws(StorageError) -> DeliveryRecord? {
        var record = try first(
            """
            SELECT id, channel, source, reference, lane, state, due_at, attempts_used, tries, enqueued_at, changed_at,
                request, behind
            FROM outbox WHERE id = ?
            """,
            .text(id), as: DeliveryRecord.read)
        if withAttempts { record?.attempts = try attempts(of: id) }
        return record
    }

    /// The attempts of one delivery, oldest first. One under way is not among them yet.
    public borrowing func attempts(of delivery: String) throws(StorageError) -> [Attempt] {
        try all(
            """
            SELECT number, started_at, duration_ms, class, code, excerpt, outcome_unknown
            FROM attempt WHERE delivery = ? ORDER BY number
            """,
            .text(delivery), as: Attempt.read)
    }

    /// What has not been delivered, by channel and state: for metrics and the console.
    ///
    /// Index entries are counted, up to `OutboxDepth.countMax` for each channel and state.
    public borrowing func outboxDepths() throws(StorageError) -> [OutboxDepth] {
        var depths: [OutboxDepth] = [], last = ""
        while let channel = try nextWithOpenDeliveries(after: last) {
            last = channel
            depths += try waitingDepth(channel) + inFlightDepth(channel) + failedDepth(channel)
        }
        return depths
    }

    /// The first channel by name, after `channel`, that has anything waiting, under way or failed.
    private borrowing func nextWithOpenDeliveries(after channel: String) throws(StorageError) -> String? {
        try first(
            """
            SELECT min(channel) FROM (
                SELECT min(channel) AS channel FROM outbox WHERE state = 'waiting' AND behind = 0 AND channel > ?
                UNION ALL SELECT min(channel) FROM outbox WHERE state = 'failed' AND channel > ?
                UNION ALL SELECT min(channel) FROM outbox WHERE state = 'in_flight' AND channel > ?)
            """,
            .text(channel), .text(channel), .text(channel)
        ) { row throws(StorageError) in row.optionalText(0) } ?? nil
    }

    private borrowing func waitingDepth(_ channel: String) throws(StorageError) -> [OutboxDepth] {
        try depth(
            """
            SELECT count(*), min(id) FROM (
                SELECT id FROM (
                    SELECT id FROM outbox WHERE state = 'waiting' AND behind = 0 AND channel = ? LIMIT ?)
                UNION ALL SELECT id FROM (
                    SELECT id FROM outbox WHERE lane IS NOT NULL AND state IN ('waiting', 'in_flight') AND behind = 1
                        AND channel = ? LIMIT ?))
            """,
            [.text(channel), .integer(OutboxDepth.countMax), .text(channel), .integer(OutboxDepth.countMax)],
            channel, .waiting)
    }

    private borrowing func inFlightDepth(_ channel: String) throws(StorageError) -> [OutboxDepth] {
        try depth(
            "SELECT count(*), min(id) FROM outbox WHERE state = 'in_flight' AND channel = ?", [.text(channel)],
            channel, .inFlight)
    }

    private borrowing func depth(
        _ sql: StaticString, _ values: [Value], _ channel: String, _ state: DeliveryState
    ) throws(StorageError) -> [OutboxDepth] {
        try all(sql, values) { row throws(StorageError) in
            OutboxDepth(
                channel: channel, state: state, count: min(Int(row.integer(0)), OutboxDepth.countMax),
                oldestAt: row.optionalText(1).map(milliseconds(ofUUIDv7:)) ?? 0)
        }.filter { $0.count > 0 }
    }

    private borrowing func failedDepth(_ channel: String) throws(StorageError) -> [OutboxDepth] {
        try all(
            """
            SELECT count(*), min(changed_at) FROM (
                SELECT changed_at FROM outbox WHERE state = 'failed' AND channel = ? ORDER BY changed_at LIMIT ?)
            """,
            .text(channel), .integer(OutboxDepth.countMax)
        ) { row throws(StorageError) in
            OutboxDepth(
                channel: channel, state: .failed, count: Int(row.integer(0)), oldestAt: row.optionalInteger(1) ?? 0)
        }.filter { $0.count > 0 }
    }
}

/// The time in a UUIDv7's first 48 bits, Unix milliseconds (RFC 9562 §5.7).
private func milliseconds(ofUUIDv7 id: String) -> Int64 {
    Int64(id.prefix(13).filter { $0 != "-" }, radix: 16) ?? 0
}

extension Attempt {
    static func read(_ row: borrowing Row) throws(StorageError) -> Attempt {
        Attempt(
            number: Int(row.integer(0)), startedAt: row.integer(1), durationMilliseconds: row.integer(2),
            outcomeClass: OutcomeClass(rawValue: row.text(3)) ?? .transient, code: row.text(4), excerpt: row.text(5),
            outcomeUnknown: row.truth(6))
    }
}

extension DeliveryRecord {
    static func read(_ row: borrowing Row) throws(StorageError) -> DeliveryRecord {
        DeliveryRecord(
            id: row.text(0), channel: row.text(1), source: row.text(2), reference: row.text(3),
            lane: row.optionalText(4),
            state: DeliveryState(rawValue: row.text(5)) ?? .waiting, dueAt: row.integer(6),
            attemptsUsed: Int(row.integer(7)), tries: Int(row.integer(8)), enqueuedAt: row.integer(9),
            changedAt: row.integer(10), request: row.optionalText(11), isBehind: row.truth(12))
    }
}
