import Outbound
import Storage

extension Retained {
    /// The figures stay: they say nothing of anybody, and a survey's numbers should not shrink as time goes by.
    static let surveySessions = Retained(
        "survey_sessions",
        "Survey sessions that were completed or abandoned: answers, transcript, and what was sent because of them.",
        standard: nil
    ) { snapshot, before, after, take throws(StorageError) in
        var oldest = OldestFirst(before: before)
        try snapshot.scan(
            """
            SELECT id, ended_at, started_at FROM survey_session
            WHERE id > ? AND status <> 'active' AND ended_at IS NOT NULL ORDER BY id
            """, [.text(after)]
        ) { row throws(StorageError) in
            oldest.give(Old(key: row.text(0), since: row.integer(1)), orderedBy: row.integer(2), to: take)
        }
    } purge: { transaction, id, before, _ throws(StorageError) in
        // It may have been taken up again since it was found.
        let session = try transaction.first(
            "SELECT message FROM survey_session WHERE id = ? AND status <> 'active' AND ended_at < ?", .text(id),
            .integer(before), as: { $0.optionalText(0) })
        guard let session, try !transaction.snapshot.isOnItsWay(session: id, message: session) else { return 0 }
        return try transaction.eraseSession(id, message: session)
    }

    /// Deliveries whose session is kept: they repeat its answers.
    static let responses = Retained(
        "survey_deliveries", "Responses that were handed on over a channel, or could not be, with their attempts.",
        standard: nil
    ) { snapshot, before, after, take throws(StorageError) in
        var oldest = OldestFirst(before: before)
        try snapshot.eachEndedDelivery(source: HandingOn.source, after: after) {
            oldest.give(Old(key: $0, since: $1), to: take)
        }
    } purge: { transaction, id, _, _ throws(StorageError) in
        try transaction.forgetEndedDelivery(id)
    }
}

extension Snapshot {
    /// Whether something of a session is yet to be delivered.
    fileprivate borrowing func isOnItsWay(session: String, message: String?) throws(StorageError) -> Bool {
        if try hasOpenDeliveries(source: HandingOn.source, reference: session) { return true }
        guard let message else { return false }
        return try hasOpenDeliveries(source: MessageTables.source, reference: message)
    }
}
