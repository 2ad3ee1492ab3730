import Storage
import Synchronization
import Testing

@testable import Appliance
@testable import Web

/// Who gets into which game, and what is told of games over HTTP.
@Suite(.timeLimit(.minutes(5))) struct GameRoutesTests {
    @Test("names are looked at before anybody is let in", arguments: [
        ("", "422 input.invalid"), ("%20%20", "422 input.invalid"), ("1234567890123456789012345", "422 input.invalid"),
        ("A%0AB", "422 input.invalid"), ("A%E2%80%AEB", "422 input.invalid"), ("Ann", "409 name.taken"),
        ("ANN", "409 name.taken"), ("%20ann", "409 name.taken"), ("%EF%BC%A1nn", "409 name.taken"),
        ("Quiz%20Host", "422 name.reserved"), ("quiz%20h0st", "422 name.reserved"),
        ("Qui%D0%B7%20Host", nil), ("Bob", nil), ("%F0%9F%A6%8A", nil),
    ])
    func names(_ name: String, _ refusal: String?) async throws {
        try await withGameHall { hall in
            let game = try await hall.game()
            _ = try await game.enter("Ann")
            #expect(await hall.refusal("\(game.code)/play?name=\(name)") == refusal)
            guard refusal != nil else { return }
            #expect(try game.room.state.withLock { $0.game.players.count } == 1)
        }
    }

    @Test("a token that is older than the data, since a copy was put back, is refused")
    func tokenFromTheFuture() async throws {
        try await withGameHall { hall in
            let game = try await hall.game()
            _ = try await game.enter("Ann")
            let key = hall.app.rooms.house.key
            for number in [0, 2, .max] {
                let player = key.token(for: .player(game: game.id, number: number))
                #expect(await hall.refusal("\(game.code)/play?player=\(player)") == "401 player.unknown")
                let host = key.token(for: .host(game: game.id, number: number))
                #expect(await hall.refusal("\(game.code)/host?host=\(host)") == "401 host.unknown")
            }
        }
    }

    @Test("a repeat under the same key answers the same host's token, which lies nowhere in the database")
    func repeated() async throws {
        try await withAppliance { appliance in
            let path = "/api/quizzes/vocabulary/games"
            let first = await appliance.ask(.post, path, #"{"host_name":"Ben"}"#, key: "k")
            let second = await appliance.ask(.post, path, #"{"host_name":"Ben"}"#, key: "k")
            #expect(first.status == .created && second.status == .created && first.text == second.text)
            #expect(first.headers["location"] == second.headers["location"])
            let host = try #require(first.json["host"]), id = try #require(first.json["id"])
            #expect(appliance.app.rooms.house.key.right(of: host) == .host(game: id, number: 1))
            #expect(try await appliance.count("SELECT COUNT(*) FROM game") == 1)
            #expect(try await appliance.count("SELECT COUNT(*) FROM idempotency WHERE body LIKE '%.h1.%'") == 0)
            #expect(try await appliance.count("SELECT COUNT(*) FROM idempotency") == 1)
        }
    }

    @Test("cursors that nobody was given are refused", arguments: [
        "leaderboard?after=9223372036854775807", "leaderboard?after=-1", "leaderboard?after=x",
        "results?part=players&after=9223372036854775806", "results?part=answers&after=1",
    ])
    func cursors(path: String) async throws {
        try await withGameHall { hall in
            let game = try await hall.game()
            _ = try await game.enter("Ann")
            let host = hall.app.rooms.house.key.token(for: .host(game: game.id, number: 1))
            let answer = await hall.ask(.get, "/api/games/\(game.code)/\(path)&host=\(host)")
            #expect(answer.fields == ["after"], "\(answer)")
        }
    }

    @Test("what is nested deeply is not read: it would keep the loop from everybody")
    func depth() async throws {
        try await withGameHall { hall in
            let game = try await hall.game()
            let ann = try await game.enter("Ann")
            let deep = String(repeating: "[", count: 500) + String(repeating: "]", count: 500)
            #expect(await ann.says(deep)["code"].text == "frame.malformed")
            let answer = await hall.ask(.post, "/api/games/\(game.code)/players", #"{"name":\#(deep)}"#)
            #expect(answer.status == .badRequest && answer.json["code"] == "json.malformed")
        }
    }

    @Test("without a name or a token, or with those of another, nobody gets in")
    func door() async throws {
        try await withGameHall { hall in
            let game = try await hall.game()
            #expect(await hall.refusal("\(game.code)/play") == "422 input.invalid")
            #expect(await hall.refusal("\(game.code)/play?nome=Ann") == "422 input.invalid")
            #expect(await hall.refusal("\(game.code)/play?player=x") == "401 player.unknown")
            #expect(await hall.refusal("\(game.code)/play?player=\(game.id).p1.AAAA") == "401 player.unknown")
            #expect(await hall.ask(.get, "/api/games/\(game.code)/play?name=Ann").status != .ok)
            #expect(try game.room.state.withLock { $0.game.players.isEmpty }, "who only looks takes nobody's name")
            for path in ["play?name=Ann", "watch"] { #expect(await hall.refusal("AAAAAA/\(path)") == "404 not_found") }
            #expect(await hall.ask(.post, "/api/games/\(game.code)/players", #"{"name":""}"#).status == .unprocessable)
            #expect(await hall.ask(.post, "/api/games/\(game.code)/players", "{}").status == .unprocessable)
        }
    }

    @Test("a game that is full, or has begun and says so, lets nobody else in")
    func fullAndBegun() async throws {
        try await withGameHall { hall in
            let full = try await hall.game(QuizSheet(id: "full", settings: #""players_max":1,"#))
            _ = try await full.enter("Ann")
            #expect(await hall.refusal("\(full.code)/play?name=Bob") == "409 game.full")
            let early = try await hall.game(QuizSheet(id: "early", settings: #""late_join":false,"#))
            let host = try await early.steer(), ann = try await early.enter("Ann")
            await host.command("start")
            #expect(await hall.refusal("\(early.code)/play?name=Bob") == "403 game.begun")
            #expect(await hall.ask(.get, "/api/games/\(early.code)").parsed["can_join"].truth == false)
            ann.vanish()
            #expect(try await early.play(ann.token).number == 1)
            let late = try await hall.game(QuizSheet(id: "late"))
            let other = try await late.steer()
            await other.command("start")
            #expect(await hall.refusal("\(late.code)/play?name=Bob") == nil)
            await other.command("end")
            #expect(await hall.refusal("\(late.code)/play?name=Cat") == "409 game.finished")
        }
    }

    @Test("two hundred who want one name at a time: one gets it")
    func sameName() async throws {
        try await withGameHall { hall in
            let game = try await hall.game()
            let codes = await withTaskGroup(of: Int.self) { group in
                for index in 0..<200 {
                    group.addTask {
                        let name = index % 2 == 0 ? "Ann" : "ANN"
                        let path = "/api/games/\(game.code)/players"
                        return await hall.ask(.post, path, #"{"name":"\#(name)"}"#).status.code
                    }
                }
                return await group.reduce(into: [:]) { $0[$1, default: 0] += 1 }
            }
            #expect(codes == [201: 1, 409: 199])
        }
    }

    @Test("a code is read as people type it, and guessing is limited for each address, but for who has a token")
    func guessing() async throws {
        try await withGameHall { hall in
            let game = try await hall.game(), code = game.code, ann = try await game.enter("Ann")
            let typed = code.lowercased().prefix(3) + "-" + code.lowercased().dropFirst(3)
            #expect(await hall.ask(.get, "/api/games/\(typed)").parsed["code"].text == code)
            #expect(await hall.refusal("\(typed)/watch") == nil)
            for _ in 0..<Rooms.guessesMax { #expect(await hall.refusal("AAAAAA/watch") == "404 not_found") }
            #expect(await hall.refusal("AAAAAA/watch") == "429 rate.exceeded")
            #expect(await hall.refusal("\(code)/watch") == "429 rate.exceeded", "or guessing would go on")
            #expect(await hall.refusal("\(code)/play?name=Bob") == "429 rate.exceeded")
            #expect(await hall.ask(.get, "/api/games/\(code)/leaderboard").status == .tooManyRequests)
            #expect(await hall.ask(.get, "/api/games/\(code)", peer: "10.0.0.9").status == .ok)
            for path in ["leaderboard", "results"] {
                #expect(await hall.askTeam(.get, "/api/games/\(code)/\(path)").status == .ok)
                let token = hall.app.rooms.house.key.token(for: .host(game: game.id, number: 1))
                #expect(await hall.ask(.get, "/api/games/\(code)/\(path)?host=\(token)").status == .ok)
            }
            #expect(await hall.askTeam(.post, "/api/games/\(code)/hosts", #"{"name":"Second"}"#).status == .created)
            ann.vanish()
            #expect(try await game.play(ann.token).number == 1)
            #expect(try await game.steer().welcome.type == "welcome")
            hall.clock.advance(by: 1_000)
            #expect(await hall.refusal("\(code)/watch") == nil)
            #expect(await hall.refusal("AAAAAA/watch") == "404 not_found")
            #expect(await hall.refusal("AAAAAA/watch") == "429 rate.exceeded")
        }
    }

    @Test("no two games that live have one code, and a game that has ended leaves its own to others")
    func codes() async throws {
        try await withGameHall { hall in
            let sheet = QuizSheet(), first = try await hall.game(sheet)
            var codes: Set = [first.code]
            for _ in 0..<200 { codes.insert(try await hall.anotherGame(of: sheet).code) }
            #expect(codes.count == 201 && codes.allSatisfy { GameCode.read($0) == $0 })
            let host = try await first.steer(), ann = try await first.enter("Ann")
            await host.command("start")
            #expect(await ann.says(#""b""#)["points"].number == 100)
            await host.command("end")
            _ = await ann.rest()
            await hall.app.rooms.sweep()
            for id in [first.code, first.id] {
                let board = await hall.ask(.get, "/api/games/\(id)/leaderboard")
                #expect(board.parsed["items"][0]["score"].number == 100, "\(board.text)")
            }
            #expect(await hall.refusal("\(first.code)/play?name=Bob") == "404 not_found")
            #expect(await hall.refusal("\(first.code)/play?player=\(ann.token)") == "410 game.finished")
            #expect(await hall.refusal("\(first.code)/host?host=\(first.host)") == "410 game.finished")
            let list = await hall.askTeam(.get, "/api/games?limit=2")
            #expect(list.ids.count == 2 && !list.parsed["next"].isNull)
            #expect(await hall.ask(.get, "/api/games").status == .unauthorized)
        }
    }

    @Test("when all look at the board of a finished game at once, it is made once")
    func finishedBoard() async throws {
        try await withGameHall { hall in
            let game = try await hall.game()
            for index in 1...3 { _ = try await game.join("P\(index)") }
            let head = try await hall.app.rooms.game(game.id, from: nil)
            try await game.room.end()
            await hall.app.rooms.sweep()
            let boards = hall.app.rooms.finishedBoards, before = hall.app.database.statistics.reads
            let counts = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<40 { group.addTask { try await boards.board(of: head.number).count } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(counts == Array(repeating: 3, count: 40))
            #expect(hall.app.database.statistics.reads - before < 4, "one, and what the program reads by itself")
        }
    }

    @Test("a game is opened of what is published, by whoever may")
    func opening() async throws {
        try await withGameHall { hall in
            #expect(await hall.askTeam(.post, "/api/quizzes/none/games", "{}").status == .notFound)
            await hall.askTeam(.post, "/api/quizzes", #"{"id":"draft","definition":\#(QuizSheet().json)}"#)
            let draft = await hall.askTeam(.post, "/api/quizzes/draft/games", "{}")
            #expect(draft.status == .conflict && draft.parsed["code"].text == "quiz.not_published")
            await hall.askTeam(.post, "/api/quizzes/draft/publish")
            #expect(await hall.ask(.post, "/api/quizzes/draft/games", "{}").status == .unauthorized)
            let odd = await hall.askTeam(.post, "/api/quizzes/draft/games", #"{"host_name":"   "}"#)
            #expect(odd.status == .unprocessable && odd.fields == ["host_name"])
            let made = await hall.askTeam(.post, "/api/quizzes/draft/games", "{}")
            #expect(made.status == .created && made.parsed["host_name"].text == "Host")
            #expect(await hall.ask(.get, "/api/games/\(made.parsed["code"].text ?? "")").parsed["host"].isNull)
        }
    }

    @Test("a board that is hidden is shown to the team and to the game's own hosts, and not over sockets of players")
    func hiddenBoard() async throws {
        try await withGameHall { hall in
            let game = try await hall.game(QuizSheet(settings: #""board":false,"#)), other = try await hall.game(
                QuizSheet(id: "other"))
            let host = try await game.steer(), ann = try await game.enter("Ann"), screen = try await game.watch()
            await host.command("start")
            let verdict = await ann.says(#""b""#)
            #expect(verdict["score"].number == 100 && verdict["rank"].isNull)
            try await game.tick()
            let path = "/api/games/\(game.code)/leaderboard"
            #expect(await hall.ask(.get, path).status == .unauthorized)
            #expect(await hall.ask(.get, "\(path)?host=\(other.host)").status == .unauthorized)
            #expect(await hall.ask(.get, "\(path)?host=\(ann.token)").status == .unauthorized)
            #expect(await hall.ask(.get, "\(path)?host=\(game.host)").parsed["items"][0]["score"].number == 100)
            #expect(await hall.askTeam(.get, path).status == .ok)
            #expect(await host.soFar().last { $0.type == "board" }?["top"].places == ["1 Ann 100"])
            await host.command("end")
            for client in [ann, screen] {
                let (frames, _) = await client.rest()
                #expect(frames.last?["top"].isNull == true && frames.last?.type == "finish")
                #expect(client.welcome["top"].isNull && !client.heard.contains { !$0["top"].isNull })
            }
        }
    }
}
