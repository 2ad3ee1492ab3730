import Testing

@testable import Appliance

@Suite struct GameStepSelfPacedTests {
    @Test("everybody gets one question after the other")
    func through() {
        let play = GameAtPlay(.selfPaced, players: 2)
        #expect(play.place == "running")
        #expect(play.answer(1, .text("b")) == "!question.none")
        #expect(play.take(.next(player: 1)) == "1")
        #expect(play.game.remaining(for: 1, at: play.now + 400) == 9_600)
        #expect(play.game.remaining(for: 2, at: play.now) == nil)
        play.now += 2_000
        #expect(play.answer(1, .text("b"), to: "q1") == "1")
        #expect(play.score(1) == 900)
        #expect(play.answer(1, .text("b")) == "!question.none")
        #expect(play.answer(1, .text("b"), to: "q1") == "again 0")
        #expect(play.answer(1, .truth(true), to: "q3") == "!question.none")
        play.take(.next(player: 1))
        #expect(play.answer(1, .truth(true), to: "q3") == "!question.unknown")
        play.answer(1, .list([.text("a")]))
        play.take(.next(player: 1))
        play.answer(1, .truth(true))
        #expect(play.take(.next(player: 1)) == "-" && play.game.players[0].answered == 3)
        #expect(play.board == [1, 2] && play.score(1) == 1_900)
    }

    @Test("asking for the next one misses the open one, but not one that was shown just now", arguments: [
        // milliseconds, what comes of it, answered then, whether the verdict says late
        (0, "-", 0, nil), (999, "-", 0, nil), (1_000, "2", 1, false), (10_000, "2", 1, false), (10_001, "2", 1, true),
    ] as [(Int, String, Int, Bool?)])
    func skipping(milliseconds: Int, outcome: String, answered: Int, isLate: Bool?) {
        let play = GameAtPlay(.selfPaced.with { $0.scoring = .negative }, players: 1)
        play.take(.next(player: 1))
        play.now += milliseconds
        #expect(play.take([.next(player: 1), .next(player: 1)]) == outcome + " -")
        #expect(play.game.players[0].answered == answered && play.score(1) == 0)
        #expect(play.game.verdict(of: 1, on: 0)?.isLate == isLate)
        #expect(play.game.tallies[0].answers == 0, "what is missed was not said")
    }

    @Test("what is late counts as missed, and the verdict says so", arguments: [(10_150, false), (10_151, true)])
    func late(milliseconds: Int, isLate: Bool) {
        let play = GameAtPlay(.selfPaced, players: 1)
        play.take(.next(player: 1))
        play.now += milliseconds
        #expect(play.answer(1, .text("b"), allowance: 150) == "1")
        #expect(play.game.verdict(of: 1, on: 0)?.isLate == isLate)
        #expect(play.game.verdict(of: 1, on: 0)?.points == (isLate ? 0 : 500))
        #expect(play.game.players[0].last?.said == (isLate ? nil : "\"b\""))
    }

    @Test("after the last there is nothing to show")
    func end() {
        let play = GameAtPlay(.selfPaced, players: 1)
        for expected in ["1", "2", "2", "1", "-"] {
            #expect(play.take(.next(player: 1)) == expected)
            play.now += 5_000
        }
        #expect(play.game.players[0].answered == 3 && play.game.nextQuestion(for: play.game.players[0]) == nil)
    }

    @Test("a missed one breaks the streak")
    func streak() {
        let play = GameAtPlay(.selfPaced.with { $0.streak = StreakBonus(step: 100, max: 500) }, players: 2)
        let answers: [JSONValue?] = [.text("b"), nil, .truth(true)]
        for player in [1, 2] {
            for answer in player == 1 ? answers : [.text("b"), .list([.text("a"), .text("c")]), .truth(true)] {
                play.take(.next(player: player))
                play.now += 1_000
                if let answer { play.answer(player, answer) }
            }
        }
        #expect(play.game.players.map(\.last?.bonus) == [0, 200] && play.game.players.map(\.streak) == [1, 3])
    }

    @Test("answers and questions of several steps at once are as those of one after the other")
    func together() {
        let play = GameAtPlay(.selfPaced.with { $0.streak = StreakBonus(step: 100, max: 500) }, players: 1)
        play.take(.next(player: 1))
        let answer = GameInput.answer(player: 1, question: nil, .text("b"), allowance: 0)
        // The second one nobody has seen yet.
        #expect(play.take([answer, .next(player: 1), answer, .next(player: 1)]) == "1 1 !question.none -")
        #expect(play.game.openQuestion(for: play.game.players[0]) == 1)
        let early = GameInput.answer(player: 1, question: "q2", .list([.text("a"), .text("c")]), allowance: 0)
        #expect(play.take(early, at: play.now - 1) == "!question.none")
        #expect(play.take(early) == "1" && play.score(1) == 2_100)
    }

    @Test("a lobby waits for the host, or for its time; what is open closes", arguments: [nil, 30_000])
    func lobby(lasts: Int?) {
        let play = GameAtPlay(.selfPaced.with { ($0.hasLobby, $0.lobbyLasts) = (true, lasts) }, players: 1)
        play.game.closesAt = play.now + 60_000
        #expect(play.take(.next(player: 1)) == "!game.not_begun")
        #expect(play.game.dueAt == play.now + (lasts ?? 60_000))
        if lasts == nil { play.command(.start) } else { play.pass(30_000) }
        #expect(play.place == "running" && play.take(.next(player: 1)) == "1")
        play.pass(60_000)
        #expect(play.place == "finished" && play.game.dueAt == nil)
        #expect(play.take(.next(player: 1)) == "!game.finished" && play.answer(1, .text("b")) == "!question.none")
    }

    @Test("after a restart the question is shown anew")
    func restart() {
        let play = GameAtPlay(.selfPaced, players: 1)
        play.take(.next(player: 1))
        play.answer(1, .text("b"))
        play.take(.next(player: 1))
        play.restart(after: 60_000)
        #expect(play.game.players[0].shownAt == nil && play.game.returning == nil && play.place == "running")
        #expect(play.take(.next(player: 1)) == "1")
        #expect(play.answer(1, .list([.text("a"), .text("c")]), to: "q2") == "1")
        #expect(play.score(1) == 2_000)
    }

    @Test("players of a hosted game have no next")
    func hosted() {
        let play = GameAtPlay(players: 1)
        #expect(play.take(.next(player: 1)) == "!game.hosted")
        play.command(.kick(player: 1))
        #expect(play.take(.next(player: 1)) == "!player.kicked")
    }
}
