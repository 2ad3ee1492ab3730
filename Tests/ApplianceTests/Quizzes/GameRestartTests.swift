import Storage
import Synchronization
import Testing

@testable import Appliance
@testable import Web

/// The program ends, in good order or not, and is started again on the same folder.
@Suite(.timeLimit(.minutes(5))) struct GameRestartTests {
    @Test(
        "in mid-question: points are kept, the clock stands till all are back, and lost time is charged to nobody",
        arguments: GameHall.Ending.allCases)
    func allBack(_ ending: GameHall.Ending) async throws {
        try await withGameHall { hall in
            let game = try await hall.game()
            let host = try await game.steer()
            var ann = try await game.enter("Ann"), bob = try await game.enter("Bob")
            await host.command("start")
            try await game.pass(20_000)
            #expect(await ann.says(#""b""#)["points"].number == 80)
            try await game.pass(10_000)
            try await hall.restart(ending, away: 3_600_000)
            // Killed, only the newest answer shows how far the question had come.
            let played = ending == .killed ? 20 : 30
            ann = try await game.play(ann.token)
            #expect(ann.welcome["game"]["phase"].text == "question" && ann.welcome["game"]["paused"].truth == true)
            let left = try #require(ann.welcome["question"]["remaining_ms"].number)
            #expect((0...150).contains(left - (100 - played) * 1_000))
            #expect(ann.welcome["you"]["score"].number == 80 && ann.welcome["verdict"]["points"].number == 80)
            try await game.pass(4_000)
            bob = try await game.play(bob.token)
            #expect(await bob.next("question")["question"]["paused"].truth == false, "all are back")
            try await game.pass(10_000)
            #expect(await bob.says(#""b""#)["points"].number == 100 - played - 10)
            try await game.pass((90 - played) * 1_000 + 300)
            #expect(await ann.next("reveal")["right"].number == 2)
            #expect(try await hall.sums(of: game) == [1: 80, 2: 90 - played])
            #expect(await game.boardOverHTTP() == [1: 80, 2: 90 - played])
        }
    }

    @Test("five seconds after the first is back the clock goes on; who comes later is credited, up to ten seconds")
    func someBack() async throws {
        try await withGameHall { hall in
            let game = try await hall.game()
            let host = try await game.steer()
            var players: [GameClient] = []
            for name in ["Ann", "Bob", "Cat", "Dan"] { players.append(try await game.enter(name)) }
            await host.command("start")
            try await game.pass(20_000)
            #expect(await players[3].says(#""b""#)["points"].number == 80)
            try await hall.restart(.killed)
            try await game.pass(600_000)
            players[0] = try await game.play(players[0].token)
            #expect(await players[0].says(#""b""#)["code"].text == "game.paused", "the question stands")
            try await game.pass(4_999)
            #expect(await players[0].soFar().allSatisfy { $0.type == "board" })
            try await game.pass(1)
            #expect(await players[0].next("question")["question"]["paused"].truth == false)
            try await game.pass(7_000)
            players[1] = try await game.play(players[1].token)
            #expect(players[1].welcome["game"]["paused"].truth == false)
            #expect((72_999...73_151).contains(players[1].welcome["question"]["remaining_ms"].number ?? 0))
            try await game.pass(13_000)
            players[2] = try await game.play(players[2].token)
            try await game.pass(1_000)
            // Open for 41 seconds now.
            #expect(await players[0].says(#""b""#)["points"].number == 59)
            #expect(await players[1].says(#""b""#)["points"].number == 66, "seven seconds are not charged")
            #expect(await players[2].says(#""b""#)["points"].number == 69, "no more than ten are not charged")
            #expect(try await hall.sums(of: game) == [1: 59, 2: 66, 3: 69, 4: 80])
            let again = try await game.steer()
            await again.command("skip")
            await again.command("next")
            try await game.pass(30_000)
            let next = await players[2].says(#"["a","c"]"#)
            #expect(next["points"].number == 70, "what was granted was for that question")
        }
    }

    @Test("ended twice in one question, it goes on from where it was", arguments: GameHall.Ending.allCases)
    func twice(_ ending: GameHall.Ending) async throws {
        try await withGameHall { hall in
            let game = try await hall.game()
            let host = try await game.steer(), ann = try await game.enter("Ann")
            var bob = try await game.enter("Bob")
            await host.command("start")
            try await game.pass(20_000)
            #expect(await ann.says(#""a""#)["points"].number == 0)
            for _ in 0..<3 { try await hall.restart(ending) }
            let back = try await game.play(ann.token)
            bob = try await game.play(bob.token)
            _ = await back.next("question")
            try await game.pass(10_000)
            try await hall.restart(ending)
            _ = try await game.play(ann.token)
            bob = try await game.play(bob.token)
            _ = await bob.next("question")
            // When it was killed, that the clock started again after 20 seconds is all that is known.
            #expect(await bob.says(#""b""#)["points"].number == (ending == .killed ? 80 : 70))
        }
    }

    @Test("in the lobby, paused, in a reveal: everything is where it was", arguments: GameHall.Ending.allCases)
    func phases(_ ending: GameHall.Ending) async throws {
        try await withGameHall { hall in
            let game = try await hall.game()
            var host = try await game.steer(), ann = try await game.enter("Ann")
            let invited = await host.command("invite", #","name":"Bob""#)["host"].text
            await host.command("lock")
            func restart() async throws {
                try await hall.restart(ending)
                host = try await game.steer()
                ann = try await game.play(ann.token)
            }
            try await restart()
            #expect(ann.welcome["game"]["phase"].text == "lobby" && ann.welcome["game"]["locked"].truth == true)
            #expect(host.welcome["game"]["players"].number == 1)
            #expect(try await game.steer(invited).command("start")["type"].text == "done")
            try await game.pass(40_000)
            await host.command("pause")
            try await restart()
            #expect(ann.welcome["game"]["paused"].truth == true && ann.welcome["game"]["locked"].truth == true)
            #expect(ann.welcome["question"]["remaining_ms"].number == 60_000)
            try await game.pass(60_000)
            #expect(await ann.says(#""b""#)["code"].text == "game.paused", "who paused does not want it to go on")
            await host.command("resume")
            #expect(await ann.says(#""b""#)["points"].number == 60)
            await host.command("skip")
            try await restart()
            #expect(ann.welcome["game"]["phase"].text == "reveal" && ann.welcome["reveal"]["right"].number == 1)
            #expect(ann.welcome["verdict"]["points"].number == 60)
            await host.command("next")
            #expect(await ann.next("question")["question"]["id"].text == "q2")
            #expect(await ann.says(#"["a","c"]"#)["score"].number == 160)
            await host.command("end")
            #expect(await ann.rest().code == .normal)
            try await hall.restart(ending)
            #expect(await hall.refusal("\(game.code)/play?player=\(ann.token)") == "410 game.finished")
            #expect(await game.boardOverHTTP() == [1: 160])
        }
    }

    @Test(
        "a self-paced game goes on, closes when it was to, and shows what was open anew",
        arguments: GameHall.Ending.allCases)
    func selfPaced(_ ending: GameHall.Ending) async throws {
        try await withGameHall { hall in
            let game = try await hall.game(QuizSheet(settings: #""pace":"self_paced","open_minutes":10,"#))
            var ann = try await game.enter("Ann")
            await ann.send(#"{"type":"next"}"#)
            _ = await ann.next("question")
            #expect(await ann.says(#""b""#)["points"].number == 100)
            await ann.send(#"{"type":"next"}"#)
            _ = await ann.next("question")
            try await game.pass(50_000)
            try await hall.restart(ending, away: 100_000)
            ann = try await game.play(ann.token)
            #expect(ann.welcome["question"].isNull && ann.welcome["you"]["score"].number == 100)
            await ann.send(#"{"type":"next"}"#)
            #expect(await ann.next("question")["question"]["remaining_ms"].number == 100_000)
            #expect(await ann.says(#"["a","c"]"#)["score"].number == 200)
            try await game.pass(449_999)
            #expect(await ann.soFar().allSatisfy { $0.type == "board" })
            try await game.pass(1)
            #expect(await ann.rest().frames.last?["you"]["score"].number == 200)
        }
    }

    @Test("while the program stops, everything that was asked is answered: kept, or refused", arguments: 0..<5)
    func stopping(_ round: Int) async throws {
        try await withGameHall { hall in
            let game = try await hall.game(), room = try game.room
            let disk = HeldDisk(hall.app.database)
            await disk.isHeld()
            let kept = await withTaskGroup(of: Int?.self) { group in
                for index in 0..<40 {
                    group.addTask {
                        guard let name = PlayerName("P\(index)") else { return nil }
                        return try? await room.join(name)
                    }
                }
                group.addTask {
                    for _ in 0..<(round * 100) { await Task.yield() }
                    if round % 2 == 0 { disk.letGo() }
                    try? await room.close()
                    return nil
                }
                group.addTask {
                    for _ in 0..<(round * 50) { await Task.yield() }
                    if round % 2 == 1 { disk.letGo() }
                    return nil
                }
                return await group.reduce(into: Set<Int>()) { if let number = $1 { $0.insert(number) } }
            }
            #expect(try await Set(hall.sums(of: game).keys) == kept)
            try await hall.restart(.stopped)
            #expect(try Set(game.room.state.withLock { $0.game.players.map(\.number) }) == kept)
        }
    }

    @Test("on a full disk nothing is counted and everybody hears why; with room again it goes on")
    func fullDisk() async throws {
        try await withGameHall { hall in
            let game = try await hall.game()
            let host = try await game.steer(), ann = try await game.enter("Ann"), bob = try await game.enter("Bob")
            await host.command("start")
            #expect(await ann.says(#""b""#)["points"].number == 100)
            try await hall.fillDisk()
            let refused = await bob.says(#""b""#, to: "q1")
            #expect(refused["code"].text == "storage.full" && refused["question"].text == "q1", "\(refused)")
            #expect(await host.command("skip")["code"].text == "storage.full")
            let joining = await hall.ask(.post, "/api/games/\(game.code)/players", #"{"name":"Cat"}"#)
            #expect(joining.json["code"] == "storage.full")
            #expect(await ann.says(#""a""#)["points"].number == 100, "what is kept is told again")
            #expect(await game.boardOverHTTP() == [1: 100, 2: 0])
            // What is due by itself is tried, but not without a pause.
            let before = hall.app.rooms.house.tally.current.refused
            try await game.pass(100_150)
            for _ in 0..<5 { try await game.pass(1_000) }
            let tries = hall.app.rooms.house.tally.current.refused - before
            #expect((5...7).contains(tries), "\(tries) tries")
            #expect(!(await bob.soFar()).contains { $0.type == "reveal" })
            try await hall.makeRoom()
            try await game.pass(1_000)
            #expect(await bob.next("reveal")["answers"].number == 1)
            await host.command("next")
            #expect(await bob.says(#"["a","c"]"#)["score"].number == 100)
            #expect(try await hall.sums(of: game) == [1: 100, 2: 100])
            #expect(try await game.enter("Cat").number == 3)
        }
    }

    @Test("a game that has ended costs no time and keeps no sockets, and is forgotten")
    func ended() async throws {
        try await withGameHall { hall in
            let game = try await hall.game(), room = try game.room
            let host = try await game.steer(), ann = try await game.enter("Ann"), screen = try await game.watch()
            await host.command("start")
            #expect(await ann.says(#""b""#)["points"].number == 100)
            await host.command("end")
            for client in [host, ann, screen] { _ = await client.rest() }
            await hall.until("all are gone") {
                room.state.withLock { $0.seats == [nil] && $0.hostSeats.isEmpty && $0.screens.isEmpty }
            }
            hall.clock.advance(by: 10_000)
            await hall.until("nothing is due") { room.state.withLock { $0.alarm == nil && !$0.board.isDirty } }
            #expect(room.state.withLock { $0.arriving.isEmpty && $0.inbox.isEmpty && $0.waiting == [0] })
            await hall.app.rooms.sweep()
            #expect(hall.app.rooms.room(ofGame: game.id) == nil && hall.app.rooms.presence == (0, 0))
        }
    }

    @Test("a game that nobody has been in for a day is ended")
    func deserted() async throws {
        try await withGameHall { hall in
            let game = try await hall.game()
            let host = try await game.steer()
            hall.clock.advance(by: Rooms.desertedFor + 1)
            await hall.app.rooms.sweep()
            #expect(try game.room.state.withLock { $0.game.standing.phase } == .lobby, "a host waits")
            let room = try game.room
            host.vanish()
            await hall.until("the host is gone") { room.state.withLock { $0.isDeserted } }
            await hall.app.rooms.sweep()
            #expect(room.state.withLock { $0.game.standing.phase } == .finished)
        }
    }
}

extension GameHall {
    /// From now on whatever belongs to games needs room that is not there.
    func fillDisk() async throws(StorageError) {
        try await app.database.write { transaction throws(StorageError) in
            try transaction.run("CREATE TABLE ballast (bytes BLOB NOT NULL)")
            try transaction.run(
                """
                CREATE TRIGGER heavy_answer AFTER INSERT ON game_answer
                BEGIN INSERT INTO ballast VALUES (zeroblob(65536)); END
                """)
            try transaction.run(
                """
                CREATE TRIGGER heavy_player AFTER INSERT ON game_player
                BEGIN INSERT INTO ballast VALUES (zeroblob(65536)); END
                """)
            try transaction.run(
                """
                CREATE TRIGGER heavy_move AFTER UPDATE ON game
                BEGIN INSERT INTO ballast VALUES (zeroblob(65536)); END
                """)
        }
        _ = try await app.database.write { transaction throws(StorageError) in
            try transaction.first("PRAGMA max_page_count = 1", as: { $0.integer(0) })
        }
    }

    func makeRoom() async throws(StorageError) {
        _ = try await app.database.write { transaction throws(StorageError) in
            try transaction.first("PRAGMA max_page_count = 1000000", as: { $0.integer(0) })
        }
    }
}
