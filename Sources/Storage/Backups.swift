import Glibc
import Synchronization

/// Makes and checks backups of the running database, one at a time, each on a thread of its own that gives way.
final class Backups: Sendable {
    /// The thread's niceness: on two busy cores, checking a gigabyte would otherwise take its time from requests.
    private static let niceness: Int32 = 10

    private enum State { case idle, running(Thread), closed }

    private let path: String
    private let configuration: Database.Configuration
    private let state = Mutex(State.idle)
    private let stop = StopFlag()

    init(path: String, _ configuration: Database.Configuration) {
        self.path = path
        self.configuration = configuration
    }

    var isCurrentThread: Bool {
        state.withLock { if case .running(let thread) = $0 { thread.isCurrent } else { false } }
    }

    func make(
        at destination: String, takenAt: Int64? = nil, _ progress: BackupProgress?
    ) async -> Result<BackupReport, StorageError> {
        await run { stop throws(StorageError) in
            do throws(StorageError) {
                return try self.write(to: destination, takenAt, stop, progress)
            } catch .cannotOpen {
                throw .backupFailed(.cannotWrite)
            } catch .readOnly {
                throw .backupFailed(.cannotWrite)
            }
        }
    }

    /// Runs work that blocks. It is to end soon, with `.closed`, once the flag is set.
    func run<Outcome: Sendable>(
        _ work: @escaping @Sendable (StopFlag) throws(StorageError) -> Outcome
    ) async -> Result<Outcome, StorageError> {
        await withUnsafeContinuation { continuation in
            let refusal: StorageError? = state.withLock { state in
                switch state {
                case .closed: return .closed
                case .running: return .backupFailed(.alreadyRunning)
                case .idle: break
                }
                let thread = try? Thread(named: "parley-backup") {
                    setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, Self.niceness)  // Linux: this thread's alone
                    let result = Result { () throws(StorageError) in try work(self.stop) }
                    self.state.withLock { if case .running = $0 { $0 = .idle } }
                    continuation.resume(returning: result)
                }
                guard let thread else { return .outOfMemory }
                state = .running(thread)
                return nil
            }
            if let refusal { continuation.resume(returning: .failure(refusal)) }
        }
    }

    /// Stops a backup that runs, which then throws `.closed` and leaves nothing behind; waits for that, unless the disk
    /// that it is on does not answer.
    func close() {
        stop.set()
        let before = state.withLock { state in
            defer { state = .closed }
            return state
        }
        if case .running(let thread) = before {
            thread.join(within: Double(configuration.backupEndMilliseconds) / 1_000)
        }
    }

    private func write(
        to destination: String, _ takenAt: Int64?, _ stop: StopFlag, _ progress: BackupProgress?
    ) throws(StorageError) -> BackupReport {
        let manifest = BackupFile.manifest(of: destination)
        guard try !DiskFile.exists(destination), try !DiskFile.exists(manifest)
        else { throw .backupFailed(.destinationExists) }
        let unfinished = "\(destination).unfinished"
        let unfinishedManifest = "\(manifest).unfinished"
        DiskFile.remove(unfinished)
        do throws(StorageError) {
            let (contents, copiedAt) = try copy(to: unfinished, stop, progress)
            let report = try BackupFile.describe(unfinished, contents, takenAt: takenAt ?? copiedAt, stop, progress)
            progress?.begin(nil)
            try BackupFile.writeManifest(report, to: unfinishedManifest)
            try DiskFile.rename(unfinished, to: destination)
            try DiskFile.rename(unfinishedManifest, to: manifest)
            try DiskFile.sync(DiskFile.folder(of: destination) ?? "/")
            return report
        } catch {
            DiskFile.remove(unfinished)
            DiskFile.remove(unfinishedManifest)
            throw error
        }
    }

    /// Copies one snapshot, and counts in that same snapshot what the copy must hold.
    private func copy(
        to path: String, _ stop: StopFlag, _ progress: BackupProgress?
    ) throws(StorageError) -> (Contents, takenAt: Int64) {
        progress?.begin(.copying)
        let source = try Connection.reader(path: self.path, configuration)
        defer { source.close() }
        source.stop(when: stop)
        try source.begin("BEGIN")
        defer { source.rollback() }
        let takenAt = unixMilliseconds()
        let contents = try Contents(of: source)
        try OnlineCopy.make(of: source, at: path, stop: stop, isGentle: true, progress)
        return (contents, takenAt)
    }
}
