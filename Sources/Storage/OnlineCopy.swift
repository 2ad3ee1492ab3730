import CSQLite

/// Copies a whole database while others write to it.
enum OnlineCopy {
    /// Pages copied per step; bounds how long a stop takes to be noticed. Not how long writers wait: they do not.
    private static let pagesPerStep: Int32 = 512

    /// Copies what `source` sees into a new file and waits until it is on disk.
    ///
    /// In one transaction of the source the copy never starts over, whatever is written meanwhile.
    /// - Parameters:
    ///   - path: a name that is free; the file is the owner's alone, and removed when this throws.
    ///   - isGentle: whether others write to the same disk meanwhile and must not wait for this.
    static func make(
        of source: Connection, at path: String, stop: StopFlag? = nil, isGentle: Bool = false,
        _ progress: BackupProgress? = nil
    ) throws(StorageError) {
        guard try DiskFile.create(path) else { throw .backupFailed(.destinationExists) }
        do throws(StorageError) {
            let copy = try Connection(path: path, role: .writer)
            try copy.set("synchronous", to: "OFF")
            try copyPages(from: source, to: copy, at: path, stop, isGentle, progress)
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
        from source: Connection, to copy: Connection, at path: String, _ stop: StopFlag?, _ isGentle: Bool,
        _ progress: BackupProgress?
    ) throws(StorageError) {
        guard let backup = sqlite3_backup_init(copy.handle, "main", source.handle, "main")
        else { throw copy.fault(sqlite3_extended_errcode(copy.handle), in: "backup") }
        defer { sqlite3_backup_finish(backup) }
        var pacer = isGentle ? try Pacer(path) : nil
        let pageBytes = try source.number("page_size")
        var code = SQLITE_OK
        while code == SQLITE_OK, stop?.isSet != true {
            code = sqlite3_backup_step(backup, pagesPerStep)
            let total = Int64(sqlite3_backup_pagecount(backup))
            progress?.reached(total - Int64(sqlite3_backup_remaining(backup)), of: total)
            if code == SQLITE_OK { try pacer?.wrote(Int64(pagesPerStep) * pageBytes) }
        }
        if code == SQLITE_OK { throw .closed }
        if code != SQLITE_DONE { throw copy.fault(code, in: "backup") }
    }
}
