import Storage
import Web

extension BridgeRoutes {
    func registerLists(in routes: inout Routes) {
        routes.get(
            "/api/bridge/aside", needs: .bridgeRead,
            "Lists what BigChat sent and the bridge did not understand, the newest first.", query: .page,
            answers: [.json(Items<AsideReport>.self, .ok, "A page of it.")]
        ) { call in
            let page = try page(of: call)
            let place = try page.numbers(3)
            let rows = try await read { snapshot throws(StorageError) in
                try snapshot.bridgeAside(before: place, limit: page.limit + 1)
            }
            return .json(
                Items(rows.map(AsideReport.init), page) { "\($0.row.poll).\($0.row.page).\($0.row.aside.position)" })
        }
        routes.get(
            "/api/bridge/advisors", needs: .bridgeRead, "Lists BigChat's advisors with OurAPI's agents.", query: .page,
            answers: [.json(Items<AdvisorReport>.self, .ok, "A page of them.")]
        ) { call in
            let page = try page(of: call)
            let after = try page.numbers(1)?[0] ?? .min
            let rows = try await read { snapshot throws(StorageError) in
                try snapshot.bridgeAdvisors(after: after, limit: page.limit + 1)
            }
            return .json(Items(rows.map(AdvisorReport.init), page) { String($0.row.advisor.id) })
        }
        routes.get(
            "/api/bridge/polls", needs: .bridgeRead, "Lists what BigChat was asked for, the newest first.",
            query: .page, answers: [.json(Items<PollReport>.self, .ok, "A page of it.")]
        ) { call in
            let page = try page(of: call)
            let before = try page.numbers(1)?[0] ?? .max
            let rows = try await read { snapshot throws(StorageError) in
                try snapshot.bridgePolls(before: before, limit: page.limit + 1)
            }
            return .json(Items(rows.map(PollReport.init), page) { String($0.row.poll) })
        }
    }

    func registerConversations(in routes: inout Routes) {
        routes.get(
            "/api/bridge/conversations", needs: .bridgeRead, "Lists conversations, of one state if wanted.",
            query: [.word("state", ConversationState.self, "Only those in it.")] + .page,
            answers: [.json(Items<ConversationReport>.self, .ok, "A page of them.")]
        ) { call in
            try await list(call)
        }
        routes.get(
            "/api/bridge/conversations/{id}", needs: .bridgeRead,
            "Shows a conversation with all that happened in it and what became of that.", query: .page,
            answers: [.json(ConversationHistory.self)]
        ) { call, id in
            try await show(number(id), call)
        }
        routes.post(
            "/api/bridge/conversations/{id}/retry", needs: .bridgeWrite, "Tries a parked conversation again.",
            once: true, answers: [.json(ConversationReport.self)]
        ) { call, id in
            try await unpark(number(id), call, "bridge.conversation_retried") { transaction, id, now throws(StorageError) in
                try transaction.retryConversation(id, at: now)
            }
        }
        routes.post(
            "/api/bridge/conversations/{id}/skip", needs: .bridgeWrite,
            "Gives up the event that a parked conversation hangs on, and goes on behind it.", once: true,
            answers: [.json(ConversationReport.self)]
        ) { call, id in
            try await unpark(number(id), call, "bridge.conversation_skipped") { transaction, id, now throws(StorageError) in
                try transaction.skipConversation(id, at: now)
            }
        }
    }

    /// A conversation's number as a path names it, in its one canonical form. Read here, not by the router: who is not
    /// let in is not told what is no number either.
    private func number(_ text: String) throws(Problem) -> Int64 {
        guard let number = Int64(text), String(number) == text else { throw .notFound("conversation") }
        return number
    }

    private func page(of call: Call) throws(Problem) -> Page {
        var query = call.query
        let page = query.page()
        try query.finish()
        return page
    }

    private func read<Value: Sendable>(
        _ body: @escaping @Sendable (borrowing Snapshot) throws(StorageError) -> Value
    ) async throws(StorageError) -> Value {
        try await bridge.database.read(body)
    }

    private func list(_ call: Call) async throws -> Response {
        var query = call.query
        let state = query.word("state", as: ConversationState.self)
        let page = query.page()
        try query.finish()
        let place = try page.numbers(2).map { ConversationPart.Place(key: $0[0], id: $0[1]) }
        let part = try await read { snapshot throws(StorageError) in
            try snapshot.bridgeConversations(state, after: place, limit: page.limit)
        }
        return .json(
            Items(items: part.rows.map(ConversationReport.init), next: part.next.map { "\($0.key).\($0.id)" }))
    }

    private func show(_ id: Int64, _ call: Call) async throws -> Response {
        let page = try page(of: call)
        let after = try page.numbers(1)?[0] ?? 0
        let found = try await read { snapshot throws(StorageError) -> (ConversationRow, [EventRow])? in
            guard let row = try snapshot.bridgeConversation(id) else { return nil }
            return (row, try snapshot.bridgeEvents(of: id, after: after, limit: page.limit + 1))
        }
        guard let (row, events) = found else { throw Problem.notFound("conversation") }
        let history = Items(events.map(EventReport.init), page) { String($0.row.stored.number) }
        return .json(ConversationHistory(row: row, history: history))
    }

    /// - Parameter change: answers nil for a conversation that nobody knows, false for one that is not parked.
    private func unpark(
        _ id: Int64, _ call: Call, _ action: StaticString,
        _ change: @escaping @Sendable (borrowing Transaction, _ id: Int64, _ now: Int64) throws(StorageError) -> Bool?
    ) async throws -> Response {
        let now = bridge.now()
        return try await bridge.database.write(once: call.idempotencyKey(), at: now) {
            transaction throws(StorageError) in
            guard let wasParked = try change(transaction, id, now),
                let row = try transaction.snapshot.bridgeConversation(id)
            else { return .failure(.notFound("conversation")) }
            guard wasParked else {
                return .failure(.conflict("bridge.not_parked", "This conversation is not parked, and nothing is left to retry."))
            }
            try transaction.audit(AuditEntry(call, action, String(id)), at: now)
            return .success(Reply(.ok, json: ConversationReport(row: row)))
        }
    }
}
