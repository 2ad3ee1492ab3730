import Outbound
import Storage

extension Retained {
    /// The newest game stays whatever its age: the next one is numbered after it.
    static let games = Retained(
        "games", "Games that have finished, with players and answers, and the message that announced their end.",
        standard: nil
    ) { snapshot, before, after, take throws(StorageError) in
        try snapshot.scan(
            """
            SELECT number, finished_at FROM game
            WHERE number > ? AND finished_at < ? AND number < (SELECT MAX(number) FROM game) ORDER BY number
            """, [.integer(Int64(after) ?? 0), .integer(before)]
        ) { row throws(StorageError) in take(Old(key: "\(row.integer(0))", since: row.integer(1))) }
    } purge: { transaction, key, before, limit throws(StorageError) in
        let number = Value.integer(Int64(key) ?? 0)
        let game = try transaction.first(
            "SELECT message FROM game WHERE number = ? AND finished_at < ?", number, .integer(before),
            as: { $0.optionalText(0) })
        guard let game else { return 0 }
        if let game, try transaction.snapshot.hasOpenDeliveries(source: MessageTables.source, reference: game) {
            return 0
        }
        let answers = try transaction.run(
            """
            DELETE FROM game_answer WHERE game = ? AND (question, player) IN (
                SELECT question, player FROM game_answer WHERE game = ? LIMIT ?)
            """, number, number, .integer(limit))
        if answers > 0 { return answers }
        let players = try transaction.run(
            """
            DELETE FROM game_player WHERE game = ? AND player IN (
                SELECT player FROM game_player WHERE game = ? LIMIT ?)
            """, number, number, .integer(limit))
        if players > 0 { return players }
        var rows = try transaction.run("DELETE FROM game_host WHERE game = ?", number)
        if let game { rows += try transaction.eraseMessage(game) }
        return try rows + transaction.run("DELETE FROM game WHERE number = ?", number)
    }
}
