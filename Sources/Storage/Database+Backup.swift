extension Database {
    /// Copies the database into one file while reads and writes go on, and proves the copy.
    ///
    /// The copy is one snapshot; while it is made the write-ahead log cannot be emptied and grows. It is written under
    /// another name, opened again and compared (every page, references, rows per table), and then gets its name and a
    /// manifest, `<path>.json`, with its SHA-256. A failed backup leaves no file.
    /// - Throws: `.backupFailed` (`.destinationExists`, `.cannotWrite`, `.alreadyRunning`, `.rowsDiffer`, `.damaged`),
    ///   `.full`, `.inputOutput`, `.closed`.
    public func backup(to path: String) async throws(StorageError) -> BackupReport {
        try await backups.make(at: path).get()
    }

    /// Checks a backup against its manifest, blocking: digest, every page, references, rows per table.
    ///
    /// - Throws: `.backupFailed` with what is wrong.
    public static func verifyBackup(at path: String) throws(StorageError) -> BackupReport {
        try BackupFile.verify(path)
    }

    /// Walks the whole database on a reader's thread.
    ///
    /// - Throws: `.corrupt` when a page, an index or a reference is not as it should be.
    public func check() async throws(StorageError) {
        try await read { snapshot throws(StorageError) in try Contents.check(snapshot.connection) }
    }
}
