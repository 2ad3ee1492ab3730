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
        var pages: Int32 = 0
        var copied: Int32 = 0
        if let wait { sqlite3_busy_timeout(handle, Int32(wait)) }
        let mode = wait == nil ? SQLITE_CHECKPOINT_PASSIVE : SQLITE_CHECKPOINT_RESTART
        let code = sqlite3_wal_checkpoint_v2(handle, nil, mode, &pages, &copied)
        if wait != nil { sqlite3_busy_timeout(handle, Int32(lockWait)) }
        switch code {
        case SQLITE_OK: return copied == pages ? .complete : .held
        case let code where code & 0xFF == SQLITE_BUSY: return .held
        case let code:
            let systemError = sqlite3_system_errno(handle)
            return .failed(StorageError(resultCode: code, systemError: systemError) ?? .inputOutput)
        }
    }
}
