import Outbound
import Storage
import Web

extension OutboxRoutes {
    func registerChannels(in routes: inout Routes) {
        routes.post(
            "/api/admin/outbox/dry-run", needs: .operationsRead,
            "Says where a message would go and in what words. Nothing is stored or sent.", takes: MessageDraft.self,
            answers: [.json(MessageOutlook.self, .ok, "Where it would go.")]
        ) { call in try await rehearse(call) }
        routes.get(
            "/api/admin/channels/health", needs: .operationsRead, "Says how the channels fare.", query: .page,
            answers: [.json(Items<ChannelHealthReport>.self, .ok, "A part of the list.")]
        ) { call in try await health(call) }
    }

    private func rehearse(_ call: Call) async throws -> Response {
        let draft = try call.read(MessageDraft.self)
        let (couriers, vault, now) = (couriers, vault, now())
        let outlook = try await database.read { snapshot throws(StorageError) -> MessageOutlook? in
            guard let topic = try snapshot.topic(named: draft.topic) else { return nil }
            let message = Message(draft, at: now)
            let notice = message.notice(by: topic)
            var channels: [ChannelOutlook] = []
            for name in topic.channels {
                guard let channel = try snapshot.channel(named: name) else { continue }
                channels.append(ChannelOutlook(channel, notice, couriers, vault, at: now))
            }
            return MessageOutlook(topic: topic.name, subject: notice.subject, text: notice.text, channels: channels)
        }
        guard let outlook else { throw Problem.invalid([FieldProblem("topic", "There is no topic of this name.")]) }
        return .json(outlook)
    }

    private func health(_ call: Call) async throws -> Response {
        var query = call.query
        let page = query.page()
        try query.finish()
        let (couriers, vault, now) = (couriers, vault, now())
        let (channels, depths) = try await database.read { snapshot throws(StorageError) in
            (try snapshot.channels(after: page.after, limit: page.limit + 1), try snapshot.outboxDepths())
        }
        let figures = dispatcher.statistics
        let reports = channels.map { channel in
            ChannelHealthReport(
                channel: channel.name, kind: channel.kind, barrier: channel.barrier(couriers, vault),
                depths: depths.filter { $0.channel == channel.name }, pulse: figures.pulses[channel.name] ?? .init(),
                now: now)
        }
        return .json(Items(reports, page) { $0.channel })
    }
}

/// Where a message would go.
struct MessageOutlook: Exemplified, Sendable {
    let topic: String
    let subject: String
    let text: String
    let channels: [ChannelOutlook]

    static let examples = [
        MessageOutlook(
            topic: "sales", subject: "[sales] Help", text: "New request about sales: Help",
            channels: ChannelOutlook.examples)
    ]
}

/// How one channel would take a message.
struct ChannelOutlook: Exemplified, Sendable {
    let channel: String
    let kind: String
    /// Secrets masked.
    let settings: [String: SettingValue]
    /// What would keep it back at present.
    let barrier: OutboxReport.Barrier?
    /// What is wrong with the settings.
    let problems: [String]
    /// What would be sent: a body, or a mail's. Nil for a courier that has nothing to say about a message.
    let content: String?

    init(_ channel: Channel, _ notice: Notice, _ couriers: [Courier], _ vault: Vault, at now: Int64) {
        let courier = couriers.first { $0.kind == channel.kind }
        let opened = vault.open(channel.settings, of: channel.name)
        self.channel = channel.name
        kind = channel.kind
        settings = courier?.masked(channel.settings) ?? [:]
        barrier = channel.barrier(couriers, vault)
        // What does not open is the barrier; the settings are judged without it.
        let missing = opened.faults.map(\.field)
        problems = (courier?.validate(opened.settings) ?? []).filter { !missing.contains($0.field) }
            .map { "\($0.field): \($0.detail)" }
        content = courier?.render(
            Parcel(
                id: UUIDv7.next(at: now), channel: channel.name, settings: courier?.masked(channel.settings) ?? [:],
                payload: notice.payload, enqueuedAt: now, now: now))
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(channel, forKey: .channel)
        try container.encode(kind, forKey: .kind)
        try container.encode(settings, forKey: .settings)
        try container.encode(barrier == nil && problems.isEmpty, forKey: .goes)
        try container.encode(barrier, forKey: .barrier)
        try container.encode(problems, forKey: .problems)
        try container.encode(content, forKey: .content)
    }

    private enum Key: String, CodingKey {
        case channel, kind, settings, goes, problems, content
        case barrier = "held_by"
    }

    static let examples = [
        ChannelOutlook(
            Channel(name: "log", kind: "log"), Notice(subject: "[sales] Help", text: "New request about sales: Help"),
            [.log { _, _ in }], Vault(), at: 1_767_225_600_000),
        ChannelOutlook(
            Channel(name: "slack", kind: "slack", paused: true), Notice(subject: "", text: ""), [], Vault(),
            at: 1_767_225_600_000),
    ]
}

/// How a channel fares: what waits for it, and what became of what was sent lately.
struct ChannelHealthReport: Exemplified, Sendable {
    let channel: String
    let kind: String
    let barrier: OutboxReport.Barrier?
    /// Of this channel, by state.
    let depths: [OutboxDepth]
    let pulse: ChannelPulse
    let now: Int64

    /// `paused` by an admin, `held` back by the dispatcher, `misconfigured`, `failing` without being held yet, `ok`.
    private var state: String {
        switch barrier {
        case .paused: "paused"
        case .held(let hold): hold.outcomeClass == .misconfigured ? "misconfigured" : "held"
        case .sealed, .noCourier, .noChannel: "misconfigured"
        case .lane, nil: pulse.isFailing ? "failing" : "ok"
        }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(channel, forKey: .channel)
        try container.encode(kind, forKey: .kind)
        try container.encode(state, forKey: .state)
        try container.encode(barrier, forKey: .barrier)
        let open = depths.filter { $0.state != .failed }
        try container.encode(count(.waiting), forKey: .waiting)
        try container.encode(count(.inFlight), forKey: .inFlight)
        try container.encode(count(.failed), forKey: .failed)
        try container.encode(open.map(\.oldestAt).min().map { max(0, now - $0) / 1_000 }, forKey: .oldest)
        try container.encode(pulse.recentCount, forKey: .recent)
        try container.encode(pulse.recentSuccesses, forKey: .recentSuccesses)
        try container.encode(pulse.perSecond(at: now), forKey: .rate)
        try container.encode(pulse.lastSuccess.map(Moment.init), forKey: .lastSuccess)
        try container.encode(pulse.lastFailure.map(Moment.init), forKey: .lastFailure)
    }

    private func count(_ state: DeliveryState) -> Int { depths.first { $0.state == state }?.count ?? 0 }

    private struct Moment: Encodable {
        let at: Timestamp
        let code: String

        init(_ moment: ChannelPulse.Moment) {
            at = Timestamp(moment.at)
            code = moment.code
        }
    }

    private enum Key: String, CodingKey {
        case channel, kind, state, waiting, failed
        case barrier = "held_by"
        case inFlight = "in_flight"
        case oldest = "oldest_seconds"
        case recent = "recent_attempts"
        case recentSuccesses = "recent_successes"
        case rate = "attempts_per_second"
        case lastSuccess = "last_success"
        case lastFailure = "last_failure"
    }

    static let examples: [ChannelHealthReport] = {
        var pulse = ChannelPulse()
        pulse.add(.delivered, code: "200", at: 1_767_225_600_000)
        pulse.add(.transient, code: "timeout", at: 1_767_225_601_000)
        return [
            ChannelHealthReport(
                channel: "slack", kind: "slack", barrier: .paused,
                depths: [OutboxDepth(channel: "slack", state: .waiting, count: 3, oldestAt: 1_767_225_600_000)],
                pulse: pulse, now: 1_767_225_660_000),
            ChannelHealthReport(
                channel: "log", kind: "log", barrier: nil, depths: [], pulse: .init(), now: 1_767_225_660_000),
        ]
    }()
}
