import Storage
import Synchronization
import Web

/// All games that live, by their codes.
final class Rooms: Sendable {
    let house: GameHouse
    private let rooms = Mutex(Index())
    let finishedBoards: FinishedBoards
    private let guesses = RateLimiter(addresses: 1, burst: Rooms.guessesMax)

    /// Wrong codes from one address before it has to wait: a class that mistypes is fine, and of 309 million codes a
    /// guesser tries 86,400 a day.
    static let guessesMax = 60
    /// Games that live at a time: each costs memory as long as it does.
    static let gamesMax = 2_000
    /// Milliseconds after which a game that nobody is in is ended.
    static let desertedFor = 24 * 3_600_000

    private struct Index {
        var byCode: [String: Room] = [:]
        var byID: [String: Room] = [:]

        mutating func add(_ room: Room) {
            byCode[room.head.code] = room
            byID[room.head.id] = room
        }

        /// Its code may be another's by now.
        mutating func remove(_ room: Room) {
            if byCode[room.head.code] === room { byCode[room.head.code] = nil }
            byID[room.head.id] = nil
        }
    }

    init(_ house: GameHouse) {
        self.house = house
        finishedBoards = FinishedBoards(database: house.database)
    }

    /// Brings back every game that had not finished.
    ///
    /// - Returns: the codes of those that could not be: their quiz is not to be read any more.
    func load() async throws(StorageError) -> [String] {
        var lost: [String] = []
        let games = try await house.database.read { snapshot throws(StorageError) in try snapshot.livingGames() }
        for game in games {
            let head = game.head
            let found = try await house.database.read {
                [lookup = house.lookup] snapshot throws(StorageError) -> (Quiz, [GameChange])? in
                guard let quiz = try lookup(head.quiz, head.version, snapshot) else { return nil }
                return (quiz, try snapshot.changes(of: head.number))
            }
            guard let (quiz, changes) = found else {
                lost.append(head.code)
                continue
            }
            open(head, quiz, game.standing, changes)
        }
        return lost
    }

    @discardableResult
    private func open(_ head: GameHead, _ quiz: Quiz, _ standing: GameStanding, _ changes: [GameChange]) -> Room {
        let instant = house.clock.now()
        let game = Game(head, quiz, standing: standing, at: instant)
        for change in changes { game.apply(change, at: instant) }
        game.awaitReturn()
        let age = Int(clamping: house.now() - head.createdAt.milliseconds)
        if quiz.pace == .selfPaced { game.closesAt = instant + max(0, quiz.openLasts - age) }
        let room = Room(game, house)
        rooms.withLock { $0.add(room) }
        room.begin()
        return room
    }

    /// Makes a game of a quiz's newest version, in the lobby, or running if it has none.
    ///
    /// - Returns: `GameReport` with the host's token.
    /// - Throws: `Problem` 404, 409 for a quiz that is not published, 503 when too many games live; `StorageError`.
    func create(_ quiz: String, hostName: String, by call: Call) async throws -> Response {
        guard presence.games < Self.gamesMax else { throw Problem.tooManyGames }
        let now = house.now(), made = Mutex<NewGame?>(nil)
        let response = try await house.database.write(once: call.idempotencyKey(), at: now) {
            [house] transaction throws(StorageError) -> Result<Reply, Problem> in
            guard let head = try transaction.snapshot.quizHead(quiz) else { return .failure(.notFound("quiz")) }
            guard head.status == .published, let definition = try house.lookup(quiz, head.version, transaction.snapshot)
            else { return .failure(.quizNotPublished) }
            let game = try transaction.makeGame(of: definition, quiz, head.version, hostName: hostName, at: now)
            let details = ["quiz": quiz, "code": game.head.code]
            try transaction.audit(AuditEntry(call, "game.opened", game.head.id, details), at: now)
            made.withLock { $0 = game }
            let record = GameRecord(head: game.head, standing: game.standing, finishedAt: nil)
            let report = GameReport(game: record, quiz: definition, players: 0)
            return .success(Reply(.created, location: "/api/games/\(game.head.code)", json: report))
        }
        if let game = made.withLock({ $0 }) {
            house.tally.add { $0.games += 1 }
            open(game.head, game.quiz, game.standing, [.hostAdded(GameHost(number: 1, name: hostName))])
        }
        return try withHost(response)
    }

    /// The answer with the host's token, which is worked out each time: what is remembered for an `Idempotency-Key`
    /// lies in the database as it is.
    private func withHost(_ response: Response) throws(StorageError) -> Response {
        guard case .object(var report)? = JSONValue(response.bytes), case .text(let id)? = report["id"]
        else { throw .corrupt }
        report["host"] = .text(house.key.token(for: .host(game: id, number: 1)))
        return Response(response.status, headers: response.headers, body: JSON.bytes(JSONValue.object(report)))
    }

    /// A game as whoever has its code sees it, finished or not.
    ///
    /// - Throws: `Problem` 404, 429; `StorageError`.
    func report(_ codeOrID: String, from origin: Peer) async throws -> GameReport {
        let head = try await game(codeOrID, from: origin)
        if let room = room(ofGame: head.id) {
            let (standing, players) = room.state.withLock { ($0.game.standing, $0.game.board.count) }
            if standing.phase != .finished {
                let record = GameRecord(head: head, standing: standing, finishedAt: nil)
                return GameReport(game: record, quiz: room.quiz, players: players)
            }
        }
        let report = try await house.database.read {
            [lookup = house.lookup] snapshot throws(StorageError) -> GameReport? in
            guard let quiz = try lookup(head.quiz, head.version, snapshot),
                let game = try snapshot.game(number: head.number)
            else { return nil }
            return GameReport(game: game, quiz: quiz, players: try snapshot.playersCount(of: head.number))
        }
        guard let report else { throw Problem.notFound("game") }
        return report
    }

    /// The living game with that code, as people type it, or with that id.
    ///
    /// - Parameter origin: who asks; whoever asks for many that are not there has to wait. Nil for who brings a token.
    /// - Throws: `Problem` 404, 429.
    func room(_ codeOrID: String, from origin: Peer?) throws(Problem) -> Room {
        try refuseGuesser(origin)
        if let room = living(codeOrID) { return room }
        throw missed(by: origin)
    }

    /// A game that may have finished, by its code or its id.
    ///
    /// - Throws: `Problem` 404, 429; `StorageError`.
    func game(_ codeOrID: String, from origin: Peer?) async throws -> GameHead {
        try refuseGuesser(origin)
        if let room = living(codeOrID) { return room.head }
        let game = try await house.database.read { snapshot throws(StorageError) in try snapshot.game(codeOrID) }
        if let game { return game.head }
        throw missed(by: origin)
    }

    private func refuseGuesser(_ origin: Peer?) throws(Problem) {
        if let origin { try guesses.check(origin, at: house.now()) }
    }

    /// How often somebody was told to wait for having tried too many codes.
    var guessesRefused: Int { guesses.refused }

    private func missed(by origin: Peer?) -> Problem {
        if let origin { guesses.note(origin, at: house.now()) }
        return .notFound("game")
    }

    private func living(_ codeOrID: String) -> Room? {
        guard let code = GameCode.read(codeOrID) else { return room(ofGame: codeOrID) }
        return rooms.withLock { $0.byCode[code] }
    }

    /// The living game that a token is for: no guessing.
    func room(ofGame id: String) -> Room? {
        rooms.withLock { $0.byID[id] }
    }

    /// Ends games that nobody has been in for a day, and forgets those that have finished and are left.
    func sweep() async {
        let now = house.clock.now()
        finishedBoards.forgetAll()
        for room in all {
            let (isFinished, isDeserted) = room.state.withLock { state in
                (state.game.standing.phase == .finished, state.isDeserted && state.touchedAt + Self.desertedFor < now)
            }
            if isFinished {
                rooms.withLock { $0.remove(room) }
            } else if isDeserted {
                try? await room.end()
            }
        }
    }

    /// Stores how far open questions have come, and takes in nothing more. To be called when a stop begins: while
    /// clients are waited for no question's time must run out.
    func close() async {
        for room in all { try? await room.close() }
    }

    private var all: [Room] { rooms.withLock { Array($0.byID.values) } }

    /// Games that live and players that are connected.
    var presence: (games: Int, players: Int) {
        all.reduce(into: (0, 0)) { sum, room in
            room.state.withLock { state in
                guard state.game.standing.phase != .finished else { return }
                sum.0 += 1
                sum.1 += state.game.playersPresent
            }
        }
    }
}

extension Problem {
    static let quizNotPublished = Problem.conflict(
        "quiz.not_published", "Only a published quiz can be played. Publish it first.")

    static let tooManyGames = Problem(
        .unavailable, "games.too_many", "\(Rooms.gamesMax) games are being played. End some of them.",
        retryAfterSeconds: 60)
}

/// A game that was just made.
struct NewGame: Sendable {
    let head: GameHead
    let quiz: Quiz
    let standing: GameStanding
}

extension Transaction {
    /// Stores a new game under a code that no living one has.
    fileprivate borrowing func makeGame(
        of quiz: Quiz, _ name: String, _ version: Int, hostName: String, at now: Int64
    ) throws(StorageError) -> NewGame {
        var random = SystemRandomNumberGenerator()             // getrandom(2)
        let id = UUIDv7.next(at: now), seed = random.next(), standing = GameStanding(beginning: quiz)
        while true {
            let code = GameCode.make(using: &random)
            let head = try insertGame(
                { number in
                    GameHead(
                        number: number, id: id, code: code, quiz: name, version: version, hostName: hostName,
                        seed: seed, createdAt: Timestamp(now))
                }, standing)
            if let head { return NewGame(head: head, quiz: quiz, standing: standing) }
        }
    }
}
