import FoundationEssentials
import Synchronization

/// Makes backups of the running database, one at a time, each on a thread of its own.
final class Backups: Sendable {
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

    func make(at destination: String) async -> Result<BackupReport, StorageError> {
        await withUnsafeContinuation { continuation in
            let refusal: StorageError? = state.withLock { state in
                switch state {
                case .closed: return .closed
                case .running: return .backupFailed(.alreadyRunning)
                case .idle: break
                }
                let thread = try? Thread(named: "parley-backup") {
                    let result = self.work(destination)
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

    /// Stops a backup that runs, which then throws `.closed` and leaves nothing behind; waits for that.
    func close() {
        stop.set()
        let before = state.withLock { state in
            defer { state = .closed }
            return state
        }
        if case .running(let thread) = before { thread.join() }
    }

    private func work(_ destination: String) -> Result<BackupReport, StorageError> {
        do throws(StorageError) {
            return .success(try write(to: destination))
        } catch {
            switch error {
            case .cannotOpen, .readOnly: return .failure(.backupFailed(.cannotWrite))
            default: return .failure(error)
            }
        }
    }

    private func write(to destination: String) throws(StorageError) -> BackupReport {
        let manifest = BackupFile.manifest(of: destination)
        guard !DiskFile.exists(destination), !DiskFile.exists(manifest)
        else { throw .backupFailed(.destinationExists) }
        let unfinished = "\(destination).unfinished"
        let unfinishedManifest = "\(manifest).unfinished"
        DiskFile.remove(unfinished)
        do throws(StorageError) {
            let (contents, takenAt) = try copy(to: unfinished)
            let report = try BackupFile.describe(unfinished, contents, takenAt: takenAt, stop)
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
    private func copy(to path: String) throws(StorageError) -> (Contents, takenAt: Int64) {
        let source = try Connection.reader(path: self.path, configuration)
        defer { source.close() }
        source.stop(when: stop)
        try source.begin("BEGIN")
        defer { source.rollback() }
        let takenAt = unixMilliseconds()
        let contents = try Contents(of: source)
        try OnlineCopy.make(of: source, at: path, stop: stop)
        return (contents, takenAt)
    }
}
