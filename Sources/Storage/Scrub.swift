import CSQLite

extension Database {
    /// Overwrites what deleted and replaced rows left in the file and empties the write-ahead log, so that nothing of
    /// them can be found there: for when secrets were stored that are not to be.
    ///
    /// Other writes wait meanwhile: it writes as much as there is free space in the file.
    /// - Throws: `.busy` when a read kept the log from being emptied: everything else is done, and the next checkpoint
    ///   that nothing is in the way of does the rest.
    public func scrub() async throws(StorageError) {
        let result: Result<Void, StorageError> = await withUnsafeContinuation { continuation in
            if let refusal = put(Scrub(continuation)) { continuation.resume(returning: .failure(refusal)) }
        }
        try result.get()
    }
}

/// Takes its turn among the writes, changes nothing, and cleans up after the commit.
final class Scrub: QueuedWrite, @unchecked Sendable {
    private let continuation: UnsafeContinuation<Result<Void, StorageError>, Never>
    private var fault: StorageError?

    init(_ continuation: UnsafeContinuation<Result<Void, StorageError>, Never>) { self.continuation = continuation }

    override func finish(_ error: StorageError?) { fault = error }

    override func afterwards(on connection: Connection) {
        if let fault { return continuation.resume(returning: .failure(fault)) }
        do throws(StorageError) {
            try connection.scrub()
            continuation.resume(returning: .success(()))
        } catch {
            continuation.resume(returning: .failure(error))
        }
    }
}

extension Connection {
    /// Bytes written at once: what a statement makes has to end somewhere.
    private static let scrubBytesMax: Int64 = 64 << 20

    /// Pages that are in use hold nothing old: `secure_delete` is FAST at least. Free ones may, so they are filled with
    /// zeros, and with zeros once more when they are freed.
    func scrub() throws(StorageError) {
        try set("secure_delete", to: "ON")
        defer { try? set("secure_delete", to: "FAST") }
        try begin("BEGIN IMMEDIATE")
        do throws(StorageError) {
            try script("CREATE TABLE storage_scrub (zeros BLOB NOT NULL)")
            var bytes = try number("freelist_count") * pageBytes
            while bytes > 0 {
                let part = min(bytes, Self.scrubBytesMax)
                _ = try run("INSERT INTO storage_scrub (zeros) VALUES (zeroblob(?))", [.integer(part)])
                bytes -= part
            }
            try script("DROP TABLE storage_scrub")
            try commit()
        } catch {
            rollback()
            throw error
        }
        switch checkpoint(SQLITE_CHECKPOINT_TRUNCATE) {
        case .complete: break
        case .held: throw .busy
        case .failed(let fault): throw fault
        }
    }
}

extension Database {
    /// SQLite's version, such as `3.45.1`.
    public static var libraryVersion: String { String(cString: sqlite3_libversion()) }
}
