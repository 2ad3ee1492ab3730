import FoundationEssentials
import Storage
import Testing
import Web

@testable import Appliance

/// A database with one survey, its results' routes, and a way to move sessions through it without an engine.
final class ResultsFixture: Sendable {
    static let secret = "the-token-of-the-tests"
    static let reader = Token(
        id: "1", name: "reader", digest: Token.digest(of: secret), scopes: [.surveysRead], createdAt: Timestamp(0),
        expiresAt: nil, revokedAt: nil)

    let database: Database
    let gate: Gate
    let live: LiveAnalytics
    let router: Router
    private let folder: String

    /// - Parameter versions: the definitions of survey `s`, version 1 first.
    init(_ versions: [Survey], pause: @escaping @Sendable (Duration) async -> Void = { _ in }) async throws {
        folder = try makeTestFolder()
        database = try Database(.init(folder: folder), migrations: AuditTables.migrations + SurveyTables.migrations)
        gate = Gate(rateLimit: 0, now: { 0 })
        gate.load([Self.reader])
        let lookup: SurveyLookup = { _, version, _ in version <= versions.count ? versions[version - 1] : nil }
        live = LiveAnalytics(database: database, pause: pause, lookup: lookup)
        var routes = Routes(gate: gate)
        AnalyticsRoutes(database: database, gate: gate, live: live, lookup: lookup).register(in: &routes)
        ExportRoutes(database: database, lookup: lookup, places: ExportPlaces(), now: { 0 }).register(in: &routes)
        router = routes.router
        try await database.write { transaction throws(StorageError) in
            try transaction.run("INSERT INTO survey VALUES ('s', 'published', ?, '{}', 0, 0)", .integer(versions.count))
            for version in versions.indices {
                try transaction.run("INSERT INTO survey_version VALUES ('s', ?, '{}', 0)", .integer(version + 1))
            }
        }
    }

    func close() {
        database.close()
        try? FileManager.default.removeItem(atPath: folder)
    }

    func ask(_ target: String, method: Web.Method = .get, token: String? = secret) async throws -> Answer {
        var headers: Headers = [:]
        if let token { headers.add("authorization", "Bearer \(token)") }
        let response = await router.respond(to: Request(method, target, headers: headers))
        let bytes = try await response.collect(upTo: 64 << 20)
        return Answer(Response(response.status, headers: response.headers, body: bytes))
    }
}

/// Runs `body` on a fixture and ends it whatever happens.
func withResults(
    _ versions: [Survey] = [.everyKind], pause: @escaping @Sendable (Duration) async -> Void = { _ in },
    _ body: (ResultsFixture) async throws -> Void
) async throws {
    let fixture = try await ResultsFixture(versions, pause: pause)
    defer { fixture.close() }
    try await body(fixture)
}

extension SurveySession {
    /// The session number `index`, which began `index` seconds after 1 January 1970.
    static func session(_ index: Int, version: Int = 1, customer: String? = nil) -> SurveySession {
        let digits = String(index)
        let id = "00000000-0000-7000-8000-" + String(repeating: "0", count: 12 - digits.count) + digits
        return SurveySession(
            id: id, survey: "s", version: version, customer: customer, opening: .anonymous,
            status: .active, turns: 1, startedAt: Int64(index) * 1_000, lastAt: Int64(index) * 1_000, endedAt: nil)
    }
}

extension Survey {
    /// One question of every kind that has figures of its own.
    static let everyKind = Survey(
        title: text("All"), languages: ["en", "de"],
        questions: [
            Question(id: "hello", text: text("Hello"), kind: .statement),
            Question(
                id: "flavour", text: text("Which, {customer.name|friend}?"),
                kind: .choice([option("vanilla"), option("mint")])),
            Question(
                id: "toppings", text: text("What on it?"),
                kind: .choices([option("nuts"), option("cream")], picks: 0...2)),
            Question(id: "score", text: text("How likely?"), kind: .rating(.init(range: 0...10, isNPS: true))),
            Question(id: "age", text: text("Age?"), kind: .number(.init())),
            Question(id: "again", text: text("Again?"), kind: .yesNo(yes: nil, no: nil)),
            Question(id: "why", text: text("Why?"), kind: .text(.init(length: 0...400)), isOptional: true),
        ])

    static func option(_ id: String) -> Question.Option { .init(id: id, label: text(id.uppercased())) }

    static func text(_ source: String) -> LocalText {
        guard let template = try? Template(source) else { preconditionFailure("a template of a test") }
        return LocalText(["en": template, "de": template])
    }
}

extension Transaction {
    /// Stores a session as it is, with its answers.
    borrowing func store(_ session: SurveySession, _ conversation: Conversation) throws(StorageError) {
        try run(
            """
            INSERT INTO survey_session (id, survey, version, customer, opening, language, status, place, path,
                misses, turns, started_at, last_at, ended_at)
            VALUES (?, ?, ?, ?, 'anonymous', ?, ?, '', '', 0, 1, ?, ?, ?)
            """,
            .text(session.id), .text(session.survey), .integer(session.version), .optional(session.customer),
            .text(conversation.language), .text(session.status.rawValue), .integer(session.startedAt),
            .integer(session.lastAt), .optional(session.endedAt))
        for (question, answer) in conversation.answers {
            try run(
                "INSERT INTO survey_answer VALUES (?, ?, ?, 0)", .text(session.id), .text(question),
                .optional(answer.stored))
        }
    }

    /// A session from its beginning to its end, tallied step by step as the chat does it.
    ///
    /// - Parameter answers: in the order in which they were given.
    borrowing func play(
        _ session: SurveySession, _ survey: Survey, _ answers: [(String, Appliance.Answer)], open: String? = nil,
        language: String = "en", seconds: Int64 = 10
    ) throws(StorageError) {
        var session = session
        let questions = answers.map(\.0) + (open.map { [$0] } ?? [])
        var state = Conversation(language: language, place: .question(questions[0]), path: [questions[0]])
        try tally(session, survey, from: nil, to: state, at: session.startedAt)
        for (index, (question, answer)) in answers.enumerated() {
            let before = state
            state.answers[question] = answer
            if index + 1 < questions.count {
                state.path.append(questions[index + 1])
                state.place = .question(questions[index + 1])
            } else {
                state.place = .completed
            }
            try tally(session, survey, from: before, to: state, at: session.startedAt + seconds * 1_000)
        }
        if open == nil {
            session.status = .completed
            session.endedAt = session.startedAt + seconds * 1_000
        }
        try store(session, state)
    }
}
