import Storage

enum GameTables {
    static let migrations = [
        Migration(
            feature: "games", version: 1,
            """
            CREATE TABLE game (
                number      INTEGER NOT NULL PRIMARY KEY,
                id          TEXT    NOT NULL UNIQUE,           -- UUIDv7
                code        TEXT    NOT NULL,                  -- what people join by; unique among the living
                quiz        TEXT    NOT NULL,
                version     INTEGER NOT NULL,
                host_name   TEXT    NOT NULL,
                seed        INTEGER NOT NULL,                  -- of shuffled orders
                phase       TEXT    NOT NULL,                  -- lobby, question, reveal, running, finished
                place       INTEGER NOT NULL,                  -- of the question, from 0
                played      INTEGER NOT NULL,                  -- milliseconds it was open when this was written
                extended    INTEGER NOT NULL,
                is_paused   INTEGER NOT NULL,
                is_locked   INTEGER NOT NULL,
                created_at  INTEGER NOT NULL,                  -- Unix milliseconds, UTC, as all times
                changed_at  INTEGER NOT NULL,
                finished_at INTEGER,
                message     TEXT                               -- the message that announced its end
            ) STRICT
            """,
            "CREATE UNIQUE INDEX game_living ON game (code) WHERE finished_at IS NULL",
            "CREATE INDEX game_by_code ON game (code, number)",
            "CREATE INDEX game_by_quiz ON game (quiz, number)",
            """
            CREATE TABLE game_host (
                game     INTEGER NOT NULL,
                host     INTEGER NOT NULL,                     -- from 1
                name     TEXT    NOT NULL,
                added_at INTEGER NOT NULL,
                PRIMARY KEY (game, host)
            ) STRICT, WITHOUT ROWID
            """,
            """
            CREATE TABLE game_player (
                game      INTEGER NOT NULL,
                player    INTEGER NOT NULL,                    -- from 1, in the order of joining
                name      TEXT    NOT NULL,
                seq       INTEGER NOT NULL,                    -- numbers joins and answers of a game
                is_kicked INTEGER NOT NULL,
                account   TEXT,                                -- who was signed in; NULL for who was not
                joined_at INTEGER NOT NULL,
                PRIMARY KEY (game, player)
            ) STRICT, WITHOUT ROWID
            """,
            """
            CREATE TABLE game_answer (
                game        INTEGER NOT NULL,
                question    INTEGER NOT NULL,                  -- place in the definition, from 0
                player      INTEGER NOT NULL,
                seq         INTEGER NOT NULL,
                said        TEXT,                              -- JSON; NULL: missed
                is_right    INTEGER NOT NULL,
                points      INTEGER NOT NULL,
                bonus       INTEGER NOT NULL,
                elapsed     INTEGER NOT NULL,                  -- milliseconds
                answered_at INTEGER NOT NULL,
                PRIMARY KEY (game, question, player)
            ) STRICT, WITHOUT ROWID
            """),
        Migration(
            feature: "games", version: 2,
            // What came of it for somebody with an account, once that was asked for: NULL before.
            "ALTER TABLE game_player ADD COLUMN final_rank INTEGER",
            "ALTER TABLE game_player ADD COLUMN final_score INTEGER",
            "ALTER TABLE game_player ADD COLUMN final_players INTEGER",
            // Joining without an account costs nothing more.
            "CREATE INDEX game_player_by_account ON game_player (account, game, player) WHERE account IS NOT NULL"),
    ]
}

extension Transaction {
    /// Stores what came of one step of a game.
    borrowing func store(_ changes: [GameChange], of game: Int64, at now: Int64) throws(StorageError) {
        for change in changes { try store(change, of: game, at: now) }
    }

    private borrowing func store(_ change: GameChange, of game: Int64, at now: Int64) throws(StorageError) {
        switch change {
        case .answered(let answer):
            try run(
                """
                INSERT INTO game_answer
                    (game, question, player, seq, said, is_right, points, bonus, elapsed, answered_at)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """, .integer(game), .integer(answer.question), .integer(answer.player), .integer(answer.sequence),
                answer.said.map(Value.text) ?? .null, .truth(answer.isRight), .integer(answer.points),
                .integer(answer.bonus), .integer(answer.elapsed), .integer(now))
        case .joined(let number, let name, let sequence, let account):
            try run(
                """
                INSERT INTO game_player (game, player, name, seq, is_kicked, account, joined_at)
                VALUES (?, ?, ?, ?, 0, ?, ?)
                """,
                .integer(game), .integer(number), .text(name.text), .integer(sequence), .optional(account),
                .integer(now))
        case .kicked(let player, let isKicked):
            try run(
                "UPDATE game_player SET is_kicked = ? WHERE game = ? AND player = ?", .truth(isKicked),
                .integer(game), .integer(player))
        case .hostAdded(let host):
            try run(
                "INSERT INTO game_host (game, host, name, added_at) VALUES (?, ?, ?, ?)", .integer(game),
                .integer(host.number), .text(host.name), .integer(now))
        case .moved(let standing):
            try run(
                """
                UPDATE game SET phase = ?, place = ?, played = ?, extended = ?, is_paused = ?, is_locked = ?,
                    changed_at = ?, finished_at = ? WHERE number = ?
                """, .text(standing.phase.rawValue), .integer(standing.place), .integer(standing.played),
                .integer(standing.extended), .truth(standing.isPaused), .truth(standing.isLocked), .integer(now),
                standing.phase == .finished ? .integer(now) : .null, .integer(game))
        case .shown: break
        }
    }

    /// Stores a new game; its key is the next number, and its code must not be that of a living one.
    ///
    /// - Returns: nil when the code is taken.
    borrowing func insertGame(_ head: (Int64) -> GameHead, _ standing: GameStanding) throws(StorageError) -> GameHead? {
        let last = try first("SELECT MAX(number) FROM game", as: { $0.optionalInteger(0) ?? 0 }) ?? 0
        let head = head(last + 1)
        let taken = try first(
            "SELECT 1 FROM game WHERE code = ? AND finished_at IS NULL", .text(head.code), as: { _ in true })
        guard taken == nil else { return nil }
        try run(
            """
            INSERT INTO game (number, id, code, quiz, version, host_name, seed, phase, place, played, extended,
                is_paused, is_locked, created_at, changed_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0, 0, 0, 0, 0, ?, ?)
            """, .integer(head.number), .text(head.id), .text(head.code), .text(head.quiz), .integer(head.version),
            .text(head.hostName), .integer(Int64(bitPattern: head.seed)), .text(standing.phase.rawValue),
            .integer(head.createdAt.milliseconds), .integer(head.createdAt.milliseconds))
        let host = GameChange.hostAdded(GameHost(number: 1, name: head.hostName))
        try store([host], of: head.number, at: head.createdAt.milliseconds)
        return head
    }

    /// How long the open question of a game was open: written when the program stops in good order. A move that was
    /// on its way then has closed that question or opened another, to which this does not apply.
    borrowing func notePlayed(_ played: Int, place: Int, of game: Int64) throws(StorageError) {
        try run(
            "UPDATE game SET played = ? WHERE number = ? AND phase = 'question' AND place = ?", .integer(played),
            .integer(game), .integer(place))
    }
}

extension Snapshot {
    /// Everything that happened in a game, in the order in which it did: hosts, then joins and answers, then kicks.
    borrowing func changes(of game: Int64) throws(StorageError) -> [GameChange] {
        let hosts = try all(
            "SELECT host, name FROM game_host WHERE game = ? ORDER BY host", .integer(game),
            as: { GameChange.hostAdded(GameHost(number: Int($0.integer(0)), name: $0.text(1))) })
        var kicks: [GameChange] = []
        var numbered: [(sequence: Int, change: GameChange)] = []
        try each(
            "SELECT player, name, seq, is_kicked FROM game_player WHERE game = ? ORDER BY player", .integer(game)
        ) { row throws(StorageError) in
            let number = Int(row.integer(0)), sequence = Int(row.integer(2))
            let name = PlayerName(stored: row.text(1))
            numbered.append((sequence, .joined(number: number, name: name, sequence: sequence)))
            if row.truth(3) { kicks.append(.kicked(player: number, true)) }
        }
        try each(
            """
            SELECT question, player, seq, said, is_right, points, bonus, elapsed FROM game_answer WHERE game = ?
            ORDER BY question, player
            """, .integer(game)
        ) { row throws(StorageError) in
            let answer = GivenAnswer(row)
            numbered.append((answer.sequence, .answered(answer)))
        }
        numbered.sort { $0.sequence < $1.sequence }
        return hosts + numbered.map(\.change) + kicks
    }

    /// What a player answered to a question.
    borrowing func answer(of player: Int, to question: Int, in game: Int64) throws(StorageError) -> GivenAnswer? {
        try first(
            """
            SELECT question, player, seq, said, is_right, points, bonus, elapsed FROM game_answer
            WHERE game = ? AND question = ? AND player = ?
            """, .integer(game), .integer(question), .integer(player), as: { GivenAnswer($0) })
    }
}

extension GivenAnswer {
    fileprivate init(_ row: borrowing Row) {
        self.init(
            question: Int(row.integer(0)), player: Int(row.integer(1)), sequence: Int(row.integer(2)),
            said: row.optionalText(3), isRight: row.truth(4), points: Int(row.integer(5)), bonus: Int(row.integer(6)),
            elapsed: Int(row.integer(7)))
    }
}
