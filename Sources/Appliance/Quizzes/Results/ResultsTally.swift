/// Counts the answers of a game, question by question, and keeps none: what it holds is a few numbers for each player,
/// and of the question that is being counted the times and what was said.
struct ResultsTally {
    private let game: GameRecord
    private let quiz: Quiz
    private var players: [PlayerResult]
    private var questions: [QuestionResult]
    /// By place in `players`: rows of questions that ran out unanswered.
    private var ranOut: [Int]
    private var hasAnswered: Set<Int> = []
    private let open: Int?
    private var rows = 0
    private var current: Current?

    /// Of the question that is being counted.
    private struct Current {
        let place: Int
        var ranOut = 0
        var times: [Int] = []
        /// Keys are what rows hold.
        var said: [String: Int] = [:]
    }

    /// One answer, as its row holds it.
    struct Mark {
        /// Place in the definition, from 0.
        var question: Int
        var player: Int
        var sequence: Int
        /// False for a question that ran out unanswered.
        var isAnswer: Bool
        /// Nil where nobody wants to know.
        var said: String?
        var isRight: Bool
        /// Points and bonus.
        var total: Int
        /// Milliseconds.
        var elapsed: Int
    }

    /// - Parameter players: player 1 first, none left out.
    init(_ game: GameRecord, _ quiz: Quiz, players: [PlayerResult]) {
        self.game = game
        self.quiz = quiz
        self.players = players
        questions = quiz.questions.map { QuestionResult(question: $0) }
        ranOut = Array(repeating: 0, count: players.count)
        open = AskedQuestions(game, quiz, hasAnswers: true).open
    }

    /// Takes an answer. Those of a question follow each other.
    mutating func take(_ mark: Mark) {
        let index = mark.player - 1
        guard players.indices.contains(index), questions.indices.contains(mark.question) else { return }
        rows += 1
        players[index].take(mark)
        if !mark.isAnswer { ranOut[index] += 1 }
        if mark.question == open, mark.isAnswer { hasAnswered.insert(index) }
        if players[index].isKicked { return }
        if current?.place != mark.question {
            finishQuestion()
            current = Current(place: mark.question)
        }
        guard mark.isAnswer else {
            current?.ranOut += 1
            return
        }
        questions[mark.question].right += mark.isRight ? 1 : 0
        current?.times.append(mark.elapsed)
        if let said = mark.said { current?.said[said, default: 0] += 1 }
    }

    /// Ends the count. Nothing may be taken after.
    mutating func finish() -> GameResults {
        finishQuestion()
        let asked = AskedQuestions(game, quiz, hasAnswers: rows > 0)
        for index in players.indices {
            let answered = players[index].answers - (hasAnswered.contains(index) ? 1 : 0)
            players[index].missed = asked.isByPlayer ? ranOut[index] : max(0, asked.over.count - answered)
        }
        let playing = players.count { !$0.isKicked }
        for place in questions.indices {
            questions[place].distribution = questions[place].question.distribution(questions[place].distribution)
            let isOver = asked.over.contains(place)
            if isOver { questions[place].missed = max(0, playing - questions[place].answers) }
            if isOver || asked.open == place || questions[place].answers + questions[place].missed > 0 {
                questions[place].isAsked = true
            }
        }
        players.rank()
        return GameResults(game: game, quiz: quiz, players: players, questions: questions)
    }

    private mutating func finishQuestion() {
        guard let done = current else { return }
        current = nil
        let question = questions[done.place].question
        questions[done.place].answers = done.times.count
        questions[done.place].missed = done.ranOut
        var counts: [String: Int] = [:]
        for (said, count) in done.said {
            for counted in question.counted(said) { counts[counted, default: 0] += count }
        }
        questions[done.place].distribution = counts.map { QuestionResult.Said(text: $0.key, count: $0.value) }
        guard !done.times.isEmpty else { return }
        let times = done.times.sorted()
        questions[done.place].average = rounded(times.reduce(0, +), over: times.count)
        questions[done.place].median = rounded(times[(times.count - 1) / 2] + times[times.count / 2], over: 2)
    }
}

extension PlayerResult {
    /// Without what an answer says of its question.
    mutating func take(_ mark: ResultsTally.Mark) {
        score += mark.total
        if mark.total != 0 { since = max(since, mark.sequence) }
        guard mark.isAnswer else { return }
        answers += 1
        right += mark.isRight ? 1 : 0
        elapsed += mark.elapsed
        fastest = min(fastest ?? mark.elapsed, mark.elapsed)
    }
}

extension QuizQuestion {
    /// In the order in which it is shown: options as the definition has them, what was typed by how often it was.
    ///
    /// - Parameter counts: the texts are what `counted` gives.
    fileprivate func distribution(_ counts: [QuestionResult.Said]) -> [QuestionResult.Said] {
        func counted(_ id: String, _ label: String) -> QuestionResult.Said {
            QuestionResult.Said(id: id, text: label, count: counts.first { $0.text == id }?.count ?? 0)
        }
        switch kind {
        case .single(let options, _), .several(let options, _): return options.map { counted($0.id, $0.label) }
        case .trueFalse: return [counted("true", "true"), counted("false", "false")]
        case .typed, .number:
            let most = counts.sorted { ($1.count, $0.text) < ($0.count, $1.text) }
            return Array(most.prefix(QuestionResult.textsMax))
        }
    }
}
