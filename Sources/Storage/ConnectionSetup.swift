import CSQLite

extension Connection {
    /// Sets up the one connection that writes, and reads back what durability rests on: a library built with other
    /// defaults lowers it silently.
    func configureWriter(_ configuration: Database.Configuration) throws(StorageError) {
        sqlite3_busy_timeout(handle, Int32(configuration.lockWaitMilliseconds))
        // A savepoint's undo log would go to a file in /tmp, which a container may not have.
        try set("temp_store", to: "MEMORY")
        try setOverwriting(false)
        try set("cache_size", to: "\(-configuration.cacheBytes / 1_024)")
        try set("mmap_size", to: "0")
        try set("journal_mode", to: "WAL")
        try set("synchronous", to: "FULL")
        try set("wal_autocheckpoint", to: "0")
        try set("foreign_keys", to: "ON")
        watchLog()
        guard try word("journal_mode") == "wal", try number("synchronous") == 2, try number("foreign_keys") == 1
        else { throw .cannotOpen }
        pageBytes = try number("page_size")
    }

    /// Opens one of the connections that only read.
    static func reader(path: String, _ configuration: Database.Configuration) throws(StorageError) -> Connection {
        let connection = try Connection(path: path, role: .reader, vfs: configuration.vfs)
        sqlite3_busy_timeout(connection.handle, Int32(configuration.lockWaitMilliseconds))
        try connection.set("temp_store", to: "MEMORY")
        try connection.set("cache_size", to: "\(-configuration.readerCacheBytes / 1_024)")
        try connection.set("query_only", to: "ON")
        return connection
    }

    /// Whether deleting overwrites with zeros whatever it costs, or only where the page is written anyway.
    func setOverwriting(_ isOverwriting: Bool) throws(StorageError) {
        try set("secure_delete", to: isOverwriting ? "ON" : "FAST")
        self.isOverwriting = isOverwriting
    }

    /// Sets a pragma. Not for values from outside: they become part of the SQL.
    func set(_ pragma: StaticString, to value: String) throws(StorageError) {
        let code = sqlite3_exec(handle, "PRAGMA \(pragma) = \(value)", nil, nil, nil)
        guard code == SQLITE_OK else { throw fault(code, in: pragma) }
    }

    func number(_ pragma: StaticString) throws(StorageError) -> Int64 {
        try firstColumn("PRAGMA \(pragma)") { sqlite3_column_int64($0, 0) }
    }

    func word(_ pragma: StaticString) throws(StorageError) -> String {
        try firstColumn("PRAGMA \(pragma)") { sqlite3_column_text($0, 0).map { String(cString: $0) } ?? "" }
    }

    /// Rows of a table, by its name as the schema has it: a name cannot be bound to a `?`.
    func countRows(of table: String) throws(StorageError) -> Int64 {
        let quoted = table.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"")
        return try firstColumn("SELECT count(*) FROM \"\(quoted)\"") { sqlite3_column_int64($0, 0) }
    }

    private func firstColumn<T>(_ sql: String, _ read: (OpaquePointer) -> T) throws(StorageError) -> T {
        var statement: OpaquePointer?
        var code = sqlite3_prepare_v2(handle, sql, -1, &statement, nil)
        defer { sqlite3_finalize(statement) }
        guard code == SQLITE_OK, let statement else { throw fault(code, in: "set-up") }
        code = sqlite3_step(statement)
        guard code == SQLITE_ROW else { throw fault(code, in: "set-up") }
        return read(statement)
    }

    /// Has SQLite tell the length of the write-ahead log after each commit.
    private func watchLog() {
        sqlite3_wal_hook(handle, { context, _, _, pages in
            context?.assumingMemoryBound(to: Int32.self).pointee = pages
            return SQLITE_OK
        }, logPages)
    }
}
