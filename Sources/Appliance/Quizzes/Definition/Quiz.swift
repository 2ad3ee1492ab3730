/// One version of a quiz: what is asked, and how a game of it goes. Never changed once it is published.
struct Quiz: Equatable, Sendable {
    var title: String
    /// A language tag such as `en`.
    var language: String
    var questions: [QuizQuestion]
    var scoring = Scoring.classic
    /// What right answers in a row add.
    var streak: StreakBonus?
    var pace = Pace.hosted
    var shufflesQuestions = false
    var shufflesOptions = false
    /// Whether a game waits in the lobby until it is started; standard for hosted ones.
    var hasLobby = true
    /// Milliseconds after the first player came at which the game starts by itself; nil leaves it to the host.
    var lobbyLasts: Int?
    /// Whether players may come once it has begun.
    var letsJoinLate = true
    /// Whether players and the room see the board and ranks; the host always does.
    var showsBoard = true
    /// Milliseconds that a reveal stays when the game moves by itself.
    var revealLasts = 8_000
    /// Milliseconds without any host after which a hosted game moves by itself until one is back; nil: it waits.
    var withoutHostLasts: Int?
    /// Milliseconds for which a self-paced game is open.
    var openLasts = 86_400_000
    var playersMax = Self.playersMaxStandard

    static let playersMaxStandard = 5_000

    enum Pace: String, CaseIterable, Encodable, Sendable {
        /// Everybody gets a question at the same time; the host, or time, moves on.
        case hosted
        /// Everybody runs through at their own speed, against the same board.
        case selfPaced = "self_paced"
    }
}

/// The second right answer in a row adds `step`, the third twice that, and so on, but never more than `max`.
struct StreakBonus: Equatable, Sendable {
    var step: Int
    var max: Int
}

struct QuizQuestion: Equatable, Sendable {
    var id: String
    var text: String
    /// An https URL that clients show; it is never fetched here.
    var image: String?
    var kind: Kind
    /// Milliseconds to answer in.
    var limit = 20_000
    var points = 1_000
    /// Shown with the right answer.
    var explanation: String?

    enum Kind: Equatable, Sendable {
        /// `right` is the id of one of the options.
        case single([QuizOption], right: String)
        case several([QuizOption], right: Set<String>)
        case trueFalse(Bool)
        /// Accepted variants; case, accents and punctuation do not count. The first is shown as the answer.
        case typed([String])
        case number(Double, tolerance: Double)
    }
}

struct QuizOption: Equatable, Sendable {
    var id: String
    var label: String
}

extension QuizQuestion {
    /// What a client needs to draw it: `single`, `several`, `true_false`, `typed` or `number`.
    var kindName: String {
        switch kind {
        case .single: "single"
        case .several: "several"
        case .trueFalse: "true_false"
        case .typed: "typed"
        case .number: "number"
        }
    }

    var options: [QuizOption] {
        switch kind {
        case .single(let options, _), .several(let options, _): options
        default: []
        }
    }
}
