import Glibc
import Synchronization
import Testing

@testable import Appliance
@testable import Web

/// The board, as it is told to everybody and over HTTP.
@Suite(.timeLimit(.minutes(5))) struct BoardTests {
    @Test("however many answers come, there is one board in 150 ms, and the last shows them all")
    func coalesced() async throws {
        try await withGameHall { hall in
            let game = try await hall.game()
            let host = try await game.steer()
            var players: [GameClient] = []
            for index in 1...30 { players.append(try await game.enter("P\(index)")) }
            await host.command("start")
            try await game.tick()
            let before = hall.app.rooms.house.tally.current.boards
            var passed = 0
            for player in players {
                #expect(await player.says(#""b""#)["right"].truth == true)
                hall.clock.advance(by: 10)
                passed += 10
                try await game.rest()
            }
            try await game.tick()
            let boards = hall.app.rooms.house.tally.current.boards - before
            #expect((1...(passed / BoardFeed.pause + 2)).contains(boards), "\(boards) boards")
            for player in players {
                _ = await player.soFar()
                #expect(player.you?.rank == player.number && player.you?.score == 100, "\(player.heard)")
            }
            #expect(await host.soFar().last?["answered"].number == 30)
        }
    }

    @Test("while a board is on its way no other is made, and what changed meanwhile is told after it", arguments: 1...3)
    func onItsWay(_ seed: UInt64) async throws {
        try await withGameHall { hall in
            var random = SeededRandom(seed: seed)
            let sheets = (1...5).map { QuizSheet.one.replacing("q1", with: "q\($0)") }
            let game = try await hall.game(QuizSheet(questions: sheets)), room = try game.room
            let host = try await game.steer()
            var players: [GameClient] = []
            for index in 1...40 { players.append(try await game.enter("P\(index)")) }
            await host.command("start")
            for _ in 0..<4 {
                try await game.tick()
                let held = HeldLoop(players[0].socket.loop)
                await held.isHeld()
                for round in 0..<6 {
                    for number in players.map(\.number).shuffled(using: &random).prefix(5) {
                        room.submit(.answer(player: number, question: nil, .text("b"), allowance: 0), .nobody)
                    }
                    await hall.until("decided") { room.state.withLock { $0.inbox.isEmpty && !$0.isWriting } }
                    if round == 2 { room.submit(.command(.kick(player: .random(in: 1...40, using: &random))), .nobody) }
                    hall.clock.advance(by: BoardFeed.pause)
                }
                // A reveal tells the board at once, but not past one that is on its way.
                room.submit(.command(.skip), .nobody)
                await hall.until("decided") { room.state.withLock { $0.inbox.isEmpty && !$0.isWriting } }
                let boards = hall.app.rooms.house.tally.current.boards
                for _ in 0..<50 { await Task.yield() }
                #expect(hall.app.rooms.house.tally.current.boards - boards <= 1)
                held.letGo()
                room.submit(.command(.next), .nobody)
            }
            try await game.tick()
            let top = await game.boardOverHTTP(), kicked = room.state.withLock { $0.game.players.map(\.isKicked) }
            #expect(try await hall.sums(of: game) == top)
            for player in players where !kicked[player.number - 1] {
                _ = await player.soFar()
                let (rank, score) = try #require(player.you)
                let expected = room.state.withLock { $0.game.board.rank(of: player.number).map { $0 + 1 } }
                #expect(rank == expected && score == top[player.number], "player \(player.number)")
                #expect(player.top == room.topAsTold, "player \(player.number)")
            }
        }
    }

    @Test("at every commit the board over HTTP is the sum of the answers on disk", arguments: 1...3)
    func sumOfRows(_ seed: UInt64) async throws {
        try await withGameHall { hall in
            var random = SeededRandom(seed: seed)
            let game = try await hall.game(QuizSheet(settings: #""streak_bonus":{"step":10,"max":50},"#))
            let host = try await game.steer()
            for index in 1...50 { _ = try await game.join("P\(index)") }
            let room = try game.room
            await host.command("start")
            for question in 0..<3 {
                let right: [JSONValue] = [.text("b"), .list([.text("a"), .text("c")]), .text("Paris")]
                let wrong: [JSONValue] = [.text("a"), .list([.text("a")]), .text("Rome")]
                let order = (1...50).shuffled(using: &random)
                async let answering: Void = {
                    for number in order {
                        let said = number.isMultiple(of: 3) ? wrong[question] : right[question]
                        room.submit(.answer(player: number, question: nil, said, allowance: 0), .nobody)
                        await Task.yield()
                    }
                }()
                for _ in 0..<20 {
                    let shown = await game.boardOverHTTP(), onDisk = try await hall.sums(of: game)
                    #expect(shown.allSatisfy { $0.value <= onDisk[$0.key, default: 0] }, "never ahead of the disk")
                }
                await answering
                try await game.rest()
                #expect(try await hall.sums(of: game) == game.boardOverHTTP())
                await host.command("kick", #","player":\#(question + 1)"#)
                #expect(try await hall.sums(of: game) == game.boardOverHTTP())
                await host.command("skip")
                await host.command("next")
            }
        }
    }

    @Test("around a player, from behind a rank, and to the end")
    func pages() async throws {
        try await withGameHall { hall in
            let game = try await hall.game()
            let host = try await game.steer()
            for index in 1...30 { _ = try await game.join("P\(index)") }
            await host.command("start")
            let path = "/api/games/\(game.code)/leaderboard"
            var cursor = "", ranks: [Int] = []
            repeat {
                let page = await hall.ask(.get, "\(path)?limit=7\(cursor)").parsed
                ranks += page["items"].items.compactMap { $0["rank"].number }
                #expect(page["players"].number == 30)
                cursor = page["next"].text.map { "&after=\($0)" } ?? ""
            } while !cursor.isEmpty
            #expect(ranks == Array(1...30))
            let around = await hall.ask(.get, "\(path)?limit=5&around=20").parsed["items"].items
            #expect(around.map { $0["player"].number } == [18, 19, 20, 21, 22])
            #expect(await hall.ask(.get, "\(path)?around=31").status == .notFound)
            for wrong in ["after=x", "after=-1", "limit=0", "around=0", "around=x", "nothing=1"] {
                #expect(await hall.ask(.get, "\(path)?\(wrong)").status == .unprocessable, "\(wrong)")
            }
        }
    }

    @Test("whoever comes while a board or the end is told hears of it", arguments: 1...20)
    func comesInBetween(_ seed: UInt64) async throws {
        try await withGameHall { hall in
            var random = SeededRandom(seed: seed)
            let game = try await hall.game(), room = try game.room
            let host = try await game.steer()
            var tokens: [String] = []
            for index in 1...12 { tokens.append(try await game.join("P\(index)")) }
            await host.command("start")
            try await game.tick()
            let order = (1...12).shuffled(using: &random)
            let delays = order.map { _ in Int.random(in: 0...40, using: &random) }
            let clients = try await withThrowingTaskGroup(of: GameClient.self) { group in
                for (token, delay) in zip(tokens, delays) {
                    group.addTask {
                        for _ in 0..<delay { await Task.yield() }
                        return try await game.play(token)
                    }
                }
                group.addTask {
                    for number in order {
                        room.submit(.answer(player: number, question: nil, .text("b"), allowance: 0), .nobody)
                        hall.clock.advance(by: BoardFeed.pause)
                        for _ in 0..<8 { await Task.yield() }
                    }
                    return host
                }
                return try await group.reduce(into: [GameClient]()) { if $1 !== host { $0.append($1) } }
            }
            try await game.tick()
            for client in clients {
                _ = await client.soFar()
                let (rank, score) = try #require(client.you)
                let number = client.number
                let place = room.state.withLock { ($0.game.board.rank(of: number), $0.game.players[number - 1].score) }
                #expect(rank - 1 == place.0 && score == place.1 && score > 90, "player \(number)")
                #expect(client.top == room.topAsTold, "player \(client.number)")
            }
            // And the end, while all of them come again.
            let ends = try await withThrowingTaskGroup(of: [ParsedJSON].self) { group in
                for (token, delay) in zip(tokens, delays) {
                    group.addTask {
                        for _ in 0..<delay { await Task.yield() }
                        guard let again = try? await game.play(token) else { return [] }
                        return await again.rest().frames
                    }
                }
                group.addTask {
                    for _ in 0..<Int(seed) * 2 { await Task.yield() }
                    await host.send(#"{"type":"end"}"#)
                    return []
                }
                return try await group.reduce(into: [[ParsedJSON]]()) { if !$1.isEmpty { $0.append($1) } }
            }
            #expect(ends.count == 12 && ends.allSatisfy { $0.last?.type == "finish" }, "\(ends.map { $0.map(\.type) })")
        }
    }

    @Test("between the welcome and listening neither a board nor the end is missed")
    func onTheWayIn() async throws {
        try await withGameHall { hall in
            let game = try await hall.game(), room = try game.room
            let host = try await game.steer(), ann = try await game.enter("Ann"), bob = try await game.enter("Bob")
            let screen = try await game.watch()
            await host.command("start")
            try await game.tick()
            for client in [ann, bob] { _ = await client.soFar() }
            let seat = try #require(room.state.withLock { $0.seats[0] })
            let sockets = room.state.withLock { [$0.hostSeats[1], $0.screens.first].compactMap { $0 } }
            /// As a socket is that has been welcomed, and does not listen yet.
            func leave() async -> Int {
                await room.players.unsubscribe(seat)
                return room.state.withLock { state in
                    state.arriving.insert(seat)
                    return room.players.sequence
                }
            }
            var sequence = await leave()
            #expect(await bob.says(#""b""#)["points"].number == 100)
            room.state.withLock { _ = $0.arriving.remove(seat) }
            try await game.tick()
            #expect(await ann.soFar().isEmpty)
            await room.players.subscribe(seat, since: sequence, as: 1)
            room.catchUp(1, seat, since: sequence)
            let board = await ann.soFar()
            #expect(board.map(\.type) == ["board"] && ann.you?.rank == 2 && ann.top == ["1 Bob 100", "2 Ann 0"])
            sequence = await leave()
            await room.hosts.unsubscribe(sockets[0])
            await room.screens.unsubscribe(sockets[1])
            room.state.withLock { $0.arriving.formUnion(sockets) }
            await bob.send("{}")
            await host.send(#"{"type":"end"}"#)
            for client in [ann, host, screen] {
                let (frames, code) = await client.rest()
                #expect(frames.last?.type == "finish" && code == .normal, "\(frames)")
            }
        }
    }

    @Test("three hundred screens all hear the end")
    func screens() async throws {
        try await withGameHall { hall in
            let game = try await hall.game()
            let host = try await game.steer()
            let screens = try await withThrowingTaskGroup(of: GameClient.self) { group in
                for _ in 0..<300 { group.addTask { try await game.watch() } }
                return try await group.reduce(into: [GameClient]()) { $0.append($1) }
            }
            try await game.rest()
            await host.command("end")
            for screen in screens {
                let (frames, code) = await screen.rest()
                #expect(frames.last?.type == "finish" && code == .normal)
            }
        }
    }
}

/// The loop of sockets does nothing else until it is let go: what is told is on its way for so long.
final class HeldLoop: Sendable {
    private let ends: (read: Int32, write: Int32)
    private let began = Atomic(false)

    init(_ loop: EventLoop) {
        var pair: [Int32] = [-1, -1]
        precondition(pipe(&pair) == 0, "there are descriptors")
        ends = (pair[0], pair[1])
        loop.perform { [self] in
            began.store(true, ordering: .sequentiallyConsistent)
            var byte: UInt8 = 0
            _ = Glibc.read(ends.read, &byte, 1)
            Glibc.close(ends.read)
        }
    }

    func isHeld() async {
        while !began.load(ordering: .sequentiallyConsistent) { await Task.yield() }
    }

    func letGo() { Glibc.close(ends.write) }
}

extension GameClient {
    /// Rank and score as last told.
    var you: (rank: Int, score: Int)? {
        let told = heard.last { !$0["you"].isNull }?["you"] ?? welcome["you"]
        guard let rank = told["rank"].number, let score = told["score"].number else { return nil }
        return (rank, score)
    }

    /// The first places as last told.
    var top: [String] { (heard.last { !$0["top"].isNull } ?? welcome)["top"].places }
}

extension Room {
    /// The first places, as they are.
    var topAsTold: [String] {
        state.withLock { state in
            state.game.board.members(from: 0, count: 10).enumerated().map { index, number in
                let player = state.game.players[number - 1]
                return "\(index + 1) \(player.name) \(player.score)"
            }
        }
    }
}
