import Outbound
import Storage

/// Which deliveries a call is about that changes many.
struct OutboxMeant: Sendable {
    /// Deliveries of one write: a few milliseconds' work.
    static let writeMax = 200
    /// Deliveries of one call: what comes on top is for the next.
    static let sweepMax = 50_000
    static let idsMax = 1_000
    /// Seconds: a hundred years.
    static let ageMax = 3_155_760_000

    let state: DeliveryState
    let channel: String?
    let source: String?
    let olderThanSeconds: Int?
    /// Rising; nil for all that the filter lets through.
    let ids: [String]?
    let isDryRun: Bool

    init(_ state: DeliveryState, _ input: inout Input) {
        self.state = state
        channel = input.take(Self.channel)
        source = input.take(Self.source)
        olderThanSeconds = input.take(Self.age)
        ids = input.take(Self.idList).map { Set($0).sorted() }
        isDryRun = input.take(Self.isDryRun)
    }

    func filter(at now: Int64) -> OutboxFilter {
        OutboxFilter(
            state: state, channel: channel, source: source,
            enqueuedBefore: olderThanSeconds.map { now - Timestamp.seconds(Int64($0)) })
    }

    /// What was asked for, for the audit log.
    var details: [String: String] {
        var details = ["state": state.rawValue]
        details["channel"] = channel
        details["source"] = source
        details["older_than_seconds"] = olderThanSeconds.map(String.init)
        details["ids"] = ids.map { "\($0.count)" }
        return details
    }

    private static let channel = Field.text("channel", 1...Name.lengthMax, "Only those to this channel.").optional
    private static let source = Field.text("source", 1...Name.lengthMax, "Only those of this feature.").optional
    private static let age = Field.whole(
        "older_than_seconds", 1...ageMax, "Only those that were enqueued longer ago than this.").optional
    private static let idList = Field.ids("ids", 1...idsMax, "Only these.").optional
    private static let isDryRun = Field.truth("dry_run", "Only counts them.").defaulting(to: false)

    static let fields = [
        channel.description, source.description, age.description, idList.description, isDryRun.description,
    ]

    /// Whether it names anything that sets some deliveries apart.
    var isNarrow: Bool {
        channel != nil || source != nil || olderThanSeconds != nil || ids != nil
    }
}

/// What a client sends to have many deliveries tried again.
struct OutboxRetryDraft: InputShape {
    private static let states: [DeliveryState] = [.failed, .cancelled]
    private static let state = Field<String>.word("state", states.map(\.rawValue), "failed when left out.")
        .defaulting(to: DeliveryState.failed.rawValue)

    static let fields = [state.description] + OutboxMeant.fields

    let meant: OutboxMeant

    init(_ input: inout Input) {
        meant = OutboxMeant(DeliveryState(rawValue: input.take(Self.state)) ?? .failed, &input)
    }
}

/// What a client sends to give many deliveries up: it has to say which.
struct OutboxCancelDraft: InputShape {
    private static let states: [DeliveryState] = [.waiting, .inFlight]
    private static let state = Field<String>.word("state", states.map(\.rawValue), "waiting when left out.")
        .defaulting(to: DeliveryState.waiting.rawValue)

    static let fields = [state.description] + OutboxMeant.fields

    let meant: OutboxMeant

    init(_ input: inout Input) {
        meant = OutboxMeant(DeliveryState(rawValue: input.take(Self.state)) ?? .waiting, &input)
        if !meant.isNarrow {
            input.refuse("channel", "Name a channel, source, older_than_seconds or ids: all there is is never meant.")
        }
    }
}

extension Field where Value == [String] {
    /// Ids as this program makes them.
    fileprivate static func ids(_ name: String, _ count: ClosedRange<Int>, _ about: String) -> Field {
        var item = Schema(.string, "")
        item.format = "uuid"
        var schema = Schema(.array, about)
        schema.items = [item]
        schema.minItems = count.lowerBound
        schema.maxItems = count.upperBound
        let wanted = "\(count.lowerBound) to \(count.upperBound) ids"
        return Field(required: name, schema, wanted: "a list of \(wanted)", standIn: []) { (ids: [String]) in
            guard count.contains(ids.count), ids.allSatisfy(UUIDv7.isValid) else {
                return .failure(Refusal(detail: "Must be a list of \(wanted)."))
            }
            return .success(ids)
        }
    }
}
