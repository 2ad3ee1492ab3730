/// What an attempt's answer means for the delivery and for its channel.
public enum OutcomeClass: String, Sendable, CaseIterable {
    case delivered
    /// Too much at once: uses no attempt, pauses the whole channel for as long as the answer asked.
    case throttled
    /// May work later.
    case transient
    /// Refused for good because of what was sent: trying again cannot help.
    case permanent
    /// The channel itself is set up wrongly or gone: it is paused and keeps its messages.
    case misconfigured
}

/// How one attempt ended.
public struct CourierOutcome: Sendable, Equatable {
    public var outcomeClass: OutcomeClass
    /// Stable and short: `200`, `slack.no_service`, `smtp.550`, `timeout`.
    public var code: String
    /// What was answered or went wrong; cleaned, cut and scrubbed before it is kept.
    public var excerpt: String
    /// The least time to wait before the next attempt, in milliseconds, when the answer gave one.
    public var retryAfterMilliseconds: Int64?
    /// Whether the other side may have accepted it although no answer arrived.
    public var outcomeUnknown: Bool
    /// For the observer of the source, where it has to know more than the outcome.
    public var enclosure: Enclosure?
    /// What the next attempt's parcel should carry: recipients already served, say. Nil keeps the one before.
    public var memo: String?
    /// Part of what the delivery stands for arrived, although it has to be tried again: what moves is not given up.
    public var progressed: Bool
    /// For a failure: the other side answered other calls of this attempt well, so it is the delivery's own failure and
    /// says nothing against the channel.
    public var channelIsWell = false

    public init(
        _ outcomeClass: OutcomeClass, code: String, excerpt: String = "", retryAfterMilliseconds: Int64? = nil,
        outcomeUnknown: Bool = false, enclosure: Enclosure? = nil, memo: String? = nil, progressed: Bool = false
    ) {
        self.outcomeClass = outcomeClass
        self.code = code
        self.excerpt = excerpt
        self.retryAfterMilliseconds = retryAfterMilliseconds
        self.outcomeUnknown = outcomeUnknown
        self.enclosure = enclosure
        self.memo = memo
        self.progressed = progressed
    }
}

/// What a courier hands to the observer of a delivery, as it is: it never leaves the program, nor lands in the outbox.
///
/// Two are equal when they are the same one.
public final class Enclosure: Sendable, Equatable {
    public let content: any Sendable

    public init(_ content: any Sendable) { self.content = content }

    public static func == (left: Enclosure, right: Enclosure) -> Bool { left === right }
}
