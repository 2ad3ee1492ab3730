import Storage
import Web

/// `/api/games`: games are made, joined, played, hosted and watched.
struct GameRoutes: Sendable {
    let rooms: Rooms
    let gate: Gate

    func register(in routes: inout Routes) {
        routes.post(
            "/api/quizzes/{id}/games", needs: .gamesHost, "Opens a game of a quiz; the answer holds its code.",
            takes: GameDraft.self, once: true,
            answers: [.json(GameReport.self, .created, "The game, with its host's token.")]
        ) { call, quiz in
            try await create(quiz, call)
        }
        routes.get(
            "/api/games", needs: .quizzesRead, "Lists games, the newest first.",
            query: [.text("quiz", "Only those of the quiz of that id.")] + .page,
            answers: [.json(Items<GameRecord>.self, .ok, "One page of them.")]
        ) { call in
            try await list(call)
        }
        routes.openGet(
            "/api/games/{code}", "Shows a game to whoever has its code.", answers: [.json(GameReport.self)]
        ) { request, code in
            .json(try await rooms.report(code, from: request.origin))
        }
        routes.post(
            "/api/games/{code}/hosts", needs: .gamesHost,
            "Makes a token for one more host, or for one who has lost theirs.", takes: HostDraft.self,
            answers: [.json(HostReport.self, .created, "The host's token.")]
        ) { call, code in
            try await invite(code, call)
        }
        routes.openPost(
            "/api/games/{code}/players", "Joins a game under a name.", takes: PlayerDraft.self,
            answers: [.json(PlayerReport.self, .created, "The player's token.")]
        ) { request, code in
            try await join(code, request)
        }
        routes.webSocket(
            "/api/games/{code}/play",
            "Plays a game over a WebSocket: 'name' joins, 'player' with a player's token comes back.",
            query: Self.playing
        ) { request, code in
            try await play(code, request)
        }
        routes.webSocket(
            "/api/games/{code}/host", "Steers a game over a WebSocket, with a host's token.", query: Self.hosting
        ) { request, code in
            try await host(code, request)
        }
        routes.webSocket("/api/games/{code}/watch", "Shows a game to a room over a WebSocket.") { request, code in
            var query = QueryInput(request.query, [])
            try query.finish()
            let room = try rooms.room(code, from: request.origin)
            return .webSocket(Self.limits) { socket in await room.watch(socket) }
        }
    }

    private static let playing: [FieldDescription] = [
        .text("name", "What who joins wants to be called: 1 to 24 characters."),
        .text("player", "The token of a player who comes back."),
    ]

    private static let hosting: [FieldDescription] = [.text("host", "The host's token.")]

    private static let limits = WebSocket.Limits(messageBytesMax: ClientFrame.bytesMax)

    private func create(_ quiz: String, _ call: Call) async throws -> Response {
        // Everything has a standard: no body at all will do.
        let draft = try call.read(GameDraft.self)
        guard let hostName = PlayerName(draft.hostName) else { throw Problem.nameInvalid("host_name") }
        return try await rooms.create(quiz, hostName: hostName.text, by: call)
    }

    private func list(_ call: Call) async throws -> Response {
        var query = call.query
        let quiz = query.text("quiz"), page = query.page()
        try query.finish()
        _ = try page.skipped()
        let games = try await rooms.house.database.read { snapshot throws(StorageError) in
            try snapshot.games(of: quiz, page)
        }
        return .json(Items(games, page) { String($0.head.number) })
    }

    private func invite(_ code: String, _ call: Call) async throws -> Response {
        let draft = try call.read(HostDraft.self)
        let room = try rooms.room(code, from: nil)
        let entry = AuditEntry(call, "game.host_invited", room.head.id, ["code": room.head.code])
        let host = try await room.invite(draft.name, noting: entry)
        let token = rooms.house.key.token(for: .host(game: room.head.id, number: host.number))
        return .json(HostReport(host: token, name: host.name), status: .created)
    }

    private func join(_ code: String, _ request: Request) async throws -> Response {
        let draft = try Input.read(request.body, as: PlayerDraft.self)
        let room = try rooms.room(code, from: request.origin), name = try name(draft.name)
        let number = try await room.join(name, account: gate.account(of: request))
        let token = rooms.house.key.token(for: .player(game: room.head.id, number: number))
        return .json(PlayerReport(player: token, number: number, name: name.text), status: .created)
    }

    private func play(_ code: String, _ request: Request) async throws -> Response {
        var query = QueryInput(request.query, Self.playing)
        let (typed, token) = (query.text("name"), query.text("player"))
        try query.finish()
        if let token {
            guard case .player(let game, let number)? = rooms.house.key.right(of: token)
            else { throw Problem.playerTokenUnknown }
            guard let room = rooms.room(ofGame: game) else { throw Problem.gameOver }
            guard room.hasPlayer(number) else { throw Problem.playerTokenUnknown }
            return .webSocket(Self.limits) { socket in await room.play(number, socket) }
        }
        let room = try rooms.room(code, from: request.origin)
        guard let typed else { throw Problem.invalid([FieldProblem("name", "Say who you are: ?name=Ann.")]) }
        let name = try name(typed)
        try room.judge(name)
        let account = gate.account(of: request)
        // The name is taken once there is a socket: a handshake that fails must not burn it.
        return .webSocket(Self.limits) { socket in
            do {
                await room.play(try await room.join(name, account: account), socket)
            } catch {
                let problem = error as? Problem ?? (error as? StorageError).map(Problem.notStored) ?? .gameOver
                socket.push(GameFrame.error(problem))
                socket.close(error is Problem ? .policyViolation : .tryAgainLater, problem.code)
            }
        }
    }

    private func name(_ text: String) throws(Problem) -> PlayerName {
        guard let name = PlayerName(text) else {
            throw .nameInvalid("name")
        }
        return name
    }

    private func host(_ code: String, _ request: Request) async throws -> Response {
        var query = QueryInput(request.query, Self.hosting)
        let token = query.text("host")
        try query.finish()
        guard let token, case .host(let game, let number)? = rooms.house.key.right(of: token)
        else { throw Problem.hostUnknown }
        guard let room = rooms.room(ofGame: game) else { throw Problem.gameOver }
        guard room.hasHost(number) else { throw Problem.hostUnknown }
        return .webSocket(Self.limits) { socket in await room.host(number, socket) }
    }
}

extension Problem {
    fileprivate static func nameInvalid(_ field: String) -> Problem {
        .invalid([FieldProblem(field, "Must be 1 to 24 characters that can be seen.")])
    }

    static let playerTokenUnknown = Problem(
        .unauthorized, "player.unknown", "This is no token of a player here. Join with ?name=.")
    static let hostUnknown = Problem(
        .unauthorized, "host.unknown", "Send ?host= with the token that came when the game was made.")
    static let gameOver = Problem(.gone, "game.finished", "This game is over.")
}

/// What a new game is made with.
struct GameDraft: InputShape {
    private static let hostName = Field.text("host_name", 1...200, "What the host is called; 'Host' when left out.")
        .defaulting(to: "Host")
    static let fields = [hostName.description]
    static let example = #"{"host_name":"Mr. Miller"}"#

    let hostName: String

    init(_ input: inout Input) { hostName = input.take(Self.hostName) }
}

/// Who joins.
struct PlayerDraft: InputShape {
    private static let name = Field.text("name", 1...200, "1 to 24 characters that can be seen.")
    static let fields = [name.description]
    static let example = #"{"name":"Ann"}"#

    let name: String

    init(_ input: inout Input) { name = input.take(Self.name) }
}

/// Who is to host as well.
struct HostDraft: InputShape {
    private static let name = Field.text("name", 1...200, "1 to 24 characters; no player or other host may have it.")
    static let fields = [name.description]
    static let example = #"{"name":"Ben"}"#

    let name: String

    init(_ input: inout Input) { name = input.take(Self.name) }
}

struct PlayerReport: Exemplified, Sendable {
    static let examples = [
        PlayerReport(
            player: "019c137f-6d0a-7b1e-9c44-5d2e8f3a1b60.p7.8c1f0a77c1b24e3f9a0c5b6d7e8f9012", number: 7, name: "Ann")
    ]

    /// The player's token.
    let player: String
    let number: Int
    let name: String
}

struct HostReport: Exemplified, Sendable {
    static let examples = [
        HostReport(host: "019c137f-6d0a-7b1e-9c44-5d2e8f3a1b60.h2.5b6d7e8f90128c1f0a77c1b24e3f9a0c", name: "Ben")
    ]

    /// The host's token.
    let host: String
    let name: String
}
