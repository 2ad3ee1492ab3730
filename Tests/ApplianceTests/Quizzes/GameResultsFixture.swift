import FoundationEssentials
import Outbound
import Storage
import Testing
import Web

@testable import Appliance

/// A database with the routes of results, and games that are written into it row by row.
final class GameResultsFixture: Sendable {
    static let secret = "the-token-of-the-tests"
    static let hostToken = "the-token-of-the-host"

    let database: Database
    let places = ExportPlaces()
    let router: Router
    private let folder: String

    /// - Parameter quiz: what quiz `q` asks in its version 1.
    init(_ quiz: Quiz) async throws {
        folder = try makeTestFolder()
        let database = try Database(
            .init(folder: folder),
            migrations: OutboundTables.migrations + AuditTables.migrations + TopicTables.migrations + MessageTables.migrations
                + GameTables.migrations)
        self.database = database
        let gate = Gate(rateLimit: 0, now: { 0 })
        gate.load([
            Token(
                id: "1", name: "reader", digest: Token.digest(of: Self.secret), scopes: [.quizzesRead],
                createdAt: Timestamp(0), expiresAt: nil, revokedAt: nil)
        ])
        var routes = Routes(gate: gate)
        let access = GameAccess(
            find: { _, code in
                let game = try await database.read { snapshot throws(StorageError) in try snapshot.game(code) }
                guard let game else { throw Problem.notFound("game") }
                return game.head
            },
            admit: { request, _ in
                if request.query["host"] == Self.hostToken { return nil }
                return try gate.admit(request, needing: .quizzesRead)
            })
        ResultsRoutes(
            database: database, access: access, quizzes: { id, version, _ in id == "q" && version == 1 ? quiz : nil },
            places: places, now: { 0 }
        ).register(in: &routes)
        router = routes.router
    }

    func close() {
        database.close()
        try? FileManager.default.removeItem(atPath: folder)
    }

    func ask(_ target: String, token: String? = secret) async throws -> Answer {
        var headers: Headers = [:]
        if let token { headers.add("authorization", "Bearer \(token)") }
        let response = await router.respond(to: Request(.get, target, headers: headers))
        let bytes = try await response.collect(upTo: 64 << 20)
        return Answer(Response(response.status, headers: response.headers, body: bytes))
    }

    func add(_ game: WrittenGame) async throws {
        try await database.write { transaction throws(StorageError) in try transaction.add(game) }
    }

    func results(of number: Int64 = 1, _ quiz: Quiz = .everyKind) async throws -> GameResults {
        let results = try await database.read { snapshot throws(StorageError) -> GameResults? in
            guard let game = try snapshot.game(number: number) else { return nil }
            return try snapshot.results(of: game, quiz)
        }
        return try #require(results)
    }

    func board(of number: Int64 = 1) async throws -> [BoardRow] {
        try await database.read { snapshot throws(StorageError) in try snapshot.board(of: number) }
    }
}

/// Runs `body` on a fixture and ends it whatever happens.
func withGameResults(_ quiz: Quiz = .everyKind, _ body: (GameResultsFixture) async throws -> Void) async throws {
    let fixture = try await GameResultsFixture(quiz)
    defer { fixture.close() }
    try await body(fixture)
}

/// A game to be written as rows.
struct WrittenGame: Sendable {
    var number: Int64 = 1
    var code = "KAEF34"
    var standing = GameStanding(phase: .finished, place: 4, played: 1_000)
    var seed: Int64 = 0
    var players: [String] = []
    /// Numbers of players.
    var kicked: Set<Int> = []
    /// In the order in which they came, after all players.
    var answers: [WrittenAnswer] = []

    var id: String { Self.id(number) }

    static func id(_ number: Int64) -> String { "00000000-0000-7000-8000-00000000000\(number)" }
}

struct WrittenAnswer: Sendable {
    var question: Int
    var player: Int
    var said: String?
    var isRight = false
    var points = 0
    var bonus = 0
    var elapsed = 1_000

    init(
        _ question: Int, _ player: Int, _ said: String?, right points: Int? = nil, bonus: Int = 0, after elapsed: Int
            = 1_000
    ) {
        self.question = question
        self.player = player
        self.said = said
        isRight = points != nil
        self.points = points ?? 0
        self.bonus = bonus
        self.elapsed = elapsed
    }
}

extension Transaction {
    borrowing func add(_ game: WrittenGame) throws(StorageError) {
        let standing = game.standing
        let finishedAt: Int64? = standing.phase == .finished ? 60_000 : nil
        try run(
            """
            INSERT INTO game (number, id, code, quiz, version, host_name, seed, phase, place, played, extended,
                is_paused, is_locked, created_at, changed_at, finished_at)
            VALUES (?, ?, ?, 'q', 1, 'Host', ?, ?, ?, ?, 0, 0, 0, 1000, 2000, ?)
            """,
            .integer(game.number), .text(game.id), .text(game.code), .integer(game.seed),
            .text(standing.phase.rawValue), .integer(standing.place), .integer(standing.played), .optional(finishedAt))
        for (index, name) in game.players.enumerated() {
            try run(
                "INSERT INTO game_player VALUES (?, ?, ?, ?, ?, NULL, 1000, NULL, NULL, NULL)", .integer(game.number),
                .integer(index + 1), .text(name), .integer(index + 1), .truth(game.kicked.contains(index + 1)))
        }
        for (index, answer) in game.answers.enumerated() {
            try run(
                "INSERT INTO game_answer VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 5000)", .integer(game.number),
                .integer(answer.question), .integer(answer.player), .integer(game.players.count + index + 1),
                .optional(answer.said), .truth(answer.isRight), .integer(answer.points), .integer(answer.bonus),
                .integer(answer.elapsed))
        }
    }
}

extension Quiz {
    /// One question of every kind.
    static let everyKind = Quiz(
        title: "Everything", language: "en",
        questions: [
            QuizQuestion(
                id: "capital", text: "Capital of France?",
                kind: .single(
                    [.init(id: "a", label: "Paris"), .init(id: "b", label: "Rome"), .init(id: "c", label: "Bern")],
                    right: "a")),
            QuizQuestion(
                id: "primes", text: "Which are primes?",
                kind: .several(
                    [.init(id: "two", label: "2"), .init(id: "four", label: "4"), .init(id: "five", label: "5")],
                    right: ["two", "five"])),
            QuizQuestion(id: "flat", text: "The earth is flat.", kind: .trueFalse(false)),
            QuizQuestion(id: "blood", text: "Colour of blood?", kind: .typed(["red"])),
            QuizQuestion(id: "half", text: "A half?", kind: .number(0.5, tolerance: 0)),
        ])

    func selfPaced() -> Quiz {
        var quiz = self
        quiz.pace = .selfPaced
        return quiz
    }
}
