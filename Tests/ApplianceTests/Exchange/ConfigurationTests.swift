import FoundationEssentials
import Outbound
import Storage
import Testing
import Web

@testable import Appliance

@Suite(.timeLimit(.minutes(2))) struct ConfigurationTests {
    private func fill(_ parley: TestAppliance) async {
        for (path, json) in [
            ("/api/channels", #"{"name":"crm","kind":"jsonrpc","settings":{"url":"http://127.0.0.1:9/rpc"},"allow_private":true}"#),
            ("/api/channels", #"{"name":"held","kind":"log","paused":true}"#),
            ("/api/topics", #"{"name":"survey.completed","channels":["held","log"],"template":"{description}"}"#),
            ("/api/surveys", #"{"id":"drafted","definition":{"title":"Not sound yet"}}"#),
        ] {
            let answer = await parley.ask(.post, path, json)
            #expect(answer.status == .created, "\(answer.text)")
        }
        for (path, json) in [
            ("/api/surveys/ice-cream/archive", ""), ("/api/quizzes/vocabulary/publish", ""),
        ] {
            let answer = await parley.ask(.post, path, json)
            #expect(answer.status == .ok, "\(path) \(answer.text)")
        }
        _ = await parley.ask(.patch, "/api/admin/retention", #"{"messages":400,"delivery_attempts":null}"#)
        _ = await parley.ask(
            .put, "/api/bridge",
            #"{"source":"http://127.0.0.1:1","destination":"http://127.0.0.1:2","enabled":false,"interval_seconds":7}"#)
    }

    @Test("what one program takes out, an empty one takes in, and takes out the same; the second time changes nothing")
    func roundTrip() async throws {
        try await withAppliance { first in
            await fill(first)
            let file = await first.ask(.get, "/api/admin/export")
            let whole = try await first.exported()
            try await withAppliance { second in
                for table in [
                    "DELETE FROM topic", "DELETE FROM channel", "DELETE FROM survey", "DELETE FROM survey_version",
                    "DELETE FROM quiz", "DELETE FROM quiz_version",
                ] as [StaticString] {
                    _ = try await second.app.database.write { transaction throws(StorageError) in
                        try transaction.run(table)
                    }
                }
                let rehearsal = await second.ask(.post, "/api/admin/import?dry_run=true", file.text)
                #expect(rehearsal.status == .ok && rehearsal.parsed["created"].number ?? 0 > 5, "\(rehearsal.text)")
                #expect(try await second.count("SELECT COUNT(*) FROM survey") == 0)
                let report = await second.ask(.post, "/api/admin/import", file.text)
                #expect(report.status == .ok, "\(report.text)")
                #expect(report.parsed["changes"] == rehearsal.parsed["changes"])
                #expect(report.parsed["needs_attention"].items.isEmpty, "\(report.text)")
                #expect(try await second.exported() == whole)
                let again = await second.ask(.post, "/api/admin/import", file.text)
                #expect(again.parsed["changes"].items.isEmpty, "\(again.text)")
                #expect(try await second.count("SELECT COALESCE(MAX(version), 0) FROM quiz") == 1)
                #expect(
                    try await second.count("SELECT COUNT(*) FROM audit WHERE action = 'configuration.imported'") == 2)
            }
            let own = await first.ask(.post, "/api/admin/import", file.text)
            #expect(own.parsed["changes"].items.isEmpty, "\(own.text)")
        }
    }

    @Test("secrets do not travel; a channel without them is paused, one that has them here keeps them")
    func secrets() async throws {
        let secret = "https://hooks.slack.com/services/T0/B0/verysecret"
        let channel = #"{"name":"team","kind":"slack","settings":{"webhook_url":"\#(secret)"}}"#
        try await withAppliance { first in
            let made = await first.ask(.post, "/api/channels", channel)
            #expect(made.status == .created, "\(made.text)")
            let file = await first.ask(.get, "/api/admin/export").text
            #expect(!file.contains("verysecret"))
            try await withAppliance { second in
                let report = await second.ask(.post, "/api/admin/import", file)
                #expect(report.parsed["needs_attention"][0]["name"].text == "team", "\(report.text)")
                #expect(await second.ask(.get, "/api/channels/team").text.contains(#""paused":true"#))
                let same = await second.ask(.post, "/api/admin/import", file)
                #expect(same.parsed["changes"].items.isEmpty, "\(same.text)")
                // Once it is set, the next import lets it go as the file says.
                _ = await second.ask(.patch, "/api/channels/team", #"{"settings":{"webhook_url":"\#(secret)"}}"#)
                let last = await second.ask(.post, "/api/admin/import", file)
                #expect(last.parsed["needs_attention"].items.isEmpty && last.parsed["updated"].number == 1, "\(last.text)")
                #expect(await second.ask(.get, "/api/channels/team").text.contains(#""paused":false"#))
                let stored = try await second.app.database.read { snapshot throws(StorageError) in
                    try snapshot.channel(named: "team")?.settings["webhook_url"]
                }
                #expect(stored == .text(secret))
            }
        }
    }

    @Test("an import never switches a bridge on")
    func bridge() async throws {
        let file = #"""
            {"format":"parley-configuration","version":1,
             "bridge":{"source":"http://127.0.0.1:1","destination":"http://127.0.0.1:2","enabled":true}}
            """#
        try await withAppliance { parley in
            let report = await parley.ask(.post, "/api/admin/import", file)
            #expect(report.parsed["needs_attention"][0]["what"].text == "bridge", "\(report.text)")
            #expect(await parley.ask(.get, "/api/bridge").text.contains(#""enabled":false"#))
            #expect(await parley.ask(.post, "/api/admin/import", file).parsed["changes"].items.isEmpty)
        }
    }

    @Test("what is published here and differs becomes a new version; a draft is replaced; nothing is deleted")
    func updates() async throws {
        try await withAppliance { parley in
            let definition = Definition.survey(questions: Definition.choice("one"))
            let file = #"""
                {"format":"parley-configuration","version":1,"surveys":[
                  {"id":"ice-cream","status":"published","draft":{"title":"next"},"published":\#(definition)}]}
                """#
            let report = await parley.ask(.post, "/api/admin/import", file)
            #expect(report.parsed["updated"].number == 1, "\(report.text)")
            let shown = await parley.ask(.get, "/api/surveys/ice-cream")
            #expect(shown.parsed["version"].number == 2 && shown.parsed["definition"]["title"].text == "next")
            let published = await parley.ask(.get, "/api/surveys/ice-cream?version=2").parsed["definition"]
            #expect(published == ParsedJSON(Array(definition.utf8)))
            #expect(await parley.ask(.get, "/api/quizzes/vocabulary").status == .ok)
        }
    }

    private static func file(_ rest: String) -> String { #"{"format":"parley-configuration","version":1,\#(rest)}"# }

    @Test(
        "what cannot be is told by its place, all at once, and nothing is brought in",
        arguments: [
            ("[]", ["configuration"]), ("{", ["configuration"]), ("", ["configuration"]), ("{}", ["format"]),
            (#"{"format":"other","version":1}"#, ["format"]), (#"{"format":"parley-configuration"}"#, ["version"]),
            (#"{"format":"parley-configuration","version":2}"#, ["version"]),
            (#"{"format":"parley-configuration","version":"1"}"#, ["version"]),
            (file(#""tokens":[]"#), ["tokens"]), (file(#""surveys":{}"#), ["surveys"]),
            (file(#""surveys":[7,{"id":"A","status":"on"}]"#), ["surveys[0]", "surveys[1].id", "surveys[1].status", "surveys[1].draft"]),
            (file(#""surveys":[{"id":"a","status":"published","draft":{}}]"#), ["surveys[0].published"]),
            (file(#""surveys":[{"id":"a","status":"draft","draft":{}},{"id":"a","status":"draft","draft":{}}]"#), ["surveys[1]"]),
            (
                file(#""surveys":[{"id":"a","status":"published","draft":{},"published":{"title":"t","languages":["en"],"questions":[{"id":"q","kind":"riddle","text":"?"}]}}]"#),
                ["surveys[0].published.questions[0].kind"]
            ),
            (
                file(#""surveys":[{"id":"a","status":"published","draft":{},"published":\#(Definition.survey(#""response_channel":"nowhere""#, questions: Definition.choice("one")))}]"#),
                ["surveys[0].published.response_channel"]
            ),
            (file(#""topics":[{"name":"t","channels":["nowhere"]}]"#), ["topics[0].channels"]),
            (file(#""topics":[{"name":"t","channels":[],"template":"{nobody}","x":1}]"#), ["topics[0].channels", "topics[0].template", "topics[0].x"]),
            (file(#""channels":[{"name":"c","kind":"pigeon"}]"#), ["channels[0].kind"]),
            (file(#""channels":[{"name":"log","kind":"slack"}]"#), ["channels[0].kind"]),
            (file(#""channels":[{"name":"c","kind":"log","settings":{"loft":1}}]"#), ["channels[0].settings.loft"]),
            (file(#""channels":[{"name":"c","kind":"log","secrets":[1]}]"#), ["channels[0].secrets"]),
            (file(#""retention":{"messages":0,"cats":1}"#), ["retention.cats", "retention.messages"]),
            (file(#""bridge":{"interval_seconds":0}"#), ["bridge.interval_seconds"]),
            (file(#""bridge":{"since":"2026-01-01T00:00:00Z"}"#), ["bridge.since"]),
            (file(#""bridge":{"parallelism":2}"#), ["bridge.parallelism"]),
            (file(#""surveys":[{"id":"a","status":"draft","draft":\#(String(repeating: #"{"a":"#, count: 40))1\#(String(repeating: "}", count: 40))}]"#), ["configuration"]),
        ])
    func refused(_ text: String, _ fields: [String]) async throws {
        try await withAppliance { parley in
            let before = try await parley.exported()
            let answer = await parley.ask(.post, "/api/admin/import", text)
            #expect(answer.status == .unprocessable, "\(answer.text)")
            #expect(Set(answer.fields) == Set(fields), "\(answer.text)")
            #expect(try await parley.exported() == before)
        }
    }

    @Test("ten thousand surveys are too many, and that is said without looking at them")
    func tooMany() async throws {
        try await withAppliance { parley in
            let one = #"{"id":"a","status":"draft","draft":{}}"#
            let all = Array(repeating: one, count: 10_000).joined(separator: ",")
            let answer = await parley.ask(.post, "/api/admin/import", Self.file(#""surveys":[\#(all)]"#))
            #expect(answer.status == .unprocessable && answer.fields.contains("surveys"))
            #expect(answer.fields.count <= DefinitionText.problemsMax + 1)
        }
    }
}
