import Web

/// The rules of a game: what each input leads to. Only looks at the game; what it decides is stored first and applied
/// then.
///
/// One step is for the inputs of one write. Answers and joins of many players fit in one; after a move (`isFull`) comes
/// the next, since what follows depends on it.
struct GameStep {
    /// Milliseconds that the way of an answer may be credited at most.
    static let allowanceMax = 150
    /// Milliseconds for which an open question waits, after a restart, for those who are not back yet.
    static let returnPatience = 5_000
    /// Milliseconds of a question that are not charged to who came back later than that.
    static let creditMax = 10_000

    let game: Game
    private(set) var changes: [GameChange] = []
    /// Nothing more may be decided before `changes` are applied.
    private(set) var isFull = false
    // What this step has decided that the game does not know yet.
    private var names: Set<String> = []
    private var players: [Int: Player] = [:]
    private var sequence: Int

    init(_ game: Game) {
        self.game = game
        sequence = game.sequence
    }

    enum Outcome {
        /// `changes[range]` come of it; none if it changes nothing.
        case changes(Range<Int>)
        /// The player has answered that question, in an earlier step or this one: tell them the verdict again. The
        /// place in `quiz.questions`.
        case repeated(question: Int)
        case refused(Problem)
    }

    /// - Parameter instant: when the input came.
    /// - Precondition: not `isFull`.
    mutating func take(_ input: GameInput, at instant: Int) -> Outcome {
        precondition(!isFull, "what was decided must be applied first")
        switch input {
        case .join(let name, let account): return join(name, account)
        case .answer(let player, let question, let said, let allowance):
            let sent = SentAnswer(question: question, said: said, allowance: allowance, at: instant)
            return answer(sent, by: player)
        case .next(let player): return next(for: player, at: instant)
        case .command(let command): return obey(command, at: instant)
        case .time: return pass(at: instant)
        }
    }

    /// A player as they are once `changes` are applied; nil if there is none of that number in the game.
    func player(_ number: Int) -> Player? {
        if let ahead = players[number] { return ahead }
        return (1...).contains(number) && number <= game.players.count ? game.players[number - 1] : nil
    }

    /// Decides one change.
    mutating func decide(_ change: GameChange) -> Outcome {
        changes.append(change)
        switch change {
        case .moved, .kicked, .hostAdded: isFull = true
        case .joined, .answered, .shown: break
        }
        return .changes(changes.count - 1..<changes.count)
    }

    /// Nothing comes of it.
    var nothing: Outcome { .changes(changes.count..<changes.count) }

    /// Decides an answer of `player`, who is then as returned.
    @discardableResult mutating func decide(
        of player: Player, on question: Int, said: Said?, isRight: Bool, points: Int, elapsed: Int
    ) -> Player {
        let length = game.streak(ofRight: question, by: player)
        let earnsBonus = isRight && game.quiz.scoring != .none
        sequence += 1
        let answer = GivenAnswer(
            question: question, player: player.number, sequence: sequence, said: said?.json, isRight: isRight,
            points: points, bonus: earnsBonus ? game.quiz.streak?.points(atLength: length) ?? 0 : 0, elapsed: elapsed)
        _ = decide(.answered(answer))
        var player = player
        player.take(answer, streak: length)
        players[player.number] = player
        return player
    }

    /// Decides that a player of a self-paced game sees their next question, which they do when that is applied.
    mutating func show(to player: Player) {
        _ = decide(.shown(player: player.number))
        var player = player
        player.shownAt = .max
        players[player.number] = player
    }

    private mutating func join(_ name: PlayerName, _ account: String?) -> Outcome {
        let quiz = game.quiz
        if game.standing.phase == .finished { return .refused(.gameFinished) }
        if game.standing.isLocked { return .refused(.gameLocked) }
        if game.board.count + names.count >= quiz.playersMax { return .refused(.gameFull) }
        if quiz.hasLobby, !quiz.letsJoinLate, game.standing.phase != .lobby { return .refused(.gameBegun) }
        if game.names[name.folded] != nil || names.contains(name.folded) { return .refused(.nameTaken) }
        if game.looksLikeHost(name) { return .refused(.nameReserved) }
        names.insert(name.folded)
        sequence += 1
        return decide(
            .joined(number: game.players.count + names.count, name: name, sequence: sequence, account: account))
    }
}

extension Game {
    /// Whether people would take `name` for that of a host.
    func looksLikeHost(_ name: PlayerName) -> Bool {
        name.looksLike(head.hostName) || hosts.contains { name.looksLike($0.name) }
    }
}
