import Storage
import Synchronization

/// What is done with backups on their disk: one thing at a time, each begun by a claim that nobody else has then.
final class BackupWorkshop: Sendable {
    /// What was counted since the start.
    struct Figures: Sendable {
        var made = 0
        var failed = 0
        var lastSucceeded: Bool?
        var bytes: Int64 = 0
        var seconds: [BackupProgress.Phase: Double] = [:]
        var drillSeconds: Double?
    }

    private struct State {
        var job: BackupJob?
        /// The last one that was begun and could not be made, and why.
        var failed: (name: String, detail: String)?
        var failures = BackupStep.Failures()
        var figures = Figures()
        /// Removals of which the folder did not say in time whether they happened, by name.
        var unsettled: [String: AuditEntry] = [:]
    }

    private let inventory: BackupInventory
    /// What has to stay free beside them.
    private let limit: DiskLimit
    private let database: Database
    private let log: Log
    private let now: WallClock
    private let state = Mutex(State())

    init(database: Database, inventory: BackupInventory, limit: DiskLimit, log: Log, now: @escaping WallClock) {
        self.database = database
        self.inventory = inventory
        self.limit = limit
        self.log = log
        self.now = now
    }

    var job: BackupJob? { state.withLock { $0.job } }
    var failed: (name: String, detail: String)? { state.withLock { $0.failed } }
    var failures: BackupStep.Failures { state.withLock { $0.failures } }
    var figures: Figures { state.withLock { $0.figures } }

    /// Claims the disk; nil while something else has it.
    func begin(_ kind: BackupJob.Kind, _ name: String) -> BackupJob? {
        state.withLock { state in
            guard state.job == nil else { return nil }
            let job = BackupJob(kind: kind, backup: name)
            state.job = job
            return job
        }
    }

    private func end() { state.withLock { $0.job = nil } }
}

extension BackupWorkshop {
    /// Why there is no room for a further backup, in numbers; nil when there is.
    func refusal(_ look: BackupInventory.Look) -> String? { limit.refusal(of: look.databaseBytes, in: look.room) }

    /// Makes a backup that was begun.
    ///
    /// - Parameters:
    ///   - isAsked: whether somebody waits for it; a scheduled one that failed is tried again.
    ///   - entry: who asked for it, for the audit log.
    /// - Returns: whether it was made; if not, that was told.
    /// - Throws: `.closed`.
    func make(_ job: BackupJob, isAsked: Bool, _ entry: AuditEntry? = nil) async throws(StorageError) -> Bool {
        defer { end() }
        do throws(StorageError) {
            let look = try await inventory.look()
            if let refusal = refusal(look) {
                fail(job, isAsked, StorageError.backupFailed(.noRoom).code, refusal)
                return false
            }
            let report = try await database.backup(
                to: inventory.folder.path(of: job.backup), at: now(), progress: job.progress)
            let (name, now) = (job.backup, now())
            let entry = entry ?? AuditEntry(actorKind: .program, action: "backup.made", thing: name)
            try await database.write { transaction throws(StorageError) in
                try transaction.record(name) { $0.verifiedAt = now }
                try transaction.audit(entry, at: now)
            }
            succeed(job, report)
        } catch .closed {
            throw .closed
        } catch {
            fail(job, isAsked, error.code, error.explanation)
            return false
        }
        await lookAgain()
        return true
    }

    /// What was done is done, whatever the folder says by now.
    private func lookAgain() async { _ = try? await inventory.look() }

    private func succeed(_ job: BackupJob, _ report: BackupReport) {
        state.withLock { state in
            state.failures = BackupStep.Failures()
            state.failed = nil
            state.figures.made += 1
            state.figures.lastSucceeded = true
            state.figures.bytes = report.bytes
            state.figures.seconds = job.progress.seconds
        }
        log.info("backup made", ["backup": .text(job.backup), "bytes": .integer(Int(report.bytes))])
    }

    private func fail(_ job: BackupJob, _ isAsked: Bool, _ cause: String, _ detail: String) {
        let now = now()
        state.withLock { state in
            if !isAsked { state.failures = BackupStep.Failures(count: state.failures.count + 1, lastAt: now) }
            state.failed = (job.backup, detail)
            state.figures.failed += 1
            state.figures.lastSucceeded = false
        }
        log.error(
            "backup not made", ["backup": .text(job.backup), "cause": .text(cause), "detail": .text(detail)])
    }

    /// Verifies a backup that was begun, and remembers what came of it: not that it could not be read just now.
    func verify(_ job: BackupJob, _ entry: AuditEntry) async throws(StorageError) {
        defer { end() }
        do throws(StorageError) {
            let damage = try await damage(of: job), now = now()
            if let damage { log.error("backup damaged", ["backup": .text(job.backup), "detail": .text(damage)]) }
            try await database.write { transaction throws(StorageError) in
                try transaction.record(job.backup) { record in
                    record.verifiedAt = now
                    record.fault = damage
                }
                try transaction.audit(entry, at: now)
            }
        } catch .closed {
            throw .closed
        } catch {
            log.error(
                "backup not verified",
                ["backup": .text(job.backup), "cause": .text(error.code), "detail": .text(error.explanation)])
        }
        await lookAgain()
    }

    /// What is wrong with a backup; nil: nothing. Throws what keeps it from being read.
    private func damage(of job: BackupJob) async throws(StorageError) -> String? {
        do throws(StorageError) {
            _ = try await database.verifyBackup(at: inventory.folder.path(of: job.backup), progress: job.progress)
            return nil
        } catch {
            guard error.isDamage else { throw error }
            return error.explanation
        }
    }

    /// Restores aside a backup whose drill was begun, and remembers what came of it. One that is found damaged is good
    /// for nothing from then on, and the next backup is due earlier.
    func drill(_ job: BackupJob) async throws(StorageError) {
        defer { end() }
        let look = try await inventory.look()
        guard let report = look.backups.first(where: { $0.name == job.backup })?.report else { return }
        let needed = report.drillBytes(with: App.migrations)
        let (fault, isDamaged): (String?, Bool)
        if let refusal = limit.refusal(of: needed, in: look.room) {
            (fault, isDamaged) = (refusal, false)
        } else {
            do throws(StorageError) {
                try await database.drill(
                    inventory.folder.path(of: job.backup), in: inventory.folder.drill, migrations: App.migrations,
                    progress: job.progress)
                (fault, isDamaged) = (nil, false)
            } catch .closed {
                throw .closed
            } catch {
                (fault, isDamaged) = (error.explanation, error.isDamage)
            }
        }
        let drill = BackupDrill(at: now(), backup: job.backup, fault: fault), damage = isDamaged ? fault : nil
        try await database.write { transaction throws(StorageError) in
            try transaction.save(drill)
            try transaction.record(drill.backup) { record in
                if let damage { record.fault = damage } else if drill.fault == nil { record.verifiedAt = drill.at }
            }
        }
        if let fault {
            log.error("restore drill failed", ["backup": .text(job.backup), "detail": .text(fault)])
        } else {
            state.withLock { $0.figures.drillSeconds = job.progress.seconds.values.reduce(0, +) }
            log.info("restore drill passed", ["backup": .text(job.backup)])
        }
        await lookAgain()
    }

    /// Removes a backup that was begun.
    ///
    /// - Parameter mayGo: asked of what there is now that nobody else changes anything.
    /// - Returns: what that said.
    /// - Throws: `.backupFailed(.notRemoved)` when it is still there; `.backupFailed(.folderLate)` when nobody knows:
    ///   `settle` finds out.
    func remove(
        _ job: BackupJob, _ entry: AuditEntry, if mayGo: ([Backup]) -> Bool
    ) async throws(StorageError) -> Bool {
        defer { end() }
        guard mayGo(try await inventory.look().backups) else { return false }
        do throws(StorageError) {
            try await inventory.remove(job.backup)
        } catch {
            if error == .backupFailed(.folderLate) { state.withLock { $0.unsettled[job.backup] = entry } }
            throw error
        }
        try await noteRemoved(job.backup, entry)
        await lookAgain()
        return true
    }

    /// Notes removals that turned out to have happened after all: the folder was looked at behind them.
    func settle(_ look: BackupInventory.Look) async throws(StorageError) {
        for (name, entry) in state.withLock({ $0.unsettled }) {
            if !look.backups.contains(where: { $0.name == name }) { try await noteRemoved(name, entry) }
            state.withLock { $0.unsettled[name] = nil }
        }
    }

    private func noteRemoved(_ name: String, _ entry: AuditEntry) async throws(StorageError) {
        let now = now()
        try await database.write { transaction throws(StorageError) in
            try transaction.forgetBackup(name)
            try transaction.audit(entry, at: now)
        }
    }
}

extension StorageError {
    /// Whether a backup is at fault, not the place where it was looked at.
    fileprivate var isDamage: Bool {
        switch self {
        case .backupFailed(.digestDiffers), .backupFailed(.damaged), .backupFailed(.rowsDiffer),
            .backupFailed(.foreign), .backupFailed(.manifestMissing), .backupFailed(.manifestUnreadable), .corrupt,
            .newerSchema:
            true
        default: false
        }
    }
}
