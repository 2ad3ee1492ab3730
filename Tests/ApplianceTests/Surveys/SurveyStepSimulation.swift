import Testing

@testable import Appliance

/// Surveys drawn by the seed, loops and all; somebody talks with them who answers, changes their mind, types nonsense.
@Suite struct SurveyStepSimulation {
    @Test(
        "whatever is said, a conversation is only ever where the rules lead by the answers behind it",
        .serialized, arguments: 0..<400 as Range<UInt64>)
    func conversation(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let survey = Survey.random(using: &random)
        let customer: [String: Scalar] = Bool.random(using: &random) ? ["tier": .text("gold"), "age": .number(40)] : [:]
        for _ in 0..<2 {
            var talk = Talk(survey, customer: customer)
            var faults = faults(of: talk)
            for _ in 0..<60 where talk.conversation.place != .completed && faults.isEmpty {
                let before = talk.conversation
                if Int.random(in: 0..<20, using: &random) == 0 {
                    talk.resume()
                    if talk.conversation.path != before.path { faults.append("coming back moved it") }
                    if talk.conversation.answers != before.answers { faults.append("coming back changed answers") }
                } else {
                    talk.say(talk.input(using: &random))
                }
                faults += self.faults(of: talk)
            }
            #expect(faults.isEmpty, "seed \(seed)")
        }
    }

    /// What is wrong with where it stands. (Collected, since a million expectations take longer than the talking.)
    private func faults(of talk: Talk) -> [String] {
        let conversation = talk.conversation, survey = talk.step.survey
        let asked = Set(survey.questions.filter { $0.kind != .statement }.map(\.id))
        let walk = Walk(survey: survey, customer: talk.step.customer).path(by: conversation)
        let place = Conversation.Place.question(conversation.path.last ?? "")
        var faults: [String] = []
        func hold(_ isSo: Bool, _ fault: String) { if !isSo { faults.append(fault) } }
        hold(walk.path == conversation.path, "on \(conversation.path), but the rules lead along \(walk.path)")
        hold(walk.isEnd == conversation.isCompleted, "ends where the rules do not")
        hold(Set(conversation.path).count == conversation.path.count, "a question is twice on the path")
        hold(asked.isSuperset(of: conversation.answers.keys), "an answer to no question")
        hold(!talk.last.text.isEmpty, "says nothing")
        hold((talk.last.kind == .end) == (conversation.place == .completed), "a message of the wrong kind")
        hold(conversation.isCompleted || conversation.place == place, "open is not the last of the path")
        hold(
            !conversation.isCompleted || Set(conversation.answers.keys) == Set(conversation.path),
            "completed with other answers than those on the path")
        if let open = talk.open {
            hold(open.id == conversation.path.last && open.number == conversation.path.count, "shows \(open)")
            hold(open.number <= open.count && open.count <= asked.count, "counts \(open)")
        }
        return faults
    }
}

/// The rules followed a second time, from the start, by the answers of the path alone.
private struct Walk {
    let survey: Survey
    let customer: [String: Scalar]

    /// The questions that are reached one after the other; the last is open, unless this is the end.
    func path(by conversation: Conversation) -> (path: [String], isEnd: Bool) {
        var seen: [String: Appliance.Answer] = [:], path: [String] = [], statements: Set<String> = []
        var index = 0
        while index < survey.questions.count {
            let question = survey.questions[index]
            if question.kind == .statement {
                if !statements.insert(question.id).inserted { return (path, true) }
            } else {
                statements = []
                path.append(question.id)
                let isOpen = !conversation.isCompleted && path.count == conversation.path.count
                guard !isOpen, path.count <= survey.questions.count, let answer = conversation.answers[question.id]
                else { return (path, false) }
                seen[question.id] = answer
            }
            switch question.rules.first(where: { $0.condition.map { holds($0, seen) } ?? true })?.target {
            case .end: return (path, true)
            case .question(let id):
                guard let next = survey.questions.firstIndex(where: { $0.id == id }) else { return (path, true) }
                index = next
            case nil: index += 1
            }
        }
        return (path, true)
    }

    /// For the comparisons that `Condition.random` draws.
    private func holds(_ condition: Condition, _ seen: [String: Appliance.Answer]) -> Bool {
        switch condition {
        case .all(let parts): return !parts.contains { !holds($0, seen) }
        case .any(let parts): return !parts.filter { holds($0, seen) }.isEmpty
        case .not(let part): return !holds(part, seen)
        case .test(.customer(let name), .equals(let value)): return customer[name] == value
        case .test(.customer(let name), .atLeast(.number(let bound))):
            if case .number(let number) = customer[name] { return number >= bound } else { return false }
        case .test(.customer, _): return false
        case .test(.answer(let id), let comparison):
            switch (seen[id] ?? .skipped, comparison) {
            case (.skipped, .answered(let wanted)): return !wanted
            case (_, .answered(let wanted)): return wanted
            case (.option(let pick), .equals(.text(let wanted))): return pick == wanted
            case (.option(let pick), .oneOf(let wanted)): return wanted.contains(.text(pick))
            case (.options(let picks), .contains(let wanted)): return picks.contains(wanted)
            case (.number(let number), .lessThan(.number(let bound))): return number < bound
            case (.number(let number), .atLeast(.number(let bound))): return number >= bound
            case (.truth(let truth), .equals(.truth(let wanted))): return truth == wanted
            case (.date(let date), .moreThan(.text(let bound))): return date > bound
            default: return false
            }
        }
    }
}

extension Talk {
    /// Mostly an answer to what is open, now and then something else.
    fileprivate func input(using random: inout SeededRandom) -> String {
        switch Int.random(in: 0..<10, using: &random) {
        case 0:
            let words = ["back", "back", "skip", "restart", "help", "language", "stop", "keep", "yes", "no", "español"]
            return words.randomElement(using: &random)!
        case 1:
            return ["", "qqq", "99", "-1", "No, thank you.", "1", "{answers.a|x}", "\"stop\"", "1 and 2", "\u{0}"]
                .randomElement(using: &random)!
        case 2:
            let scalars = (0..<Int.random(in: 0..<20, using: &random)).compactMap { _ in
                Unicode.Scalar(UInt32.random(in: 0..<0x11_0000, using: &random))
            }
            return String(String.UnicodeScalarView(scalars))
        default:
            guard let id = open?.id, let question = step.survey.question(id) else {
                return ["yes", "no", "4", "2"].randomElement(using: &random)!
            }
            return question.answer(using: &random)
        }
    }
}

extension Question {
    fileprivate func answer(using random: inout SeededRandom) -> String {
        if isOptional, Int.random(in: 0..<4, using: &random) == 0 { return "skip" }
        switch kind {
        case .text: return ["blue sky", "red earth"].randomElement(using: &random)!
        case .choice, .choices: return String(Int.random(in: 1...3, using: &random))
        case .rating, .number: return String(Int.random(in: 1...5, using: &random))
        case .date: return ["2026-01-31", "2026-07-01"].randomElement(using: &random)!
        case .email: return "ana@example.org"
        case .yesNo: return Bool.random(using: &random) ? "yes" : "no"
        case .statement: return ""
        }
    }
}

extension Survey {
    fileprivate static func random(using random: inout SeededRandom) -> Survey {
        let count = Int.random(in: 1...12, using: &random)
        var questions = (0..<count).map { index in
            let about = Int.random(in: 0..<count, using: &random)
            return Question(
                id: "q\(index)", text: .of("Question \(index), {customer.tier|friend}, {answers.q\(about)|it}?"),
                kind: Question.Kind.random(using: &random), isOptional: Bool.random(using: &random),
                reply: Bool.random(using: &random) ? .of("Ah, {answers.q\(index)|nothing}.") : nil)
        }
        for index in questions.indices {
            questions[index].rules = (0..<Int.random(in: 0...2, using: &random)).map { _ in
                let target = Int.random(in: 0...count, using: &random)
                // A rule that always leads back leaves no way out; some of these are drawn all the same.
                let isFree = Int.random(in: 0..<8, using: &random) == 0
                return Rule(
                    condition: isFree ? nil : Condition.random(over: questions, depth: 2, using: &random),
                    target: target == count ? .end : .question("q\(target)"))
            }
        }
        return Survey(
            title: .of("Drawn"), languages: ["en", "es"], greeting: .of("Hi"), goodbye: .of("Bye {answers.q0|}"),
            questions: questions, asksForFeedback: Bool.random(using: &random))
    }
}

extension Question.Kind {
    fileprivate static func random(using random: inout SeededRandom) -> Question.Kind {
        let options = ["a", "b", "c"].map { id in
            Question.Option(id: id, label: .of("Pick \(id)"), reply: id == "b" ? .of("B it is.") : nil)
        }
        return [
            .text(Question.TextLimits(length: 1...100)), .choice(options), .choice(options),
            .choices(options, picks: 0...2), .rating(Question.Scale(range: 1...5)), .number(Question.NumberLimits()),
            .date(Question.DateLimits()), .email, .yesNo(yes: .of("Good."), no: nil), .statement,
        ].randomElement(using: &random)!
    }
}

extension Condition {
    fileprivate static func random(
        over questions: [Question], depth: Int, using random: inout SeededRandom
    ) -> Condition {
        if depth > 0, Int.random(in: 0..<3, using: &random) == 0 {
            let parts = (0..<Int.random(in: 0...3, using: &random)).map { _ in
                Condition.random(over: questions, depth: depth - 1, using: &random)
            }
            return switch Int.random(in: 0..<3, using: &random) {
            case 0: .all(parts)
            case 1: .any(parts)
            default: .not(.any(parts))
            }
        }
        switch Int.random(in: 0..<8, using: &random) {
        case 0: return .test(.customer("tier"), .equals(.text("gold")))
        case 1: return .test(.customer("age"), .atLeast(.number(18)))
        default: break
        }
        let question = questions.randomElement(using: &random)!
        if Int.random(in: 0..<5, using: &random) == 0 {
            return .test(.answer(question.id), .answered(Bool.random(using: &random)))
        }
        let comparison: Comparison =
            switch question.kind {
            case .choice: Bool.random(using: &random) ? .equals(.text("b")) : .oneOf([.text("a"), .text("c")])
            case .choices: .contains("b")
            case .rating, .number: Bool.random(using: &random) ? .lessThan(.number(3)) : .atLeast(.number(4))
            case .yesNo: .equals(.truth(Bool.random(using: &random)))
            case .date: .moreThan(.text("2026-03-01"))
            default: .answered(true)
            }
        return .test(.answer(question.id), comparison)
    }
}
