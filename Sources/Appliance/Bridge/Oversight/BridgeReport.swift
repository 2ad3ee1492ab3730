import Outbound

/// The whole of the bridge as `GET /api/bridge` shows it.
struct BridgeReport: Encodable, Sendable {
    let figures: BridgeFigures
    let lastPoll: PollRow?
    let state: BridgeState
    /// Unix milliseconds.
    let now: Int64

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(Settings(figures: figures), forKey: .settings)
        try container.encode(figures.setup.cursor.map(Timestamp.unix(seconds:)), forKey: .cursor)
        try container.encode(figures.setup.lagSeconds(at: now), forKey: .lag)
        try container.encode(figures.applyLagSeconds(at: now), forKey: .applyLag)
        try container.encode(Polling(state: state, last: lastPoll), forKey: .polling)
        try container.encode(Counts(figures: figures), forKey: .counts)
        try container.encode(figures.setup.destination.map(Destination.init), forKey: .destination)
        try container.encode(Sweep(figures), forKey: .sweep)
        try container.encode(figures.setup.replay.map(Replay.init), forKey: .replay)
    }

    private enum Key: String, CodingKey {
        case settings, cursor, polling, counts, destination, sweep, replay
        case lag = "lag_seconds"
        case applyLag = "apply_lag_seconds"
    }
}

extension Timestamp {
    /// A time that BigChat or OurAPI told; one beyond the years 1970 to 9999 is shown as the nearest within.
    static func unix(seconds: Int64) -> Timestamp { Timestamp(Timestamp.seconds(min(max(seconds, 0), 253_402_300_799))) }
}

private struct Settings: Encodable {
    let figures: BridgeFigures

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(figures.setup.settings.source, forKey: .source)
        try container.encode(figures.setup.destinationURL, forKey: .destination)
        try container.encode(figures.setup.settings.intervalSeconds, forKey: .interval)
        try container.encode(figures.setup.settings.lookBackSeconds, forKey: .lookBack)
        try container.encode(figures.setup.parallelism, forKey: .parallelism)
        try container.encode(figures.setup.settings.isEnabled, forKey: .enabled)
    }

    private enum Key: String, CodingKey {
        case source, destination, parallelism, enabled
        case interval = "interval_seconds"
        case lookBack = "look_back_seconds"
    }
}

private struct Polling: Encodable {
    let state: BridgeState
    let last: PollRow?

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(state.isPolling, forKey: .underWay)
        try container.encode(state.failures, forKey: .failures)
        try container.encode(state.lastFailure.map(FailureReport.init), forKey: .lastFailure)
        try container.encode(state.nextPollAt.map(Timestamp.init), forKey: .next)
        try container.encode(last.map(PollReport.init), forKey: .last)
    }

    private enum Key: String, CodingKey {
        case failures, last
        case underWay = "under_way"
        case lastFailure = "last_failure"
        case next = "next_at"
    }
}

struct FailureReport: Encodable {
    let code: String
    let detail: String
    let at: Timestamp

    init(_ failure: BridgeState.Failure) {
        code = failure.code
        detail = failure.detail
        at = Timestamp(failure.at)
    }
}

private struct Counts: Encodable {
    let figures: BridgeFigures

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(figures.tallied("conversations"), forKey: .conversations)
        let kinds = BridgeEvent.Kind.allCases.map { ($0.rawValue, figures.events($0)) }
        try container.encode(Dictionary(uniqueKeysWithValues: kinds), forKey: .events)
        let fates = EventFate.allCases.map { ($0.rawValue, figures.events($0)) }
        try container.encode(Dictionary(uniqueKeysWithValues: fates), forKey: .fates)
        try container.encode(figures.tallied("known"), forKey: .known)
        try container.encode(figures.tallied("aside"), forKey: .aside)
        try container.encode(figures.parked, forKey: .parked)
        try container.encode(figures.queued, forKey: .queued)
        try container.encode(figures.waiting, forKey: .waiting)
        try container.encode(figures.toAsk, forKey: .toAsk)
        try container.encode(figures.advisorsToAsk, forKey: .advisorsToAsk)
    }

    private enum Key: String, CodingKey {
        case conversations, events, fates, known, aside, parked, queued, waiting
        case toAsk = "to_ask"
        case advisorsToAsk = "advisors_to_ask"
    }
}

private struct Destination: Encodable {
    let channel: Channel

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(channel.name, forKey: .channel)
        try container.encode(channel.paused, forKey: .paused)
        try container.encode(channel.hold.map(ChannelReport.Hold.init), forKey: .hold)
    }

    private enum Key: CodingKey { case channel, paused, hold }
}

/// What has to be done because OurAPI forgot something: everything it had confirmed before is asked about again.
private struct Sweep: Encodable {
    let doubtedAt: Timestamp
    let toVerify: Int

    /// Nil when nothing is in doubt.
    init?(_ figures: BridgeFigures) {
        guard let doubtedAt = figures.setup.doubtedAt else { return nil }
        self.doubtedAt = Timestamp(doubtedAt)
        toVerify = figures.toVerify
    }

    private enum CodingKeys: String, CodingKey {
        case doubtedAt = "doubted_at"
        case toVerify = "to_verify"
    }
}

private struct Replay: Encodable {
    let nextPoll: Int64
    let lastPoll: Int64

    init(_ polls: ClosedRange<Int64>) {
        nextPoll = polls.lowerBound
        lastPoll = polls.upperBound
    }

    private enum CodingKeys: String, CodingKey {
        case nextPoll = "next_poll"
        case lastPoll = "last_poll"
    }
}
