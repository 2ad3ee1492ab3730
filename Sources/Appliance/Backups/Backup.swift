import Outbound
import Storage

/// What the operator decides about backups.
struct BackupSettings: Sendable {
    static let intervalsHours = 0...8_760
    static let keeps = 1...100
    static let drillsDays = 0...365

    /// Nil is `backups` in the data folder.
    var folder: String?
    /// Hours from one to the next; 0 makes none but those that are asked for.
    var intervalHours = 24
    /// How many good ones stay, here and in the store.
    var keep = 7
    /// Days from one restore drill to the next; 0 holds none.
    var drillDays = 7
    var store: ObjectStoreSettings?

    var intervalMs: Int64 { Timestamp.hours(Int64(intervalHours)) }
    var drillIntervalMs: Int64 { Timestamp.hours(Int64(drillDays) * 24) }
}

/// A backup in the folder, and what became of it since.
struct Backup: Equatable, Sendable {
    let name: String
    var bytes: Int64
    /// Nil where the manifest is missing: it cannot be relied on then.
    var report: BackupReport?
    var record = BackupRecord()

    /// Whether it was verified, and nothing was found wrong with it later.
    var isGood: Bool { report != nil && record.fault == nil }
}

/// What is known of a backup beside its files. All times are Unix milliseconds.
struct BackupRecord: Equatable, Sendable {
    /// When it was verified last; nil for one that this database does not know, being older than it.
    var verifiedAt: Int64?
    /// What was found wrong with it, for people.
    var fault: String?
    var uploadedAt: Int64?
    var uploadTries = 0
    /// When it is tried again, after it failed.
    var uploadDueAt: Int64?
    var uploadFault: String?
}

/// The last restore drill.
struct BackupDrill: Equatable, Sendable {
    var at: Int64
    /// The name of the backup that was opened aside.
    var backup: String
    /// Why it could not have been relied on; nil when all was well.
    var fault: String?
}

/// What the program is doing about backups now: one thing at a time, since each reads or writes the whole file,
/// or may take the only good one away.
struct BackupJob: Sendable {
    enum Kind: String, Encodable, CaseIterable, Sendable { case making, verifying, drilling, removing }

    let kind: Kind
    let backup: String
    let progress = BackupProgress()
}
