import Storage
import Testing
import Web

@testable import Appliance

@Suite(.timeLimit(.minutes(2))) struct ChangedMeanwhileTests {
    typealias Change = (method: Web.Method, path: String, json: String)

    private static let slack =
        #"{"name":"a","kind":"slack","settings":{"webhook_url":"https://hooks.slack.com/services/T0/B0/old"}}"#
    private static let kinds = ["surveys", "quizzes"]

    private static func first(of kind: String) -> String {
        kind == "surveys" ? Definition.survey(questions: Definition.choice("one")) : QuizSheet().json
    }

    private static func second(of kind: String) -> String {
        kind == "surveys"
            ? Definition.survey(questions: Definition.choice("two")) : QuizSheet(questions: [QuizSheet.one]).json
    }

    static let changes: [Change] =
        [
            (.patch, "/api/channels/a", #"{"settings":{"webhook_url":"https://hooks.slack.com/services/T0/B0/new"}}"#),
            (.delete, "/api/channels/a", ""), (.delete, "/api/channels/b", ""), (.delete, "/api/topics/t", ""),
            (.patch, "/api/topics/t", #"{"template":"mine"}"#), (.post, "/api/channels", #"{"name":"c","kind":"log"}"#),
            (.post, "/api/topics", #"{"name":"u","channels":["b"]}"#), (.put, "/api/bridge", #"{"enabled":true}"#),
            (.put, "/api/bridge", #"{"destination":"http://127.0.0.1:3"}"#),
            (.put, "/api/bridge", #"{"parallelism":2}"#),
            (.patch, "/api/admin/retention", #"{"messages":30}"#),
            (.patch, "/api/admin/retention", #"{"delivery_attempts":null}"#),
        ]
        + kinds.flatMap { kind -> [Change] in
            let path = "/api/\(kind)", definition = #""definition":\#(second(of: kind))"#
            return ["drafted", "shown", "shelved", "other"].map { (.put, "\(path)/\($0)", "{\(definition)}") }
                + ["drafted", "ahead", "shelved", "other"].map { (.post, "\(path)/\($0)/publish", "") }
                + [(.post, "\(path)/shown/archive", ""), (.post, path, #"{"id":"unknown",\#(definition)}"#)]
        }

    @Test(
        "what was changed since a file was judged is not overwritten, not even what the file leaves as it was",
        arguments: changes)
    func refused(_ change: Change) async throws {
        try await withFilledAppliance { parley in
            let plan = try await Self.plan(parley)
            #expect(plan.problems.isEmpty && plan.channels.count == 2 && plan.topics.count == 2 && plan.bridge != nil)
            #expect(plan.surveys.map(\.id) == ["other", "unknown"] && plan.quizzes.map(\.id) == ["other", "unknown"])
            let changed = await parley.ask(change.method, change.path, change.json)
            #expect((200..<300).contains(changed.status.code), "\(changed.text)")
            let before = try await parley.exported()
            #expect(try await Self.apply(plan, parley) == false)
            #expect(try await parley.exported() == before)
            let again = try await Self.plan(parley)
            #expect(again.problems.isEmpty == (change.path != "/api/channels/b"), "which a topic names")
            guard again.problems.isEmpty else { return }
            #expect(try await Self.apply(again, parley))
        }
    }

    @Test("what the program notes by itself, and what the file does not speak of, may change meanwhile")
    func brought() async throws {
        try await withFilledAppliance { parley in
            let plan = try await Self.plan(parley)
            try await parley.app.database.write { transaction throws(StorageError) in
                try transaction.noteDeleted(7, of: "messages", ranAt: 7)
                try transaction.run("UPDATE bridge SET cursor = 7, era = era + 1")
            }
            for (path, json) in [
                ("/api/channels/held", #"{"paused":true}"#), ("/api/admin/retention", #"{"audit":30}"#),
            ] {
                let changed = await parley.ask(.patch, path, json)
                #expect(changed.status == .ok, "\(changed.text)")
            }
            #expect(try await Self.apply(plan, parley))
            #expect(await parley.ask(.get, "/api/channels/held").text.contains(#""paused":true"#))
        }
    }

    /// Its clock stands still: all that happens, happens in one millisecond.
    private func withFilledAppliance(_ body: (TestAppliance) async throws -> Void) async throws {
        let now = systemClock()
        try await withAppliance(now: { now }) { parley in
            var filling: [Change] = [
                (.post, "/api/channels", Self.slack), (.post, "/api/channels", #"{"name":"b","kind":"log"}"#),
                (.post, "/api/channels", #"{"name":"held","kind":"log"}"#),
                (.post, "/api/topics", #"{"name":"t","channels":["log"]}"#),
                (.put, "/api/bridge", #"{"destination":"http://127.0.0.1:2","enabled":false}"#),
                (.patch, "/api/admin/retention", #"{"messages":400,"delivery_attempts":400}"#),
            ]
            for kind in Self.kinds {
                for id in ["drafted", "shown", "ahead", "shelved", "other"] {
                    filling.append((.post, "/api/\(kind)", #"{"id":"\#(id)","definition":\#(Self.first(of: kind))}"#))
                }
                for id in ["shown", "ahead", "shelved"] { filling.append((.post, "/api/\(kind)/\(id)/publish", "")) }
                filling.append((.put, "/api/\(kind)/ahead", #"{"definition":\#(Self.second(of: kind))}"#))
                filling.append((.post, "/api/\(kind)/shelved/archive", ""))
            }
            for step in filling {
                let answer = await parley.ask(step.method, step.path, step.json)
                #expect((200..<300).contains(answer.status.code), "\(step.path) \(answer.text)")
            }
            try await body(parley)
        }
    }

    /// Channel a is here, c is not; b is only named. Of the surveys and quizzes all are here but one, and all as the
    /// file has them but another.
    private static func plan(_ parley: TestAppliance) async throws -> ConfigurationPlan {
        let catalogues = kinds.map { kind in
            let (first, second) = (first(of: kind), second(of: kind))
            return #"""
                "\#(kind)":[
                  {"id":"drafted","status":"draft","draft":\#(first)},
                  {"id":"shown","status":"published","draft":\#(first),"published":\#(first)},
                  {"id":"ahead","status":"published","draft":\#(second),"published":\#(first)},
                  {"id":"shelved","status":"archived","draft":\#(first),"published":\#(first)},
                  {"id":"other","status":"draft","draft":{"title":"Of the file"}},
                  {"id":"unknown","status":"published","draft":\#(first),"published":\#(first)}]
                """#
        }
        let text = #"""
            {"format":"parley-configuration","version":1,\#(catalogues.joined(separator: ",")),
             "channels":[{"name":"a","kind":"slack","paused":true},{"name":"c","kind":"log"}],
             "topics":[{"name":"t","channels":["a"]},{"name":"u","channels":["b"]}],
             "bridge":{"interval_seconds":9},"retention":{"messages":400,"delivery_attempts":30}}
            """#
        let file = try #require(ConfigurationReader.read(Array(text.utf8)).0)
        return try await parley.app.database.read { [app = parley.app] snapshot throws(StorageError) in
            try snapshot.plan(file, app.couriers, app.vault, SurveyShelf(), at: 1)
        }
    }

    private static func apply(_ plan: ConfigurationPlan, _ parley: TestAppliance) async throws -> Bool {
        try await parley.app.database.write { transaction throws(StorageError) in try transaction.apply(plan, at: 1) }
    }
}

extension TestAppliance {
    /// All that is configured, without the time.
    func exported() async throws -> ParsedJSON {
        guard case .object(var object) = await ask(.get, "/api/admin/export").parsed.value else {
            throw Refusal(detail: "no object")
        }
        object["exported_at"] = nil
        return ParsedJSON(.object(object))
    }
}
