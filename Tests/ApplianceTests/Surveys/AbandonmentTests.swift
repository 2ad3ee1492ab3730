import Testing
import Web

@testable import Appliance

@Suite(.timeLimit(.minutes(5))) struct AbandonmentTests {
    private static let survey = Definition.survey(
        #""abandoned_after_hours":2"#, questions: Definition.choice("one"), Definition.text("two"))

    private func figures(_ parlour: Parlour) async -> [Int?] {
        let tree = await parlour.askTeam(.get, "/api/surveys/s/analytics").parsed
        return ["started", "abandoned", "completed", "in_progress"].map { tree[$0].number }
    }

    @Test("a session counts as abandoned when nobody has gone on with it for as long as its survey says, not before")
    func afterHours() async throws {
        try await withParlour { parlour in
            await parlour.publish("s", Self.survey)
            let client = try await PostClient(parlour, "s")
            parlour.now += Timestamp.hours(1)
            await client.say("1")
            parlour.now += Timestamp.hours(2) - 1
            try await parlour.markAbandoned()
            #expect(await figures(parlour) == [1, 0, 0, 1])
            parlour.now += 1
            try await parlour.markAbandoned()
            #expect(await figures(parlour) == [1, 1, 0, 0])
            #expect(await client.read()["status"].text == "abandoned")
            #expect(try await parlour.recounted("s") == parlour.tallied("s"))
        }
    }

    @Test(
        "an abandoned session is taken up again by an answer, or by opening it, which asks anew",
        arguments: ["answer", "token", "customer", "post"])
    func takenUp(_ way: String) async throws {
        try await withParlour { parlour in
            await parlour.publish("s", Self.survey)
            let client = try await PostClient(parlour, "s", #"{"customer":"john"}"#)
            await client.say("1")
            parlour.now += Timestamp.hours(30)
            try await parlour.markAbandoned()
            #expect(await figures(parlour) == [1, 1, 0, 0])
            switch way {
            case "answer":
                #expect(await client.say("fine").parsed["seq"].number == 3)
                #expect(await figures(parlour) == [1, 0, 1, 0])
            case "post":
                let again = await parlour.ask(.post, "/api/surveys/s/sessions", #"{"customer":"john"}"#)
                #expect(again.status == .ok && again.parsed["messages"].items.map { $0["seq"].number } == [3])
                #expect(again.parsed["question"]["id"].text == "two" && again.parsed["status"].text == "active")
                #expect(await figures(parlour) == [1, 0, 0, 1])
            default:
                let query = way == "token" ? "session=\(client.token)&since=1" : "customer=john"
                let chat = try await parlour.chat("s", query)
                if way == "token" { #expect(await chat.next()["seq"].number == 2) }
                let asked = await chat.next()
                #expect(asked["seq"].number == 3 && asked["question"]["id"].text == "two")
                #expect(await figures(parlour) == [1, 0, 0, 1])
                #expect(await chat.say("fine")["type"].text == "end")
                #expect(await figures(parlour) == [1, 0, 1, 0])
            }
            #expect(try await parlour.recounted("s") == parlour.tallied("s"))
        }
    }

    @Test("taken up again, it is abandoned again after as long; a completed one never is")
    func again() async throws {
        try await withParlour { parlour in
            await parlour.publish("s", Self.survey)
            let client = try await PostClient(parlour, "s")
            for round in 0..<3 {
                parlour.now += Timestamp.hours(3)
                try await parlour.markAbandoned()
                #expect(await figures(parlour) == [1, 1, 0, 0], "round \(round)")
                await client.say("help")
                #expect(await figures(parlour) == [1, 0, 0, 1], "round \(round)")
            }
            await client.say("1")
            await client.say("fine")
            parlour.now += Timestamp.hours(300)
            #expect(try await parlour.markAbandoned() == 0)
            #expect(await figures(parlour) == [1, 0, 1, 0])
        }
    }

    @Test("many are found in writes of bounded size, none twice")
    func many() async throws {
        try await withParlour { parlour in
            await parlour.publish("s", Self.survey)
            let count = Abandonment.sessionsMax + 10
            for _ in 0..<count { _ = try await PostClient(parlour, "s") }
            parlour.now += Timestamp.hours(3)
            #expect(try await parlour.markAbandoned() == Abandonment.sessionsMax)
            #expect(try await parlour.markAbandoned() == 10)
            #expect(try await parlour.markAbandoned() == 0)
            #expect(await figures(parlour) == [count, count, 0, 0])
        }
    }

    @Test("a chat that is open while its session counts as abandoned shows what another way makes of it")
    func shownElsewhere() async throws {
        try await withParlour { parlour in
            await parlour.publish("s", Self.survey)
            let chat = try await parlour.chat("s", "customer=john")
            _ = await chat.next()
            parlour.now += Timestamp.hours(3)
            try await parlour.markAbandoned()
            _ = await parlour.ask(.post, "/api/surveys/s/sessions", #"{"customer":"john"}"#)
            #expect(await chat.next()["seq"].number == 2)
            #expect(await chat.say("1")["seq"].number == 3)
        }
    }
}
