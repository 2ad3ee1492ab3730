import Outbound
import Storage
import Synchronization

/// Sends copies of backups to the store, and removes old ones there.
final class BackupSender: Sendable {
    /// What was counted since the start.
    struct Figures: Sendable {
        var sent = 0
        var failed = 0
    }

    /// What came of sending a backup.
    private struct Outcome {
        let name: String
        /// Unix milliseconds.
        let at: Int64
        /// Nil when it arrived.
        let fault: String?
    }

    private struct State {
        var figures = Figures()
        var isSending = false
        /// Until it is on disk: nothing is sent before, or the same file would go again and again.
        var unnoted: Outcome?
    }

    private let store: ObjectStore
    private let step: BackupStep
    private let inventory: BackupInventory
    private let database: Database
    private let log: Log
    private let now: WallClock
    private let state = Mutex(State())

    init(
        to store: ObjectStore, _ step: BackupStep, inventory: BackupInventory, database: Database, log: Log,
        now: @escaping WallClock
    ) {
        self.store = store
        self.step = step
        self.inventory = inventory
        self.database = database
        self.log = log
        self.now = now
    }

    var figures: Figures { state.withLock { $0.figures } }

    /// Ends what is on its way.
    func close() { store.close() }

    /// Sends what the store has not got, newest first, until there is nothing or something fails.
    func sendDue() async throws(StorageError) {
        guard claim() else { return }
        defer { state.withLock { $0.isSending = false } }
        try await note()
        while !Task.isCancelled, let backup = step.upload(try await inventory.look().backups, at: now()),
            let report = backup.report
        {
            let fault: ObjectStoreFault?
            do throws(ObjectStoreFault) {
                try await send(backup.name, report)
                fault = nil
            } catch {
                fault = error
            }
            if case .unanswered(let failure) = fault, failure.kind == .cancelled { return }
            tell(Outcome(name: backup.name, at: now(), fault: fault?.explanation))
            try await note()
            guard fault == nil else { return }
            await removeOld()
        }
    }

    private func claim() -> Bool {
        state.withLock { state in
            defer { state.isSending = true }
            return !state.isSending
        }
    }

    /// The manifest last: where there is one, its file is complete.
    private func send(_ name: String, _ report: BackupReport) async throws(ObjectStoreFault) {
        try await store.put(
            file: inventory.folder.path(of: name), bytes: report.bytes, sha256: report.sha256, as: name)
        try await store.put(JSON.bytes(report), type: JSON.contentType, as: BackupFolder.manifest(of: name))
    }

    private func tell(_ outcome: Outcome) {
        state.withLock { state in
            if outcome.fault == nil { state.figures.sent += 1 } else { state.figures.failed += 1 }
            state.unnoted = outcome
        }
        if let fault = outcome.fault {
            log.warning(
                "backup not sent", ["backup": .text(outcome.name), "cause": .text("store"), "detail": .text(fault)])
        } else {
            log.info("backup sent", ["backup": .text(outcome.name)])
        }
    }

    private func note() async throws(StorageError) {
        guard let outcome = state.withLock({ $0.unnoted }) else { return }
        try await database.write { transaction throws(StorageError) in
            try transaction.record(outcome.name) { record in
                record.uploadTries += 1
                record.uploadFault = outcome.fault
                record.uploadedAt = outcome.fault == nil ? outcome.at : nil
                record.uploadDueAt =
                    outcome.fault == nil ? nil : BackupStep.uploadDue(after: record.uploadTries, at: outcome.at)
            }
        }
        state.withLock { $0.unnoted = nil }
    }

    private func removeOld() async {
        do throws(ObjectStoreFault) {
            for name in step.obsoleteObjects(try await store.names(beginningWith: "parley-"), at: now()) {
                try await store.delete(name)
            }
        } catch {
            log.warning("old backups not removed from the store", ["cause": .text("store"), "detail": .text(error.explanation)])
        }
    }
}
