/// What was said to one question. What was missed is not in it; what those said who were kicked later is.
struct QuestionTally: Equatable, Sendable {
    /// Texts and numbers told apart; what comes on top counts as other.
    static let textsMax = 200

    var answers = 0
    var right = 0
    /// By option id, `true` and `false`, or what was typed.
    var counts: [String: Int] = [:]
    /// Of what is not in `counts`.
    var other = 0
}

extension QuestionTally {
    /// - Parameter counted: see `Said`.
    mutating func take(_ counted: [String], isRight: Bool) {
        answers += 1
        if isRight { right += 1 }
        for key in counted {
            if counts[key] != nil || counts.count < Self.textsMax {
                counts[key, default: 0] += 1
            } else {
                other += 1
            }
        }
    }
}

extension Game {
    /// Stored answers whose meaning is kept, for each question.
    private static let meaningsMax = 256

    /// Counts an answer to a question.
    func tally(_ answer: GivenAnswer) {
        guard let said = answer.said else { return }
        tallies[answer.question].take(meaning(of: said, to: answer.question), isRight: answer.isRight)
    }

    private func meaning(of said: String, to question: Int) -> [String] {
        if let known = meanings[question][said] { return known }
        let counted = quiz.questions[question].judge(stored: said)?.0.counted ?? []
        if meanings[question].count < Self.meaningsMax { meanings[question][said] = counted }
        return counted
    }
}
