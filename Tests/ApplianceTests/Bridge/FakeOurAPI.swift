import Synchronization

@testable import Appliance

/// OurAPI as it behaves: in memory, with no key that makes a message unique, and forgetful.
final class FakeOurAPI: Sendable {
    static let base = "http://ourapi.test"

    /// How it misbehaves; rates of calls, from 0 to 1.
    struct Mood: Sendable {
        /// 500, and nothing was done.
        var failsBefore = 0.0
        /// Done, and yet 500, no answer for 30 s, or half an answer.
        var failsAfter = 0.0
        /// No answer for 30 s, and nothing was done.
        var timeouts = 0.0
        /// Milliseconds.
        var latency: ClosedRange<Int64> = 1...100

        static let calm = Mood(latency: 1...1)
    }

    struct Message: Hashable, Sendable {
        /// Unix seconds.
        let sentAt: Int64
        let text: String
        /// By the steady clock.
        let postedAt: Int64
    }

    struct Chat: Hashable, Sendable {
        let id: String
        let externalID: String
        var startedAt: Int64
        var endedAt: Int64?
        var agent: String?
        var messages: [Message] = []
    }

    struct Agent: Hashable, Sendable {
        let id: String
        let person: BridgeAdvisor.Person
    }

    /// What one of its worker threads holds.
    struct Store: Sendable {
        var agents: [Agent] = []
        var chats: [Chat] = []
    }

    fileprivate struct State {
        var random: SeededRandom
        var mood: Mood
        var store = Store()
        /// The other thread's.
        var other = Store()
        var ids = 0
        var starts = 0
        var isDown = false
        /// By life.
        var inFlight: [Int: Int] = [:]
        var calls: [OurAPICall] = []
        var surprises: [String] = []
    }

    private let state: Mutex<State>
    private let clock: BridgeSimulationClock
    /// Whether the messages of a chat that it does not know are an empty list, and not a 404.
    private let isVague: Bool

    init(seed: UInt64, clock: BridgeSimulationClock, mood: Mood = Mood()) {
        var random = SeededRandom(seed: seed)
        isVague = Bool.random(using: &random)
        self.clock = clock
        state = Mutex(State(random: random, mood: mood))
    }

    var store: Store { state.withLock { $0.store } }
    /// Every call that was begun.
    var calls: [OurAPICall] { state.withLock { $0.calls } }
    /// What the facts or the design forbid and yet was asked.
    var surprises: [String] { state.withLock { $0.surprises } }

    func set(_ mood: Mood) { state.withLock { $0.mood = mood } }

    func setDown(_ isDown: Bool) { state.withLock { $0.isDown = isDown } }

    /// kill -9 and a new start: everything is forgotten, and whoever waits for an answer gets none.
    func restart() {
        state.withLock { state in
            state.starts += 1
            (state.store, state.other) = (Store(), Store())
        }
        clock.touch()
    }

    /// From now on another thread answers, which knows other things.
    func switchThreads() {
        state.withLock { state in (state.store, state.other) = (state.other, state.store) }
        clock.touch()
    }

    /// Puts something there that somebody else made.
    func place(_ person: BridgeAdvisor.Person) {
        state.withLock { state in _ = state.perform(.createAgent(person), at: 0, isVague: isVague) }
    }

    /// Puts a chat there that somebody else made, or a Parley whose data folder is gone.
    func place(_ externalID: String, startedAt: Int64, messages: [(at: Int64, text: String)] = []) {
        state.withLock { state in
            let chat = OurAPICall.createChat(externalID: externalID, startedAt: startedAt, agent: nil, endedAt: nil)
            guard case .created(let id) = state.perform(chat, at: 0, isVague: isVague) else { return }
            for message in messages {
                let call = OurAPICall.postMessage(chat: id, sentAt: message.at, text: message.text)
                _ = state.perform(call, at: 0, isVague: isVague)
            }
        }
    }

    /// What a program of that life is given.
    func calls(in life: Int) -> OurAPI {
        { [self] base, call in
            guard base == Self.base else {
                state.withLock { $0.surprises.append("asked at \(base)") }
                return .failed(Self.failure("connect_failed"))
            }
            return await answer(call, in: life)
        }
    }

    private func answer(_ call: OurAPICall, in life: Int) async -> OurAPIAnswer {
        let (latency, starts, fate) = state.withLock { state in
            state.inFlight[life, default: 0] += 1
            if state.inFlight[life, default: 0] > 1, !clock.isOver(life) { state.surprises.append("two calls at once") }
            if !clock.isOver(life) { state.calls.append(call) }
            return (state.random.draw(state.mood.latency), state.starts, state.fate())
        }
        defer {
            state.withLock { $0.inFlight[life, default: 0] -= 1 }
            clock.touch()
        }
        // On the way, and on the way back: a program may die before its call is done, or not hear that it was.
        await clock.sleep(ms: latency, in: life)
        let answer: OurAPIAnswer? = state.withLock { state in
            if state.isDown || state.starts != starts { return nil }
            // What is on its way arrives, or does not, although whoever sent it is dead.
            if clock.isOver(life), Bool.random(using: &state.random) { return nil }
            switch fate {
            case .answered, .doneAndSilent, .doneAndFailed:
                return state.perform(call, at: clock.steady, isVague: isVague)
            case .failed, .silent: return .failed(Self.failure("500"))
            }
        }
        guard let answer else { return .failed(Self.failure("connect_failed")) }
        await clock.sleep(ms: fate == .silent || fate == .doneAndSilent ? 30_000 : latency, in: life)
        if clock.isOver(life) || state.withLock({ $0.starts != starts }) {
            return .failed(Self.failure("connection_lost"))
        }
        switch fate {
        case .answered: return answer
        case .failed: return .failed(Self.failure("500"))
        case .silent, .doneAndSilent: return .failed(Self.failure("timeout"))
        case .doneAndFailed: return .failed(Self.failure(latency % 2 == 0 ? "500" : "unreadable_answer"))
        }
    }

    static func failure(_ code: String) -> OurAPIAnswer.Failure {
        .init(
            code: code, detail: "As the dice fell.", mayHaveArrived: code != "connect_failed",
            wasAnswered: code == "500" || code == "unreadable_answer")
    }

    fileprivate enum Fate { case answered, failed, silent, doneAndFailed, doneAndSilent }
}

extension FakeOurAPI.State {
    fileprivate mutating func fate() -> FakeOurAPI.Fate {
        if random.chance(mood.failsBefore) { return .failed }
        if random.chance(mood.timeouts) { return .silent }
        if random.chance(mood.failsAfter) { return Bool.random(using: &random) ? .doneAndFailed : .doneAndSilent }
        return .answered
    }

    private mutating func newID() -> String {
        ids += 1
        // No order that anybody could rely on.
        return "\(random.next() >> 40)-\(ids)"
    }

    private func trimmed(_ text: String) -> String {
        let kept = text.unicodeScalars.drop { $0.properties.isWhitespace }
        return String(String.UnicodeScalarView(kept.reversed().drop { $0.properties.isWhitespace }.reversed()))
    }

    fileprivate mutating func perform(_ call: OurAPICall, at now: Int64, isVague: Bool) -> OurAPIAnswer {
        switch call {
        case .findAgents(.email(let email)):
            return .agents(store.agents.filter { $0.person.email == email }.map(\.answer))
        case .findAgents(.name(let name)):
            return .agents(store.agents.filter { $0.person.name == name }.map(\.answer))
        case .createAgent(let person):
            guard person.name.unicodeScalars.count >= 2, person.email.unicodeScalars.count >= 2 else {
                return .refused(status: 422, detail: "String should have at least 2 characters")
            }
            if store.agents.contains(where: { $0.person.name == person.name || $0.person.email == person.email }) {
                return .failed(FakeOurAPI.failure("500"))
            }
            let agent = FakeOurAPI.Agent(id: newID(), person: person)
            store.agents.append(agent)
            return .created(agent.id)
        case .findChats(let externalID):
            return .chats(
                store.chats.filter { $0.externalID == externalID }.map {
                    .init(id: $0.id, startedAt: $0.startedAt, endedAt: $0.endedAt, agent: $0.agent)
                })
        case .createChat(let externalID, let startedAt, let agent, let endedAt):
            if store.chats.contains(where: { $0.externalID == externalID }) {
                return .refused(status: 404, detail: "A chat with that external ID already exists.")
            }
            if let refusal = refusal(of: agent) { return refusal }
            let id = newID()
            store.chats.append(
                .init(id: id, externalID: externalID, startedAt: startedAt, endedAt: endedAt, agent: agent))
            return .created(id)
        case .updateChat(let id, let startedAt, let agent, let endedAt):
            return change(id) { chat, state in
                if let refusal = state.refusal(of: agent) { return refusal }
                chat.startedAt = startedAt ?? chat.startedAt
                chat.agent = agent ?? chat.agent
                chat.endedAt = endedAt ?? chat.endedAt
                return .done
            }
        case .listMessages(let id):
            guard let chat = store.chats.first(where: { $0.id == id }) else {
                return isVague ? .messages([]) : .refused(status: 404, detail: "That chat does not exist.")
            }
            return .messages(chat.messages.map { .init(sentAt: $0.sentAt, text: $0.text) })
        case .postMessage(let id, let sentAt, let text):
            return change(id) { chat, state in
                let text = state.trimmed(text)
                guard text.unicodeScalars.count >= 2 else {
                    return .refused(status: 422, detail: "String should have at least 2 characters")
                }
                chat.messages.append(.init(sentAt: sentAt, text: text, postedAt: now))
                return .done
            }
        }
    }

    private func refusal(of agent: String?) -> OurAPIAnswer? {
        guard let agent, !store.agents.contains(where: { $0.id == agent }) else { return nil }
        return .refused(status: 400, detail: "That agent does not exist.")
    }

    private mutating func change(
        _ id: String, _ body: (inout FakeOurAPI.Chat, FakeOurAPI.State) -> OurAPIAnswer
    ) -> OurAPIAnswer {
        guard let index = store.chats.firstIndex(where: { $0.id == id }) else {
            return .refused(status: 404, detail: "That chat does not exist.")
        }
        var chat = store.chats[index]
        let answer = body(&chat, self)
        store.chats[index] = chat
        return answer
    }
}

extension FakeOurAPI.Agent {
    fileprivate var answer: OurAPIAnswer.Agent { .init(id: id, name: person.name, email: person.email) }
}
