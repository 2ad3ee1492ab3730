import Storage
import Synchronization
import Testing

@testable import Appliance
@testable import Web

/// A game of many over sockets, thrown about by dice, beside a plain model of what it should come to.
///
/// Everything that happens at one instant of the game's clock happens at once: answers of all come together, twice, and
/// to questions that are over; connections break and are taken over; the program is ended and started again.
final class GameSocketSimulation {
    private static let places: [(id: String, right: String, wrong: String)] = [
        ("q1", #""b""#, #""c""#), ("q2", #"["c","a"]"#, #"["a"]"#), ("q3", #""paris""#, #""Rome""#),
        ("q4", "true", "false"), ("q5", "7.5", "9"),
    ]
    private static let limit = 100_000

    private struct Member {
        let token: String
        var client: GameClient?
        var isKicked = false
        var score = 0
        var streak = 0
        /// By place, what each answer brought.
        var given: [Int: (points: Int, bonus: Int)] = [:]
        var lastRight: Int?
    }

    private enum Phase: Equatable { case lobby, question, reveal, finished }

    private var random: SeededRandom
    private let hall: GameHall
    private let game: OpenedGame
    private var host: GameClient
    private var screen: GameClient
    /// By number, from 1.
    private var members: [Int: Member] = [:]
    private var phase = Phase.lobby
    private var place = 0
    private var isPaused = false
    private var limit = limit
    /// Milliseconds that the question has been open, and of those what a kill leaves.
    private var played = 0
    private var stored = 0
    private var mayBeKilled = true
    private(set) var restarts = 0
    private(set) var replies = 0

    static func play(seed: UInt64, players: Int, steps: Int) async throws {
        try await withGameHall { hall in
            let sheets = [QuizSheet.one, QuizSheet.two, QuizSheet.three, QuizSheet.four, QuizSheet.five]
            let sheet = QuizSheet(settings: #""streak_bonus":{"step":5,"max":12},"#, questions: sheets)
            let game = try await hall.game(sheet)
            let simulation = try await GameSocketSimulation(hall, game, seed: seed)
            try await simulation.join(players)
            for _ in 0..<steps where simulation.phase != .finished { try await simulation.step() }
            try await simulation.end()
        }
    }

    private init(_ hall: GameHall, _ game: OpenedGame, seed: UInt64) async throws {
        random = SeededRandom(seed: seed)
        self.hall = hall
        self.game = game
        host = try await game.steer()
        screen = try await game.watch()
    }

    private func join(_ count: Int) async throws {
        let game = game
        let clients = try await withThrowingTaskGroup(of: GameClient.self) { group in
            for index in 0..<count { group.addTask { try await game.enter("P\(index)") } }
            return try await group.reduce(into: [GameClient]()) { $0.append($1) }
        }
        for client in clients { members[client.number] = Member(token: client.token, client: client) }
        #expect(members.keys.sorted() == Array(1...count))
    }

    private func step() async throws {
        switch Int.random(in: 0..<100, using: &random) {
        case 0..<30: try await answer()
        case 30..<50: try await pass(.random(in: 1...20, using: &random) * 1_000)
        case 50..<60: await vanish()
        case 60..<68: try await comeBack()
        case 68..<74: try await takeOver()
        case 74..<90: try await command()
        case 90..<94: try await restart()
        default: try await look()
        }
    }

    private func throwDie(_ sides: Int) -> Int { Int.random(in: 0..<sides, using: &random) }

    private var present: [Int] { members.filter { $0.value.client != nil }.keys.sorted() }

    // What players do

    private func answer() async throws {
        var sent: [(number: Int, place: Int, isRight: Bool, times: Int)] = []
        for number in present.shuffled(using: &random).prefix(throwDie(present.count + 1)) {
            let place = throwDie(6) == 0 ? max(0, place - 1) : place
            sent.append((number, place, throwDie(3) > 0, throwDie(4) == 0 ? 2 : 1))
        }
        let clients = members.compactMapValues(\.client)
        let heard = await withTaskGroup(of: (Int, [ParsedJSON]).self) { group in
            for (number, place, isRight, times) in sent {
                guard let client = clients[number] else { continue }
                let (id, right, wrong) = Self.places[place]
                group.addTask {
                    // Sent again it says something else: what came first counts.
                    for time in 0..<times { await client.answer(isRight == (time == 0) ? right : wrong, to: id) }
                    var replies: [ParsedJSON] = []
                    for _ in 0..<times { replies.append(await client.next("verdict", "error")) }
                    return (number, replies)
                }
            }
            return await group.reduce(into: [Int: [ParsedJSON]]()) { $0[$1.0] = $1.1 }
        }
        for (number, place, isRight, _) in sent {
            for reply in heard[number] ?? [] { check(reply, of: number, to: place, isRight: isRight) }
        }
    }

    private func check(_ reply: ParsedJSON, of number: Int, to place: Int, isRight: Bool) {
        replies += 1
        guard var member = members[number] else { return }
        if member.given[place] == nil {
            if let refusal = refusal(to: place) {
                #expect(reply["code"].text == refusal && reply["question"].text == Self.places[place].id, "\(reply)")
                return
            }
            let points = isRight ? 100 - min(played, Self.limit) / 1_000 : 0
            member.streak = isRight ? (member.lastRight == place - 1 ? member.streak + 1 : 1) : 0
            member.lastRight = isRight ? place : nil
            member.given[place] = (points, isRight ? min(12, 5 * (member.streak - 1)) : 0)
            member.score += member.given[place]!.points + member.given[place]!.bonus
            members[number] = member
        }
        let (points, bonus) = member.given[place]!
        #expect(reply["points"].number == points && reply["bonus"].number == bonus, "\(number) \(reply) at \(played)")
        #expect(reply["score"].number == member.score, "\(number) \(reply)")
    }

    private func refusal(to place: Int) -> String? {
        if phase == .lobby { return "question.none" }
        if phase == .reveal || place < self.place { return "answer.late" }
        return isPaused ? "game.paused" : nil
    }

    private func vanish() async {
        let room = try? game.room
        for number in present.shuffled(using: &random).prefix(throwDie(20)) {
            members[number]?.client?.vanish()
            members[number]?.client = nil
            await hall.until("\(number) is gone") { room?.state.withLock { $0.seats[number - 1] == nil } ?? true }
        }
    }

    private func comeBack() async throws {
        let absent = members.filter { $0.value.client == nil && !$0.value.isKicked }.keys.sorted()
        try await connect(absent.shuffled(using: &random).prefix(1 + throwDie(20)))
    }

    private func connect(_ numbers: some Collection<Int>) async throws {
        let (game, tokens) = (game, members.mapValues(\.token))
        let clients = try await withThrowingTaskGroup(of: GameClient.self) { group in
            for number in numbers { group.addTask { try await game.play(tokens[number] ?? "") } }
            return try await group.reduce(into: [GameClient]()) { $0.append($1) }
        }
        for client in clients {
            let member = members[client.number]
            #expect(client.welcome["you"]["score"].number == member?.score, "\(client.number): \(client.welcome)")
            #expect(client.welcome["you"]["answered"].number == member?.given.count)
            members[client.number]?.client = client
        }
    }

    private func takeOver() async throws {
        let numbers = present.shuffled(using: &random).prefix(1 + throwDie(5))
        let old = numbers.compactMap { members[$0]?.client }
        try await connect(numbers)
        for client in old {
            let (frames, code) = await client.rest()
            #expect(frames.last?.type == "taken_over" && code == WebSocket.CloseCode(4001))
        }
    }

    // What the host does

    private func command() async throws {
        switch (phase, throwDie(6)) {
        case (.lobby, _): try await ask("start", at: 0)
        case (.question, 0), (.question, 1):
            #expect(await host.command(isPaused ? "resume" : "pause").type == "done")
            isPaused.toggle()
            stored = played
        case (.question, 2):
            #expect(await host.command("extend", #","seconds":10"#).type == "done")
            limit += 10_000
            stored = played
        case (.question, 3):
            #expect(await host.command("skip").type == "done")
            (phase, isPaused) = (.reveal, false)
        case (.question, _): try await kick()
        case (.reveal, 0): try await kick()
        case (.reveal, _):
            if place + 1 < Self.places.count { try await ask("next", at: place + 1) } else { try await finish() }
        case (.finished, _): break
        }
    }

    private func ask(_ command: String, at place: Int) async throws {
        #expect(await host.command(command).type == "done")
        (phase, self.place, isPaused, limit, played, stored) = (.question, place, false, Self.limit, 0, 0)
        mayBeKilled = true
    }

    private func kick() async throws {
        let number = 1 + throwDie(members.count)
        guard let member = members[number] else { return }
        let command = member.isKicked ? "unkick" : "kick"
        #expect(await host.command(command, #","player":\#(number)"#).type == "done")
        members[number]?.isKicked.toggle()
        guard !member.isKicked, let client = member.client else { return }
        let (frames, code) = await client.rest()
        #expect(frames.last?.type == "kicked" && code == WebSocket.CloseCode(4002))
        members[number]?.client = nil
    }

    // What happens to all

    private func pass(_ milliseconds: Int) async throws {
        try await game.pass(milliseconds)
        guard phase == .question, !isPaused else { return }
        played += milliseconds
        if played > limit { phase = .reveal }
    }

    private func restart() async throws {
        let ending: GameHall.Ending = mayBeKilled && throwDie(2) == 0 ? .killed : .stopped
        let id = Self.places[place].id
        let newest = try await hall.answers(of: game).filter { "q\($0.question + 1)" == id }.map(\.elapsed).max() ?? 0
        try await hall.restart(ending, away: 1_000 * (1 + throwDie(1_000)))
        restarts += 1
        if phase == .question, ending == .killed {
            // What the way of an answer took off, at most 150 ms, is less than half a point.
            if !isPaused { played = max(stored, (newest + 999) / 1_000 * 1_000) } else { played = max(stored, played) }
            mayBeKilled = false
        }
        for number in members.keys { members[number]?.client = nil }
        host = try await game.steer()
        screen = try await game.watch()
        try await connect(members.filter { !$0.value.isKicked }.keys)
        try await game.rest()
        if phase == .question { stored = max(stored, played) }
    }

    /// Everybody has heard everything: their place and the first ten are those of the model, and so are the rows.
    private func look() async throws {
        try await pass(1_000)
        let places = try await expectRows()
        let top = places.prefix(10).enumerated().map { "\($0 + 1) P" + "\($1.name) \($1.score)" }
        for number in present {
            guard let client = members[number]?.client else { continue }
            _ = await client.soFar()
            let rank = places.firstIndex { $0.number == number }.map { $0 + 1 }
            #expect(client.you?.rank == rank && client.you?.score == members[number]?.score, "player \(number)")
            #expect(client.top == top, "player \(number)")
        }
        let last = await host.soFar().last { $0.type == "board" }
        if let last { #expect(last["top"].places == top && last["present"].number == present.count, "\(last)") }
    }

    /// - Returns: the board by the rows.
    private func expectRows() async throws -> [(number: Int, name: String, score: Int)] {
        try await game.rest()
        let expected = members.filter { !$0.value.isKicked }.mapValues(\.score)
        #expect(try await hall.sums(of: game) == expected)
        #expect(await game.boardOverHTTP() == expected)
        let rows = try await hall.answers(of: game)
        #expect(rows.count == members.values.reduce(0) { $0 + $1.given.count })
        let since = try await hall.since(in: game)
        return expected.map { (number: $0, name: since[$0]?.name ?? "", score: $1) }
            .sorted { ($1.score, since[$0.number]?.sequence ?? 0) < ($0.score, since[$1.number]?.sequence ?? 0) }
    }

    private func end() async throws {
        if phase != .finished {
            try await look()
            try await finish()
        }
        _ = try await expectRows()
        #expect(replies > 0)
    }

    private func finish() async throws {
        phase = .finished
        let places = try await expectRows()
        await host.send(#"{"type":"end"}"#)
        for number in present {
            guard let client = members[number]?.client, let member = members[number] else { continue }
            let (frames, code) = await client.rest()
            let finish = frames.last
            let rank = places.firstIndex { $0.number == number }.map { $0 + 1 }
            #expect(finish?.type == "finish" && code == .normal, "\(number)")
            let own = finish?["you"]
            #expect(own?["score"].number == member.score && own?["rank"].number == rank, "\(number)")
        }
        #expect(await host.rest().frames.last?.type == "finish")
        #expect(await screen.rest().frames.last?.type == "finish")
    }
}

extension GameHall {
    /// By player number, the name without its first letter, and the number of what brought their score.
    fileprivate func since(in game: OpenedGame) async throws -> [Int: (name: String, sequence: Int)] {
        let id = game.id
        let rows = try await app.database.read { snapshot throws(StorageError) in
            try snapshot.all(
                """
                SELECT p.player, p.name, COALESCE(MAX(a.seq), p.seq) FROM game g
                JOIN game_player p ON p.game = g.number
                LEFT JOIN game_answer a
                    ON a.game = p.game AND a.player = p.player AND (a.points <> 0 OR a.bonus <> 0)
                WHERE g.id = ? GROUP BY p.player, p.name, p.seq
                """, .text(id), as: { (Int($0.integer(0)), $0.text(1), Int($0.integer(2))) })
        }
        return Dictionary(uniqueKeysWithValues: rows.map { ($0.0, (String($0.1.dropFirst()), $0.2)) })
    }
}

@Suite(.timeLimit(.minutes(5))) struct GameSocketSimulationTests {
    @Test(
        "through cuts, doubles, late answers, take-overs, kicks and restarts, all is as the model has it",
        arguments: 1...4 as ClosedRange<UInt64>)
    func model(_ seed: UInt64) async throws {
        try await GameSocketSimulation.play(seed: seed, players: 110, steps: 90)
    }
}
