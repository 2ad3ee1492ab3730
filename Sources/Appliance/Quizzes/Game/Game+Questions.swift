extension Game {
    /// The question that is open for everybody (hosted), by its place in `quiz.questions`.
    var openQuestion: Int? { standing.phase == .question ? order[standing.place] : nil }

    /// The question that is before a player: the open one, or the one that was shown last in a self-paced game.
    func openQuestion(for player: Player) -> Int? {
        guard standing.phase == .running else { return openQuestion }
        return player.shownAt == nil ? nil : nextQuestion(for: player)
    }

    /// The question of a self-paced game that the player has before them or gets next; nil after the last.
    func nextQuestion(for player: Player) -> Int? {
        player.answered < quiz.questions.count ? order(for: player.number)[player.answered] : nil
    }

    /// A player's order of questions in a self-paced game.
    func order(for player: Int) -> [Int] {
        guard quiz.pace == .selfPaced, quiz.shufflesQuestions else { return order }
        return Shuffle.order(quiz.questions.count, seed: Shuffle.seed(head.seed, player))
    }

    /// The options of a question as they are shown in this game, or to this player of a self-paced one.
    func options(of question: Int, for player: Int?) -> [QuizOption] {
        let options = quiz.questions[question].options
        guard quiz.shufflesOptions, !options.isEmpty else { return options }
        var seed = Shuffle.seed(head.seed, question)
        if quiz.pace == .selfPaced, let player { seed = Shuffle.seed(seed, player) }
        return Shuffle.order(options.count, seed: seed).map { options[$0] }
    }

    /// Milliseconds left of the open question (hosted), negative when it is over.
    func remaining(at instant: Int) -> Int? { openQuestion == nil ? nil : limit - clock.elapsed(at: instant) }

    /// Milliseconds left of the question that is before this player, negative when it is over.
    func remaining(for player: Int, at instant: Int) -> Int? {
        let player = players[player - 1]
        guard let question = openQuestion(for: player) else { return nil }
        guard standing.phase == .running else { return remaining(at: instant) }
        return player.shownAt.map { quiz.questions[question].limit - max(0, instant - $0) }
    }

    /// What to say of the player's answer to a question, if it is their newest.
    func verdict(of player: Int, on question: Int) -> Verdict? {
        guard let last = players[player - 1].last, last.question == question else { return nil }
        return verdict(on: last)
    }

    /// What to say of an answer: what it was worth then, with score and rank of now.
    func verdict(on answer: GivenAnswer) -> Verdict {
        Verdict(
            question: answer.question, isRight: answer.isRight, points: answer.points, bonus: answer.bonus,
            score: players[answer.player - 1].score, rank: board.rank(of: answer.player).map { $0 + 1 },
            isLate: answer.said == nil && answer.elapsed > quiz.questions[answer.question].limit)
    }
}
