import Storage
import Web

/// Who did what to which thing, from where: appended in the transaction of what was done, never changed.
enum AuditTables {
    static let migrations = [
        Migration(
            feature: "audit", version: 1,
            """
            CREATE TABLE audit (
                id         TEXT    NOT NULL PRIMARY KEY,    -- UUIDv7: the order of what happened
                at         INTEGER NOT NULL,                -- Unix milliseconds, UTC
                actor_kind TEXT    NOT NULL,                -- token, account, anonymous, program
                actor      TEXT,                            -- id of the token or account
                actor_name TEXT,
                action     TEXT    NOT NULL,                -- channel.created
                thing      TEXT,                            -- its name or id
                address    TEXT,                            -- of the caller
                request    TEXT,                            -- its x-request-id
                details    TEXT    NOT NULL                 -- JSON object of texts; never a secret
            ) STRICT
            """,
            "CREATE INDEX audit_by_time ON audit (at, id)",
            "CREATE INDEX audit_by_thing ON audit (thing, id)",
            "CREATE INDEX audit_by_actor ON audit (actor, id)")
    ]
}

extension Transaction {
    /// Appends to the audit log, in the transaction of what is done.
    borrowing func audit(_ entry: AuditEntry, at now: Int64) throws(StorageError) {
        try run(
            """
            INSERT INTO audit (id, at, actor_kind, actor, actor_name, action, thing, address, request, details)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            .text(UUIDv7.next(at: now)), .integer(now), .text(entry.actorKind.rawValue), .optional(entry.actor),
            .optional(entry.actorName), .text(entry.action), .optional(entry.thing), .optional(entry.address),
            .optional(entry.request), .text(JSON.text(entry.details)))
    }
}

extension Snapshot {
    /// What `filter` lets through, the newest first, one more than the page holds if there are more.
    borrowing func auditRecords(_ filter: AuditFilter, _ page: Page) throws(StorageError) -> [AuditRecord] {
        var records: [AuditRecord] = []
        try scanAudit(filter, before: page.after.flatMap(AuditRecord.Place.init)) { record in
            records.append(record)
            return records.count <= page.limit
        }
        return records
    }

    /// Gives what `filter` lets through, the newest first, until `take` answers false.
    borrowing func scanAudit(
        _ filter: AuditFilter, before: AuditRecord.Place? = nil, take: (AuditRecord) -> Bool
    ) throws(StorageError) {
        let place = before ?? AuditRecord.Place(at: .max, id: "")
        var values: [Value] = [
            .integer(place.at), .text(place.id), .integer(filter.since?.milliseconds ?? .min),
            .integer(filter.until?.milliseconds ?? .max),
        ]
        for word in [filter.actor, filter.actor, filter.actor, filter.address, filter.address] {
            values.append(.text(word ?? ""))
        }
        values += [.text(filter.actions.lowerBound), .text(filter.actions.upperBound)]
        guard let thing = filter.thing else {
            return try scan(
                """
                SELECT id, at, actor_kind, actor, actor_name, action, thing, address, request, details FROM audit
                WHERE (at, id) < (?, ?) AND at >= ? AND at < ?
                    AND (? = '' OR actor = ? OR actor_name = ?) AND (? = '' OR address = ?)
                    AND action >= ? AND action <= ?
                ORDER BY at DESC, id DESC
                """, values
            ) { row throws(StorageError) in take(AuditRecord(row)) }
        }
        try scan(
            """
            SELECT id, at, actor_kind, actor, actor_name, action, thing, address, request, details FROM audit
            WHERE thing = ? AND (at, id) < (?, ?) AND at >= ? AND at < ?
                AND (? = '' OR actor = ? OR actor_name = ?) AND (? = '' OR address = ?)
                AND action >= ? AND action <= ?
            ORDER BY at DESC, id DESC
            """, [.text(thing)] + values
        ) { row throws(StorageError) in take(AuditRecord(row)) }
    }
}

extension AuditRecord {
    fileprivate init(_ row: borrowing Row) {
        var details: [String: String] = [:]
        if case .object(let object)? = JSONValue(Array(row.text(9).utf8)) {
            details = object.compactMapValues { if case .text(let text) = $0 { text } else { nil } }
        }
        self.init(
            id: row.text(0), at: Timestamp(row.integer(1)),
            entry: AuditEntry(
                actorKind: AuditEntry.ActorKind(rawValue: row.text(2)) ?? .program, actor: row.optionalText(3),
                actorName: row.optionalText(4), action: row.text(5), thing: row.optionalText(6),
                address: row.optionalText(7), request: row.optionalText(8), details: details))
    }
}
