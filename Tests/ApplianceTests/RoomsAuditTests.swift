import Storage
import Testing
import Web

@testable import Appliance

/// What the team changes in the rooms is in the audit log, what customers and players do is not.
@Suite(.timeLimit(.minutes(5))) struct RoomsAuditTests {
    private struct Step: Sendable {
        var method = Method.post
        /// `{game}` and `{host}` stand for what the step before made.
        let target: String
        var body: String?
        var status = Status.ok
        /// Nil where nothing may be noted.
        var action: String?
        var thing: String?
        var details = "{}"
        var token: String? = TestAppliance.adminToken
    }

    /// A row of the log without its id and time.
    private struct Row: Equatable, Sendable {
        let kind: String
        let actor: String?
        let action: String
        let thing: String?
        let details: String
    }

    private static func made(_ plural: String, _ noun: String, _ definition: String, noisy: [Step]) -> [Step] {
        let path = "/api/\(plural)/lunch", body = #"{"id":"lunch","definition":\#(definition)}"#
        return [
            Step(
                target: "/api/\(plural)", body: body, status: .created, action: "\(noun).created", thing: "lunch"),
            Step(target: "/api/\(plural)", body: body, status: .conflict),
            Step(method: .put, target: path, body: #"{"definition":{}}"#, action: "\(noun).changed", thing: "lunch"),
            Step(method: .put, target: "/api/\(plural)/x", body: #"{"definition":{}}"#, status: .notFound),
            Step(target: "\(path)/publish", status: .unprocessable),
            Step(target: "\(path)/check"),
            Step(
                method: .put, target: path, body: #"{"definition":\#(definition)}"#, action: "\(noun).changed",
                thing: "lunch"),
            Step(
                target: "\(path)/publish", action: "\(noun).published", thing: "lunch", details: #"{"version":"1"}"#),
        ] + noisy + [Step(target: "\(path)/archive", action: "\(noun).archived", thing: "lunch")]
    }

    private static let surveys = made(
        "surveys", "survey", SurveyDefinition.example.definition,
        noisy: [
            Step(target: "/api/surveys/lunch/invitations", body: #"{"customers":[]}"#, status: .unprocessable),
            Step(target: "/api/surveys/x/invitations", body: #"{"customers":["ann"]}"#, status: .notFound),
            Step(
                target: "/api/surveys/lunch/invitations", body: #"{"customers":["ann","bob"]}"#, status: .created,
                action: "survey.invited", thing: "lunch", details: #"{"customers":"2","days":"30"}"#),
            Step(target: "/api/surveys/lunch/sessions", status: .created, token: nil),
            Step(
                method: .get, target: "/api/surveys/lunch/export?format=ndjson", action: "survey.exported",
                thing: "lunch", details: #"{"format":"ndjson","status":"completed"}"#),
            Step(method: .get, target: "/api/surveys/x/export", status: .notFound),
        ])

    private static let quizzes = made(
        "quizzes", "quiz", QuizDefinition.example.definition,
        noisy: [
            Step(
                target: "/api/quizzes/lunch/games", status: .created, action: "game.opened", thing: "{game}",
                details: #"{"code":"{code}","quiz":"lunch"}"#),
            Step(target: "/api/games/{code}/players", body: #"{"name":"Ann"}"#, status: .created, token: nil),
            Step(target: "/api/games/{code}/hosts", body: #"{"name":"Ann"}"#, status: .conflict),
            Step(
                target: "/api/games/{code}/hosts", body: #"{"name":"Ben"}"#, status: .created,
                action: "game.host_invited", thing: "{game}", details: #"{"code":"{code}"}"#),
            Step(
                method: .get, target: "/api/games/{code}/results?format=csv&part=players", action: "game.exported",
                thing: "{game}", details: #"{"code":"{code}","part":"players"}"#),
            Step(
                method: .get, target: "/api/games/{code}/results?format=csv&part=answers&host={host}",
                action: "game.exported", thing: "{game}", details: #"{"code":"{code}","part":"answers"}"#, token: nil),
            Step(method: .get, target: "/api/games/{code}/results?part=players"),
            Step(
                method: .get, target: "/api/games/{code}/results?format=csv&part=players", status: .unauthorized,
                token: nil),
        ])

    @Test("each change of the team leaves one row that says who did what to which thing; nothing else does")
    func rows() async throws {
        try await withAppliance { appliance in
            var seen = 0, game: [String: String] = [:]
            for step in Self.surveys + Self.quizzes {
                func filled(_ text: String) -> String {
                    game.reduce(text) { $0.replacing("{\($1.key)}", with: $1.value) }
                }
                let answer = await appliance.ask(step.method, filled(step.target), step.body, token: step.token)
                #expect(answer.status == step.status, "\(step.target): \(answer.text)")
                if let id = answer.json["id"], let code = answer.json["code"], let host = answer.json["host"] {
                    game = ["game": id, "code": code, "host": host]
                }
                let rows = try await Self.rows(appliance).dropFirst(seen)
                seen += rows.count
                let wanted = step.action.map { action in
                    Row(
                        kind: step.token == nil ? "anonymous" : "token",
                        actor: step.token == nil ? nil : Token.adminName, action: action,
                        thing: step.thing.map(filled), details: filled(step.details))
                }
                #expect(Array(rows) == [wanted].compactMap { $0 }, "\(step.method) \(step.target)")
            }
        }
    }

    @Test("a call that is repeated under its key is noted once")
    func once() async throws {
        try await withAppliance { appliance in
            for _ in 0..<2 {
                _ = await appliance.ask(.post, "/api/surveys/ice-cream/archive", key: "k")
                _ = await appliance.ask(.post, "/api/quizzes/vocabulary/games", key: "k")
            }
            let actions = try await Self.rows(appliance).map(\.action)
            #expect(actions == ["survey.archived", "game.opened"])
        }
    }

    private static func rows(_ appliance: TestAppliance) async throws -> [Row] {
        try await appliance.app.database.read { snapshot throws(StorageError) in
            try snapshot.all("SELECT actor_kind, actor_name, action, thing, details FROM audit ORDER BY id") { row in
                Row(
                    kind: row.text(0), actor: row.optionalText(1), action: row.text(2), thing: row.optionalText(3),
                    details: row.text(4))
            }
        }
    }
}

/// What the rooms show of themselves is what they would take and answer.
@Suite struct RoomsExampleTests {
    @Test("definitions that serve as examples are sound")
    func sound() {
        #expect(SurveyDefinition.content(of: Array(SurveyDefinition.example.definition.utf8)).1.isEmpty)
        #expect(QuizDefinition.content(of: Array(QuizDefinition.example.definition.utf8)).1.isEmpty)
    }
}
