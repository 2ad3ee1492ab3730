/// For programs that look at the data from beside the one that owns it: nothing here locks or writes the database.
extension Database {
    /// Copies the database of a folder into one file, as `backup(to:)` does, whether or not a program is using it.
    ///
    /// - Throws: as `backup(to:)`; `.backupFailed(.missing)` when there is no database.
    public static func backup(
        folder: String, to path: String, progress: BackupProgress? = nil
    ) async throws(StorageError) -> BackupReport {
        let source = DataFolder.database(in: folder)
        guard try DiskFile.exists(source) else { throw .backupFailed(.missing) }
        let backups = Backups(path: source, Configuration(folder: folder))
        return try await backups.make(at: path, progress).get()
    }

    /// Walks the whole database of a folder: every page, index and reference. Blocking.
    ///
    /// - Returns: rows per table; nil when there is no database yet.
    /// - Throws: `.corrupt`, `.foreignFile`, `.newerSchema`, `.cannotOpen`, `.inputOutput`.
    public static func check(folder: String, migrations: [Migration]) throws(StorageError) -> [String: Int64]? {
        let path = DataFolder.database(in: folder)
        guard try DiskFile.exists(path) else { return nil }
        let connection = try Connection.reader(path: path, Configuration(folder: folder))
        defer { connection.close() }
        _ = try Schema(migrations).plan(for: connection)
        try Contents.check(connection)
        return try Contents(of: connection).rows
    }
}
