import Outbound
import Storage

/// A delivery as admins see it: everything but what it says.
struct OutboxReport: Exemplified, Sendable {
    /// Why a delivery that is due does not go.
    enum Barrier: Equatable, Sendable {
        case paused
        case held(ChannelHold)
        /// A secret of the channel does not open.
        case sealed(OpenedSettings.Fault)
        case noChannel
        /// This build has no courier of the channel's kind.
        case noCourier
        /// An earlier one of its lane has not ended.
        case lane
    }

    let record: DeliveryRecord
    let barrier: Barrier?
    /// In a list only the last attempt is shown.
    let showsAttempts: Bool
    let now: Int64

    /// - Parameter barrier: the channel's.
    init(_ record: DeliveryRecord, _ barrier: Barrier?, showsAttempts: Bool, at now: Int64) {
        self.record = record
        self.barrier = record.state != .waiting ? nil : record.isBehind ? .lane : barrier
        self.showsAttempts = showsAttempts
        self.now = now
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(record.id, forKey: .id)
        try container.encode(record.channel, forKey: .channel)
        try container.encode(record.source, forKey: .source)
        try container.encode(record.reference, forKey: .reference)
        try container.encode(record.lane, forKey: .lane)
        try container.encode(record.request, forKey: .request)
        try container.encode(record.state.rawValue, forKey: .state)
        try container.encode(record.tries, forKey: .tries)
        try container.encode(record.state == .waiting ? Timestamp(record.dueAt) : nil, forKey: .dueAt)
        try container.encode(Timestamp(record.enqueuedAt), forKey: .enqueuedAt)
        try container.encode(Timestamp(record.changedAt), forKey: .changedAt)
        try container.encode(max(0, now - record.enqueuedAt) / 1_000, forKey: .age)
        try container.encode(barrier, forKey: .barrier)
        try container.encode(record.attempts.last.map(AttemptReport.init), forKey: .lastAttempt)
        if showsAttempts { try container.encode(record.attempts.map(AttemptReport.init), forKey: .attempts) }
    }

    private enum Key: String, CodingKey {
        case id, channel, source, reference, lane, request, state, tries, attempts
        case dueAt = "due_at"
        case enqueuedAt = "enqueued_at"
        case changedAt = "changed_at"
        case age = "age_seconds"
        case barrier = "held_by"
        case lastAttempt = "last_attempt"
    }

    static let examples: [OutboxReport] = {
        let at: Int64 = 1_767_225_600_000
        let attempt = Attempt(
            number: 1, startedAt: at, durationMilliseconds: 12, outcomeClass: .transient, code: "503",
            excerpt: "busy", outcomeUnknown: false)
        var record = DeliveryRecord(
            id: "019b76da-a800-7000-8000-000000000000", channel: "slack", source: "messages",
            reference: "019b76da-a800-7000-8000-000000000001", lane: nil, state: .waiting, dueAt: at, attemptsUsed: 1,
            tries: 1, enqueuedAt: at, changedAt: at, request: "4d3c2b1a00000000", attempts: [attempt])
        let hold = ChannelHold(until: at, outcomeClass: .throttled, detail: "slow down")
        let waiting = OutboxReport(record, .held(hold), showsAttempts: true, at: at)
        record.lane = "17"
        let behind = OutboxReport(record, .lane, showsAttempts: false, at: at)
        (record.state, record.request, record.attempts, record.tries) = (.delivered, nil, [], 0)
        return [waiting, behind, OutboxReport(record, nil, showsAttempts: false, at: at)]
    }()
}

extension OutboxReport.Barrier: Encodable {
    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(reason, forKey: .reason)
        try container.encode(detail, forKey: .detail)
        try container.encodeIfPresent(until, forKey: .until)
    }

    private var until: Timestamp? {
        guard case .held(let hold) = self else { return nil }
        return Timestamp(hold.until)
    }

    private enum Key: CodingKey { case reason, detail, until }

    /// Stable, for programs.
    var reason: String {
        switch self {
        case .paused: "paused"
        case .held(let hold): hold.outcomeClass.rawValue
        case .sealed(let fault): fault.fault.code
        case .noChannel: "channel_missing"
        case .noCourier: "kind_unknown"
        case .lane: "lane"
        }
    }

    var detail: String {
        switch self {
        case .paused: "An admin paused the channel."
        case .held(let hold): hold.detail
        case .sealed(let fault): "The setting '\(fault.field)' \(fault.fault.explanation)."
        case .noChannel: "There is no such channel any more."
        case .noCourier: "This version cannot deliver to a channel of this kind."
        case .lane: "An earlier one of its lane has not ended."
        }
    }
}

extension Snapshot {
    /// What keeps all deliveries of a channel back; nil: nothing.
    borrowing func barrier(_ name: String, _ couriers: [Courier], _ vault: Vault) throws(StorageError)
        -> OutboxReport.Barrier?
    {
        guard let channel = try channel(named: name) else { return .noChannel }
        return channel.barrier(couriers, vault)
    }

    borrowing func outboxReport(
        _ id: String, _ couriers: [Courier], _ vault: Vault, at now: Int64
    ) throws(StorageError) -> OutboxReport? {
        guard let record = try delivery(id) else { return nil }
        return OutboxReport(record, try barrier(record.channel, couriers, vault), showsAttempts: true, at: now)
    }
}

extension Channel {
    func barrier(_ couriers: [Courier], _ vault: Vault) -> OutboxReport.Barrier? {
        if paused { return .paused }
        guard couriers.contains(where: { $0.kind == kind }) else { return .noCourier }
        if let fault = vault.open(settings, of: name).faults.first { return .sealed(fault) }
        return hold.map { .held($0) }
    }
}

/// What came of changing many.
struct OutboxSweepReport: Exemplified, Sendable {
    var isDryRun: Bool
    /// Those that were meant.
    var matched = 0
    var changed = 0
    /// Left alone because their owner has to be asked.
    var owned = 0
    /// There were more than one call changes: ask again.
    var isCut = false

    static let examples = [OutboxSweepReport(isDryRun: false, matched: 120, changed: 118, owned: 2)]

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(isDryRun, forKey: .isDryRun)
        try container.encode(matched, forKey: .matched)
        try container.encode(changed, forKey: .changed)
        try container.encode(owned, forKey: .owned)
        try container.encode(isCut, forKey: .isCut)
    }

    private enum Key: String, CodingKey {
        case matched, changed, owned
        case isDryRun = "dry_run"
        case isCut = "more"
    }
}
