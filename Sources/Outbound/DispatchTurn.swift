internal import Storage

/// One turn of the dispatcher, all in one transaction: records what came back, then takes what is due.
///
/// Lives inside the write's closure; what it leaves in `state`, `claimed`, … counts only if the write commits.
struct DispatchTurn: Sendable {
    let couriers: [String: Courier]
    let observers: [String: DeliveryObserver]
    let vault: Vault
    let now: Int64
    let jitter: @Sendable () -> Double

    var state: DispatchState
    var claimed: [String: [ClaimedDelivery]] = [:]
    var events: [OutboundEvent] = []
    /// Channels whose settings changed: what stands ready for them was taken with the old ones.
    var changed: [String] = []
    /// When time alone gives the next turn something to do.
    var wakeAt: Int64?
    /// Deliveries that reached an end, for the statistics.
    var tally = Tally()
    var attempts: [AttemptNote] = []

    struct Tally: Sendable {
        var attempts: [OutboundStatistics.Key: Int] = [:]
        var delivered = 0
        var failed = 0
        var latencySumMs: Int64 = 0
        var latencyMaxMs: Int64 = 0
    }

    /// Deliveries that one turn takes for one channel: bounds the transaction that every writer waits for.
    static let claimMax = 256

    /// Records attempts in the order they ended.
    mutating func record(
        _ attempts: [Attempted], in transaction: borrowing Transaction
    ) throws(StorageError) {
        for attempt in attempts {
            switch attempt.ending {
            case .unsent: try putBack(attempt.delivery, in: transaction)
            case .interrupted(let outcome): try recordInterrupted(attempt, outcome, in: transaction)
            case .outcome(let outcome): try record(attempt, outcome, in: transaction)
            }
        }
    }

    private mutating func record(
        _ attempt: Attempted, _ outcome: CourierOutcome, in transaction: borrowing Transaction
    ) throws(StorageError) {
        let delivery = attempt.delivery
        let channel = state.channels[delivery.channel]
        let situation = DeliveryStep.Situation(
            attemptsUsed: delivery.attemptsUsed, dueAt: delivery.dueAt,
            attemptCounts: channel?.health.attemptCounts ?? true,
            attemptsMax: channel?.setup?.courier.attemptsMax ?? DeliveryStep.attemptsMax)
        let step = DeliveryStep.after(outcome, in: situation, at: now, jitter: jitter())
        try transaction.add(attempt, outcome)
        tally.attempts[.init(channel: delivery.channel, outcomeClass: outcome.outcomeClass), default: 0] += 1
        let end = try transaction.apply(step, to: delivery, outcome, at: now)
        attempts.append(AttemptNote(attempt, outcome, end))
        if let end {
            count(end, delivery)
            try tell(delivery.change(end, outcome, at: now), in: transaction)
        }
        guard let change = state.finished(outcome, channel: delivery.channel, at: now) else { return }
        switch change {
        case .held(let hold):
            try transaction.setHold(hold, channel: delivery.channel)
            events.append(.channelHeld(channel: delivery.channel, hold))
        case .resumed:
            try transaction.setHold(nil, channel: delivery.channel)
            events.append(.channelResumed(channel: delivery.channel))
        }
    }

    private mutating func count(_ end: DeliveryState, _ delivery: ClaimedDelivery) {
        switch end {
        case .delivered:
            tally.delivered += 1
            tally.latencySumMs += max(0, now - delivery.enqueuedAt)
            tally.latencyMaxMs = max(tally.latencyMaxMs, now - delivery.enqueuedAt)
        case .failed:
            tally.failed += 1
        case .waiting, .inFlight, .cancelled: break
        }
    }

    private mutating func recordInterrupted(
        _ attempt: Attempted, _ outcome: CourierOutcome, in transaction: borrowing Transaction
    ) throws(StorageError) {
        try transaction.add(attempt, outcome)
        let step = DeliveryStep.afterInterruption(outcome, of: attempt.delivery)
        let end = try transaction.apply(step, to: attempt.delivery, outcome, at: now)
        attempts.append(AttemptNote(attempt, outcome, end))
        if let end {
            try tell(attempt.delivery.change(end, outcome, at: now), in: transaction)
        }
        state.channels[attempt.delivery.channel]?.health.returned()
    }

    private mutating func putBack(
        _ delivery: ClaimedDelivery, in transaction: borrowing Transaction
    ) throws(StorageError) {
        state.channels[delivery.channel]?.health.returned()
        guard try transaction.putBack(delivery, at: now) else { return }
        try tell(delivery.change(.waiting, at: now), in: transaction)
    }

    private func tell(_ change: DeliveryChange, in transaction: borrowing Transaction) throws(StorageError) {
        if let observer = observers[change.source] { try observer(transaction, change) }
    }

    /// Notices channels that an admin changed or deleted.
    mutating func recheckChannels(in transaction: borrowing Transaction) throws(StorageError) {
        for name in state.channels.keys.sorted() { _ = try refresh(name, in: transaction) }
    }

    /// Takes what is due, channel by channel, as much as each may be handed.
    mutating func claim(in transaction: borrowing Transaction) throws(StorageError) {
        var last = "", active = 0
        while let (channel, dueAt) = try transaction.nextBacklog(after: last) {
            last = channel
            guard dueAt <= now else {
                wake(at: dueAt)
                continue
            }
            active += 1
            try claim(channel, in: transaction)
        }
        state.activeCount = max(1, active)
    }

    private mutating func claim(_ channel: String, in transaction: borrowing Transaction) throws(StorageError) {
        guard try refresh(channel, in: transaction), let known = state.channels[channel], !known.stored.channel.paused
        else { return }
        guard known.setup != nil else { return }
        let limits = state.limits(of: channel)
        let allowance = min(known.health.allowance(at: now, limits), Self.claimMax)
        guard allowance > 0 else {
            if let time = known.health.wakeAt(limits) { wake(at: max(time, now + 1)) }
            return
        }
        let deliveries = try transaction.claim(channel: channel, limit: allowance, at: now)
        state.channels[channel]?.health.took(deliveries.count, at: now, limits)
        for delivery in deliveries { try tell(delivery.change(.inFlight, at: now), in: transaction) }
        claimed[channel] = deliveries
        if let due = try transaction.nextDue(channel: channel),
            let time = state.channels[channel]?.health.wakeAt(limits)
        {
            wake(at: max(due, time))
        }
    }

    /// Whether the channel exists; its settings are read again when an admin changed them.
    private mutating func refresh(_ name: String, in transaction: borrowing Transaction) throws(StorageError) -> Bool {
        let revision = try transaction.channelRevision(name)
        guard revision != nil, revision == state.channels[name]?.stored.revision else {
            return try reload(name, in: transaction)
        }
        return true
    }

    private mutating func reload(_ name: String, in transaction: borrowing Transaction) throws(StorageError) -> Bool {
        let isKnown = state.channels[name] != nil
        if isKnown { changed.append(name) }
        guard let stored = try transaction.snapshot.storedChannel(named: name) else {
            if let known = state.channels[name], known.health.inFlight == 0 { state.channels[name] = nil }
            report(.channelMissing(channel: name), about: name)
            return false
        }
        let wasHeld = state.channels[name]?.health.hold != nil
        state.adopt(stored, couriers[stored.channel.kind], vault)
        if wasHeld, stored.channel.hold == nil { events.append(.channelResumed(channel: name)) }
        if couriers[stored.channel.kind] == nil {
            report(.courierMissing(channel: name, kind: stored.channel.kind), about: name)
        } else {
            state.reportedMissing.remove(name)
        }
        return true
    }

    private mutating func report(_ event: OutboundEvent, about channel: String) {
        if state.reportedMissing.insert(channel).inserted { events.append(event) }
    }

    private mutating func wake(at time: Int64) { wakeAt = min(wakeAt ?? time, time) }
}
