import Storage
import Web

/// A game as somebody who played it while signed in finds it in their history.
struct PlayedGame: Equatable, Exemplified {
    /// The game's key in the tables.
    let number: Int64
    let player: Int
    let game: String
    let quiz: String
    let version: Int
    var title = ""
    /// The name they played under.
    let name: String
    let joinedAt: Timestamp
    let finishedAt: Timestamp?
    /// Nil while the game runs.
    var standing: Standing?

    /// What came of it.
    struct Standing: Equatable, Sendable {
        /// From 1; nil for who was kicked.
        let rank: Int?
        let score: Int
        let players: Int
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(game, forKey: .game)
        try container.encode(quiz, forKey: .quiz)
        try container.encode(title, forKey: .title)
        try container.encode(name, forKey: .name)
        try container.encode(joinedAt, forKey: .joinedAt)
        try container.encode(finishedAt, forKey: .finishedAt)
        try container.encode(standing?.rank, forKey: .rank)
        try container.encode(standing?.score, forKey: .score)
        try container.encode(standing?.players, forKey: .players)
    }

    private enum Key: String, CodingKey {
        case game, quiz, title, name, rank, score, players
        case joinedAt = "joined_at"
        case finishedAt = "finished_at"
    }

    static let examples = [
        example(finishedAt: Timestamp(1_769_800_900_000), Standing(rank: 3, score: 4_120, players: 28)),
        example(finishedAt: nil, nil),
    ]

    private static func example(finishedAt: Timestamp?, _ standing: Standing?) -> PlayedGame {
        PlayedGame(
            number: 1, player: 7, game: "019c1234-5678-7abc-8def-0123456789ab", quiz: "vocabulary", version: 1,
            title: "Vocabulary", name: "Ann", joinedAt: Timestamp(1_769_800_000_000), finishedAt: finishedAt,
            standing: standing)
    }
}

extension Snapshot {
    /// Games that an account played, the newest first, one more than the page holds if there are more; the standing of
    /// those whose end nobody looked at yet is not among them.
    borrowing func playedGames(
        by account: String, before: PlayedPlace, limit: Int, _ quizzes: QuizLookup
    ) throws(StorageError) -> [PlayedGame] {
        var games = try all(
            """
            SELECT p.game, p.player, g.id, g.quiz, g.version, p.name, p.joined_at, g.finished_at, p.final_rank,
                p.final_score, p.final_players
            FROM game_player p JOIN game g ON g.number = p.game
            WHERE p.account = ? AND p.account IS NOT NULL AND p.game <= ? AND (p.game < ? OR p.player < ?)
            ORDER BY p.game DESC, p.player DESC LIMIT ?
            """, .text(account), .integer(before.game), .integer(before.game), .integer(before.player),
            .integer(limit + 1)
        ) { row throws(StorageError) in PlayedGame(row) }
        for index in games.indices {
            games[index].title = try quizzes(games[index].quiz, games[index].version, self)?.title ?? games[index].quiz
        }
        return games
    }

    /// Whether somebody with an account played that game and does not know yet what came of it.
    borrowing func lacksStandings(_ game: Int64) throws(StorageError) -> Bool {
        try first(
            "SELECT 1 FROM game_player WHERE game = ? AND account IS NOT NULL AND final_players IS NULL LIMIT 1",
            .integer(game)) { _ in true } ?? false
    }
}

extension Transaction {
    /// Keeps what came of a finished game for everybody in it who has an account: the board is made of all its
    /// answers, and nobody's history is to do that twice.
    borrowing func keepStandings(_ board: [BoardRow], of game: Int64) throws(StorageError) {
        let known = Dictionary(board.map { ($0.player, $0) }) { first, _ in first }
        let players = try all(
            "SELECT player FROM game_player WHERE game = ? AND account IS NOT NULL AND final_players IS NULL",
            .integer(game)
        ) { row throws(StorageError) in Int(row.integer(0)) }
        for player in players {
            try run(
                """
                UPDATE game_player SET final_rank = ?, final_score = ?, final_players = ? WHERE game = ? AND player = ?
                """,
                .optional(known[player].map { Int64($0.rank) }), .integer(known[player]?.score ?? 0),
                .integer(board.count), .integer(game), .integer(player))
        }
    }
}

/// Where a page of somebody's history begins: behind this one.
struct PlayedPlace: Equatable, Sendable {
    var game = Int64.max
    var player = Int64.max

    init() {}

    /// Reads `3-17`.
    init?(_ cursor: String) {
        let parts = cursor.split(separator: "-", omittingEmptySubsequences: false).map { Int64($0) }
        guard parts.count == 2, let game = parts[0], let player = parts[1] else { return nil }
        self.game = game
        self.player = player
    }

    static func cursor(_ game: PlayedGame) -> String { "\(game.number)-\(game.player)" }
}

extension PlayedGame {
    /// Takes game, player, id, quiz, version, name, joined_at, finished_at, final_rank, final_score, final_players.
    fileprivate init(_ row: borrowing Row) {
        self.init(
            number: row.integer(0), player: Int(row.integer(1)), game: row.text(2), quiz: row.text(3),
            version: Int(row.integer(4)), name: row.text(5), joinedAt: Timestamp(row.integer(6)),
            finishedAt: row.optionalInteger(7).map(Timestamp.init))
        guard let players = row.optionalInteger(10) else { return }
        standing = Standing(
            rank: row.optionalInteger(8).map(Int.init), score: Int(row.optionalInteger(9) ?? 0),
            players: Int(players))
    }
}
