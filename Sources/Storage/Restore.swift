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
    /// - Throws: `.backupFailed`, `.newerSchema`, `.full`, `.inputOutput`, `.closed`; `.cannotOpen` when the
    ///   name is not free.
    func fetch(to path: String) throws(StorageError) -> Contents {
        guard try DiskFile.create(path) else { throw .cannotOpen }
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
        } else if try DiskFile.exists("\(backup)-wal") {
            try DiskFile.copy("\(backup)-wal", to: "\(path)-wal") { _ in }
        }
    }

    private func prove(_ path: String) throws(StorageError) -> Contents {
        progress?.begin(.checking)
        do throws(StorageError) {
            // As a writer: it takes in a write-ahead log that came along, and leaves one file.
            let connection = try Connection(path: path, role: .writer, isForeign: true)
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
        } catch .valueRefused {
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
    ///   `.manifestUnreadable`, `.digestDiffers`, `.damaged`, `.rowsDiffer`, `.noRoom`), `.busy`, `.full`,
    ///   `.inputOutput`, `.cannotOpen`. The folder holds what it held.
    public static func restore(
        _ backup: String, to folder: String, migrations: [Migration], needsManifest: Bool = true,
        progress: BackupProgress? = nil,
        finishing: (borrowing Transaction, [String: Int]) throws(StorageError) -> Void = { _, _ in }
    ) throws(StorageError) -> RestoreReport {
        guard try DiskFile.exists(backup) else { throw .backupFailed(.missing) }
        guard try BackupFile.isOurs(backup) else { throw .backupFailed(.foreign) }
        var hasManifest = needsManifest
        if !hasManifest { hasManifest = try DiskFile.exists(BackupFile.manifest(of: backup)) }
        let manifest = hasManifest ? try BackupFile.report(of: backup) : nil
        let data = try DataFolder(folder)
        defer { data.unlock() }
        let bytes = try DiskFile.bytes(of: backup)
        guard try DiskRoom(of: folder).freeBytes > bytes else { throw .backupFailed(.noRoom) }
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
            data.dropSecondNames()
            throw error
        }
    }

    private static func finish(
        _ path: String, _ contents: Contents,
        _ finishing: (borrowing Transaction, [String: Int]) throws(StorageError) -> Void
    ) throws(StorageError) {
        let connection = try Connection(path: path, role: .writer, isForeign: true)
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
    /// - Parameter folder: a name that is free, in a folder that is there. One that stands there was left by a drill
    ///   that ended with the program, as this one may: it is removed, and that is all.
    /// - Throws: as `restore`, and as an opening does; `.backupFailed` (`.alreadyRunning`, `.interrupted`), `.closed`.
    public func drill(
        _ backup: String, in folder: String, migrations: [Migration], progress: BackupProgress? = nil
    ) async throws(StorageError) {
        try await backups.run { stop throws(StorageError) in
            defer { DiskFile.removeFolder(folder) }
            guard try DiskFile.createFolder(folder) else { throw .backupFailed(.interrupted) }
            let schema = Schema(migrations)
            let restore = Restore(
                backup: backup, manifest: try BackupFile.report(of: backup), schema: schema, stop: stop,
                isGentle: true, progress: progress)
            let contents = try restore.fetch(to: DataFolder.database(in: folder))
            progress?.begin(.opening)
            let data = try DataFolder(folder)
            defer { data.unlock() }
            let opened = try Self.open(Configuration(folder: folder), in: data, schema, drillingUntil: stop)
            defer { opened.close() }
            // What a start upgraded is not what was checked before it.
            if try Contents(of: opened).schema != contents.schema { try Contents.check(opened) }
            progress?.begin(nil)
        }.get()
    }
}
