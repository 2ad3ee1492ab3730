import Storage

enum CustomerTables {
    static let migrations = [
        Migration(
            feature: "customers", version: 1,
            // What the team wrote and what the directory said are columns of their own: neither overwrites the other.
            """
            CREATE TABLE customer (
                id         TEXT    NOT NULL PRIMARY KEY,
                attributes TEXT,                            -- JSON, the team's; NULL: they wrote nothing
                fetched    TEXT,                            -- JSON, the directory's; NULL: it said nothing
                fetched_at INTEGER,                         -- Unix milliseconds, UTC, as all times
                created_at INTEGER NOT NULL,
                changed_at INTEGER NOT NULL                 -- of attributes or fetched
            ) STRICT, WITHOUT ROWID
            """)
    ]
}

extension Snapshot {
    borrowing func customer(_ id: String) throws(StorageError) -> Customer? {
        try first(
            "SELECT id, attributes, fetched, fetched_at, created_at, changed_at FROM customer WHERE id = ?", .text(id)
        ) { row in Customer(row) }
    }

    /// Customers by id, one more than the page holds if there are more.
    borrowing func customers(_ page: Page) throws(StorageError) -> [Customer] {
        try all(
            """
            SELECT id, attributes, fetched, fetched_at, created_at, changed_at FROM customer
            WHERE id > ? ORDER BY id LIMIT ?
            """, .text(page.after ?? ""), .integer(page.limit + 1)
        ) { row in Customer(row) }
    }
}

extension Transaction {
    /// Makes a customer or replaces what the team wrote; what the directory said stays.
    borrowing func saveCustomer(_ id: String, _ attributes: [String: Scalar], at now: Int64) throws(StorageError) {
        try run(
            """
            INSERT INTO customer (id, attributes, created_at, changed_at) VALUES (?, ?, ?, ?)
            ON CONFLICT (id) DO UPDATE SET attributes = excluded.attributes, changed_at = excluded.changed_at
            """, .text(id), .text(JSON.text(attributes)), .integer(now), .integer(now))
    }

    /// Keeps what the directory said, for a time when it does not answer; nil: it knows nobody of that id any more.
    borrowing func saveFetched(
        _ attributes: [String: Scalar]?, of id: String, at now: Int64
    ) throws(StorageError) {
        guard let attributes else {
            try run(
                """
                UPDATE customer SET fetched = NULL, fetched_at = NULL, changed_at = ?
                WHERE id = ? AND fetched IS NOT NULL
                """, .integer(now), .text(id))
            try run("DELETE FROM customer WHERE id = ? AND attributes IS NULL AND fetched IS NULL", .text(id))
            return
        }
        try run(
            """
            INSERT INTO customer (id, fetched, fetched_at, created_at, changed_at) VALUES (?, ?, ?, ?, ?)
            ON CONFLICT (id) DO UPDATE SET fetched = excluded.fetched, fetched_at = excluded.fetched_at,
                changed_at = CASE WHEN customer.fetched = excluded.fetched
                    THEN customer.changed_at ELSE excluded.changed_at END
            """, .text(id), .text(JSON.text(attributes)), .integer(now), .integer(now), .integer(now))
    }

    /// - Returns: how many rows there were, 0 or 1.
    borrowing func deleteCustomer(_ id: String) throws(StorageError) -> Int {
        try run("DELETE FROM customer WHERE id = ?", .text(id))
    }
}

extension Customer {
    fileprivate init(_ row: borrowing Row) {
        let fetched = Self.attributes(row.optionalText(2)), at = row.optionalInteger(3)
        self.init(
            id: row.text(0), attributes: Self.attributes(row.optionalText(1)),
            fetched: fetched.map { Fetched(attributes: $0, at: Timestamp(at ?? 0)) },
            createdAt: Timestamp(row.integer(4)), changedAt: Timestamp(row.integer(5)))
    }

    private static func attributes(_ text: String?) -> [String: Scalar]? {
        guard let text else { return nil }
        guard case .object(let object)? = JSONValue(Array(text.utf8)) else { return [:] }
        return object.compactMapValues(\.scalar)
    }
}

extension JSONValue {
    /// This value when it is a plain one.
    var scalar: Scalar? {
        switch self {
        case .text(let text): .text(text)
        case .number(let number): .number(number)
        case .truth(let truth): .truth(truth)
        case .null, .list, .object: nil
        }
    }
}

extension Eraser {
    static let customers = Eraser(name: "customer") { snapshot, subject throws(StorageError) in
        guard case .customer(let id) = subject else { return [] }
        return try snapshot.customer(id).map { [$0.id] } ?? []
    } erase: { transaction, id throws(StorageError) in
        try transaction.deleteCustomer(id)
    }
}
