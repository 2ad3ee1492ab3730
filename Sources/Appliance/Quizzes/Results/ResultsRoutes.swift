import Storage
import Web

/// `/api/games/{code}/results`: what came of a game, while it runs and afterwards, read from its rows.
struct ResultsRoutes: Sendable {
    let database: Database
    let access: GameAccess
    let quizzes: QuizLookup
    /// Shared with every other export: each keeps one of the few threads that read.
    let places: ExportPlaces
    let now: WallClock

    enum Part: String, CaseIterable, Sendable { case players, questions, answers }

    enum Format: String, CaseIterable, Sendable { case json, csv }

    func register(in routes: inout Routes) {
        routes.openGet(
            "/api/games/{code}/results",
            "Tells what came of a game, by player, question or answer, as JSON or CSV; needs quizzes:read or its host.",
            query: Self.parameters,
            answers: [
                .json(ResultsSummary.self, .ok, "Without 'part': all at a glance."),
                .json(PlayersReport.self, .ok, "By player, in the order of the board."),
                .json(QuestionsReport.self, .ok, "By question."),
                .json(Items<AnswerResult>.self, .ok, "One answer after the other."),
                .content("text/csv; charset=utf-8", "A part as a table."),
            ]
        ) { request, code in
            try await show(request, code)
        }
    }

    private static let parameters: [FieldDescription] =
        [
            GameAccess.host, .word("part", Part.self, "One part rather than all at a glance."),
            .word("format", Format.self, "As what; 'json' when left out. 'csv' holds one part."),
        ] + .page

    private func show(_ request: Request, _ code: String) async throws -> Response {
        let head = try await access.find(request, code)
        let caller = try access.admit(request, head)
        var query = QueryInput(request.query, Self.parameters)
        _ = query.text("host")                  // that was for `admit`
        let part = query.word("part", as: Part.self)
        let format = query.word("format", as: Format.self) ?? .json
        let page = query.page()
        try query.finish()
        guard page == Page() || format == .json && (part == .players || part == .answers) else {
            let field = page.after == nil ? "limit" : "after"
            throw Problem.invalid([FieldProblem(field, "Only players and answers come in pages, and not as CSV.")])
        }
        guard format == .json else {
            guard let part else {
                throw Problem.invalid([FieldProblem("part", "CSV holds one of: players, questions, answers.")])
            }
            let details = ["code": head.code, "part": part.rawValue]
            return try await export(part, of: head, AuditEntry(request, by: caller, "game.exported", head.id, details))
        }
        switch part {
        case nil: return .json(ResultsSummary(results: try await results(of: head)))
        case .questions: return .json(QuestionsReport(results: try await results(of: head)))
        case .players: return .json(try await players(of: head, page))
        case .answers: return .json(try await answers(of: head, page))
        }
    }

    /// Pages are cut by the place in the list, which the next answer may change: while a game runs a player can be on
    /// two pages, or on none.
    private func players(of head: GameHead, _ page: Page) async throws -> PlayersReport {
        let skipped = try page.skipped()
        let results = try await results(of: head, withTexts: false)
        let found = Array(results.players.dropFirst(skipped).prefix(page.limit + 1))
        let next = String(skipped + page.limit)
        return PlayersReport(items: Items(found, page) { _ in next }, players: results.playersCount)
    }

    private func answers(of head: GameHead, _ page: Page) async throws -> Items<AnswerResult> {
        var after = AnswerPlace()
        if let cursor = page.after {
            guard let place = AnswerPlace(cursor) else { throw Problem.cursorUnknown }
            after = place
        }
        let found = try await database.read { [quizzes, after] snapshot throws(StorageError) -> [AnswerResult]? in
            guard let quiz = try quizzes(head.quiz, head.version, snapshot) else { return nil }
            return try snapshot.answers(in: head.number, to: quiz, after: after, limit: page.limit)
        }
        guard let found else { throw Problem.quizUnknown }
        return Items(found, page, cursor: AnswerPlace.cursor)
    }

    private func results(of head: GameHead, withTexts: Bool = true) async throws -> GameResults {
        let results = try await database.read { [quizzes] snapshot throws(StorageError) -> GameResults? in
            guard let quiz = try quizzes(head.quiz, head.version, snapshot),
                let game = try snapshot.game(number: head.number)
            else { return nil }
            return try snapshot.results(of: game, quiz, withTexts: withTexts)
        }
        guard let results else { throw Problem.quizUnknown }
        return results
    }
}

/// As files.
extension ResultsRoutes {
    private func export(_ part: Part, of head: GameHead, _ entry: AuditEntry) async throws -> Response {
        let headers: Headers = [
            "content-type": "text/csv; charset=utf-8",
            "content-disposition": "attachment; filename=\"\(head.code)-\(part.rawValue).csv\"",
            "cache-control": "no-store",
        ]
        guard part == .answers else {
            let results = try await results(of: head, withTexts: part == .questions)
            try await note(entry)
            return .stream(headers: headers) { body in try await Self.send(part, of: results, to: body) }
        }
        let quiz = try await database.read { [quizzes] snapshot throws(StorageError) in
            try quizzes(head.quiz, head.version, snapshot)
        }
        guard let quiz else { throw Problem.quizUnknown }
        guard let place = places.take() else { throw Problem.tooManyExports }
        try await note(entry)
        return .stream(headers: headers) { body in
            // The place is given back with this closure, which is let go of even when nobody asks for the body.
            defer { withExtendedLifetime(place) {} }
            try await ExportStream.send(to: body) { [database] stream throws(StorageError) in
                try await database.read { snapshot throws(StorageError) in
                    try snapshot.exportAnswers(in: head.number, to: quiz, give: stream.put)
                }
            }
        }
    }

    private func note(_ entry: AuditEntry) async throws(StorageError) {
        let now = now()
        try await database.write { transaction throws(StorageError) in try transaction.audit(entry, at: now) }
    }

    /// Players and questions are few enough to be held; as text they are written piece by piece.
    private static func send(_ part: Part, of results: GameResults, to body: BodyWriter) async throws {
        var writer = CSVWriter(part == .players ? PlayerResult.columns : QuestionResult.columns)
        if part == .players {
            for player in results.players {
                writer.add(player)
                if writer.bytes.count >= ExportStream.pieceBytes { try await body.write(writer.take()) }
            }
        } else {
            for question in results.questions { writer.add(question) }
        }
        try await body.write(writer.end())
    }
}

extension Problem {
    fileprivate static let quizUnknown = Problem.notFound("quiz any more as this game was played with")
}
