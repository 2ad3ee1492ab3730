/// The one open write transaction: all that a `Snapshot` can, and changes. Valid only inside `Database.write`.
///
/// What serves both sides is written once, as an extension of `Snapshot`, and reached through `snapshot`.
public struct Transaction: ~Copyable {
    /// The read side of this transaction; it sees the transaction's own changes.
    public let snapshot: Snapshot
    let signals: PendingSignals

    init(_ connection: Connection, signals: PendingSignals) {
        snapshot = Snapshot(connection)
        self.signals = signals
    }

    /// Runs a statement that changes rows.
    ///
    /// - Returns: how many rows it inserted, changed or deleted.
    /// - Throws: `.constraint`, which undoes this statement alone: catch it and the transaction goes on. Any other
    ///   error is better left to end the write.
    @discardableResult
    public borrowing func run(_ sql: StaticString, _ values: Value...) throws(StorageError) -> Int {
        try snapshot.connection.run(sql, values)
    }

    /// Runs a statement that changes rows, with values of a list; otherwise as above.
    @discardableResult
    public borrowing func run(_ sql: StaticString, _ values: [Value]) throws(StorageError) -> Int {
        try snapshot.connection.run(sql, values)
    }

    /// Calls the listeners of `signal` once the commit is on disk; not at all when this write fails.
    public borrowing func notify(_ signal: Signal) { signals.add(signal) }

    /// Has all that this commit deletes from now on overwritten with zeros, also in pages that become free: for what
    /// nobody may keep. What was deleted before, and copies in the write-ahead log, go when their space is used again.
    public borrowing func overwriteDeleted() throws(StorageError) { try snapshot.connection.setOverwriting(true) }
}

extension Transaction {
    /// All rows, in the statement's order, each made by `row`.
    @inlinable
    public borrowing func all<T>(
        _ sql: StaticString, _ values: Value..., as row: (borrowing Row) throws(StorageError) -> T
    ) throws(StorageError) -> [T] {
        try snapshot.all(sql, values, as: row)
    }

    /// All rows, in the statement's order, each made by `row`.
    @inlinable
    public borrowing func all<T>(
        _ sql: StaticString, _ values: [Value], as row: (borrowing Row) throws(StorageError) -> T
    ) throws(StorageError) -> [T] {
        try snapshot.all(sql, values, as: row)
    }

    /// The first row, or nil when there is none. Further rows are not read.
    @inlinable
    public borrowing func first<T>(
        _ sql: StaticString, _ values: Value..., as row: (borrowing Row) throws(StorageError) -> T
    ) throws(StorageError) -> T? {
        try snapshot.first(sql, values, as: row)
    }

    /// The first row, or nil when there is none. Further rows are not read.
    @inlinable
    public borrowing func first<T>(
        _ sql: StaticString, _ values: [Value], as row: (borrowing Row) throws(StorageError) -> T
    ) throws(StorageError) -> T? {
        try snapshot.first(sql, values, as: row)
    }

    /// Gives each row to `body` as it is read, keeping none.
    @inlinable
    public borrowing func each(
        _ sql: StaticString, _ values: Value..., body: (borrowing Row) throws(StorageError) -> Void
    ) throws(StorageError) {
        try snapshot.each(sql, values, body: body)
    }

    /// Gives each row to `body` as it is read, keeping none.
    @inlinable
    public borrowing func each(
        _ sql: StaticString, _ values: [Value], body: (borrowing Row) throws(StorageError) -> Void
    ) throws(StorageError) {
        try snapshot.each(sql, values, body: body)
    }
}
