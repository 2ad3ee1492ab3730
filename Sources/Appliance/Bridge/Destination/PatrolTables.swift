import Outbound
import Storage

/// Looking after what OurAPI may have forgotten, and what the outbox may have.
extension Transaction {
    /// Conversations verified at once while OurAPI's memory is in doubt: new events keep their turn between them.
    static var sweepMax: Int { 100 }

    /// Has the conversation verified that OurAPI confirmed longest ago, unless there is something better to do.
    borrowing func patrol(at now: Int64) throws(StorageError) {
        let isBusy = try first("SELECT 1 FROM bridge_conversation WHERE queued_at IS NOT NULL LIMIT 1") { _ in true }
        guard isBusy == nil else { return }
        try verify(
            all(
                """
                SELECT id FROM bridge_conversation
                WHERE confirmed_at IS NOT NULL AND must_verify IS NULL AND parked_at IS NULL
                ORDER BY era, confirmed_at LIMIT 1
                """
            ) { row in row.integer(0) }, at: now)
    }

    /// Has more of those conversations verified that OurAPI confirmed in an earlier era, and ends the doubt when all
    /// of them are on their way.
    borrowing func sweep(before era: Int64, at now: Int64) throws(StorageError) {
        let queued = try first(
            "SELECT COUNT(*) FROM (SELECT 1 FROM bridge_conversation WHERE queued_at IS NOT NULL LIMIT ?) AS found",
            .integer(Self.sweepMax)
        ) { row in Int(row.integer(0)) }
        guard let queued, queued < Self.sweepMax else { return }
        let ids = try all(
            """
            SELECT id FROM bridge_conversation
            WHERE confirmed_at IS NOT NULL AND must_verify IS NULL AND parked_at IS NULL AND era < ?
            ORDER BY era, confirmed_at LIMIT ?
            """, .integer(era), .integer(Self.sweepMax - queued)
        ) { row in row.integer(0) }
        try verify(ids, at: now)
        if ids.isEmpty { try run("UPDATE bridge SET doubted_at = NULL WHERE id = 1 AND era = ?", .integer(era)) }
    }

    private borrowing func verify(_ ids: [Int64], at now: Int64) throws(StorageError) {
        for id in ids {
            try doubt(conversation: id)
            try wake(id, at: now)
        }
    }

    /// Puts those conversations on their way again whose delivery is gone: recorded without the bridge being told, or
    /// deleted by hand.
    borrowing func healQueued(at now: Int64) throws(StorageError) {
        let queued = try all("SELECT id FROM bridge_conversation WHERE queued_at IS NOT NULL") { row in row.integer(0) }
        for id in queued where try !laneIsBusy("\(id)", channel: OurAPIChannel.name) {
            try run("UPDATE bridge_conversation SET queued_at = NULL WHERE id = ?", .integer(id))
            try doubt(conversation: id)
            try wake(id, at: now)
        }
    }
}
