import Storage
import Web

/// `/api/surveys` and its like: the team defines, checks, publishes and archives.
struct CatalogueRoutes<Kind: Catalogued>: Sendable {
    let database: Database
    let shelf: Shelf<Kind>
    let now: WallClock
    /// What speaks against publishing a definition that is sound in itself.
    var objections: Objections = { _, _, _ in [] }

    typealias Objections =
        @Sendable (Kind.Content, CatalogueHead, borrowing Snapshot) throws(StorageError) -> [FieldProblem]

    func register(in routes: inout Routes) {
        let (noun, paths) = (Kind.noun, Kind.paths)
        routes.get(
            paths.all, needs: Kind.readScope, "Lists \(Kind.plural) by id.", query: .page,
            answers: [.json(Items<CatalogueHead>.self, .ok, "One page of them.")]
        ) { call in
            try await list(call)
        }
        routes.post(
            paths.all, needs: Kind.writeScope, "Makes a \(noun), as a draft.", takes: CatalogueDraft<Kind>.self,
            once: true, answers: [.json(CatalogueReport<Kind>.self, .created, "The draft.")]
        ) { call in
            try await create(call)
        }
        routes.get(
            paths.one, needs: Kind.readScope, "Shows a \(noun): its draft, or one published version.",
            query: [.whole("version", from: 1, "Of a published version; the draft when left out.")],
            answers: [.json(CatalogueReport<Kind>.self)]
        ) { call, id in
            try await show(id, call)
        }
        routes.put(
            paths.one, needs: Kind.writeScope, "Replaces the draft.", takes: DefinitionDraft<Kind>.self,
            once: true, answers: [.json(CatalogueReport<Kind>.self, .ok, "The new draft.")]
        ) { call, id in
            try await replace(id, call)
        }
        routes.post(
            paths.check, needs: Kind.readScope,
            "Says what is wrong with a definition, or, where none is sent, with the draft.",
            takesContent: JSON.contentType, answers: [.json(CheckReport.self, .ok, "What was found.")]
        ) { call, id in
            try await check(id, call)
        }
        routes.post(
            paths.publish, needs: Kind.writeScope, "Makes the draft the version that people get.", once: true,
            answers: [.json(CatalogueHead.self)]
        ) { call, id in
            try await publish(id, call)
        }
        routes.post(
            paths.archive, needs: Kind.writeScope, Kind.aboutArchive, once: true, answers: [.json(CatalogueHead.self)]
        ) { call, id in
            try await archive(id, call)
        }
    }

    private func list(_ call: Call) async throws -> Response {
        var query = call.query
        let page = query.page()
        try query.finish()
        let heads = try await database.read { snapshot throws(StorageError) in try snapshot.heads(page, of: Kind.self) }
        return .json(Items(heads, page) { $0.id })
    }

    private func create(_ call: Call) async throws -> Response {
        let draft = try call.read(CatalogueDraft<Kind>.self)
        let text = try draft.definition.text
        let now = now()
        return try await database.write(once: call.idempotencyKey(), at: now) { transaction throws(StorageError) in
            guard try transaction.snapshot.head(draft.id, of: Kind.self) == nil else { return .failure(alreadyThere) }
            let head = CatalogueHead(
                id: draft.id, status: .draft, version: 0, createdAt: Timestamp(now), changedAt: Timestamp(now))
            try transaction.insert(head, draft: text, of: Kind.self)
            try transaction.audit(AuditEntry(call, Kind.actions.created, draft.id), at: now)
            return .success(
                Reply(
                    .created, location: "/api/\(Kind.plural)/\(draft.id)",
                    json: CatalogueReport<Kind>(head, definition: draft.definition, version: nil)))
        }
    }

    private func show(_ id: String, _ call: Call) async throws -> Response {
        var query = call.query
        let version = query.whole("version")
        try query.finish()
        let report = try await database.read { snapshot throws(StorageError) -> CatalogueReport<Kind>? in
            guard let head = try snapshot.head(id, of: Kind.self),
                let definition = try snapshot.definition(id, version: version, of: Kind.self)
            else { return nil }
            return CatalogueReport(head, definition: JSONValue(Array(definition.utf8)) ?? .null, version: version)
        }
        guard let report else { throw Problem.notFound(version == nil ? Kind.noun : "version of this \(Kind.noun)") }
        return .json(report)
    }

    private func replace(_ id: String, _ call: Call) async throws -> Response {
        let draft = try call.read(DefinitionDraft<Kind>.self)
        let text = try draft.definition.text
        let now = now()
        return try await database.write(once: call.idempotencyKey(), at: now) { transaction throws(StorageError) in
            guard var head = try transaction.snapshot.head(id, of: Kind.self) else { return .failure(notThere) }
            head.changedAt = Timestamp(now)
            try transaction.update(head, draft: text, of: Kind.self)
            try transaction.audit(AuditEntry(call, Kind.actions.changed, id), at: now)
            return .success(Reply(.ok, json: CatalogueReport<Kind>(head, definition: draft.definition, version: nil)))
        }
    }

    private func check(_ id: String, _ call: Call) async throws -> Response {
        let given = call.request.body
        // On a reader's thread, which may take its time: the largest definitions do.
        let problems = try await database.read { snapshot throws(StorageError) -> [FieldProblem]? in
            if !given.isEmpty { return Kind.content(of: given).1 }
            let draft = try snapshot.definition(id, version: nil, of: Kind.self)
            return draft.map { Kind.content(of: Array($0.utf8)).1 }
        }
        guard let problems else { throw notThere }
        return .json(CheckReport(problems: problems))
    }

    private func publish(_ id: String, _ call: Call) async throws -> Response {
        let now = now()
        let draft = try await checkedDraft(of: id)
        do {
            return try await publish(draft, as: id, call, at: now)
        } catch let error as StorageError {
            shelf.forget(id)
            throw error
        }
    }

    /// The draft as it is now, if it may be published.
    private func checkedDraft(of id: String) async throws -> String {
        let found = try await database.read { snapshot throws(StorageError) -> (String, [FieldProblem])? in
            guard let head = try snapshot.head(id, of: Kind.self),
                let draft = try snapshot.definition(id, version: nil, of: Kind.self)
            else { return nil }
            let (content, problems) = Kind.content(of: Array(draft.utf8))
            guard let content else { return (draft, problems) }
            return (draft, try objections(content, head, snapshot))
        }
        guard let (draft, problems) = found else { throw notThere }
        guard problems.isEmpty else { throw unsound(problems) }
        return draft
    }

    private func publish(_ draft: String, as id: String, _ call: Call, at now: Int64) async throws -> Response {
        try await database.write(once: call.idempotencyKey(), at: now) { transaction throws(StorageError) in
            guard var head = try transaction.snapshot.head(id, of: Kind.self) else { return .failure(notThere) }
            guard try transaction.snapshot.definition(id, version: nil, of: Kind.self) == draft else {
                return .failure(draftChanged)
            }
            // What is published already is only opened again, so that publishing twice does no harm.
            if try transaction.snapshot.definition(id, version: head.version, of: Kind.self) != draft {
                head.version += 1
                try transaction.insert(draft, asVersion: head.version, of: id, Kind.self, at: now)
            }
            head.status = .published
            head.changedAt = Timestamp(now)
            try transaction.update(head, of: Kind.self)
            try transaction.audit(
                AuditEntry(call, Kind.actions.published, id, ["version": "\(head.version)"]), at: now)
            return .success(Reply(.ok, json: head))
        }
    }

    private func archive(_ id: String, _ call: Call) async throws -> Response {
        let now = now()
        return try await database.write(once: call.idempotencyKey(), at: now) { transaction throws(StorageError) in
            guard var head = try transaction.snapshot.head(id, of: Kind.self) else { return .failure(notThere) }
            head.status = .archived
            head.changedAt = Timestamp(now)
            try transaction.update(head, of: Kind.self)
            try transaction.audit(AuditEntry(call, Kind.actions.archived, id), at: now)
            return .success(Reply(.ok, json: head))
        }
    }
}

extension CatalogueRoutes {
    private var notThere: Problem { .notFound(Kind.noun) }

    private var alreadyThere: Problem {
        .conflict("\(Kind.noun).exists", "There is a \(Kind.noun) of this id already.")
    }

    private var draftChanged: Problem {
        .conflict(
            "\(Kind.noun).draft_changed", "The draft was changed at this very moment. Look at it, and publish again.")
    }

    private func unsound(_ problems: [FieldProblem]) -> Problem {
        Problem(
            .unprocessable, "\(Kind.noun).unsound", "This \(Kind.noun) cannot be published as it is.", errors: problems)
    }
}

extension JSONValue {
    /// A definition as it is kept, if it is not too long.
    fileprivate var text: String {
        get throws(Problem) {
            let text = JSON.text(self)
            guard text.utf8.count <= DefinitionText.bytesMax else {
                throw .invalid([
                    FieldProblem(DefinitionText.root, "Must have at most \(DefinitionText.bytesMax) bytes.")
                ])
            }
            return text
        }
    }
}
