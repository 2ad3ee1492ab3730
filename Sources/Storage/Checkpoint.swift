import CSQLite

extension Connection {
    enum CheckpointOutcome: Equatable {
        case complete
        /// A reader needs the log as it is.
        case held
        case failed(StorageError)
    }

    /// Copies the write-ahead log into the file.
    ///
    /// - Parameter wait: nil copies what no reader is in the way of; a number waits up to so long for readers, so
    ///   that the next commit starts the log over.
    /// - Source: sqlite.org/c3ref/wal_checkpoint_v2.html
    func checkpoint(waitingMilliseconds wait: Int?, otherwise lockWait: Int) -> CheckpointOutcome {
        guard let wait else { return checkpoint(SQLITE_CHECKPOINT_PASSIVE) }
        sqlite3_busy_timeout(handle, Int32(wait))
        defer { sqlite3_busy_timeout(handle, Int32(lockWait)) }
        return checkpoint(SQLITE_CHECKPOINT_RESTART)
    }

    /// - Parameter mode: of SQLite; `TRUNCATE` leaves an empty log behind.
    func checkpoint(_ mode: Int32) -> CheckpointOutcome {
        var pages: Int32 = 0
        var copied: Int32 = 0
        let code = sqlite3_wal_checkpoint_v2(handle, nil, mode, &pages, &copied)
        switch code {
        case SQLITE_OK: return copied == pages ? .complete : .held
        case let code where code & 0xFF == SQLITE_BUSY: return .held
        case let code:
            let systemError = sqlite3_system_errno(handle)
            return .failed(StorageError(resultCode: code, systemError: systemError) ?? .inputOutput)
        }
    }
}
