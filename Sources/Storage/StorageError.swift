/// Why a read, a write, an opening or a backup did not happen.
///
/// Carries no SQL, path or value: any of it may be shown to a client.
public enum StorageError: Error, Equatable, Sendable {
    /// A rule of the tables that a write would have broken.
    public enum Constraint: String, Sendable { case unique, foreignKey, check, notNull, other }

    /// What is wrong with a backup, or with the place where it should go.
    public enum BackupFault: String, Sendable {
        case destinationExists, cannotWrite, alreadyRunning, missing, manifestMissing, manifestUnreadable
        case digestDiffers, damaged, rowsDiffer, foreign, noRoom, folderLate, notRemoved, unreadable, interrupted
    }

    /// The disk has no room. Reads go on; the write left nothing behind.
    case full
    /// The disk failed. The write was not acknowledged; whether a restart finds it is not known.
    case inputOutput
    case outOfMemory
    /// More is waiting than the queue holds, or another program keeps the file locked.
    case busy
    case corrupt
    case readOnly
    /// The database was closed before the work began.
    case closed
    case constraint(Constraint)
    /// A text or blob exceeds what one value may hold.
    case tooLarge
    /// A value that the statement cannot work on (an overflow, a pattern too complex).
    case valueRefused
    /// The file was written by a newer program: `supported` is 0 when the feature is not known at all.
    case newerSchema(feature: String, found: Int, supported: Int)
    case migrationFailed(feature: String, version: Int)
    /// Another process, of this id if it could be read, works in the data folder.
    case folderInUse(processID: Int32?)
    case cannotOpen
    /// The file is not a database of this program.
    case foreignFile
    case backupFailed(BackupFault)
}

extension StorageError {
    /// A stable name for logs, metrics and clients; never reworded.
    public var code: String {
        switch self {
        case .full: "storage.full"
        case .inputOutput: "storage.input_output"
        case .outOfMemory: "storage.out_of_memory"
        case .busy: "storage.busy"
        case .corrupt: "storage.corrupt"
        case .readOnly: "storage.read_only"
        case .closed: "storage.closed"
        case .constraint(.unique): "storage.constraint.unique"
        case .constraint(.foreignKey): "storage.constraint.foreign_key"
        case .constraint(.check): "storage.constraint.check"
        case .constraint(.notNull): "storage.constraint.not_null"
        case .constraint(.other): "storage.constraint.other"
        case .tooLarge: "storage.too_large"
        case .valueRefused: "storage.value_refused"
        case .newerSchema: "storage.newer_schema"
        case .migrationFailed: "storage.migration_failed"
        case .folderInUse: "storage.folder_in_use"
        case .cannotOpen: "storage.cannot_open"
        case .foreignFile: "storage.foreign_file"
        case .backupFailed: "storage.backup_failed"
        }
    }

    /// Whether the same call may succeed later without anybody changing it.
    public var isTransient: Bool {
        switch self {
        case .full, .inputOutput, .outOfMemory, .busy, .backupFailed(.folderLate): true
        case .corrupt, .readOnly, .closed, .constraint, .tooLarge, .valueRefused, .newerSchema, .migrationFailed,
            .folderInUse, .cannotOpen, .foreignFile, .backupFailed: false
        }
    }

    /// What happened and what to do about it, for people.
    public var explanation: String {
        switch self {
        case .full: "The disk is full. Nothing was stored; free some room and try again."
        case .inputOutput: "The disk reported an error. Check it, then try again."
        case .outOfMemory: "There is not enough memory. Try again."
        case .busy: "More work is waiting than can be taken. Try again in a moment."
        case .corrupt: "The database file is damaged. Restore the newest backup."
        case .readOnly: "The database file cannot be written. Check its owner and permissions."
        case .closed: "The database is closed."
        case .constraint(let constraint): constraint.explanation
        case .tooLarge: "A value is larger than the database can hold."
        case .valueRefused: "The database cannot work with one of the values."
        case .newerSchema(let feature, let found, 0):
            "The data folder holds '\(feature)' (version \(found)), which this program does not know. "
                + "Run the newer program, or restore a backup made by this one."
        case .newerSchema(let feature, let found, let supported):
            "The data folder holds version \(found) of '\(feature)'; this program knows versions up to \(supported). "
                + "Run the newer program, or restore a backup made by this one."
        case .migrationFailed(let feature, let version):
            "Bringing '\(feature)' to version \(version) failed. The data is as it was; the older program can go on."
        case .folderInUse(let process?): "The data folder is in use by process \(process). Stop it first."
        case .folderInUse(nil): "The data folder is in use by another process. Stop it first."
        case .cannotOpen: "The data folder or its database cannot be opened. Check that it exists and who may use it."
        case .foreignFile: "The database file in the data folder was not made by this program."
        case .backupFailed(let fault): fault.explanation
        }
    }
}

extension StorageError.Constraint {
    var explanation: String {
        switch self {
        case .unique: "It exists already."
        case .foreignKey: "It refers to something that does not exist, or something still refers to it."
        case .check: "A value is outside what is allowed."
        case .notNull: "A required value is missing."
        case .other: "A value does not fit where it should be stored."
        }
    }
}

extension StorageError.BackupFault {
    var explanation: String {
        switch self {
        case .destinationExists: "There is a file of that name already. Choose another name."
        case .cannotWrite: "The backup cannot be written there. Check that the folder exists and who may use it."
        case .alreadyRunning: "A backup is running already. Wait until it is done."
        case .missing: "There is no such file."
        case .manifestMissing: "The backup's manifest is missing: the file that has the same name and ends in .json."
        case .manifestUnreadable: "The backup's manifest cannot be read."
        case .digestDiffers: "The backup is not the file its manifest describes: size or SHA-256 differ."
        case .damaged: "The backup is damaged. Do not use it."
        case .rowsDiffer: "The backup does not hold all rows. Do not use it."
        case .foreign: "The file is no database of this program."
        case .folderLate: "The folder of the backups does not answer. See to its disk, or to the mount that it is on."
        case .notRemoved: "The backup cannot be removed: its file or its folder is protected."
        case .unreadable: "The folder of the backups, or a manifest in it, cannot be read. Check who may read them."
        case .interrupted:
            "An earlier restore drill was cut short: the program was killed, or crashed. See its log of that time."
        case .noRoom: "There is not enough room: it takes as much as the backup. Free some and try again."
        }
    }
}
