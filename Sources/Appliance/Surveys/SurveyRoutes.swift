import Outbound
import Storage
import Web

/// `/api/surveys`: the team defines surveys, checks them, publishes and archives them.
struct SurveyRoutes: Sendable {
    let database: Database
    let shelf: SurveyShelf
    let now: WallClock

    func register(in routes: inout Routes) {
        routes.get("/api/surveys", needs: .surveysRead, "Lists surveys by id.") { call in try await list(call) }
        routes.post("/api/surveys", needs: .surveysWrite, "Makes a survey, as a draft.", takes: SurveyDraft.self) {
            call in
            try await create(call)
        }
        routes.get("/api/surveys/{id}", needs: .surveysRead, "Shows a survey: its draft, or one published version.") {
            call, id in
            try await show(id, call)
        }
        routes.put("/api/surveys/{id}", needs: .surveysWrite, "Replaces the draft.", takes: DefinitionDraft.self) {
            call, id in
            try await replace(id, call)
        }
        routes.post(
            "/api/surveys/{id}/check", needs: .surveysRead, "Says what is wrong with a definition, or with the draft."
        ) { call, id in
            try await check(id, call)
        }
        routes.post("/api/surveys/{id}/publish", needs: .surveysWrite, "Makes the draft the version that people get.") {
            call, id in
            try await publish(id, call)
        }
        routes.post(
            "/api/surveys/{id}/archive", needs: .surveysWrite, "Lets nobody begin any more; who has begun may end."
        ) { call, id in
            try await archive(id, call)
        }
    }

    private func list(_ call: Call) async throws -> Response {
        var query = call.query
        let page = query.page()
        try query.finish()
        let heads = try await database.read { snapshot throws(StorageError) in try snapshot.surveyHeads(page) }
        return .json(Items(heads, page) { $0.id })
    }

    private func create(_ call: Call) async throws -> Response {
        let draft = try call.read(SurveyDraft.self)
        let text = try draft.definition.text
        let now = now()
        return try await database.write(once: call.idempotencyKey(), at: now) { transaction throws(StorageError) in
            guard try transaction.snapshot.surveyHead(draft.id) == nil else { return .failure(.surveyExists) }
            let head = SurveyHead(
                id: draft.id, status: .draft, version: 0, createdAt: Timestamp(now), changedAt: Timestamp(now))
            try transaction.insert(head, draft: text)
            return .success(
                Reply(
                    .created, location: "/api/surveys/\(draft.id)",
                    json: SurveyReport(head, definition: draft.definition, version: nil)))
        }
    }

    private func show(_ id: String, _ call: Call) async throws -> Response {
        var query = call.query
        let version = query.number("version")
        try query.finish()
        let report = try await database.read { snapshot throws(StorageError) -> SurveyReport? in
            guard let head = try snapshot.surveyHead(id),
                let definition = try snapshot.definition(of: id, version: version)
            else { return nil }
            return SurveyReport(head, definition: JSONValue(Array(definition.utf8)) ?? .null, version: version)
        }
        guard let report else { throw Problem.notFound(version == nil ? "survey" : "version of this survey") }
        return .json(report)
    }

    private func replace(_ id: String, _ call: Call) async throws -> Response {
        let draft = try call.read(DefinitionDraft.self)
        let text = try draft.definition.text
        let now = now()
        return try await database.write(once: call.idempotencyKey(), at: now) { transaction throws(StorageError) in
            guard var head = try transaction.snapshot.surveyHead(id) else { return .failure(.notFound("survey")) }
            head.changedAt = Timestamp(now)
            try transaction.update(head, draft: text)
            return .success(Reply(.ok, json: SurveyReport(head, definition: draft.definition, version: nil)))
        }
    }

    private func check(_ id: String, _ call: Call) async throws -> Response {
        let given = call.request.body
        // On a reader's thread, which may take its time: the largest definitions do.
        let problems = try await database.read { snapshot throws(StorageError) -> [FieldProblem]? in
            if !given.isEmpty { return SurveyDefinition.read(given).problems }
            let draft = try snapshot.definition(of: id, version: nil)
            return draft.map { SurveyDefinition.read(Array($0.utf8)).problems }
        }
        guard let problems else { throw Problem.notFound("survey") }
        return .json(CheckReport(problems: problems))
    }

    private func publish(_ id: String, _ call: Call) async throws -> Response {
        let now = now(), key = try call.idempotencyKey()
        let draft = try await checkedDraft(of: id)
        do {
            return try await publish(draft, as: id, once: key, at: now)
        } catch let error as StorageError {
            shelf.forget(id)
            throw error
        }
    }

    /// The draft as it is now, if it may be published.
    private func checkedDraft(of id: String) async throws -> String {
        let found = try await database.read { [shelf] snapshot throws(StorageError) -> (String, [FieldProblem])? in
            guard let draft = try snapshot.definition(of: id, version: nil) else { return nil }
            var (survey, problems) = SurveyDefinition.read(Array(draft.utf8))
            if let survey, let head = try snapshot.surveyHead(id) {
                for version in stride(from: 1, through: head.version, by: 1) {
                    if let earlier = try shelf.map(id, version, in: snapshot) {
                        problems += earlier.conflicts(with: survey, version)
                    }
                }
            }
            if let channel = survey?.responseChannel, try snapshot.channel(named: channel)?.kind != "jsonrpc" {
                let detail = "There is no channel '\(channel)' of kind jsonrpc."
                return (draft, [FieldProblem("response_channel", detail)])
            }
            return (draft, problems)
        }
        guard let (draft, problems) = found else { throw Problem.notFound("survey") }
        guard problems.isEmpty else { throw Problem.unsound(problems) }
        return draft
    }

    private func publish(_ draft: String, as id: String, once key: IdempotencyKey?, at now: Int64) async throws
        -> Response
    {
        try await database.write(once: key, at: now) { transaction throws(StorageError) in
            guard var head = try transaction.snapshot.surveyHead(id) else { return .failure(.notFound("survey")) }
            guard try transaction.snapshot.definition(of: id, version: nil) == draft else {
                return .failure(.draftChanged)
            }
            // What is published already is only opened again, so that publishing twice does no harm.
            if try transaction.snapshot.definition(of: id, version: head.version) != draft {
                head.version += 1
                try transaction.insert(draft, asVersion: head.version, of: id, at: now)
            }
            head.status = .published
            head.changedAt = Timestamp(now)
            try transaction.update(head)
            return .success(Reply(.ok, json: head))
        }
    }

    private func archive(_ id: String, _ call: Call) async throws -> Response {
        let now = now()
        return try await database.write(once: call.idempotencyKey(), at: now) { transaction throws(StorageError) in
            guard var head = try transaction.snapshot.surveyHead(id) else { return .failure(.notFound("survey")) }
            head.status = .archived
            head.changedAt = Timestamp(now)
            try transaction.update(head)
            return .success(Reply(.ok, json: head))
        }
    }
}

/// What a client sends to make a survey.
struct SurveyDraft: InputShape {
    private static let id = Field.name("id", "Stands in links: lower-case letters, digits, '.', '_' and '-'.")

    static let fields = [id.description, DefinitionDraft.definition.description]

    let id: String
    let definition: JSONValue

    init(_ input: inout Input) {
        id = input.take(Self.id)
        definition = input.take(DefinitionDraft.definition)
    }
}

/// What a client sends to replace a draft. It need not be sound yet: publishing checks it.
struct DefinitionDraft: InputShape {
    static let definition = Field.object("definition", "The survey, as docs/surveys.md describes it.")

    static let fields = [definition.description]

    let definition: JSONValue

    init(_ input: inout Input) { definition = input.take(Self.definition) }
}

/// A survey as the team sees it.
struct SurveyReport: Encodable, Sendable {
    let head: SurveyHead
    let definition: JSONValue
    /// Which version the definition is; nil for the draft.
    let version: Int?

    init(_ head: SurveyHead, definition: JSONValue, version: Int?) {
        self.head = head
        self.definition = definition
        self.version = version
    }

    func encode(to encoder: any Encoder) throws {
        try head.encode(to: encoder)
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(definition, forKey: .definition)
        try container.encode(version, forKey: .definitionVersion)
    }

    private enum Key: String, CodingKey {
        case definition
        case definitionVersion = "definition_version"
    }
}

/// What the checker found.
struct CheckReport: Encodable, Sendable {
    let problems: [FieldProblem]

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(problems.isEmpty, forKey: .isSound)
        try container.encode(problems.map { ["field": $0.field, "detail": $0.detail] }, forKey: .problems)
    }

    private enum Key: String, CodingKey {
        case problems
        case isSound = "sound"
    }
}

extension SurveyMap {
    /// Answers merge by the question's id: what was asked as one kind in a version cannot be asked as another.
    fileprivate func conflicts(with survey: Survey, _ version: Int) -> [FieldProblem] {
        survey.questions.enumerated().compactMap { index, question in
            guard let position = position(of: question.id) else { return nil }
            let kind = self.survey.questions[position].kind.name
            guard kind != question.kind.name else { return nil }
            return FieldProblem(
                "questions[\(index)].kind", "'\(question.id)' was of kind \(kind) in version \(version): take another id.")
        }
    }
}

extension JSONValue {
    /// A definition as it is kept, if it is not too long.
    fileprivate var text: String {
        get throws(Problem) {
            let text = JSON.text(self)
            guard text.utf8.count <= SurveyDefinition.bytesMax else {
                throw .invalid([FieldProblem("definition", "Must have at most \(SurveyDefinition.bytesMax) bytes.")])
            }
            return text
        }
    }
}

extension Problem {
    fileprivate static let draftChanged = Problem.conflict(
        "survey.draft_changed", "The draft was changed at this very moment. Look at it, and publish again.")
    fileprivate static let surveyExists = Problem.conflict("survey.exists", "There is a survey of this id already.")

    fileprivate static func unsound(_ problems: [FieldProblem]) -> Problem {
        Problem(
            .unprocessable, "survey.unsound", "This survey cannot be published as it is.", errors: problems)
    }
}
