/// How far it still is from each question of a survey.
enum Progress {
    /// For each question, how many are asked on the longest way from it to the end, itself counted and statements not.
    ///
    /// Ways follow every rule, whether or not its condition can hold. A rule that leads back onto the way to it is left
    /// out: who goes round a loop sees the count stay, not grow.
    static func stepsLeft(in questions: [Question], at positions: [String: Int]) -> [Int] {
        var walk = Walk(questions: questions, positions: positions)
        return questions.indices.map { walk.length(from: $0) }
    }

    private struct Walk {
        let questions: [Question]
        let positions: [String: Int]
        private var lengths: [Int?]
        private var isOnTheWay: [Bool]

        init(questions: [Question], positions: [String: Int]) {
            self.questions = questions
            self.positions = positions
            lengths = Array(repeating: nil, count: questions.count)
            isOnTheWay = Array(repeating: false, count: questions.count)
        }

        mutating func length(from position: Int) -> Int {
            if let known = lengths[position] { return known }
            isOnTheWay[position] = true
            var longest = 0
            for next in successors(of: position) where !isOnTheWay[next] {
                longest = max(longest, length(from: next))
            }
            isOnTheWay[position] = false
            let length = longest + (questions[position].kind == .statement ? 0 : 1)
            lengths[position] = length
            return length
        }

        private func successors(of position: Int) -> [Int] {
            var successors: [Int] = []
            for rule in questions[position].rules {
                if case .question(let id) = rule.target, let next = positions[id] { successors.append(next) }
                if rule.condition == nil { return successors }
            }
            if position + 1 < questions.count { successors.append(position + 1) }
            return successors
        }
    }
}
