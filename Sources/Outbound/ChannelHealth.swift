/// How much of a channel may be used, by its courier's defaults or its own settings.
struct ChannelLimits: Equatable, Sendable {
    /// Deliveries under way at the same time.
    var parallelism: Int
    /// Deliveries a second; nil for no limit.
    var pacePerSecond: Double?
    /// Deliveries that stand ready besides those under way; nil for as many again.
    var ahead: Int?
    /// The channel's share of all that may be in flight, so that a hundred stuck channels leave room for the next.
    var share = Int.max

    /// Deliveries taken from the outbox at the same time: more than are under way, so that a connection is not idle
    /// while the next claim is on its way to disk. A paced channel has no such hurry.
    var window: Int { min(share, pacePerSecond == nil ? parallelism + (ahead ?? parallelism) : parallelism) }
}

/// What is known of one channel's condition, and so how many deliveries it may be handed now.
///
/// A breaker: `open` until failures in a row (or one answer that says so) make it `held`; when the hold is over a
/// single delivery probes the channel; its success opens the gate, its failure holds longer. Nothing is dropped.
struct ChannelHealth: Equatable, Sendable {
    enum Gate: Equatable, Sendable {
        /// Traffic flows; so many transient failures in a row.
        case open(failures: Int)
        /// Nothing goes before `hold.until`; then one delivery as a probe.
        case held(ChannelHold)
        /// The probe is under way.
        case probing(ChannelHold)
    }

    enum Change: Equatable, Sendable {
        case held(ChannelHold)
        case resumed
    }

    /// Transient failures in a row that hold a channel: few enough to spare it, more than one bad moment.
    static let failuresMax = 5
    /// A throttled channel without `Retry-After`, doubled at each repeat up to `throttleMaxMs`.
    static let throttleFirstMs: Int64 = 30_000
    static let throttleMaxMs: Int64 = 15 * 60_000
    /// The longest `Retry-After` obeyed: a slip of the other side must not silence a channel for good.
    static let retryAfterMaxMs: Int64 = 24 * 3_600_000
    /// After failures in a row, doubled at each failed probe; short, so that a channel that came back is soon noticed.
    static let breakerFirstMs: Int64 = 30_000
    static let breakerMaxMs: Int64 = 5 * 60_000
    /// A misconfigured channel waits for an admin, whose change is noticed at once; the probe is for a repair
    /// elsewhere.
    static let misconfiguredFirstMs: Int64 = 5 * 60_000
    static let misconfiguredMaxMs: Int64 = 60 * 60_000

    var gate: Gate = .open(failures: 0)
    /// Taken from the outbox, answer not known yet.
    var inFlight = 0
    /// When the next delivery fits the pace, Unix milliseconds with fractions.
    private var paceAt = 0.0

    init(hold: ChannelHold? = nil) {
        if let hold { gate = .held(hold) }
    }

    /// Whether an attempt that ends now counts against its delivery.
    var attemptCounts: Bool { if case .open = gate { true } else { false } }

    var hold: ChannelHold? {
        switch gate {
        case .open: nil
        case .held(let hold), .probing(let hold): hold
        }
    }

    /// How many deliveries may be taken now.
    func allowance(at now: Int64, _ limits: ChannelLimits) -> Int {
        let room = max(0, min(limits.window - inFlight, paced(at: now, limits)))
        return switch gate {
        case .open: room
        case .held(let hold): now >= hold.until ? min(1, room) : 0
        case .probing: 0
        }
    }

    /// When the allowance grows by the passing of time alone; nil when it takes an answer or an admin.
    func wakeAt(_ limits: ChannelLimits) -> Int64? {
        if inFlight >= limits.window { return nil }
        let paceWake = limits.pacePerSecond == nil ? 0 : Int64(paceAt.rounded(.up))
        return switch gate {
        case .open: paceWake
        case .held(let hold): max(hold.until, paceWake)
        case .probing: nil
        }
    }

    mutating func took(_ count: Int, at now: Int64, _ limits: ChannelLimits) {
        guard count > 0 else { return }
        inFlight += count
        if let interval = limits.intervalMs {
            paceAt = max(paceAt, Double(now) - limits.burstLagMs) + Double(count) * interval
        }
        if case .held(let hold) = gate, now >= hold.until { gate = .probing(hold) }
    }

    /// One that was taken goes back unsent.
    mutating func returned() {
        inFlight -= 1
        if case .probing(let hold) = gate { gate = .held(hold) }
    }

    /// An admin changed the channel: what was known of it no longer holds.
    mutating func forget() { gate = .open(failures: 0) }

    /// The answer to one delivery.
    mutating func finished(_ outcome: CourierOutcome, at now: Int64) -> Change? {
        inFlight -= 1
        switch outcome.outcomeClass {
        case .delivered, .permanent: return answered()
        case .throttled: return hold(.throttled, outcome, at: now)
        case .misconfigured: return hold(.misconfigured, outcome, at: now)
        case .transient where outcome.channelIsWell: return answered()
        case .transient:
            switch gate {
            case .open(let failures) where failures + 1 < Self.failuresMax:
                gate = .open(failures: failures + 1)
                return nil
            case .open, .probing: return hold(.transient, outcome, at: now)
            case .held: return nil
            }
        }
    }

    /// Somebody is at home: a refusal of one delivery proves that as well as a success.
    private mutating func answered() -> Change? {
        switch gate {
        case .held(let hold) where hold.outcomeClass != .transient:
            // A straggler sent before the hold: being told to wait is not taken back by it.
            return nil
        case .open:
            gate = .open(failures: 0)
            return nil
        case .held, .probing:
            gate = .open(failures: 0)
            return .resumed
        }
    }

    private mutating func hold(_ outcomeClass: OutcomeClass, _ outcome: CourierOutcome, at now: Int64) -> Change? {
        var streak = 1
        switch gate {
        case .open: break
        case .probing(let before):
            streak = before.outcomeClass == outcomeClass ? before.streak + 1 : 1
        case .held(let before):
            streak = before.outcomeClass == outcomeClass ? before.streak : 1
        }
        let length = Self.length(outcomeClass, streak: streak, asked: outcome.retryAfterMilliseconds)
        let detail = outcome.excerpt.isEmpty ? outcome.code : outcome.excerpt
        var new = ChannelHold(until: now + length, outcomeClass: outcomeClass, detail: detail, streak: streak)
        if case .held(let before) = gate {
            // Several in flight hit the same wall: the longest wait holds, and it is told once.
            guard new.until > before.until else { return nil }
            if before.outcomeClass == .misconfigured { new.outcomeClass = .misconfigured }
            let isNews = before.outcomeClass != new.outcomeClass || new.until - before.until >= 1_000
            gate = .held(new)
            return isNews ? .held(new) : nil
        }
        gate = .held(new)
        return .held(new)
    }

    private static func length(_ outcomeClass: OutcomeClass, streak: Int, asked: Int64?) -> Int64 {
        let doublings = min(streak - 1, 20)
        switch outcomeClass {
        case .throttled:
            if let asked { return min(max(asked, 1_000), retryAfterMaxMs) }
            return min(throttleFirstMs << doublings, throttleMaxMs)
        case .misconfigured: return min(misconfiguredFirstMs << doublings, misconfiguredMaxMs)
        case .delivered, .transient, .permanent: return min(breakerFirstMs << doublings, breakerMaxMs)
        }
    }

    /// The generic cell rate algorithm: `paceAt` runs one interval ahead for each delivery, and may lag by a burst.
    private func paced(at now: Int64, _ limits: ChannelLimits) -> Int {
        guard let interval = limits.intervalMs else { return Int.max }
        let lag = Double(now) - max(paceAt, Double(now) - limits.burstLagMs)
        return lag < 0 ? 0 : Int(lag / interval) + 1
    }
}

extension ChannelLimits {
    /// How much of a second's pace may go at once: waking up a thousand times a second would be no gain.
    static let burstPart = 0.1

    fileprivate var intervalMs: Double? { pacePerSecond.map { 1_000 / $0 } }

    /// How far the pace may lag behind for a burst; nothing below ten a second.
    fileprivate var burstLagMs: Double {
        guard let pace = pacePerSecond, let interval = intervalMs else { return 0 }
        return (max(1, pace * Self.burstPart) - 1) * interval
    }
}
