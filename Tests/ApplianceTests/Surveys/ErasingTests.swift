import Testing
import Web

@testable import Appliance

/// What is left of a customer who was deleted: nothing.
@Suite(.timeLimit(.minutes(5))) struct ErasingTests {
    private static let definition = Definition.survey(
        #""response_channel":"crm","feedback":true,"responses":"many","abandoned_after_hours":1"#,
        questions: Definition.choice("one"), Definition.text("why", isOptional: true))

    private func play(_ parlour: Parlour, _ customer: String, _ texts: [String]) async throws -> PostClient {
        let client = try await PostClient(parlour, "s", #"{"customer":"\#(customer)"}"#)
        for text in texts { await client.say(text) }
        return client
    }

    @Test("the figures, the rows and the export are as if they had never been there, and a receipt says so")
    func asIfNever() async throws {
        try await withParlour { parlour in
            await parlour.holdWhatLeaves()
            await parlour.publish("s", Self.definition)
            _ = try await play(parlour, "john", ["2", "so", "4", "fine"])
            _ = try await play(parlour, "kari", ["1"])
            _ = try await PostClient(parlour, "s")
            let paths = ["analytics", "export?format=csv", "sessions", "analytics?by=day,version,language"]
            func shown() async -> [String] {
                var texts: [String] = []
                for path in paths { texts.append(await parlour.askTeam(.get, "/api/surveys/s/\(path)").text) }
                return texts
            }
            let (rows, figures, pages) = (try await parlour.rowCounts(), try await parlour.tallied("s"), await shown())

            await parlour.askTeam(.put, "/api/customers/bella", #"{"attributes":{"name":"Bella"}}"#)
            // One complete with feedback, one complete without, one changed and left, one stopped.
            _ = try await play(parlour, "bella", ["1", "my secret", "5", "lovely"])
            _ = try await play(parlour, "bella", ["2", "skip", "skip"])
            let left = try await play(parlour, "bella", ["1", "back", "2", "stop"])
            let other = try await PostClient(parlour, "ice-cream", #"{"customer":"bella"}"#)
            await other.say("3")
            #expect(try await parlour.tallied("s") != figures)
            let chat = try await parlour.chat("ice-cream", "session=\(other.token)")
            _ = await chat.next()

            let receipt = await parlour.askTeam(.delete, "/api/customers/bella")
            #expect(receipt.status == .ok)
            #expect(receipt.parsed["erased"] == ParsedJSON(Array(#"{"customer":1,"sessions":4}"#.utf8)))
            #expect(try await parlour.rowCounts() == rows)
            #expect(try await parlour.tallied("s") == figures)
            #expect(try await parlour.tallied("ice-cream") == [:])
            #expect(await shown() == pages)
            #expect(await left.read()["code"].text == "session.unknown")
            #expect(await left.say("2").status == .notFound)
            #expect(await parlour.refusal("s", "session=\(left.token)") == .notFound)
            let told = await chat.say("no")
            #expect(told["type"].text == "error" && told["code"].text == "session.unknown")
            #expect(await chat.rest().code == .normal, "there is nothing to go on with")
            #expect(await parlour.askTeam(.delete, "/api/customers/bella").status == .notFound)
            // They may come back, as somebody new.
            let again = try await play(parlour, "bella", [])
            #expect(again.begun["seq"].number == 1 && again.token != left.token)
        }
    }

    @Test("who is deleted while they are looked up begins as somebody of whom nothing is known")
    func meanwhile() async throws {
        let asked = Latch(), mayAnswer = Latch()
        try await withParlour(directory: { _, _ in
            asked.open()
            await mayAnswer.wait()
            return .customer(["tier": .text("gold")])
        }) { parlour in
            await parlour.askTeam(.put, "/api/customers/eve", #"{"attributes":{"name":"Eve Secret"}}"#)
            async let begun = PostClient(parlour, "ice-cream", #"{"customer":"eve"}"#)
            await asked.wait()
            #expect(await parlour.askTeam(.delete, "/api/customers/eve").status == .ok)
            mayAnswer.open()
            let session = try await begun
            #expect(session.begun["messages"][0]["text"].text?.hasPrefix("Hello there!") == true)
            let sessions = await parlour.askTeam(.get, "/api/surveys/ice-cream/sessions")
            #expect(!sessions.text.contains("Eve Secret"))
        }
    }

    @Test("an abandoned session, and one in another language, are taken out of the figures too")
    func abandoned() async throws {
        try await withParlour { parlour in
            await parlour.holdWhatLeaves()
            await parlour.publish("s", Self.definition)
            let rows = try await parlour.rowCounts()
            _ = try await play(parlour, "bella", ["1"])
            parlour.now += Timestamp.hours(2)
            #expect(try await parlour.markAbandoned() == 1)
            _ = try await parlour.invitation(to: "s", for: "bella")
            #expect(await parlour.askTeam(.delete, "/api/customers/bella").parsed["erased"]["sessions"].number == 1)
            #expect(try await parlour.tallied("s") == [:])
            #expect(try await parlour.rowCounts() == rows)
        }
    }

    @Test("erasing changes the figures for those who watch them, too")
    func watched() async throws {
        try await withParlour { parlour in
            await parlour.holdWhatLeaves()
            await parlour.publish("s", Self.definition)
            _ = try await play(parlour, "bella", ["1"])
            let watcher = try await ChatClient(parlour.watcher(of: "s"))
            #expect(watcher.welcome["type"].text == "analytics" && watcher.welcome["started"].number == 1)
            await parlour.askTeam(.delete, "/api/customers/bella")
            #expect(await watcher.next()["started"].number == 0)
        }
    }
}
