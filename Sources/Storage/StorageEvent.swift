/// What an operator may want to know of a database.
public enum StorageEvent: Sendable, Equatable {
    /// The file was copied before an upgrade; `file` is its name in the data folder.
    case copiedBeforeUpgrade(file: String)
    case migrated(feature: String, from: Int, to: Int)
    /// Commits fail, for this reason; told once per spell.
    case writesFailing(StorageError)
    /// Commits succeed again.
    case writesRecovered
    /// A reader that does not end keeps the write-ahead log from being emptied; told at each doubling.
    case checkpointHeld(walBytes: Int64)
    case checkpointFailed(StorageError)
}
