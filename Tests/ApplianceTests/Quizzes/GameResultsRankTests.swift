import Storage
import Testing

@testable import Appliance

@Suite(.timeLimit(.minutes(1))) struct GameResultsRankTests {
    @Test("of equal scores who got there first is ahead; an answer that brings nothing changes no place")
    func ties() async throws {
        try await withGameResults { fixture in
            try await fixture.add(
                WrittenGame(
                    players: ["Ann", "Bob", "Cat", "Dan", "Eve"],
                    answers: [
                        .init(0, 3, #""a""#, right: 500), .init(0, 2, #""a""#, right: 500),
                        // Cat was there first, and says something worthless after Bob.
                        .init(1, 3, #"["four"]"#), .init(1, 1, #"["two"]"#, right: 500),
                        // Eve joined after Dan; neither has a point, though Dan answers last.
                        .init(2, 5, "true"), .init(2, 4, "true"),
                    ]))
            let board = try await fixture.board()
            #expect(board.map(\.name) == ["Cat", "Bob", "Ann", "Dan", "Eve"])
            #expect(board.map(\.rank) == [1, 2, 3, 4, 5])
            #expect(board.map(\.score) == [500, 500, 500, 0, 0])
            #expect(try await fixture.results().players.map(\.name) == ["Cat", "Bob", "Ann", "Dan", "Eve"])
        }
    }

    /// Few scores, so that most are equal; negative ones, bonuses, answers that bring nothing, kicked players.
    @Test("ranks are those of a board that is fed in the order of events", arguments: 0..<40 as Range<UInt64>)
    func model(seed: UInt64) async throws {
        var random = SeededRandom(seed: seed)
        var board = Leaderboard()
        var game = WrittenGame(players: (1...Int.random(in: 1...60, using: &random)).map { "p\($0)" })
        var scores = Array(repeating: 0, count: game.players.count)
        for player in 1...game.players.count { board.set(player, score: 0, since: player) }
        let answerRate = Double.random(in: 0...1, using: &random)
        for question in 0..<5 {
            for player in (1...game.players.count).shuffled(using: &random) {
                guard Double.random(in: 0..<1, using: &random) < answerRate else { continue }
                var answer = WrittenAnswer(question, player, "true")
                answer.points = [-50, 0, 0, 50, 100].randomElement(using: &random)!
                answer.bonus = [0, 0, 50].randomElement(using: &random)!
                game.answers.append(answer)
                guard answer.points + answer.bonus != 0 else { continue }
                scores[player - 1] += answer.points + answer.bonus
                board.set(player, score: scores[player - 1], since: game.players.count + game.answers.count)
            }
        }
        for player in 1...game.players.count where Int.random(in: 0..<5, using: &random) == 0 {
            game.kicked.insert(player)
            board.remove(player)
        }
        var expected: [BoardRow] = []
        board.forEach { rank, player, score in
            expected.append(BoardRow(rank: rank + 1, player: player, name: "p\(player)", score: score))
        }
        try await withGameResults { [game, expected] fixture in
            try await fixture.add(game)
            #expect(try await fixture.board() == expected, "seed \(seed)")
            let ranked = try await fixture.results().players.filter { !$0.isKicked }
            #expect(ranked.map(\.number) == expected.map(\.player), "seed \(seed)")
            #expect(ranked.map(\.score) == expected.map(\.score), "seed \(seed)")
        }
    }

    @Test("a game is found by its code as people type it, the living one first, or by its id")
    func lookup() async throws {
        try await withGameResults { fixture in
            try await fixture.add(WrittenGame(number: 1))
            try await fixture.add(WrittenGame(number: 2))
            try await fixture.add(WrittenGame(number: 3, code: "QQQ777"))
            try await fixture.add(WrittenGame(number: 4, code: "QQQ777", standing: .init(phase: .lobby)))
            try await fixture.add(WrittenGame(number: 5, code: "QQQ777"))
            for (text, number) in [
                ("KAEF34", 2), ("kaef34", 2), ("QQQ777", 4), (WrittenGame.id(1), 1), (WrittenGame.id(5), 5),
                ("AAAAAA", nil), ("", nil), (WrittenGame.id(9), nil),
            ] as [(String, Int64?)] {
                let game = try await fixture.database.read { snapshot throws(StorageError) in try snapshot.game(text) }
                #expect(game?.head.number == number, "\(text)")
            }
            let game = try await fixture.database.read { snapshot throws(StorageError) in try snapshot.game("KAEF34") }
            #expect(game?.head.hostName == "Host" && game?.standing.phase == .finished && game?.standing.place == 4)
            #expect(game?.finishedAt == Timestamp(60_000) && game?.head.createdAt == Timestamp(1_000))
        }
    }
}
