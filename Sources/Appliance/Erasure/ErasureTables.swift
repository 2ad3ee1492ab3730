import Storage

enum ErasureTables {
    static let migrations = [
        Migration(
            feature: "erasures", version: 1,
            """
            CREATE TABLE erasure (
                id         TEXT    NOT NULL PRIMARY KEY,    -- UUIDv7
                subject    TEXT    NOT NULL,                -- customer, account, player
                digest     TEXT    NOT NULL,                -- of who it was, under a key of this database
                actor_kind TEXT    NOT NULL,                -- token, account
                actor      TEXT    NOT NULL,                -- its id
                began_at   INTEGER NOT NULL,                -- Unix milliseconds, UTC
                ended_at   INTEGER,                         -- NULL: it was interrupted, or goes on
                counts     TEXT    NOT NULL                 -- JSON: how many of what
            ) STRICT
            """,
            "CREATE INDEX erasure_by_digest ON erasure (digest, id)")
    ]
}

extension Snapshot {
    /// The newest first, one more than the page holds if there are more.
    ///
    /// - Parameter digest: only of this person.
    borrowing func erasures(ofDigest digest: String?, _ page: Page) throws(StorageError) -> [Erasure] {
        let values: [Value] = [.text(page.after ?? "~"), .integer(page.limit + 1)]
        guard let digest else {
            return try all(
                """
                SELECT id, subject, digest, actor_kind, actor, began_at, ended_at, counts FROM erasure
                WHERE id < ? ORDER BY id DESC LIMIT ?
                """, values, as: Erasure.init)
        }
        return try all(
            """
            SELECT id, subject, digest, actor_kind, actor, began_at, ended_at, counts FROM erasure
            WHERE digest = ? AND id < ? ORDER BY id DESC LIMIT ?
            """, [.text(digest)] + values, as: Erasure.init)
    }

    borrowing func erasure(_ id: String) throws(StorageError) -> Erasure? {
        try first(
            """
            SELECT id, subject, digest, actor_kind, actor, began_at, ended_at, counts FROM erasure WHERE id = ?
            """, .text(id), as: Erasure.init)
    }

    /// The newest receipt of somebody that has not ended.
    borrowing func openErasure(ofDigest digest: String) throws(StorageError) -> Erasure? {
        try first(
            """
            SELECT id, subject, digest, actor_kind, actor, began_at, ended_at, counts FROM erasure
            WHERE digest = ? AND ended_at IS NULL ORDER BY id DESC LIMIT 1
            """, .text(digest), as: Erasure.init)
    }

    borrowing func erasureCount() throws(StorageError) -> Int {
        try first("SELECT COUNT(*) FROM erasure", as: { Int($0.integer(0)) }) ?? 0
    }
}

extension Transaction {
    /// Stores a receipt, or how far it has come since.
    borrowing func save(_ erasure: Erasure) throws(StorageError) {
        try run(
            """
            INSERT INTO erasure (id, subject, digest, actor_kind, actor, began_at, ended_at, counts)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (id) DO UPDATE SET counts = excluded.counts
            """, .text(erasure.id), .text(erasure.subject), .text(erasure.digest), .text(erasure.actorKind),
            .text(erasure.actor), .integer(erasure.beganAt.milliseconds), .optional(erasure.endedAt?.milliseconds),
            .text(JSON.text(erasure.counts)))
    }

    /// Ends the receipts of somebody of whom nothing is left, those of calls that were cut short among them.
    borrowing func endErasures(ofDigest digest: String, at now: Int64) throws(StorageError) {
        try run("UPDATE erasure SET ended_at = ? WHERE digest = ? AND ended_at IS NULL", .integer(now), .text(digest))
    }
}

extension Erasure {
    fileprivate init(_ row: borrowing Row) {
        var counts: [String: Int] = [:]
        if case .object(let object)? = JSONValue(Array(row.text(7).utf8)) {
            counts = object.compactMapValues { if case .number(let number) = $0 { Int(number) } else { nil } }
        }
        self.init(
            id: row.text(0), subject: row.text(1), digest: row.text(2), actorKind: row.text(3), actor: row.text(4),
            beganAt: Timestamp(row.integer(5)), endedAt: row.optionalInteger(6).map(Timestamp.init), counts: counts)
    }
}
