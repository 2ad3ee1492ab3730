import Storage

enum TokenTables {
    static let migrations = [
        Migration(feature: "accounts", version: 1, """
            CREATE TABLE token (
                id         TEXT    NOT NULL PRIMARY KEY,    -- UUIDv7
                name       TEXT    NOT NULL,
                digest     TEXT    NOT NULL UNIQUE,         -- SHA-256 of the secret, hex
                scopes     TEXT    NOT NULL,                -- words with spaces between, as in RFC 6749 section 3.3
                created_at INTEGER NOT NULL,                -- Unix milliseconds, UTC, as all times
                expires_at INTEGER,
                revoked_at INTEGER
            ) STRICT
            """)
    ]
}

extension Snapshot {
    borrowing func tokens() throws(StorageError) -> [Token] {
        try all(
            "SELECT id, name, digest, scopes, created_at, expires_at, revoked_at, last_used_at FROM token ORDER BY id"
        ) { row in
            Token(
                id: row.text(0), name: row.text(1), digest: row.text(2),
                scopes: Set(row.text(3).split(separator: " ").compactMap { Scope(rawValue: String($0)) }),
                createdAt: Timestamp(row.integer(4)), expiresAt: row.optionalInteger(5).map(Timestamp.init),
                revokedAt: row.optionalInteger(6).map(Timestamp.init),
                lastUsedAt: row.optionalInteger(7).map(Timestamp.init))
        }
    }
}

extension Transaction {
    borrowing func insert(_ token: Token) throws(StorageError) {
        try run(
            "INSERT INTO token (id, name, digest, scopes, created_at, expires_at) VALUES (?, ?, ?, ?, ?, ?)",
            .text(token.id), .text(token.name), .text(token.digest),
            .text(token.scopes.map(\.rawValue).sorted().joined(separator: " ")),
            .integer(token.createdAt.milliseconds), .optional(token.expiresAt?.milliseconds))
    }

    /// Revokes a token for good and tells whether there was one to revoke.
    borrowing func revokeToken(_ id: String, at now: Int64) throws(StorageError) -> Bool {
        try run(
            "UPDATE token SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL", .integer(now), .text(id)) > 0
    }
}
