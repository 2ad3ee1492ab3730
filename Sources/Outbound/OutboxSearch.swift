public import Storage

/// Which deliveries are meant.
public struct OutboxFilter: Sendable, Equatable {
    public var state: DeliveryState?
    public var channel: String?
    public var source: String?
    /// Enqueued before this time, Unix milliseconds, as their ids say.
    public var enqueuedBefore: Int64?

    public init(
        state: DeliveryState? = nil, channel: String? = nil, source: String? = nil, enqueuedBefore: Int64? = nil
    ) {
        self.state = state
        self.channel = channel
        self.source = source
        self.enqueuedBefore = enqueuedBefore
    }

    /// Rows looked at by one search: what is rare among a million is found over several.
    public static let looksMax = 10_000

    /// Above every id that it lets through.
    fileprivate var bound: String { enqueuedBefore.map(UUIDv7.first(at:)) ?? "~" }
}

/// Deliveries that were found, and where to go on.
public struct OutboxPart: Sendable, Equatable {
    public struct Match: Sendable, Equatable {
        public var id: String
        public var source: String
        public var reference: String
    }

    public var matches: [Match] = []
    /// The last one looked at, where the search ended early; nil when it came to the end.
    public var next: String?

    public init(matches: [Match] = [], next: String? = nil) {
        self.matches = matches
        self.next = next
    }
}

extension Snapshot {
    /// Deliveries that `filter` lets through, the newest first.
    ///
    /// Indexes lead to those of a state; channels and sources are looked at row by row, `OutboxFilter.looksMax` at most.
    /// - Parameter last: goes on behind this one; nil for the beginning.
    public borrowing func outbox(
        _ filter: OutboxFilter, before last: String? = nil, limit: Int
    ) throws(StorageError) -> OutboxPart {
        let sql: StaticString =
            switch filter.state {
            case nil: "SELECT id, source, reference, channel FROM outbox WHERE id < ? ORDER BY id DESC LIMIT ?"
            case .waiting:
                """
                SELECT id, source, reference, channel FROM outbox WHERE state = 'waiting' AND id < ?
                ORDER BY id DESC LIMIT ?
                """
            case .inFlight:
                """
                SELECT id, source, reference, channel FROM outbox WHERE state = 'in_flight' AND id < ?
                ORDER BY id DESC LIMIT ?
                """
            case .delivered:
                // No index but that of ids: most are delivered.
                """
                SELECT id, source, reference, channel, state FROM outbox WHERE id < ? ORDER BY id DESC LIMIT ?
                """
            case .failed:
                """
                SELECT id, source, reference, channel FROM outbox WHERE state = 'failed' AND id < ?
                ORDER BY id DESC LIMIT ?
                """
            case .cancelled:
                """
                SELECT id, source, reference, channel FROM outbox WHERE state = 'cancelled' AND id < ?
                ORDER BY id DESC LIMIT ?
                """
            }
        return try search(sql, [.text(min(last ?? "~", filter.bound))], filter, limit: limit)
    }

    /// Deliveries that have not ended well, the oldest first: for whoever is about to change them.
    ///
    /// - Parameter last: goes on behind this one; empty for the beginning.
    /// - Precondition: `filter.state` is waiting, in flight, failed or cancelled.
    public borrowing func outbox(
        _ filter: OutboxFilter, after last: String, limit: Int
    ) throws(StorageError) -> OutboxPart {
        let sql: StaticString =
            switch filter.state {
            case .waiting:
                """
                SELECT id, source, reference, channel FROM outbox WHERE state = 'waiting' AND id > ? AND id < ?
                ORDER BY id LIMIT ?
                """
            case .inFlight:
                """
                SELECT id, source, reference, channel FROM outbox WHERE state = 'in_flight' AND id > ? AND id < ?
                ORDER BY id LIMIT ?
                """
            case .failed:
                """
                SELECT id, source, reference, channel FROM outbox WHERE state = 'failed' AND id > ? AND id < ?
                ORDER BY id LIMIT ?
                """
            case .cancelled:
                """
                SELECT id, source, reference, channel FROM outbox WHERE state = 'cancelled' AND id > ? AND id < ?
                ORDER BY id LIMIT ?
                """
            case .delivered, nil: preconditionFailure("what was delivered cannot be changed")
            }
        return try search(sql, [.text(last), .text(filter.bound)], filter, limit: limit)
    }

    private borrowing func search(
        _ sql: StaticString, _ place: [Value], _ filter: OutboxFilter, limit: Int
    ) throws(StorageError) -> OutboxPart {
        var part = OutboxPart(), looks = 0, last = ""
        try scan(sql, place + [.integer(OutboxFilter.looksMax)]) { row throws(StorageError) in
            looks += 1
            last = row.text(0)
            let isMeant =
                (filter.channel.map { $0 == row.text(3) } ?? true) && (filter.source.map { $0 == row.text(1) } ?? true)
                && (filter.state != .delivered || row.text(4) == DeliveryState.delivered.rawValue)
            if isMeant { part.matches.append(.init(id: last, source: row.text(1), reference: row.text(2))) }
            return part.matches.count < limit
        }
        if part.matches.count == limit || looks == OutboxFilter.looksMax { part.next = last }
        return part
    }

    /// Of these deliveries, those that `filter` lets through, in the order of their ids.
    public borrowing func outbox(_ filter: OutboxFilter, among ids: [String]) throws(StorageError) -> [OutboxPart.Match]
    {
        var matches: [OutboxPart.Match] = []
        for id in ids.sorted() where id < filter.bound {
            let match = try first(
                "SELECT id, source, reference, channel, state FROM outbox WHERE id = ?", .text(id)
            ) { row throws(StorageError) -> OutboxPart.Match? in
                let isMeant =
                    (filter.channel.map { $0 == row.text(3) } ?? true)
                    && (filter.source.map { $0 == row.text(1) } ?? true)
                    && (filter.state.map { $0.rawValue == row.text(4) } ?? true)
                return isMeant ? OutboxPart.Match(id: id, source: row.text(1), reference: row.text(2)) : nil
            }
            if let match = match ?? nil { matches.append(match) }
        }
        return matches
    }

    /// A delivery's last attempt; nil before the first one has ended.
    public borrowing func lastAttempt(of delivery: String) throws(StorageError) -> Attempt? {
        try first(
            """
            SELECT number, started_at, duration_ms, class, code, excerpt, outcome_unknown
            FROM attempt WHERE delivery = ? ORDER BY number DESC LIMIT 1
            """, .text(delivery), as: Attempt.read)
    }
}
