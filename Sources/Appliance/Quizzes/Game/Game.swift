/// One live session of a quiz, as memory holds it: a projection of its rows, and who is there right now.
///
/// Not `Sendable`: it belongs to the lock of its room. Nothing in it waits or does I/O. Rules stand in `GameStep`,
/// which only looks; `apply` alone changes what rows say. Instants are milliseconds of a clock that never jumps.
final class Game {
    let head: GameHead
    let quiz: Quiz
    /// Of a hosted game: which question is asked at each place. Of a self-paced one with shuffled questions it differs
    /// from player to player (`order(for:)`).
    let order: [Int]
    /// The other way round: at which place each question of `quiz.questions` is asked.
    let places: [Int]

    var standing: GameStanding
    /// How long the open question of a hosted game has been open.
    var clock = QuestionClock()
    /// When the phase began here, or the game was read from its rows.
    var phaseSince = 0
    /// When a pause ended: what happens by itself takes its full time from then on.
    var resumedAt = 0
    /// Numbers are places: player 1 is `players[0]`.
    var players: [Player] = []
    /// Folded names of all players, those kicked included.
    var names: [String: Int] = [:]
    /// Members are player numbers; without those who are kicked.
    var board = Leaderboard()
    /// Numbers joins and answers in the order in which they are stored.
    var sequence = 0
    /// By place in `quiz.questions`.
    var tallies: [QuestionTally]
    var hosts: [GameHost] = []
    /// What stored answers count as, by question. Reading their JSON each time would cost more than all the rest of an
    /// answer.
    var meanings: [[String: [String]]]

    /// Who is connected; those who are kicked do not count.
    var playersPresent = 0
    var hostsPresent = 0
    /// Since when there has been no host; nil while there is one.
    var hostGoneSince: Int? = 0
    /// Whether a host was ever there, as far as this process knows.
    var hasHadHost = false
    /// When the first player came into the lobby.
    var firstPlayerAt: Int?
    /// When a self-paced game closes by itself; the shell sets it, since it alone knows what time it is.
    var closesAt: Int?
    /// A question that was open when the program ended: its clock stands until the players are back.
    var returning: Returning?
    /// How long that question had been open, as long as it is: who comes back later is credited what they missed.
    var playedBefore: Int?

    /// A new game, or one that `rows` are applied to next: hosts, joins and answers in the order of their sequence,
    /// kicks, and then `awaitReturn()`.
    ///
    /// - Parameter instant: now.
    init(_ head: GameHead, _ quiz: Quiz, standing: GameStanding, at instant: Int = 0) {
        self.head = head
        self.quiz = quiz
        self.standing = standing
        clock = QuestionClock(played: standing.played)
        (phaseSince, resumedAt, hostGoneSince) = (instant, instant, instant)
        order = head.order(of: quiz)
        var places = order
        for (place, question) in order.enumerated() { places[question] = place }
        self.places = places
        tallies = quiz.questions.map { _ in QuestionTally() }
        meanings = quiz.questions.map { _ in [:] }
    }

    /// See `returning`.
    struct Returning: Equatable, Sendable {
        /// When waiting ends though not all are back; nil while nobody is.
        var until: Int?
    }
}

extension GameHead {
    /// Which question of a hosted game is asked at each place; of a self-paced one the order of the definition.
    func order(of quiz: Quiz) -> [Int] {
        guard quiz.pace == .hosted, quiz.shufflesQuestions else { return Array(quiz.questions.indices) }
        return Shuffle.order(quiz.questions.count, seed: seed)
    }
}

/// What never changes about a game.
struct GameHead: Equatable, Sendable {
    /// Its key in the tables.
    let number: Int64
    let id: String
    let code: String
    let quiz: String
    let version: Int
    /// What the host is called; no player may look like it.
    let hostName: String
    /// Of its shuffled orders.
    let seed: UInt64
    let createdAt: Timestamp
}

/// What the row of a game says that changes.
struct GameStanding: Equatable, Sendable {
    var phase = Phase.lobby
    /// Of the question that is open or revealed, from 0, in hosted games.
    var place = 0
    /// Milliseconds the open question was open, as known when this was written.
    var played = 0
    /// Milliseconds the host added to its time.
    var extended = 0
    var isPaused = false
    var isLocked = false

    enum Phase: String, CaseIterable, Codable, Sendable {
        case lobby
        /// A question is open (hosted).
        case question
        /// Its answer is shown (hosted).
        case reveal
        /// Players run through (self-paced).
        case running
        case finished
    }
}

extension GameStanding {
    /// How a game of this quiz begins. A hosted one without lobby starts as soon as the first player is there.
    init(beginning quiz: Quiz) {
        self.init()
        if quiz.pace == .selfPaced, !quiz.hasLobby { phase = .running }
    }

    /// Whether they are the same but for how long the question has been open.
    func agrees(with other: GameStanding) -> Bool {
        var other = other
        other.played = played
        return self == other
    }
}

/// Runs, or stands at what was played so far.
struct QuestionClock: Equatable, Sendable {
    var played = 0
    /// Nil while it stands.
    var since: Int?

    func elapsed(at instant: Int) -> Int { played + (since.map { max(0, instant - $0) } ?? 0) }
}

/// Who may steer a game.
struct GameHost: Equatable, Sendable {
    /// From 1, who made the game.
    let number: Int
    let name: String
}

/// What a player hears of an answer.
struct Verdict: Equatable, Sendable {
    var question: Int
    var isRight: Bool
    var points: Int
    var bonus: Int
    var score: Int
    /// From 1; nil for who is not on the board.
    var rank: Int?
    /// It came after the time was up and was not counted.
    var isLate = false
}
