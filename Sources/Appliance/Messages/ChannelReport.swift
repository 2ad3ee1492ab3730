import Outbound

/// A channel as the API shows it: what its courier calls a secret is there, but not to be read.
struct ChannelReport: Exemplified, Sendable {
    static var examples: [ChannelReport] {
        let now = Timestamp.example.milliseconds
        let channel = Channel(
            name: "team", kind: "slack", settings: ["url": .text(Courier.mask)], createdAt: now, changedAt: now,
            hold: ChannelHold(until: now + 60_000, outcomeClass: .throttled, detail: "429 Too Many Requests"))
        return [ChannelReport(channel: channel, settings: channel.settings)]
    }

    let channel: Channel
    let settings: [String: SettingValue]

    private init(channel: Channel, settings: [String: SettingValue]) {
        self.channel = channel
        self.settings = settings
    }

    /// - Parameter courier: nil for a kind that this build does not know any more: nothing of it is shown then.
    init(_ channel: Channel, courier: Courier?) {
        self.channel = channel
        settings = courier?.masked(channel.settings) ?? [:]
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(channel.name, forKey: .name)
        try container.encode(channel.kind, forKey: .kind)
        try container.encode(settings, forKey: .settings)
        try container.encode(channel.paused, forKey: .paused)
        try container.encode(channel.allowPrivate, forKey: .allowPrivate)
        try container.encode(channel.hold.map(Hold.init), forKey: .hold)
        try container.encode(Timestamp(channel.createdAt), forKey: .createdAt)
        try container.encode(Timestamp(channel.changedAt), forKey: .changedAt)
    }

    private enum Key: String, CodingKey {
        case name, kind, settings, paused, hold
        case allowPrivate = "allow_private"
        case createdAt = "created_at"
        case changedAt = "changed_at"
    }

    struct Hold: Encodable {
        let until: Timestamp
        let reason: OutcomeClass
        let detail: String

        init(_ hold: ChannelHold) {
            until = Timestamp(hold.until)
            reason = hold.outcomeClass
            detail = hold.detail
        }
    }
}

/// What became of a test message.
struct ChannelTestReport: Exemplified, Sendable {
    static var examples: [ChannelTestReport] { [ChannelTestReport(report: .example)] }

    let report: TestReport

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(report.outcomeClass == .delivered, forKey: .delivered)
        try container.encode(report.outcomeClass, forKey: .outcome)
        try container.encode(report.code, forKey: .code)
        try container.encode(report.excerpt, forKey: .excerpt)
        try container.encode(report.outcomeUnknown, forKey: .outcomeUnknown)
        try container.encode(report.durationMilliseconds, forKey: .duration)
    }

    private enum Key: String, CodingKey {
        case delivered, code, excerpt
        case outcome = "class"
        case duration = "duration_ms"
        case outcomeUnknown = "outcome_unknown"
    }
}

/// How many deliveries are tried again.
struct ResentReport: Exemplified, Sendable {
    static let examples = [ResentReport(resent: 12)]
    let resent: Int
}

extension SettingValue: Exemplified {
    static let examples: [SettingValue] = [.text("a"), .number(1), .truth(true), .list(["a"])]
}

/// What a client sends to make a channel.
struct ChannelDraft: InputShape {
    private static let name = Field.name("name", "What topics call it.")
    private static let kind = Field.name("kind", "How it is told: slack, email, webhook, jsonrpc or log.")
    fileprivate static let settings = Field.settings(
        "settings", "What the kind needs; docs/messages.md lists it for each.")
    fileprivate static let paused = Field.truth("paused", "Holds its messages until it is false again.")
    fileprivate static let allowPrivate = Field.truth(
        "allow_private", "Lets it call private, loopback and link-local addresses.")

    static let fields = [
        name.description, kind.description, settings.defaulting(to: [:]).description,
        paused.defaulting(to: false).description, allowPrivate.defaulting(to: false).description,
    ]
    static let example =
        #"{"name": "team", "kind": "webhook", "settings": {"url": "https://example.com/hook"}, "paused": true}"#

    let name: String
    let kind: String
    let settings: [String: SettingValue]
    let paused: Bool
    let allowPrivate: Bool

    init(_ input: inout Input) {
        name = input.take(Self.name)
        kind = input.take(Self.kind)
        settings = input.take(Self.settings.defaulting(to: [:]))
        paused = input.take(Self.paused.defaulting(to: false))
        allowPrivate = input.take(Self.allowPrivate.defaulting(to: false))
    }
}

/// What a client sends to change a channel: only what is to become different, settings one by one.
struct ChannelChange: InputShape {
    static let fields = [
        settings.optional.description, ChannelDraft.paused.optional.description,
        ChannelDraft.allowPrivate.optional.description,
    ]
    static let example = #"{"paused": false}"#

    private static let settings = Field.settingChanges("settings", "Settings to change; null takes one away.")

    let settings: [String: SettingValue?]?
    let paused: Bool?
    let allowPrivate: Bool?

    init(_ input: inout Input) {
        settings = input.take(Self.settings.optional)
        paused = input.take(ChannelDraft.paused.optional)
        allowPrivate = input.take(ChannelDraft.allowPrivate.optional)
    }

    /// For the audit log: which settings, not what they became.
    var told: [String: String] {
        var told: [String: String] = [:]
        if let settings { told["settings"] = settings.keys.sorted().joined(separator: ", ") }
        if let paused { told["paused"] = "\(paused)" }
        if let allowPrivate { told["allow_private"] = "\(allowPrivate)" }
        return told
    }

    /// The channel after this change. A secret sent back as it was shown, masked, stays what it is.
    func applied(to channel: Channel, at now: Int64) -> Channel {
        var after = channel
        for (name, value) in settings ?? [:] where value != .text(Courier.mask) { after.settings[name] = value }
        after.paused = paused ?? channel.paused
        after.allowPrivate = allowPrivate ?? channel.allowPrivate
        after.changedAt = now
        after.hold = nil  // whoever changes it wants it tried again
        return after
    }
}

/// What a client sends to have failed messages tried again.
struct ResendDraft: InputShape {
    private static let since = Field.time("since", "Messages that failed at or after this time.")
    static let fields = [since.description]

    let since: Timestamp

    init(_ input: inout Input) { since = input.take(Self.since) }
}

private let settingsWanted = "an object of texts, numbers, truth values or lists of texts"

extension Field where Value == [String: SettingValue] {
    fileprivate static func settings(_ name: String, _ about: String) -> Field {
        Field(required: name, .settings(about), wanted: settingsWanted, standIn: [:]) { .success($0) }
    }
}

extension Schema {
    /// - Parameter orNull: whether null can stand for each of them.
    fileprivate static func settings(_ about: String, orNull: Bool = false) -> Schema {
        var list = Schema(.array), value = Schema(), settings = Schema(.object, about)
        list.items = [Schema(.string)]
        value.anyOf = [Schema(.string), Schema(.number), Schema(.boolean), list]
        settings.others = .each(orNull ? value.orNull : value)
        return settings
    }
}

extension Field where Value == [String: SettingValue?] {
    fileprivate static func settingChanges(_ name: String, _ about: String) -> Field {
        Field(required: name, .settings(about, orNull: true), wanted: settingsWanted, standIn: [:]) { .success($0) }
    }
}
