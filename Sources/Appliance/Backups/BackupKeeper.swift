import Outbound
import Storage

/// Keeps backups: has them made when they are due, old ones removed, drills held and copies sent.
///
/// What there is (`inventory`) tells what is due (`BackupStep`), and that goes to who does it (`workshop`, `sender`).
final class BackupKeeper: Sendable {
    /// How often it looks whether something is due.
    static let interval = Duration.seconds(60)

    let settings: BackupSettings
    let inventory: BackupInventory
    let workshop: BackupWorkshop
    /// Nil without a store.
    let sender: BackupSender?
    private let step: BackupStep
    private let startedAt: Int64
    private let log: Log
    private let now: WallClock

    /// - Parameters:
    ///   - folder: of the data.
    ///   - limit: what has to stay free of the disk beside backups.
    init(
        database: Database, folder: String, settings: BackupSettings, limit: DiskLimit = DiskLimit(), log: Log,
        thread: FolderThread = FolderThread(), now: @escaping WallClock
    ) {
        self.settings = settings
        self.log = log
        self.now = now
        startedAt = now()
        let step = BackupStep(settings: settings)
        let inventory = BackupInventory(
            database: database, folder: BackupFolder(settings.folder ?? "\(folder)/backups"), thread: thread)
        self.step = step
        self.inventory = inventory
        workshop = BackupWorkshop(database: database, inventory: inventory, limit: limit, log: log, now: now)
        sender = settings.store.flatMap { ObjectStore($0, userAgent: "parley/\(Program.version)") }.map { store in
            BackupSender(to: store, step, inventory: inventory, database: database, log: log, now: now)
        }
    }

    /// Runs until its task is cancelled.
    func run() async {
        async let sending: Void = repeatedly("backups not sent") { () throws(StorageError) in
            try await self.sender?.sendDue()
        }
        await repeatedly("backups not looked after") { () throws(StorageError) in
            try await self.workDue()
        }
        await sending
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
    func close() {
        inventory.close()
        sender?.close()
    }

    /// As of the last look.
    var health: BackupHealth { BackupHealth(situation, settings, at: now()) }

    private var situation: BackupStep.Situation {
        let seen = inventory.seen
        return BackupStep.Situation(
            backups: seen.backups, drill: seen.drill, startedAt: startedAt, failures: workshop.failures,
            folderFault: seen.folderFault)
    }
}

extension BackupKeeper {
    /// Does what is due, one thing after the other, until nothing is.
    func workDue() async throws(StorageError) {
        // What could not be removed keeps nothing else from being done.
        var stuck: Set<String> = []
        while !Task.isCancelled {
            try await workshop.settle(try await inventory.look())
            var situation = situation
            situation.backups.removeAll { stuck.contains($0.name) }
            switch step.due(situation, at: now()) {
            case nil: return
            case .make:
                guard let job = workshop.begin(.making, BackupFolder.name(at: now())) else { return }
                try await make(job, isAsked: false)
            case .drill(let name):
                guard let job = workshop.begin(.drilling, name) else { return }
                try await workshop.drill(job)
            case .remove(let names):
                for name in names {
                    guard let job = workshop.begin(.removing, name) else { return }
                    if try await !removeObsolete(job) { stuck.insert(name) }
                }
            }
        }
    }

    /// Makes a backup that was begun, and sends it.
    func make(_ job: BackupJob, isAsked: Bool, _ entry: AuditEntry? = nil) async throws(StorageError) {
        guard try await workshop.make(job, isAsked: isAsked, entry), let sender else { return }
        // What keeps it from being sent is told when it is tried again.
        Task { try? await sender.sendDue() }
    }

    /// - Returns: whether it is gone.
    private func removeObsolete(_ job: BackupJob) async throws(StorageError) -> Bool {
        let entry = AuditEntry(actorKind: .program, action: "backup.deleted", thing: job.backup)
        do throws(StorageError) {
            return try await workshop.remove(job, entry) { step.obsolete($0, at: now()).contains(job.backup) }
        } catch .closed {
            throw .closed
        } catch {
            log.warning(
                "old backup not removed",
                ["backup": .text(job.backup), "cause": .text(error.code), "detail": .text(error.explanation)])
            return false
        }
    }

    /// All of them as they are shown, newest first; what is being made, and what could not be, included.
    func answers() async throws(StorageError) -> [BackupAnswer] {
        // Asked before: one that is done meanwhile is among the backups.
        let job = workshop.job, backups = try await inventory.look().backups
        let drill = inventory.seen.drill
        var answers = backups.reversed().map { backup in
            BackupAnswer(
                backup, drill: drill?.backup == backup.name ? drill : nil, job: job?.backup == backup.name ? job : nil,
                isSent: settings.store != nil)
        }
        if let job, job.kind == .making, !answers.contains(where: { $0.name == job.backup }) {
            answers.insert(BackupAnswer(job), at: 0)
        }
        if let failed = workshop.failed { answers.append(BackupAnswer(failed: failed.name, failed.detail)) }
        return answers
    }
}
