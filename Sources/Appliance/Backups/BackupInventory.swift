import Storage
import Synchronization

/// What there is of backups. Their folder is looked at anew each time, on a thread of its own: it may be on a mount
/// that hangs, and no read of the database, no request and no end of the program is to wait for that.
final class BackupInventory: Sendable {
    struct Look: Sendable {
        /// Oldest first.
        var backups: [Backup]
        /// Of the disk that they are on.
        var room: DiskRoom
        /// What a further one would take.
        var databaseBytes: Int64
    }

    /// What was seen last.
    struct Seen: Sendable {
        var backups: [Backup] = []
        var drill: BackupDrill?
        /// Why the folder could not be looked at the last time.
        var folderFault: StorageError?
    }

    let folder: BackupFolder
    private let database: Database
    private let thread: FolderThread
    private let isPrepared = Atomic(false)
    private let state = Mutex(Seen())

    init(database: Database, folder: BackupFolder, thread: FolderThread) {
        self.database = database
        self.folder = folder
        self.thread = thread
    }

    var seen: Seen { state.withLock { $0 } }

    /// - Throws: `.backupFailed(.folderLate)` when the folder does not answer in time; what else is wrong with it.
    @discardableResult
    func look() async throws(StorageError) -> Look {
        let (entries, room): ([BackupFolder.Entry], DiskRoom)
        do throws(StorageError) {
            (entries, room) = try await onFolder { folder throws(StorageError) in
                (try folder.entries(), try DiskRoom(of: folder.path))
            }
        } catch {
            state.withLock { $0.folderFault = error }
            throw error
        }
        let (records, drill, bytes) = try await database.read { snapshot throws(StorageError) in
            (try snapshot.backupRecords(), try snapshot.backupDrill(), try snapshot.databaseBytes())
        }
        let backups = entries.map { entry in
            Backup(
                name: entry.name, bytes: entry.bytes, report: entry.report, record: records[entry.name] ?? .init())
        }
        state.withLock { seen in
            seen.backups = backups
            seen.drill = drill
            seen.folderFault = nil
        }
        return Look(backups: backups, room: room, databaseBytes: bytes)
    }

    /// Removes a backup's files.
    func remove(_ name: String) async throws(StorageError) {
        try await onFolder { folder throws(StorageError) in try folder.remove(name) }
    }

    /// Nothing further is done in the folder; whoever waits is answered when their time is over, at the latest.
    func close() { thread.close() }

    /// Does one piece of work after the other, behind the first of them that makes the folder and tidies it.
    private func onFolder<Outcome: Sendable>(
        _ work: @escaping @Sendable (BackupFolder) throws(StorageError) -> Outcome
    ) async throws(StorageError) -> Outcome {
        try await thread.run { [self] () throws(StorageError) in
            if !isPrepared.load(ordering: .relaxed) {
                try folder.prepare()
                isPrepared.store(true, ordering: .relaxed)
            }
            return try work(folder)
        }
    }
}
