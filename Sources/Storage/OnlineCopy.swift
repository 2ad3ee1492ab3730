import CSQLite

/// Copies a whole database while others write to it.
enum OnlineCopy {
    /// Pages copied per step; bounds how long a stop takes to be noticed. Not how long writers wait: they do not.
    private static let pagesPerStep: Int32 = 512

    /// Copies what `source` sees into a new file and waits until it is on disk.
    ///
    /// In one transaction of the source the copy never starts over, whatever is written meanwhile.
    /// - Parameter path: a name that is free; the file is the owner's alone, and removed when this throws.
    static func make(of source: Connection, at path: String, stop: StopFlag? = nil) throws(StorageError) {
        guard try DiskFile.create(path) else { throw .backupFailed(.destinationExists) }
        do throws(StorageError) {
            let copy = try Connection(path: path, role: .writer)
            try copy.set("synchronous", to: "OFF")
            try copyPages(from: source, to: copy, stop)
            // One file without companions: it can be moved, hashed and opened where nothing can be written.
            try copy.set("journal_mode", to: "DELETE")
            copy.close()
            try DiskFile.sync(path)
        } catch {
            DiskFile.remove(path)
            throw error
        }
    }

    private static func copyPages(
        from source: Connection, to copy: Connection, _ stop: StopFlag?
    ) throws(StorageError) {
        guard let backup = sqlite3_backup_init(copy.handle, "main", source.handle, "main")
        else { throw copy.fault(sqlite3_extended_errcode(copy.handle), in: "backup") }
        var code = SQLITE_OK
        while code == SQLITE_OK, stop?.isSet != true { code = sqlite3_backup_step(backup, pagesPerStep) }
        sqlite3_backup_finish(backup)
        if code == SQLITE_OK { throw .closed }
        if code != SQLITE_DONE { throw copy.fault(code, in: "backup") }
    }
}
