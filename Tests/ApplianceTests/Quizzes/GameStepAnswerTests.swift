import Testing

@testable import Appliance

@Suite struct GameStepAnswerTests {
    @Test("an answer is worth what its time and mode say", arguments: [
        // mode, milliseconds, allowance, answer to q1 (right is b), points
        (Scoring.classic, 0, 0, "b", 1_000), (.classic, 499, 0, "b", 1_000), (.classic, 500, 0, "b", 975),
        (.classic, 640, 141, "b", 1_000), (.classic, 700, 9_999, "b", 973), (.classic, 700, -50, "b", 965),
        (.classic, 10_000, 0, "b", 500), (.classic, 10_150, 150, "b", 500), (.classic, 300, 0, "a", 0),
        (.linear, 2_500, 0, "b", 750), (.linear, 10_000, 0, "b", 0), (.flat, 9_000, 0, "b", 1_000),
        (.negative, 10, 0, "a", -500), (.negative, 10, 0, "b", 1_000), (.none, 10, 0, "b", 0),
    ])
    func points(scoring: Scoring, milliseconds: Int, allowance: Int, said: String, points: Int) {
        let play = GameAtPlay(.threeQuestions.with { $0.scoring = scoring }, players: 2)
        play.command(.start)
        play.now += milliseconds
        #expect(play.answer(2, .text(said), allowance: allowance) == "1")
        let verdict = play.game.verdict(of: 2, on: 0)
        #expect(verdict?.points == points && verdict?.score == points && play.score(2) == points)
        #expect(verdict?.isRight == (said == "b"))
        #expect(verdict?.rank == (points > 0 ? 1 : 2))
    }

    @Test("what is not counted says why", arguments: [
        // milliseconds, question, answer, what comes of it
        (0, nil, JSONValue.text("z"), "!answer.invalid"), (0, "q1", .number(3), "!answer.invalid"),
        (10_000, nil, .text("b"), "1"), (10_001, nil, .text("b"), "!answer.late"),
        (10_001, "q1", .text("z"), "!answer.late"), (0, "q2", .list([.text("a")]), "!question.unknown"),
        (0, "nix", .text("b"), "!question.unknown"),
    ])
    func refusals(milliseconds: Int, question: String?, said: JSONValue, outcome: String) {
        let play = GameAtPlay(players: 1)
        play.command(.start)
        play.now += milliseconds
        #expect(play.answer(1, said, to: question) == outcome)
    }

    @Test("an answer counts once, and is answered the same as long as the game lives")
    func twice() {
        let play = GameAtPlay(players: 2)
        play.command(.start)
        let right = GameInput.answer(player: 1, question: nil, .text("b"), allowance: 0)
        let other = GameInput.answer(player: 1, question: "q1", .text("a"), allowance: 0)
        #expect(play.take([right, other, right]) == "1 again 0 again 0")
        #expect(play.take([right, other]) == "again 0 again 0")
        play.command(.pause)
        #expect(play.take(other) == "again 0")
        play.command(.skip)
        #expect(play.take(other) == "again 0")
        #expect(play.take(right) == "!question.none")
        play.command(.next)
        #expect(play.take(other) == "again 0")
        play.command(.end)
        #expect(play.take(other) == "again 0")
        #expect(play.score(1) == 1_000 && play.game.tallies[0].answers == 1)
    }

    @Test("where no question is open, none is answered", arguments: [
        // commands, question, what comes of it
        ([], nil, "!question.none"), ([], "q1", "!question.none"), ([.start, .skip], nil, "!question.none"),
        ([.start, .skip], "q1", "!answer.late"), ([.start, .skip], "q2", "!question.none"),
        ([.start, .skip, .next], "q1", "!answer.late"), ([.start, .end], "q1", "!question.none"),
        ([.end], nil, "!question.none"), ([.start, .pause], nil, "!game.paused"),
        ([.start, .pause, .resume], nil, "1"), ([.start, .kick(player: 1)], nil, "!player.kicked"),
    ] as [([HostCommand], String?, String)])
    func closed(commands: [HostCommand], question: String?, outcome: String) {
        let play = GameAtPlay(players: 1)
        for command in commands { play.command(command) }
        #expect(play.answer(1, .text("b"), to: question) == outcome)
    }

    @Test("numbers that nobody has are no players", arguments: [0, 2, -1, .max, .min])
    func strangers(number: Int) {
        let play = GameAtPlay(players: 1)
        play.command(.start)
        #expect(play.answer(number, .text("b")) == "!player.unknown")
        #expect(play.take(.next(player: number)) == "!player.unknown")
    }

    @Test("what came before the question was not meant for it")
    func early() {
        let play = GameAtPlay(players: 1)
        let sent = play.now
        play.now += 40
        play.command(.start)
        #expect(play.take(.answer(player: 1, question: nil, .text("b"), allowance: 0), at: sent) == "!question.none")
        #expect(play.answer(1, .text("b")) == "1")
    }

    @Test("a streak grows with right answers in a row, and breaks with one that is not or is missing", arguments: [
        // answers to q1, q2, q3 (right: b, a and c, true), bonuses
        (["b", "ac", "true"], [0, 100, 150]), (["a", "ac", "true"], [0, 0, 100]), (["b", "a", "true"], [0, 0, 0]),
        (["b", nil, "true"], [0, 0, 0]), ([nil, "ac", "true"], [0, 0, 100]),
    ] as [([String?], [Int])])
    func streak(answers: [String?], bonuses: [Int]) {
        for scoring in [Scoring.partial, .none] {
            let play = GameAtPlay(
                .threeQuestions.with { ($0.scoring, $0.streak) = (scoring, StreakBonus(step: 100, max: 150)) },
                players: 1)
            let said: [String: JSONValue] = ["true": .truth(true), "ac": .list([.text("a"), .text("c")])]
            var given: [Int] = []
            for (index, answer) in answers.enumerated() {
                play.command(index == 0 ? .start : .next)
                if let answer { #expect(play.answer(1, said[answer] ?? .text(answer)) == "1") }
                given.append(play.game.verdict(of: 1, on: index)?.bonus ?? 0)
                play.command(.skip)
            }
            #expect(given == (scoring == .none ? [0, 0, 0] : bonuses))
        }
    }

    @Test("an extension moves the deadline, not the points of who was in time")
    func extended() {
        let play = GameAtPlay(players: 3)
        play.command(.start)
        play.now += 5_000
        play.answer(1, .text("b"))
        play.command(.extend(10_000))
        play.now += 15_000
        #expect(play.game.remaining(at: play.now) == 0)
        #expect(play.answer(2, .text("b")) == "1")
        play.now += 1
        #expect(play.answer(3, .text("b")) == "!answer.late")
        #expect([play.score(1), play.score(2)] == [750, 500])
    }

    @Test("a pause takes no time away, whatever is done meanwhile")
    func paused() {
        let play = GameAtPlay(players: 1)
        play.command(.start)
        play.now += 4_000
        play.command(.pause)
        play.now += 100_000
        for command in [HostCommand.lock, .extend(5_000), .invite("Bob"), .unlock] { play.command(command) }
        #expect(play.game.dueAt == nil && play.game.remaining(at: play.now) == 11_000)
        play.command(.resume)
        play.now += 1_000
        play.command(.lock)
        play.now += 1_000
        #expect(play.game.remaining(at: play.now) == 9_000)
        #expect(play.game.dueAt == play.now + 9_150)
        play.answer(1, .text("b"))
        #expect(play.game.players[0].last?.elapsed == 6_000)
    }

    @Test("of equal scores who got there first is ahead, and what brings nothing changes no place")
    func ties() {
        let play = GameAtPlay(players: 4)
        play.command(.start)
        play.take([3, 1].map { .answer(player: $0, question: nil, .text("b"), allowance: 0) })
        #expect(play.board == [3, 1, 2, 4])
        play.take([4, 2].map { .answer(player: $0, question: nil, .text("a"), allowance: 0) })
        #expect(play.board == [3, 1, 2, 4])
    }

    @Test("the distribution counts what was said")
    func tally() {
        let play = GameAtPlay(players: 4)
        play.command(.start)
        for (player, option) in [(1, "b"), (2, "a"), (3, "b")] { play.answer(player, .text(option)) }
        #expect(play.game.tallies[0] == QuestionTally(answers: 3, right: 2, counts: ["a": 1, "b": 2]))
        play.command(.skip)
        play.command(.next)
        for (player, options) in [(1, "ca"), (2, "b"), (4, "cb")] {
            play.answer(player, .list(options.map { .text(String($0)) }))
        }
        #expect(play.game.tallies[1] == QuestionTally(answers: 3, right: 1, counts: ["a": 1, "b": 2, "c": 2]))
    }

    @Test("texts are told apart up to a bound, and counted beyond")
    func texts() {
        var tally = QuestionTally()
        for number in 0..<300 { tally.take(["t\(number)"], isRight: false) }
        for _ in 0..<5 { tally.take(["t7"], isRight: true) }
        #expect(tally.counts.count == 200 && tally.other == 100 && tally.answers == 305)
        #expect(tally.counts["t7"] == 6 && tally.right == 5)
    }
}
