import Testing

@testable import Appliance

/// Conversations on their way into an OurAPI that fails, hides what it did, forgets and remembers, by runs that are cut
/// off anywhere and whose reports are stored or lost.
@Suite struct LaneSimulationTests {
    @Test(arguments: 0..<600)
    func ourAPIEndsUpWithWhatBigChatSaid(_ seed: UInt64) {
        var world = LaneWorld(seed: seed)
        world.play()
        #expect(world.complaints == [], "seed \(seed)")
    }

    @Test(arguments: 0..<300)
    func noAnswersKeepALaneGoingForEver(_ seed: UInt64) {
        var dice = SeededRandom(seed: seed)
        var scene = LaneScene("S100", "M101 one", "T102 1>2", "M103 two", "T104 2>1", "T105 1>3", "M106 three", "E107")
        scene.mustVerify = .random(using: &dice)
        if .random(using: &dice) {
            scene.conversation.made.wasMade = true
            scene.conversation.made.chat = .random(using: &dice) ? "c1" : nil
            scene.conversation.made.agent = "ann@x"
            scene.agents["ann@x"] = BridgeAgent(person: LaneScene.people[1]!.person!, id: "a1", matches: 1)
            scene.hear("M108 four", "M109 five")
            scene.events[8].fate = .made
            scene.events[9].fate = .made
        }
        var lane = scene.lane
        let kinds = (0..<4).map { _ in Int.random(in: 0..<8, using: &dice) }
        var calls = 0, loads = 0
        loop: while calls <= 200 {
            #expect(lane.next() == lane.next())
            switch lane.next() {
            case .ended: break loop
            case .loadMade:
                loads += 1
                lane.load(made: scene.made)
            case .call(let call):
                calls += 1
                // Mostly of a few kinds, so that some runs get far.
                let kind = Int.random(in: 0..<4, using: &dice) > 0 ? kinds.randomElement(using: &dice)! : -1
                lane.heard(Self.answer(kind, to: call, &dice), to: call)
            }
            let report = lane.report
            #expect(Set(report.settled.map(\.number)).count == report.settled.count)
            #expect(!(report.wasVerified && report.mustVerify))
        }
        #expect(calls <= 10 * Lane.callsPerEvent + Lane.callsBesides && loads <= 1, "seed \(seed)")
        guard case .ended(let end) = lane.next() else {
            Issue.record("seed \(seed) goes on and on")
            return
        }
        // Besides those that were given, what OurAPI had and refuses now.
        let given = Set(scene.events.filter { $0.fate == .pending }.map(\.number))
        if end == .done { #expect(lane.report.settled.count { given.contains($0.number) } == 8) }
        let before = lane.report
        lane.heard(.done, to: .findChats(externalID: "17"))
        #expect(lane.next() == .ended(end) && lane.report == before)
    }

    private static func answer(_ kind: Int, to call: OurAPICall, _ dice: inout SeededRandom) -> OurAPIAnswer {
        let id = ["a1", "a2", "c1", "c2"].randomElement(using: &dice)!
        switch kind {
        case 0: return .refused(status: 404, detail: "No.")
        case 1: return .refused(status: 400, detail: "No.")
        case 2: return .refused(status: [401, 409, 422].randomElement(using: &dice)!, detail: "No.")
        case 3: return Bool.random(using: &dice) ? .failed(.answered500) : .failed(.answered503)
        case 4:
            return [.agents([]), .chats([]), .messages([]), .created(id), .done].randomElement(using: &dice)!
        default: break
        }
        switch call {
        case .findAgents: return .agents(kind == 5 ? [] : [.init(id: id, name: "Ann", email: "ann@x")])
        case .findChats: return .chats(kind == 5 ? [] : [.init(id: id, startedAt: 99, endedAt: nil, agent: "a7")])
        case .listMessages: return .messages([.init(sentAt: 101, text: "one"), .init(sentAt: 9, text: "else")])
        case .createAgent, .createChat: return .created(id)
        case .updateChat, .postMessage: return .done
        }
    }

    @Test func anOurAPIThatForgetsAtOnceWhatItMakesIsLeftAlone() {
        var scene = LaneScene("M101 one")
        let end = scene.run { call, _ in call.hasPrefix("post") ? .lost(OurAPIModel.noSuchChat) : nil }
        // Model and trick disagree: it has the chat all the time, and denies it.
        guard case .failed(let failure) = end else {
            Issue.record("It ended as \(end).")
            return
        }
        #expect(failure.code == "calls_exceeded")
        #expect(scene.calls.count == Lane.callsBesides + Lane.callsPerEvent)
        #expect(scene.report.trouble?.code == "calls_exceeded")
    }
}

/// The world of one seed.
private struct LaneWorld {
    private struct Odds {
        var failure: Double
        var forgetting: Double
        var cut: Double
        var loss: Double
    }

    private(set) var complaints: [String] = []
    private var dice: SeededRandom
    private var odds: Odds
    /// Of several stores one is in front at a time.
    private var stores: [OurAPIModel]
    private var front = 0
    private var scenes: [LaneScene] = []
    /// Not yet heard of, by conversation.
    private var batches: [[[String]]] = []
    private let isForgetful: Bool

    init(seed: UInt64) {
        var dice = SeededRandom(seed: seed)
        isForgetful = seed % 2 == 1
        odds = Odds(
            failure: [0, 0.05, 0.2, 0.4].randomElement(using: &dice)!,
            forgetting: isForgetful ? [0.01, 0.03, 0.1].randomElement(using: &dice)! : 0,
            cut: [0, 0.02, 0.1].randomElement(using: &dice)!, loss: [0, 0.5, 1].randomElement(using: &dice)!)
        var store = OurAPIModel()
        store.prefix = "1"
        store.isTalkative = Int.random(in: 0..<4, using: &dice) > 0
        // Who was there before us: by address, by name, and twice.
        if .random(using: &dice) { store.agents.append(.init(id: "f2", name: "Robert", email: "bob@x")) }
        if .random(using: &dice) { store.agents.append(.init(id: "f3", name: "Cid", email: "sid@x")) }
        if .random(using: &dice) { store.agents.append(.init(id: "f1", name: "Cid", email: "cid2@x")) }
        stores = [store]
        for id in 0..<Int64.random(in: 1...3, using: &dice) {
            var scene = LaneScene()
            scene.conversation = BridgeConversation(
                id: 17 + id, startedAt: .random(using: &dice) ? 100 : nil,
                advisor: [1, 2, 3, 8, 9, nil].randomElement(using: &dice)!)
            for id in scene.advisors.keys.sorted() where Int.random(in: 0..<3, using: &dice) == 0 {
                scene.advisors[id] = nil
            }
            scenes.append(scene)
            batches.append(Self.batches(of: scene.conversation, &dice))
        }
        self.dice = dice
    }

    /// Each batch lies wholly after the one before; within a batch everything is heard of in any order.
    private static func batches(of conversation: BridgeConversation, _ dice: inout SeededRandom) -> [[String]] {
        var at: Int64 = 100
        var advisor = conversation.advisor
        var batches: [[String]] = []
        for number in 0..<Int.random(in: 1...4, using: &dice) {
            var batch: [String] = []
            if number == 0, .random(using: &dice) { batch.append("S100") }
            for _ in 0..<Int.random(in: 1...6, using: &dice) {
                at += [0, 0, 1, 3].randomElement(using: &dice)!
                switch Int.random(in: 0..<10, using: &dice) {
                case 0: batch.append("E\(at)")
                case 1: batch.append("S\(at)")
                case 2, 3:
                    // One transfer a second: which of two comes last would be a matter of chance.
                    at += 1
                    let to = [1, 2, 3, 8, 9].randomElement(using: &dice)!
                    batch.append("T\(at) \(advisor.map(String.init) ?? "")>\(to)")
                    advisor = Int64(to)
                default:
                    let text = ["Hello", "Hello", " Hello ", "Bye now", "x", "  "].randomElement(using: &dice)!
                    batch.append("M\(at) \(text)")
                }
            }
            at += 1
            batches.append(batch.shuffled(using: &dice))
        }
        return batches
    }

    mutating func play() {
        var runs = 0
        while let place = scenes.indices.filter({ !isSettled($0) }).randomElement(using: &dice) {
            if !batches[place].isEmpty, .random(using: &dice) || scenes[place].events.isEmpty {
                let batch = batches[place].removeFirst()
                scenes[place].events += laneEvents(
                    batch, of: scenes[place].conversation.id, after: Int64(scenes[place].events.count))
            }
            run(place)
            runs += 1
            // So it gets better some day.
            if runs == 300 { odds.failure = 0 }
            if runs == 300 { odds.forgetting = 0 }
            if runs == 300 { odds.cut = 0 }
            guard runs < 400, complaints.isEmpty else {
                complaints.append("not done after \(runs) runs")
                return
            }
        }
        odds = Odds(failure: 0, forgetting: 0, cut: 0, loss: 0)
        // What was forgotten behind our back is found by the patrol; without that the chats are right as they are.
        if isForgetful { for place in scenes.indices { verify(place) } }
        for place in scenes.indices { check(place) }
        for place in scenes.indices {
            verify(place)
            if scenes[place].calls.contains(where: { !$0.hasSuffix("?") && !$0.contains("? ") }) {
                complaints.append("verified once more, and still \(scenes[place].calls)")
            }
        }
        for store in stores where Set(store.agents.map(\.email)).count != store.agents.count {
            complaints.append("agents twice: \(store.agents)")
        }
    }

    private func isSettled(_ place: Int) -> Bool {
        batches[place].isEmpty && !scenes[place].mustVerify && !scenes[place].events.contains { $0.fate == .pending }
    }

    private mutating func verify(_ place: Int) {
        scenes[place].mustVerify = true
        run(place)
        if !scenes[place].report.wasVerified || scenes[place].mustVerify {
            complaints.append("not verified in one run: \(scenes[place].calls)")
        }
    }

    private mutating func run(_ place: Int) {
        scenes[place].calls = []
        // What one conversation finds out about agents, all know.
        let agents = scenes.reduce(into: [:]) { $0.merge($1.agents) { _, new in new } }
        scenes[place].agents = agents
        var lane = scenes[place].lane
        if .random(using: &dice), lane.next() != .loadMade {
            let scene = scenes[place]
            lane = Lane(
                scene.conversation, pending: scene.events.filter { $0.fate == .pending }.shuffled(using: &dice),
                made: scene.made, mustVerify: scene.mustVerify, advisors: scene.advisors, agents: agents)
        }
        var isCut = false
        loop: while true {
            switch lane.next() {
            case .loadMade: lane.load(made: scenes[place].made)
            case .ended(let end):
                judge(end, place)
                break loop
            case .call(let call):
                scenes[place].calls.append(call.shown)
                lane.heard(answer(call), to: call)
                if chance(odds.cut) {
                    isCut = true
                    break loop
                }
            }
        }
        if isCut, chance(odds.loss) {
            scenes[place].mustVerify = true
            return
        }
        scenes[place].store(lane.report)
        for other in scenes.indices { scenes[other].agents = scenes[place].agents }
        if !isForgetful, lane.report.wasVerified { checkMessages(place) }
    }

    private mutating func judge(_ end: Lane.End, _ place: Int) {
        switch end {
        case .done, .failed: break
        case .waits(let advisor): scenes[place].advisors[advisor] = LaneScene.people[advisor]
        case .refused(let code, let detail): complaints.append("refused: \(code) \(detail)")
        }
    }

    private mutating func answer(_ call: OurAPICall) -> OurAPIAnswer {
        if chance(odds.forgetting) {
            // Another store comes in front: an empty one, or one that was there before.
            if stores.count < 3 {
                var store = OurAPIModel()
                store.prefix = String(9 - stores.count)
                store.isTalkative = stores[0].isTalkative
                stores.append(store)
            }
            front = stores.indices.randomElement(using: &dice)!
        }
        guard chance(odds.failure) else { return stores[front].answer(call) }
        let failures: [OurAPIAnswer.Failure] = [.answered500, .answered500, .timeout, .answered503, .unreachable]
        let failure = failures.randomElement(using: &dice)!
        if failure.mayHaveArrived, .random(using: &dice) { _ = stores[front].answer(call) }
        return .failed(failure)
    }

    private mutating func chance(_ odds: Double) -> Bool { Double.random(in: 0..<1, using: &dice) < odds }

    private mutating func checkMessages(_ place: Int) {
        let wanted = scenes[place].made.map { "\($0.event.at) \($0.event.text)" }
        let got = stores[front].chat(of: scenes[place].conversation.id)?.messages.map { "\($0.sentAt) \($0.text)" }
        if wanted.sorted() != got?.sorted() { complaints.append("verified with \(got ?? []), not \(wanted)") }
    }

    /// Compares with what the events come to, said in another way than the lane says it.
    private mutating func check(_ place: Int) {
        let scene = scenes[place]
        let events = scene.events.sorted { ($0.event.at, $0.number) < ($1.event.at, $1.number) }.map(\.event)
        guard let chat = stores[front].chat(of: scene.conversation.id) else {
            complaints.append("no chat")
            return
        }
        let start = events.last { $0.kind == .start }?.at ?? scene.conversation.startedAt ?? events[0].at
        if chat.startedAt != start { complaints.append("starts at \(chat.startedAt), not \(start)") }
        let end = events.first { $0.kind == .end }?.at
        if chat.endedAt != end { complaints.append("ends at \(chat.endedAt ?? 0), not \(end ?? 0)") }

        var advisors = [scene.conversation.advisor].compactMap(\.self)
        for case .transfer(_, let to) in events.map(\.content) { advisors.append(to) }
        let person = advisors.reversed().lazy.compactMap { LaneScene.people[$0]?.person }.first { $0.name.count > 1 }
        let agent = stores[front].agents.first { $0.id == chat.agent }
        if agent?.email != person?.email && agent?.name != person?.name {
            complaints.append("is \(agent?.email ?? "nobody")'s, not \(person?.email ?? "nobody")'s")
        }

        let messages = events.filter { $0.kind == .message && $0.text.count > 1 }.map { "\($0.at) \($0.text)" }
        let got = chat.messages.map { "\($0.sentAt) \($0.text)" }
        if messages.sorted() != got.sorted() { complaints.append("has \(got), not \(messages)") }
        let times = chat.messages.map(\.sentAt)
        if times != times.sorted() { complaints.append("out of order: \(got)") }
        if scene.events.contains(where: { $0.fate == .skipped || $0.fate == .pending }) {
            complaints.append("events left over")
        }
    }
}

extension BridgeEvent {
    /// As OurAPI keeps it.
    fileprivate var text: String {
        if case .message(let text) = content { text.trimmed } else { "" }
    }
}
