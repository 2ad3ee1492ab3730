import Outbound
import Storage
import Synchronization
import Web

/// `/api/admin/outbox`: what is on its way out, what got stuck, and what an admin may do about it.
///
/// Nothing here shows what a delivery carries: those are customers' words.
struct OutboxRoutes: Sendable {
    let database: Database
    let couriers: [Courier]
    let dispatcher: Dispatcher
    let vault: Vault
    /// By the source of the deliveries whose changes they are told: the dispatcher's.
    let observers: [String: DeliveryObserver]
    /// Sources whose deliveries only they themselves may retry or cancel, with the place where they do.
    let owners: [String: String]
    let now: WallClock
    let tally = OutboxTally()

    private static let query: [FieldDescription] = [
        .word("state", DeliveryState.self, "Only those in this state."),
        .text("channel", "Only those to this channel."),
        .text("source", "Only those of this feature: messages, survey, bridge."),
        .whole("older_than_seconds", from: 1, "Only those that were enqueued longer ago than this."),
    ]

    func register(in routes: inout Routes) {
        routes.get(
            "/api/admin/outbox", needs: .operationsRead,
            "Lists deliveries, the newest first, without what they say. A page may be short, and have a next one.",
            query: Self.query + .page, answers: [.json(Items<OutboxReport>.self, .ok, "A part of the list.")]
        ) { call in try await list(call) }
        routes.get(
            "/api/admin/outbox/{id}", needs: .operationsRead, "Shows a delivery with every attempt.",
            answers: [.json(OutboxReport.self)]
        ) { (_, id: String) in
            guard let report = try await report(on: id) else { throw Problem.notFound("delivery") }
            return .json(report)
        }
        routes.post(
            "/api/admin/outbox/{id}/retry", needs: .operationsWrite,
            "Makes a delivery that failed or was cancelled due again.", once: true, answers: [.json(OutboxReport.self)]
        ) { call, id in try await change(id, .retry, call) }
        routes.post(
            "/api/admin/outbox/{id}/cancel", needs: .operationsWrite, "Gives up a delivery that has not ended.",
            once: true, answers: [.json(OutboxReport.self)]
        ) { call, id in try await change(id, .cancel, call) }
        routes.post(
            "/api/admin/outbox/retry", needs: .operationsWrite, "Makes many due again that failed or were cancelled.",
            takes: OutboxRetryDraft.self, answers: [.json(OutboxSweepReport.self, .ok, "How many they were.")]
        ) { call in
            let draft = try call.read(OutboxRetryDraft.self)
            return try await .json(sweep(draft.meant, .retry, call))
        }
        routes.post(
            "/api/admin/outbox/cancel", needs: .operationsWrite, "Gives up many that have not ended.",
            takes: OutboxCancelDraft.self, answers: [.json(OutboxSweepReport.self, .ok, "How many they were.")]
        ) { call in
            let draft = try call.read(OutboxCancelDraft.self)
            return try await .json(sweep(draft.meant, .cancel, call))
        }
        registerChannels(in: &routes)
    }

    private func list(_ call: Call) async throws -> Response {
        var query = call.query
        let now = now()
        let filter = OutboxFilter(
            state: query.word("state", as: DeliveryState.self), channel: query.text("channel"),
            source: query.text("source"),
            enqueuedBefore: query.whole("older_than_seconds").map { now - Timestamp.seconds(Int64(min($0, OutboxMeant.ageMax))) })
        let page = query.page()
        try query.finish()
        let items = try await database.read { [self, filter] snapshot throws(StorageError) in
            let part = try snapshot.outbox(filter, before: page.after, limit: page.limit)
            var barriers: [String: OutboxReport.Barrier?] = [:], items: [OutboxReport] = []
            for match in part.matches {
                guard var record = try snapshot.delivery(match.id, withAttempts: false) else { continue }
                if record.tries > 0 { record.attempts = try snapshot.lastAttempt(of: match.id).map { [$0] } ?? [] }
                if barriers[record.channel] == nil {
                    barriers[record.channel] = .some(try snapshot.barrier(record.channel, couriers, vault))
                }
                items.append(
                    OutboxReport(record, barriers[record.channel] ?? nil, showsAttempts: false, at: now))
            }
            return Items(items: items, next: part.next)
        }
        return .json(items)
    }

    private func report(on id: String) async throws -> OutboxReport? {
        let (couriers, vault, now) = (couriers, vault, now())
        return try await database.read { snapshot throws(StorageError) in
            try snapshot.outboxReport(id, couriers, vault, at: now)
        }
    }

    /// Retries or cancels one delivery, and answers what it is then.
    private func change(_ id: String, _ change: OutboxChange, _ call: Call) async throws -> Response {
        let now = now()
        let entry = AuditEntry(call, change.action, id)
        let response = try await database.write(once: call.idempotencyKey(), at: now) {
            [self] transaction throws(StorageError) in
            guard let record = try transaction.snapshot.delivery(id, withAttempts: false) else {
                return .failure(.notFound("delivery"))
            }
            if let place = owners[record.source] { return .failure(.outboxOwned(record.source, place)) }
            guard let result = try change.make(id, in: transaction, at: now) else {
                return .failure(change.refusal(of: record.state))
            }
            try observers[result.source]?(transaction, result)
            try transaction.audit(entry, at: now)
            guard let report = try transaction.snapshot.outboxReport(id, couriers, vault, at: now) else {
                return .failure(.notFound("delivery"))
            }
            return .success(Reply(.ok, json: report))
        }
        if response.status == .ok { tally.add(change, 1) }
        return response
    }

    /// Retries or cancels all that are meant, in writes of bounded size: an outage leaves more behind than others
    /// should wait for. What is done stays done when the program is killed in between, and asking again goes on.
    private func sweep(_ meant: OutboxMeant, _ change: OutboxChange, _ call: Call) async throws -> OutboxSweepReport {
        var report = OutboxSweepReport(isDryRun: meant.isDryRun)
        // As of now, however long it takes.
        let filter = meant.filter(at: now())
        var place: String? = ""
        while let last = place {
            guard report.matched < OutboxMeant.sweepMax else {
                report.isCut = true
                break
            }
            let step: OutboxStep
            if meant.isDryRun {
                step = try await database.read { [owners] snapshot throws(StorageError) in
                    OutboxStep(try snapshot.matches(filter, meant.ids, after: last), owners)
                }
            } else {
                step = try await write(meant, filter, after: last, change, call)
            }
            report.matched += step.free.count + step.owned
            report.changed += step.changed
            report.owned += step.owned
            place = step.next
        }
        tally.add(change, report.changed)
        return report
    }

    private func write(
        _ meant: OutboxMeant, _ filter: OutboxFilter, after last: String, _ change: OutboxChange, _ call: Call
    ) async throws(StorageError) -> OutboxStep {
        let now = now()
        return try await database.write { [self] transaction throws(StorageError) in
            var step = OutboxStep(try transaction.snapshot.matches(filter, meant.ids, after: last), owners)
            for match in step.free {
                guard let result = try change.make(match.id, in: transaction, at: now) else { continue }
                try observers[result.source]?(transaction, result)
                step.changed += 1
            }
            if step.changed > 0 {
                let details = meant.details.merging(["count": "\(step.changed)"]) { $1 }
                try transaction.audit(AuditEntry(call, change.action, nil, details), at: now)
            }
            return step
        }
    }
}

/// What an admin can have done to deliveries.
enum OutboxChange: Sendable {
    case retry, cancel

    var action: StaticString {
        switch self {
        case .retry: "outbox.retried"
        case .cancel: "outbox.cancelled"
        }
    }

    /// - Returns: nil where the delivery is not in a state for it.
    func make(
        _ id: String, in transaction: borrowing Transaction, at now: Int64
    ) throws(StorageError) -> DeliveryChange? {
        switch self {
        case .retry: try transaction.resend(id, at: now)
        case .cancel: try transaction.cancelDelivery(id, at: now)
        }
    }

    func refusal(of state: DeliveryState) -> Problem {
        switch self {
        case .retry:
            .conflict(
                "outbox.nothing_to_retry",
                "It is \(state.rawValue). What failed or was cancelled can be retried, the rest goes by itself.")
        case .cancel: .conflict("outbox.nothing_to_cancel", "This delivery has ended: it is \(state.rawValue).")
        }
    }
}

/// What one write or read of a sweep came to.
struct OutboxStep: Sendable {
    /// Those that may be changed here.
    let free: [OutboxPart.Match]
    /// Left to who owns them.
    let owned: Int
    /// Where to go on; nil at the end.
    let next: String?
    var changed = 0

    init(_ part: OutboxPart, _ owners: [String: String]) {
        free = part.matches.filter { owners[$0.source] == nil }
        owned = part.matches.count - free.count
        next = part.next
    }
}

extension Snapshot {
    /// As many of those that are meant as one write changes.
    fileprivate borrowing func matches(
        _ filter: OutboxFilter, _ ids: [String]?, after last: String
    ) throws(StorageError) -> OutboxPart {
        guard let ids else { return try outbox(filter, after: last, limit: OutboxMeant.writeMax) }
        let part = ids.filter { $0 > last }.prefix(OutboxMeant.writeMax)
        return OutboxPart(
            matches: try outbox(filter, among: Array(part)),
            next: part.count == OutboxMeant.writeMax ? part.last : nil)
    }
}

/// What admins had done to deliveries since the start, for the metrics.
final class OutboxTally: Sendable {
    private let retriedCount = Atomic(0)
    private let cancelledCount = Atomic(0)

    var retried: Int { retriedCount.load(ordering: .relaxed) }
    var cancelled: Int { cancelledCount.load(ordering: .relaxed) }

    func add(_ change: OutboxChange, _ count: Int) {
        switch change {
        case .retry: retriedCount.add(count, ordering: .relaxed)
        case .cancel: cancelledCount.add(count, ordering: .relaxed)
        }
    }
}

extension Problem {
    fileprivate static func outboxOwned(_ source: String, _ place: String) -> Problem {
        .conflict("outbox.owned", "This delivery is the \(source)'s, which keeps more of it than the outbox: \(place).")
    }
}
