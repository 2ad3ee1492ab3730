import Testing

@testable import Appliance

@Suite struct GameStepTimeTests {
    @Test("before it is due, nothing happens; then it does")
    func question() {
        let play = GameAtPlay(players: 1)
        play.game.hostPresence(1, at: play.now)
        #expect(play.game.dueAt == nil && play.take(.time) == "-")
        play.command(.start)
        let due = play.now + 10_150
        #expect(play.game.dueAt == due)
        play.now = due - 1
        #expect(play.take(.time) == "-" && play.place == "question 1")
        #expect(play.game.remaining(at: play.now) == -149)
        play.now = due
        #expect(play.take(.time) == "1" && play.place == "reveal 1")
        #expect(play.game.dueAt == nil, "the host is there")
        #expect(play.game.standing.played == 10_150)
    }

    @Test("the lobby ends by its time after the first player came, host or not", arguments: [true, false])
    func lobby(hasHost: Bool) {
        let play = GameAtPlay(.threeQuestions.with { $0.lobbyLasts = 20_000 })
        if hasHost { play.game.hostPresence(1, at: play.now) }
        #expect(play.game.dueAt == nil)
        play.now += 5_000
        play.join("Ann")
        #expect(play.game.dueAt == nil)
        play.game.presence(of: 1, true, at: play.now)
        play.game.presence(of: 1, false, at: play.now + 1)
        #expect(play.game.dueAt == play.now + 20_000)
        play.command(.pause)
        #expect(play.game.dueAt == nil)
        play.now += 60_000
        play.command(.resume)
        #expect(play.game.dueAt == play.now + 20_000, "its full time again")
        play.pass(20_000)
        #expect(play.place == "question 1")
        play.pass(10_150 + 8_000)
        #expect(play.place == (hasHost ? "reveal 1" : "question 2"), "without any host it goes by itself")
        play.pass(100_000)
        #expect(play.place == (hasHost ? "reveal 1" : "finished"))
    }

    @Test("when the host has been gone long enough, the game moves on, until one is back")
    func withoutHost() {
        let play = GameAtPlay(.threeQuestions.with { $0.withoutHostLasts = 30_000 }, players: 1)
        play.game.hostPresence(1, at: play.now)
        play.game.hostPresence(1, at: play.now)
        play.game.hostPresence(-1, at: play.now)
        #expect(play.game.dueAt == nil, "one is still there")
        play.game.hostPresence(-1, at: play.now)
        #expect(play.game.dueAt == play.now + 30_000)
        play.pass(30_000)
        #expect(play.place == "question 1")
        play.pass(10_150)
        #expect(play.place == "reveal 1" && play.game.dueAt == play.now + 8_000)
        play.game.hostPresence(1, at: play.now)
        #expect(play.game.dueAt == nil)
        play.now += 50_000
        play.game.hostPresence(-1, at: play.now)
        #expect(play.game.dueAt == play.now + 38_000, "the reveal stays its time after the absence counts")
    }

    @Test("nobody is left alone with a game without players")
    func nobody() {
        let play = GameAtPlay(.threeQuestions.with { ($0.withoutHostLasts, $0.lobbyLasts) = (1_000, 1_000) })
        #expect(play.game.dueAt == nil)
        play.command(.start)
        play.command(.skip)
        #expect(play.game.dueAt == nil)
    }

    @Test("a question that was open goes on when all are back, with the time it had")
    func allBack() {
        let play = GameAtPlay(players: 3)
        play.command(.start)
        play.now += 3_000
        play.answer(1, .text("b"))
        play.command(.kick(player: 3))
        play.now += 2_000
        play.restart(after: 600_000)
        #expect(play.place == "question 1 returning" && play.game.dueAt == nil)
        #expect(play.game.remaining(at: play.now) == 7_000)
        #expect(play.answer(2, .text("b")) == "!game.paused" && play.answer(1, .text("b")) == "again 0")
        play.now += 60_000
        play.game.presence(of: 1, true, at: play.now)
        #expect(play.game.dueAt == play.now + 5_000)
        play.now += 1_000
        play.game.presence(of: 2, true, at: play.now)
        #expect(play.game.dueAt == play.now && play.take(.time) == "1")
        #expect(play.place == "question 1" && play.game.remaining(at: play.now) == 7_000)
        play.now += 1_000
        play.answer(2, .text("b"))
        #expect(play.score(1) == 850 && play.score(2) == 800)
    }

    @Test("who is back later is not charged what they missed, up to a bound", arguments: [
        // milliseconds late, milliseconds from there to the answer, elapsed
        (2_000, 1_500, 4_500), (9_000, 100, 3_100), (11_000, 500, 4_500),
    ])
    func credit(late: Int, then: Int, elapsed: Int) {
        let play = GameAtPlay(.threeQuestions.with { $0.questions[0].limit = 30_000 }, players: 3)
        play.command(.start)
        play.now += 3_000
        play.answer(1, .text("b"))
        play.restart(after: 1_000)
        play.game.presence(of: 1, true, at: play.now)
        play.game.presence(of: 1, false, at: play.now)
        play.pass(5_000)
        #expect(play.place == "question 1")
        play.now += late
        play.join("New")
        for player in [3, 4] { play.game.presence(of: player, true, at: play.now) }
        play.game.presence(of: 3, false, at: play.now + 10)
        play.now += then
        play.game.presence(of: 3, true, at: play.now)
        for player in [3, 4] { play.answer(player, .text("b")) }
        #expect(play.game.players[2].last?.elapsed == elapsed, "once, though they came twice")
        #expect(play.game.players[3].last?.elapsed == 3_000 + late + then, "who was not there missed nothing")
        play.command(.skip)
        play.command(.next)
        play.game.presence(of: 2, true, at: play.now)
        #expect(play.game.players.allSatisfy { $0.credit == 0 && !$0.isAwaited })
    }

    @Test("what was paused stays paused; the host may go on without waiting")
    func restartOfPaused() {
        let play = GameAtPlay(players: 2)
        play.command(.start)
        play.now += 3_000
        play.command(.pause)
        play.restart()
        #expect(play.place == "question 1 paused")
        for player in [1, 2] { play.game.presence(of: player, true, at: play.now) }
        #expect(play.game.dueAt == nil && play.game.remaining(at: play.now) == 7_000)
        play.command(.resume)
        play.restart()
        #expect(play.place == "question 1 returning")
        play.command(.resume)
        #expect(play.place == "question 1" && play.game.dueAt == play.now + 7_150)
    }

    @Test("one who is kicked is not waited for")
    func kickedMeanwhile() {
        let play = GameAtPlay(players: 2)
        play.command(.start)
        play.restart()
        play.game.presence(of: 1, true, at: play.now)
        play.now += 500
        play.command(.kick(player: 2))
        #expect(play.game.dueAt == play.now)
    }

    @Test("options and questions are shuffled by the game, and in a self-paced one by the player", arguments: [
        Quiz.Pace.hosted, .selfPaced,
    ])
    func shuffled(pace: Quiz.Pace) {
        let play = GameAtPlay(
            .threeQuestions.with { ($0.pace, $0.shufflesOptions, $0.shufflesQuestions) = (pace, true, true) })
        let game = play.game
        for question in 0..<2 {
            let options = game.quiz.questions[question].options
            let seed = Shuffle.seed(game.head.seed, question)
            let shuffled = Shuffle.order(options.count, seed: seed).map { options[$0] }
            #expect(game.options(of: question, for: nil) == shuffled)
            let own = Shuffle.order(options.count, seed: Shuffle.seed(seed, 5)).map { options[$0] }
            #expect(game.options(of: question, for: 5) == (pace == .hosted ? shuffled : own))
        }
        #expect(game.options(of: 2, for: 1).isEmpty)
        #expect(game.order == (pace == .hosted ? Shuffle.order(3, seed: 7) : [0, 1, 2]))
        #expect(game.order(for: 5) == (pace == .hosted ? game.order : Shuffle.order(3, seed: Shuffle.seed(7, 5))))
        #expect(game.order.map { game.places[$0] } == [0, 1, 2])
    }
}
