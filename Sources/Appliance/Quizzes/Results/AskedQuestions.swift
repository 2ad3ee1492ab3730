/// Which questions of a game were asked, and which of them can be missed no more.
struct AskedQuestions: Equatable, Sendable {
    /// Places in the definition.
    private(set) var over: Set<Int> = []
    /// Open for everybody: who has not answered it may still do so.
    private(set) var open: Int?
    /// Everybody runs at their own speed: a question is over for who has a row of it.
    private(set) var isByPlayer = false

    /// - Parameter hasAnswers: whether anybody answered, or missed, anything.
    init(_ game: GameRecord, _ quiz: Quiz, hasAnswers: Bool) {
        let standing = game.standing
        // Ended in the lobby: it stands at the first question, which nobody has seen.
        let isUnplayed = standing.place == 0 && standing.played == 0 && !hasAnswers
        switch (standing.phase, quiz.pace) {
        case (.lobby, _): return
        case (.finished, _) where isUnplayed: return
        case (.finished, .selfPaced): over = Set(quiz.questions.indices)
        case (_, .selfPaced): isByPlayer = true
        case (let phase, .hosted):
            let asked = game.head.order(of: quiz).prefix(standing.place + 1)
            over = Set(phase == .question ? asked.dropLast() : asked)
            open = phase == .question ? asked.last : nil
        }
    }
}
