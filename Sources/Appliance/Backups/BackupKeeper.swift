import Outbound
import Storage
import Synchronization

/// Makes backups when they are due or asked for, removes old ones, holds the drills and sends copies to the store.
final class BackupKeeper: Sendable {
    /// How often it looks whether something is due.
    static let interval = Duration.seconds(60)

    /// What was counted since the start.
    struct Figures: Sendable {
        var made = 0
        var failed = 0
        var lastSucceeded: Bool?
        var bytes: Int64 = 0
        var seconds: [BackupProgress.Phase: Double] = [:]
        var drillSeconds: Double?
        var uploads = 0
        var uploadFailures = 0
        var lastUploadSucceeded: Bool?
    }

    private struct State {
        var situation: BackupStep.Situation
        var job: BackupJob?
        /// The last one that was begun and could not be made, and why.
        var failed: (name: String, detail: String)?
        var figures = Figures()
        /// Under way or done; others wait for it rather than go on without a folder.
        var preparation: Task<StorageError?, Never>?
        var isSending = false
    }

    let settings: BackupSettings
    let folder: BackupFolder
    private let step: BackupStep
    private let store: ObjectStore?
    private let database: Database
    private let log: Log
    private let now: WallClock
    private let state: Mutex<State>

    /// - Parameter folder: of the data.
    init(database: Database, folder: String, settings: BackupSettings, log: Log, now: @escaping WallClock) {
        self.settings = settings
        self.folder = BackupFolder(settings.folder ?? "\(folder)/backups")
        step = BackupStep(settings: settings)
        store = settings.store.flatMap { ObjectStore($0, userAgent: "parley/\(Program.version)") }
        self.database = database
        self.log = log
        self.now = now
        state = Mutex(State(situation: BackupStep.Situation(startedAt: now())))
    }

    /// Runs until its task is cancelled.
    func run() async {
        async let uploads: Void = repeatedly("backups not sent") { () throws(StorageError) in try await self.uploadDue() }
        await repeatedly("backups not looked after") { () throws(StorageError) in
            try await self.workDue()
        }
        await uploads
    }

    private func repeatedly(_ complaint: StaticString, _ work: () async throws(StorageError) -> Void) async {
        repeat {
            do throws(StorageError) {
                try await work()
            } catch .closed {
                return
            } catch {
                log.warning(complaint, ["cause": .text(error.code), "detail": .text(error.explanation)])
            }
        } while (try? await Task.sleep(for: Self.interval)) != nil
    }

    /// Ends what is on its way to the store; what runs on the disk is ended by the database's own end.
    func close() { store?.close() }

    var figures: Figures { state.withLock { $0.figures } }
    var drill: BackupDrill? { state.withLock { $0.situation.drill } }
    var job: BackupJob? { state.withLock { $0.job } }

    /// As of the last look.
    var health: BackupHealth { BackupHealth(state.withLock { $0.situation }, settings, at: now()) }
    var goodCount: Int { state.withLock { $0.situation.backups.count(where: \.isGood) } }
}

/// What is there.
extension BackupKeeper {
    /// All backups, oldest first, as they are on the disk now, and the room beside them.
    @discardableResult
    func look() async throws(StorageError) -> (backups: [Backup], room: BackupRoom) {
        try await prepare()
        let (entries, room) = try await database.look(in: folder)
        let (records, drill) = try await database.read { snapshot throws(StorageError) in
            (try snapshot.backupRecords(), try snapshot.backupDrill())
        }
        let backups = entries.map { entry in
            Backup(
                name: entry.name, bytes: entry.bytes, report: entry.report, record: records[entry.name] ?? .init())
        }
        state.withLock { state in
            state.situation.backups = backups
            state.situation.drill = drill
        }
        return (backups, room)
    }

    /// One of them; what is being made, and what could not be, included.
    func find(_ name: String) async throws(StorageError) -> BackupAnswer? {
        try await answers().first { $0.name == name }
    }

    /// All of them as they are shown, newest first.
    func answers() async throws(StorageError) -> [BackupAnswer] {
        let backups = try await look().backups
        let (job, failed, drill) = state.withLock { ($0.job, $0.failed, $0.situation.drill) }
        var answers = backups.reversed().map { backup in
            BackupAnswer(
                backup, drill: drill?.backup == backup.name ? drill : nil, job: job?.backup == backup.name ? job : nil,
                isSent: settings.store != nil)
        }
        if let job, job.kind == .making, !answers.contains(where: { $0.name == job.backup }) {
            answers.insert(BackupAnswer(job), at: 0)
        }
        if let failed { answers.append(BackupAnswer(failed: failed.name, failed.detail)) }
        return answers
    }

    /// Makes the folder, and tidies it before anything is done there.
    private func prepare() async throws(StorageError) {
        let preparation = state.withLock { [database, folder] state in
            if let preparation = state.preparation { return preparation }
            let preparation = Task<StorageError?, Never> {
                do throws(StorageError) {
                    try await database.read { _ throws(StorageError) in try folder.prepare() }
                    return nil
                } catch {
                    return error
                }
            }
            state.preparation = preparation
            return preparation
        }
        guard let fault = await preparation.value else { return }
        state.withLock { $0.preparation = nil }
        throw fault
    }
}

/// What is done on the disk.
extension BackupKeeper {
    /// Does what is due, one thing after the other, until nothing is.
    func workDue() async throws(StorageError) {
        while true {
            try await look()
            let situation = state.withLock { $0.situation }
            guard let work = step.due(situation, at: now()), !Task.isCancelled else { return }
            switch work {
            case .make:
                guard let job = begin(.making, BackupFolder.name(at: now())) else { return }
                try await make(job, isAsked: false)
            case .drill(let name):
                guard let job = begin(.drilling, name) else { return }
                try await drill(job)
            case .remove(let names):
                for name in names {
                    try await remove(name, AuditEntry(actorKind: .program, action: "backup.deleted", thing: name))
                }
            }
        }
    }

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

    /// Makes a backup that was begun.
    ///
    /// - Parameters:
    ///   - isAsked: whether somebody waits for it; a scheduled one that failed is tried again.
    ///   - entry: who asked for it, for the audit log.
    func make(_ job: BackupJob, isAsked: Bool, _ entry: AuditEntry? = nil) async throws(StorageError) {
        defer { end() }
        do throws(StorageError) {
            let room = try await look().room
            guard room.isEnough else { throw StorageError.backupFailed(.noRoom) }
            let report = try await database.backup(
                to: folder.path(of: job.backup), at: now(), progress: job.progress)
            let (name, now) = (job.backup, now())
            let entry = entry ?? AuditEntry(actorKind: .program, action: "backup.made", thing: name)
            try await database.write { transaction throws(StorageError) in
                try transaction.record(name) { $0.verifiedAt = now }
                try transaction.audit(entry, at: now)
            }
            state.withLock { state in
                state.situation.failures = 0
                state.failed = nil
                state.figures.made += 1
                state.figures.lastSucceeded = true
                state.figures.bytes = report.bytes
                state.figures.seconds = job.progress.seconds
            }
            log.info("backup made", ["backup": .text(name), "bytes": .integer(Int(report.bytes))])
            try await look()
            if store != nil { Task { try? await uploadDue() } }
        } catch .closed {
            throw .closed
        } catch {
            state.withLock { state in
                if !isAsked {
                    state.situation.failures += 1
                    state.situation.failedAt = now()
                }
                state.failed = (job.backup, error.explanation)
                state.figures.failed += 1
                state.figures.lastSucceeded = false
            }
            log.error(
                "backup not made",
                ["backup": .text(job.backup), "cause": .text(error.code), "detail": .text(error.explanation)])
        }
    }

    /// Verifies a backup that was begun, and remembers what came of it.
    func verify(_ job: BackupJob, _ entry: AuditEntry) async throws(StorageError) {
        defer { end() }
        let fault = try await judgement { () throws(StorageError) in
            _ = try await database.verifyBackup(at: folder.path(of: job.backup), progress: job.progress)
        }
        let now = now()
        try await database.write { transaction throws(StorageError) in
            try transaction.record(job.backup) { record in
                record.verifiedAt = now
                record.fault = fault
            }
            try transaction.audit(entry, at: now)
        }
        if let fault { log.error("backup damaged", ["backup": .text(job.backup), "detail": .text(fault)]) }
        try await look()
    }

    /// Opens a backup aside, and remembers what came of it. One that is found damaged is good for nothing from then
    /// on, and the next backup is due earlier.
    private func drill(_ job: BackupJob) async throws(StorageError) {
        defer { end() }
        let fault: String?
        var isDamaged = false
        let room = try await look().room
        if room.isEnough {
            fault = try await judgement { () throws(StorageError) in
                do throws(StorageError) {
                    try await database.drill(
                        folder.path(of: job.backup), in: folder.drill, migrations: App.migrations,
                        progress: job.progress)
                } catch {
                    isDamaged = error.isDamage
                    throw error
                }
            }
        } else {
            fault = room.refusal
        }
        let drill = BackupDrill(at: now(), backup: job.backup, fault: fault), damage = isDamaged ? fault : nil
        try await database.write { transaction throws(StorageError) in
            try transaction.save(drill)
            try transaction.record(drill.backup) { record in
                if let damage { record.fault = damage } else if drill.fault == nil { record.verifiedAt = drill.at }
            }
        }
        state.withLock { state in
            state.situation.drill = drill
            if fault == nil { state.figures.drillSeconds = job.progress.seconds.values.reduce(0, +) }
        }
        if let fault {
            log.error("restore drill failed", ["backup": .text(job.backup), "detail": .text(fault)])
        } else {
            log.info("restore drill passed", ["backup": .text(job.backup)])
        }
        try await look()
    }

    /// What is wrong, for people; nil when nothing is. Throws on when the database is being closed.
    private func judgement(_ work: () async throws(StorageError) -> Void) async throws(StorageError) -> String? {
        do throws(StorageError) {
            try await work()
            return nil
        } catch .closed {
            throw .closed
        } catch {
            return error.explanation
        }
    }

    func remove(_ name: String, _ entry: AuditEntry) async throws(StorageError) {
        let (folder, now) = (folder, now())
        try await database.read { _ throws(StorageError) in try folder.remove(name) }
        try await database.write { transaction throws(StorageError) in
            try transaction.forgetBackup(name)
            try transaction.audit(entry, at: now)
        }
        try await look()
    }
}

/// What is sent elsewhere.
extension BackupKeeper {
    /// Sends what the store has not got, newest first, until there is nothing or something fails.
    func uploadDue() async throws(StorageError) {
        guard let store, claimSending() else { return }
        defer { state.withLock { $0.isSending = false } }
        while !Task.isCancelled, let backup = step.upload(try await look().backups, at: now()),
            let report = backup.report
        {
            let fault: ObjectStoreFault?
            do throws(ObjectStoreFault) {
                try await send(backup.name, report, to: store)
                fault = nil
            } catch {
                fault = error
            }
            if case .unanswered(let failure) = fault, failure.kind == .cancelled { return }
            try await note(fault, of: backup.name)
            guard fault == nil else { return }
            await removeOld(from: store)
        }
    }

    private func claimSending() -> Bool {
        state.withLock { state in
            defer { state.isSending = true }
            return !state.isSending
        }
    }

    /// The manifest last: where there is one, its file is complete.
    private func send(_ name: String, _ report: BackupReport, to store: ObjectStore) async throws(ObjectStoreFault) {
        try await store.put(file: folder.path(of: name), bytes: report.bytes, sha256: report.sha256, as: name)
        try await store.put(JSON.bytes(report), type: JSON.contentType, as: BackupFolder.manifest(of: name))
    }

    private func note(_ fault: ObjectStoreFault?, of name: String) async throws(StorageError) {
        let now = now()
        state.withLock { state in
            if fault == nil { state.figures.uploads += 1 } else { state.figures.uploadFailures += 1 }
            state.figures.lastUploadSucceeded = fault == nil
        }
        let detail = fault?.explanation
        try await database.write { transaction throws(StorageError) in
            try transaction.record(name) { record in
                record.uploadTries += 1
                record.uploadFault = detail
                record.uploadedAt = detail == nil ? now : nil
                record.uploadDueAt =
                    detail == nil ? nil : BackupStep.uploadDue(after: record.uploadTries, at: now)
            }
        }
        if let detail {
            log.warning("backup not sent", ["backup": .text(name), "cause": .text("store"), "detail": .text(detail)])
        } else {
            log.info("backup sent", ["backup": .text(name)])
        }
    }

    private func removeOld(from store: ObjectStore) async {
        do throws(ObjectStoreFault) {
            for name in step.obsoleteObjects(try await store.names(beginningWith: "parley-"), at: now()) {
                try await store.delete(name)
            }
        } catch {
            log.warning("old backups not removed from the store", ["cause": .text("store"), "detail": .text(error.explanation)])
        }
    }
}

extension StorageError {
    /// Whether a backup is at fault, not the place where it was looked at.
    fileprivate var isDamage: Bool {
        switch self {
        case .backupFailed(.digestDiffers), .backupFailed(.damaged), .backupFailed(.rowsDiffer),
            .backupFailed(.foreign), .backupFailed(.missing), .backupFailed(.manifestMissing),
            .backupFailed(.manifestUnreadable), .corrupt, .newerSchema:
            true
        default: false
        }
    }
}

extension BackupRoom {
    /// Why no further backup fits, in numbers.
    var refusal: String {
        func text(_ bytes: Int64) -> String { "\((bytes + (1 << 20) - 1) >> 20) MiB" }
        return "There is not enough room: a copy takes \(text(needed)), \(text(max(0, free))) are free, and "
            + "\(text(reserve)) of them must stay so."
    }
}
