public import Storage

/// Something to be delivered to one channel, surely: what `Transaction.enqueue` stores.
public struct Delivery: Sendable, Equatable {
    public var channel: String
    /// Who is told about its fate: the key of an observer.
    public var source: String
    /// What it means to that source: a message's id.
    public var reference: String
    /// Deliveries of a channel with the same lane go one at a time, in the order they were enqueued.
    public var lane: String?
    /// JSON text that the channel's courier understands; for the four built-in ones a `Notice`.
    public var payload: String
    /// The `x-request-id` of the call that caused it; nil where no call did.
    public var request: String?

    public init(
        channel: String, source: String, reference: String, lane: String? = nil, payload: String,
        request: String? = nil
    ) {
        self.channel = channel
        self.source = source
        self.reference = reference
        self.lane = lane
        self.payload = payload
        self.request = request
    }

    public init(
        channel: String, source: String, reference: String, lane: String? = nil, notice: Notice,
        request: String? = nil
    ) {
        self.init(
            channel: channel, source: source, reference: reference, lane: lane, payload: notice.payload,
            request: request)
    }
}

/// Where a delivery is on its way. The raw values are what the database holds.
public enum DeliveryState: String, Sendable, CaseIterable {
    /// Stored; due now or at a later time.
    case waiting
    /// Taken by the dispatcher; its answer is not known yet.
    case inFlight = "in_flight"
    case delivered
    /// Ended without success: refused for good, or every attempt used.
    case failed
    case cancelled
}

/// A delivery as it is stored, with its history.
public struct DeliveryRecord: Sendable, Equatable {
    public var id: String
    public var channel: String
    public var source: String
    public var reference: String
    public var lane: String?
    public var state: DeliveryState
    /// Unix milliseconds, UTC; when it may go next. Meaningful while `waiting`.
    public var dueAt: Int64
    /// Attempts that counted against the limit: `tries` less the throttled, paused and interrupted ones.
    public var attemptsUsed: Int
    /// Attempts in all.
    public var tries: Int
    /// Unix milliseconds, UTC.
    public var enqueuedAt: Int64
    /// Unix milliseconds, UTC; when the state changed last.
    public var changedAt: Int64
    /// The `x-request-id` of the call that caused it; nil where no call did.
    public var request: String?
    /// Whether an earlier one of its lane has to end first.
    public var isBehind = false
    /// Oldest first. Empty where the query says that it leaves them out.
    public var attempts: [Attempt] = []

    public init(
        id: String, channel: String, source: String, reference: String, lane: String?, state: DeliveryState,
        dueAt: Int64, attemptsUsed: Int, tries: Int, enqueuedAt: Int64, changedAt: Int64, request: String? = nil,
        isBehind: Bool = false, attempts: [Attempt] = []
    ) {
        self.id = id
        self.channel = channel
        self.source = source
        self.reference = reference
        self.lane = lane
        self.state = state
        self.dueAt = dueAt
        self.attemptsUsed = attemptsUsed
        self.tries = tries
        self.enqueuedAt = enqueuedAt
        self.changedAt = changedAt
        self.request = request
        self.isBehind = isBehind
        self.attempts = attempts
    }
}

/// One try to deliver, kept for good.
public struct Attempt: Sendable, Equatable {
    /// 1 for the first.
    public var number: Int
    /// Unix milliseconds, UTC.
    public var startedAt: Int64
    public var durationMilliseconds: Int64
    public var outcomeClass: OutcomeClass
    /// Stable and short: `200`, `slack.no_service`, `smtp.550`, `timeout`, `interrupted`.
    public var code: String
    /// What was answered, at most `Excerpt.charactersMax` characters, without control characters and secrets.
    public var excerpt: String
    /// Whether it may have been delivered although no answer said so.
    public var outcomeUnknown: Bool

    public init(
        number: Int, startedAt: Int64, durationMilliseconds: Int64, outcomeClass: OutcomeClass, code: String,
        excerpt: String, outcomeUnknown: Bool
    ) {
        self.number = number
        self.startedAt = startedAt
        self.durationMilliseconds = durationMilliseconds
        self.outcomeClass = outcomeClass
        self.code = code
        self.excerpt = excerpt
        self.outcomeUnknown = outcomeUnknown
    }
}

/// What became of a delivery, told to its source in the transaction that records it.
public struct DeliveryChange: Sendable, Equatable {
    public var delivery: String
    public var source: String
    public var reference: String
    public var channel: String
    public var state: DeliveryState
    /// Nil for changes that no attempt caused: taken into flight, cancelled, sent again.
    public var outcomeClass: OutcomeClass?
    /// The attempt's code; nil as above.
    public var code: String?
    /// Unix milliseconds, UTC.
    public var at: Int64
    /// What the courier handed over with the outcome, if it has anything to hand over.
    public var enclosure: Enclosure?

    public init(
        delivery: String, source: String, reference: String, channel: String, state: DeliveryState,
        outcomeClass: OutcomeClass? = nil, code: String? = nil, at: Int64, enclosure: Enclosure? = nil
    ) {
        self.delivery = delivery
        self.source = source
        self.reference = reference
        self.channel = channel
        self.state = state
        self.outcomeClass = outcomeClass
        self.code = code
        self.at = at
        self.enclosure = enclosure
    }
}

/// Told in the transaction that records a change, so that a feature keeps its own status in step.
///
/// An error undoes the whole turn, which is tried again; an error that is not transient
/// is reported as an event, and the change is recorded without telling.
public typealias DeliveryObserver =
    @Sendable (borrowing Transaction, DeliveryChange) throws(StorageError) -> Void
