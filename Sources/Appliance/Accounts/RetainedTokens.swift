import Storage

extension Retained {
    /// The newest token stays whatever became of it: that there never was one is how a first start is known.
    static let tokens = Retained(
        "tokens", "API tokens that were revoked or have expired.", standard: 90
    ) { snapshot, before, after, take throws(StorageError) in
        try snapshot.scan(
            """
            SELECT id, COALESCE(revoked_at, expires_at) FROM token
            WHERE id > ? AND COALESCE(revoked_at, expires_at) < ? AND id < (SELECT MAX(id) FROM token) ORDER BY id
            """, [.text(after), .integer(before)]
        ) { row throws(StorageError) in take(Old(key: row.text(0), since: row.integer(1))) }
    } purge: { transaction, id, before, _ throws(StorageError) in
        try transaction.run(
            "DELETE FROM token WHERE id = ? AND COALESCE(revoked_at, expires_at) < ?", .text(id), .integer(before))
    }
}
