import Outbound
import Storage
import Web

/// `/api/messages`: a bot asks for help on a topic, and reads what became of it.
struct MessageRoutes: Sendable {
    let database: Database
    let now: WallClock

    func register(in routes: inout Routes) {
        routes.post(
            "/api/messages", needs: .messagesSend, "Stores a request for help; its topic's channels are told.",
            takes: MessageDraft.self, once: true, answers: [.json(Message.self, .created, "The message.")]
        ) { call in try await accept(call) }
        routes.get(
            "/api/messages", needs: .messagesRead,
            "Lists messages, the newest first. A page may be short, and have a next one.",
            query: [
                .word("status", MessageStatus.self, "Only those of this status."),
                .text("topic", "Only those on this topic."),
                .text("channel", "Only those that this channel was told of."),
                .time("since", "Only those from this time on."),
                .time("until", "Only those before this time."),
            ] + .page, answers: [.json(Items<MessageReport>.self, .ok, "A page of them.")]
        ) { call in
            try await list(call)
        }
        routes.get(
            "/api/messages/{id}", needs: .messagesRead, "Shows a message with every attempt to deliver it.",
            answers: [.json(MessageReport.self)]
        ) { _, id in
            try await show(id)
        }
        routes.post(
            "/api/messages/{id}/resend", needs: .admin, "Tries the channels again that did not take the message.",
            once: true, answers: [.json(MessageReport.self)]
        ) { call, id in
            try await resend(id, call)
        }
        routes.post(
            "/api/messages/{id}/cancel", needs: .admin, "Gives up what is not delivered yet.", once: true,
            answers: [.json(MessageReport.self)]
        ) { call, id in
            try await cancel(id, call)
        }
    }

    /// What the outbox calls, in the transaction that records how a delivery of ours fared.
    static let observer: DeliveryObserver = { transaction, change throws(StorageError) in
        try transaction.refreshStatus(ofMessage: change.reference)
    }

    private func accept(_ call: Call) async throws -> Response {
        let draft = try call.read(MessageDraft.self)
        let now = now(), request = call.request.id
        return try await database.write(once: call.idempotencyKey(), at: now) { transaction throws(StorageError) in
            guard let message = try transaction.post(draft, at: now, request: request) else {
                return .failure(.invalid([FieldProblem("topic", "There is no topic of this name.")]))
            }
            return .success(Reply(.created, location: "/api/messages/\(message.id)", body: message.json))
        }
    }

    private func list(_ call: Call) async throws -> Response {
        var query = call.query
        let filter = MessageFilter(
            status: query.word("status", as: MessageStatus.self), topic: query.text("topic"),
            channel: query.text("channel"), since: query.time("since"), until: query.time("until"))
        let page = query.page()
        try query.finish()
        let items = try await database.read { snapshot throws(StorageError) in
            let found = try snapshot.messages(filter, page)
            var reports: [MessageReport] = []
            for message in found.messages { reports.append(try snapshot.report(on: message)) }
            return Items(items: reports, next: found.next)
        }
        return .json(items)
    }

    private func show(_ id: String) async throws -> Response {
        let report = try await database.read { snapshot throws(StorageError) -> MessageReport? in
            guard let message = try snapshot.message(id) else { return nil }
            return try snapshot.report(on: message)
        }
        guard let report else { throw Problem.notFound("message") }
        return .json(report)
    }

    private func resend(_ id: String, _ call: Call) async throws -> Response {
        try await change(
            id, call, "message.resent",
            refusal: .conflict(
                "message.nothing_to_resend", "Every channel took this message, or is still being tried.")
        ) { transaction, now throws(StorageError) in
            var count = 0
            let deliveries = try transaction.snapshot.deliveries(
                source: MessageTables.source, reference: id, withAttempts: false)
            for delivery in deliveries {
                if try transaction.resend(delivery.id, at: now) != nil { count += 1 }
            }
            return count
        }
    }

    private func cancel(_ id: String, _ call: Call) async throws -> Response {
        try await change(
            id, call, "message.cancelled",
            refusal: .conflict(
                "message.nothing_to_cancel", "This message is settled, or is being delivered at this moment.")
        ) { transaction, now throws(StorageError) in
            try transaction.cancelDeliveries(source: MessageTables.source, reference: id, at: now).count
        }
    }

    /// Changes a message's deliveries and answers the message as it is then; `refusal` when none of them changed.
    private func change(
        _ id: String, _ call: Call, _ action: StaticString, refusal: Problem,
        _ body: @escaping @Sendable (borrowing Transaction, _ now: Int64) throws(StorageError) -> Int
    ) async throws -> Response {
        let now = now()
        return try await database.write(once: call.idempotencyKey(), at: now) { transaction throws(StorageError) in
            guard try transaction.snapshot.message(id) != nil else { return .failure(.notFound("message")) }
            guard try body(transaction, now) > 0 else { return .failure(refusal) }
            try transaction.refreshStatus(ofMessage: id)
            try transaction.audit(AuditEntry(call, action, id), at: now)
            guard let message = try transaction.snapshot.message(id) else { return .failure(.notFound("message")) }
            return .success(Reply(.ok, json: try transaction.snapshot.report(on: message)))
        }
    }
}

/// What a client sends to ask for help.
struct MessageDraft: InputShape {
    private static let topic = Field.text(
        "topic", 1...Name.lengthMax, "What it is about; decides which channels are told.")
    private static let description = Field.text(
        "description", 1...Message.descriptionCharactersMax, "What help is needed.")
    private static let contact = Field.text("contact", 0...Message.contactCharactersMax, "How to reach who needs it.")
        .optional

    static let fields = [topic.description, description.description, contact.description]
    static let example = #"{"topic": "help", "description": "The heating is off.", "contact": "ann@example.com"}"#

    let topic: String
    let description: String
    let contact: String?

    init(_ input: inout Input) {
        topic = input.take(Self.topic)
        description = input.take(Self.description)
        contact = input.take(Self.contact)
    }

    init(topic: String, description: String, contact: String? = nil) {
        self.topic = topic
        self.description = description
        self.contact = contact
    }
}

extension Transaction {
    /// Stores a message and a delivery for each channel of its topic; nil, and nothing stored, where there is no such
    /// topic. This is how other rooms announce things: to a topic of their name, if an admin made one.
    ///
    /// - Parameter request: the `x-request-id` of the call that it comes of; nil where none is at hand.
    borrowing func post(_ draft: MessageDraft, at now: Int64, request: String? = nil) throws(StorageError) -> Message? {
        guard let topic = try snapshot.topic(named: draft.topic) else { return nil }
        let message = Message(draft, at: now)
        try insert(message)
        let notice = message.notice(by: topic)
        for channel in topic.channels {
            try enqueue(
                Delivery(
                    channel: channel, source: MessageTables.source, reference: message.id, notice: notice,
                    request: request),
                at: now)
        }
        return message
    }
}
