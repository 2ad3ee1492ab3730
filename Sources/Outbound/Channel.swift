/// Where deliveries go: a courier's kind with the settings it needs, under a name.
public struct Channel: Sendable, Equatable {
    public var name: String
    /// Which courier carries its deliveries: `slack`, `email`, `webhook`, `log`.
    public var kind: String
    /// By field name, as the courier declares them; secrets included, so mask before showing.
    public var settings: [String: SettingValue]
    /// Set by an admin: nothing is sent, everything is kept.
    public var paused: Bool
    /// Whether private, loopback and link-local addresses may be called.
    public var allowPrivate: Bool
    /// Unix milliseconds, UTC.
    public var createdAt: Int64
    /// Unix milliseconds, UTC.
    public var changedAt: Int64
    /// Why the dispatcher holds the channel's deliveries back by itself at present; cleared by saving the channel.
    public var hold: ChannelHold?

    public init(
        name: String, kind: String, settings: [String: SettingValue] = [:], paused: Bool = false,
        allowPrivate: Bool = false, createdAt: Int64 = 0, changedAt: Int64 = 0, hold: ChannelHold? = nil
    ) {
        self.name = name
        self.kind = kind
        self.settings = settings
        self.paused = paused
        self.allowPrivate = allowPrivate
        self.createdAt = createdAt
        self.changedAt = changedAt
        self.hold = hold
    }
}

/// A pause that the dispatcher decided on, from what the channel answered.
public struct ChannelHold: Sendable, Equatable {
    /// When it will be tried again, Unix milliseconds, UTC.
    public var until: Int64
    /// `throttled`, `transient` or `misconfigured`.
    public var outcomeClass: OutcomeClass
    /// For people: the answer that led to it.
    public var detail: String
    /// Pauses of the same kind in a row, 1 or more: each is longer than the one before.
    public var streak: Int

    public init(until: Int64, outcomeClass: OutcomeClass, detail: String, streak: Int = 1) {
        self.until = until
        self.outcomeClass = outcomeClass
        self.detail = detail
        self.streak = streak
    }
}

/// One value among a channel's settings.
public enum SettingValue: Sendable, Equatable {
    case text(String)
    case number(Double)
    case truth(Bool)
    case list([String])
}

extension SettingValue: Codable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let truth = try? container.decode(Bool.self) {
            self = .truth(truth)
        } else if let number = try? container.decode(Double.self) {
            self = .number(number)
        } else if let text = try? container.decode(String.self) {
            self = .text(text)
        } else {
            self = .list(try container.decode([String].self))
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .text(let text): try container.encode(text)
        case .number(let number): try container.encode(number)
        case .truth(let truth): try container.encode(truth)
        case .list(let list): try container.encode(list)
        }
    }
}
