internal import FoundationEssentials
public import Storage

/// What became of a request to delete a channel.
public enum ChannelDeletion: Sendable, Equatable {
    case deleted
    case notFound
    /// Deliveries are waiting or under way: cancel them first, or let them go.
    case hasOpenDeliveries
}

extension Transaction {
    /// Creates a channel or replaces its kind, settings, pause and `allowPrivate`; `createdAt` of an existing one
    /// stays.
    ///
    /// Whatever held it is forgotten: the change may have repaired it, and its deliveries are tried at once.
    public borrowing func save(_ channel: Channel, at now: Int64) throws(StorageError) {
        try run(
            """
            INSERT INTO channel (name, kind, settings, paused, allow_private, revision, created_at, changed_at)
            VALUES (?, ?, ?, ?, ?, 1, ?, ?)
            ON CONFLICT (name) DO UPDATE SET
                kind = excluded.kind, settings = excluded.settings, paused = excluded.paused,
                allow_private = excluded.allow_private, revision = channel.revision + 1,
                held_until = NULL, held_class = NULL, held_detail = NULL, held_streak = NULL,
                changed_at = excluded.changed_at
            """,
            .text(channel.name), .text(channel.kind), .text(Channel.text(of: channel.settings)), .truth(channel.paused),
            .truth(channel.allowPrivate), .integer(now), .integer(now))
        notify(.channels)
    }

    /// Holds a channel's deliveries back, or lets them go at once; false when there is no such channel.
    @discardableResult
    public borrowing func setPaused(_ paused: Bool, channel: String, at now: Int64) throws(StorageError) -> Bool {
        let changed = try run(
            """
            UPDATE channel SET paused = ?, revision = revision + 1, held_until = NULL, held_class = NULL,
                held_detail = NULL, held_streak = NULL, changed_at = ?
            WHERE name = ?
            """,
            .truth(paused), .integer(now), .text(channel))
        notify(.channels)
        return changed > 0
    }

    /// Holds back the deliveries of every channel.
    public borrowing func pauseEveryChannel(at now: Int64) throws(StorageError) {
        let names = try all("SELECT name FROM channel") { row throws(StorageError) in row.text(0) }
        for name in names { try setPaused(true, channel: name, at: now) }
    }

    /// Deletes a channel that nothing waits for. What it delivered stays readable.
    public borrowing func deleteChannel(_ name: String) throws(StorageError) -> ChannelDeletion {
        let isOpen = try first(
            """
            SELECT EXISTS (SELECT 1 FROM outbox WHERE channel = ? AND state = 'waiting' AND behind = 0)
                OR EXISTS (SELECT 1 FROM outbox WHERE channel = ? AND state = 'in_flight')
            """,
            .text(name), .text(name)
        ) { row throws(StorageError) in row.truth(0) }
        if isOpen == true { return .hasOpenDeliveries }
        let deleted = try run("DELETE FROM channel WHERE name = ?", .text(name))
        notify(.channels)
        return deleted > 0 ? .deleted : .notFound
    }

    /// Records that the dispatcher holds a channel back, or that it no longer does.
    borrowing func setHold(_ hold: ChannelHold?, channel: String) throws(StorageError) {
        try run(
            "UPDATE channel SET held_until = ?, held_class = ?, held_detail = ?, held_streak = ? WHERE name = ?",
            .optional(hold?.until), .optional(hold?.outcomeClass.rawValue), .optional(hold?.detail),
            .optional(hold.map { Int64($0.streak) }), .text(channel))
    }
}

extension Snapshot {
    public borrowing func channel(named name: String) throws(StorageError) -> Channel? {
        try storedChannel(named: name)?.channel
    }

    /// Channels by name, those after `name` (all when nil).
    public borrowing func channels(after name: String? = nil, limit: Int) throws(StorageError) -> [Channel] {
        try all(
            """
            SELECT name, kind, settings, paused, allow_private, created_at, changed_at,
                held_until, held_class, held_detail, held_streak, revision
            FROM channel WHERE name > ? ORDER BY name LIMIT ?
            """,
            .text(name ?? ""), .integer(limit), as: StoredChannel.read
        ).map(\.channel)
    }

    borrowing func storedChannel(named name: String) throws(StorageError) -> StoredChannel? {
        try first(
            """
            SELECT name, kind, settings, paused, allow_private, created_at, changed_at,
                held_until, held_class, held_detail, held_streak, revision
            FROM channel WHERE name = ?
            """,
            .text(name), as: StoredChannel.read)
    }
}

/// A channel with the revision by which a change is noticed.
struct StoredChannel: Sendable, Equatable {
    var channel: Channel
    var revision: Int64

    static func read(_ row: borrowing Row) throws(StorageError) -> StoredChannel {
        var channel = Channel(
            name: row.text(0), kind: row.text(1), settings: Channel.settings(in: row.text(2)), paused: row.truth(3),
            allowPrivate: row.truth(4), createdAt: row.integer(5), changedAt: row.integer(6))
        if let until = row.optionalInteger(7), let outcomeClass = row.optionalText(8).flatMap(OutcomeClass.init) {
            channel.hold = ChannelHold(
                until: until, outcomeClass: outcomeClass, detail: row.optionalText(9) ?? "",
                streak: Int(row.optionalInteger(10) ?? 1))
        }
        return StoredChannel(channel: channel, revision: row.integer(11))
    }
}

extension Channel {
    /// As the database holds them.
    static func text(of settings: [String: SettingValue]) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let json = try? encoder.encode(settings) else {
            preconditionFailure("a setting is a number that JSON lacks")
        }
        return String(decoding: json, as: UTF8.self)
    }

    /// A text that is not an object of settings holds none: the courier then says what it misses.
    static func settings(in text: String) -> [String: SettingValue] {
        (try? JSONDecoder().decode([String: SettingValue].self, from: FoundationEssentials.Data(text.utf8))) ?? [:]
    }
}
