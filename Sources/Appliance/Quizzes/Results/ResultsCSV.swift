extension PlayerResult {
    static let columns = [
        "rank", "number", "name", "score", "right", "wrong", "missed", "answer_rate", "average_seconds",
        "fastest_seconds", "is_kicked",
    ]
}

extension QuestionResult {
    static let columns = [
        "id", "text", "kind", "points", "asked", "answers", "right", "wrong", "missed", "share_right", "average_ms",
        "median_ms", "distribution",
    ]
}

extension AnswerResult {
    static let columns = [
        "question", "number", "name", "said", "right", "points", "bonus", "seconds", "answered_at",
    ]
}

extension CSVWriter {
    mutating func add(_ player: PlayerResult) {
        add(player.rank)
        add(player.number)
        add(player.name)
        add(player.score)
        add(player.right)
        add(player.wrong)
        add(player.missed)
        add(player.answerRate)
        add(player.averageSeconds)
        add(player.fastestSeconds)
        add(player.isKicked)
        endRow()
    }

    mutating func add(_ result: QuestionResult) {
        add(result.question.id)
        add(result.question.text)
        add(result.question.kindName)
        add(result.question.points)
        add(result.isAsked)
        add(result.answers)
        add(result.right)
        add(result.wrong)
        add(result.missed)
        add(result.shareRight)
        add(result.average)
        add(result.median)
        add(result.distribution.map { "\($0.id ?? $0.text): \($0.count)" }.joined(separator: "; "))
        endRow()
    }

    mutating func add(_ answer: AnswerResult, _ quiz: Quiz) {
        var isNumber = false
        if quiz.questions.indices.contains(answer.place), case .number = quiz.questions[answer.place].kind {
            isNumber = true
        }
        add(answer.question)
        add(answer.player)
        add(answer.name)
        add(answer.said, isNumber: isNumber)
        add(answer.isRight)
        add(answer.points)
        add(answer.bonus)
        add(seconds(answer.elapsed))
        add(time: answer.answeredAt.milliseconds)
        endRow()
    }
}
