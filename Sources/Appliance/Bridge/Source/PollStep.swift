/// What BigChat is asked for: events from a second up to, and without, another. Unix seconds.
struct PollWindow: Hashable, Sendable {
    var from: Int64
    var until: Int64

    /// After a long downtime the gap is asked for in parts.
    static let secondsMax: Int64 = 3_600
}

/// When to ask BigChat, and for what: no clock, no dice, no storage.
enum PollStep {
    /// A clock that is so far behind what was asked for already has been set back.
    static let clockToleranceSeconds: Int64 = 60
    /// A page that cannot be had is asked for again after 1 s, 2 s, 4 s, … and no later than this.
    static let pauseMaxMs: Int64 = 60_000

    /// The next window, or nil while there is nothing new to ask for.
    ///
    /// Goes on where the last one ended (`cursor`), however long ago that is, reaching back as far as the settings say.
    /// A first poll asks for the last interval. So does one that finds the clock set back: events of the time that comes
    /// again would otherwise not be asked for until the clock has caught up; those that are known are recognised.
    static func window(after cursor: Int64?, _ settings: BridgeSettings, at now: Timestamp) -> PollWindow? {
        let second = now.milliseconds / 1_000, interval = Int64(settings.intervalSeconds)
        guard let cursor, cursor <= second + clockToleranceSeconds else {
            return PollWindow(from: second - interval, until: second)
        }
        guard cursor < second else { return nil }
        return PollWindow(
            from: cursor - Int64(settings.lookBackSeconds), until: min(second, cursor + PollWindow.secondsMax))
    }

    /// Milliseconds until a page is asked for again. `jitter` is uniform in 0..<1.
    static func pause(afterFailures failures: Int, jitter: Double) -> Int64 {
        let full = min(pauseMaxMs, 1_000 << Int64(min(max(failures, 1) - 1, 10)))
        return Int64(Double(full) * (1 - jitter / 4))
    }
}

/// Numbers equal events of one poll: with the content that is what an event is known by.
struct Occurrences: Sendable {
    private struct Key: Hashable {
        let conversation: Int64
        let fingerprint: String
    }

    private var counts: [Key: Int64] = [:]

    /// 1 for the first event of this content, 2 for the next.
    mutating func number(_ event: BridgeEvent, _ fingerprint: String) -> Int64 {
        let key = Key(conversation: event.conversation, fingerprint: fingerprint)
        let number = counts[key, default: 0] + 1
        counts[key] = number
        return number
    }
}
