import Storage

/// Finds the definition of a quiz; nil when there is no such version.
typealias QuizLookup = @Sendable (_ quiz: String, _ version: Int, borrowing Snapshot) throws(StorageError) -> Quiz?

/// A game as its row has it.
struct GameRecord: Equatable, Sendable {
    let head: GameHead
    let standing: GameStanding
    let finishedAt: Timestamp?
}

extension Snapshot {
    /// The game of a code or an id: of a code the living game, or the newest that had it. Nil when there is none.
    ///
    /// - Parameter codeOrID: a code as people type it, or an id.
    borrowing func game(_ codeOrID: String) throws(StorageError) -> GameRecord? {
        if let code = GameCode.read(codeOrID) {
            let game = try first(
                """
                SELECT number, id, code, quiz, version, host_name, seed, created_at,
                    phase, place, played, extended, is_paused, is_locked, finished_at
                FROM game WHERE code = ?
                ORDER BY CASE WHEN finished_at IS NULL THEN 0 ELSE 1 END, number DESC LIMIT 1
                """, .text(code), as: GameRecord.init)
            if let game { return game }
        }
        return try first(
            """
            SELECT number, id, code, quiz, version, host_name, seed, created_at,
                phase, place, played, extended, is_paused, is_locked, finished_at
            FROM game WHERE id = ?
            """, .text(codeOrID), as: GameRecord.init)
    }

    /// All games that have not finished, the oldest first.
    borrowing func livingGames() throws(StorageError) -> [GameRecord] {
        try all(
            """
            SELECT number, id, code, quiz, version, host_name, seed, created_at,
                phase, place, played, extended, is_paused, is_locked, finished_at
            FROM game WHERE finished_at IS NULL ORDER BY number
            """, as: GameRecord.init)
    }

    /// Games, of one quiz or of all, the newest first; one more than the page holds if there are more.
    borrowing func games(of quiz: String?, _ page: Page) throws(StorageError) -> [GameRecord] {
        let before = page.after.flatMap(Int64.init) ?? .max
        guard let quiz else {
            return try all(
                """
                SELECT number, id, code, quiz, version, host_name, seed, created_at,
                    phase, place, played, extended, is_paused, is_locked, finished_at
                FROM game WHERE number < ? ORDER BY number DESC LIMIT ?
                """, .integer(before), .integer(page.limit + 1), as: GameRecord.init)
        }
        return try all(
            """
            SELECT number, id, code, quiz, version, host_name, seed, created_at,
                phase, place, played, extended, is_paused, is_locked, finished_at
            FROM game WHERE quiz = ? AND number < ? ORDER BY number DESC LIMIT ?
            """, .text(quiz), .integer(before), .integer(page.limit + 1), as: GameRecord.init)
    }

    /// Players of a game, without those who were kicked.
    borrowing func playersCount(of game: Int64) throws(StorageError) -> Int {
        try first(
            "SELECT COUNT(*) FROM game_player WHERE game = ? AND is_kicked = 0", .integer(game),
            as: { Int($0.integer(0)) }) ?? 0
    }

    /// - Parameter number: the game's key in the tables.
    borrowing func game(number: Int64) throws(StorageError) -> GameRecord? {
        try first(
            """
            SELECT number, id, code, quiz, version, host_name, seed, created_at,
                phase, place, played, extended, is_paused, is_locked, finished_at
            FROM game WHERE number = ?
            """, .integer(number), as: GameRecord.init)
    }
}

extension GameRecord {
    /// Takes number, id, code, quiz, version, host_name, seed and created_at, then phase, place, played, extended,
    /// is_paused, is_locked and finished_at.
    init(_ row: borrowing Row) {
        head = GameHead(
            number: row.integer(0), id: row.text(1), code: row.text(2), quiz: row.text(3),
            version: Int(row.integer(4)), hostName: row.text(5), seed: UInt64(bitPattern: row.integer(6)),
            createdAt: Timestamp(row.integer(7)))
        guard let phase = GameStanding.Phase(rawValue: row.text(8)) else {
            preconditionFailure("a game is in a phase that there is not")
        }
        standing = GameStanding(
            phase: phase, place: Int(row.integer(9)), played: Int(row.integer(10)), extended: Int(row.integer(11)),
            isPaused: row.truth(12), isLocked: row.truth(13))
        finishedAt = row.optionalInteger(14).map(Timestamp.init)
    }
}
