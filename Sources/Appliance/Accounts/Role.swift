/// What an account is for; decides its scopes. docs/permissions.md shows what follows for each route.
enum Role: String, CaseIterable, Codable, Sendable {
    case admin, editor, host, viewer, player

    var scopes: Set<Scope> {
        switch self {
        case .admin: [.own, .admin]
        case .editor:
            [
                .own, .messagesSend, .messagesRead, .customersRead, .customersWrite, .surveysRead, .surveysWrite,
                .quizzesRead, .quizzesWrite, .gamesHost,
            ]
        case .host: [.own, .quizzesRead, .gamesHost]
        case .viewer: [.own, .messagesRead, .customersRead, .surveysRead, .quizzesRead, .bridgeRead]
        case .player: [.own]
        }
    }
}
