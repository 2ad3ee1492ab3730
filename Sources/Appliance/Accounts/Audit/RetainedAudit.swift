import Storage

extension Retained {
    /// The only thing that ever takes a line from the audit log; the run that does says so in the log.
    static let audit = Retained(
        "audit", "The audit log: who did what.", standard: 365, days: 30...Retained.daysMax
    ) { snapshot, before, after, take throws(StorageError) in
        var oldest = OldestFirst(before: before)
        try snapshot.scan("SELECT id, at FROM audit WHERE id > ? ORDER BY id", [.text(after)]) {
            row throws(StorageError) in
            oldest.give(Old(key: row.text(0), since: row.integer(1)), to: take)
        }
    } purge: { transaction, id, before, _ throws(StorageError) in
        try transaction.run("DELETE FROM audit WHERE id = ? AND at < ?", .text(id), .integer(before))
    }
}
