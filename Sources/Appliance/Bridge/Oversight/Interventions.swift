import Storage

/// What an admin may do about a conversation, or about everything since a time.
extension Transaction {
    /// Tries a parked conversation again, and what OurAPI refused of one; nil: there is no such conversation, false: it
    /// is not parked, and nothing of it was refused.
    borrowing func retryConversation(_ id: Int64, at now: Int64) throws(StorageError) -> Bool? {
        guard let parked = try parkedEvent(id) else { return nil }
        let refused = try run(
            """
            UPDATE bridge_event SET fate = 'pending', code = NULL, detail = NULL, settled_at = NULL
            WHERE conversation = ? AND fate = 'refused'
            """, .integer(id))
        guard parked.isParked || refused > 0 else { return false }
        try count("fate.\(EventFate.refused.rawValue)", -Int64(refused))
        try count("fate.\(EventFate.pending.rawValue)", Int64(refused))
        try unpark(id, at: now)
        return true
    }

    /// Goes on without the event that a parked conversation hangs on, or without all that is pending where it is the
    /// chat itself; nil: there is no such conversation, false: it is not parked.
    borrowing func skipConversation(_ id: Int64, at now: Int64) throws(StorageError) -> Bool? {
        guard let parked = try parkedEvent(id) else { return nil }
        guard parked.isParked else { return false }
        let skipped = try all(
            """
            SELECT number, fate FROM bridge_event
            WHERE conversation = ? AND ((? IS NULL AND fate = 'pending')
                -- One that OurAPI had, forgot, and will not take again.
                OR (number = ? AND fate IN ('pending', 'made')))
            """, .integer(id), .optional(parked.event), .optional(parked.event)
        ) { row in (number: row.integer(0), fate: row.text(1)) }
        for event in skipped {
            try run(
                "UPDATE bridge_event SET fate = 'skipped', settled_at = ? WHERE conversation = ? AND number = ?",
                .integer(now), .integer(id), .integer(event.number))
            try count("fate.\(event.fate)", -1)
            try count("fate.\(EventFate.skipped.rawValue)", 1)
        }
        try unpark(id, at: now)
        return true
    }

    private borrowing func parkedEvent(_ id: Int64) throws(StorageError) -> (isParked: Bool, event: Int64?)? {
        try first("SELECT parked_at, parked_event FROM bridge_conversation WHERE id = ?", .integer(id)) { row in
            (!row.isNull(0), row.optionalInteger(1))
        }
    }

    private borrowing func unpark(_ id: Int64, at now: Int64) throws(StorageError) {
        try run(
            """
            UPDATE bridge_conversation SET parked_at = NULL, parked_code = NULL, parked_detail = NULL,
                parked_event = NULL
            WHERE id = ?
            """, .integer(id))
        try doubt(conversation: id)
        try wake(id, at: now)
    }

    /// Has the pages of all polls read anew that asked for something after `from` (Unix seconds).
    ///
    /// - Returns: how many polls those are, 0 where none is kept.
    borrowing func replay(from: Int64, at now: Int64) throws(StorageError) -> Int {
        let range = try first(
            "SELECT MIN(poll), MAX(poll), COUNT(*) FROM bridge_poll WHERE until_s > ? AND ended_at IS NOT NULL",
            .integer(from)
        ) { row in (first: row.optionalInteger(0), last: row.optionalInteger(1), count: row.integer(2)) }
        guard let range, let first = range.first, let last = range.last else { return 0 }
        try run("UPDATE bridge SET replay_poll = ?, replay_until = ? WHERE id = 1", .integer(first), .integer(last))
        notify(.bridge)
        return Int(range.count)
    }

    /// Goes on to the next poll that is read anew, or ends the replay after the last.
    borrowing func replayed(_ poll: Int64) throws(StorageError) {
        try run(
            """
            UPDATE bridge SET replay_poll = CASE WHEN replay_until > ? THEN ? END,
                replay_until = CASE WHEN replay_until > ? THEN replay_until END
            WHERE id = 1 AND replay_poll = ?
            """, .integer(poll), .integer(poll + 1), .integer(poll), .integer(poll))
    }
}
