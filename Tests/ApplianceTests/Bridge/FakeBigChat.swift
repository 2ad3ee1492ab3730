import FoundationEssentials
import Synchronization

@testable import Appliance

/// BigChat as it behaves: no ids, no order, another answer each time, and nothing that was lost comes back.
///
/// Dice decide what happens in its conversations. What it says is told as bytes; what those bytes mean stands in
/// `pages`, for the model, as soon as they were handed over.
final class FakeBigChat: Sendable {
    static let base = "http://bigchat.test"

    /// How it misbehaves; rates from 0 to 1.
    struct Mood: Sendable {
        /// Of a call: 500, 502, no answer for 30 s, half an answer.
        var failures = 0.0
        /// Of a page: JSON that is no page, or no JSON at all.
        var nonsense = 0.0
        /// Of an event: one that cannot be understood stands beside it.
        var malformed = 0.0
        /// Of a page: its `nextPageUrl` leads astray.
        var astray = 0.0
        /// Whether new things happen at all.
        var isBusy = true
        /// Milliseconds.
        var latency: ClosedRange<Int64> = 1...200

        static let calm = Mood(isBusy: false, latency: 1...1)
    }

    /// A page whose answer was handed over.
    struct HandedPage: Sendable {
        let bytes: [UInt8]
        let from: Int64
        let until: Int64
        let page: Int
        /// In the order of the page.
        var events: [BridgeEvent] = []
        var malformed = 0
        /// By the steady clock.
        let at: Int64
    }

    /// Who was said to have a conversation.
    struct LookUp: Sendable {
        let advisor: Int64
        /// By the steady clock.
        let at: Int64
    }

    struct Request: Hashable, Sendable {
        let from: Int64
        let until: Int64
        let page: Int
        /// By the wall clock.
        let at: Int64
    }

    fileprivate struct Conversation {
        let startedAt: Int64
        var advisor: Int64
    }

    fileprivate struct State {
        var random: SeededRandom
        var mood: Mood
        var conversations: [Int64: Conversation] = [:]
        var advisors: [Int64: BridgeAdvisor.Person] = [:]
        /// Everybody whom a number ever meant, with the time from which it did.
        var wereAdvisors: [Int64: [(from: Int64, person: BridgeAdvisor.Person)]] = [:]
        var pages: [HandedPage] = []
        var requests: [Request] = []
        var lookUps: [Int64: [LookUp]] = [:]
        var surprises: [String] = []
        var starts = 0
        var isDown = false
        /// By life.
        var inFlight: [Int: Int] = [:]
        var texts = 0
    }

    private let state: Mutex<State>
    private let clock: BridgeSimulationClock
    private let conversationsMax: Int

    init(seed: UInt64, clock: BridgeSimulationClock, mood: Mood = Mood(), conversationsMax: Int = 8, advisors: Int = 4) {
        self.clock = clock
        self.conversationsMax = conversationsMax
        state = Mutex(State(random: SeededRandom(seed: seed), mood: mood))
        let now = clock.steady
        state.withLock { state in
            for id in 1...Int64(advisors) { state.hire(Self.person(Int(id)), as: id, at: now) }
        }
    }

    /// Number 7 has the name of number 3: there are more people than names.
    private static func person(_ number: Int) -> BridgeAdvisor.Person {
        .init(name: "Advisor \(number == 7 ? 3 : number)", email: "advisor\(number)@bigchat.test")
    }

    var pages: [HandedPage] { state.withLock { $0.pages } }
    var requests: [Request] { state.withLock { $0.requests } }
    /// What was said of each conversation.
    var lookUps: [Int64: [LookUp]] { state.withLock { $0.lookUps } }
    /// What the facts or the design forbid and yet was asked.
    var surprises: [String] { state.withLock { $0.surprises } }

    func startedAt(_ conversation: Int64) -> Int64? { state.withLock { $0.conversations[conversation]?.startedAt } }

    /// Everybody whom the number meant at some time since `time` (by the steady clock).
    func persons(of advisor: Int64, since time: Int64) -> [BridgeAdvisor.Person] {
        state.withLock { state in
            let all = state.wereAdvisors[advisor] ?? []
            return all.indices.filter { $0 + 1 == all.count || all[$0 + 1].from > time }.map { all[$0].person }
        }
    }

    func set(_ mood: Mood) { state.withLock { $0.mood = mood } }

    func setDown(_ isDown: Bool) { state.withLock { $0.isDown = isDown } }

    /// kill -9 and a new start: whoever waits for an answer gets none, and the advisors are others.
    func restart() {
        let now = clock.steady
        state.withLock { state in
            state.starts += 1
            let ids = state.advisors.keys.sorted()
            let numbers = (1...ids.count + 3).shuffled(using: &state.random)
            for (id, number) in zip(ids, numbers) { state.hire(Self.person(number), as: id, at: now) }
        }
        clock.touch()
    }

    /// What a program of that life is given. Times of the calls are its.
    func calls(in life: Int) -> BigChat {
        BigChat(
            page: { [self] url in await page(url, in: life) },
            conversation: { [self] base, id in
                await call(in: life) { state in
                    if base != Self.base { state.surprises.append("asked at \(base)") }
                    guard let conversation = state.conversations[id] else { return .said(nil) }
                    state.lookUps[id, default: []].append(.init(advisor: conversation.advisor, at: clock.steady))
                    return .said(.init(startedAt: conversation.startedAt, advisor: conversation.advisor))
                }
            },
            advisor: { [self] base, id in
                await call(in: life) { state in
                    if base != Self.base { state.surprises.append("asked at \(base)") }
                    return .said(state.advisors[id])
                }
            })
    }

    /// Takes the time of a call, and the answer from `answer` unless the call fails.
    private func call<Value: Sendable>(
        in life: Int, _ answer: @Sendable (inout sending State) -> BigChat.Answer<Value>
    ) async -> BigChat.Answer<Value> {
        let (latency, starts, failure) = state.withLock { state in
            state.inFlight[life, default: 0] += 1
            if state.inFlight[life, default: 0] > 1, !clock.isOver(life) { state.surprises.append("two calls at once") }
            let failure = state.failure()
            let latency = failure?.code == "timeout" ? 30_000 : state.random.draw(state.mood.latency)
            return (latency, state.starts, failure)
        }
        await clock.sleep(until: clock.now + latency, in: life, as: .bridge)
        defer { clock.touch() }
        return state.withLock { state in
            state.inFlight[life, default: 0] -= 1
            // The dead of an earlier life hear nothing: their pages must not count as handed over.
            if clock.isOver(life) { return .failed(.init(code: "connect_failed", detail: "The program is over.")) }
            if state.starts != starts || state.isDown {
                return .failed(.init(code: "connect_failed", detail: "Nobody is there."))
            }
            if let failure { return .failed(failure) }
            return answer(&state)
        }
    }

    private func page(_ url: String, in life: Int) async -> BigChat.Answer<[UInt8]> {
        guard let window = Self.window(url) else {
            state.withLock { $0.surprises.append("asked for \(url)") }
            return .failed(.init(code: "500", detail: "Internal Server Error"))
        }
        let (from, until, page) = window
        let now = clock.now
        state.withLock { state in
            if from >= until || until - from > 3_600 { state.surprises.append("asked for \(from)..<\(until)") }
            if until * 1_000 > now { state.surprises.append("asked for the future: \(until)") }
            state.requests.append(Request(from: from, until: until, page: page, at: now))
        }
        let steady = clock.steady, conversationsMax = conversationsMax
        return await call(in: life) { state in
            if state.random.chance(state.mood.nonsense) {
                return .said(state.random.pick(Self.nonsense))
            }
            var (items, events, malformed) = ([String](), [BridgeEvent](), 0)
            for event in state.happen(from..<until, conversationsMax) {
                if state.random.chance(state.mood.malformed) {
                    items.append(state.random.pick(Self.malformed))
                    malformed += 1
                }
                items.append(event.json)
                events.append(event)
            }
            let bytes = Array(
                #"{"nextPageUrl":\#(state.next(after: page, of: from..<until)),"events":[\#(items.joined(separator: ","))]}"#
                    .utf8)
            if state.random.chance(state.mood.nonsense) {
                return .said(Array(bytes.prefix(state.random.draw(1...bytes.count - 1))))
            }
            state.pages.append(
                HandedPage(
                    bytes: bytes, from: from, until: until, page: page, events: events, malformed: malformed,
                    at: steady))
            return .said(bytes)
        }
    }

    /// Bytes that no page has.
    static let nonsense: [[UInt8]] = [
        "", "<html><body>502 Bad Gateway</body></html>", "null", "[]", #"{"events":null,"nextPageUrl":null}"#,
        #"{"error":"internal"}"#, #"{"events":{},"nextPageUrl":null}"#, #"{"events":[],"nextPageUrl":7}"#,
    ].map { Array($0.utf8) }

    /// What stands among events and is none.
    static let malformed = [
        "null", "7", #""START""#, "[]", "{}",
        #"{"conversation_id":1,"event_name":"TYPING","event_at":1800000000,"data":null}"#,
        #"{"conversation_id":1,"event_name":"MESSAGE","event_at":1800000000,"data":null}"#,
        #"{"conversation_id":1,"event_name":"MESSAGE","event_at":1800000000,"data":{"message":5}}"#,
        #"{"conversation_id":1,"event_name":"TRANSFER","event_at":1800000000,"data":{"old_advisor_id":1}}"#,
        #"{"conversation_id":1,"event_name":"START","event_at":"yesterday","data":null}"#,
        #"{"conversation_id":"one","event_name":"END","event_at":1800000000,"data":null}"#,
        #"{"event_name":"END","event_at":1800000000,"data":null}"#,
    ]

    /// Nil: an address that BigChat would answer with a 500.
    static func window(_ url: String) -> (from: Int64, until: Int64, page: Int)? {
        guard url.hasPrefix("\(base)/events?") else { return nil }
        var fields: [Substring: String] = [:]
        for pair in url.dropFirst(base.utf8.count + "/events?".utf8.count).split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1)
            guard parts.count == 2 else { return nil }
            fields[parts[0]] = parts[1].split(separator: "%3A").joined(separator: ":")
        }
        guard let from = fields["start_at"].flatMap(Timestamp.init(iso8601:)),
            let until = fields["end_at"].flatMap(Timestamp.init(iso8601:)),
            let page = fields["page"].map(Int.init) ?? 0
        else { return nil }
        return (from.milliseconds / 1_000, until.milliseconds / 1_000, page)
    }

    static func url(_ window: Range<Int64>, page: Int) -> String {
        func time(_ seconds: Int64) -> String { Timestamp(seconds * 1_000).iso8601.replacing(".000Z", with: "Z") }
        return "\(base)/events?start_at=\(time(window.lowerBound))&end_at=\(time(window.upperBound))&page=\(page)"
    }
}

extension FakeBigChat.State {
    fileprivate mutating func hire(_ person: BridgeAdvisor.Person, as id: Int64, at now: Int64) {
        advisors[id] = person
        wereAdvisors[id, default: []].append((now, person))
    }

    fileprivate mutating func failure() -> BigChat.Failure? {
        guard random.chance(mood.failures) else { return nil }
        return random.pick([
            .init(code: "500", detail: "Internal Server Error"), .init(code: "500", detail: "Internal Server Error"),
            .init(code: "502", detail: "Bad Gateway"), .init(code: "timeout", detail: "No answer for 30 s."),
            .init(code: "connection_lost", detail: "Half an answer."),
        ])
    }

    /// The JSON of `nextPageUrl`.
    fileprivate mutating func next(after page: Int, of window: Range<Int64>) -> String {
        if random.chance(mood.astray) {
            return random.pick([
                #""http://elsewhere.test/events?page=1""#, #""\#(FakeBigChat.url(window, page: page))""#, #""""#,
            ])
        }
        guard mood.isBusy, page < 2, random.chance(0.4) else { return "null" }
        return #""\#(FakeBigChat.url(window, page: page + 1))""#
    }

    /// What happened in these seconds, by conversation and within one in no order.
    fileprivate mutating func happen(_ window: Range<Int64>, _ conversationsMax: Int) -> [BridgeEvent] {
        guard mood.isBusy, !window.isEmpty else { return [] }
        var events: [Int64: [BridgeEvent]] = [:]
        for _ in 0..<random.draw(0...3) {
            let isNew = conversations.isEmpty || conversations.count < conversationsMax && random.chance(0.5)
            let id = isNew ? random.draw(1...999_999) : random.pick(conversations.keys.sorted())
            var new: [BridgeEvent] = []
            if conversations[id] == nil {
                let isEarlier = random.chance(0.3)
                let startedAt =
                    isEarlier ? window.lowerBound - random.draw(1...7_200) : random.draw(window.lowerBound...window.upperBound - 1)
                conversations[id] = .init(startedAt: startedAt, advisor: random.pick(advisors.keys.sorted()))
                if !isEarlier { new.append(BridgeEvent(conversation: id, at: startedAt, content: .start)) }
            }
            guard var conversation = conversations[id] else { continue }
            // Retried, an earlier window may lie before the conversation's start: then nothing happened in it.
            guard conversation.startedAt < window.upperBound else { continue }
            let possible = max(window.lowerBound, conversation.startedAt)...window.upperBound - 1
            for _ in 0..<random.draw(0...3) {
                let at = random.draw(possible)
                let event = BridgeEvent(conversation: id, at: at, content: content(&conversation))
                new.append(event)
                if random.chance(0.15) { new.append(event) }
            }
            conversations[id] = conversation
            events[id, default: []] += new.shuffled(using: &random)
        }
        return events.sorted { $0.key < $1.key }.flatMap(\.value)
    }

    private mutating func content(_ conversation: inout FakeBigChat.Conversation) -> BridgeEvent.Content {
        switch random.draw(0...19) {
        case 0...1: return .end
        case 2...4:
            let next = random.pick(advisors.keys.sorted())
            defer { conversation.advisor = next }
            return .transfer(from: conversation.advisor, to: next)
        case 5: return .message(random.pick(["?", " ! ", "é", "\n"]))
        case 6...9: return .message(random.pick(["Hello", "Hello ", "ok", "One moment, please.", "Grüße — 你好 🙂"]))
        default:
            texts += 1
            return .message(#"Line \#(texts) with "quotes", \ and a\#ttab"#)
        }
    }
}

extension BridgeEvent {
    /// As BigChat writes it.
    fileprivate var json: String {
        let data =
            switch content {
            case .start, .end: "null"
            case .message(let text): #"{"message":\#(JSON.text(text))}"#
            case .transfer(let from, let to):
                #"{"old_advisor_id":\#(from.map(String.init) ?? "null"),"new_advisor_id":\#(to)}"#
            }
        return
            #"{"conversation_id":\#(conversation),"event_name":"\#(kind.rawValue)","event_at":\#(at),"data":\#(data)}"#
    }
}

extension SeededRandom {
    mutating func chance(_ probability: Double) -> Bool { Double.random(in: 0..<1, using: &self) < probability }
    mutating func draw(_ range: ClosedRange<Int64>) -> Int64 { .random(in: range, using: &self) }
    mutating func draw(_ range: ClosedRange<Int>) -> Int { .random(in: range, using: &self) }
    mutating func pick<Element>(_ elements: [Element]) -> Element {
        elements[Int.random(in: elements.indices, using: &self)]
    }
}
