import Web

/// What a client sends to set the bridge up: only what is to become different.
struct BridgeChange: InputShape {
    /// How far back `since` may reach: each hour of it is a window that BigChat is asked for.
    static let sinceDaysMax: Int64 = 366

    private static let source = Field.address("source", "BigChat's address, such as http://127.0.0.1:8267.").optional
    private static let destination = Field.address("destination", "OurAPI's address, such as http://127.0.0.1:8266.")
        .optional
    private static let interval = Field.whole(
        "interval_seconds", BridgeSettings.intervals, "Seconds from poll to poll."
    ).optional
    private static let lookBack = Field.whole(
        "look_back_seconds", BridgeSettings.lookBacks,
        "How much of the past each poll asks for again; 0 for a source that answers differently the second time."
    ).optional
    private static let parallelism = Field.whole(
        "parallelism", OurAPIChannel.parallelisms, "Conversations that are brought into OurAPI at the same time; 1 is what it bears."
    ).optional
    private static let isEnabled = Field.truth("enabled", "Whether BigChat is asked.").optional
    private static let since = Field.time("since", "Where to go on from, in place of where the last poll ended.")
        .optional

    static let fields = [
        source.description, destination.description, interval.description, lookBack.description,
        parallelism.description, isEnabled.description, since.description,
    ]
    static let example = #"{"source": "http://127.0.0.1:8267", "interval_seconds": 30, "enabled": true}"#

    let source: String?
    let destination: String?
    let intervalSeconds: Int?
    let lookBackSeconds: Int?
    let parallelism: Int?
    let isEnabled: Bool?
    let since: Timestamp?

    init(_ input: inout Input) {
        source = input.take(Self.source)
        destination = input.take(Self.destination)
        intervalSeconds = input.take(Self.interval)
        lookBackSeconds = input.take(Self.lookBack)
        parallelism = input.take(Self.parallelism)
        isEnabled = input.take(Self.isEnabled)
        since = input.take(Self.since)
    }

    /// For the audit log.
    var told: [String: String] {
        var told: [String: String] = [:]
        told["source"] = source
        told["destination"] = destination
        told["interval_seconds"] = intervalSeconds.map { String($0) }
        told["look_back_seconds"] = lookBackSeconds.map { String($0) }
        told["parallelism"] = parallelism.map { String($0) }
        told["enabled"] = isEnabled.map { String($0) }
        told["since"] = since?.iso8601
        return told
    }

    /// What only the clock can tell to be wrong.
    func problem(at now: Int64) -> FieldProblem? {
        guard let since else { return nil }
        if since.milliseconds > now { return FieldProblem("since", "Must not be later than now.") }
        if since.milliseconds < now - Timestamp.hours(24 * Self.sinceDaysMax) {
            return FieldProblem("since", "Must be at most \(Self.sinceDaysMax) days ago.")
        }
        return nil
    }

    func applied(to settings: BridgeSettings) -> BridgeSettings {
        settings.with(
            source: source, intervalSeconds: intervalSeconds, lookBackSeconds: lookBackSeconds, isEnabled: isEnabled)
    }
}

/// What a client sends to see what a window would cause.
struct DryRunDraft: InputShape {
    static let windowSecondsMax: Int64 = 3_600

    private static let from = Field.time("from", "Where the window begins.")
    private static let until = Field.time("until", "Where it ends, at most an hour later; not later than now.")
    static let fields = [from.description, until.description]
    static let example = #"{"from": "2026-01-31T09:00:00Z", "until": "2026-01-31T09:30:00Z"}"#

    let from: Timestamp
    let until: Timestamp

    init(_ input: inout Input) {
        from = input.take(Self.from)
        until = input.take(Self.until)
    }

    /// Whole seconds, since BigChat is asked for whole ones: the window is rounded outwards.
    var window: Range<Int64> {
        let first = from.milliseconds / 1_000
        return first..<max(first, (until.milliseconds + 999) / 1_000)
    }

    func problem(at now: Int64) -> FieldProblem? {
        if until.milliseconds > now { return FieldProblem("until", "Must not be later than now.") }
        if until <= from { return FieldProblem("until", "Must be later than 'from'.") }
        if until.milliseconds - from.milliseconds > Timestamp.seconds(Self.windowSecondsMax) {
            return FieldProblem("until", "Must be at most an hour later than 'from'.")
        }
        return nil
    }
}

/// What a client sends to have stored pages read anew.
struct ReplayDraft: InputShape {
    private static let from = Field.time("from", "Pages of the windows that end later than this are read anew.")
    static let fields = [from.description]

    let from: Timestamp

    init(_ input: inout Input) { from = input.take(Self.from) }
}
