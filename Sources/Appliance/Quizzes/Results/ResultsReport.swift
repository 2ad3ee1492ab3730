/// The whole at a glance: how each question went, and who leads.
struct ResultsSummary: Encodable {
    /// Players it shows.
    static let topMax = 10

    let results: GameResults

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(GameReport(game: results.game, quiz: results.quiz), forKey: .game)
        try container.encode(results.playersCount, forKey: .players)
        try container.encode(results.players.count - results.playersCount, forKey: .kicked)
        try container.encode(results.questions.count { $0.isAsked }, forKey: .asked)
        try container.encode(results.questions, forKey: .questions)
        try container.encode(results.hardest.map(\.question.id), forKey: .hardest)
        let top = results.players.prefix(Self.topMax).filter { !$0.isKicked }
        try container.encode(top, forKey: .top)
    }

    private enum Key: CodingKey { case game, players, kicked, asked, questions, hardest, top }
}

extension ResultsSummary: Exemplified { static let examples = [ResultsSummary(results: .example)] }

/// Some of the players, with how many there are.
struct PlayersReport: Encodable {
    let items: Items<PlayerResult>
    /// Without those who were kicked.
    let players: Int

    func encode(to encoder: any Encoder) throws {
        try items.encode(to: encoder)
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(players, forKey: .players)
    }

    private enum Key: CodingKey { case players }
}

extension PlayersReport: Exemplified {
    static var examples: [PlayersReport] {
        [PlayersReport(items: Items(GameResults.example.players, Page()) { _ in "" }, players: 1)]
    }
}

struct QuestionsReport: Encodable {
    let results: GameResults

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(results.questions, forKey: .items)
        try container.encode(results.hardest.map(\.question.id), forKey: .hardest)
    }

    private enum Key: CodingKey { case items, hardest }
}

extension QuestionsReport: Exemplified { static let examples = [QuestionsReport(results: .example)] }

extension PlayerResult: Encodable {
    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(rank, forKey: .rank)
        try container.encode(number, forKey: .number)
        try container.encode(name, forKey: .name)
        try container.encode(score, forKey: .score)
        try container.encode(right, forKey: .right)
        try container.encode(wrong, forKey: .wrong)
        try container.encode(missed, forKey: .missed)
        try container.encode(answerRate, forKey: .answerRate)
        try container.encode(averageSeconds, forKey: .averageSeconds)
        try container.encode(fastestSeconds, forKey: .fastestSeconds)
        try container.encode(isKicked, forKey: .isKicked)
    }

    private enum Key: String, CodingKey {
        case rank, number, name, score, right, wrong, missed
        case answerRate = "answer_rate"
        case averageSeconds = "average_seconds"
        case fastestSeconds = "fastest_seconds"
        case isKicked = "is_kicked"
    }
}

extension QuestionResult: Encodable {
    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(question.id, forKey: .id)
        try container.encode(question.text, forKey: .text)
        try container.encode(question.kindName, forKey: .kind)
        try container.encode(question.points, forKey: .points)
        try container.encode(isAsked, forKey: .asked)
        try container.encode(answers, forKey: .answers)
        try container.encode(right, forKey: .right)
        try container.encode(wrong, forKey: .wrong)
        try container.encode(missed, forKey: .missed)
        try container.encode(shareRight, forKey: .shareRight)
        try container.encode(average, forKey: .average)
        try container.encode(median, forKey: .median)
        try container.encode(distribution, forKey: .distribution)
    }

    private enum Key: String, CodingKey {
        case id, text, kind, points, asked, answers, right, wrong, missed, distribution
        case shareRight = "share_right"
        case average = "average_ms"
        case median = "median_ms"
    }
}

extension QuestionResult.Said: Encodable {
    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        if let id {
            try container.encode(id, forKey: .id)
            try container.encode(text, forKey: .label)
        } else {
            try container.encode(text, forKey: .text)
        }
        try container.encode(count, forKey: .count)
    }

    private enum Key: CodingKey { case id, label, text, count }
}

extension AnswerResult: Encodable {
    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(question, forKey: .question)
        try container.encode(player, forKey: .number)
        try container.encode(name, forKey: .name)
        try container.encode(said, forKey: .said)
        try container.encode(isRight, forKey: .right)
        try container.encode(points, forKey: .points)
        try container.encode(bonus, forKey: .bonus)
        try container.encode(seconds(elapsed), forKey: .seconds)
        try container.encode(answeredAt, forKey: .answeredAt)
    }

    private enum Key: String, CodingKey {
        case question, number, name, said, right, points, bonus, seconds
        case answeredAt = "answered_at"
    }
}

extension AnswerResult: Exemplified {
    static let examples = [
        AnswerResult(
            place: 0, question: "postpone", player: 7, name: "Ann", said: "postpone", isRight: true, points: 912,
            bonus: 100, elapsed: 3_520, answeredAt: .example)
    ]
}

extension BoardRow: Encodable {
    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(rank, forKey: .rank)
        try container.encode(player, forKey: .player)
        try container.encode(name, forKey: .name)
        try container.encode(score, forKey: .score)
    }

    private enum Key: CodingKey { case rank, player, name, score }
}
