import CSQLite
import Glibc

extension StorageError {
    /// The fault behind an extended SQLite result code, or nil when the code tells of a bug in the program.
    ///
    /// - Parameter systemError: `errno` of the failed call: a shared-memory file that cannot grow on a full disk is
    ///   reported as an I/O error, although "free some room" is what the operator has to read.
    /// - Source: sqlite.org/rescode.html
    init?(resultCode: Int32, systemError: Int32) {
        let hasNoRoom = systemError == ENOSPC || systemError == EDQUOT
        switch resultCode {
        case PARLEY_IOERR_NOMEM: self = .outOfMemory
        case PARLEY_CONSTRAINT_UNIQUE, PARLEY_CONSTRAINT_PRIMARYKEY, PARLEY_CONSTRAINT_ROWID:
            self = .constraint(.unique)
        case PARLEY_CONSTRAINT_FOREIGNKEY: self = .constraint(.foreignKey)
        case PARLEY_CONSTRAINT_CHECK: self = .constraint(.check)
        case PARLEY_CONSTRAINT_NOTNULL: self = .constraint(.notNull)
        default:
            switch resultCode & 0xFF {
            case SQLITE_FULL: self = .full
            case SQLITE_IOERR: self = hasNoRoom ? .full : .inputOutput
            case SQLITE_NOMEM: self = .outOfMemory
            case SQLITE_BUSY, SQLITE_LOCKED, SQLITE_PROTOCOL: self = .busy
            case SQLITE_CORRUPT, SQLITE_NOTADB: self = .corrupt
            case SQLITE_READONLY, SQLITE_PERM: self = .readOnly
            case SQLITE_CANTOPEN, SQLITE_AUTH: self = .cannotOpen
            case SQLITE_INTERRUPT: self = .closed
            case SQLITE_CONSTRAINT, SQLITE_MISMATCH: self = .constraint(.other)
            case SQLITE_TOOBIG: self = .tooLarge
            case SQLITE_ERROR: self = .valueRefused
            default: return nil
            }
        }
    }
}
