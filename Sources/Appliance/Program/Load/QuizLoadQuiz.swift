import FoundationEssentials

/// What the players of a load know of a quiz: what to say, and what it may bring them.
struct QuizLoadQuiz: Sendable {
    struct Question: Sendable {
        /// Place in the definition.
        let place: Int
        /// The frames to send.
        let right: [UInt8]
        let wrong: [UInt8]
        let points: Int
        /// A wrong answer to it may be right in part.
        let isSeveral: Bool
    }

    let pace: Quiz.Pace
    let scoring: Scoring
    let streak: StreakBonus?
    /// By id.
    let questions: [String: Question]

    /// Reads a definition as it is published; nil when it is none that we know to answer.
    init?(_ definition: JSONValue) {
        guard case .object(let members) = definition, case .list(let list)? = members["questions"] else { return nil }
        pace = members["pace"]?.word.flatMap(Quiz.Pace.init) ?? .hosted
        scoring = members["scoring"]?.word.flatMap(Scoring.init) ?? .classic
        if case .object(let bonus)? = members["streak_bonus"] {
            streak = StreakBonus(step: bonus["step"]?.whole ?? 0, max: bonus["max"]?.whole ?? 0)
        } else {
            streak = nil
        }
        var questions: [String: Question] = [:]
        for (place, one) in list.enumerated() {
            guard case .object(let one) = one, let id = one["id"]?.word, let kind = one["kind"]?.word,
                let (right, wrong) = Self.answers(kind, one)
            else { return nil }
            questions[id] = Question(
                place: place, right: Self.frame(id, right), wrong: Self.frame(id, wrong),
                points: one["points"]?.whole ?? 1_000, isSeveral: kind == "several")
        }
        self.questions = questions
    }

    /// What a verdict on `question` may bring, without the bonus: exact where the rule does not look at the time.
    func points(of question: Question, isRight: Bool) -> ClosedRange<Int> {
        let full = question.points
        if !isRight {
            // Half away from zero.
            if scoring == .negative { return -((full + 1) / 2)...(-((full + 1) / 2)) }
            return scoring == .partial && question.isSeveral ? 0...full : 0...0
        }
        switch scoring {
        case .flat, .partial, .negative: return full...full
        case .classic: return full / 2...full
        case .linear: return 0...full
        case .none: return 0...0
        }
    }

    /// What the `length`th right answer in a row adds.
    func bonus(atLength length: Int) -> Int {
        guard let streak, scoring != .none, length > 1 else { return 0 }
        return min(streak.max, streak.step * (length - 1))
    }

    private static func answers(
        _ kind: String, _ question: [String: JSONValue]
    ) -> (right: JSONValue, wrong: JSONValue)? {
        var options: [String] = []
        if case .list(let list)? = question["options"] {
            options = list.compactMap { if case .object(let option) = $0 { option["id"]?.word } else { nil } }
        }
        switch (kind, question["right"]) {
        case ("single", .text(let right)?):
            return options.first { $0 != right }.map { (.text(right), .text($0)) }
        case ("several", .list(let right)?):
            let wrong = options.first { !right.contains(.text($0)) }
            // Where all are right, one of them is not enough.
            return wrong.map { (.list(right), .list([.text($0)])) } ?? (.list(right), .list(Array(right.prefix(1))))
        case ("true_false", .truth(let right)?): return (.truth(right), .truth(!right))
        case ("number", .number(let right)?):
            guard case .number(let tolerance) = question["tolerance"] ?? .number(0) else { return nil }
            return (.number(right), .number(right + 2 * tolerance + 1))
        case ("typed", .text(let right)?): return (.text(right), .text("none of these"))
        case ("typed", .list(let variants)?): return variants.first.map { ($0, .text("none of these")) }
        default: return nil
        }
    }

    private static func frame(_ id: String, _ answer: JSONValue) -> [UInt8] {
        Array(#"{"type":"answer","question":"\#(id)","answer":\#(answer.written)}"#.utf8)
    }
}

extension QuizLoadQuiz {
    /// The quiz that a load makes for itself: a question of each kind in turn, and points that add up exactly.
    static func definition(_ plan: QuizLoadPlan) -> JSONValue {
        let questions = (0..<plan.questions).map { index in
            JSONValue.object(
                kinds[index % kinds.count].merging([
                    "id": .text("q\(index + 1)"),
                    "text": .text("Which of these is it, this being number \(index + 1)?"),
                    "seconds": .number(Double(plan.limitSeconds)),
                ]) { $1 })
        }
        return .object([
            "title": .text("Load"), "language": .text("en"), "scoring": .text("flat"),
            "pace": .text(plan.pace.rawValue), "players_max": .number(20_000), "questions": .list(questions),
        ])
    }

    private static let kinds: [[String: JSONValue]] = [
        ["kind": .text("single"), "options": options, "right": .text("b")],
        ["kind": .text("typed"), "right": .list([.text("colour"), .text("color")])],
        ["kind": .text("several"), "options": options, "right": .list([.text("a"), .text("c")])],
        ["kind": .text("number"), "right": .number(42)],
        ["kind": .text("true_false"), "right": .truth(true)],
    ]
    private static let options = JSONValue.list(
        ["a", "b", "c", "d"].map { .object(["id": .text($0), "label": .text("Answer \($0)")]) })
}

extension JSONValue {
    /// As JSON.
    var written: String {
        guard let bytes = try? JSONEncoder().encode(self) else { preconditionFailure("its numbers are finite") }
        return String(decoding: bytes, as: UTF8.self)
    }

    fileprivate var word: String? { if case .text(let text) = self { text } else { nil } }
    fileprivate var whole: Int? { if case .number(let number) = self { Int(exactly: number) } else { nil } }
}
