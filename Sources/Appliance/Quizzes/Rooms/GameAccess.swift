import Storage
import Web

/// Who may look into which game.
struct GameAccess: Sendable {
    static let host = FieldDescription.text("host", "A host's token, in place of a bearer token.")

    /// The game of a code or an id, finished or not. Throws `Problem` 404, or 429 for who has guessed too often and
    /// brings no token; `StorageError`.
    var find: @Sendable (Request, _ codeOrID: String) async throws -> GameHead
    /// Throws `Problem` unless the request brings a bearer token of `quizzes:read`, or the token of a host of this game
    /// as `?host=`. Returns nil for the host.
    var admit: @Sendable (Request, GameHead) throws -> Caller?
}

extension GameAccess {
    init(_ rooms: Rooms, _ gate: Gate) {
        let key = rooms.house.key
        find = { request, codeOrID in
            let isKnown = key.game(hostedBy: request) != nil || gate.knows(request, allowing: .quizzesRead)
            return try await rooms.game(codeOrID, from: isKnown ? nil : request.origin)
        }
        admit = { request, game in
            if key.game(hostedBy: request) == game.id { return nil }
            return try gate.admit(request, needing: .quizzesRead)
        }
    }
}

extension GameKey {
    /// The id of the game whose host's token a request brings as `?host=`.
    fileprivate func game(hostedBy request: Request) -> String? {
        guard let token = request.query["host"], case .host(let game, _)? = right(of: token) else { return nil }
        return game
    }
}
