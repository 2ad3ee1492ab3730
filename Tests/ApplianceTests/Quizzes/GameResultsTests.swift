import Storage
import Testing

@testable import Appliance

@Suite(.timeLimit(.minutes(1))) struct GameResultsTests {
    @Test("players are told what they did, and by rank")
    func players() async throws {
        try await withGameResults { fixture in
            try await fixture.add(
                WrittenGame(
                    players: ["Ann", "Bob", "Cat"],
                    answers: [
                        .init(0, 1, #""a""#, right: 800, after: 2_000), .init(0, 2, #""b""#, after: 501),
                        .init(1, 1, #"["two"]"#, after: 3_001), .init(2, 1, "false", right: 900, bonus: 100),
                        .init(2, 2, "false", right: 700, after: 250),
                    ]))
            let players = try await fixture.results().players
            #expect(players.map(\.name) == ["Ann", "Bob", "Cat"])
            #expect(players.map(\.rank) == [1, 2, 3])
            #expect(players.map(\.score) == [1_800, 700, 0])
            #expect(players.map(\.right) == [2, 1, 0])
            #expect(players.map(\.wrong) == [1, 1, 0])
            #expect(players.map(\.missed) == [2, 3, 5])
            #expect(players.map(\.answerRate) == [0.6, 0.4, 0])
            #expect(players.map(\.averageSeconds) == [2, 0.376, nil])
            #expect(players.map(\.fastestSeconds) == [1, 0.25, nil])
        }
    }

    @Test("questions are told by what was said to them, in the order of the definition")
    func questions() async throws {
        try await withGameResults { fixture in
            try await fixture.add(
                WrittenGame(
                    standing: GameStanding(phase: .reveal, place: 3, played: 5),
                    players: ["Ann", "Bob", "Cat", "Dan"],
                    answers: [
                        .init(3, 1, #""Red""#, right: 1), .init(3, 2, #""red""#, right: 1), .init(3, 3, #""a \"b\"""#),
                        .init(0, 1, #""a""#, right: 1, after: 100), .init(0, 2, #""c""#, after: 201),
                        .init(0, 3, #""c""#, after: 1_000), .init(0, 4, #""a""#, right: 1, after: 300),
                        .init(1, 1, #"["two","five"]"#, right: 1), .init(1, 2, #"["four","five"]"#),
                        .init(2, 4, "true"),
                    ]))
            let questions = try await fixture.results().questions
            #expect(questions.map(\.question.id) == ["capital", "primes", "flat", "blood", "half"])
            #expect(questions.map(\.isAsked) == [true, true, true, true, false])
            #expect(questions.map(\.answers) == [4, 2, 1, 3, 0])
            #expect(questions.map(\.right) == [2, 1, 0, 2, 0])
            #expect(questions.map(\.wrong) == [2, 1, 1, 1, 0])
            #expect(questions.map(\.missed) == [0, 2, 3, 1, 0])
            #expect(questions.map(\.shareRight) == [0.5, 0.5, 0, 0.6667, nil])
            #expect(questions[0].average == 400 && questions[0].median == 251)
            #expect(questions[2].average == 1_000 && questions[2].median == 1_000)
            #expect(questions[4].average == nil && questions[4].median == nil)
            #expect(counts(questions[0]) == ["a Paris 2", "b Rome 0", "c Bern 2"])
            #expect(counts(questions[1]) == ["two 2 1", "four 4 1", "five 5 2"])
            #expect(counts(questions[2]) == ["true true 1", "false false 0"])
            #expect(questions[3].distribution.map(\.count).reduce(0, +) == 3)
            #expect(questions[3].distribution.map(\.text).contains(#"a "b""#))
            #expect(questions[4].distribution.isEmpty)
        }
    }

    private func counts(_ question: QuestionResult) -> [String] {
        question.distribution.map { "\($0.id ?? "-") \($0.text) \($0.count)" }
    }

    @Test("of what was typed the twenty most frequent are told, of equal ones those first in the alphabet")
    func typed() async throws {
        try await withGameResults { fixture in
            var game = WrittenGame(players: (1...26).map { "p\($0)" })
            // "a" from player 1, …, and "z" twice.
            game.answers = (0..<25).map { WrittenAnswer(3, $0 + 1, "\"\(UnicodeScalar(UInt8(0x61 + $0)))\"") }
            game.answers[24].said = #""z""#
            game.answers.append(.init(3, 26, #""z""#))
            game.answers += [.init(4, 1, "0.5", right: 1), .init(4, 2, "-3"), .init(4, 3, "0.5", right: 1)]
            try await fixture.add(game)
            let questions = try await fixture.results().questions
            #expect(questions[3].distribution.count == QuestionResult.textsMax)
            #expect(counts(questions[3]).prefix(3) == ["- z 2", "- a 1", "- b 1"])
            #expect(counts(questions[4]) == ["- 0.5 2", "- -3 1"])
        }
    }

    @Test("the hardest question has the smallest share of right answers, then more answers, then comes earlier")
    func hardest() async throws {
        try await withGameResults { fixture in
            try await fixture.add(
                WrittenGame(
                    players: ["Ann", "Bob"],
                    answers: [
                        .init(0, 1, #""b""#), .init(1, 1, #"["two"]"#), .init(1, 2, #"["two"]"#),
                        .init(2, 1, "false", right: 1), .init(3, 1, #""red""#, right: 1), .init(3, 2, #""blue""#),
                    ]))
            #expect(try await fixture.results().hardest.map(\.question.id) == ["primes", "capital", "blood", "flat"])
        }
    }

    @Test("who was kicked has no rank, comes last, and does not count among players and answers")
    func kicked() async throws {
        try await withGameResults { fixture in
            try await fixture.add(
                WrittenGame(
                    players: ["Ann", "Bob", "Cat"], kicked: [1],
                    answers: [.init(0, 1, #""a""#, right: 900), .init(0, 2, #""b""#)]))
            let results = try await fixture.results()
            #expect(results.players.map(\.name) == ["Bob", "Cat", "Ann"])
            #expect(results.players.map(\.rank) == [1, 2, nil])
            #expect(results.players[2].isKicked && results.players[2].score == 900)
            #expect(results.playersCount == 2)
            #expect(results.questions[0].answers == 1 && results.questions[0].right == 0)
            #expect(results.questions[0].missed == 1)
            #expect(counts(results.questions[0]) == ["a Paris 0", "b Rome 1", "c Bern 0"])
            #expect(try await fixture.board().map(\.name) == ["Bob", "Cat"])
        }
    }

    struct Progress: Sendable {
        var standing: GameStanding
        var quiz = Quiz.everyKind
        var answers: [WrittenAnswer] = []
        /// Of player 2.
        var missed: Int
        var asked: [Bool]
        /// Of question 0.
        var missedFirst: Int

        static func places(_ count: Int) -> [Bool] { (0..<5).map { $0 < count } }
    }

    @Test(
        "missed is what was asked, is over and has no answer",
        arguments: [
            Progress(standing: .init(phase: .lobby), missed: 0, asked: Progress.places(0), missedFirst: 0),
            // Ended in the lobby: nothing was asked.
            Progress(standing: .init(phase: .finished), missed: 0, asked: Progress.places(0), missedFirst: 0),
            Progress(
                standing: .init(phase: .question, place: 0), answers: [.init(0, 1, #""a""#)], missed: 0,
                asked: Progress.places(1), missedFirst: 0),
            Progress(
                standing: .init(phase: .question, place: 1), answers: [.init(0, 1, #""a""#), .init(1, 2, #"["two"]"#)],
                missed: 1, asked: Progress.places(2), missedFirst: 1),
            Progress(
                standing: .init(phase: .reveal, place: 0, played: 9), missed: 1, asked: Progress.places(1),
                missedFirst: 2),
            // Ended in the second question.
            Progress(
                standing: .init(phase: .finished, place: 1, played: 9), answers: [.init(0, 2, #""a""#)], missed: 1,
                asked: Progress.places(2), missedFirst: 1),
            Progress(
                standing: .init(phase: .running), quiz: .everyKind.selfPaced(),
                answers: [.init(0, 2, nil), .init(1, 2, #"["two"]"#), .init(1, 1, nil)], missed: 1,
                asked: Progress.places(2), missedFirst: 1),
            Progress(
                standing: .init(phase: .finished), quiz: .everyKind.selfPaced(),
                answers: [.init(0, 2, nil), .init(1, 2, #"["two"]"#)], missed: 4, asked: Progress.places(5),
                missedFirst: 2),
            Progress(
                standing: .init(phase: .finished), quiz: .everyKind.selfPaced(), missed: 0, asked: Progress.places(0),
                missedFirst: 0),
        ])
    func missed(_ progress: Progress) async throws {
        try await withGameResults { fixture in
            try await fixture.add(
                WrittenGame(standing: progress.standing, players: ["Ann", "Bob"], answers: progress.answers))
            let results = try await fixture.results(of: 1, progress.quiz)
            #expect(results.players.first { $0.number == 2 }?.missed == progress.missed)
            #expect(results.questions.map(\.isAsked) == progress.asked)
            #expect(results.questions[0].missed == progress.missedFirst)
        }
    }

    @Test("a game whose questions were shuffled has asked those that its order says")
    func shuffled() async throws {
        var quiz = Quiz.everyKind
        quiz.shufflesQuestions = true
        try await withGameResults { [quiz] fixture in
            try await fixture.add(
                WrittenGame(standing: .init(phase: .reveal, place: 1, played: 9), seed: 7, players: ["Ann"]))
            let results = try await fixture.results(of: 1, quiz)
            let order = Shuffle.order(quiz.questions.count, seed: 7)
            #expect(Set(results.questions.indices.filter { results.questions[$0].isAsked }) == Set(order.prefix(2)))
            #expect(results.players[0].missed == 2)
        }
    }

    @Test("a game that nobody joined has results too")
    func empty() async throws {
        try await withGameResults { fixture in
            try await fixture.add(WrittenGame())
            let results = try await fixture.results()
            #expect(results.players.isEmpty && results.hardest.isEmpty)
            #expect(results.questions.map(\.missed) == [0, 0, 0, 0, 0])
            #expect(try await fixture.board().isEmpty)
        }
    }

    @Test(
        "what was said is read as it was stored, and shown as people read it",
        arguments: [
            (0, #""a""#, "Paris"), (0, #""gone""#, "gone"), (1, #"["two","five"]"#, "2, 5"), (1, #"["two"]"#, "2"),
            (2, "true", "true"), (2, "false", "false"), (3, #""""#, ""), (3, #""a, \"b\"\n\u00e9""#, "a, \"b\"\né"),
            (3, #""[x]""#, "[x]"), (4, "42.5", "42.5"), (4, "-3", "-3"), (4, "1e+20", "1e+20"), (4, "?", "?"),
        ])
    func shown(_ question: Int, _ stored: String, _ expected: String) {
        #expect(Quiz.everyKind.questions[question].shown(stored) == expected)
    }
}
