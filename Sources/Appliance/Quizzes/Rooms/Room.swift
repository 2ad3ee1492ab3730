import Storage
import Synchronization
import Web

/// A game with those who are in it: takes what they do, stores it, and tells everybody what came of it.
///
/// What comes in waits in an inbox. One task at a time takes all that waits, lets `GameStep` decide, stores the changes
/// in one write, and after its commit applies them and sends verdicts. So an answer is on disk before anybody hears of
/// it, a thousand answers share a commit, and the game in memory is never ahead of its rows: if the write fails,
/// nothing has happened.
///
/// Everything that is sent is sent under the lock, so that everybody hears things in the order in which they were.
final class Room: Sendable {
    let head: GameHead
    let quiz: Quiz
    let house: GameHouse
    /// All sockets of players; each listens under its player's number.
    let players = Web.Topic(keeping: Room.history)
    let hosts = Web.Topic(keeping: Room.history)
    /// Screens that show the game to a room.
    let screens = Web.Topic(keeping: Room.history)
    let state: Mutex<RoomState>

    /// Whoever comes is told all there is to know at once; it only has to bridge the moment until they listen.
    private static let history = Web.Topic.History(messagesMax: 32, bytesMax: 64 << 10)

    init(_ game: sending Game, _ house: GameHouse) {
        head = game.head
        quiz = game.quiz
        self.house = house
        state = Mutex(RoomState(game, at: house.clock.now()))
    }

    /// Sees to what happens by itself.
    func begin() { state.withLock { setAlarm(&$0) } }

    /// Takes an input; its reply comes after the commit. From any thread.
    ///
    /// - Parameter audit: appended to the audit log with what came of it.
    func submit(_ input: GameInput, _ reply: RoomEntry.Reply, noting audit: AuditEntry? = nil) {
        let entry = RoomEntry(input: input, instant: house.clock.now(), began: .now, reply: reply, audit: audit)
        let begins = state.withLock { state -> Bool in
            guard !state.isClosed else {
                refuse(entry, Problem.stopping, &state)
                return false
            }
            state.touchedAt = entry.instant
            state.inbox.append(entry)
            defer { state.isWriting = true }
            return !state.isWriting
        }
        if begins { Task { await drain() } }
    }

    /// Whether somebody might join under a name right now; nothing is stored.
    ///
    /// - Throws: `Problem` as `join`.
    func judge(_ name: PlayerName) throws(Problem) {
        let refusal = state.withLock { state -> Problem? in
            var step = GameStep(state.game)
            if case .refused(let problem) = step.take(.join(name), at: house.clock.now()) { return problem }
            return nil
        }
        if let refusal { throw refusal }
    }

    /// Whether there is a player, or host, of that number. A token may be older than the data: a copy was put back.
    func hasPlayer(_ number: Int) -> Bool {
        state.withLock { (1...).contains(number) && number <= $0.game.players.count }
    }

    func hasHost(_ number: Int) -> Bool { state.withLock { $0.game.hosts.contains { $0.number == number } } }

    /// Lets somebody in under a name.
    ///
    /// - Parameter account: of who is signed in, to have the game in their history.
    /// - Returns: the player's number, on disk.
    /// - Throws: `Problem` when the name or the game does not allow it; `StorageError`.
    func join(_ name: PlayerName, account: String? = nil) async throws -> Int {
        let changes = try await perform(.join(name, account: account))
        guard case .joined(let number, _, _, _)? = changes.first
        else { preconditionFailure("who joins is let in or refused") }
        return number
    }

    /// What is asked for by a program rather than over a socket: ends the game.
    func end() async throws { _ = try await perform(.command(.end)) }

    /// Adds a co-host.
    func invite(_ name: String, noting audit: AuditEntry) async throws -> GameHost {
        let changes = try await perform(.command(.invite(name)), noting: audit)
        guard case .hostAdded(let host)? = changes.first else { preconditionFailure("a host is added or refused") }
        return host
    }

    /// - Returns: what came of it, on disk.
    private func perform(_ input: GameInput, noting audit: AuditEntry? = nil) async throws -> [GameChange] {
        try await withCheckedThrowingContinuation { submit(input, .caller($0), noting: audit) }
    }

    /// Stores how far an open question has come, and takes in nothing more: the program stops.
    func close() async throws(StorageError) {
        let open = state.withLock { state -> (place: Int, played: Int)? in
            guard !state.isClosed else { return nil }
            state.isClosed = true
            state.alarm?.task.cancel()
            guard state.game.openQuestion != nil, state.game.clock.since != nil else { return nil }
            return (state.game.standing.place, state.game.clock.elapsed(at: house.clock.now()))
        }
        guard let open else { return }
        try await house.database.write { [head] transaction throws(StorageError) in
            try transaction.notePlayed(open.played, place: open.place, of: head.number)
        }
    }
}

/// What all rooms share.
struct GameHouse: Sendable {
    let database: Database
    let key: GameKey
    let clock: GameClock
    let now: WallClock
    let lookup: QuizLookup
    let tally = GameTally()
}

/// What the lock of a room guards.
struct RoomState {
    let game: Game
    var inbox: [RoomEntry] = []
    /// A task drains the inbox.
    var isWriting = false
    /// Nothing is taken in any more.
    var isClosed = false
    /// By player number, from 1: the newest connection of each.
    var seats: [WebSocket?] = []
    /// Of each player, inputs that wait in the inbox.
    var waiting: [UInt8] = []
    /// By host number.
    var hostSeats: [Int: WebSocket] = [:]
    var screens: Set<WebSocket> = []
    /// Of all of these, those that have been told how things stand and do not listen yet.
    var arriving: Set<WebSocket> = []
    /// Commands of hosts that wait in the inbox.
    var commandsWaiting = 0
    var board = BoardFeed()
    var alarm: Alarm?
    /// That it is time waits in the inbox, or is being decided.
    var isTimeComing = false
    /// What happens by itself is not tried before: the last write failed.
    var triesAgainAt = Int.min
    /// When somebody last did something.
    var touchedAt: Int

    init(_ game: Game, at instant: Int) {
        self.game = game
        seats = Array(repeating: nil, count: game.players.count)
        waiting = Array(repeating: 0, count: game.players.count)
        touchedAt = instant
    }

    /// When the game is due by itself, and may be told so.
    var gameDueAt: Int? { isTimeComing ? nil : game.dueAt.map { max($0, triesAgainAt) } }

    var isDeserted: Bool { screens.isEmpty && hostSeats.isEmpty && game.playersPresent == 0 }

    struct Alarm {
        let at: Int
        let task: Task<Void, Never>
    }
}

/// One input on its way.
struct RoomEntry: Sendable {
    let input: GameInput
    let instant: Int
    let began: ContinuousClock.Instant
    let reply: Reply
    var audit: AuditEntry?

    /// Who is told what comes of it.
    enum Reply: Sendable {
        case player(Int)
        case host(Int, WebSocket, command: String)
        case caller(CheckedContinuation<[GameChange], any Error>)
        case nobody
    }
}
