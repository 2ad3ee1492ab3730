import Storage
import Synchronization
import Web

/// `GET /api/games/{code}/leaderboard`: the board as it is, or as it was when the game ended.
struct BoardRoutes: Sendable {
    let rooms: Rooms
    let access: GameAccess

    func register(in routes: inout Routes) {
        routes.openGet(
            "/api/games/{code}/leaderboard",
            "Shows who is ahead: from the first place, 'after' a rank, or 'around' a player's number.",
            query: Self.parameters, answers: [.json(BoardReport.self, .ok, "Some of the board.")]
        ) { request, code in
            try await show(code, request)
        }
    }

    private static let parameters: [FieldDescription] =
        [GameAccess.host, .whole("around", from: 1, "The number of the player who is to stand in the middle.")] + .page

    private func show(_ code: String, _ request: Request) async throws -> Response {
        let head = try await access.find(request, code)
        let room = rooms.room(ofGame: head.id)
        if try await quiz(of: head, room)?.showsBoard != true { _ = try access.admit(request, head) }
        var query = QueryInput(request.query, Self.parameters)
        _ = query.text("host")                  // that was for `admit`
        let page = query.page(), around = query.whole("around")
        try query.finish()
        let skipped = try page.skipped()
        // Last of all: that of a finished game is made of all its answers.
        let shown =
            if let room {
                room.board(around: around, skipping: skipped, page.limit)
            } else {
                try await rooms.finishedBoards.board(of: head.number)
                    .part(around: around, skipping: skipped, page.limit)
            }
        guard let shown else { throw Problem.playerUnknown }
        return .json(BoardReport(rows: shown.rows, limit: page.limit, players: shown.count))
    }

    private func quiz(of head: GameHead, _ room: Room?) async throws -> Quiz? {
        if let room { return room.quiz }
        return try await rooms.house.database.read { [lookup = rooms.house.lookup] snapshot throws(StorageError) in
            try lookup(head.quiz, head.version, snapshot)
        }
    }
}

extension Room {
    /// At most `limit + 1` places of the board; nil when there is no such player on it.
    fileprivate func board(
        around player: Int?, skipping skipped: Int, _ limit: Int
    ) -> (rows: [BoardRow], count: Int)? {
        state.withLock { state in
            let game = state.game
            var first = skipped
            if let player {
                guard player <= game.players.count, let rank = game.board.rank(of: player) else { return nil }
                first = max(0, rank - limit / 2)
            }
            let rows = game.board.members(from: first, count: limit + 1).enumerated().map { index, number in
                let player = game.players[number - 1]
                return BoardRow(rank: first + index + 1, player: number, name: player.name, score: player.score)
            }
            return (rows, game.board.count)
        }
    }
}

extension [BoardRow] {
    fileprivate func part(around player: Int?, skipping skipped: Int, _ limit: Int) -> (rows: [BoardRow], count: Int)? {
        var first = skipped
        if let player {
            guard let place = firstIndex(where: { $0.player == player }) else { return nil }
            first = Swift.max(0, place - limit / 2)
        }
        return (Array(dropFirst(first).prefix(limit + 1)), count)
    }
}

/// `{"items": [{"rank", "player", "name", "score"}], "next": rank or null, "players": n}`.
private struct BoardReport: Encodable {
    private let items: Items<BoardRow>
    private let players: Int

    init(rows: [BoardRow], limit: Int, players: Int) {
        items = Items(rows, Page(limit: limit)) { String($0.rank) }
        self.players = players
    }

    func encode(to encoder: any Encoder) throws {
        try items.encode(to: encoder)
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(players, forKey: .players)
    }

    private enum Key: CodingKey { case players }
}

extension BoardReport: Exemplified {
    static var examples: [BoardReport] {
        let rows = [
            BoardRow(rank: 1, player: 7, name: "Ann", score: 8_620),
            BoardRow(rank: 2, player: 3, name: "Ben", score: 7_911),
        ]
        return [BoardReport(rows: rows, limit: Page.limitDefault, players: rows.count)]
    }
}
