import Storage
import Synchronization
import Web

/// `/api/account/games`: what somebody has played while signed in.
final class HistoryRoutes: Sendable {
    private let database: Database
    private let quizzes: QuizLookup
    /// Games of which somebody is keeping the standings; nil of who succeeds.
    private let keeping = Mutex<[Int64: Task<StorageError?, Never>]>([:])

    init(database: Database, quizzes: @escaping QuizLookup) {
        self.database = database
        self.quizzes = quizzes
    }

    func register(in routes: inout Routes) {
        routes.get(
            "/api/account/games", needs: .own,
            "Lists the games that one played while signed in, the newest first, and what came of them.", query: .page,
            answers: [.json(Items<PlayedGame>.self)]
        ) { [self] call in
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

    /// All who played look at their history when the game is over: one of them has it reckoned, the others wait.
    private func keepStandings(of game: Int64) async throws(StorageError) {
        let task = keeping.withLock { keeping in
            if let task = keeping[game] { return task }
            let task = Task { [self] in
                defer { self.keeping.withLock { $0[game] = nil } }
                return await reckonStandings(of: game)
            }
            keeping[game] = task
            return task
        }
        if let error = await task.value { throw error }
    }

    private func reckonStandings(of game: Int64) async -> StorageError? {
        do throws(StorageError) {
            let board = try await database.read { snapshot throws(StorageError) -> [BoardRow]? in
                // Who looked before the last one was through would have it done once more.
                try snapshot.lacksStandings(game) ? try snapshot.board(of: game) : nil
            }
            guard let board else { return nil }
            try await database.write { transaction throws(StorageError) in
                try transaction.keepStandings(board, of: game)
            }
            return nil
        } catch {
            return error
        }
    }
}
