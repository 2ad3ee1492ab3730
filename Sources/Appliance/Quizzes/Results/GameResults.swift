/// What came of a game so far: who is where, and how each question went.
struct GameResults: Equatable, Sendable {
    let game: GameRecord
    let quiz: Quiz
    /// By rank; those who were kicked come last and have none.
    var players: [PlayerResult]
    /// In the order of the definition.
    var questions: [QuestionResult]

    /// Without those who were kicked.
    var playersCount: Int { players.count { !$0.isKicked } }

    /// Questions that were answered, the one with the smallest share of right answers first; of equal ones that with
    /// more answers, then the earlier.
    var hardest: [QuestionResult] {
        questions.filter { $0.answers > 0 }.enumerated().sorted { left, right in
            let (a, b) = (left.element, right.element)
            // a.right / a.answers < b.right / b.answers, without what dividing would round off.
            let (mine, other) = (a.right * b.answers, b.right * a.answers)
            return (mine, b.answers, left.offset) < (other, a.answers, right.offset)
        }.map(\.element)
    }
}

extension GameResults {
    /// Of two players, one of whom was kicked; for readers of the API.
    static let example = GameResults(
        game: .example(.finished), quiz: .example,
        players: [
            PlayerResult(
                number: 7, name: "Ann", isKicked: false, rank: 1, score: 1_912, since: 9, answers: 2, right: 2,
                elapsed: 8_040, fastest: 3_520),
            PlayerResult(number: 3, name: "Ben", isKicked: true, since: 3),
        ],
        questions: [
            QuestionResult(
                question: Quiz.example.questions[0], isAsked: true, answers: 1, right: 1, average: 3_520,
                median: 3_520,
                distribution: [
                    .init(id: "postpone", text: "postpone", count: 1), .init(id: "prevent", text: "prevent", count: 0),
                ]),
            QuestionResult(
                question: Quiz.example.questions[1], isAsked: true, answers: 1, right: 1, average: 4_520,
                median: 4_520, distribution: [.init(text: "crises", count: 1)]),
        ])
}

/// How one player did.
struct PlayerResult: Equatable, Sendable {
    let number: Int
    let name: String
    let isKicked: Bool
    /// From 1; nil for who was kicked.
    var rank: Int?
    var score = 0
    /// Sequence of the newest answer that changed the score, or of joining: who got there first is ahead.
    var since: Int
    var answers = 0
    var right = 0
    /// Questions that were asked, and are over, without an answer.
    var missed = 0
    /// Milliseconds of all answers together.
    var elapsed = 0
    /// Milliseconds of the fastest answer.
    var fastest: Int?

    var wrong: Int { answers - right }

    /// From 0 to 1, to four digits; nil before anything was asked.
    var answerRate: Double? { share(of: answers, in: answers + missed) }

    var averageSeconds: Double? { answers > 0 ? seconds(rounded(elapsed, over: answers)) : nil }

    var fastestSeconds: Double? { fastest.map(seconds) }
}

/// How one question went. Who was kicked does not count.
struct QuestionResult: Equatable, Sendable {
    let question: QuizQuestion
    /// Whether the game has come to it.
    var isAsked = false
    var answers = 0
    var right = 0
    /// Players who let it pass; 0 while it is open.
    var missed = 0
    /// Milliseconds, nil before the first answer.
    var average: Int?
    var median: Int?
    /// Every option, those never picked included; of what is typed, the most frequent.
    var distribution: [Said] = []

    struct Said: Equatable, Sendable {
        /// Option id, `true` or `false`; nil for what was typed.
        var id: String?
        /// The option's label, `true` or `false`, or what was typed.
        var text: String
        var count: Int
    }

    /// Typed texts and numbers that are told apart.
    static let textsMax = 20

    var wrong: Int { answers - right }

    /// From 0 to 1, to four digits; nil before the first answer.
    var shareRight: Double? { share(of: right, in: answers) }
}

/// One answer, as people read it.
struct AnswerResult: Equatable, Sendable {
    /// Place in the definition, from 0.
    let place: Int
    /// The question's id.
    let question: String
    let player: Int
    let name: String
    let said: String
    let isRight: Bool
    let points: Int
    let bonus: Int
    /// Milliseconds.
    let elapsed: Int
    let answeredAt: Timestamp
}

/// A player on the board.
struct BoardRow: Equatable, Sendable {
    /// From 1.
    let rank: Int
    let player: Int
    let name: String
    let score: Int
}

extension [PlayerResult] {
    /// By score; of equal scores who got there first is ahead. Who was kicked comes last, in the order of joining.
    mutating func rank() {
        sort { a, b in
            if a.isKicked || b.isKicked { return a.isKicked == b.isKicked ? a.number < b.number : b.isKicked }
            return (b.score, a.since) < (a.score, b.since)
        }
        for index in indices { self[index].rank = self[index].isKicked ? nil : index + 1 }
    }
}

/// The mean of what is not negative, half rounded up.
func rounded(_ total: Int, over count: Int) -> Int { (2 * total + count) / (2 * count) }

func seconds(_ milliseconds: Int) -> Double { Double(milliseconds) / 1_000 }
