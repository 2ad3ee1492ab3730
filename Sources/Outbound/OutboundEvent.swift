public import Storage

/// What an operator may want to know of. Carries no secrets, addresses or payloads.
public enum OutboundEvent: Sendable, Equatable {
    /// Deliveries were under way when the program ended; they are due again.
    case interruptedDeliveriesFound(count: Int)
    /// The channel is held back for a while: too many failures, throttled, or set up wrongly.
    case channelHeld(channel: String, ChannelHold)
    case channelResumed(channel: String)
    /// Deliveries wait for a channel that does not exist. Told once until it does.
    case channelMissing(channel: String)
    /// Deliveries wait for a channel of a kind that this build has no courier for. Told once.
    case courierMissing(channel: String, kind: String)
    /// Outcomes could not be recorded, or deliveries not be taken; tried again after `DispatchLoop.storageRetryMs`.
    case storageFailed(StorageError)
    /// Told once after `storageFailed`.
    case storageRecovered
    /// A source's observer broke a rule of the tables: the change was recorded without it. The source is nil when
    /// it happened while deliveries were taken.
    case observerFailed(source: String?, StorageError)
}

/// What the dispatcher has done since its start.
public struct OutboundStatistics: Sendable, Equatable {
    public struct Key: Hashable, Sendable {
        public var channel: String
        public var outcomeClass: OutcomeClass
    }

    /// Attempts by channel and outcome.
    public var attempts: [Key: Int] = [:]
    /// How the channels fared lately, by name.
    public var pulses: [String: ChannelPulse] = [:]
    /// Taken from the outbox, answer not recorded yet.
    public var inFlight = 0
    /// Channels that the dispatcher holds back.
    public var held: [String: ChannelHold] = [:]
    public var deliveredCount = 0
    /// From enqueuing to the recorded success, over all delivered, milliseconds.
    public var deliveredLatencySumMs: Int64 = 0
    public var deliveredLatencyMaxMs: Int64 = 0
    public var failedCount = 0
    /// Writes of the dispatcher: each records outcomes and takes what is due.
    public var turns = 0
}

/// What a test of a channel brought.
public struct TestReport: Sendable, Equatable {
    public var outcomeClass: OutcomeClass
    public var code: String
    /// What was answered, without secrets.
    public var excerpt: String
    public var outcomeUnknown: Bool
    public var durationMilliseconds: Int64
}
