import Storage
import Testing
import Web

@testable import Appliance

@Suite(.timeLimit(.minutes(5))) struct SurveyRoutesTests {
    private static let one = Definition.survey(questions: Definition.choice("flavour"), Definition.text("why"))
    private static let two = Definition.survey(
        questions: Definition.choice("flavour", text: "Which of the new ones?", ["a", "b", "c"]),
        Definition.text("more"))

    private static func made(_ definition: String) -> String { #"{"id":"s","definition":\#(definition)}"# }

    @Test("a survey is made, shown, changed, checked, published and archived")
    func life() async throws {
        try await withParlour { parlour in
            let made = await parlour.askTeam(.post, "/api/surveys", Self.made(Self.one))
            #expect(made.status == .created && made.headers["location"] == "/api/surveys/s")
            #expect(made.json["status"] == "draft" && made.parsed["version"].number == 0)
            #expect(await parlour.askTeam(.get, "/api/surveys").ids == ["ice-cream", "s"])
            let (one, two) = (ParsedJSON(Array(Self.one.utf8)), ParsedJSON(Array(Self.two.utf8)))
            #expect(await parlour.askTeam(.get, "/api/surveys/s").parsed["definition"] == one)
            #expect(await parlour.askTeam(.post, "/api/surveys", Self.made(Self.one)).json["code"] == "survey.exists")
            let published = await parlour.askTeam(.post, "/api/surveys/s/publish")
            #expect(published.json["status"] == "published" && published.parsed["version"].number == 1)
            let changed = await parlour.askTeam(.put, "/api/surveys/s", #"{"definition":\#(Self.two)}"#)
            #expect(changed.parsed["definition"] == two && changed.parsed["version"].number == 1)
            #expect(await parlour.askTeam(.get, "/api/surveys/s?version=1").parsed["definition"] == one)
            #expect(await parlour.askTeam(.get, "/api/surveys/s?version=2").status == .notFound)
            #expect(await parlour.askTeam(.post, "/api/surveys/s/archive").json["status"] == "archived")
        }
    }

    @Test("publishing what is published makes no new version, and what was published never changes")
    func immutable() async throws {
        try await withParlour { parlour in
            for _ in 0..<3 { await parlour.publish("s", Self.one) }
            #expect(await parlour.askTeam(.get, "/api/surveys/s").parsed["version"].number == 1)
            await parlour.publish("s", Self.two)
            await parlour.publish("s", Self.one)
            #expect(await parlour.askTeam(.get, "/api/surveys/s").parsed["version"].number == 3)
            for (version, definition) in [(1, Self.one), (2, Self.two), (3, Self.one)] {
                let shown = await parlour.askTeam(.get, "/api/surveys/s?version=\(version)").parsed
                #expect(shown["definition"] == ParsedJSON(Array(definition.utf8)))
                #expect(shown["definition_version"].number == version)
            }
        }
    }

    @Test("a draft need not be sound; checking says what is wrong, and publishing refuses it with the same words")
    func unsound() async throws {
        try await withParlour { parlour in
            let unsound = #"{"title":"T","languages":["en"],"questions":[]}"#
            #expect(await parlour.askTeam(.post, "/api/surveys", Self.made(unsound)).status == .created)
            let checked = await parlour.askTeam(.post, "/api/surveys/s/check")
            #expect(checked.status == .ok && checked.parsed["sound"].value == .truth(false))
            let problems = checked.parsed["problems"].items.compactMap { $0["field"].text }
            #expect(!problems.isEmpty)
            let refused = await parlour.askTeam(.post, "/api/surveys/s/publish")
            #expect(refused.status == .unprocessable && refused.json["code"] == "survey.unsound")
            #expect(refused.fields == problems)
            let sound = await parlour.askTeam(.post, "/api/surveys/s/check", Self.one)
            #expect(sound.parsed["sound"].value == .truth(true))
            #expect(await parlour.ask(.post, "/api/surveys/s/sessions").status == .notFound)
        }
    }

    @Test("a channel for responses must be there and of the right kind", arguments: ["nowhere", "log"])
    func responseChannel(_ channel: String) async throws {
        try await withParlour { parlour in
            let definition = Definition.survey(#""response_channel":"\#(channel)""#, questions: Definition.text("a"))
            await parlour.askTeam(.post, "/api/surveys", Self.made(definition))
            let refused = await parlour.askTeam(.post, "/api/surveys/s/publish")
            #expect(refused.status == .unprocessable && refused.fields == ["response_channel"])
        }
    }

    @Test("the same key makes, publishes and archives once, and answers the same")
    func idempotent() async throws {
        try await withParlour { parlour in
            for path in ["", "/s/publish", "/s/archive"] {
                let body = path.isEmpty ? Self.made(Self.one) : nil
                let first = await parlour.askTeam(.post, "/api/surveys\(path)", body, key: "k\(path.count)")
                parlour.now += 1_000
                let second = await parlour.askTeam(.post, "/api/surveys\(path)", body, key: "k\(path.count)")
                #expect(first.status == second.status && first.text == second.text && first.status.code < 300)
            }
        }
    }

    @Test("what does not belong is refused", arguments: [
        (#"{"id":"S","definition":{}}"#, ["id"]), (#"{"id":"s"}"#, ["definition"]), ("{}", ["id", "definition"]),
        (#"{"id":"s","definition":[]}"#, ["definition"]), (#"{"id":"s","definition":{},"x":1}"#, ["x"]),
    ])
    func refused(_ body: String, _ fields: [String]) async throws {
        try await withParlour { parlour in
            let answer = await parlour.askTeam(.post, "/api/surveys", body)
            #expect(answer.status == .unprocessable && answer.fields == fields)
        }
    }

    @Test("a question keeps its kind from version to version, since its answers are counted together")
    func kinds() async throws {
        try await withParlour { parlour in
            await parlour.publish("s", Definition.survey(questions: Definition.choice("q")))
            await parlour.publish("s", Definition.survey(questions: Definition.text("other")))
            let changed = Definition.survey(questions: Definition.text("other"), Definition.text("q"))
            await parlour.askTeam(.put, "/api/surveys/s", #"{"definition":\#(changed)}"#)
            let refused = await parlour.askTeam(.post, "/api/surveys/s/publish")
            #expect(refused.status == .unprocessable && refused.fields == ["questions[1].kind"])
        }
    }

    @Test("surveys that are not there are not found, and a token needs its scope")
    func refusals() async throws {
        try await withParlour { parlour in
            for (method, path) in [
                (Web.Method.get, ""), (.post, "/publish"), (.post, "/archive"), (.post, "/check"), (.get, "/analytics"),
            ] {
                #expect(await parlour.askTeam(method, "/api/surveys/x\(path)").status == .notFound, "\(path)")
            }
            #expect(await parlour.askTeam(.put, "/api/surveys/x", #"{"definition":{}}"#).status == .notFound)
            let made = await parlour.askTeam(.post, "/api/admin/tokens", #"{"name":"t","scopes":["surveys:read"]}"#)
            let bearer: Headers = ["authorization": "Bearer \(try #require(made.json["secret"]))"]
            #expect(await parlour.ask(.get, "/api/surveys", headers: bearer).status == .ok)
            #expect(await parlour.ask(.post, "/api/surveys", Self.made(Self.one), headers: bearer).status == .forbidden)
            #expect(await parlour.ask(.post, "/api/surveys/ice-cream/archive", headers: bearer).status == .forbidden)
            let wish = #"{"customers":["a"]}"#
            let uninvited = await parlour.ask(.post, "/api/surveys/ice-cream/invitations", wish, headers: bearer)
            #expect(uninvited.status == .forbidden)
            #expect(await parlour.ask(.get, "/api/surveys").status == .unauthorized)
        }
    }

    @Test("a new version under 100 running sessions: each ends as it began, and answers merge by question")
    func underway() async throws {
        try await withParlour { parlour in
            await parlour.publish("s", Self.one)
            var chats: [ChatClient] = []
            for _ in 0..<100 {
                let chat = try await parlour.chat("s")
                #expect(await chat.next()["text"].text?.hasPrefix("Which?") == true)
                chats.append(chat)
            }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for (index, chat) in chats.enumerated() {
                    if index == 50 { group.addTask { await parlour.publish("s", Self.two) } }
                    group.addTask {
                        #expect(await chat.say("2")["question"]["id"].text == "why")
                        let end = await chat.say("because")
                        #expect(end["type"].text == "end")
                        let record = try await parlour.record(chat.token)
                        #expect(record.version == 1 && record.answers == ["flavour": "b", "why": "because"])
                    }
                }
                try await group.waitForAll()
            }
            for _ in 0..<10 {
                let client = try await PostClient(parlour, "s")
                #expect(client.begun["messages"][0]["text"].text?.hasPrefix("Which of the new ones?") == true)
                await client.say("3")
                #expect(await client.say("much").parsed["status"].text == "completed")
            }
            let figures = await parlour.askTeam(.get, "/api/surveys/s/analytics?by=version").parsed
            #expect(figures["started"].number == 110 && figures["completed"].number == 110)
            #expect(figures["versions"].items.map { $0["completed"].number } == [100, 10])
            let questions = figures["questions"].items
            #expect(Set(questions.compactMap { $0["id"].text }) == ["flavour", "why", "more"])
            let flavour = try #require(questions.first { $0["id"].text == "flavour" })
            #expect(flavour["answered"].number == 110)
            #expect(try await parlour.recounted("s") == parlour.tallied("s"))
            let lines = await parlour.askTeam(.get, "/api/surveys/s/export?format=csv").text.split(separator: "\r\n")
            #expect(lines.count == 112)
            let columns = lines[0].split(separator: ",").map(String.init)
            #expect(["flavour", "why", "more"].allSatisfy(columns.contains))
            #expect(lines.dropFirst().filter { $0.contains("because") }.count == 100)
            #expect(lines.dropFirst().filter { $0.contains("much") }.count == 10)
        }
    }
}
