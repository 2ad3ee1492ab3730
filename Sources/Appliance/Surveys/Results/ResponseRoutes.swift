import Outbound
import Storage
import Web

/// The team's view of who answered what: sessions and responses, with all that was said.
struct ResponseRoutes: Sendable {
    let database: Database
    let shelf: SurveyShelf

    func register(in routes: inout Routes) {
        routes.get(
            "/api/surveys/{id}/sessions", needs: .surveysRead, "Lists a survey's sessions, the newest first.",
            query: [.word("status", SurveySession.Status.self, "Only those.")] + Self.filter + .page,
            answers: [.json(Items<SurveyResponse>.self, .ok, "One page of them.")]
        ) { call, survey in
            try await list(survey, call, as: nil)
        }
        routes.get(
            "/api/surveys/{id}/sessions/{session}", needs: .surveysRead, "Shows a session with its transcript.",
            answers: [.json(ResponseReport.self)]
        ) { _, survey, session in
            try await show(session, of: survey)
        }
        routes.get(
            "/api/surveys/{id}/responses", needs: .surveysRead,
            "Lists a survey's complete responses, the newest first.", query: Self.filter + .page,
            answers: [.json(Items<SurveyResponse>.self, .ok, "One page of them.")]
        ) { call, survey in
            try await list(survey, call, as: .completed)
        }
        routes.get(
            "/api/surveys/{id}/responses/{session}", needs: .surveysRead, "Shows a response with its transcript.",
            answers: [.json(ResponseReport.self)]
        ) { _, survey, session in
            try await show(session, of: survey, mustBe: .completed)
        }
    }

    private static let filter: [FieldDescription] = [
        .text("customer", "Only those of the customer of that id."),
        .whole("version", from: 1, "Only those of that version."),
        .time("since", "Only those that began then or later."),
        .time("until", "Only those that began before."),
    ]

    private func list(_ survey: String, _ call: Call, as wanted: SurveySession.Status?) async throws -> Response {
        var query = call.query
        let status = wanted ?? query.word("status", as: SurveySession.Status.self)
        let filter = SessionFilter(
            survey: survey, status: status, customer: query.text("customer"), version: query.whole("version"),
            since: query.time("since"), until: query.time("until"))
        let page = query.page()
        try query.finish()
        let found = try await database.read { [shelf] snapshot throws(StorageError) -> [SurveyResponse]? in
            guard try snapshot.surveyHead(survey) != nil else { return nil }
            var responses: [SurveyResponse] = []
            for id in try snapshot.sessions(filter, page) {
                if let response = try snapshot.response(id, on: shelf) { responses.append(response) }
            }
            return responses
        }
        guard let found else { throw Problem.notFound("survey") }
        return .json(Items(found, page) { $0.session.id })
    }

    private func show(_ id: String, of survey: String, mustBe status: SurveySession.Status? = nil) async throws
        -> Response
    {
        let report = try await database.read { [shelf] snapshot throws(StorageError) -> ResponseReport? in
            guard let response = try snapshot.response(id, on: shelf), response.session.survey == survey,
                status == nil || response.session.status == status
            else { return nil }
            return ResponseReport(
                response: response, turns: try snapshot.turns(in: id),
                deliveries: try snapshot.deliveries(source: HandingOn.source, reference: id).map(DeliveryReport.init))
        }
        guard let report else { throw Problem.notFound(status == nil ? "session" : "response") }
        return .json(report)
    }
}

/// Which sessions a list shows.
struct SessionFilter: Sendable {
    var survey: String
    var status: SurveySession.Status?
    var customer: String?
    var version: Int?
    /// By when they began.
    var since: Timestamp?
    var until: Timestamp?
}

extension Snapshot {
    /// Ids of the sessions that `filter` lets through, the newest first, one more than the page holds if there are
    /// more.
    borrowing func sessions(_ filter: SessionFilter, _ page: Page) throws(StorageError) -> [String] {
        let rest: [Value] = [
            .text(page.after ?? "~"),  // sorts after every id
            .optional(filter.status?.rawValue), .text(filter.status?.rawValue ?? ""),
            .integer(filter.version ?? 0), .integer(filter.version ?? 0),
            .integer(filter.since?.milliseconds ?? .min), .integer(filter.until?.milliseconds ?? .max),
            .integer(page.limit + 1),
        ]
        if let customer = filter.customer {
            return try all(
                """
                SELECT id FROM survey_session WHERE survey = ? AND customer = ? AND id < ?
                    AND (? IS NULL OR status = ?) AND (? = 0 OR version = ?) AND started_at >= ? AND started_at < ?
                ORDER BY id DESC LIMIT ?
                """, [.text(filter.survey), .text(customer)] + rest, as: { $0.text(0) })
        }
        return try all(
            """
            SELECT id FROM survey_session WHERE survey = ? AND id < ?
                AND (? IS NULL OR status = ?) AND (? = 0 OR version = ?) AND started_at >= ? AND started_at < ?
            ORDER BY id DESC LIMIT ?
            """, [.text(filter.survey)] + rest, as: { $0.text(0) })
    }

    borrowing func response(_ id: String, on shelf: SurveyShelf) throws(StorageError) -> SurveyResponse? {
        guard let place = try place(of: id, on: shelf, at: 0) else { return nil }
        return SurveyResponse(place.session, place.conversation, place.step.map, person: try person(in: id))
    }
}

/// A response with all that was said, and what became of handing it on.
struct ResponseReport: Encodable, Sendable {
    let response: SurveyResponse
    let turns: [StoredTurn]
    let deliveries: [DeliveryReport]

    func encode(to encoder: any Encoder) throws {
        try response.encode(to: encoder)
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(turns, forKey: .transcript)
        try container.encode(deliveries, forKey: .deliveries)
    }

    private enum Key: String, CodingKey { case transcript, deliveries }
}

extension ResponseReport: Exemplified {
    static let examples = SurveyResponse.examples.map { response in
        ResponseReport(
            response: response,
            turns: [
                StoredTurn(
                    seq: 1, message: BotMessage(kind: .question, text: "Which flavour of ice cream do you prefer?"),
                    at: response.session.startedAt),
                StoredTurn(
                    seq: 2, said: "2", message: BotMessage(kind: .question, text: "Great choice! Would you say why?"),
                    at: response.session.lastAt),
            ],
            deliveries: [])
    }
}

extension StoredTurn: Encodable {
    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(seq, forKey: .seq)
        try container.encode(said, forKey: .said)
        try container.encode(message.kind, forKey: .type)
        try container.encode(message.text, forKey: .text)
        try container.encode(Timestamp(at), forKey: .at)
    }

    private enum Key: String, CodingKey { case seq, said, type, text, at }
}
