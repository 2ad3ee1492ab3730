import Synchronization

/// The one SQLite file that holds all data, with one writer and several readers.
///
/// A write is durable once `write` has returned: its commit is on disk. Reads see everything that was acknowledged
/// before they began. Nothing here blocks the thread of an `async` caller.
public final class Database: Sendable {
    private let writer: Writer
    private let readers: Readers
    private let tally = Tally()
    private let folder: DataFolder
    let backups: Backups

    /// Opens the data folder, blocking: locks it, makes or upgrades the file, starts the writer.
    ///
    /// - Parameter folder: the one of the configuration, where it is locked already.
    /// - Throws: `.folderInUse`, `.newerSchema`, `.foreignFile`, `.migrationFailed`, `.cannotOpen`, `.full`,
    ///   `.corrupt`, `.readOnly`, `.inputOutput`. Nothing is left running or locked, and the file is as it was.
    public init(_ configuration: Configuration, in folder: DataFolder? = nil, migrations: [Migration])
        throws(StorageError)
    {
        let schema = Schema(migrations)
        let folder = if let folder { folder } else { try DataFolder(configuration.folder) }
        let connection = try Self.open(configuration, in: folder, schema)
        self.folder = folder
        readers = Readers(path: folder.database, configuration)
        writer = Writer(connection, configuration, tally)
        backups = Backups(path: folder.database, configuration)
        try writer.start()
    }

    /// Makes or upgrades the file, and opens it for the writer.
    ///
    /// - Parameter stop: given for a drill, which it ends, with `.closed`: its file is foreign, and thrown away, so
    ///   that an upgrade needs no copy to go back to.
    static func open(
        _ configuration: Configuration, in folder: DataFolder, _ schema: Schema, drillingUntil stop: StopFlag? = nil
    ) throws(StorageError) -> Connection {
        let path = folder.database
        if try DiskFile.create(path) { try DiskFile.sync(folder.path) } else { try DiskFile.restrict(path) }
        let connection = try Connection(path: path, role: .writer, vfs: configuration.vfs, isForeign: stop != nil)
        if let stop { connection.stop(when: stop) }
        let plan = try schema.plan(for: connection)
        try connection.configureWriter(configuration)
        let now = unixMilliseconds()
        try schema.carryOut(
            plan, on: connection, at: now,
            copy: { () throws(StorageError) in
                if stop != nil { return nil }
                return try UpgradeCopies(folder: folder.path).add(connection, at: now)
            }, configuration.onEvent)
        return connection
    }

    deinit { close() }

    /// Runs `body` on a reader's thread with one snapshot. Writes that commit meanwhile are not seen.
    ///
    /// A read that takes long keeps the write-ahead log from being emptied: page through large results.
    /// - Throws: what `body` throws; `.busy` when too many reads wait; `.closed`.
    public func read<Outcome: Sendable>(
        _ body: @escaping @Sendable (borrowing Snapshot) throws(StorageError) -> Outcome
    ) async throws(StorageError) -> Outcome {
        let result: Result<Outcome, StorageError> = await withUnsafeContinuation { continuation in
            if let refusal = readers.put(Read(body, continuation)) {
                countRefusal(refusal)
                continuation.resume(returning: .failure(refusal))
            }
        }
        return try result.get()
    }

    /// Runs `body` in a transaction on the writer's thread and returns once it is on disk (fsync done).
    ///
    /// Concurrent writes may share one commit. If `body` throws, only its own changes are undone; if the shared
    /// commit fails, every write in it throws. When another write of its commit threw, `body` runs a second time, all
    /// it did undone: let it have no effect but on the transaction. Cancelling the caller's task changes nothing.
    /// - Throws: what `body` throws; `.busy` at once when too many writes wait; `.full`, `.inputOutput`; `.closed`.
    public func write<Outcome: Sendable>(
        _ body: @escaping @Sendable (borrowing Transaction) throws(StorageError) -> Outcome
    ) async throws(StorageError) -> Outcome {
        let result: Result<Outcome, StorageError> = await withUnsafeContinuation { continuation in
            if let refusal = put(Write(body, continuation)) { continuation.resume(returning: .failure(refusal)) }
        }
        return try result.get()
    }

    /// Gives a write to the writer.
    ///
    /// - Returns: why it was not taken.
    func put(_ write: QueuedWrite) -> StorageError? {
        let refusal: StorageError
        switch writer.queue.put(write) {
        case .accepted: return nil
        case .full: refusal = .busy
        case .closed: refusal = .closed
        }
        countRefusal(refusal)
        return refusal
    }

    /// Calls `action` on the writer's thread after each commit in which a write notified `signal`: once per commit,
    /// after the writers of that commit were resumed. It must not block. It is kept until the database is closed.
    public func listen(to signal: Signal, _ action: @escaping @Sendable () -> Void) {
        writer.listeners.add(signal, action)
    }

    public var statistics: Statistics {
        var statistics = tally.current
        statistics.queueDepth = writer.queue.count
        readers.add(to: &statistics)
        return statistics
    }

    /// Ends everything, blocking: stops reads (`.closed`), commits the writes in the queue, empties the write-ahead
    /// log into the file and unlocks the folder. Later calls find nothing to do.
    ///
    /// Called from inside a read, a write or a listener it returns at once, and the end comes after that.
    public func close() {
        let (readers, writer, folder, backups) = (readers, writer, folder, backups)
        let work: @Sendable () -> Void = {
            backups.close()
            readers.close()
            writer.close()
            folder.unlock()
        }
        if writer.isCurrentThread || readers.isCurrentThread || backups.isCurrentThread {
            // Without a thread to wait on, what is open stays open until the process ends: as after a crash.
            _ = try? Thread(named: "parley-close", work)
        } else {
            work()
        }
    }

    private func countRefusal(_ refusal: StorageError) {
        if refusal == .busy { tally.add { $0.refused += 1 } }
    }
}
