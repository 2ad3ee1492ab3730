public import Storage

extension Snapshot {
    /// Gives each delivery of a source that has ended, oldest first: its id and when it was enqueued.
    ///
    /// - Parameters:
    ///   - id: goes on behind this one; empty for the beginning.
    ///   - take: answers whether it wants more.
    public borrowing func eachEndedDelivery(
        source: String, after id: String, take: (_ id: String, _ enqueuedAt: Int64) -> Bool
    ) throws(StorageError) {
        try scan(
            """
            SELECT id, enqueued_at FROM outbox
            WHERE id > ? AND source = ? AND state <> 'waiting' AND state <> 'in_flight' ORDER BY id
            """, [.text(id), .text(source)]
        ) { row throws(StorageError) in take(row.text(0), row.integer(1)) }
    }

    /// Gives each delivery with attempts, oldest first: its id, and when the first of them began.
    public borrowing func eachDeliveryAttempted(
        after id: String, take: (_ id: String, _ startedAt: Int64) -> Bool
    ) throws(StorageError) {
        try scan(
            """
            SELECT delivery, MIN(started_at) FROM attempt WHERE delivery > ? GROUP BY delivery ORDER BY delivery
            """, [.text(id)]
        ) { row throws(StorageError) in take(row.text(0), row.integer(1)) }
    }

    /// Whether a delivery of this source and reference is waiting or under way.
    public borrowing func hasOpenDeliveries(source: String, reference: String) throws(StorageError) -> Bool {
        try first(
            """
            SELECT 1 FROM outbox WHERE source = ? AND reference = ? AND (state = 'waiting' OR state = 'in_flight')
            LIMIT 1
            """, .text(source), .text(reference)
        ) { row throws(StorageError) in true } ?? false
    }
}

extension Transaction {
    /// Deletes a delivery that has ended, with its attempts.
    ///
    /// - Returns: how many rows; 0 when it has not ended, or is gone.
    public borrowing func forgetEndedDelivery(_ id: String) throws(StorageError) -> Int {
        let deleted = try run(
            "DELETE FROM outbox WHERE id = ? AND state <> 'waiting' AND state <> 'in_flight'", .text(id))
        guard deleted > 0 else { return 0 }
        return try deleted + run("DELETE FROM attempt WHERE delivery = ?", .text(id))
    }

    /// Deletes what is known of a delivery's attempts before a time (Unix milliseconds); the delivery stays.
    ///
    /// - Returns: how many they were.
    public borrowing func forgetAttempts(ofDelivery id: String, before: Int64) throws(StorageError) -> Int {
        try run("DELETE FROM attempt WHERE delivery = ? AND started_at < ?", .text(id), .integer(before))
    }
}
