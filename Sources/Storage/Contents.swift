/// How much is in a database and whether it is sound.
struct Contents: Equatable {
    var schema: [String: Int]
    var rows: [String: Int64]

    init(schema: [String: Int], rows: [String: Int64]) {
        self.schema = schema
        self.rows = rows
    }

    init(of connection: Connection) throws(StorageError) {
        let snapshot = Snapshot(connection)
        schema = try Schema.versions(snapshot)
        let tables = try snapshot.all(
            // Of a foreign file a name may be anything.
            "SELECT CAST(name AS TEXT) FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite#_%' ESCAPE '#'"
        ) { $0.text(0) }
        rows = [:]
        for table in tables { rows[table] = try connection.countRows(of: table) }
    }

    /// Walks the whole file.
    ///
    /// - Throws: `.corrupt` when a page, an index or a reference is not as it should be.
    static func check(_ connection: Connection) throws(StorageError) {
        let snapshot = Snapshot(connection)
        let verdict = try snapshot.first("PRAGMA integrity_check(1)") { $0.text(0) }
        guard verdict == "ok" else { throw .corrupt }
        let orphan = try snapshot.first("PRAGMA foreign_key_check") { $0.text(0) }
        guard orphan == nil else { throw .corrupt }
    }
}
