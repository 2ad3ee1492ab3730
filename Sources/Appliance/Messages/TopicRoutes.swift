import Outbound
import Storage
import Web

/// `/api/topics`: which subjects there are, whom they tell, and in what words.
struct TopicRoutes: Sendable {
    let database: Database
    let now: WallClock

    func register(in routes: inout Routes) {
        routes.get(
            "/api/topics", needs: .messagesRead, "Lists the topics.", query: .page,
            answers: [.json(Items<Topic>.self, .ok, "A page of them.")]
        ) { call in try await list(call) }
        routes.get(
            "/api/topics/{name}", needs: .messagesRead, "Shows a topic.", answers: [.json(Topic.self)]
        ) { _, name in
            let topic = try await database.read { snapshot throws(StorageError) in try snapshot.topic(named: name) }
            guard let topic else { throw Problem.notFound("topic") }
            return .json(topic)
        }
        routes.post(
            "/api/topics", needs: .admin, "Makes a topic.", takes: TopicDraft.self, once: true,
            answers: [.json(Topic.self, .created, "The topic.")]
        ) { call in
            try await create(call)
        }
        routes.patch(
            "/api/topics/{name}", needs: .admin, "Changes what is named of a topic.", takes: TopicChange.self,
            answers: [.json(Topic.self)]
        ) { call, name in
            try await change(name, call)
        }
        routes.delete(
            "/api/topics/{name}", needs: .admin, "Deletes a topic none of whose messages is on its way.",
            answers: [.nothing()]
        ) { call, name in
            try await delete(name, call)
        }
    }

    private func list(_ call: Call) async throws -> Response {
        var query = call.query
        let page = query.page()
        try query.finish()
        let topics = try await database.read { snapshot throws(StorageError) in try snapshot.topics(page) }
        return .json(Items(topics, page, cursor: \.name))
    }

    private func create(_ call: Call) async throws -> Response {
        let draft = try call.read(TopicDraft.self)
        let now = now()
        return try await database.write(once: call.idempotencyKey(), at: now) { transaction throws(StorageError) in
            guard try transaction.snapshot.topic(named: draft.name) == nil
            else { return .failure(.conflict("topic.exists", "There is a topic of this name already.")) }
            let topic = Topic(
                name: draft.name, channels: draft.channels, template: draft.template ?? Topic.templateStandard,
                createdAt: Timestamp(now), changedAt: Timestamp(now))
            return try transaction.saveIfChannelsExist(topic, .created, AuditEntry(call, "topic.created", topic.name))
        }
    }

    private func change(_ name: String, _ call: Call) async throws -> Response {
        let change = try call.read(TopicChange.self)
        let now = now()
        return try await database.write { transaction throws(StorageError) -> Result<Reply, Problem> in
            guard let before = try transaction.snapshot.topic(named: name) else { return .failure(.notFound("topic")) }
            let after = Topic(
                name: name, channels: change.channels ?? before.channels, template: change.template ?? before.template,
                createdAt: before.createdAt, changedAt: Timestamp(now))
            return try transaction.saveIfChannelsExist(after, .ok, AuditEntry(call, "topic.changed", name))
        }.get().response
    }

    private func delete(_ name: String, _ call: Call) async throws -> Response {
        let now = now()
        return try await database.write { transaction throws(StorageError) -> Result<Reply, Problem> in
            guard try transaction.snapshot.topic(named: name) != nil else { return .failure(.notFound("topic")) }
            guard try !transaction.snapshot.hasOpenMessages(ofTopic: name)
            else { return .failure(.conflict("topic.in_use", "Messages on this topic are still on their way.")) }
            try transaction.deleteTopic(named: name)
            try transaction.audit(AuditEntry(call, "topic.deleted", name), at: now)
            return .success(Reply(.noContent))
        }.get().response
    }
}

extension Transaction {
    fileprivate borrowing func saveIfChannelsExist(
        _ topic: Topic, _ status: Status, _ entry: AuditEntry
    ) throws(StorageError) -> Result<Reply, Problem> {
        for channel in topic.channels where try snapshot.channel(named: channel) == nil {
            return .failure(.invalid([FieldProblem("channels", "There is no channel '\(channel)'.")]))
        }
        try save(topic)
        try audit(entry, at: topic.changedAt.milliseconds)
        return .success(Reply(status, location: status == .created ? "/api/topics/\(topic.name)" : nil, json: topic))
    }
}

/// What a client sends to make a topic.
struct TopicDraft: InputShape {
    fileprivate static let name = Field.name("name", "What messages name to be about this topic.")
    fileprivate static let channels = Field.names("channels", 1...Topic.channelsMax, "The channels that are told.")
    fileprivate static let template = Field.template(
        "template", "The words of the notice; placeholders such as {description} or {contact|nobody}.")

    static let fields = [name.description, channels.description, template.optional.description]
    static let example = #"{"name": "help", "channels": ["team"], "template": "Help is needed: {description}"}"#

    let name: String
    let channels: [String]
    let template: String?

    init(_ input: inout Input) {
        name = input.take(Self.name)
        channels = input.take(Self.channels)
        template = input.take(Self.template.optional)
    }
}

/// What a client sends to change a topic: only what is to become different.
struct TopicChange: InputShape {
    static let fields = [TopicDraft.channels.optional.description, TopicDraft.template.optional.description]
    static let example = #"{"template": "{contact|Somebody} needs help: {description}"}"#

    let channels: [String]?
    let template: String?

    init(_ input: inout Input) {
        channels = input.take(TopicDraft.channels.optional)
        template = input.take(TopicDraft.template.optional)
    }
}

extension Field where Value == String {
    /// A template that parses and names only what a message has.
    fileprivate static func template(_ name: String, _ about: String) -> Field {
        let text = Field.text(name, 1...Topic.templateCharactersMax, about)
        return Field(name: name, description: text.description, standIn: "") { container in
            text.read(container).flatMap { source in
                do throws(Refusal) {
                    let unknown = try Template(source).names.first { !Topic.placeholders.contains($0) }
                    guard let unknown else { return .success(source) }
                    let known = Topic.placeholders.joined(separator: ", ")
                    return .failure(
                        Refusal(detail: "There is no placeholder '\(unknown.prefix(40))'; known are: \(known)."))
                } catch {
                    return .failure(error)
                }
            }
        }
    }
}
