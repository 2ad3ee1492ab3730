/// The read side: what the database held when its transaction began. Valid only inside the closure that receives it.
///
/// SQL is `StaticString`, so that a value can never be spliced in; bind values to `?`. A wrong statement or a wrong
/// number of values is a bug and traps with the SQL's text.
public struct Snapshot: ~Copyable {
    @usableFromInline let connection: Connection

    init(_ connection: Connection) { self.connection = connection }

    /// All rows, in the statement's order, each made by `row`.
    @inlinable
    public borrowing func all<T>(
        _ sql: StaticString, _ values: Value..., as row: (borrowing Row) throws(StorageError) -> T
    ) throws(StorageError) -> [T] {
        try all(sql, values, as: row)
    }

    /// All rows, in the statement's order, each made by `row`.
    @inlinable
    public borrowing func all<T>(
        _ sql: StaticString, _ values: [Value], as row: (borrowing Row) throws(StorageError) -> T
    ) throws(StorageError) -> [T] {
        var rows: [T] = []
        try connection.each(sql, values) { current throws(StorageError) in
            rows.append(try row(current))
            return true
        }
        return rows
    }

    /// The first row, or nil when there is none. Further rows are not read.
    @inlinable
    public borrowing func first<T>(
        _ sql: StaticString, _ values: Value..., as row: (borrowing Row) throws(StorageError) -> T
    ) throws(StorageError) -> T? {
        try first(sql, values, as: row)
    }

    /// The first row, or nil when there is none. Further rows are not read.
    @inlinable
    public borrowing func first<T>(
        _ sql: StaticString, _ values: [Value], as row: (borrowing Row) throws(StorageError) -> T
    ) throws(StorageError) -> T? {
        var found: T?
        try connection.each(sql, values) { current throws(StorageError) in
            found = try row(current)
            return false
        }
        return found
    }

    /// Gives each row to `body` as it is read, keeping none.
    @inlinable
    public borrowing func each(
        _ sql: StaticString, _ values: Value..., body: (borrowing Row) throws(StorageError) -> Void
    ) throws(StorageError) {
        try each(sql, values, body: body)
    }

    /// Gives each row to `body` as it is read, keeping none.
    @inlinable
    public borrowing func each(
        _ sql: StaticString, _ values: [Value], body: (borrowing Row) throws(StorageError) -> Void
    ) throws(StorageError) {
        try connection.each(sql, values) { current throws(StorageError) in
            try body(current)
            return true
        }
    }

    /// Gives each row to `body` as it is read, keeping none, until that answers false.
    public borrowing func scan(
        _ sql: StaticString, _ values: [Value], body: (borrowing Row) throws(StorageError) -> Bool
    ) throws(StorageError) {
        try connection.each(sql, values, body)
    }

    /// Whether the file has these tables, no step more and no step less.
    public borrowing func matches(_ migrations: [Migration]) throws(StorageError) -> Bool {
        try Schema.versions(self) == migrations.versions
    }

    /// How large the database is, and a copy of it: its write-ahead log left out.
    public borrowing func databaseBytes() throws(StorageError) -> Int64 {
        try connection.number("page_count") * connection.number("page_size")
    }
}
