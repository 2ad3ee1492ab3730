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
    /// The answer's body, for a courier whose answer matters to the source.
    public var answer: String?
    /// What the next attempt's parcel should carry: recipients already served, say. Nil keeps the one before.
    public var memo: String?

    public init(
        _ outcomeClass: OutcomeClass, code: String, excerpt: String = "", retryAfterMilliseconds: Int64? = nil,
        outcomeUnknown: Bool = false, answer: String? = nil, memo: String? = nil
    ) {
        self.outcomeClass = outcomeClass
        self.code = code
        self.excerpt = excerpt
        self.retryAfterMilliseconds = retryAfterMilliseconds
        self.outcomeUnknown = outcomeUnknown
        self.answer = answer
        self.memo = memo
    }
}
