import Storage
import Web

/// Erases all that the program knows about somebody.
struct Erasures: Sendable {
    /// Of the database's secret.
    static let keyName = "erasures"
    /// How long one write may take before it begins with the next thing: nearly everybody is gone in one.
    static let writeTimeMax = Duration.milliseconds(50)
    /// What comes to be known while somebody is being erased is looked for so often.
    static let roundsMax = 5

    let database: Database
    let erasers: [Eraser]
    /// Has memory forget: before, so that nothing of it is written again meanwhile, and once all is gone.
    let forget: @Sendable (_ subject: Subject, _ isGone: Bool) async -> Void
    let now: WallClock
    let key = SigningKey()

    func digest(of subject: Subject) -> String { key.signature(of: subject.text) }

    /// Erases somebody and leaves a receipt. What is more than one write should do is erased in several, the receipt
    /// with them: cut short, it says so, and the same call again erases the rest.
    ///
    /// - Returns: nil when nothing is known about them.
    /// - Throws: `Problem` 409 when something has to end first; `StorageError`.
    func erase(_ subject: Subject, by call: Call) async throws -> Erasure? {
        await forget(subject, false)
        var found = try await find(subject)
        guard !found.isEmpty else { return nil }
        let began = now()
        var receipt = Erasure(
            id: UUIDv7.next(at: began), subject: subject.kind, digest: digest(of: subject),
            actorKind: call.caller.kind.rawValue, actor: call.caller.id, beganAt: Timestamp(began), counts: [:])
        for _ in 0..<Self.roundsMax where !found.isEmpty {
            var rest = found[...]
            while !rest.isEmpty {
                let batch = rest, earlier = receipt, now = now()
                let (done, later) = try await database.write { transaction throws(StorageError) in
                    try erase(batch, earlier, by: call, at: now, in: transaction)
                }
                receipt = later
                rest = rest.dropFirst(done)
            }
            found = try await find(subject)
        }
        await forget(subject, true)
        return receipt
    }

    private func find(_ subject: Subject) async throws -> [(Eraser, key: String)] {
        try await database.read { snapshot throws(StorageError) -> Result<[(Eraser, key: String)], Problem> in
            var found: [(Eraser, key: String)] = []
            for eraser in erasers {
                if let problem = try eraser.hindrance(snapshot, subject) { return .failure(problem) }
                for key in try eraser.find(snapshot, subject) { found.append((eraser, key)) }
            }
            return .success(found)
        }.get()
    }

    /// Erases the first of what was found, until it took long enough.
    ///
    /// - Returns: how many of them, and the receipt as it is then.
    private func erase(
        _ found: ArraySlice<(Eraser, key: String)>, _ earlier: Erasure, by call: Call, at now: Int64,
        in transaction: borrowing Transaction
    ) throws(StorageError) -> (done: Int, Erasure) {
        try transaction.overwriteDeleted()
        let began = ContinuousClock.now
        var receipt = earlier, done = 0
        for (eraser, key) in found {
            let count = try eraser.erase(transaction, key)
            if count > 0 { receipt.counts[eraser.name, default: 0] += count }
            done += 1
            if ContinuousClock.now - began > Self.writeTimeMax { break }
        }
        if done == found.count {
            receipt.endedAt = Timestamp(now)
            try transaction.audit(
                AuditEntry(call, "person.erased", receipt.id, receipt.counts.mapValues { "\($0)" }), at: now)
        }
        try transaction.save(receipt)
        return (done, receipt)
    }
}
