/// Puts a backup, proved, where a database is to be.
///
/// What replaces is complete, on disk and checked before it gets its name, by one `rename`: whenever the program is
/// killed, the old file or the new one is there, whole.
struct Restore {
    /// Name of what a restore replaced, beside the database; a time follows.
    static let replacedPrefix = UpgradeCopies.prefix + "restore-"

    let backup: String
    /// Nil takes a file that has no manifest as it is, and the write-ahead log beside it.
    let manifest: BackupReport?
    let schema: Schema
    var stop: StopFlag?
    var isGentle = false
    var progress: BackupProgress?

    /// Where a copy stands until it is proved.
    static func unfinished(in folder: String) -> String { "\(folder)/parley.sqlite.restoring" }

    /// Copies the backup to a name that is free, and proves the copy: digest, whose it is, version, every page and
    /// reference, rows per table. Throws without leaving anything there.
    ///
    /// - Throws: `.backupFailed`, `.newerSchema`, `.full`, `.inputOutput`, `.closed`.
    func fetch(to path: String) throws(StorageError) -> Contents {
        do throws(StorageError) {
            try copyFile(to: path)
            return try prove(path)
        } catch {
            Self.discard(path)
            throw error
        }
    }

    static func discard(_ path: String) {
        for suffix in ["", "-wal", "-shm", "-journal"] { DiskFile.remove(path + suffix) }
    }

    private func copyFile(to path: String) throws(StorageError) {
        progress?.begin(.copying)
        let total = try DiskFile.bytes(of: backup)
        guard try DiskFile.create(path) else { throw .cannotOpen }
        var pacer = isGentle ? try Pacer(path) : nil
        var hash = SHA256()
        var bytes: Int64 = 0
        try DiskFile.copy(backup, to: path) { piece throws(StorageError) in
            if stop?.isSet == true { throw .closed }
            hash.update(piece)
            bytes += Int64(piece.count)
            progress?.reached(bytes, of: total)
            try pacer?.wrote(Int64(piece.count))
        }
        let sha256 = SHA256.hex(hash.finish())
        if let manifest {
            guard (bytes, sha256) == (manifest.bytes, manifest.sha256) else { throw .backupFailed(.digestDiffers) }
        } else if DiskFile.exists("\(backup)-wal") {
            try DiskFile.copy("\(backup)-wal", to: "\(path)-wal") { _ in }
        }
    }

    private func prove(_ path: String) throws(StorageError) -> Contents {
        progress?.begin(.checking)
        do throws(StorageError) {
            // As a writer: it takes in a write-ahead log that came along, and leaves one file.
            let connection = try Connection(path: path, role: .writer)
            defer { connection.close() }
            if let stop { connection.stop(when: stop) }
            _ = try schema.plan(for: connection)
            try Contents.check(connection)
            let contents = try Contents(of: connection)
            if let manifest, contents != Contents(schema: manifest.schema, rows: manifest.rows) {
                throw StorageError.backupFailed(.rowsDiffer)
            }
            try connection.set("journal_mode", to: "DELETE")
            guard try connection.word("journal_mode") == "delete" else { throw .busy }
            return contents
        } catch .corrupt {
            throw .backupFailed(.damaged)
        } catch .foreignFile {
            throw .backupFailed(.foreign)
        }
    }
}

/// A restore that has been carried out.
public struct RestoreReport: Sendable, Equatable {
    /// When the backup was taken, Unix milliseconds, UTC; nil without its manifest.
    public var takenAt: Int64?
    public var bytes: Int64
    public var rows: Int64
    /// What the old database is called now, in the data folder; nil where there was none.
    public var replaced: String?
}

extension Database {
    /// Replaces a folder's database by a backup, blocking. The folder must not be in use.
    ///
    /// The old database stays beside it under another name, with what its write-ahead log held.
    /// - Parameters:
    ///   - needsManifest: false takes a file without one. One that is there is compared all the same.
    ///   - finishing: changes the restored copy, in one transaction, before it gets its name; it has the tables of the
    ///     versions that it is given.
    /// - Throws: `.folderInUse`, `.newerSchema`, `.backupFailed` (`.missing`, `.foreign`, `.manifestMissing`,
    ///   `.manifestUnreadable`, `.digestDiffers`, `.damaged`, `.rowsDiffer`, `.noRoom`), `.full`, `.inputOutput`. The
    ///   folder holds what it held.
    public static func restore(
        _ backup: String, to folder: String, migrations: [Migration], needsManifest: Bool = true,
        progress: BackupProgress? = nil,
        finishing: (borrowing Transaction, [String: Int]) throws(StorageError) -> Void = { _, _ in }
    ) throws(StorageError) -> RestoreReport {
        guard DiskFile.exists(backup) else { throw .backupFailed(.missing) }
        guard try BackupFile.isOurs(backup) else { throw .backupFailed(.foreign) }
        let hasManifest = needsManifest || DiskFile.exists(BackupFile.manifest(of: backup))
        let manifest = hasManifest ? try BackupFile.report(of: backup) : nil
        let data = try DataFolder(folder)
        defer { data.unlock() }
        let bytes = try DiskFile.bytes(of: backup)
        guard try BackupRoom(in: folder, for: bytes).free > bytes else { throw .backupFailed(.noRoom) }
        let unfinished = Restore.unfinished(in: folder)
        Restore.discard(unfinished)
        let restore = Restore(backup: backup, manifest: manifest, schema: Schema(migrations), progress: progress)
        let contents = try restore.fetch(to: unfinished)
        do throws(StorageError) {
            try finish(unfinished, contents, finishing)
            let replaced = try data.keepDatabase(at: unixMilliseconds())
            try DiskFile.rename(unfinished, to: data.database)
            try DiskFile.sync(folder)
            progress?.begin(nil)
            return RestoreReport(
                takenAt: manifest?.takenAt, bytes: bytes, rows: contents.rows.values.reduce(0, +), replaced: replaced)
        } catch {
            Restore.discard(unfinished)
            throw error
        }
    }

    private static func finish(
        _ path: String, _ contents: Contents,
        _ finishing: (borrowing Transaction, [String: Int]) throws(StorageError) -> Void
    ) throws(StorageError) {
        let connection = try Connection(path: path, role: .writer)
        do throws(StorageError) {
            try connection.begin("BEGIN IMMEDIATE")
            try finishing(Transaction(connection, signals: PendingSignals()), contents.schema)
            try connection.commit()
        } catch {
            connection.rollback()
            connection.close()
            throw error
        }
        connection.close()
        try DiskFile.sync(path)
    }

    /// Restores a backup into a folder aside, opens it there as a start would, and removes it again.
    ///
    /// - Parameter folder: need not be there; what is in it is lost.
    /// - Throws: as `restore`, and as an opening does; `.backupFailed(.alreadyRunning)`, `.closed`.
    public func drill(
        _ backup: String, in folder: String, migrations: [Migration], progress: BackupProgress? = nil
    ) async throws(StorageError) {
        try await backups.run { stop throws(StorageError) in
            DiskFile.removeFolder(folder)
            defer { DiskFile.removeFolder(folder) }
            try DiskFile.makeFolder(folder)
            let restore = Restore(
                backup: backup, manifest: try BackupFile.report(of: backup), schema: Schema(migrations), stop: stop,
                isGentle: true, progress: progress)
            let contents = try restore.fetch(to: DataFolder.database(in: folder))
            progress?.begin(.opening)
            try Database(Configuration(folder: folder), migrations: migrations).close()
            let opened = try Connection.reader(
                path: DataFolder.database(in: folder), Configuration(folder: folder))
            defer { opened.close() }
            // What a start upgraded is not what was checked before it.
            if try Contents(of: opened).schema != contents.schema { try Contents.check(opened) }
            progress?.begin(nil)
        }.get()
    }
}

extension DataFolder {
    /// Gives the database a second name, under which it stays, with all that is in it.
    ///
    /// - Returns: that name; nil where there is no database.
    func keepDatabase(at now: Int64) throws(StorageError) -> String? {
        guard DiskFile.exists(database) else { return nil }
        let name = Restore.replacedPrefix + UpgradeCopies.stamp(now)
        try takeInLog()
        try DiskFile.link(database, to: "\(path)/\(name)")
        // A log that could not be taken in belongs to the old file, and would be applied to the new one.
        if DiskFile.exists("\(database)-wal") {
            try DiskFile.rename("\(database)-wal", to: "\(path)/\(name)-wal")
        }
        DiskFile.remove("\(database)-shm")
        DiskFile.remove("\(database)-journal")
        try DiskFile.sync(path)
        return name
    }

    /// Takes the write-ahead log into the database, unless that is damaged: then both stay as they are.
    private func takeInLog() throws(StorageError) {
        // SQLite throws away a log that it can make nothing of, when it opens what is beside it.
        guard try BackupFile.isOurs(database) else { return }
        do throws(StorageError) {
            let connection = try Connection(path: database, role: .writer)
            defer { connection.close() }                        // which removes the log when it was taken in
            // A connection that has read nothing does not know of the log yet, and would not look.
            _ = try connection.number("schema_version")
            if case .failed(let fault) = connection.checkpoint(waitingMilliseconds: nil, otherwise: 0) { throw fault }
            // Needs the file for itself alone: a program that has it open, such as a shell, would go on with a log that
            // is no longer there, or remove that of the new file.
            try connection.set("journal_mode", to: "DELETE")
        } catch .corrupt {
        }
    }
}
