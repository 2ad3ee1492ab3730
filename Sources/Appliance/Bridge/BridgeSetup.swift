import Outbound
import Storage

/// How the bridge is set up and how far it is: its one row, and the channel to OurAPI.
struct BridgeSetup: Equatable, Sendable {
    var settings = BridgeSettings()
    /// OurAPI's address and health; nil: not set up.
    var destination: Channel?
    /// Unix seconds: BigChat was asked for everything before; nil: never.
    var cursor: Int64?
    /// Rises with settings that end the window under way: a new source, another place to go on from.
    var revision: Int64 = 0
    /// What OurAPI confirmed in an earlier era is in doubt: it has forgotten something since.
    var era: Int64 = 0
    /// Since when what is left of earlier eras is verified, Unix milliseconds; nil: there is nothing left.
    var doubtedAt: Int64?
    /// Polls that are read anew: the next one and the last.
    var replay: ClosedRange<Int64>?

    /// Whether there is anything to tell at all.
    var isSetUp: Bool { settings.source != nil || destination != nil }

    /// Whether BigChat is asked at all.
    var isAsking: Bool { settings.isEnabled && settings.source != nil && destination != nil }

    /// Seconds from where BigChat was asked until to now; nil before the first poll, and while nothing is asked.
    func lagSeconds(at now: Int64) -> Double? {
        guard isAsking, let cursor else { return nil }
        return Double(max(0, now - Timestamp.seconds(cursor))) / 1_000
    }

    /// Conversations under way in OurAPI at the same time.
    var parallelism: Int {
        guard case .number(let number)? = destination?.settings[OurAPIChannel.parallelismField] else { return 1 }
        return Int(exactly: number.rounded()) ?? 1
    }

    var destinationURL: String? {
        guard case .text(let url)? = destination?.settings[OurAPIChannel.urlField] else { return nil }
        return url
    }
}

extension Snapshot {
    /// The standard settings before anybody set anything up.
    borrowing func bridgeSetup() throws(StorageError) -> BridgeSetup {
        let row = try first(
            """
            SELECT source, interval_s, look_back_s, is_enabled, cursor, era, doubted_at, replay_poll, replay_until,
                revision
            FROM bridge WHERE id = 1
            """
        ) { row in
            var setup = BridgeSetup(
                settings: BridgeSettings(
                    source: row.optionalText(0), intervalSeconds: Int(row.integer(1)),
                    lookBackSeconds: Int(row.integer(2)), isEnabled: row.truth(3)),
                cursor: row.optionalInteger(4), revision: row.integer(9), era: row.integer(5), doubtedAt: row.optionalInteger(6))
            if let next = row.optionalInteger(7), let last = row.optionalInteger(8), next <= last {
                setup.replay = next...last
            }
            return setup
        }
        var setup = row ?? BridgeSetup()
        setup.destination = try channel(named: OurAPIChannel.name)
        return setup
    }
}

extension Transaction {
    /// Saves what a start was told, over what was set before. Nothing is touched where it was told nothing.
    borrowing func saveBridge(_ options: BridgeOptions, at now: Int64) throws(StorageError) {
        guard options != BridgeOptions() else { return }
        let settings = try snapshot.bridgeSetup().settings
        try saveBridge(
            options.applied(to: settings), destination: options.destination, parallelism: nil, since: nil, at: now)
    }

    /// Sets the bridge up.
    ///
    /// - Parameters:
    ///   - destination: OurAPI's address; nil: as before.
    ///   - parallelism: calls under way at once; nil: as before, at first 1.
    ///   - since: Unix seconds from where on BigChat is asked; nil: where the last poll ended.
    borrowing func saveBridge(
        _ settings: BridgeSettings, destination: String?, parallelism: Int?, since: Int64?, at now: Int64
    ) throws(StorageError) {
        let earlier = try snapshot.bridgeSetup()
        try run(
            """
            INSERT INTO bridge (id, source, interval_s, look_back_s, is_enabled, revision, polls, era)
            VALUES (1, ?, ?, ?, ?, 0, 0, 0)
            ON CONFLICT (id) DO UPDATE SET source = excluded.source, interval_s = excluded.interval_s,
                look_back_s = excluded.look_back_s, is_enabled = excluded.is_enabled
            """, .optional(settings.source), .integer(settings.intervalSeconds), .integer(settings.lookBackSeconds),
            .truth(settings.isEnabled))
        if let since { try run("UPDATE bridge SET cursor = ? WHERE id = 1", .integer(since)) }
        if since != nil || earlier.settings.source != settings.source {
            try run("UPDATE bridge SET revision = revision + 1 WHERE id = 1")
            // A window under way would put the cursor to its own end, and its next page is at the old address.
            try endPolls(at: now)
        }
        let before = earlier.destination
        var after =
            before ?? Channel(name: OurAPIChannel.name, kind: OurAPIChannel.kind, allowPrivate: true, createdAt: now)
        (after.kind, after.allowPrivate) = (OurAPIChannel.kind, true)
        if let destination { after.settings[OurAPIChannel.urlField] = .text(destination) }
        if let parallelism { after.settings[OurAPIChannel.parallelismField] = .number(Double(parallelism)) }
        // Only where it changes: an admin may have paused the channel for reasons of its own.
        if before == nil || earlier.settings.isEnabled != settings.isEnabled { after.paused = !settings.isEnabled }
        // What is set anew lifts a hold, also where it is the same.
        if after.settings[OurAPIChannel.urlField] != nil, after != before || destination != nil {
            after.changedAt = now
            try save(after, at: now)
        }
        notify(.bridge)
    }
}
