/// One attempt as a log tells it: the ids that tie it to its message and to the call that caused it, no word of either.
public struct AttemptNote: Sendable, Equatable {
    public struct Delivery: Sendable, Equatable {
        public var id: String
        public var channel: String
        public var source: String
        public var reference: String
        /// The `x-request-id` of the call that caused it; nil where no call did.
        public var request: String?
    }

    public var delivery: Delivery
    /// 1 for the first.
    public var number: Int
    public var outcomeClass: OutcomeClass
    public var code: String
    public var durationMilliseconds: Int64
    /// `delivered` or `failed` where it ended with this attempt, `waiting` where it is tried again; nil where it was
    /// cancelled meanwhile.
    public var state: DeliveryState?
    /// We stopped it ourselves, which says nothing of the channel.
    public var wasInterrupted: Bool

    init(_ attempt: Attempted, _ outcome: CourierOutcome, _ state: DeliveryState?) {
        let claimed = attempt.delivery
        delivery = Delivery(
            id: claimed.id, channel: claimed.channel, source: claimed.source, reference: claimed.reference,
            request: claimed.request)
        number = claimed.number
        outcomeClass = outcome.outcomeClass
        code = outcome.code
        durationMilliseconds = attempt.durationMilliseconds
        self.state = state
        if case .interrupted = attempt.ending { wasInterrupted = true } else { wasInterrupted = false }
    }
}

/// How a channel fared lately, since the start of the program.
public struct ChannelPulse: Sendable, Equatable {
    /// Attempts that are looked back at.
    public static let recentMax = 100

    public struct Moment: Sendable, Equatable {
        /// Unix milliseconds, UTC.
        public var at: Int64
        public var code: String
    }

    public private(set) var lastSuccess: Moment?
    public private(set) var lastFailure: Moment?
    /// Of the last attempts, `recentMax` at most.
    public private(set) var recentCount = 0
    /// A bit for each, the newest lowest: 1 for success.
    private var recent: UInt128 = 0
    /// Attempts in the minute that is under way, and in the one before.
    private var minute: Int64 = 0
    private var inMinute = 0
    private var inMinuteBefore = 0

    private static let minuteMs: Int64 = 60_000

    public init() {}

    public var recentSuccesses: Int { (recent & ((1 << UInt128(recentCount)) - 1)).nonzeroBitCount }

    /// Whether the last attempt failed, and not only because of what was sent.
    public private(set) var isFailing = false

    /// Attempts a second over the last minute, as far as two counts can tell.
    public func perSecond(at now: Int64) -> Double {
        let current = now / Self.minuteMs
        let part = Double(now % Self.minuteMs) / Double(Self.minuteMs)
        let (before, counted) =
            switch current - minute {
            case 0: (inMinuteBefore, inMinute)
            case 1: (inMinute, 0)
            default: (0, 0)
            }
        return (Double(before) * (1 - part) + Double(counted)) / 60
    }

    /// Counts an attempt.
    public mutating func add(_ outcomeClass: OutcomeClass, code: String, at now: Int64) {
        let isSuccess = outcomeClass == .delivered
        // A refusal of one delivery proves that somebody is at home, as the breaker has it.
        isFailing = !isSuccess && outcomeClass != .permanent
        let moment = Moment(at: now, code: code)
        if isSuccess { lastSuccess = moment } else { lastFailure = moment }
        recent = recent << 1 | (isSuccess ? 1 : 0)
        recentCount = min(recentCount + 1, Self.recentMax)
        let current = now / Self.minuteMs
        if current != minute {
            inMinuteBefore = current == minute + 1 ? inMinute : 0
            (minute, inMinute) = (current, 0)
        }
        inMinute += 1
    }
}
