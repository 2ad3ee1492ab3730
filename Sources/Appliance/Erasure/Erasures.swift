import Storage
import Synchronization
import Web

/// Erases all that the program knows about somebody.
final class Erasures: Sendable {
    /// Of the database's secret.
    static let keyName = "erasures"
    /// How long one write may take before it begins with the next thing: nearly everybody is gone in one.
    static let writeTimeMax = Duration.milliseconds(50)
    /// What comes to be known while somebody is being erased is looked for so often.
    static let roundsMax = 5

    let key = SigningKey()
    private let database: Database
    private let erasers: [Eraser]
    /// Has memory forget: before, so that nothing of it is written again meanwhile, and after each write.
    private let forget: @Sendable (_ subject: Subject) async -> Void
    private let now: WallClock
    /// The latest call about each digest that is being erased.
    private let running = Mutex<[String: Task<Erasure?, any Error>]>([:])

    init(
        database: Database, erasers: [Eraser], forget: @escaping @Sendable (_ subject: Subject) async -> Void,
        now: @escaping WallClock
    ) {
        self.database = database
        self.erasers = erasers
        self.forget = forget
        self.now = now
    }

    func digest(of subject: Subject) -> String { key.signature(of: subject.text) }

    /// Erases somebody and leaves a receipt. What is more than one write should do is erased in several, the receipt
    /// with them. It is ended when a last look has found nothing: cut short, it says so, and the same call again erases
    /// the rest, or ends it.
    ///
    /// Calls about one person come one after the other, or the first to end would end the receipts of those that go on.
    /// Who waited and finds nothing left gets the receipt of who was before.
    ///
    /// - Returns: nil when nothing is known about them, and no receipt was left open.
    /// - Throws: `Problem` 409 when something has to end first; `StorageError`.
    func erase(_ subject: Subject, by call: Call) async throws -> Erasure? {
        let digest = digest(of: subject)
        let task = running.withLock { running in
            let before = running[digest]
            let task = Task { [self] in
                let earlier = await before?.result
                return try await eraseNow(subject, digest, by: call) ?? (try? earlier?.get())
            }
            running[digest] = task
            return task
        }
        defer { running.withLock { running in if running[digest] == task { running[digest] = nil } } }
        return try await task.value
    }

    private func eraseNow(_ subject: Subject, _ digest: String, by call: Call) async throws -> Erasure? {
        await forget(subject)
        var found = try await database.read { [self] snapshot throws(StorageError) in try find(subject, in: snapshot) }
        let isLeftOpen = found.isEmpty
        guard var receipt = try await isLeftOpen ? leftOpen(digest) : begun(subject, digest, by: call)
        else { return nil }
        for _ in 0..<Self.roundsMax {
            var rest = found[...]
            while !rest.isEmpty {
                let batch = rest, earlier = receipt
                let (done, later) = try await database.write { [self] transaction throws(StorageError) in
                    try erase(subject, batch, earlier, by: call, in: transaction)
                }.get()
                for (eraser, key) in batch.prefix(done) { eraser.forget(key) }
                await forget(subject)
                receipt = later
                rest = rest.dropFirst(done)
            }
            let latest = receipt
            let ended: Erasure?
            (found, ended) = try await database.write { [self] transaction throws(StorageError) in
                try end(subject, latest, wasLeftOpen: isLeftOpen, by: call, in: transaction)
            }
            if let ended { return ended }
        }
        return receipt
    }

    private func begun(_ subject: Subject, _ digest: String, by call: Call) -> Erasure {
        let began = now()
        return Erasure(
            id: UUIDv7.next(at: began), subject: subject.kind, digest: digest, actorKind: call.caller.kind.rawValue,
            actor: call.isAbout(subject) ? Erasure.themselves : call.caller.id, beganAt: Timestamp(began), counts: [:])
    }

    /// The receipt of a call that was cut short, when nothing was left but to say so.
    private func leftOpen(_ digest: String) async throws(StorageError) -> Erasure? {
        try await database.read { snapshot throws(StorageError) in try snapshot.openErasure(ofDigest: digest) }
    }

    private func find(
        _ subject: Subject, in snapshot: borrowing Snapshot
    ) throws(StorageError) -> [(Eraser, key: String)] {
        var found: [(Eraser, key: String)] = []
        for eraser in erasers {
            for key in try eraser.find(snapshot, subject) { found.append((eraser, key)) }
        }
        return found
    }

    /// Erases the first of what was found, until it took long enough.
    ///
    /// - Returns: how many of them, and the receipt as it is then.
    private func erase(
        _ subject: Subject, _ found: ArraySlice<(Eraser, key: String)>, _ earlier: Erasure, by call: Call,
        in transaction: borrowing Transaction
    ) throws(StorageError) -> Result<(done: Int, Erasure), Problem> {
        for eraser in erasers {
            if let problem = try eraser.hindrance(transaction.snapshot, subject) { return .failure(problem) }
        }
        try transaction.overwriteDeleted()
        if try transaction.snapshot.erasure(earlier.id) == nil {
            try transaction.audit(call.entry("person.erased", earlier, subject), at: earlier.beganAt.milliseconds)
        }
        let began = ContinuousClock.now
        var receipt = earlier, done = 0
        for (eraser, key) in found {
            let count = try eraser.erase(transaction, key)
            if count > 0 { receipt.counts[eraser.name, default: 0] += count }
            done += 1
            if ContinuousClock.now - began > Self.writeTimeMax { break }
        }
        try transaction.save(receipt)
        return .success((done, receipt))
    }

    /// Ends a receipt, looking a last time in the write that does: nothing comes in between.
    ///
    /// - Returns: what was found after all, or the receipt as it is kept.
    private func end(
        _ subject: Subject, _ receipt: Erasure, wasLeftOpen: Bool, by call: Call, in transaction: borrowing Transaction
    ) throws(StorageError) -> (found: [(Eraser, key: String)], Erasure?) {
        let found = try find(subject, in: transaction.snapshot)
        guard found.isEmpty else { return (found, nil) }
        let end = now()
        try transaction.endErasures(ofDigest: receipt.digest, at: end)
        if wasLeftOpen { try transaction.audit(call.entry("erasure.ended", receipt, subject), at: end) }
        return ([], try transaction.snapshot.erasure(receipt.id))
    }
}

extension Call {
    /// Whether somebody erases their own account.
    fileprivate func isAbout(_ subject: Subject) -> Bool {
        caller.kind == .account && subject == .account(caller.id)
    }

    /// Beside the digest of somebody nothing may say who they were, although they did it themselves.
    fileprivate func entry(_ action: StaticString, _ receipt: Erasure, _ subject: Subject) -> AuditEntry {
        var entry = AuditEntry(self, action, receipt.id, ["subject": receipt.subject])
        if isAbout(subject) { (entry.actor, entry.actorName) = (Erasure.themselves, nil) }
        return entry
    }
}
