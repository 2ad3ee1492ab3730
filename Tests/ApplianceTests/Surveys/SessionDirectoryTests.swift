import Storage
import Synchronization
import Testing
import Web

@testable import Appliance

/// A directory that a chat asks who somebody is, and that is not always well.
@Suite(.timeLimit(.minutes(5))) struct SessionDirectoryTests {
    /// Answers as it is told to, and counts how often it was asked.
    private final class Desk: Sendable {
        private let state = Mutex<(answer: DirectoryAnswer, calls: Int)>((.failed, 0))

        var answer: DirectoryAnswer {
            get { state.withLock { $0.answer } }
            set { state.withLock { $0.answer = newValue } }
        }

        var calls: Int { state.withLock { $0.calls } }

        func call(_ id: String, _ withinMs: Int) async -> DirectoryAnswer {
            state.withLock { state in
                state.calls += 1
                return state.answer
            }
        }
    }

    private static let greets = Definition.survey(
        #""greeting":"Hello {customer.name|there} of {customer.city|somewhere}!""#, questions: Definition.choice("one"))

    private func greeting(
        _ parlour: Parlour, _ survey: String, _ customer: String
    ) async throws -> (String?, ParsedJSON) {
        let client = try await PostClient(parlour, survey, #"{"customer":"\#(customer)"}"#)
        let greeting = client.begun["messages"][0]["text"].text?.split(separator: "\n").first.map(String.init)
        await client.say("1")
        let report = await parlour.askTeam(.get, "/api/surveys/\(survey)/responses/\(client.token.prefix(36))").parsed
        return (greeting, report["person"])
    }

    @Test("a response says where each value came from, and a directory that is down is not noticed")
    func sources() async throws {
        let desk = Desk()
        try await withParlour(directory: { await desk.call($0, $1) }) { parlour in
            for survey in ["a", "b", "c"] { await parlour.publish(survey, Self.greets) }
            await parlour.askTeam(.put, "/api/customers/dora", #"{"attributes":{"city":"Oslo"}}"#)
            desk.answer = .customer(["name": .text("Dora"), "city": .text("Bergen")])
            let (fresh, freshPerson) = try await greeting(parlour, "a", "dora")
            #expect(fresh == "Hello Dora of Oslo!")
            #expect(freshPerson["name"]["source"].text == "directory" && freshPerson["city"]["source"].text == "table")
            desk.answer = .failed
            let (cached, cachedPerson) = try await greeting(parlour, "b", "dora")
            #expect(cached == "Hello Dora of Oslo!" && cachedPerson["name"]["source"].text == "cache")
            // What was said is stored behind the customer's back.
            while await parlour.askTeam(.get, "/api/customers/dora").parsed["directory"].isNull { await Task.yield() }
            try await parlour.restart()
            let (late, latePerson) = try await greeting(parlour, "c", "dora")
            #expect(late == "Hello Dora of Oslo!" && latePerson["name"]["source"].text == "last_known")
        }
    }

    @Test(
        "whoever is looked up in vain is talked with all the same, with fallbacks and what the team knows",
        arguments: [DirectoryAnswer.failed, .refused, .nobody])
    func inVain(_ answer: DirectoryAnswer) async throws {
        let desk = Desk()
        desk.answer = answer
        try await withParlour(directory: { await desk.call($0, $1) }) { parlour in
            await parlour.publish("a", Self.greets)
            let (greeting, person) = try await greeting(parlour, "a", "nobody")
            #expect(greeting == "Hello there of somewhere!" && person == ParsedJSON(Array("{}".utf8)))
            let (ours, ourPerson) = try await self.greeting(parlour, "a", "john")
            #expect(ours == "Hello John Doe of somewhere!" && ourPerson["name"]["source"].text == "table")
        }
    }

    @Test("asked once when a session begins: neither answers nor coming back wait for the directory")
    func onceOnly() async throws {
        let desk = Desk()
        desk.answer = .customer(["name": .text("Dora")])
        try await withParlour(directory: { await desk.call($0, $1) }) { parlour in
            await parlour.publish("a", Self.greets)
            let client = try await PostClient(parlour, "a", #"{"customer":"dora"}"#)
            #expect(desk.calls == 1)
            desk.answer = .customer(["name": .text("Somebody else")])
            try await parlour.restart()
            for _ in 0..<3 { _ = try await PostClient(parlour, "a", #"{"customer":"dora"}"#) }
            await client.say("1")
            #expect(desk.calls == 1)
            #expect(try await parlour.record(client.token).transcript[0].contains("Hello Dora of"))
        }
    }

    @Test("nobody makes us ask about customers of a survey they may not take, or of a name that is none")
    func notForStrangers() async throws {
        let desk = Desk()
        try await withParlour(directory: { await desk.call($0, $1) }) { parlour in
            await parlour.publish(
                "s", Definition.survey(#""access":"invited""#, questions: Definition.choice("one")))
            #expect(await parlour.refusal("s", "customer=dora") == .forbidden)
            #expect(await parlour.refusal("ice-cream", "customer=a%2Fb") == .unprocessable)
            #expect(await parlour.refusal("nowhere", "customer=dora") == .notFound)
            #expect(desk.calls == 0)
        }
    }

    @Test("while the directory thinks, who comes twice gets one session")
    func twice() async throws {
        let desk = Desk()
        desk.answer = .customer(["name": .text("Dora")])
        try await withParlour(directory: { await desk.call($0, $1) }) { parlour in
            await parlour.publish("a", Self.greets)
            let tokens = try await withThrowingTaskGroup(of: String.self) { group in
                for _ in 0..<20 {
                    group.addTask { try await PostClient(parlour, "a", #"{"customer":"dora"}"#).token }
                }
                return try await group.reduce(into: Set<String>()) { $0.insert($1) }
            }
            #expect(tokens.count == 1)
            let count = try await parlour.sessionCount()
            #expect(count == 1)
        }
    }
}
