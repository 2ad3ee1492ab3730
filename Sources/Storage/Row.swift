import CSQLite

/// The current row of a running statement, valid only inside the closure that receives it. Columns count from 0.
///
/// Reading a column as what it is not is a bug in the SQL or in its caller, and traps: the tables are STRICT,
/// so a column holds its declared type or NULL.
public struct Row: ~Copyable {
    let handle: OpaquePointer

    /// A 64-bit integer; NULL traps.
    public func integer(_ column: Int) -> Int64 {
        expect(type(column) == SQLITE_INTEGER, column, "an integer")
        return sqlite3_column_int64(handle, Int32(column))
    }

    /// A number; an integer is widened, NULL traps.
    public func real(_ column: Int) -> Double {
        let type = type(column)
        expect(type == SQLITE_FLOAT || type == SQLITE_INTEGER, column, "a number")
        return sqlite3_column_double(handle, Int32(column))
    }

    /// A text; NULL traps. Bytes that are not UTF-8 become U+FFFD.
    public func text(_ column: Int) -> String {
        expect(type(column) == SQLITE_TEXT, column, "a text")
        let bytes = sqlite3_column_text(handle, Int32(column))
        let count = sqlite3_column_bytes(handle, Int32(column))
        return String(decoding: UnsafeBufferPointer(start: bytes, count: Int(count)), as: UTF8.self)
    }

    /// Gives the bytes of a text to `body`, as they are stored, without a copy; NULL traps.
    public func withUTF8(_ column: Int, _ body: (UnsafeBufferPointer<UInt8>) -> Void) {
        expect(type(column) == SQLITE_TEXT, column, "a text")
        let bytes = sqlite3_column_text(handle, Int32(column))
        body(UnsafeBufferPointer(start: bytes, count: Int(sqlite3_column_bytes(handle, Int32(column)))))
    }

    /// The bytes of a blob; NULL traps.
    public func blob(_ column: Int) -> [UInt8] {
        expect(type(column) == SQLITE_BLOB, column, "a blob")
        let bytes = sqlite3_column_blob(handle, Int32(column))
        return Array(UnsafeRawBufferPointer(start: bytes, count: Int(sqlite3_column_bytes(handle, Int32(column)))))
    }

    /// A truth value, kept as 0 or 1; NULL traps.
    public func truth(_ column: Int) -> Bool { integer(column) != 0 }

    /// Whether the column is NULL.
    public func isNull(_ column: Int) -> Bool { type(column) == SQLITE_NULL }

    public func optionalInteger(_ column: Int) -> Int64? { isNull(column) ? nil : integer(column) }

    public func optionalReal(_ column: Int) -> Double? { isNull(column) ? nil : real(column) }

    public func optionalText(_ column: Int) -> String? { isNull(column) ? nil : text(column) }

    public func optionalBlob(_ column: Int) -> [UInt8]? { isNull(column) ? nil : blob(column) }

    private func type(_ column: Int) -> Int32 { sqlite3_column_type(handle, Int32(column)) }

    private func expect(_ holds: Bool, _ column: Int, _ kind: StaticString) {
        guard !holds else { return }
        let count = Int(sqlite3_column_count(handle))
        let problem = (0..<count).contains(column) ? "is not \(kind)" : "does not exist, there are \(count)"
        preconditionFailure("column \(column) \(problem): \(String(cString: sqlite3_sql(handle)))")
    }
}
