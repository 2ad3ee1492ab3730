import Storage
import Synchronization

/// Boards of finished games that somebody looks at or did lately: anybody may, and each is made of all answers.
final class FinishedBoards: Sendable {
    private typealias Rows = Task<Result<[BoardRow], StorageError>, Never>

    /// Kept for a minute or two: 400 kB each at 5,000 players.
    static let countMax = 4

    private let database: Database
    private let boards = Mutex<[(game: Int64, rows: Rows)]>([])

    init(database: Database) { self.database = database }

    /// The board of a game that is in no room any more. All who played may ask for it at once: for the first it is made,
    /// the others wait.
    func board(of game: Int64) async throws(StorageError) -> [BoardRow] {
        let rows = boards.withLock { boards in
            if let known = boards.first(where: { $0.game == game }) { return known.rows }
            let rows = Rows { [self] in await make(of: game) }
            boards = boards.suffix(Self.countMax - 1) + [(game, rows)]
            return rows
        }
        let made = await rows.value
        if case .failure = made { boards.withLock { $0.removeAll { $0.rows == rows } } }
        return try made.get()
    }

    func forgetAll() { boards.withLock { $0 = [] } }

    private func make(of game: Int64) async -> Result<[BoardRow], StorageError> {
        do throws(StorageError) {
            return .success(try await database.read { snapshot throws(StorageError) in try snapshot.board(of: game) })
        } catch {
            return .failure(error)
        }
    }
}
