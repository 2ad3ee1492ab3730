/// An answer as it came.
struct SentAnswer {
    /// Its id; nil for the open one.
    let question: String?
    let said: JSONValue
    /// Milliseconds for the way, as measured.
    let allowance: Int
    /// When it came.
    let at: Int
}

extension GameStep {
    /// Milliseconds for which a question that was just shown is not skipped: a client may ask twice.
    static let skipPatience = 1_000

    /// One answer, which counts once: sent again it is answered the same, even after the question.
    mutating func answer(_ sent: SentAnswer, by number: Int) -> Outcome {
        guard let player = player(number) else { return .refused(.playerUnknown) }
        guard !player.isKicked else { return .refused(.playerKicked) }
        let open = game.openQuestion(for: player)
        let named = sent.question.map { game.question($0, expecting: open) } ?? open
        if let named, player.given.contains(named) { return .repeated(question: named) }
        if let named, named != open, game.hasAsked(named) { return .refused(.answerLate) }
        guard let open else { return .refused(.questionNone) }
        guard named == open else { return .refused(.questionUnknown) }
        guard !game.stands else { return .refused(.gamePaused) }
        return answer(open, sent, by: player)
    }

    private mutating func answer(_ question: Int, _ sent: SentAnswer, by player: Player) -> Outcome {
        let asked = game.quiz.questions[question], isHosted = game.quiz.pace == .hosted
        // What came before the question did was meant for the one before.
        guard let played = game.played(by: player, at: sent.at) else { return .refused(.questionNone) }
        let elapsed = max(0, played - min(max(0, sent.allowance), Self.allowanceMax) - player.credit)
        if isHosted, elapsed > game.limit { return .refused(.answerLate) }
        if !isHosted, elapsed > asked.limit {
            decide(of: player, on: question, said: nil, isRight: false, points: 0, elapsed: elapsed)
            return .changes(changes.count - 1..<changes.count)
        }
        guard let (said, judgement) = asked.understand(sent.said) else { return .refused(.answerInvalid(asked)) }
        let points = game.quiz.scoring.points(
            for: judgement, elapsed: elapsed, limit: asked.limit, points: asked.points)
        decide(of: player, on: question, said: said, isRight: judgement.isRight, points: points, elapsed: elapsed)
        return .changes(changes.count - 1..<changes.count)
    }

    /// A player of a self-paced game wants their next question. One that lies unanswered before them is missed, unless
    /// it was shown just now.
    mutating func next(for number: Int, at instant: Int) -> Outcome {
        guard var player = player(number) else { return .refused(.playerUnknown) }
        guard !player.isKicked else { return .refused(.playerKicked) }
        guard game.quiz.pace == .selfPaced else { return .refused(.gameHosted) }
        switch game.standing.phase {
        case .lobby: return .refused(.gameNotBegun)
        case .finished: return .refused(.gameFinished)
        case .question, .reveal, .running: break
        }
        guard let question = game.nextQuestion(for: player) else { return nothing }
        let start = changes.count
        if let shownAt = player.shownAt {
            guard instant >= shownAt, instant - shownAt >= Self.skipPatience else { return nothing }
            let elapsed = instant - shownAt
            player = decide(of: player, on: question, said: nil, isRight: false, points: 0, elapsed: elapsed)
        }
        if game.nextQuestion(for: player) != nil { show(to: player) }
        return .changes(start..<changes.count)
    }
}

extension Game {
    /// Whether no answer counts though a question is open.
    var stands: Bool { standing.isPaused || returning != nil }

    /// The place in `quiz.questions`; nil if there is none of that id.
    fileprivate func question(_ id: String, expecting open: Int?) -> Int? {
        if let open, quiz.questions[open].id == id { return open }
        return quiz.questions.firstIndex { $0.id == id }
    }

    /// Whether everybody saw this question, in a hosted game that goes on.
    fileprivate func hasAsked(_ question: Int) -> Bool {
        (standing.phase == .question || standing.phase == .reveal) && places[question] <= standing.place
    }

    /// Milliseconds for which the player has had their open question; nil for an instant before it.
    fileprivate func played(by player: Player, at instant: Int) -> Int? {
        if quiz.pace == .hosted { return instant < phaseSince ? nil : clock.elapsed(at: instant) }
        guard let shownAt = player.shownAt, instant >= shownAt else { return nil }
        return instant - shownAt
    }
}
