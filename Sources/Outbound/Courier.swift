/// One way out of the house: what a kind of channel needs to be told, and how it sends.
///
/// A new kind is one file that makes a `Courier` and one line in `Courier.all`.
public struct Courier: Sendable {
    public var kind: String
    public var fields: [SettingField]
    /// Deliveries of one channel under way at the same time, unless its setting `parallelism` says otherwise.
    public var parallelism: Int
    /// Deliveries a second that one channel bears, unless its setting `pace_per_second` says otherwise; nil for no
    /// limit.
    public var pacePerSecond: Double?
    /// Attempts that count, without any progress between them, before a delivery ends as failed; nil for what lasts a
    /// day.
    public var attemptsMax: Int?
    /// Deliveries of one channel that stand ready besides those under way; nil for as many again. More where they are
    /// short and few go at a time, so that none waits for the disk.
    public var ahead: Int?
    /// What is wrong with settings that fit their declarations.
    public var check: @Sendable (_ settings: [String: SettingValue]) -> [SettingProblem]
    /// What would be sent, as text: a body, or a mail's. Nil for a payload that it cannot carry, and for kinds that
    /// have nothing to show.
    public var render: @Sendable (Parcel) -> String?
    /// Makes one attempt. Must return by itself in bounded time, and soon once its task is cancelled.
    public var send: @Sendable (Parcel) async -> CourierOutcome

    public init(
        kind: String, fields: [SettingField], parallelism: Int, pacePerSecond: Double? = nil,
        attemptsMax: Int? = nil, ahead: Int? = nil,
        check: @escaping @Sendable ([String: SettingValue]) -> [SettingProblem] = { _ in [] },
        render: @escaping @Sendable (Parcel) -> String? = { _ in nil },
        send: @escaping @Sendable (Parcel) async -> CourierOutcome
    ) {
        self.kind = kind
        self.fields = fields
        self.parallelism = parallelism
        self.pacePerSecond = pacePerSecond
        self.attemptsMax = attemptsMax
        self.ahead = ahead
        self.check = check
        self.render = render
        self.send = send
    }

    /// The couriers of this build: register a new one here.
    ///
    /// - Parameter log: what the `log` channel does with a notice.
    public static func all(
        transfers: Transfers, log: @escaping @Sendable (_ parcel: Parcel, _ notice: Notice) -> Void
    ) -> [Courier] {
        [.slack(transfers), .email(transfers), .webhook(transfers), .jsonRPC(transfers), .log(log)]
    }
}

/// What a courier is handed: one delivery, and the channel's settings at that moment.
public struct Parcel: Sendable {
    /// The delivery's id: the idempotency key, the same at every attempt.
    public var id: String
    public var channel: String
    public var settings: [String: SettingValue]
    public var allowPrivate: Bool
    public var payload: String
    /// Unix milliseconds, UTC; the same at every attempt, so that what is sent is the same.
    public var enqueuedAt: Int64
    /// Unix milliseconds, UTC: the time of this attempt.
    public var now: Int64
    /// What the courier left for itself at an earlier attempt.
    public var memo: String?
    /// Which attempt this is: 1 for the first.
    public var attempt: Int
    /// The `x-request-id` of the call that caused it; nil where no call did.
    public var request: String?

    public init(
        id: String, channel: String, settings: [String: SettingValue], allowPrivate: Bool = false, payload: String,
        enqueuedAt: Int64, now: Int64, memo: String? = nil, attempt: Int = 1, request: String? = nil
    ) {
        self.id = id
        self.channel = channel
        self.settings = settings
        self.allowPrivate = allowPrivate
        self.payload = payload
        self.enqueuedAt = enqueuedAt
        self.now = now
        self.memo = memo
        self.attempt = attempt
        self.request = request
    }

    func text(_ field: String) -> String? {
        if case .text(let text)? = settings[field] { text } else { nil }
    }

    func list(_ field: String) -> [String] {
        if case .list(let list)? = settings[field] { list } else { [] }
    }

    /// `x-request-id`, for couriers over HTTP: what ties the receiver's log to the call that caused this.
    var requestHeader: [(name: String, value: String)] { request.map { [("x-request-id", $0)] } ?? [] }

    func truth(_ field: String) -> Bool { settings[field] == .truth(true) }
}

extension Courier {
    /// Every problem with a channel's settings, in the order of the fields; empty when they are fit for use.
    public func validate(_ settings: [String: SettingValue]) -> [SettingProblem] {
        var problems: [SettingProblem] = []
        for field in fields {
            if let value = settings[field.name] {
                if let problem = field.problem(with: value) { problems.append(problem) }
            } else if field.required {
                problems.append(SettingProblem(field: field.name, detail: "Is required."))
            }
        }
        for name in settings.keys.sorted() where !fields.contains(where: { $0.name == name }) {
            problems.append(SettingProblem(field: name, detail: "Is not a setting of this kind of channel."))
        }
        return problems.isEmpty ? check(settings) : problems
    }

    /// What stands for a secret that is set, wherever settings are shown.
    public static let mask = "********"

    /// The settings with each secret replaced by `mask`.
    public func masked(_ settings: [String: SettingValue]) -> [String: SettingValue] {
        var shown = settings
        for field in fields where field.secret && settings[field.name] != nil { shown[field.name] = .text(Self.mask) }
        return shown
    }

    /// What must never appear in a kept answer: the secrets, and what follows the host in a secret address.
    func secrets(in settings: [String: SettingValue]) -> [String] {
        fields.filter(\.secret).flatMap { field -> [String] in
            guard case .text(let secret)? = settings[field.name] else { return [] }
            let path = field.kind == .url ? WebAddress(secret)?.afterHost : nil
            return ([secret] + (path.map { [$0] } ?? [])).filter { $0.utf8.count >= Excerpt.secretBytesMin }
        }
    }

    /// The channel's own limits, or this kind's.
    func limits(of settings: [String: SettingValue]) -> ChannelLimits {
        var limits = ChannelLimits(parallelism: parallelism, pacePerSecond: pacePerSecond, ahead: ahead)
        if case .number(let number)? = settings["parallelism"] { limits.parallelism = max(1, Int(number)) }
        if case .number(let number)? = settings["pace_per_second"], number > 0 { limits.pacePerSecond = number }
        return limits
    }
}
