@testable import Appliance

/// An OurAPI in memory that behaves as the real one does while nothing fails.
struct OurAPIModel {
    struct Chat: Hashable {
        var id: String
        var externalID: String
        var startedAt: Int64
        var agent: String?
        var endedAt: Int64?
        var messages: [OurAPIAnswer.Message] = []
    }

    var agents: [OurAPIAnswer.Agent] = []
    var chats: [Chat] = []
    /// Whether it tells more of a chat than its id.
    var isTalkative = true
    /// Before each id, so that no two stores ever have the same.
    var prefix = ""
    private var agentCount = 0
    private var chatCount = 0

    func chat(of conversation: Int64) -> Chat? { chats.first { $0.externalID == String(conversation) } }

    mutating func answer(_ call: OurAPICall) -> OurAPIAnswer {
        switch call {
        case .findAgents(.email(let email)): .agents(agents.filter { $0.email == email })
        case .findAgents(.name(let name)): .agents(agents.filter { $0.name == name })
        case .createAgent(let person): create(person)
        case .findChats(let externalID):
            .chats(
                chats.filter { $0.externalID == externalID }.map {
                    guard isTalkative else { return .init(id: $0.id) }
                    return .init(id: $0.id, startedAt: $0.startedAt, endedAt: $0.endedAt, agent: $0.agent)
                })
        case .createChat(let externalID, let startedAt, let agent, let endedAt):
            create(Chat(id: "", externalID: externalID, startedAt: startedAt, agent: agent, endedAt: endedAt))
        case .updateChat(let id, let startedAt, let agent, let endedAt): update(id, startedAt, agent, endedAt)
        case .listMessages(let id):
            chats.first { $0.id == id }.map { .messages($0.messages) } ?? Self.noSuchChat
        case .postMessage(let id, let sentAt, let text): post(id, sentAt, text)
        }
    }

    private mutating func create(_ person: BridgeAdvisor.Person) -> OurAPIAnswer {
        guard person.name.count > 1 else { return .refused(status: 422, detail: "Too short.") }
        guard !agents.contains(where: { $0.name == person.name || $0.email == person.email }) else {
            return .failed(.answered500)
        }
        agentCount += 1
        let id = "\(prefix)a\(agentCount)"
        agents.append(.init(id: id, name: person.name, email: person.email))
        return .created(id)
    }

    private mutating func create(_ chat: Chat) -> OurAPIAnswer {
        guard self.chat(of: Int64(chat.externalID)!) == nil else {
            return .refused(status: 404, detail: "A chat with that external ID already exists.")
        }
        guard knows(chat.agent) else { return Self.noSuchAgent }
        chatCount += 1
        var chat = chat
        chat.id = "\(prefix)c\(chatCount)"
        chats.append(chat)
        return .created(chat.id)
    }

    private mutating func update(
        _ id: String, _ startedAt: Int64?, _ agent: String?, _ endedAt: Int64?
    ) -> OurAPIAnswer {
        guard let place = chats.firstIndex(where: { $0.id == id }) else { return Self.noSuchChat }
        guard knows(agent) else { return Self.noSuchAgent }
        chats[place].startedAt = startedAt ?? chats[place].startedAt
        chats[place].agent = agent ?? chats[place].agent
        chats[place].endedAt = endedAt ?? chats[place].endedAt
        return .done
    }

    private mutating func post(_ id: String, _ sentAt: Int64, _ text: String) -> OurAPIAnswer {
        guard let place = chats.firstIndex(where: { $0.id == id }) else { return Self.noSuchChat }
        let trimmed = text.trimmed
        guard trimmed.count > 1 else { return .refused(status: 422, detail: "Too short.") }
        chats[place].messages.append(.init(sentAt: sentAt, text: trimmed))
        return .done
    }

    private func knows(_ agent: String?) -> Bool {
        guard let agent else { return true }
        return agents.contains { $0.id == agent }
    }

    static let noSuchChat = OurAPIAnswer.refused(status: 404, detail: "That chat does not exist.")
    static let noSuchAgent = OurAPIAnswer.refused(status: 400, detail: "That agent does not exist.")
}

extension OurAPIAnswer.Failure {
    static let answered500 = Self(code: "500", detail: "Oops.", mayHaveArrived: true, wasAnswered: true)
    static let answered503 = Self(code: "503", detail: "Busy.", mayHaveArrived: false, wasAnswered: true)
    static let timeout = Self(code: "timeout", detail: "Nothing came.", mayHaveArrived: true, wasAnswered: false)
    static let unreachable = Self(
        code: "connect_failed", detail: "Nobody is there.", mayHaveArrived: false, wasAnswered: false)
}

extension String {
    /// Without spaces at both ends.
    var trimmed: String {
        var text = self[...]
        while text.first == " " { text = text.dropFirst() }
        while text.last == " " { text = text.dropLast() }
        return String(text)
    }
}

extension OurAPICall {
    /// In a few letters: `chat 100 a1 end 120`, `post 101 Hello`, `agent a2`.
    var shown: String {
        func part<Value>(_ name: String, _ value: Value?) -> String { value.map { " \(name)\($0)" } ?? "" }
        return switch self {
        case .findAgents(.email(let email)): "email? \(email)"
        case .findAgents(.name(let name)): "name? \(name)"
        case .createAgent(let person): "make \(person.name)"
        case .findChats: "chat?"
        case .createChat(_, let startedAt, let agent, let endedAt):
            "chat \(startedAt)" + part("", agent) + part("end ", endedAt)
        case .updateChat(_, let startedAt, let agent, let endedAt):
            "update" + part("start ", startedAt) + part("agent ", agent) + part("end ", endedAt)
        case .listMessages: "messages?"
        case .postMessage(_, let sentAt, let text): "post \(sentAt) \(text)"
        }
    }
}

/// Reads `S100`, `M101 Hello`, `T102 1>2`, `T102 >2`, `E103`, in the order they were heard of.
func laneEvents(_ texts: [String], of conversation: Int64 = 17, after number: Int64 = 0) -> [StoredEvent] {
    texts.enumerated().map { place, text in
        let parts = text.dropFirst().split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
        let content: BridgeEvent.Content
        switch text.first {
        case "S": content = .start
        case "M": content = .message(String(parts[1]))
        case "T":
            let ends = parts[1].split(separator: ">", omittingEmptySubsequences: false)
            content = .transfer(from: Int64(ends[0]), to: Int64(ends[1])!)
        default: content = .end
        }
        return StoredEvent(
            number: number + Int64(place) + 1,
            event: BridgeEvent(conversation: conversation, at: Int64(parts[0])!, content: content))
    }
}

/// One conversation, what is recorded of it, and the OurAPI it goes to.
struct LaneScene {
    /// What happens to a call instead of being answered as it should.
    enum Trick {
        /// It never gets there.
        case lost(OurAPIAnswer)
        /// It is done, and something else answered.
        case hidden(OurAPIAnswer)
    }

    static let people: [Int64: BridgeAdvisor] = [
        1: BridgeAdvisor(id: 1, person: .init(name: "Ann", email: "ann@x")),
        2: BridgeAdvisor(id: 2, person: .init(name: "Bob", email: "bob@x")),
        3: BridgeAdvisor(id: 3, person: .init(name: "Cid", email: "cid@x")),
        8: BridgeAdvisor(id: 8, person: .init(name: "X", email: "x@x")),
        9: BridgeAdvisor(id: 9, person: nil),
    ]

    var ourAPI = OurAPIModel()
    var conversation = BridgeConversation(id: 17, startedAt: 100, advisor: 1)
    var events: [StoredEvent] = []
    var mustVerify = false
    var advisors = people
    var agents: [String: BridgeAgent] = [:]
    /// Of the last run.
    var calls: [String] = []
    var report = LaneReport(conversation: 17, standing: .init(wasMade: false))

    init(_ events: String...) { self.events = laneEvents(events) }

    /// One run, whose report is stored.
    ///
    /// - Parameter trick: by the call's text and how often it was made before in this run.
    mutating func run(_ trick: (String, Int) -> Trick? = { _, _ in nil }) -> Lane.End {
        calls = []
        var lane = self.lane
        var count: [String: Int] = [:]
        while true {
            switch lane.next() {
            case .loadMade: lane.load(made: made)
            case .ended(let end):
                store(lane.report)
                return end
            case .call(let call):
                calls.append(call.shown)
                let before = count[call.shown, default: 0]
                count[call.shown] = before + 1
                switch trick(call.shown, before) {
                case nil: lane.heard(ourAPI.answer(call), to: call)
                case .lost(let answer): lane.heard(answer, to: call)
                case .hidden(let answer):
                    _ = ourAPI.answer(call)
                    lane.heard(answer, to: call)
                }
            }
        }
    }

    var lane: Lane {
        Lane(
            conversation, pending: events.filter { $0.fate == .pending }, made: nil, mustVerify: mustVerify,
            advisors: advisors, agents: agents)
    }

    var made: [StoredEvent] { events.filter { $0.fate == .made && $0.event.kind == .message } }

    mutating func hear(_ texts: String...) {
        events += laneEvents(texts, of: conversation.id, after: Int64(events.count))
    }

    mutating func store(_ report: LaneReport) {
        self.report = report
        conversation.made = report.standing
        for settled in report.settled { events[Int(settled.number) - 1].fate = settled.fate }
        for agent in report.agents { agents[agent.person.email] = agent }
        mustVerify = report.mustVerify
    }

    /// `2 unneeded second_end` for each event that was settled in the last run.
    var settled: [String] {
        report.settled.sorted { $0.number < $1.number }.map {
            "\($0.number) \($0.fate)" + ($0.code.map { " \($0)" } ?? "")
        }
    }

    /// The chat in OurAPI: `100 ann@x end 120: 101 Hello, 102 Bye`.
    var chat: String {
        guard let chat = ourAPI.chat(of: conversation.id) else { return "none" }
        let agent = ourAPI.agents.first { $0.id == chat.agent }.map { " \($0.email)" } ?? ""
        let end = chat.endedAt.map { " end \($0)" } ?? ""
        let messages = chat.messages.map { "\($0.sentAt) \($0.text)" }
        return "\(chat.startedAt)\(agent)\(end): " + messages.joined(separator: ", ")
    }
}
