import Storage
import Testing
import Web

@testable import Appliance

/// Many customers who come, go, change their minds and their connections, while the program is started again, surveys
/// are published anew and customers are deleted.
@Suite(.timeLimit(.minutes(5))) struct SimulationTests {
    @Test(
        "every session is what its customer said, and every figure what a count gives", .serialized,
        arguments: 0..<80 as Range<UInt64>)
    func days(seed: UInt64) async throws {
        try await withParlour { parlour in
            var simulation = Simulation(parlour, seed: seed)
            try await simulation.open()
            for _ in 0..<40 { try await simulation.move() }
            try await simulation.settle()
        }
    }
}

/// Somebody at one survey: as nobody, by name, or by invitation.
private struct Visitor {
    let survey: String
    let customer: String?
    let wish: [String: String]
    var chat: ChatClient?
    /// The last message that their program has.
    var seen = 0
    var sessions: [SimulatedSession] = []
    var keys = 0
}

private struct Simulation {
    private let parlour: Parlour
    private let seed: UInt64
    private var random: SeededRandom
    private var visitors: [Visitor] = []
    private var versions = ["once": 1, "often": 1, "closed": 1]
    private let restartRate: Double
    private let overHTTP: Double

    private static let settings = ["once": "", "often": #""responses":"many","#, "closed": #""access":"invited","#]

    init(_ parlour: Parlour, seed: UInt64) {
        self.parlour = parlour
        self.seed = seed
        random = SeededRandom(seed: seed)
        restartRate = .random(in: 0...0.05, using: &random)
        overHTTP = .random(in: 0...1, using: &random)
    }

    mutating func open() async throws {
        await parlour.askTeam(.post, "/api/channels", #"{"name":"held","kind":"log","paused":true}"#)
        await parlour.askTeam(.post, "/api/topics", #"{"name":"survey.completed","channels":["held"]}"#)
        for survey in versions.keys.sorted() { await publish(survey) }
        for number in 0..<3 {
            visitors.append(Visitor(survey: "once", customer: nil, wish: [:]))
            for survey in ["once", "often"] {
                let customer = "c\(number)"
                visitors.append(Visitor(survey: survey, customer: customer, wish: ["customer": customer]))
            }
            for survey in ["often", "closed"] {
                let customer = "i\(number)"
                let invitation = try await parlour.invitation(to: survey, for: customer, days: 3_650)
                visitors.append(Visitor(survey: survey, customer: customer, wish: ["invitation": invitation]))
            }
        }
    }

    mutating func move() async throws {
        let dice = Double.random(in: 0..<1, using: &random)
        if dice < restartRate { return try await restart() }
        if dice < restartRate + 0.03 { return try await passTime() }
        if dice < restartRate + 0.05 { return await publishNext() }
        if dice < restartRate + 0.06 { return await erase() }
        let index = Int.random(in: visitors.indices, using: &random)
        var visitor = visitors[index]
        if visitor.sessions.isEmpty || visitor.sessions.last?.status == .completed {
            try await begin(&visitor)
        } else {
            try await goOn(&visitor)
        }
        visitors[index] = visitor
    }

    /// Compares everything with the model.
    func settle() async throws {
        var counts: [String: Int] = [:]
        for visitor in visitors {
            for session in visitor.sessions {
                let record = try await parlour.record(session.token)
                #expect(record.answers == session.answers, "seed \(seed)")
                #expect(record.status == session.status.rawValue, "seed \(seed)")
                #expect(record.version == session.version, "seed \(seed)")
                let said = try await parlour.said(session.token)
                #expect(said == session.said, "seed \(seed)")
                counts[visitor.survey, default: 0] += 1
            }
        }
        let sessions = visitors.flatMap(\.sessions)
        #expect(try await parlour.rowCounts()["session"] == Int64(sessions.count), "seed \(seed)")
        let completed = sessions.filter { $0.status == .completed }.count
        #expect(try await parlour.rowCounts()["message"] == Int64(completed), "seed \(seed)")
        for survey in versions.keys {
            #expect(try await parlour.tallied(survey) == parlour.recounted(survey), "seed \(seed)")
            let figures = await parlour.askTeam(.get, "/api/surveys/\(survey)/analytics").parsed
            #expect(figures["started"].number == counts[survey] ?? 0, "seed \(seed)")
            let ended = visitors.filter { $0.survey == survey }.flatMap(\.sessions).filter { $0.status == .completed }
            #expect(figures["completed"].number == ended.count, "seed \(seed)")
        }
    }

    private mutating func begin(_ visitor: inout Visitor) async throws {
        let isOver = visitor.sessions.last?.status == .completed
        visitor.chat = nil
        if chance(overHTTP) {
            let answer = await parlour.ask(.post, "/api/surveys/\(visitor.survey)/sessions", JSON.text(visitor.wish))
            if isOver, visitor.customer != nil, visitor.survey != "often" {
                return #expect(answer.parsed["status"].text == "completed", "seed \(seed)")
            }
            #expect(answer.status == .created, "seed \(seed): \(answer.text)")
            note(answer.parsed, &visitor)
            expect(answer.parsed["messages"][0], &visitor)
            return
        }
        let query = visitor.wish.map { "\($0.key)=\($0.value)" }.joined()
        let chat = try await parlour.chat(visitor.survey, query)
        if isOver, visitor.customer != nil, visitor.survey != "often" {
            return #expect(chat.welcome["code"].text == "completed", "seed \(seed)")
        }
        note(chat.welcome, &visitor)
        await expect(chat.next(), &visitor)
        visitor.chat = chat
    }

    private func note(_ tree: ParsedJSON, _ visitor: inout Visitor) {
        visitor.sessions.append(
            SimulatedSession(
                version: versions[visitor.survey] ?? 0, token: tree["session"].text ?? "", at: parlour.now))
        visitor.seen = 0
    }

    private mutating func goOn(_ visitor: inout Visitor) async throws {
        switch Int.random(in: 0..<20, using: &random) {
        case 0:
            visitor.chat?.vanish()
            visitor.chat = nil
        case 1...3: try await connect(&visitor)
        case 4: await askForAnother(&visitor)
        case 5:
            // Looks from afar, which changes nothing.
            let tree = await PostClient(parlour, token: visitor.sessions[visitor.sessions.count - 1].token).read()
            let session = visitor.sessions[visitor.sessions.count - 1]
            #expect(tree["messages"].items.map { $0["said"].text } == session.said, "seed \(seed)")
        default:
            if visitor.chat == nil, !chance(overHTTP) { try await connect(&visitor) }
            try await speak(&visitor)
        }
    }

    /// Opens a WebSocket; one that was open before is taken over.
    private mutating func connect(_ visitor: inout Visitor) async throws {
        let last = visitor.sessions.count - 1
        visitor.sessions[last].comeBack(at: parlour.now)
        var query = ["session": visitor.sessions[last].token]
        if visitor.customer != nil, chance(0.3) { query = visitor.wish }
        let text = query.map { "\($0.key)=\($0.value)&" }.joined() + "since=\(visitor.seen)"
        let before = visitor.chat
        let chat = try await parlour.chat(visitor.survey, text)
        #expect(chat.token == visitor.sessions[last].token, "seed \(seed)")
        #expect(chat.welcome["seq"].number == visitor.sessions[last].seq, "seed \(seed)")
        while visitor.seen < visitor.sessions[last].seq { await expect(chat.next(), &visitor) }
        if let (frames, code) = await before?.rest() {
            #expect(frames.last?["type"].text == "taken_over" && code?.rawValue == 4001, "seed \(seed)")
        }
        visitor.chat = chat
    }

    /// An answer meant for a question that is not open.
    private mutating func askForAnother(_ visitor: inout Visitor) async {
        let session = visitor.sessions[visitor.sessions.count - 1]
        guard let other = session.questions.first(where: { $0.id != session.open.id }) else { return }
        if let chat = visitor.chat {
            await chat.send("1", question: other.id)
            #expect(await chat.next()["code"].text == "answer.question_passed", "seed \(seed)")
        } else {
            let answer = await PostClient(parlour, token: session.token).say("1", question: other.id)
            #expect(answer.status == .conflict, "seed \(seed)")
        }
    }

    private mutating func speak(_ visitor: inout Visitor) async throws {
        let last = visitor.sessions.count - 1
        let now = parlour.now
        var session = visitor.sessions[last]
        var texts: [String]
        switch Int.random(in: 0..<16, using: &random) {
        case 0:
            texts = ["back"]
            session.goBack("back", at: now)
        case 1:
            texts = ["skip"]
            session.skip("skip", at: now)
        case 2:
            texts = ["help"]
            session.say("help", at: now)
        case 3: texts = session.restart(at: now)
        case 4:
            texts = ["stop"]
            session.stop("stop", at: now)
        case 5 where session.miss != nil:
            texts = [session.miss ?? ""]
            session.say(texts[0], at: now)
        default:
            let (text, value) = session.answer(&random)
            texts = [text]
            session.take(text, as: value, at: now)
        }
        visitor.sessions[last] = session
        for text in texts { await send(text, &visitor) }
        if session.status == .completed || session.isPaused, let chat = visitor.chat {
            let (frames, code) = await chat.rest()
            #expect(frames.isEmpty && code == .normal, "seed \(seed): \(frames)")
            visitor.chat = nil
        }
    }

    /// Sends one answer by one way or the other, sometimes twice.
    private mutating func send(_ text: String, _ visitor: inout Visitor) async {
        let session = visitor.sessions[visitor.sessions.count - 1]
        visitor.keys += 1
        let key = chance(0.7) ? "k\(visitor.keys)" : nil
        let isTwice = key != nil && chance(0.3)
        if let chat = visitor.chat, chance(0.8) {
            await chat.send(text, key: key)
            let reply = await chat.next()
            expect(reply, &visitor)
            if isTwice, reply["type"].text == "question" {
                await chat.send(text, key: key)
                #expect(await chat.next()["seq"] == reply["seq"], "seed \(seed)")
            }
            return
        }
        let client = PostClient(parlour, token: session.token)
        let answer = await client.say(text, key: key)
        let seq = answer.parsed["messages"][0]["seq"].number
        if isTwice { #expect(await client.say(text, key: key).parsed["messages"][0]["seq"].number == seq, "seed \(seed)") }
        if let chat = visitor.chat {
            await expect(chat.next(), &visitor)
        } else if seq == visitor.seen + 1 {
            expect(answer.parsed["messages"][0], &visitor)
        }
    }

    /// Takes a message as the next.
    private func expect(_ message: ParsedJSON, _ visitor: inout Visitor) {
        let session = visitor.sessions[visitor.sessions.count - 1]
        #expect(message["seq"].number == visitor.seen + 1, "seed \(seed): \(message)")
        if session.said.indices.contains(visitor.seen) {
            #expect(message["said"].text == session.said[visitor.seen], "seed \(seed): \(message)")
        }
        visitor.seen += 1
    }

    private mutating func restart() async throws {
        for index in visitors.indices {
            visitors[index].chat?.vanish()
            visitors[index].chat = nil
        }
        try await parlour.restart()
    }

    private mutating func passTime() async throws {
        parlour.now += 60_000 * Int64.random(in: 1...1_800, using: &random)
        while try await parlour.markAbandoned() == Abandonment.sessionsMax {}
        for index in visitors.indices {
            for session in visitors[index].sessions.indices { visitors[index].sessions[session].look(at: parlour.now) }
        }
    }

    private mutating func publishNext() async {
        guard let survey = versions.keys.sorted().randomElement(using: &random) else { return }
        versions[survey, default: 0] += 1
        await publish(survey)
    }

    private func publish(_ survey: String) async {
        let questions = (versions[survey] ?? 0) % 2 == 1 ? SimulatedSession.first : SimulatedSession.second
        await parlour.publish(survey, SimulatedSession.definition(questions, Self.settings[survey] ?? ""))
    }

    private mutating func erase() async {
        guard let customer = visitors.compactMap(\.customer).randomElement(using: &random) else { return }
        var count = 0
        for index in visitors.indices where visitors[index].customer == customer {
            count += visitors[index].sessions.count
            visitors[index].sessions = []
            visitors[index].chat?.vanish()
            visitors[index].chat = nil
        }
        let answer = await parlour.askTeam(.delete, "/api/customers/\(customer)")
        let erased = answer.parsed["erased"]["sessions"].number
        #expect(count == 0 ? answer.status == .notFound : erased == count, "seed \(seed)")
    }

    private mutating func chance(_ rate: Double) -> Bool { .random(in: 0..<1, using: &random) < rate }
}

extension Parlour {
    /// What was said in a session, before each message of the bot.
    fileprivate func said(_ token: String) async throws -> [String?] {
        try await read { snapshot throws(StorageError) in
            try snapshot.turns(in: String(token.prefix(36))).map(\.said)
        }
    }
}
