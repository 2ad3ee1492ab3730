import Outbound
import Storage
import Web

/// `/api/channels`: where messages are delivered to, and how.
///
/// What settings a channel has is its courier's to say; nothing here knows a kind.
struct ChannelRoutes: Sendable {
    let database: Database
    let couriers: [Courier]
    let dispatcher: Dispatcher
    let vault: Vault
    /// By the source of the deliveries whose changes they are told: the dispatcher's.
    let observers: [String: DeliveryObserver]
    let now: WallClock

    func register(in routes: inout Routes) {
        routes.get(
            "/api/channels", needs: .admin, "Lists the channels, secrets masked.", query: .page,
            answers: [.json(Items<ChannelReport>.self, .ok, "A page of them.")]
        ) { call in
            try await list(call)
        }
        routes.get(
            "/api/channels/{name}", needs: .admin, "Shows a channel, secrets masked.",
            answers: [.json(ChannelReport.self)]
        ) { _, name in
            try await .json(report(on: channel(named: name)))
        }
        routes.post(
            "/api/channels", needs: .admin, "Makes a channel.", takes: ChannelDraft.self, once: true,
            answers: [.json(ChannelReport.self, .created, "The channel.")]
        ) { call in
            try await create(call)
        }
        routes.patch(
            "/api/channels/{name}", needs: .admin, "Changes what is named of a channel; settings left out stay.",
            takes: ChannelChange.self, answers: [.json(ChannelReport.self)]
        ) { call, name in
            try await change(name, call)
        }
        routes.delete(
            "/api/channels/{name}", needs: .admin, "Deletes a channel that no topic names and nothing waits for.",
            answers: [.nothing()]
        ) { call, name in
            try await delete(name, call)
        }
        routes.post(
            "/api/channels/{name}/test", needs: .admin, "Sends a test message now and says what happened.",
            answers: [.json(ChannelTestReport.self, .ok, "What became of it.")]
        ) { (call, name: String) in
            let notice = Notice(
                type: "channel.test", subject: "Parley: a test of the channel \(name)",
                text: "This is a test of the channel '\(name)'. Messages will arrive here.")
            let report = await dispatcher.test(try await channel(named: name), notice: notice)
            let now = now()
            try await database.write { transaction throws(StorageError) in
                try transaction.audit(
                    AuditEntry(call, "channel.tested", name, ["class": report.outcomeClass.rawValue]), at: now)
            }
            return .json(ChannelTestReport(report: report))
        }
        routes.post(
            "/api/channels/{name}/resend", needs: .admin, "Tries again all that failed on a channel since a time.",
            takes: ResendDraft.self, answers: [.json(ResentReport.self, .ok, "How many deliveries that are.")]
        ) { call, name in
            try await resend(name, call)
        }
    }

    private func report(on channel: Channel) -> ChannelReport { ChannelReport(channel, courier: courier(channel.kind)) }

    private func courier(_ kind: String) -> Courier? { couriers.first { $0.kind == kind } }

    private func channel(named name: String) async throws -> Channel {
        let channel = try await database.read { snapshot throws(StorageError) in try snapshot.channel(named: name) }
        guard let channel else { throw Problem.notFound("channel") }
        return channel
    }

    private func list(_ call: Call) async throws -> Response {
        var query = call.query
        let page = query.page()
        try query.finish()
        let channels = try await database.read { snapshot throws(StorageError) in
            try snapshot.channels(after: page.after, limit: page.limit + 1)
        }
        return .json(Items(channels.map(report), page) { $0.channel.name })
    }

    private func create(_ call: Call) async throws -> Response {
        let draft = try call.read(ChannelDraft.self)
        guard let courier = courier(draft.kind) else {
            let kinds = couriers.map(\.kind).joined(separator: ", ")
            throw Problem.invalid([FieldProblem("kind", "Must be one of: \(kinds).")])
        }
        try judge(draft.settings, by: courier)
        let now = now()
        let channel = Channel(
            name: draft.name, kind: draft.kind, settings: vault.seal(draft.settings, of: draft.name, courier), paused: draft.paused,
            allowPrivate: draft.allowPrivate, createdAt: now, changedAt: now)
        let reply = Reply(.created, location: "/api/channels/\(channel.name)", json: report(on: channel))
        return try await database.write(once: call.idempotencyKey(), at: now) { transaction throws(StorageError) in
            guard try transaction.snapshot.channel(named: draft.name) == nil
            else { return .failure(.conflict("channel.exists", "There is a channel of this name already.")) }
            try transaction.save(channel, at: now)
            try transaction.audit(AuditEntry(call, "channel.created", channel.name), at: now)
            return .success(reply)
        }
    }

    private func change(_ name: String, _ call: Call) async throws -> Response {
        let change = try call.read(ChannelChange.self)
        let now = now()
        return try await database.write { transaction throws(StorageError) -> Result<Reply, Problem> in
            guard let before = try transaction.snapshot.channel(named: name) else {
                return .failure(.notFound("channel"))
            }
            var after = change.applied(to: before, at: now)
            if change.settings != nil, let courier = courier(before.kind) {
                let opened = vault.open(after.settings, of: name)
                let problems =
                    opened.faults.isEmpty
                    ? problems(with: opened.settings, for: courier)
                    : opened.faults.map { FieldProblem("settings.\($0.field)", "It \($0.fault.explanation).") }
                guard problems.isEmpty else { return .failure(.invalid(problems)) }
                after.settings = vault.seal(opened.settings, of: name, courier)
            }
            try transaction.save(after, at: now)
            try transaction.audit(AuditEntry(call, "channel.changed", name, change.told), at: now)
            return .success(Reply(.ok, json: report(on: after)))
        }.get().response
    }

    private func delete(_ name: String, _ call: Call) async throws -> Response {
        let now = now()
        return try await database.write { transaction throws(StorageError) -> Result<Reply, Problem> in
            let topics = try transaction.snapshot.topics(telling: name)
            guard topics.isEmpty else {
                return .failure(
                    .conflict("channel.in_use", "These topics tell this channel: \(topics.joined(separator: ", "))."))
            }
            switch try transaction.deleteChannel(name) {
            case .deleted:
                try transaction.audit(AuditEntry(call, "channel.deleted", name), at: now)
                return .success(Reply(.noContent))
            case .notFound: return .failure(.notFound("channel"))
            case .hasOpenDeliveries:
                return .failure(.conflict("channel.in_use", "Messages still wait to be delivered to this channel."))
            }
        }.get().response
    }

    /// In writes of bounded size: an outage can leave more behind than others should wait for.
    private func resend(_ name: String, _ call: Call) async throws -> Response {
        let since = try call.read(ResendDraft.self).since
        _ = try await channel(named: name)
        var total = 0, count = Self.resendMax
        while count == Self.resendMax {
            let now = now()
            count = try await database.write { transaction throws(StorageError) in
                let resent = try transaction.resendFailed(
                    channel: name, since: since.milliseconds, limit: Self.resendMax, at: now)
                for change in resent { try observers[change.source]?(transaction, change) }
                if !resent.isEmpty {
                    try transaction.audit(
                        AuditEntry(call, "channel.resent", name, ["deliveries": "\(resent.count)"]), at: now)
                }
                return resent.count
            }
            total += count
        }
        return .json(ResentReport(resent: total))
    }

    /// Deliveries of one write: a few milliseconds' work.
    private static let resendMax = 200

    private func judge(_ settings: [String: SettingValue], by courier: Courier) throws(Problem) {
        let problems = problems(with: settings, for: courier)
        guard problems.isEmpty else { throw .invalid(problems) }
    }

    private func problems(with settings: [String: SettingValue], for courier: Courier) -> [FieldProblem] {
        courier.validate(settings).map { FieldProblem("settings.\($0.field)", $0.detail) }
    }
}
