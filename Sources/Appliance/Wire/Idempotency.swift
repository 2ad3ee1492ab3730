import Storage
import Web

/// What makes two `POST`s the same one: who sent it, to where, with which `Idempotency-Key`.
///
/// Follows draft-ietf-httpapi-idempotency-key-header: the key is the client's, 1 to 255 printable ASCII characters.
struct IdempotencyKey: Equatable, Sendable {
    static let bytesMax = 255
    static let keptFor = Timestamp.hours(24)

    /// Token, path and key, digested: what is stored has one length, and a key of one client is not another's. Neither
    /// method nor query is in it: routes that take a key have no query, and a path of their own.
    let digest: String
    /// Digest of the body: a key used again for something else is a mistake to be told, not answered.
    let fingerprint: String

    /// Nil when the request carries none.
    init?(_ request: Request, caller: String) throws(Problem) {
        let keys = request.headers[all: "idempotency-key"]
        guard let key = keys.first else { return nil }
        guard keys.count == 1, (1...Self.bytesMax).contains(key.utf8.count),
            key.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else {
            throw Problem(
                .badRequest, "idempotency.key_invalid",
                "Idempotency-Key must be given once, as 1 to \(Self.bytesMax) printable ASCII characters.")
        }
        digest = SHA256.hex(of: Array("\(caller)\n\(request.path)\n\(key)".utf8))
        fingerprint = SHA256.hex(of: request.body)
    }
}

enum IdempotencyTables {
    static let migrations = [
        Migration(
            feature: "idempotency", version: 1,
            """
            CREATE TABLE idempotency (
                digest      TEXT    NOT NULL PRIMARY KEY,   -- SHA-256 of caller, path and key
                fingerprint TEXT    NOT NULL,               -- SHA-256 of the body
                status      INTEGER NOT NULL,
                location    TEXT,
                body        TEXT    NOT NULL,
                created_at  INTEGER NOT NULL                -- Unix milliseconds, UTC
            ) STRICT, WITHOUT ROWID
            """, "CREATE INDEX idempotency_by_age ON idempotency (created_at)")
    ]
}

extension Database {
    /// Runs `body` in a transaction, once per key: a repeat within 24 hours answers what the first one did.
    ///
    /// Only success is remembered, in the same commit as what it reports: a refusal changed nothing and may come
    /// out otherwise next time.
    func write(
        once key: IdempotencyKey?, at now: Int64,
        _ body: @escaping @Sendable (borrowing Transaction) throws(StorageError) -> Result<Reply, Problem>
    ) async throws -> Response {
        guard let key else {
            return try await write(body).get().response
        }
        return try await write { transaction throws(StorageError) in
            if let earlier = try transaction.reply(rememberedFor: key, since: now - IdempotencyKey.keptFor) {
                return earlier
            }
            let result = try body(transaction)
            if case .success(let reply) = result { try transaction.remember(reply, for: key, at: now) }
            return result
        }.get().response
    }
}

extension Transaction {
    fileprivate borrowing func reply(
        rememberedFor key: IdempotencyKey, since: Int64
    ) throws(StorageError) -> Result<Reply, Problem>? {
        try first(
            "SELECT fingerprint, status, location, body FROM idempotency WHERE digest = ? AND created_at > ?",
            .text(key.digest), .integer(since)
        ) { row in
            guard row.text(0) == key.fingerprint else {
                return .failure(
                    Problem(
                        .unprocessable, "idempotency.key_reused",
                        "This Idempotency-Key was used for another body. Use a new key for a new request."))
            }
            return .success(
                Reply(
                    Status(Int(row.integer(1))), location: row.optionalText(2), body: Array(row.text(3).utf8)))
        }
    }

    fileprivate borrowing func remember(_ reply: Reply, for key: IdempotencyKey, at now: Int64) throws(StorageError) {
        try run(
            """
            INSERT INTO idempotency (digest, fingerprint, status, location, body, created_at) VALUES (?, ?, ?, ?, ?, ?)
            ON CONFLICT (digest) DO UPDATE SET fingerprint = excluded.fingerprint, status = excluded.status,
                location = excluded.location, body = excluded.body, created_at = excluded.created_at
            """,
            .text(key.digest), .text(key.fingerprint), .integer(Int64(reply.status.code)), .optional(reply.location),
            .text(String(decoding: reply.body, as: UTF8.self)), .integer(now))
    }
}

extension Retained {
    static let idempotency = Retained(
        "idempotency_keys", "Answers that are given again to a request of the same Idempotency-Key.", standard: 1,
        days: 1...1
    ) { snapshot, before, after, take throws(StorageError) in
        try snapshot.scan(
            "SELECT digest, created_at FROM idempotency WHERE digest > ? AND created_at <= ? ORDER BY digest",
            [.text(after), .integer(before)]
        ) { row throws(StorageError) in take(Old(key: row.text(0), since: row.integer(1))) }
    } purge: { transaction, digest, before, _ throws(StorageError) in
        try transaction.run(
            "DELETE FROM idempotency WHERE digest = ? AND created_at <= ?", .text(digest), .integer(before))
    }
}
