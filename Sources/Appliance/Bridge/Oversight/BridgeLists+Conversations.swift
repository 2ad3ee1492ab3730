import Storage

/// A part of the conversations, and where the next part begins.
struct ConversationPart: Sendable {
    var rows: [ConversationRow]
    var next: Place?

    /// Where a conversation stands in a list that is ordered by `key` and then by `id`.
    struct Place: Sendable {
        var key: Int64
        var id: Int64
    }
}

extension Snapshot {
    /// Rows that are looked at for one page of `idle` conversations, which no index lists: that page can be short, and
    /// still have a next one.
    static var idleRowsMax: Int { 10_000 }

    borrowing func bridgeConversation(_ id: Int64) throws(StorageError) -> ConversationRow? {
        try first(
            """
            SELECT id, started_at, advisor, chat, was_made, made_started_at, made_advisor, made_agent, made_transfer_at,
                made_ended_at,
                events, first_seen_at, ask_at, queued_at, waits_for, confirmed_at, must_verify,
                parked_at, parked_code, parked_detail, parked_event
            FROM bridge_conversation WHERE id = ?
            """,
            .integer(id), as: ConversationRow.read)
    }

    /// Conversations in a state (all when nil), by id; those that wait for something by how long they do, the longest
    /// first.
    borrowing func bridgeConversations(
        _ state: ConversationState?, after place: ConversationPart.Place?, limit: Int
    ) throws(StorageError) -> ConversationPart {
        let after = place ?? .init(key: .min, id: .min)
        let found: [ConversationPart.Place]
        switch state {
        case nil:
            found = try all("SELECT id, id FROM bridge_conversation WHERE id > ? ORDER BY id LIMIT ?", after, limit)
        case .parked:
            found = try all(
                "SELECT id, id FROM bridge_conversation WHERE parked_at IS NOT NULL AND id > ? ORDER BY id LIMIT ?",
                after, limit)
        case .queued:
            found = try allByKey(
                """
                SELECT queued_at, id FROM bridge_conversation
                WHERE queued_at IS NOT NULL AND parked_at IS NULL AND (queued_at, id) > (?, ?)
                ORDER BY queued_at, id LIMIT ?
                """, after, limit)
        case .waiting:
            found = try allByKey(
                """
                SELECT waits_for, id FROM bridge_conversation
                WHERE waits_for IS NOT NULL AND parked_at IS NULL AND queued_at IS NULL AND (waits_for, id) > (?, ?)
                ORDER BY waits_for, id LIMIT ?
                """, after, limit)
        case .unknown:
            found = try allByKey(
                """
                SELECT ask_at, id FROM bridge_conversation
                WHERE ask_at IS NOT NULL AND parked_at IS NULL AND queued_at IS NULL AND waits_for IS NULL
                    AND (ask_at, id) > (?, ?)
                ORDER BY ask_at, id LIMIT ?
                """, after, limit)
        case .idle: return try idleConversations(after: after.id, limit: limit)
        }
        return ConversationPart(
            rows: try rows(found.prefix(limit)), next: found.count > limit ? found[limit - 1] : nil)
    }

    private borrowing func all(
        _ sql: StaticString, _ after: ConversationPart.Place, _ limit: Int
    ) throws(StorageError) -> [ConversationPart.Place] {
        try all(sql, .integer(after.id), .integer(limit + 1), as: ConversationPart.Place.read)
    }

    private borrowing func allByKey(
        _ sql: StaticString, _ after: ConversationPart.Place, _ limit: Int
    ) throws(StorageError) -> [ConversationPart.Place] {
        try all(
            sql, .integer(after.key), .integer(after.id), .integer(limit + 1), as: ConversationPart.Place.read)
    }

    private borrowing func idleConversations(after id: Int64, limit: Int) throws(StorageError) -> ConversationPart {
        var found: [ConversationPart.Place] = [], last: ConversationPart.Place?, looked = 0
        try scan(
            """
            SELECT id, CASE WHEN parked_at IS NULL AND queued_at IS NULL AND waits_for IS NULL AND ask_at IS NULL
                THEN 1 ELSE 0 END
            FROM bridge_conversation WHERE id > ? ORDER BY id
            """, [.integer(id)]
        ) { row throws(StorageError) in
            // One more than is wanted tells that there is a next page.
            guard looked < Self.idleRowsMax, found.count < limit || !row.truth(1) else { return false }
            looked += 1
            last = ConversationPart.Place(key: row.integer(0), id: row.integer(0))
            if row.truth(1), let last { found.append(last) }
            return true
        }
        let part = try rows(found[...])
        guard let last, try hasConversation(after: last.id) else { return ConversationPart(rows: part) }
        return ConversationPart(rows: part, next: last)
    }

    private borrowing func hasConversation(after id: Int64) throws(StorageError) -> Bool {
        try first("SELECT id FROM bridge_conversation WHERE id > ? LIMIT 1", .integer(id)) { _ in true } ?? false
    }

    private borrowing func rows(
        _ places: ArraySlice<ConversationPart.Place>
    ) throws(StorageError) -> [ConversationRow] {
        var rows: [ConversationRow] = []
        for place in places {
            if let row = try bridgeConversation(place.id) { rows.append(row) }
        }
        return rows
    }

    /// Events of a conversation in the order they were heard of, those behind number `after`.
    borrowing func bridgeEvents(of conversation: Int64, after number: Int64, limit: Int) throws(StorageError)
        -> [EventRow]
    {
        try all(
            """
            SELECT conversation, number, kind, at, body, old_advisor, new_advisor, fate, code, detail, poll, page,
                received_at, settled_at
            FROM bridge_event WHERE conversation = ? AND number > ? ORDER BY number LIMIT ?
            """,
            .integer(conversation), .integer(number), .integer(limit), as: EventRow.read)
    }
}

extension ConversationPart.Place {
    static func read(_ row: borrowing Row) throws(StorageError) -> Self { Self(key: row.integer(0), id: row.integer(1)) }
}

extension ConversationRow {
    static func read(_ row: borrowing Row) throws(StorageError) -> Self {
        let conversation = BridgeConversation(row)
        let parked = row.optionalInteger(17).map { at in
            Parked(
                at: at, code: row.optionalText(18) ?? "", detail: row.optionalText(19) ?? "",
                event: row.optionalInteger(20))
        }
        return Self(
            conversation: conversation, events: row.integer(10), firstSeenAt: row.integer(11),
            askAt: row.optionalInteger(12), queuedAt: row.optionalInteger(13), waitsFor: row.optionalInteger(14),
            confirmedAt: row.optionalInteger(15), mustVerify: !row.isNull(16), parked: parked)
    }
}

extension EventRow {
    static func read(_ row: borrowing Row) throws(StorageError) -> Self {
        Self(
            stored: StoredEvent(row), code: row.optionalText(8), detail: row.optionalText(9), poll: row.integer(10),
            page: row.integer(11), receivedAt: row.integer(12), settledAt: row.optionalInteger(13))
    }
}
