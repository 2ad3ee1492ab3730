extension DataFolder {
    /// Gives the database a second name, under which it stays, with all that is in it.
    ///
    /// - Returns: that name; nil where there is no database.
    func keepDatabase(
        at now: Int64, linking link: (String, String) throws(StorageError) -> Bool = DiskFile.link
    ) throws(StorageError) -> String? {
        guard try DiskFile.exists(database) else { return nil }
        let name = Restore.replacedPrefix + UpgradeCopies.stamp(now)
        try takeInLog()
        if try !link(database, "\(path)/\(name)") {
            // Renaming it would do, and leave a moment without any database: a start would make an empty one.
            guard try DiskRoom(of: path).freeBytes > DiskFile.bytes(of: database) else { throw .backupFailed(.noRoom) }
            let unfinished = UpgradeCopies(folder: path).unfinished
            do throws(StorageError) {
                try DiskFile.copy(database, to: unfinished) { _ in }
                try DiskFile.rename(unfinished, to: "\(path)/\(name)")
            } catch {
                DiskFile.remove(unfinished)
                throw error
            }
        }
        // A log that could not be taken in belongs to the old file, and would be applied to the new one.
        if try DiskFile.exists("\(database)-wal") {
            try DiskFile.rename("\(database)-wal", to: "\(path)/\(name)-wal")
        }
        DiskFile.remove("\(database)-shm")
        DiskFile.remove("\(database)-journal")
        try DiskFile.sync(path)
        return name
    }

    /// Takes away the second name of a database that a restore was about to replace when it was killed: who opened it
    /// by that one would have a log of its own for the same file, and damage it.
    ///
    /// - Source: sqlite.org/howtocorrupt.html, section 2.5.
    func dropSecondNames() {
        guard let file = DiskFile.identity(of: database) else { return }
        for name in (try? DiskFile.names(in: path, beginningWith: Restore.replacedPrefix)) ?? []
        where DiskFile.identity(of: "\(path)/\(name)") == file {
            // The log may have gone ahead.
            if (try? DiskFile.exists("\(database)-wal")) == false {
                try? DiskFile.rename("\(path)/\(name)-wal", to: "\(database)-wal")
            }
            DiskFile.remove("\(path)/\(name)")
        }
    }

    /// Takes the write-ahead log into the database, unless that cannot be read: then both stay as they are.
    private func takeInLog() throws(StorageError) {
        // Whoever may not write it could not tell whether somebody has it open.
        try DiskFile.restrict(database)
        do throws(StorageError) {
            // SQLite throws away a log that it can make nothing of, when it opens what is beside it.
            guard try BackupFile.isOurs(database) else { return }
            let connection = try Connection(path: database, role: .writer)
            defer { connection.close() }                        // which removes the log when it was taken in
            // A connection that has read nothing does not know of the log yet, and would not look.
            _ = try connection.number("schema_version")
            if case .failed(let fault) = connection.checkpoint(waitingMilliseconds: nil, otherwise: 0) { throw fault }
            // Needs the file for itself alone: a program that has it open, such as a shell, would go on with a log that
            // is no longer there, or remove that of the new file.
            try connection.set("journal_mode", to: "DELETE")
        } catch {
            switch error {
            // Damaged, or on a disk that fails: just when a restore is needed.
            case .corrupt, .readOnly, .valueRefused, .inputOutput: break
            default: throw error
            }
        }
    }
}
