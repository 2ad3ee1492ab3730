import Testing

@testable import Appliance

/// What a lane does when OurAPI does as it is told.
@Suite struct LaneTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var events: [String]
        var calls: [String]
        var settled: [String]
        var startedAt: Int64? = 100
        var advisor: Int64? = 1

        init(
            _ events: [String], _ calls: [String], _ settled: [String], startedAt: Int64? = 100, advisor: Int64? = 1
        ) {
            self.events = events
            self.calls = calls
            self.settled = settled
            self.startedAt = startedAt
            self.advisor = advisor
        }

        var testDescription: String { events.joined(separator: ", ") }
    }

    private static let ann = ["email? ann@x", "name? Ann", "make Ann"]
    private static let bob = ["email? bob@x", "name? Bob", "make Bob"]

    @Test(arguments: [
        Case([], [], []),
        Case(["S100"], ann + ["chat 100 a1"], ["1 made"]),
        Case(["S100", "M101 Hello"], ann + ["chat 100 a1", "post 101 Hello"], ["1 made", "2 made"]),
        // Within a second START comes first and END last, and messages as they were heard of.
        Case(
            ["E100", "M100 one", "S100", "M100 two"],
            ann + ["chat 100 a1", "post 100 one", "post 100 two", "update end 100"],
            ["1 made", "2 made", "3 made", "4 made"]),
        // By time, whatever the order they were heard of in.
        Case(
            ["E104", "T103 1>2", "M102 two", "M101 one"],
            ann + ["chat 100 a1", "post 101 one", "post 102 two"] + bob + ["update agent a2", "update end 104"],
            ["1 made", "2 made", "3 made", "4 made"]),
        // First seen without START, by each kind; then BigChat tells when it started, or nobody does.
        Case(["M105 Hello"], ann + ["chat 100 a1", "post 105 Hello"], ["1 made"]),
        Case(["T105 1>2"], ann + ["chat 100 a1"] + bob + ["update agent a2"], ["1 made"]),
        Case(["E105"], ann + ["chat 100 a1", "update end 105"], ["1 made"]),
        Case(["M105 Hello"], ann + ["chat 105 a1", "post 105 Hello"], ["1 made"], startedAt: nil),
        Case(["M105 Hello", "E103"], ann + ["chat 103 a1", "update end 103", "post 105 Hello"], ["1 made", "2 made"],
            startedAt: nil),
        Case(["M105 Hello", "S107"], ann + ["chat 107 a1", "post 105 Hello"], ["1 made", "2 made"], startedAt: nil),
        // A START that says otherwise than BigChat did when it was asked.
        Case(["S99", "M105 Hello"], ann + ["chat 100 a1", "update start 99", "post 105 Hello"], ["1 made", "2 made"]),
        Case(["S100", "S100"], ann + ["chat 100 a1"], ["1 made", "2 made"]),
        // With whom it started: who gave it away first, not who had it when BigChat was asked.
        Case(["T101 1>2"], ann + ["chat 100 a1"] + bob + ["update agent a2"], ["1 made"], advisor: 2),
        Case(["T101 >2"], ann + ["chat 100 a1"] + bob + ["update agent a2"], ["1 made"]),
        Case(["M101 Hello"], ["chat 100", "post 101 Hello"], ["1 made"], advisor: nil),
        Case(["M101 Hello"], ["chat 100", "post 101 Hello"], ["1 made"], advisor: 9),
        // A name that OurAPI refuses: no agent.
        Case(["M101 Hello"], ["email? x@x", "name? X", "make X", "chat 100", "post 101 Hello"], ["1 made"], advisor: 8),
        Case(["T101 1>8", "M102 Hello"], ann + ["chat 100 a1", "email? x@x", "name? X", "make X", "post 102 Hello"],
            ["1 refused 422", "2 made"]),
        Case(
            ["T101 1>9", "M102 Hello"], ann + ["chat 100 a1", "post 102 Hello"],
            ["1 refused advisor_unknown", "2 made"]),
        // Nothing changes by a second END or a transfer to who has it; talk after END is kept.
        Case(["T101 2>1"], bob + ["chat 100 a1"] + ann + ["update agent a2"], ["1 made"]),
        Case(["T101 1>1"], ann + ["chat 100 a1"], ["1 unneeded same_advisor"]),
        Case(["T101 1>2", "T102 2>2", "T103 2>1"],
            ann + ["chat 100 a1"] + bob + ["update agent a2", "update agent a1"],
            ["1 made", "2 unneeded same_advisor", "3 made"]),
        Case(["E101", "M102 Hello", "T103 1>2", "E104"],
            ann + ["chat 100 a1", "update end 101", "post 102 Hello"] + bob + ["update agent a2"],
            ["1 made", "2 made", "3 made", "4 unneeded second_end"]),
        // Equal messages of one second are as many as they are; a short one stands in nobody's way.
        Case(
            ["M101 Hello", "M101 Hello"], ann + ["chat 100 a1", "post 101 Hello", "post 101 Hello"],
            ["1 made", "2 made"]),
        Case(["M101 x", "M102 Hello"], ann + ["chat 100 a1", "post 101 x", "post 102 Hello"],
            ["1 refused 422", "2 made"]),
    ])
    func makesTheCallsThatTheEventsCallFor(_ one: Case) {
        var scene = LaneScene()
        scene.events = laneEvents(one.events)
        scene.conversation.startedAt = one.startedAt
        scene.conversation.advisor = one.advisor
        #expect(scene.run() == .done)
        #expect(scene.calls == one.calls)
        #expect(scene.settled == one.settled)
        #expect(scene.report.wasVerified == !one.events.isEmpty)
        #expect(!scene.report.mustVerify && scene.report.trouble == nil && !scene.report.hasForgotten)
    }

    @Test(arguments: [
        ["S100", "M101 one", "T102 1>2", "M103 two", "E104"],
        ["S100", "M100 one", "E100", "M101 late"],
        ["S100", "T100 1>2", "E100", "T101 2>3", "E102"],
        ["M99 before", "S100", "M101 one", "E101", "T102 1>3"],
        ["T101 1>2", "T102 2>3", "T103 3>1", "E103", "S90"],
    ])
    func theOrderInWhichItIsHeardOfDoesNotMatter(_ events: [String]) {
        var calls: Set<[String]> = []
        var chats: Set<String> = []
        for order in Self.permutations(of: events) {
            var scene = LaneScene()
            scene.events = laneEvents(order)
            #expect(scene.run() == .done)
            calls.insert(scene.calls)
            chats.insert(scene.chat)
        }
        #expect(calls.count == 1 && chats.count == 1)
    }

    private static func permutations(of list: [String]) -> [[String]] {
        guard !list.isEmpty else { return [[]] }
        return list.indices.flatMap { place in
            var rest = list
            let first = rest.remove(at: place)
            return permutations(of: rest).map { [first] + $0 }
        }
    }

    @Test func aSecondRunSendsOnlyWhatIsNew() {
        var scene = LaneScene("S100", "M101 one")
        _ = scene.run()
        scene.hear("S100", "M102 two", "T103 1>1", "E104")
        #expect(scene.run() == .done)
        #expect(scene.calls == ["post 102 two", "update end 104"])
        #expect(scene.settled == ["3 unneeded same_start", "4 made", "5 unneeded same_advisor", "6 made"])
        #expect(!scene.report.wasVerified)
        scene.hear("E105")
        _ = scene.run()
        #expect(scene.calls == [] && scene.settled == ["7 unneeded second_end"])
        #expect(scene.chat == "100 ann@x end 104: 101 one, 102 two")
    }

    @Test func aLaneWaitsForTheAdvisorsThatBigChatHasNotNamed() {
        var scene = LaneScene("M101 one", "T102 1>2", "M103 two")
        scene.advisors = [:]
        #expect(scene.run() == .waits(advisor: 1))
        #expect(scene.calls == [] && scene.report.waitsFor == 1)
        scene.advisors[1] = LaneScene.people[1]
        #expect(scene.run() == .waits(advisor: 2))
        #expect(scene.settled == ["1 made"])
        #expect(scene.report.waitsFor == 2 && scene.report.trouble == nil && !scene.report.mustVerify)
        scene.advisors[2] = LaneScene.people[2]
        #expect(scene.run() == .done)
        #expect(scene.chat == "100 bob@x: 101 one, 103 two")
    }

    @Test func anAdvisorsNumberThatMeansSomebodyElseIsSomebodyElse() {
        var scene = LaneScene("M101 one")
        _ = scene.run()
        scene.advisors[1] = BridgeAdvisor(id: 1, person: .init(name: "Dan", email: "dan@x"))
        scene.hear("T102 1>1")
        _ = scene.run()
        #expect(scene.calls == ["email? dan@x", "name? Dan", "make Dan", "update agent a2"])
        // And Ann, under another number.
        scene.advisors[2] = LaneScene.people[1]
        scene.hear("T103 1>2", "T104 2>2")
        _ = scene.run()
        #expect(scene.calls == ["update agent a1"])
        #expect(scene.settled == ["3 made", "4 unneeded same_advisor"])
        #expect(scene.report.standing.advisor == 2 && scene.report.standing.agent == "ann@x")
    }

    struct AgentCase: Sendable {
        var there: [OurAPIAnswer.Agent]
        var calls: [String]
        var agent: BridgeAgent
        var notes: Int
    }

    private static let person = BridgeAdvisor.Person(name: "Ann", email: "ann@x")

    @Test(arguments: [
        AgentCase(
            there: [.init(id: "f1", name: "Anna", email: "ann@x")], calls: ["email? ann@x"],
            agent: BridgeAgent(person: person, id: "f1", matches: 1), notes: 0),
        AgentCase(
            there: [.init(id: "f1", name: "Ann", email: "other@x")], calls: ["email? ann@x", "name? Ann"],
            agent: BridgeAgent(person: person, id: "f1", matches: 1), notes: 1),
        AgentCase(
            there: [
                .init(id: "f3", name: "Ann", email: "ann@x"), .init(id: "f2", name: "Ann", email: "ann@x"),
                .init(id: "f1", name: "Ann", email: "other@x"),
            ], calls: ["email? ann@x"],
            agent: BridgeAgent(person: person, id: "f2", matches: 2), notes: 1),
        AgentCase(
            there: [], calls: ["email? ann@x", "name? Ann", "make Ann"],
            agent: BridgeAgent(person: person, id: "a1", matches: 1), notes: 0),
    ])
    func anAgentIsLookedForBeforeItIsMade(_ one: AgentCase) {
        var scene = LaneScene("M101 one")
        scene.ourAPI.agents = one.there
        #expect(scene.run() == .done)
        #expect(scene.calls.dropLast(2) == one.calls[...])
        #expect(scene.report.agents == [one.agent])
        #expect(scene.report.notes.count == one.notes)
        #expect(scene.report.tally.agentsMade == (one.there.isEmpty ? 1 : 0))
        #expect(scene.report.tally.agentsAdopted == (one.there.isEmpty ? 0 : 1))
    }

    @Test func aKnownAgentIsNotLookedFor() {
        var scene = LaneScene("M101 one")
        scene.agents["ann@x"] = BridgeAgent(person: Self.person, id: "f1", matches: 1)
        scene.ourAPI.agents = [.init(id: "f1", name: "Ann", email: "ann@x")]
        #expect(scene.run() == .done)
        #expect(scene.calls == ["chat 100 f1", "post 101 one"] && scene.report.agents == [])
    }
}
