import Storage

extension Snapshot {
    /// All that can be said of a game, from its rows.
    ///
    /// - Parameter withTexts: whether to count what was said, which takes half of the time; without it no
    ///   distribution has a count.
    borrowing func results(
        of game: GameRecord, _ quiz: Quiz, withTexts: Bool = true
    ) throws(StorageError) -> GameResults {
        var tally = ResultsTally(game, quiz, players: try players(of: game.head.number))
        // In the order of the key: questions come one after the other, and nothing has to be sorted.
        try each(
            """
            SELECT question, player, seq, said, is_right, points + bonus, elapsed FROM game_answer
            WHERE game = ? ORDER BY question, player
            """, .integer(game.head.number)
        ) { row throws(StorageError) in
            tally.take(
                ResultsTally.Mark(
                    question: Int(row.integer(0)), player: Int(row.integer(1)), sequence: Int(row.integer(2)),
                    isAnswer: !row.isNull(3), said: withTexts ? row.optionalText(3) : nil, isRight: row.truth(4),
                    total: Int(row.integer(5)), elapsed: Int(row.integer(6))))
        }
        return tally.finish()
    }

    /// The board of a game that memory does not hold, the same as memory would have it.
    ///
    /// - Parameter game: its key in the tables.
    borrowing func board(of game: Int64) throws(StorageError) -> [BoardRow] {
        var players = try players(of: game)
        try each(
            "SELECT player, seq, points + bonus FROM game_answer WHERE game = ? AND points + bonus <> 0",
            .integer(game)
        ) { row throws(StorageError) in
            let index = Int(row.integer(0)) - 1
            guard players.indices.contains(index) else { return }
            players[index].score += Int(row.integer(2))
            players[index].since = max(players[index].since, Int(row.integer(1)))
        }
        players.rank()
        return players.compactMap { player in
            player.rank.map { BoardRow(rank: $0, player: player.number, name: player.name, score: player.score) }
        }
    }

    /// Everybody who joined a game, player 1 first, without what they did.
    private borrowing func players(of game: Int64) throws(StorageError) -> [PlayerResult] {
        try all(
            "SELECT player, name, is_kicked, seq FROM game_player WHERE game = ? ORDER BY player", .integer(game)
        ) { row throws(StorageError) in
            PlayerResult(
                number: Int(row.integer(0)), name: row.text(1), isKicked: row.truth(2), since: Int(row.integer(3)))
        }
    }

    /// Answers by question and player, one more than the page holds if there are more. Those of players who were kicked
    /// are among them; a question that ran out unanswered is none.
    borrowing func answers(in game: Int64, to quiz: Quiz, after: AnswerPlace, limit: Int) throws(StorageError)
        -> [AnswerResult]
    {
        // The first of the two conditions on the question finds the place by the key.
        try all(
            """
            SELECT a.question, a.player, p.name, a.said, a.is_right, a.points, a.bonus, a.elapsed, a.answered_at
            FROM game_answer a JOIN game_player p ON p.game = a.game AND p.player = a.player
            WHERE a.game = ? AND a.question >= ? AND (a.question > ? OR a.player > ?) AND a.said IS NOT NULL
            ORDER BY a.question, a.player LIMIT ?
            """, .integer(game), .integer(after.question), .integer(after.question), .integer(after.player),
            .integer(limit + 1)
        ) { row throws(StorageError) in
            AnswerResult(row, quiz)
        }
    }

    /// Writes all answers as CSV.
    ///
    /// - Parameter give: takes a piece, and answers whether more is wanted.
    /// - Returns: false when `give` wanted no more.
    borrowing func exportAnswers(
        in game: Int64, to quiz: Quiz, give: ([UInt8]) -> Bool
    ) throws(StorageError) -> Bool {
        var writer = CSVWriter(AnswerResult.columns)
        var isWanted = true
        try scan(
            """
            SELECT a.question, a.player, p.name, a.said, a.is_right, a.points, a.bonus, a.elapsed, a.answered_at
            FROM game_answer a JOIN game_player p ON p.game = a.game AND p.player = a.player
            WHERE a.game = ? AND a.said IS NOT NULL ORDER BY a.question, a.player
            """, [.integer(game)]
        ) { row throws(StorageError) in
            writer.add(AnswerResult(row, quiz), quiz)
            if writer.bytes.count >= ExportStream.pieceBytes { isWanted = give(writer.take()) }
            return isWanted
        }
        return isWanted && give(writer.end())
    }
}

/// Where a page of answers begins: after this one.
struct AnswerPlace: Equatable, Sendable {
    var question = 0
    var player = 0

    init() {}

    /// Reads `3-17`.
    init?(_ cursor: String) {
        let parts = cursor.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
        guard parts.count == 2, let question = parts[0], let player = parts[1] else { return nil }
        self.question = question
        self.player = player
    }

    static func cursor(_ answer: AnswerResult) -> String { "\(answer.place)-\(answer.player)" }
}

extension AnswerResult {
    /// Takes question, player, name, said, is_right, points, bonus, elapsed and answered_at.
    fileprivate init(_ row: borrowing Row, _ quiz: Quiz) {
        place = Int(row.integer(0))
        player = Int(row.integer(1))
        name = row.text(2)
        let isKnown = quiz.questions.indices.contains(place)
        question = isKnown ? quiz.questions[place].id : String(place)
        said = isKnown ? quiz.questions[place].shown(row.text(3)) : row.text(3)
        isRight = row.truth(4)
        points = Int(row.integer(5))
        bonus = Int(row.integer(6))
        elapsed = Int(row.integer(7))
        answeredAt = Timestamp(row.integer(8))
    }
}
