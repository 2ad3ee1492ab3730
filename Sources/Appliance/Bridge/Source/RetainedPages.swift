import Outbound
import Storage

extension Retained {
    /// What BigChat sent, as it came, to be read anew (`POST /api/bridge/replay`). A replay under way keeps its pages.
    static let bridgePages = Retained(
        "bridge_pages", "What BigChat sent, as it came; a replay reaches as far back as these.", standard: 14
    ) { snapshot, before, after, take throws(StorageError) in
        try snapshot.scan(
            """
            SELECT poll, began_at FROM bridge_poll p
            WHERE poll > ? AND began_at < ? AND ended_at IS NOT NULL AND is_released = 1
                AND EXISTS (SELECT 1 FROM bridge_page g WHERE g.poll = p.poll)
                AND NOT EXISTS (
                    SELECT 1 FROM bridge b WHERE b.id = 1 AND p.poll >= b.replay_poll AND p.poll <= b.replay_until)
            ORDER BY poll
            """, [.integer(Int64(after) ?? 0), .integer(before)]
        ) { row throws(StorageError) in take(Old(key: "\(row.integer(0))", since: row.integer(1))) }
    } purge: { transaction, key, before, _ throws(StorageError) in
        try transaction.forgetPages(ofPoll: Int64(key) ?? 0, before: before)
    }

    /// That BigChat was asked, and what for; never before its pages.
    static let bridgePolls = Retained(
        "bridge_polls", "That BigChat was asked, for which window, and what came of it.", standard: 30
    ) { snapshot, before, after, take throws(StorageError) in
        try snapshot.scan(
            """
            SELECT poll, began_at FROM bridge_poll p
            WHERE poll > ? AND began_at < ? AND ended_at IS NOT NULL AND is_released = 1
                AND NOT EXISTS (
                    SELECT 1 FROM bridge b WHERE b.id = 1 AND p.poll >= b.replay_poll AND p.poll <= b.replay_until)
            ORDER BY poll
            """, [.integer(Int64(after) ?? 0), .integer(before)]
        ) { row throws(StorageError) in take(Old(key: "\(row.integer(0))", since: row.integer(1))) }
    } purge: { transaction, key, before, _ throws(StorageError) in
        let poll = Int64(key) ?? 0
        let pages = try transaction.forgetPages(ofPoll: poll, before: before)
        if pages > 0 { return pages }
        return try transaction.run(
            """
            DELETE FROM bridge_poll WHERE poll = ? AND began_at < ? AND ended_at IS NOT NULL AND is_released = 1
                AND NOT EXISTS (SELECT 1 FROM bridge_page WHERE poll = ?)
            """, .integer(poll), .integer(before), .integer(poll))
    }

    static let bridgeAside = Retained(
        "bridge_aside", "What BigChat sent and nobody understood.", standard: 30
    ) { snapshot, before, after, take throws(StorageError) in
        let place = after.split(separator: ".").compactMap { Int64($0) }
        let values = place.count == 3 ? place : [-1, -1, -1]
        try snapshot.scan(
            """
            SELECT poll, page, position, received_at FROM bridge_aside
            WHERE (poll, page, position) > (?, ?, ?) AND received_at < ? ORDER BY poll, page, position
            """, values.map(Value.integer) + [.integer(before)]
        ) { row throws(StorageError) in
            take(Old(key: "\(row.integer(0)).\(row.integer(1)).\(row.integer(2))", since: row.integer(3)))
        }
    } purge: { transaction, key, before, _ throws(StorageError) in
        let place = key.split(separator: ".").compactMap { Int64($0) }
        guard place.count == 3 else { return 0 }
        return try transaction.run(
            "DELETE FROM bridge_aside WHERE poll = ? AND page = ? AND position = ? AND received_at < ?",
            place.map(Value.integer) + [.integer(before)])
    }

    /// A conversation may be forgotten only when BigChat cannot be asked about it any more, as it would come again as a
    /// new one: `since` reaches back `BridgeChange.sinceDaysMax` days. And it has to be over, and all of it in OurAPI,
    /// which is not looked after any more from then on.
    static let bridgeConversations = Retained(
        "bridge_conversations",
        "Conversations that are over and wholly in OurAPI, with their events; they are verified there as long as kept.",
        standard: nil, days: Int(BridgeChange.sinceDaysMax) + 34...Retained.daysMax
    ) { snapshot, before, after, take throws(StorageError) in
        try snapshot.scan(
            """
            SELECT id, first_seen_at FROM bridge_conversation c
            WHERE id > ? AND first_seen_at < ? AND made_ended_at IS NOT NULL AND confirmed_at IS NOT NULL
                AND ask_at IS NULL AND queued_at IS NULL AND must_verify IS NULL AND parked_at IS NULL
                AND waits_for IS NULL AND NOT EXISTS (
                    SELECT 1 FROM bridge_event e
                    WHERE e.conversation = c.id AND (e.fate = 'pending' OR e.received_at >= ?))
            ORDER BY id
            """, [Int64(after) ?? .min, before, before].map(Value.integer)
        ) { row throws(StorageError) in take(Old(key: "\(row.integer(0))", since: row.integer(1))) }
    } purge: { transaction, key, before, _ throws(StorageError) in
        try transaction.forgetConversation(Int64(key) ?? 0, before: before)
    }
}

extension Transaction {
    /// Pages of one write: each may have megabytes.
    private static var pagesMax: Int { 8 }

    fileprivate borrowing func forgetPages(ofPoll poll: Int64, before: Int64) throws(StorageError) -> Int {
        try run(
            """
            DELETE FROM bridge_page WHERE poll = ? AND page IN (
                SELECT g.page FROM bridge_page g JOIN bridge_poll p ON p.poll = g.poll
                WHERE g.poll = ? AND p.began_at < ? AND p.ended_at IS NOT NULL AND p.is_released = 1
                    AND NOT EXISTS (
                        SELECT 1 FROM bridge b WHERE b.id = 1 AND p.poll >= b.replay_poll AND p.poll <= b.replay_until)
                LIMIT ?)
            """, .integer(poll), .integer(poll), .integer(before), .integer(Self.pagesMax))
    }

    /// In one write however long it is: half a history would look like one that OurAPI has too much of.
    fileprivate borrowing func forgetConversation(_ id: Int64, before: Int64) throws(StorageError) -> Int {
        let isOver = try first(
            """
            SELECT 1 FROM bridge_conversation c
            WHERE id = ? AND first_seen_at < ? AND made_ended_at IS NOT NULL AND confirmed_at IS NOT NULL
                AND ask_at IS NULL AND queued_at IS NULL AND must_verify IS NULL AND parked_at IS NULL
                AND waits_for IS NULL AND NOT EXISTS (
                    SELECT 1 FROM bridge_event e
                    WHERE e.conversation = c.id AND (e.fate = 'pending' OR e.received_at >= ?))
            """, .integer(id), .integer(before), .integer(before)
        ) { _ in true }
        guard isOver == true else { return 0 }
        var rows = try eraseDeliveries(source: OurAPIChannel.source, reference: "\(id)")
        rows += try run("DELETE FROM bridge_event WHERE conversation = ?", .integer(id))
        rows += try run("DELETE FROM bridge_conversation WHERE id = ?", .integer(id))
        try count("conversations", -1)
        return rows
    }
}
