import Storage
import Web

/// `/api/bridge`: how the bridge is set up, how it fares, and what people can do about a conversation.
struct BridgeRoutes: Sendable {
    let bridge: Bridge

    private var database: Database { bridge.database }

    func register(in routes: inout Routes) {
        routes.get(
            "/api/bridge", needs: .bridgeRead, "Says how the bridge is set up and how far it is.",
            answers: [.json(BridgeReport.self)]
        ) { call in
            return try await .json(report(bridge.state))
        }
        routes.put(
            "/api/bridge", needs: .bridgeWrite, "Changes what is named of the bridge's settings.",
            takes: BridgeChange.self, answers: [.json(BridgeReport.self)]
        ) { call in try await change(call) }
        routes.post(
            "/api/bridge/poll", needs: .bridgeWrite, "Asks BigChat now, and says what came of it.",
            answers: [.json(BridgeReport.self)]
        ) { call in
            try await refuseUnlessAsking()
            let now = bridge.now()
            try await database.write { transaction throws(StorageError) in
                try transaction.audit(AuditEntry(call, "bridge.polled", nil), at: now)
            }
            return try await .json(report(bridge.poll()))
        }
        routes.post(
            "/api/bridge/dry-run", needs: .bridgeWrite,
            "Asks BigChat for a window and says what it would cause; nothing is stored or sent.",
            takes: DryRunDraft.self, answers: [.json(DryRunReport.self, .ok, "What it would cause.")]
        ) { call in try await dryRun(call) }
        routes.post(
            "/api/bridge/replay", needs: .bridgeWrite, "Has stored pages read anew, from a time on.",
            takes: ReplayDraft.self, once: true,
            answers: [.json(ReplayReport.self, .accepted, "How many polls those are.")]
        ) { call in try await replay(call) }
        registerLists(in: &routes)
        registerConversations(in: &routes)
    }

    /// - Parameter state: taken before the database is read, so that a poll that it calls ended is found there.
    private func report(_ state: BridgeState) async throws(StorageError) -> BridgeReport {
        let now = bridge.now()
        return try await database.read { snapshot throws(StorageError) in
            BridgeReport(
                figures: try snapshot.bridgeFigures(), lastPoll: try snapshot.bridgePolls(before: .max, limit: 1).first,
                state: state, now: now)
        }
    }

    private func change(_ call: Call) async throws -> Response {
        let change = try call.read(BridgeChange.self)
        let now = bridge.now()
        if let problem = change.problem(at: now) { throw Problem.invalid([problem]) }
        try await database.write { transaction throws(StorageError) -> Result<Void, Problem> in
            let setup = try transaction.snapshot.bridgeSetup()
            guard change.parallelism == nil || change.destination != nil || setup.destination != nil else {
                return .failure(
                    .invalid([FieldProblem("parallelism", "Is the destination's, and needs one: name it as well.")]))
            }
            try transaction.saveBridge(
                change.applied(to: setup.settings), destination: change.destination, parallelism: change.parallelism,
                since: change.since.map { $0.milliseconds / 1_000 }, at: now)
            try transaction.audit(AuditEntry(call, "bridge.changed", nil, change.told), at: now)
            return .success(())
        }.get()
        return try await .json(report(bridge.state))
    }

    private func refuseUnlessAsking() async throws {
        let setup = try await setup()
        guard setup.settings.source != nil else { throw Problem.noSource }
        guard setup.destination != nil else {
            throw Problem.conflict(
                "bridge.no_destination", "OurAPI's address is not known: PUT /api/bridge with destination.")
        }
        guard setup.settings.isEnabled else {
            throw Problem.conflict("bridge.disabled", "The bridge is disabled: PUT /api/bridge with enabled: true.")
        }
    }

    private func setup() async throws(StorageError) -> BridgeSetup {
        try await database.read { snapshot throws(StorageError) in try snapshot.bridgeSetup() }
    }

    private func dryRun(_ call: Call) async throws -> Response {
        let draft = try call.read(DryRunDraft.self)
        if let problem = draft.problem(at: bridge.now()) { throw Problem.invalid([problem]) }
        guard try await setup().settings.source != nil else { throw Problem.noSource }
        let window = draft.window
        let run = try await bridge.dryRun(from: window.lowerBound, until: window.upperBound)
        return .json(DryRunReport(run: run, window: window))
    }

    private func replay(_ call: Call) async throws -> Response {
        let from = try call.read(ReplayDraft.self).from
        let now = bridge.now()
        let response = try await database.write(once: call.idempotencyKey(), at: now) {
            transaction throws(StorageError) in
            let polls = try transaction.replay(from: from.milliseconds / 1_000, at: now)
            try transaction.audit(AuditEntry(call, "bridge.replayed", nil, ["from": from.iso8601]), at: now)
            return .success(Reply(.accepted, json: ReplayReport(polls: polls)))
        }
        return response
    }
}

/// How many polls are read anew.
struct ReplayReport: Exemplified {
    static let examples = [ReplayReport(polls: 6)]
    let polls: Int
}

extension Problem {
    fileprivate static let noSource = Problem.conflict(
        "bridge.no_source", "BigChat's address is not known: PUT /api/bridge with source.")
}
