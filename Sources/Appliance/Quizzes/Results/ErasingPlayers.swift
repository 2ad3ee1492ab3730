import Storage
import Web

extension Rooms {
    /// What games know about an account or a player: the name, and what was typed. The points stay, under no name: the
    /// others' places do not change.
    var eraser: Eraser {
        Eraser(name: "players") { snapshot, subject throws(StorageError) in
            switch subject {
            case .customer: return []
            case .account(let account):
                return try snapshot.all("SELECT game, player FROM game_player WHERE account = ?", .text(account)) {
                    row in "\(row.integer(0)).\(row.integer(1))"
                }
            case .player(let game, let number):
                return try snapshot.all(
                    """
                    SELECT p.game, p.player FROM game g JOIN game_player p ON p.game = g.number
                    WHERE g.id = ? AND p.player = ? AND p.name <> ?
                    """, .text(game), .integer(number), .text(Self.nobody)
                ) { row in "\(row.integer(0)).\(row.integer(1))" }
            }
        } erase: { [lookup = house.lookup] transaction, key throws(StorageError) in
            let place = key.split(separator: ".").compactMap { Int64($0) }
            guard place.count == 2 else { return 0 }
            return try transaction.erasePlayer(place[1], ofGame: place[0], lookup)
        } hindrance: { snapshot, subject throws(StorageError) in
            switch subject {
            case .customer: return nil
            case .account(let account):
                let isPlaying = try snapshot.first(
                    """
                    SELECT 1 FROM game g JOIN game_player p ON p.game = g.number
                    WHERE g.finished_at IS NULL AND p.account = ? LIMIT 1
                    """, .text(account), as: { _ in true })
                return isPlaying == true ? .stillPlaying : nil
            case .player(let game, _):
                return try snapshot.game(game)?.finishedAt == nil ? .stillPlaying : nil
            }
        }
    }

    /// Stands on boards where somebody was erased.
    static let nobody = "—"
}

extension Transaction {
    fileprivate borrowing func erasePlayer(
        _ player: Int64, ofGame number: Int64, _ lookup: QuizLookup
    ) throws(StorageError) -> Int {
        guard let game = try snapshot.game(number: number), game.finishedAt != nil else { return 0 }
        let known = try first(
            "SELECT p.name, g.message FROM game g JOIN game_player p ON p.game = g.number WHERE g.number = ? AND p.player = ?",
            .integer(number), .integer(player), as: { (name: $0.text(0), message: $0.optionalText(1)) })
        guard let known else { return 0 }
        // The announcement names the first of the board.
        if let id = known.message, let message = try snapshot.message(id), message.description.contains(known.name) {
            try eraseMessage(id)
        }
        let quiz = try lookup(game.head.quiz, game.head.version, snapshot)
        let typed = try all(
            "SELECT question FROM game_answer WHERE game = ? AND player = ? AND said LIKE '\"%'", .integer(number),
            .integer(player), as: { Int($0.integer(0)) }
        ).filter { question in
            guard let quiz, quiz.questions.indices.contains(question) else { return true }
            return quiz.questions[question].options.isEmpty
        }
        for question in typed {
            try run(
                "UPDATE game_answer SET said = '\"\"' WHERE game = ? AND question = ? AND player = ?", .integer(number),
                .integer(question), .integer(player))
        }
        return try run(
            "UPDATE game_player SET name = ?, account = NULL WHERE game = ? AND player = ?", .text(Rooms.nobody),
            .integer(number), .integer(player))
    }
}

extension Problem {
    fileprivate static let stillPlaying = Problem.conflict(
        "game.running", "They are in a game that goes on. End it first.")
}
