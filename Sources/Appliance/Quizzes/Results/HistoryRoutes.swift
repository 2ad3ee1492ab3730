import Storage
import Web

/// `/api/account/games`: what somebody has played while signed in.
struct HistoryRoutes: Sendable {
    let database: Database
    let quizzes: QuizLookup

    func register(in routes: inout Routes) {
        routes.get(
            "/api/account/games", needs: .own,
            "Lists the games that one played while signed in, the newest first, and what came of them.", query: .page,
            answers: [.json(Items<PlayedGame>.self)]
        ) { call in
            try await list(call)
        }
    }

    private func list(_ call: Call) async throws -> Response {
        let account = try call.caller.accountID()
        var query = call.query
        let page = query.page()
        try query.finish()
        var before = PlayedPlace()
        if let after = page.after {
            guard let place = PlayedPlace(after) else { throw Problem.cursorUnknown }
            before = place
        }
        var games = try await games(of: account, before, page)
        let unknown = Set(games.filter { $0.finishedAt != nil && $0.standing == nil }.map(\.number))
        if !unknown.isEmpty {
            for game in unknown { try await keepStandings(of: game) }
            games = try await self.games(of: account, before, page)
        }
        return .json(Items(games, page, cursor: PlayedPlace.cursor))
    }

    private func games(
        of account: String, _ before: PlayedPlace, _ page: Page
    ) async throws(StorageError) -> [PlayedGame] {
        try await database.read { [quizzes] snapshot throws(StorageError) in
            try snapshot.playedGames(by: account, before: before, limit: page.limit, quizzes)
        }
    }

    private func keepStandings(of game: Int64) async throws(StorageError) {
        let board = try await database.read { snapshot throws(StorageError) in try snapshot.board(of: game) }
        try await database.write { transaction throws(StorageError) in
            try transaction.keepStandings(board, of: game)
        }
    }
}
