import CSQLite

/// One SQLite connection and its prepared statements.
///
/// `@unchecked Sendable` is safe because a connection is handed from the thread that opened it to the one thread
/// that uses and closes it.
@usableFromInline
final class Connection: @unchecked Sendable {
    enum Role { case writer, reader }

    let handle: OpaquePointer
    /// Whether the file is one that anybody may have made, such as a backup: a statement that SQLite cannot compile for
    /// its tables tells of the file then, and throws `.valueRefused`; of the program's own file it is a bug, and traps.
    let isForeign: Bool
    /// Why the open transaction is no more, although nobody ended it; cleared when the next one begins.
    private(set) var lostTransaction: StorageError?
    /// Bytes per page; known once the writer is set up.
    var pageBytes: Int64 = 0
    var isOverwriting = false
    /// Where SQLite writes the length of the write-ahead log after each commit.
    let logPages = UnsafeMutablePointer<Int32>.allocate(capacity: 1)
    /// Kept alive as long as SQLite may look at it.
    var stopFlag: StopFlag?
    private var statements = StatementCache()
    private var ownsTransaction = false
    private var isClosed = false

    /// Opens the file. Pragmas that make it safe and fast are set apart, by `configureWriter` and `configureReader`.
    init(path: String, role: Role, vfs: String? = nil, isForeign: Bool = false) throws(StorageError) {
        Self.prepareLibrary
        self.isForeign = isForeign
        let access = role == .writer ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY
        var opened: OpaquePointer?
        let code = sqlite3_open_v2(path, &opened, access | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, vfs)
        guard code == SQLITE_OK, let opened else {
            let systemError = opened.map(sqlite3_system_errno) ?? 0
            sqlite3_close_v2(opened)
            throw StorageError(resultCode: code, systemError: systemError) ?? .cannotOpen
        }
        handle = opened
        logPages.initialize(to: 0)
        parley_configure_flag(opened, SQLITE_DBCONFIG_DEFENSIVE, 1)
        parley_configure_flag(opened, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0)
        parley_configure_flag(opened, SQLITE_DBCONFIG_DQS_DDL, 0)
        parley_configure_flag(opened, SQLITE_DBCONFIG_DQS_DML, 0)
        // Only the writer checkpoints: two connections that checkpoint or write at the same instant can lose
        // a transaction in this and every SQLite before 3.51.3 (sqlite.org/wal.html, "the WAL-reset bug").
        if role == .reader { parley_configure_flag(opened, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1) }
    }

    deinit {
        close()
        logPages.deallocate()
    }

    /// Finalises the statements and closes; once.
    func close() {
        guard !isClosed else { return }
        isClosed = true
        statements.removeAll()
        let code = sqlite3_close(handle)
        precondition(code == SQLITE_OK, "a statement outlived its connection")
    }

    /// Pages in the write-ahead log after the last commit.
    var walPages: Int { Int(logPages.pointee) }

    var isInTransaction: Bool { sqlite3_get_autocommit(handle) == 0 }

    /// Rows the last statement inserted, changed or deleted.
    var changes: Int { Int(sqlite3_changes64(handle)) }

    /// Whether a deferred foreign key is unresolved, which would make the commit fail.
    var hasDeferredViolation: Bool {
        var current: Int32 = 0
        var highest: Int32 = 0
        sqlite3_db_status(handle, SQLITE_DBSTATUS_DEFERRED_FKS, &current, &highest, 0)
        return current != 0
    }

    /// The fault of the statement that just failed; notes when SQLite ended the transaction over it.
    func fault(_ code: Int32, in sql: StaticString) -> StorageError {
        guard let fault = StorageError(resultCode: code, systemError: sqlite3_system_errno(handle)) else {
            preconditionFailure("\(String(cString: sqlite3_errmsg(handle))) (\(code)): \(sql)")
        }
        if ownsTransaction, !isInTransaction { lostTransaction = fault }
        return fault
    }

    /// Turned off before anything else: the counters cost a process-wide lock in each allocation. When the
    /// library was in use already (a test), it keeps them, which is harmless.
    private static let prepareLibrary: Void = { _ = parley_disable_memory_statistics() }()
}

extension Connection {
    /// Runs one statement and gives each row to `body` until that answers false.
    ///
    /// After SQLite has ended the transaction by itself, every further statement throws what ended it: run outside
    /// of a transaction, it would be stored although its write fails.
    @usableFromInline
    func each(
        _ sql: StaticString, _ values: [Value], _ body: (borrowing Row) throws(StorageError) -> Bool
    ) throws(StorageError) {
        if let lostTransaction { throw lostTransaction }
        let statement = try statements.take(sql, on: handle, isForeign: isForeign)
        defer {
            statement.reset()
            statement.isInUse = false
        }
        try statement.bind(values)
        let row = Row(handle: statement.handle)
        while true {
            switch statement.step() {
            case SQLITE_ROW: guard try body(row) else { return }
            case SQLITE_DONE: return
            case let code: throw fault(code, in: sql)
            }
        }
    }

    /// Runs one statement to its end and returns how many rows it changed.
    func run(_ sql: StaticString, _ values: [Value]) throws(StorageError) -> Int {
        if let lostTransaction { throw lostTransaction }
        let statement = try statements.take(sql, on: handle, isForeign: isForeign)
        defer {
            statement.reset()
            statement.isInUse = false
        }
        try statement.bind(values)
        while true {
            switch statement.step() {
            case SQLITE_ROW: continue
            case SQLITE_DONE: return changes
            case let code: throw fault(code, in: sql)
            }
        }
    }

    /// Runs the statements of a schema step, one after the other.
    func script(_ sql: StaticString) throws(StorageError) {
        let text = UnsafeRawPointer(sql.utf8Start).assumingMemoryBound(to: CChar.self)
        let code = sqlite3_exec(handle, text, nil, nil, nil)
        guard code == SQLITE_OK else { throw fault(code, in: sql) }
    }

    /// Opens a transaction with `BEGIN …`.
    func begin(_ sql: StaticString) throws(StorageError) {
        lostTransaction = nil
        _ = try run(sql, [])
        ownsTransaction = true
    }

    /// Ends the transaction. After an error it is still open, or lost: call `rollback()`.
    func commit() throws(StorageError) {
        _ = try run("COMMIT", [])
        ownsTransaction = false
    }

    /// Undoes the transaction, if SQLite has not done so already.
    func rollback() {
        ownsTransaction = false
        lostTransaction = nil
        guard isInTransaction else { return }
        // An error here means that SQLite could not read the file back, and has rolled back all the same.
        _ = try? run("ROLLBACK", [])
        precondition(!isInTransaction, "a transaction that cannot be ended")
    }
}
