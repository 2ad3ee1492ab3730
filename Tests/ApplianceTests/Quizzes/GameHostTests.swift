import Synchronization
import Testing

@testable import Appliance
@testable import Web

/// Steering games over sockets, and games that nobody steers.
@Suite(.timeLimit(.minutes(5))) struct GameHostTests {
    @Test("what makes no sense now is refused with a code, and changes nothing")
    func refusals() async throws {
        try await withGameHall { hall in
            let game = try await hall.game()
            let host = try await game.steer()
            _ = try await game.enter("Ann")
            func expect(_ refusals: [(command: String, fields: String, code: String)]) async throws {
                for (command, fields, code) in refusals {
                    let answer = await host.command(command, fields)
                    #expect(answer["type"].text == "error" && answer["code"].text == code, "\(command): \(answer)")
                }
            }
            try await expect([
                ("next", "", "game.not_begun"), ("skip", "", "game.not_begun"),
                ("extend", #","seconds":10"#, "game.not_begun"), ("resume", "", "game.not_paused"),
                ("kick", #","player":9"#, "player.unknown"), ("unkick", #","player":0"#, "player.unknown"),
                ("kick", "", "input.invalid"), ("extend", "", "input.invalid"), ("invite", "", "input.invalid"),
                ("kick", #","player":"Ann""#, "frame.malformed"), ("fly", "", "frame.unknown"),
                ("invite", #","name":"  ""#, "name.invalid"), ("invite", #","name":"ann""#, "name.taken"),
                ("invite", #","name":"Quiz Host""#, "name.taken"),
            ])
            await host.command("start")
            try await expect([
                ("start", "", "game.not_in_lobby"), ("next", "", "question.open"),
                ("extend", #","seconds":0"#, "input.invalid"), ("extend", #","seconds":301"#, "input.invalid"),
                ("resume", "", "game.not_paused"),
            ])
            for _ in 0..<2 { #expect(await host.command("extend", #","seconds":300"#)["type"].text == "done") }
            try await expect([("extend", #","seconds":1"#, "extension.too_long")])
            await host.command("pause")
            try await expect([("pause", "", "game.paused")])
            await host.command("resume")
            await host.command("skip")
            try await expect([
                ("start", "", "game.not_in_lobby"), ("skip", "", "question.none"),
                ("extend", #","seconds":10"#, "question.none"),
            ])
            #expect(await host.command("end")["type"].text == "done")
            #expect(await host.rest().code == .normal)
        }
    }

    @Test("a self-paced game has no questions to steer")
    func selfPaced() async throws {
        try await withGameHall { hall in
            let game = try await hall.game(QuizSheet(settings: #""pace":"self_paced","lobby":true,"#))
            let host = try await game.steer(), ann = try await game.enter("Ann")
            #expect(await host.command("next")["code"].text == "game.not_begun")
            await ann.send(#"{"type":"next"}"#)
            #expect(await ann.next("error")["code"].text == "game.not_begun")
            await host.command("start")
            #expect(await ann.next("state")["phase"].text == "running")
            for (command, fields) in [("next", ""), ("skip", ""), ("pause", ""), ("extend", #","seconds":10"#)] {
                #expect(await host.command(command, fields)["code"].text == "game.self_paced", "\(command)")
            }
            await host.command("end")
            #expect(await ann.rest().code == .normal)
        }
    }

    @Test("a question that is paused stands, and one that is extended goes on, to the second")
    func time() async throws {
        try await withGameHall { hall in
            let game = try await hall.game()
            let host = try await game.steer(), ann = try await game.enter("Ann"), bob = try await game.enter("Bob")
            let cat = try await game.enter("Cat")
            await host.command("start")
            try await game.pass(20_000)
            await host.command("pause")
            #expect(await ann.next("question")["question"]["paused"].truth == false)
            let paused = await ann.next("question")["question"]
            #expect(paused["paused"].truth == true && paused["remaining_ms"].number == 80_000)
            try await game.pass(3_600_000)
            await host.command("resume")
            #expect(await ann.next("question")["question"]["remaining_ms"].number == 80_000)
            try await game.pass(20_000)
            #expect(await ann.says(#""b""#)["points"].number == 60)
            await host.command("extend", #","seconds":50"#)
            _ = await bob.soFar()
            try await game.pass(70_000)
            #expect(await bob.says(#""b""#)["points"].number == 0, "points are reckoned by the question's own time")
            #expect(try await hall.answers(of: game).map(\.said) == [#""b""#, #""b""#])
            try await game.pass(40_150)
            #expect(await cat.next("reveal")["answers"].number == 2)
        }
    }

    @Test("co-hosts steer, whoever made them, and nobody else does")
    func coHosts() async throws {
        try await withGameHall { hall in
            let game = try await hall.game()
            let host = try await game.steer(), ann = try await game.enter("Ann")
            let invited = await host.command("invite", #","name":"Bob""#)
            #expect(invited["type"].text == "invited" && invited["name"].text == "Bob")
            let bob = try await game.steer(invited["host"].text)
            #expect(await bob.command("start")["command"].text == "start")
            #expect(await host.next("question")["question"]["answer"].text == "b")
            let made = await hall.askTeam(.post, "/api/games/\(game.code)/hosts", #"{"name":"Cat"}"#)
            #expect(made.status == .created)
            let cat = try await game.steer(made.parsed["host"].text)
            #expect(await cat.command("skip")["type"].text == "done")
            #expect(await ann.next("reveal")["question"].text == "q1")
            let taken = await hall.askTeam(.post, "/api/games/\(game.code)/hosts", #"{"name":"Ann"}"#)
            #expect(taken.status == .conflict && taken.parsed["code"].text == "name.taken")
            #expect(await hall.ask(.post, "/api/games/\(game.code)/hosts", #"{"name":"Dan"}"#).status == .unauthorized)
            #expect(await hall.refusal("\(game.code)/play?name=Bob") == "422 name.reserved")
            for number in 4...16 {
                #expect(await host.command("invite", #","name":"Friend \#(number)x""#)["type"].text == "invited")
            }
            #expect(await host.command("invite", #","name":"Zoe""#)["code"].text == "game.hosts_full")
            for wrong in ["", "?host=", "?host=x", "?host=\(ann.token)", "?host=\(game.host)x"] {
                #expect(await hall.refusal("\(game.code)/host\(wrong)")?.hasPrefix("401") == true, "\(wrong)")
            }
            #expect(await hall.refusal("\(game.code)/play?player=\(game.host)") == "401 player.unknown")
            #expect(try game.room.state.withLock { $0.game.hostsPresent } == 3)
        }
    }

    @Test("a host who comes on another device takes over: the old one is told, closed with 4001 and not heard")
    func takeOver() async throws {
        try await withGameHall { hall in
            let game = try await hall.game()
            let room = try game.room, old = try await game.steer()
            let seat = try #require(room.state.withLock { $0.hostSeats[1] })
            let new = try await game.steer()
            let (frames, code) = await old.rest()
            #expect(frames.map(\.type) == ["taken_over"] && code == WebSocket.CloseCode(4001))
            // What had been read already, and comes to be looked at only now.
            room.hear(.text(#"{"type":"start"}"#), fromHost: 1, seat)
            try await game.rest()
            #expect(await new.command("next")["code"].text == "game.not_begun")
            #expect(room.state.withLock { $0.game.hostsPresent } == 1)
            new.vanish()
            await hall.until("nobody hosts") { room.state.withLock { $0.game.hostsPresent } == 0 }
            let again = try await game.steer()
            #expect(room.state.withLock { $0.game.hostsPresent } == 1)
            #expect(await again.command("start")["type"].text == "done")
        }
    }

    @Test("commands of a host that wait are bounded, and each that waits is answered")
    func flood() async throws {
        try await withGameHall { hall in
            let game = try await hall.game()
            let host = try await game.steer()
            let disk = HeldDisk(hall.app.database)
            await disk.isHeld()
            for index in 0..<40 { await host.send(#"{"type":"\#(index % 2 == 0 ? "lock" : "unlock")"}"#) }
            let refused = await host.soFar()
            #expect(refused.map { $0["code"].text } == Array(repeating: "command.flood", count: 8))
            disk.letGo()
            for _ in 0..<32 { #expect(await host.next("done", "error")["type"].text == "done") }
            #expect(await host.command("start")["type"].text == "done")
        }
    }

    @Test("with nobody to host it a game moves on by itself, until a host is back")
    func withoutHost() async throws {
        try await withGameHall { hall in
            let game = try await hall.game(QuizSheet(settings: #""without_host_seconds":10,"reveal_seconds":5,"#))
            let ann = try await game.enter("Ann"), room = try game.room
            var host = try await game.steer()
            await host.command("start")
            host.vanish()
            await hall.until("nobody hosts") { room.state.withLock { $0.game.hostsPresent } == 0 }
            try await game.pass(100_150)
            #expect(await ann.next("reveal")["question"].text == "q1")
            try await game.pass(4_999)
            #expect(await ann.soFar().allSatisfy { $0.type == "board" })
            try await game.pass(1)
            #expect(await ann.next("question")["question"]["id"].text == "q2")
            host = try await game.steer()
            #expect(host.welcome["question"]["id"].text == "q2")
            try await game.pass(100_150)
            #expect(await ann.next("reveal")["question"].text == "q2")
            try await game.pass(3_600_000)
            #expect(await ann.soFar().allSatisfy { $0.type == "board" }, "a host is there: it is theirs to move on")
            host.vanish()
            await hall.until("nobody hosts") { room.state.withLock { $0.game.hostsPresent } == 0 }
            try await game.pass(14_999)
            #expect(await ann.soFar().allSatisfy { $0.type == "board" })
            try await game.pass(1)
            #expect(await ann.next("question")["question"]["id"].text == "q3")
            try await game.pass(100_150)
            try await game.pass(5_000)
            let (frames, code) = await ann.rest()
            #expect(frames.map(\.type).filter { $0 != "board" } == ["reveal", "finish"] && code == .normal)
        }
    }

    @Test("a lobby with a time starts by itself, and the game goes through to the end without a host")
    func lobby() async throws {
        try await withGameHall { hall in
            let game = try await hall.game(QuizSheet(settings: #""lobby_seconds":30,"#, questions: [QuizSheet.one]))
            try await game.pass(3_600_000)
            let ann = try await game.enter("Ann")
            try await game.pass(29_999)
            #expect(await ann.soFar().allSatisfy { $0.type == "board" })
            try await game.pass(1)
            #expect(await ann.next("question")["question"]["id"].text == "q1")
            try await game.pass(100_150)
            try await game.pass(8_000)
            #expect(await ann.rest().frames.map(\.type).filter { $0 != "board" } == ["reveal", "finish"])
        }
    }

    @Test("whoever is kicked is told, closed with 4002, off the board and not let in, until they are taken back")
    func kick() async throws {
        try await withGameHall { hall in
            let game = try await hall.game()
            let host = try await game.steer(), ann = try await game.enter("Ann"), bob = try await game.enter("Bob")
            let room = try game.room
            await host.command("start")
            #expect(await ann.says(#""b""#)["points"].number == 100)
            #expect(await host.command("kick", #","player":1"#)["type"].text == "done")
            let (frames, code) = await ann.rest()
            #expect(frames.last?.type == "kicked" && code == WebSocket.CloseCode(4002))
            #expect(room.state.withLock { $0.game.playersPresent } == 1)
            #expect(await host.command("unkick", #","player":1"#)["type"].text == "done")
            #expect(room.state.withLock { $0.game.playersPresent } == 1, "she may come back, and has not yet")
            #expect(await host.command("kick", #","player":1"#)["type"].text == "done")
            #expect(room.state.withLock { $0.game.playersPresent } == 1)
            try await game.tick()
            #expect(await game.boardOverHTTP() == [2: 0])
            #expect(await bob.soFar().last?["top"].places == ["1 Bob 0"])
            _ = await host.soFar()
            let notices = host.heard.filter { $0.type == "player" && $0["kicked"].truth == true }
            #expect(notices.map { $0["name"].text } == ["Ann", "Ann"])
            let refused = try await hall.socket("\(game.code)/play?player=\(ann.token)")
            let door = try await GameClient(refused)
            #expect(door.welcome.type == "kicked")
            #expect(await door.rest().code == WebSocket.CloseCode(4002))
            #expect(await hall.refusal("\(game.code)/play?name=ann") == "409 name.taken")
            #expect(await host.command("kick", #","player":1"#)["type"].text == "done", "she is out already")
            try await hall.restart(.killed)
            let again = try await game.steer()
            #expect(await game.boardOverHTTP() == [2: 0])
            #expect(await again.command("unkick", #","player":1"#)["type"].text == "done")
            let back = try await game.play(ann.token)
            #expect(back.welcome["you"] == ParsedJSON(json: #"{"rank":1,"score":100,"right":1,"answered":1}"#))
            #expect(await game.boardOverHTTP() == [1: 100, 2: 0])
        }
    }

    @Test("a locked game lets nobody new in, and those who are in come back")
    func lock() async throws {
        try await withGameHall { hall in
            let game = try await hall.game()
            let host = try await game.steer()
            var ann = try await game.enter("Ann")
            await host.command("lock")
            #expect(await ann.next("state")["locked"].truth == true)
            #expect(await hall.refusal("\(game.code)/play?name=Bob") == "403 game.locked")
            let shown = await hall.ask(.get, "/api/games/\(game.code)")
            #expect(shown.parsed["is_locked"].truth == true && shown.parsed["can_join"].truth == false)
            ann.vanish()
            ann = try await game.play(ann.token)
            #expect(ann.welcome["game"]["locked"].truth == true)
            await host.command("unlock")
            #expect(await hall.refusal("\(game.code)/play?name=Bob") == nil)
        }
    }
}
