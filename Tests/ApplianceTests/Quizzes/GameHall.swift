import FoundationEssentials
import Glibc
import Storage
import Synchronization
import Testing

@testable import Appliance
@testable import Web

/// An appliance where games are played, over WebSockets within this process and over HTTP without a socket. Time passes
/// when the test says so, and it can be started again on the same folder.
final class GameHall: Sendable {
    /// 1 January 2026, 12:00, when the clock stands at 0.
    static let noon: Int64 = 1_767_268_800_000

    let clock = HandClock()
    private let running: Mutex<Running>
    private let folder: String

    private struct Running {
        var app: App
        var client: WebSocketClient
        /// What this run's clock shows more than the hall's: no instant outlives the process.
        var ahead: Int
    }

    /// How a program ends.
    enum Ending: String, CaseIterable, Sendable {
        case stopped, killed
    }

    var app: App { running.withLock { $0.app } }
    private var client: WebSocketClient { running.withLock { $0.client } }

    static func open() async throws -> GameHall {
        let root = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp"
        let hall = try GameHall(makeTestFolder(in: root))
        var samples = SampleSettings()
        samples.adminToken = TestAppliance.adminToken
        _ = try await hall.app.start(samples)
        return hall
    }

    private init(_ folder: String) throws {
        self.folder = folder
        running = Mutex(Running(app: try Self.app(in: folder, clock, 0), client: WebSocketClient(), ahead: 0))
    }

    private static func app(in folder: String, _ clock: HandClock, _ ahead: Int) throws -> App {
        App(
            database: try Database(.init(folder: folder), migrations: App.migrations), folder: folder,
            log: .silent, now: { noon + Int64(clock.now) },
            gameClock: GameClock(now: { clock.now + ahead }, sleep: { await clock.sleep(until: $0 - ahead) }))
    }

    /// Ends the program, and starts it again on what it left behind, `away` milliseconds later.
    func restart(_ ending: Ending, away: Int = 60_000) async throws {
        let old = running.withLock { $0 }
        if ending == .killed { old.app.database.close() }
        await old.client.stop(within: .zero)
        await old.app.stop(within: .zero)
        clock.advance(by: away)
        let ahead = old.ahead + 777_777
        let app = try Self.app(in: folder, clock, ahead)
        running.withLock { $0 = Running(app: app, client: WebSocketClient(), ahead: ahead) }
        _ = try await app.start(SampleSettings())
    }

    func close() async {
        await client.stop(within: .zero)
        await app.stop(within: .zero)
        clock.wakeAll()
        try? FileManager.default.removeItem(atPath: folder)
    }

    /// Asks as nobody in particular.
    func ask(
        _ method: Web.Method, _ target: String, _ json: String? = nil, headers: Headers = [:],
        peer: String = "127.0.0.1"
    ) async -> Answer {
        let response = await app.respond(
            to: Request(method, target, headers: headers, body: Array((json ?? "").utf8), peer: peer))
        return Answer(response)
    }

    @discardableResult
    func askTeam(_ method: Web.Method, _ target: String, _ json: String? = nil) async -> Answer {
        await ask(method, target, json, headers: ["authorization": "Bearer \(TestAppliance.adminToken)"])
    }

    /// Publishes the quiz and opens a game of it.
    func game(_ quiz: QuizSheet = QuizSheet(), host: String = "Quiz Host") async throws -> OpenedGame {
        await askTeam(.post, "/api/quizzes", #"{"id":"\#(quiz.id)","definition":\#(quiz.json)}"#)
        let published = await askTeam(.post, "/api/quizzes/\(quiz.id)/publish")
        #expect(published.status == .ok, "\(published.text)")
        return try await anotherGame(of: quiz, host: host)
    }

    func anotherGame(of quiz: QuizSheet, host: String = "Quiz Host") async throws -> OpenedGame {
        let made = await askTeam(.post, "/api/quizzes/\(quiz.id)/games", #"{"host_name":"\#(host)"}"#)
        #expect(made.status == .created, "\(made.text)")
        return OpenedGame(
            hall: self, code: try #require(made.parsed["code"].text), id: try #require(made.parsed["id"].text),
            host: try #require(made.parsed["host"].text))
    }

    /// A WebSocket to `/api/games/{target}`.
    func socket(_ target: String) async throws(ConnectFault) -> WebSocket {
        try await client.connect(
            to: app.router, "/api/games/\(target)", limits: WebSocket.Limits(messageBytesMax: 1 << 20))
    }

    /// Status and code with which a WebSocket is refused; nil when it is not.
    func refusal(_ target: String) async -> String? {
        do throws(ConnectFault) {
            try await socket(target).close()
            return nil
        } catch {
            guard case .handshake(.refused(let status, let body)) = error else { return "\(error)" }
            return "\(status.code) \(ParsedJSON(body)["code"].text ?? "")"
        }
    }

    /// Rows of all answers, as `player question points+bonus`, in the order in which they were stored.
    func answers(of game: OpenedGame) async throws -> [StoredAnswer] {
        let id = game.id
        return try await app.database.read { snapshot throws(StorageError) in
            try snapshot.all(
                """
                SELECT a.player, a.question, a.points, a.bonus, a.elapsed, a.said FROM game_answer a
                JOIN game g ON g.number = a.game WHERE g.id = ? ORDER BY a.seq
                """, .text(id),
                as: {
                    StoredAnswer(
                        player: Int($0.integer(0)), question: Int($0.integer(1)), points: Int($0.integer(2)),
                        bonus: Int($0.integer(3)), elapsed: Int($0.integer(4)), said: $0.optionalText(5))
                })
        }
    }

    /// What durable answers come to, by player number, for those who are not kicked.
    func sums(of game: OpenedGame) async throws -> [Int: Int] {
        let id = game.id
        let rows = try await app.database.read { snapshot throws(StorageError) in
            try snapshot.all(
                """
                SELECT p.player, COALESCE(SUM(a.points + a.bonus), 0) FROM game g
                JOIN game_player p ON p.game = g.number
                LEFT JOIN game_answer a ON a.game = p.game AND a.player = p.player
                WHERE g.id = ? AND p.is_kicked = 0 GROUP BY p.player
                """, .text(id), as: { (Int($0.integer(0)), Int($0.integer(1))) })
        }
        return Dictionary(uniqueKeysWithValues: rows)
    }

    /// Waits for what is not told to anybody, such as that a socket is gone.
    func until(_ what: Comment, _ isSo: () -> Bool) async {
        let deadline = ContinuousClock.now.advanced(by: .seconds(20))
        while !isSo() {
            guard ContinuousClock.now < deadline else {
                Issue.record("never: \(what)")
                return
            }
            await Task.yield()
        }
    }
}

/// Runs `body` in a hall and closes it whatever happens.
func withGameHall(_ body: (GameHall) async throws -> Void) async throws {
    let hall = try await GameHall.open()
    do {
        try await body(hall)
    } catch {
        await hall.close()
        throw error
    }
    await hall.close()
}

struct StoredAnswer: Hashable, Sendable {
    let player: Int
    /// Place in the definition, from 0.
    let question: Int
    let points: Int
    let bonus: Int
    let elapsed: Int
    let said: String?
}

/// A clock that a test sets, and those who sleep by it.
final class HandClock: Sendable {
    private struct State {
        var now = 0
        var sleepers: [Int: (until: Int, continuation: CheckedContinuation<Void, Never>)] = [:]
        var count = 0
        var isOver = false
    }

    private let state = Mutex(State())

    var now: Int { state.withLock { $0.now } }

    func advance(by milliseconds: Int) {
        let woken = state.withLock { state in
            state.now += milliseconds
            let due = state.sleepers.filter { $0.value.until <= state.now }
            for id in due.keys { state.sleepers[id] = nil }
            return due.values.map(\.continuation)
        }
        for continuation in woken { continuation.resume() }
    }

    func sleep(until instant: Int) async {
        let id = state.withLock { state in
            state.count += 1
            return state.count
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    guard state.now < instant, !state.isOver, !Task.isCancelled else { return true }
                    state.sleepers[id] = (instant, continuation)
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.sleepers.removeValue(forKey: id) }?.continuation.resume()
        }
    }

    /// Nobody sleeps any more: the test is over.
    func wakeAll() {
        let woken = state.withLock { state in
            state.isOver = true
            defer { state.sleepers = [:] }
            return state.sleepers.values.map(\.continuation)
        }
        for continuation in woken { continuation.resume() }
    }
}

/// A quiz whose linear points fall by one a second: 100 points in 100 seconds. The way of an answer, at most 150 ms,
/// never changes them.
struct QuizSheet: Sendable {
    var id = "q"
    /// Further fields, each followed by a comma.
    var settings = ""
    var questions = [one, two, three]

    static let one = question(
        "q1", "single", right: #""b""#, options: ["a", "b", "c"], more: #","explanation":"B it is.""#)
    static let two = question("q2", "several", right: #"["a","c"]"#, options: ["a", "b", "c"])
    static let three = question("q3", "typed", right: #"["Paris","Paname"]"#)
    static let four = question("q4", "true_false", right: "true")
    static let five = question("q5", "number", right: "7", more: #","tolerance":1"#)

    private static func question(
        _ id: String, _ kind: String, right: String, options: [String] = [], more: String = ""
    ) -> String {
        let list = options.map { #"{"id":"\#($0)","label":"\#($0.uppercased())"}"# }.joined(separator: ",")
        let options = options.isEmpty ? "" : #","options":[\#(list)]"#
        return #"""
            {"id":"\#(id)","kind":"\#(kind)","text":"Which?","right":\#(right)\#(options),"seconds":100,
            "points":100\#(more)}
            """#
    }

    var json: String {
        let list = questions.joined(separator: ",")
        return #"{"title":"Three","language":"en","scoring":"linear",\#(settings)"questions":[\#(list)]}"#
    }
}

/// A game in the hall, by its code.
struct OpenedGame: Sendable {
    let hall: GameHall
    let code: String
    let id: String
    /// The host's token.
    let host: String

    var room: Room {
        get throws { try #require(hall.app.rooms.room(ofGame: id)) }
    }

    /// Joins over HTTP.
    func join(_ name: String) async throws -> String {
        let answer = await hall.ask(.post, "/api/games/\(code)/players", #"{"name":"\#(name)"}"#)
        #expect(answer.status == .created, "\(answer.text)")
        return try #require(answer.parsed["player"].text)
    }

    func enter(_ name: String) async throws -> GameClient { try await connect("play?name=\(name)") }
    func play(_ token: String) async throws -> GameClient { try await connect("play?player=\(token)") }
    func steer(_ token: String? = nil) async throws -> GameClient { try await connect("host?host=\(token ?? host)") }
    func watch() async throws -> GameClient { try await connect("watch") }

    private func connect(_ target: String) async throws -> GameClient {
        try await GameClient(hall.socket("\(code)/\(target)"))
    }

    /// Waits until everything that has come in is decided and told.
    func rest() async throws {
        let room = try room
        await hall.until("the room is at rest") { room.isAtRest }
    }

    /// Lets time pass, and what is due then happen.
    func pass(_ milliseconds: Int) async throws {
        try await rest()
        hall.clock.advance(by: milliseconds)
        try await rest()
    }

    /// Lets the board be told, if it is due.
    func tick() async throws { try await pass(BoardFeed.pause) }

    /// The board over HTTP, as `[number: score]`, with the ranks looked at.
    func boardOverHTTP() async -> [Int: Int] {
        let answer = await hall.ask(.get, "/api/games/\(id)/leaderboard?limit=200&host=\(host)")
        let items = answer.parsed["items"].items
        #expect(items.map { $0["rank"].number } == (0..<items.count).map { $0 + 1 }, "\(answer.text)")
        let scores = items.map { $0["score"].number ?? .min }
        #expect(scores == scores.sorted(by: >))
        return Dictionary(uniqueKeysWithValues: items.map { ($0["player"].number ?? 0, $0["score"].number ?? .min) })
    }
}

extension Room {
    /// Nothing waits, and nothing is on its way or due.
    var isAtRest: Bool {
        let now = house.clock.now()
        return state.withLock { state in
            state.inbox.isEmpty && !state.isWriting && !state.isTimeComing && !state.board.isUnderWay
                && state.arriving.isEmpty && state.alarm.map { $0.at > now } ?? true
        }
    }
}

/// A program at a WebSocket of a game, which keeps what it has been told.
final class GameClient: Sendable {
    let socket: WebSocket
    let welcome: ParsedJSON
    private let log = Mutex<[ParsedJSON]>([])
    private let newest: Mutex<Int>

    /// Reads the welcome.
    init(_ socket: WebSocket) async throws {
        self.socket = socket
        var messages = socket.messages.makeAsyncIterator()
        welcome = ParsedJSON(try #require(await messages.next()).bytes)
        newest = Mutex(welcome["seq"].number ?? 0)
    }

    var token: String { welcome["player"].text ?? "" }
    var number: Int { welcome["number"].number ?? 0 }
    /// All frames since the welcome.
    var heard: [ParsedJSON] { log.withLock { $0 } }

    func send(_ json: String) async { await socket.send(json) }

    /// - Parameter said: JSON.
    func answer(_ said: String, to question: String? = nil) async {
        let named = question.map { #","question":"\#($0)""# } ?? ""
        await send(#"{"type":"answer","answer":\#(said)\#(named)}"#)
    }

    /// Answers, and returns the verdict or the refusal.
    func says(_ said: String, to question: String? = nil) async -> ParsedJSON {
        await answer(said, to: question)
        return await next("verdict", "error")
    }

    /// Commands, and returns what was said to that.
    @discardableResult
    func command(_ type: String, _ fields: String = "") async -> ParsedJSON {
        await send(#"{"type":"\#(type)"\#(fields)}"#)
        return await next("done", "invited", "error")
    }

    /// The next frame, without its number; null when there is none any more.
    func next() async -> ParsedJSON {
        let socket = socket
        // A frame that never comes fails the test instead of holding it up.
        let watch = Task {
            if (try? await Task.sleep(for: .seconds(20))) != nil { socket.loop.perform { socket.breakOff() } }
        }
        defer { watch.cancel() }
        var messages = socket.messages.makeAsyncIterator()
        guard let message = await messages.next() else { return ParsedJSON(.null) }
        let frame = ParsedJSON(message.bytes), plain = frame.without("seq")
        log.withLock { $0.append(plain) }
        if let number = frame["seq"].number {
            let before = newest.withLock { newest in
                defer { newest = number }
                return newest
            }
            #expect(number > before, "\(frame) after \(before)")
        }
        return plain
    }

    /// The next frame of one of these types; null when there is none any more.
    func next(_ types: String...) async -> ParsedJSON {
        while true {
            let frame = await next()
            if frame.isNull || types.contains(frame["type"].text ?? "") { return frame }
        }
    }

    /// All frames up to now: what the server has told before it hears what this asks. For players and hosts.
    func soFar() async -> [ParsedJSON] {
        await send(#"{"type":"so far?"}"#)
        var frames: [ParsedJSON] = []
        while true {
            let frame = await next()
            if frame.isNull || frame["code"].text == "frame.unknown" { return frames }
            frames.append(frame)
        }
    }

    /// The frames until the socket ends, and by which code that was.
    func rest() async -> (frames: [ParsedJSON], code: WebSocket.CloseCode?) {
        var frames: [ParsedJSON] = []
        while true {
            let frame = await next()
            if frame.isNull { return (frames, await socket.closure?.code) }
            frames.append(frame)
        }
    }

    /// Is gone, as one whose battery is empty.
    func vanish() {
        let socket = socket
        socket.loop.perform { socket.breakOff() }
    }
}

extension ParsedJSON {
    init(json: String) { self.init(Array(json.utf8)) }

    func without(_ name: String) -> ParsedJSON {
        guard case .object(var object) = value else { return self }
        object[name] = nil
        return ParsedJSON(.object(object))
    }

    var truth: Bool? { if case .truth(let truth) = value { truth } else { nil } }
    var type: String { self["type"].text ?? "" }

    /// `{"rank", "player", …}` of a board, as `1 Ann 90`.
    var places: [String] {
        items.map { "\($0["rank"].number ?? 0) \($0["name"].text ?? "") \($0["score"].number ?? .min)" }
    }
}

/// A disk that is busy until it is let go: writes wait.
final class HeldDisk: Sendable {
    private let ends: (read: Int32, write: Int32)
    private let began = Atomic(false)

    init(_ database: Database) {
        var pair: [Int32] = [-1, -1]
        precondition(pipe(&pair) == 0, "there are descriptors")
        ends = (pair[0], pair[1])
        Task { [self] in
            try? await database.write { [self] _ throws(StorageError) in
                began.store(true, ordering: .sequentiallyConsistent)
                var byte: UInt8 = 0
                // Ends when the other end is closed.
                _ = Glibc.read(ends.read, &byte, 1)
            }
            Glibc.close(ends.read)
        }
    }

    func isHeld() async {
        while !began.load(ordering: .sequentiallyConsistent) { await Task.yield() }
    }

    func letGo() { Glibc.close(ends.write) }
}
