/// How many play, and how they answer.
struct QuizLoadPlan: Equatable, Sendable {
    static let playersMax = 20_000
    static let gamesMax = 1_000
    /// Connections of players that are being made at a time.
    static let connectingMax = 256

    /// Of each game.
    var players: Int
    var games: Int
    /// Of the quiz that is made for it.
    var questions: Int
    var pace: Quiz.Pace
    /// Seconds over which the answers to a question are spread, evenly and at random; 0 answers as soon as asked.
    var over: Double
    /// Seconds for which all wait once they are there.
    var hold: Int
    /// Who answers right, and when.
    var seed: UInt64 = 1
    /// Seconds that a run may take besides what its players and answers do.
    var slack = 60.0

    var total: Int { players * games }

    /// Every how many-th player is looked at in full: as many as leave the load time to play.
    var sampling: Int { max(1, total / Self.samplesMax) }
    private static let samplesMax = 256

    /// Seconds that a question of our own quiz is open: all can answer even if the server is far behind.
    var limitSeconds: Int { min(600, Int(over.rounded(.up)) + 20) }

    /// After which a run that does not end by itself is broken off: what a server may take that is slower by far than
    /// any we know.
    func patience(questions: Int) -> Duration {
        let waiting = Double(questions) * (pace == .hosted ? Double(limitSeconds + 10) : over)
        return .seconds(slack + Double(hold) + Double(total) / 100 + Double(total * questions) / 200 + waiting)
    }

    /// Whether a player answers a question right: three in four do.
    func isRight(game: Int, player: Int, question: Int) -> Bool {
        mixed(game, player, question, 0) % 4 != 0
    }

    /// How long a player thinks.
    func pause(game: Int, player: Int, question: Int) -> Duration {
        let share = Double(mixed(game, player, question, 1) >> 11) / Double(UInt64(1) << 53)
        return .seconds(over * share)
    }

    /// SplitMix64's finalizer over the parts: the same for the same plan, and nothing alike for others.
    private func mixed(_ parts: Int...) -> UInt64 {
        var state = seed
        for part in parts {
            state = (state ^ UInt64(bitPattern: Int64(part))) &+ 0x9E37_79B9_7F4A_7C15
            state = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
            state = (state ^ (state >> 27)) &* 0x94D0_49BB_1331_11EB
            state ^= state >> 31
        }
        return state
    }
}
