import Storage
import Web

extension Rooms {
    /// What games know about an account or a player: the name, and what was typed. The points stay, under no name: the
    /// others' places do not change.
    var eraser: Eraser {
        Eraser(name: "players") { [lookup = house.lookup] snapshot, subject throws(StorageError) in
            switch subject {
            case .customer: return []
            case .account(let account):
                return try snapshot.all("SELECT game, player FROM game_player WHERE account = ?", .text(account)) {
                    row in "\(row.integer(0)).\(row.integer(1))"
                }
            case .player(let id, let player):
                guard let game = try snapshot.game(id) else { return [] }
                // Not the name alone: somebody may have been called like it, before that was no name.
                let isNamed = try snapshot.first(
                    "SELECT name <> ? OR account IS NOT NULL FROM game_player WHERE game = ? AND player = ?",
                    .text(Self.nobody), .integer(game.head.number), .integer(player), as: { $0.integer(0) != 0 })
                guard let isNamed else { return [] }
                let typed = try snapshot.questionsTyped(by: Int64(player), of: game, lookup)
                return isNamed || !typed.isEmpty ? ["\(game.head.number).\(player)"] : []
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
        let typed = try snapshot.questionsTyped(by: player, of: game, lookup)
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

extension Snapshot {
    /// Questions that a player answered in words of their own, which stand there still. What was chosen stays.
    fileprivate borrowing func questionsTyped(
        by player: Int64, of game: GameRecord, _ lookup: QuizLookup
    ) throws(StorageError) -> [Int] {
        let questions = try lookup(game.head.quiz, game.head.version, self)?.questions ?? []
        var typed: [Int] = []
        // One by one: all answers of a game lie together, by question.
        for question in 0..<QuizDefinition.questionsMax {
            if questions.indices.contains(question), !questions[question].options.isEmpty { continue }
            let isText = try first(
                """
                SELECT 1 FROM game_answer
                WHERE game = ? AND question = ? AND player = ? AND said LIKE '"%' AND said <> '""'
                """, .integer(game.head.number), .integer(question), .integer(player), as: { _ in true })
            if isText == true { typed.append(question) }
        }
        return typed
    }
}

extension Problem {
    fileprivate static let stillPlaying = Problem.conflict(
        "game.running", "They are in a game that goes on. End it first.")
}
