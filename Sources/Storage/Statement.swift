import CSQLite

/// One prepared statement of one connection.
final class Statement {
    let handle: OpaquePointer
    let sql: StaticString
    var isInUse = false
    var lastUse: UInt64 = 0
    private let parameters: Int

    /// - Parameter isForeign: whether the file may be anything, so that what is right can be refused: `.valueRefused`.
    /// - Precondition: `sql` is one statement that SQLite can compile; anything else is a bug and traps.
    init(_ sql: StaticString, on connection: OpaquePointer, isForeign: Bool = false) throws(StorageError) {
        var handle: OpaquePointer?
        let text = UnsafeRawPointer(sql.utf8Start).assumingMemoryBound(to: CChar.self)
        let code = sqlite3_prepare_v3(
            connection, text, Int32(sql.utf8CodeUnitCount), UInt32(SQLITE_PREPARE_PERSISTENT), &handle, nil)
        guard code == SQLITE_OK else {
            let systemError = sqlite3_system_errno(connection)
            guard isForeign || code & 0xFF != SQLITE_ERROR,
                let fault = StorageError(resultCode: code, systemError: systemError)
            else { preconditionFailure("\(String(cString: sqlite3_errmsg(connection))): \(sql)") }
            throw fault
        }
        guard let handle else { preconditionFailure("no statement in: \(sql)") }
        self.handle = handle
        self.sql = sql
        parameters = Int(sqlite3_bind_parameter_count(handle))
    }

    deinit { sqlite3_finalize(handle) }

    /// Binds all parameters in order.
    ///
    /// - Precondition: as many values as the statement has parameters.
    func bind(_ values: [Value]) throws(StorageError) {
        precondition(values.count == parameters, "\(values.count) values for \(parameters) parameters: \(sql)")
        var index: Int32 = 0
        for value in values {
            index += 1
            let code = bind(value, at: index)
            guard code == SQLITE_OK else {
                guard let fault = StorageError(resultCode: code, systemError: 0) else {
                    preconditionFailure("binding \(index) failed with \(code): \(sql)")
                }
                throw fault
            }
        }
    }

    /// Moves to the next row: `SQLITE_ROW`, `SQLITE_DONE` or an error code.
    func step() -> Int32 { sqlite3_step(handle) }

    /// Ends the run and forgets the values.
    func reset() {
        sqlite3_reset(handle)
        if parameters > 0 { sqlite3_clear_bindings(handle) }
    }

    private func bind(_ value: Value, at index: Int32) -> Int32 {
        switch value {
        case .null: return sqlite3_bind_null(handle, index)
        case .integer(let integer): return sqlite3_bind_int64(handle, index, integer)
        case .real(let real): return sqlite3_bind_double(handle, index, real)
        case .text(var text):
            return text.withUTF8 { bytes in
                bytes.withMemoryRebound(to: CChar.self) { bytes in
                    parley_bind_text(handle, index, bytes.baseAddress ?? Self.empty, UInt64(bytes.count))
                }
            }
        case .blob(let blob):
            return blob.withUnsafeBytes { bytes in
                parley_bind_blob(handle, index, bytes.baseAddress ?? UnsafeRawPointer(Self.empty), UInt64(bytes.count))
            }
        }
    }

    /// An address to stand for no bytes: a null pointer would bind NULL instead of an empty text.
    private static var empty: UnsafePointer<CChar> {
        let nothing: StaticString = ""
        return UnsafeRawPointer(nothing.utf8Start).assumingMemoryBound(to: CChar.self)
    }
}
