import Storage
import Synchronization
import Testing

@testable import Appliance
@testable import Web

/// Games over sockets: what players, a host and a screen hear, and what counts.
@Suite(.timeLimit(.minutes(5))) struct GameTests {
    @Test("a hosted game from the lobby to the end: every frame, in order, with what is in it")
    func wholeGame() async throws {
        try await withGameHall { hall in
            let game = try await hall.game(QuizSheet(questions: [QuizSheet.one, QuizSheet.three]))
            let host = try await game.steer(), screen = try await game.watch()
            #expect(host.welcome["game"] == game.facts(phase: "lobby"))
            #expect(screen.welcome["game"] == game.facts(phase: "lobby") && screen.welcome["question"].isNull)
            let ann = try await game.play(try await game.join("Ann"))
            try await game.tick()
            let bob = try await game.play(try await game.join("Bob"))
            let cat = try await game.play(try await game.join("Cat"))
            #expect(cat.number == 3 && cat.welcome["name"].text == "Cat")
            #expect(cat.welcome["game"]["players"].number == 3 && cat.welcome["verdict"].isNull)
            #expect(cat.welcome["you"] == ParsedJSON(json: #"{"rank":3,"score":0,"right":0,"answered":0}"#))
            try await game.tick()
            #expect(await host.soFar().filter { $0.type == "player" }.map { $0["name"].text } == ["Ann", "Bob", "Cat"])
            for player in [ann, bob, cat] {
                let board = try #require(await player.soFar().last)
                #expect(board["top"].places == ["1 Ann 0", "2 Bob 0", "3 Cat 0"] && board["present"].number == 3)
            }

            #expect(await host.command("start") == ParsedJSON(json: #"{"type":"done","command":"start"}"#))
            try await game.tick()
            let question = ParsedJSON(json: Self.firstQuestion)
            for player in [ann, bob, cat] {
                let frames = await player.soFar()
                #expect(frames == [question], "a board is only sent to whom it tells something new")
            }
            let hosts = await host.soFar()
            #expect(hosts.first?["question"]["answer"].text == "b")
            #expect(hosts.first?["question"]["explanation"].text == "B it is.")

            try await game.pass(9_850)
            #expect(await ann.says(#""b""#, to: "q1") == ParsedJSON(json: #"""
                {"type":"verdict","question":"q1","right":true,"points":90,"bonus":0,"score":90,"rank":1,"late":false}
                """#))
            try await game.rest()
            #expect(await bob.says(#""a""#) == ParsedJSON(json: #"""
                {"type":"verdict","question":"q1","right":false,"points":0,"bonus":0,"score":0,"rank":2,"late":false}
                """#))
            try await game.tick()
            // The clock was at 10,000 and is at 10,150.
            #expect(try await hall.answers(of: game).map(\.points) == [90, 0])
            let boards = await cat.soFar()
            #expect(boards.count == 1, "that Bob has answered changes nothing for Cat")
            #expect(boards.first == ParsedJSON(json: #"""
                {"type":"board","players":3,"answered":1,"present":3,"you":{"rank":3,"score":0},"top":[
                {"rank":1,"player":1,"name":"Ann","score":90},{"rank":2,"player":2,"name":"Bob","score":0},
                {"rank":3,"player":3,"name":"Cat","score":0}]}
                """#))
            for client in [ann, bob, host] { _ = await client.soFar() }

            try await game.pass(89_999)
            #expect(await cat.soFar().isEmpty, "answers may be on their way until 150 ms after the limit")
            try await game.pass(1)
            let reveal = ParsedJSON(json: #"""
                {"type":"reveal","question":"q1","answer":"b","explanation":"B it is.","answers":2,"right":1,
                "distribution":[{"id":"a","count":1},{"id":"b","count":1},{"id":"c","count":0}]}
                """#)
            for client in [ann, bob, cat, host] { #expect(await client.soFar() == [reveal]) }
            #expect(await cat.says(#""b""#, to: "q1")["code"].text == "answer.late")

            #expect(await host.command("next")["command"].text == "next")
            #expect(await cat.says(#""  PARIS ""#, to: "q3")["points"].number == 100)
            #expect(await bob.says(#""London""#, to: "q3")["right"].truth == false)
            #expect(await host.command("skip")["command"].text == "skip")
            let second = await ann.next("reveal")
            #expect(second["answer"].text == "Paris" && second["explanation"].isNull)
            #expect(second["distribution"].items.map { $0["count"].number } == [1, 1])
            #expect(await host.command("next")["command"].text == "next")

            let ends = [
                #"{"rank":2,"score":90,"right":1,"answered":1}"#, #"{"rank":3,"score":0,"right":0,"answered":2}"#,
                #"{"rank":1,"score":100,"right":1,"answered":1}"#,
            ]
            for (player, end) in zip([ann, bob, cat], ends) {
                let (frames, code) = await player.rest()
                let finish = try #require(frames.last)
                #expect(finish.type == "finish" && finish["you"] == ParsedJSON(json: end), "\(frames)")
                #expect(finish["top"].places == ["1 Cat 100", "2 Ann 90", "3 Bob 0"] && code == .normal)
            }
            for client in [host, screen] {
                let (frames, code) = await client.rest()
                #expect(frames.last?.type == "finish" && code == .normal)
                #expect(frames.last?["you"].isNull == true)
                let kinds = client.heard.map(\.type).filter { ["question", "reveal", "finish"].contains($0) }
                #expect(kinds == ["question", "reveal", "question", "reveal", "finish"])
            }
            #expect(!screen.heard.contains { $0.type == "question" && !$0["question"]["answer"].isNull })
            #expect(!ann.heard.contains { $0.type == "question" && !$0["question"]["answer"].isNull })
            #expect(try await hall.sums(of: game) == [1: 90, 2: 0, 3: 100])
            #expect(await game.boardOverHTTP() == [1: 90, 2: 0, 3: 100])
        }
    }

    private static let firstQuestion = #"""
        {"type":"question","question":{"id":"q1","number":1,"count":2,"kind":"single","text":"Which?","options":[
        {"id":"a","label":"A"},{"id":"b","label":"B"},{"id":"c","label":"C"}],"points":100,"seconds":100,
        "remaining_ms":100000,"deadline":"2026-01-01T12:01:40.300Z","paused":false}}
        """#

    @Test("a verdict is only heard once the answer is on disk")
    func verdictAfterCommit() async throws {
        try await withGameHall { hall in
            let game = try await hall.game()
            let host = try await game.steer(), ann = try await game.enter("Ann")
            await host.command("start")
            let disk = HeldDisk(hall.app.database)
            await disk.isHeld()
            await ann.answer(#""b""#)
            await hall.until("the answer waits for the disk") { hall.app.database.statistics.queueDepth > 0 }
            #expect(!(await ann.soFar()).contains { $0.type == "verdict" })
            #expect(try await hall.answers(of: game).isEmpty)
            disk.letGo()
            #expect(await ann.next("verdict")["points"].number == 100)
            #expect(try await hall.answers(of: game).map(\.points) == [100])
        }
    }

    @Test("an answer counts once: at once again, later, after a reconnect and a restart the same points are told")
    func repeated() async throws {
        try await withGameHall { hall in
            let game = try await hall.game()
            let host = try await game.steer()
            var ann = try await game.enter("Ann")
            let bob = try await game.enter("Bob")
            await host.command("start")
            try await game.pass(20_000)
            await ann.answer(#""b""#, to: "q1")
            await ann.answer(#""a""#, to: "q1")
            await ann.answer(#""b""#)
            for _ in 0..<3 {
                let verdict = await ann.next("verdict")
                #expect(verdict["points"].number == 80 && verdict["score"].number == 80 && verdict["rank"].number == 1)
            }
            try await game.pass(10_000)
            #expect(await ann.says(#""c""#)["points"].number == 80)
            let token = ann.token
            ann.vanish()
            ann = try await game.play(token)
            #expect(ann.welcome["verdict"]["points"].number == 80 && ann.welcome["you"]["score"].number == 80)
            #expect(await ann.says(#""b""#, to: "q1")["points"].number == 80)
            #expect(await bob.says(#""b""#, to: "q1")["points"].number == 70)
            await host.command("skip")
            await host.command("next")
            #expect(await ann.says(#"["c","a"]"#, to: "q2")["score"].number == 180)
            // By now only its row remembers.
            let old = await ann.says(#""a""#, to: "q1")
            #expect(old["question"].text == "q1" && old["points"].number == 80 && old["score"].number == 180)
            try await hall.restart(.killed)
            ann = try await game.play(token)
            let own = ParsedJSON(json: #"{"rank":1,"score":180,"right":2,"answered":2}"#)
            #expect(ann.number == 1 && ann.welcome["you"] == own)
            #expect(await ann.says(#""a""#, to: "q1")["points"].number == 80)
            #expect(await ann.says(#"["a"]"#, to: "q2")["points"].number == 100)
            #expect(try await hall.sums(of: game) == [1: 180, 2: 70])
            #expect(try await hall.answers(of: game).count == 3)
        }
    }

    @Test("of two connections of a player the newest counts: the other is told, closed with 4001 and not heard")
    func twoTabs() async throws {
        try await withGameHall { hall in
            let game = try await hall.game()
            let host = try await game.steer(), first = try await game.enter("Ann")
            await host.command("start")
            let room = try game.room
            let old = try #require(room.state.withLock { $0.seats[0] })
            let second = try await game.play(first.token)
            #expect(second.welcome["game"]["players"].number == 1 && second.number == first.number)
            let (frames, code) = await first.rest()
            #expect(frames.last?.type == "taken_over" && code == WebSocket.CloseCode(4001))
            // What had been read already, and comes to be looked at only now.
            await room.hear(.text(#"{"type":"answer","answer":"b"}"#), from: 1, old)
            try await game.rest()
            #expect(try await hall.answers(of: game).isEmpty)
            #expect(await second.says(#""b""#)["points"].number == 100)
            #expect(room.state.withLock { $0.game.playersPresent } == 1, "the first one's going changes nothing")
            second.vanish()
            await hall.until("she is gone") { room.state.withLock { $0.game.playersPresent } == 0 }
        }
    }

    @Test("a welcome tells all there is: the open question with what is left of it, a verdict, a pause, a reveal")
    func welcomes() async throws {
        try await withGameHall { hall in
            let game = try await hall.game()
            let host = try await game.steer()
            var ann = try await game.enter("Ann")
            func again() async throws {
                ann.vanish()
                ann = try await game.play(ann.token)
            }
            #expect(ann.welcome["game"] == game.facts(phase: "lobby", players: 1, count: 3))
            await host.command("start")
            try await game.pass(30_000)
            try await again()
            #expect(ann.welcome["game"]["phase"].text == "question" && ann.welcome["game"]["place"].number == 1)
            #expect(ann.welcome["question"]["remaining_ms"].number == 70_000)
            #expect(ann.welcome["question"]["id"].text == "q1" && ann.welcome["question"]["answer"].isNull)
            #expect(await ann.says(#""b""#)["points"].number == 70)
            try await again()
            #expect(ann.welcome["verdict"]["points"].number == 70 && ann.welcome["verdict"]["question"].text == "q1")
            await host.command("pause")
            try await game.pass(50_000)
            try await again()
            #expect(ann.welcome["game"]["paused"].truth == true && ann.welcome["question"]["paused"].truth == true)
            #expect(ann.welcome["question"]["remaining_ms"].number == 70_000)
            #expect(ann.welcome["question"]["deadline"].isNull)
            await host.command("skip")
            try await again()
            #expect(ann.welcome["question"].isNull && ann.welcome["reveal"]["answer"].text == "b")
            #expect(ann.welcome["game"]["phase"].text == "reveal" && ann.welcome["top"].places == ["1 Ann 70"])
            await host.command("end")
            try await again()
            let (frames, code) = await ann.rest()
            #expect(frames.map(\.type) == ["finish"] && code == .normal)
        }
    }

    @Test("what cannot be an answer, or cannot be one now, is refused with a code and the question")
    func refusals() async throws {
        try await withGameHall { hall in
            let sheets = [QuizSheet.one, QuizSheet.two, QuizSheet.three, QuizSheet.four, QuizSheet.five]
            let game = try await hall.game(QuizSheet(questions: sheets))
            let host = try await game.steer(), ann = try await game.enter("Ann")
            #expect(await ann.says(#""b""#)["code"].text == "question.none")
            await host.command("start")
            for wrong in [#""z""#, "7", "true", #"["b"]"#, "{}", #""""#] {
                let refusal = await ann.says(wrong, to: "q1")
                #expect(refusal["code"].text == "answer.invalid" && refusal["question"].text == "q1", "\(wrong)")
            }
            #expect(await ann.says(#""b""#, to: "q2")["code"].text == "question.unknown")
            #expect(await ann.says(#""b""#, to: "nothing")["code"].text == "question.unknown")
            await host.command("pause")
            #expect(await ann.says(#""b""#, to: "q1")["code"].text == "game.paused")
            await host.command("resume")
            await ann.send(#"{"type":"next"}"#)
            #expect(await ann.next("error")["code"].text == "game.hosted")
            await host.command("skip")
            #expect(await ann.says(#""b""#, to: "q1")["code"].text == "answer.late")
            #expect(await ann.says(#""b""#)["code"].text == "question.none")
            for (question, wrong, right) in [
                ("q2", #"["a","z"]"#, #"["a","c"]"#), ("q3", #"["Paris"]"#, #""paname""#), ("q4", #""yes""#, "true"),
                ("q5", #""many""#, "7.5"),
            ] {
                await host.command("next")
                #expect(await ann.says(wrong, to: question)["code"].text == "answer.invalid", "\(question)")
                #expect(await ann.says(right, to: question)["points"].number == 100, "\(question)")
                await host.command("skip")
            }
            await host.command("next")
            let (frames, _) = await ann.rest()
            #expect(frames.last?["you"]["score"].number == 400)
        }
    }

    @Test("garbage is answered and harms nothing", arguments: [
        ("", "frame.malformed"), ("{", "frame.malformed"), ("[]", "frame.malformed"), ("null", "frame.malformed"),
        ("{}", "frame.malformed"), (#"{"type":7}"#, "frame.malformed"), (#"{"type":"answer"}"#, "frame.unknown"),
        (#"{"type":"start"}"#, "frame.unknown"), (#"{"type":"answer","question":1,"answer":"b"}"#, "frame.malformed"),
        (#"{"type":"answer","answer":null}"#, "frame.unknown"),
    ])
    func garbage(_ frame: String, _ code: String) async throws {
        try await withGameHall { hall in
            let game = try await hall.game()
            let host = try await game.steer(), ann = try await game.enter("Ann")
            await host.command("start")
            await ann.send(frame)
            #expect(await ann.next("error")["code"].text == code)
            #expect(await ann.says(#""b""#)["points"].number == 100)
        }
    }

    @Test("binary frames are answered, frames over 4 KiB end the connection, and the player comes back")
    func sizes() async throws {
        try await withGameHall { hall in
            let game = try await hall.game()
            var ann = try await game.enter("Ann")
            await ann.socket.send(.binary([1, 2, 3]))
            #expect(await ann.next("error")["code"].text == "frame.binary")
            await ann.send(#"{"type":"answer","answer":"\#(String(repeating: "x", count: 4_000))"}"#)
            #expect(await ann.next("error")["code"].text == "question.none")
            await ann.send(#"{"type":"answer","answer":"\#(String(repeating: "x", count: 5_000))"}"#)
            #expect(await ann.rest().code == .messageTooBig)
            ann = try await game.play(ann.token)
            #expect(ann.number == 1)
            let host = try await game.steer(), screen = try await game.watch()
            await host.send("nothing")
            #expect(await host.next("error")["code"].text == "frame.malformed")
            await screen.send(#"{"type":"end"}"#)
            #expect(await host.command("start")["type"].text == "done")
            #expect(await screen.next("question")["question"]["id"].text == "q1")
        }
    }

    @Test("more than eight messages that wait are refused, and those that wait are answered one by one")
    func flood() async throws {
        try await withGameHall { hall in
            let game = try await hall.game()
            let host = try await game.steer(), ann = try await game.enter("Ann")
            await host.command("start")
            let disk = HeldDisk(hall.app.database)
            await disk.isHeld()
            for _ in 0..<12 { await ann.answer(#""b""#, to: "q1") }
            let refused = await ann.soFar().filter { $0["code"].text == "answer.flood" }
            #expect(refused.count == 4)
            disk.letGo()
            for _ in 0..<8 { #expect(await ann.next("verdict", "error")["points"].number == 100) }
            try await game.rest()
            #expect(try game.room.state.withLock { $0.waiting } == [0])
            #expect(await ann.says(#""b""#)["points"].number == 100)
            #expect(try await hall.answers(of: game).count == 1)
        }
    }

    @Test("a question ends in time though answers keep coming and the disk is slow")
    func endsInTime() async throws {
        try await withGameHall { hall in
            let game = try await hall.game(), room = try game.room
            let host = try await game.steer(), ann = try await game.enter("Ann"), bob = try await game.enter("Bob")
            await host.command("start")
            try await game.rest()
            let disk = HeldDisk(hall.app.database)
            await disk.isHeld()
            await ann.answer(#""b""#)
            await hall.until("the answer is being stored") { room.state.withLock { $0.isWriting && $0.inbox.isEmpty } }
            hall.clock.advance(by: 100_150)
            await hall.until("it is time") { room.state.withLock { $0.isTimeComing } }
            await bob.answer(#""b""#, to: "q1")
            disk.letGo()
            #expect(await bob.next("error", "verdict")["code"].text == "answer.late")
            #expect(await ann.next("verdict")["points"].number == 100)
            #expect(await ann.next("reveal")["answers"].number == 1)
        }
    }

    @Test("a self-paced game: everybody at their own speed, with the answer in the verdict, and missed questions")
    func selfPaced() async throws {
        try await withGameHall { hall in
            let game = try await hall.game(QuizSheet(settings: #""pace":"self_paced","open_minutes":60,"#))
            let ann = try await game.enter("Ann"), bob = try await game.enter("Bob")
            #expect(ann.welcome["game"]["phase"].text == "running" && ann.welcome["question"].isNull)
            #expect(await ann.says(#""b""#)["code"].text == "question.none")
            await ann.send(#"{"type":"next"}"#)
            #expect(await ann.next("question")["question"]["remaining_ms"].number == 100_000)
            try await game.pass(10_000)
            let verdict = await ann.says(#""b""#)
            #expect(verdict["points"].number == 90 && verdict["answer"].text == "b")
            #expect(verdict["explanation"].text == "B it is." && verdict["done"].truth == false)
            await bob.send(#"{"type":"next"}"#)
            #expect(await bob.next("question")["question"]["id"].text == "q1")
            await ann.send(#"{"type":"next"}"#)
            #expect(await ann.next("question")["question"]["number"].number == 2)
            try await game.pass(100_200)
            let late = await ann.says(#"["a","c"]"#, to: "q2")
            #expect(late["late"].truth == true && late["points"].number == 0)
            #expect(await ann.says(#"["a","c"]"#, to: "q2") == late, "the same again")
            await ann.send(#"{"type":"next"}"#)
            _ = await ann.next("question")
            let last = await ann.says(#""Paris""#)
            #expect(last["done"].truth == true && last["score"].number == 190)
            #expect(await ann.says(#"["a"]"#, to: "q2")["late"].truth == true, "its row remembers that it was late")
            await ann.send(#"{"type":"next"}"#)
            #expect(await ann.next("done", "error")["you"]["answered"].number == 3)
            try await game.pass(3_600_000 - 110_200)
            let (frames, code) = await bob.rest()
            #expect(frames.last?.type == "finish" && code == .normal)
            #expect(try await hall.sums(of: game) == [1: 190, 2: 0])
        }
    }

    @Test("two games at a time never hear each other")
    func twoGames() async throws {
        try await withGameHall { hall in
            let sheet = QuizSheet()
            let left = try await hall.game(sheet), right = try await hall.anotherGame(of: sheet)
            #expect(left.code != right.code)
            let hosts = (try await left.steer(), try await right.steer())
            let ann = try await left.enter("Ann"), also = try await right.enter("Ann")
            try await left.tick()
            try await right.rest()
            for client in [ann, also] { _ = await client.soFar() }
            await hosts.0.command("start")
            #expect(await ann.says(#""b""#)["points"].number == 100)
            await hosts.0.command("lock")
            try await left.tick()
            #expect(await also.soFar().isEmpty)
            #expect(await hosts.1.soFar().allSatisfy { ["player", "board"].contains($0.type) })
            #expect(await also.says(#""b""#)["code"].text == "question.none")
            await hosts.0.command("end")
            #expect(await ann.rest().frames.last?.type == "finish")
            #expect(await also.soFar().isEmpty)
            #expect(await hosts.1.command("start")["type"].text == "done")
            #expect(try await hall.sums(of: right) == [1: 0])
        }
    }
}

extension OpenedGame {
    /// What a welcome says of the game.
    func facts(phase: String, players: Int = 0, count: Int = 2) -> ParsedJSON {
        ParsedJSON(json: #"""
            {"id":"\#(id)","code":"\#(code)","title":"Three","language":"en","pace":"hosted","scoring":"linear",
            "phase":"\#(phase)","count":\#(count),"place":null,"players":\#(players),"paused":false,"locked":false,
            "board":true,"host":"Quiz Host"}
            """#)
    }
}
