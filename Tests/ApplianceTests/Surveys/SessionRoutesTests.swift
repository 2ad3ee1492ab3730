import Storage
import Testing
import Web

@testable import Appliance

/// Sessions over HTTP: what is refused, and what the team sees.
@Suite(.timeLimit(.minutes(5))) struct SessionRoutesTests {
    @Test(
        "what is no answer is refused and not stored",
        arguments: [
            ("{}", 422, "input.invalid"), (#"{"text":7}"#, 422, "input.invalid"),
            (#"{"text":"2","key":""}"#, 422, "input.invalid"), (#"{"text":"2","mood":"good"}"#, 422, "input.invalid"),
            (#"{"text":"2","key":"\#(String(repeating: "é", count: 33))"}"#, 422, "input.invalid"),
            (#"{"text":"2","key":"a\u0000"}"#, 422, "input.invalid"),
            (#"{"text":"2","question":"why"}"#, 409, "answer.question_passed"), ("2", 400, nil), ("", 400, nil),
            (#"{"text":"\#(String(repeating: "é", count: Saying.bytesMax / 2 + 1))"}"#, 413, "answer.too_long"),
        ] as [(String, Int, String?)])
    func refused(_ body: String, _ status: Int, _ code: String?) async throws {
        try await withParlour { parlour in
            let client = try await PostClient(parlour, "ice-cream")
            let answer = await parlour.ask(.post, "/api/sessions/\(client.token)/answers", body)
            #expect(answer.status.code == status, "\(answer.text)")
            if let code { #expect(answer.json["code"] == code) }
            #expect(await client.read()["seq"].number == 1)
        }
    }

    @Test("a wrong `since` is refused", arguments: ["-1", "x", "99999999999999999999", ""])
    func since(_ since: String) async throws {
        try await withParlour { parlour in
            let client = try await PostClient(parlour, "ice-cream")
            #expect(await parlour.ask(.get, "/api/sessions/\(client.token)?since=\(since)").fields == ["since"])
        }
    }

    @Test("an answer that names its question counts only while that is open")
    func question() async throws {
        try await withParlour { parlour in
            let client = try await PostClient(parlour, "ice-cream")
            #expect(await client.say("2", question: "flavour").status == .ok)
            #expect(await client.say("1", question: "flavour").json["code"] == "answer.question_passed")
            #expect(await client.say("no", question: "why").parsed["status"].text == "completed")
            #expect(await client.say("1", question: "flavour").status == .conflict)
            #expect(try await parlour.record(client.token).answers["flavour"] == "chocolate")
        }
    }

    @Test("the team lists sessions and responses, newest first, and reads each with its transcript")
    func team() async throws {
        try await withParlour { parlour in
            let done = try await PostClient(parlour, "ice-cream", #"{"customer":"john"}"#)
            await done.say("2")
            await done.say("Because.")
            parlour.now += 1_000
            let open = try await PostClient(parlour, "ice-cream")
            let (doneID, openID) = (String(done.token.prefix(36)), String(open.token.prefix(36)))
            func ids(_ query: String) async -> [String] {
                await parlour.askTeam(.get, "/api/surveys/ice-cream/sessions?\(query)").ids
            }
            #expect(await ids("") == [openID, doneID])
            #expect(await ids("status=active") == [openID])
            #expect(await ids("customer=john") == [doneID])
            #expect(await ids("limit=1&after=\(openID)") == [doneID])
            #expect(await ids("since=2026-01-01T12:00:01Z") == [openID])
            #expect(await ids("version=2") == [])
            #expect(await parlour.askTeam(.get, "/api/surveys/ice-cream/responses").ids == [doneID])
            let report = await parlour.askTeam(.get, "/api/surveys/ice-cream/responses/\(doneID)").parsed
            #expect(report["person"]["name"] == ParsedJSON(Array(#"{"value":"John Doe","source":"table"}"#.utf8)))
            #expect(report["answers"].items.map { $0["value"].text } == ["chocolate", "Because."])
            #expect(report["answers"][0]["text"].text == "Chocolate" && report["answers"][0]["kind"].text == "choice")
            #expect(report["transcript"].items.map { $0["said"].text } == [nil, "2", "Because."])
            #expect(report["transcript"].items.map { $0["seq"].number } == [1, 2, 3])
            #expect(await parlour.askTeam(.get, "/api/surveys/ice-cream/responses/\(openID)").status == .notFound)
            #expect(await parlour.askTeam(.get, "/api/surveys/ice-cream/sessions/\(openID)").status == .ok)
            await parlour.publish("s", Definition.tour)
            #expect(await parlour.askTeam(.get, "/api/surveys/s/sessions/\(openID)").status == .notFound)
            #expect(await parlour.askTeam(.get, "/api/surveys/nowhere/sessions").status == .notFound)
            for path in ["sessions", "responses", "sessions/\(openID)", "responses/\(doneID)", "analytics", "export"] {
                #expect(await parlour.ask(.get, "/api/surveys/ice-cream/\(path)").status == .unauthorized)
            }
        }
    }

    @Test("completing announces and hands on in the same transaction: one of each, and none before")
    func handedOn() async throws {
        try await withParlour { parlour in
            await parlour.holdWhatLeaves()
            await parlour.publish(
                "s",
                Definition.survey(
                    #""response_channel":"crm","feedback":true"#, questions: Definition.choice("one"),
                    Definition.text("why")))
            let before = try await parlour.rowCounts()
            func made(_ table: String) async throws -> Int64 {
                try await (parlour.rowCounts()[table] ?? 0) - (before[table] ?? 0)
            }
            let client = try await PostClient(parlour, "s", #"{"customer":"john"}"#)
            await client.say("1")
            await client.say("stop")
            #expect(try await made("message") == 0)
            #expect(try await made("outbox") == 0)
            await client.say("Because.", key: "k")
            await client.say("Because.", key: "k")
            await client.say("5")
            await client.say("nice")
            await client.say("more")
            #expect(try await made("message") == 1)
            #expect(try await made("outbox") == 2)
            let id = client.token.prefix(36)
            let payload = try await parlour.read { snapshot throws(StorageError) in
                try snapshot.first(
                    "SELECT payload FROM outbox WHERE source = 'survey' AND reference = ?", .text(String(id))
                ) { $0.text(0) }
            }
            let call = ParsedJSON(Array(try #require(payload).utf8))
            #expect(call.description.contains("response.save") && call.description.contains("Because."))
            let message = await parlour.askTeam(.get, "/api/messages?topic=survey.completed").parsed["items"][0]
            #expect(message["description"].text?.contains("John Doe") == true && message["contact"].text == "john")
            #expect(message["description"].text?.contains("why: Because.") == true)
        }
    }

    @Test("the longest answers still make an announcement that can be sent")
    func longAnnouncement() async throws {
        try await withParlour { parlour in
            await parlour.holdWhatLeaves()
            let name = String(repeating: "n", count: 1_000)
            await parlour.askTeam(.put, "/api/customers/long", #"{"attributes":{"name":"\#(name)"}}"#)
            await parlour.publish("s", Definition.survey(questions: Definition.text("one"), Definition.text("two")))
            let client = try await PostClient(parlour, "s", #"{"customer":"long"}"#)
            for _ in 0..<2 { await client.say(String(repeating: "x", count: 900)) }
            let message = await parlour.askTeam(.get, "/api/messages?topic=survey.completed").parsed["items"][0]
            let count = try #require(message["description"].text?.count)
            #expect(count > 2_000 && count <= Message.descriptionCharactersMax)
        }
    }

    @Test("a conversation ends when it has as many turns as a session may, and is not lost by that")
    func tooLong() async throws {
        try await withParlour { parlour in
            let client = try await PostClient(parlour, "ice-cream")
            // As if they had talked on and on.
            _ = try await parlour.app.database.write { transaction throws(StorageError) in
                try transaction.run("UPDATE survey_session SET turns = ?", .integer(SurveySession.turnsMax - 1))
            }
            #expect(await client.say("help").status == .ok)
            let refused = await client.say("2")
            #expect(refused.status == .conflict && refused.json["code"] == "session.too_long")
            #expect(await client.read(since: SurveySession.turnsMax - 1)["messages"].items.count == 1)
        }
    }
}
