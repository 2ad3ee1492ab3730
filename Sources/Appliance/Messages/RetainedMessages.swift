import Outbound
import Storage

extension Retained {
    /// A message goes with all that was done to deliver it, once nothing of it is on its way.
    static let messages = Retained(
        "messages", "Messages that nothing is done about any more, with their deliveries and attempts.", standard: nil
    ) { snapshot, before, after, take throws(StorageError) in
        var oldest = OldestFirst(before: before)
        try snapshot.scan(
            """
            SELECT id, created_at FROM message m
            WHERE id > ? AND status <> 'pending' AND status <> 'queued' AND NOT EXISTS (
                SELECT 1 FROM outbox o WHERE o.source = ? AND o.reference = m.id
                    AND (o.state = 'waiting' OR o.state = 'in_flight'))
            ORDER BY id
            """, [.text(after), .text(MessageTables.source)]
        ) { row throws(StorageError) in oldest.give(Old(key: row.text(0), since: row.integer(1)), to: take) }
    } purge: { transaction, id, _, _ throws(StorageError) in
        guard try !transaction.snapshot.hasOpenDeliveries(source: MessageTables.source, reference: id) else { return 0 }
        return try transaction.eraseMessage(id)
    }

    static let attempts = Retained(
        "delivery_attempts", "What each attempt to deliver came to. They go with their delivery, if that goes first.",
        standard: 90
    ) { snapshot, before, after, take throws(StorageError) in
        var oldest = OldestFirst(before: before)
        try snapshot.eachDeliveryAttempted(after: after) { oldest.give(Old(key: $0, since: $1), to: take) }
    } purge: { transaction, delivery, before, _ throws(StorageError) in
        try transaction.forgetAttempts(ofDelivery: delivery, before: before)
    }
}
