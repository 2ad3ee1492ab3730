import Storage

/// What is told of a game when it is over.
struct FinishedGame: Equatable, Sendable {
    /// Announced here, where an admin made such a topic.
    static let topic = "quiz.finished"
    /// How many of the first are named.
    static let topMax = 3
    /// Of the hardest question's text, so that all fits what a message may hold.
    static let questionCharactersMax = 500

    var title: String
    var code: String
    var players: Int
    /// The first of the board.
    var top: [BoardRow]
    /// The text of the hardest question, and the share of right answers to it; nil when nobody answered anything.
    var hardest: Hardest?

    struct Hardest: Equatable, Sendable {
        var text: String
        var right: Int
        var answers: Int
    }

    init(_ results: GameResults) {
        title = results.quiz.title
        code = results.game.head.code
        players = results.playersCount
        top = results.players.prefix(Self.topMax).compactMap { player in
            player.rank.map { BoardRow(rank: $0, player: player.number, name: player.name, score: player.score) }
        }
        hardest = results.hardest.first.map {
            Hardest(text: $0.question.text, right: $0.right, answers: $0.answers)
        }
    }

    /// For people to read.
    var text: String {
        var lines = ["The quiz \(title) is over. \(players) played in the game \(code)."]
        if !top.isEmpty { lines.append("") }
        lines += top.map { "\($0.rank). \($0.name): \($0.score)" }
        if let hardest {
            let text = String(hardest.text.prefix(Self.questionCharactersMax))
            lines += ["", "Hardest question, \(hardest.right) of \(hardest.answers) right: \(text)"]
        }
        return String(lines.joined(separator: "\n").prefix(Message.descriptionCharactersMax))
    }
}

extension Transaction {
    /// Tells the topic `quiz.finished`, if there is one, and notes the message with the game. Call it in the write that
    /// finishes the game, after its last rows: it reads every answer, which nobody waits for where there is no topic.
    borrowing func announceFinished(game number: Int64, _ quiz: Quiz, at now: Int64) throws(StorageError) {
        guard try snapshot.topic(named: FinishedGame.topic) != nil, let game = try snapshot.game(number: number)
        else { return }
        let finished = FinishedGame(try snapshot.results(of: game, quiz, withTexts: false))
        let draft = MessageDraft(topic: FinishedGame.topic, description: finished.text)
        guard let message = try post(draft, at: now) else { return }
        try run("UPDATE game SET message = ? WHERE number = ?", .text(message.id), .integer(number))
    }
}
