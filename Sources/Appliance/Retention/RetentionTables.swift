import Storage

enum RetentionTables {
    static let migrations = [
        Migration(
            feature: "retention", version: 1,
            """
            CREATE TABLE retention (
                kind    TEXT    NOT NULL PRIMARY KEY,
                is_set  INTEGER NOT NULL,                   -- 0: as long as is standard
                days    INTEGER,                            -- NULL: for ever
                ran_at  INTEGER,                            -- Unix milliseconds, UTC; when all that was old was gone
                deleted INTEGER NOT NULL                    -- rows, ever
            ) STRICT, WITHOUT ROWID
            """)
    ]
}

/// How long one kind of data is kept, and what was deleted of it.
struct RetentionStanding: Equatable, Sendable {
    /// Nil: for ever.
    var days: Int?
    /// Somebody set it; it is not what is standard.
    var isSet = false
    /// Unix milliseconds; nil: never yet.
    var ranAt: Int64?
    /// Rows, ever.
    var deleted = 0

    /// What is older than this may go, Unix milliseconds; nil: nothing may.
    func cutoff(at now: Int64) -> Int64? { days.map { now - Timestamp.hours(24 * Int64($0)) } }
}

extension Snapshot {
    /// By kind, for all of `kinds`.
    borrowing func retention(of kinds: [Retained]) throws(StorageError) -> [String: RetentionStanding] {
        var standings: [String: RetentionStanding] = [:]
        for kind in kinds { standings[kind.kind] = RetentionStanding(days: kind.standard) }
        try each("SELECT kind, is_set, days, ran_at, deleted FROM retention") { row throws(StorageError) in
            guard var standing = standings[row.text(0)] else { return }
            standing.isSet = row.truth(1)
            if standing.isSet { standing.days = row.optionalInteger(2).map { Int($0) } }
            standing.ranAt = row.optionalInteger(3)
            standing.deleted = Int(row.integer(4))
            standings[row.text(0)] = standing
        }
        return standings
    }
}

extension Transaction {
    /// - Parameter days: nil: for ever.
    borrowing func keep(_ kind: String, days: Int?) throws(StorageError) {
        try run(
            """
            INSERT INTO retention (kind, is_set, days, deleted) VALUES (?, 1, ?, 0)
            ON CONFLICT (kind) DO UPDATE SET is_set = 1, days = excluded.days
            """, .text(kind), .optional(days.map { Int64($0) }))
    }

    /// Counts what was deleted, in the write that deletes it.
    ///
    /// - Parameter ranAt: when nothing old is left; nil while there is more.
    borrowing func noteDeleted(_ rows: Int, of kind: String, ranAt: Int64? = nil) throws(StorageError) {
        try run(
            """
            INSERT INTO retention (kind, is_set, ran_at, deleted) VALUES (?, 0, ?, ?)
            ON CONFLICT (kind) DO UPDATE SET deleted = retention.deleted + excluded.deleted,
                ran_at = COALESCE(excluded.ran_at, retention.ran_at)
            """, .text(kind), .optional(ranAt), .integer(Int64(rows)))
    }
}
