public import Storage

/// What is due and nothing holds back.
public struct DueDeliveries: Sendable, Equatable {
    /// When the first of them was due; Unix milliseconds, UTC. Nil without any.
    public var oldestAt: Int64?
    /// By channel: since when the first has been due without any delivery of the channel being taken. A channel that is
    /// slow, having much to do, is not late; one that the dispatcher has forgotten is.
    public var untouchedSince: [String: Int64] = [:]

    public init() {}
}

extension Dispatcher {
    /// What should be on its way by now. Channels that are paused, held, or of a kind unknown here are left out: their
    /// deliveries wait for somebody else.
    ///
    /// - Parameter now: Unix milliseconds, UTC.
    public func due(in snapshot: borrowing Snapshot, at now: Int64) throws(StorageError) -> DueDeliveries {
        let channels = try snapshot.all(
            """
            SELECT name, kind, changed_at, held_until,
                (SELECT min(due_at) FROM outbox WHERE state = 'waiting' AND behind = 0 AND channel = channel.name)
            FROM channel WHERE paused = 0 AND (held_until IS NULL OR held_until <= ?) ORDER BY name
            """,
            .integer(now)
        ) { row throws(StorageError) in
            (name: row.text(0), kind: row.text(1), openAt: max(row.integer(2), row.optionalInteger(3) ?? 0),
                dueAt: row.optionalInteger(4))
        }
        var due = DueDeliveries()
        for channel in channels where courier(ofKind: channel.kind) != nil {
            guard let dueAt = channel.dueAt, dueAt <= now else { continue }
            due.oldestAt = min(due.oldestAt ?? dueAt, dueAt)
            due.untouchedSince[channel.name] = max(dueAt, channel.openAt, lastTaken(channel.name))
        }
        return due
    }
}
