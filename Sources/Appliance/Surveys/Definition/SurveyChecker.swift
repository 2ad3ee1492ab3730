import Web

/// What is wrong with a survey whose JSON could be read: what its parts say of each other.
struct SurveyChecker {
    private let survey: Survey
    private let gaps: SurveyReader.Gaps
    /// Nil when it is not known.
    private let flow: SurveyFlow?
    /// Of a question's id: the first one's, should there be two.
    private let positions: [String: Int]
    private(set) var problems: [FieldProblem] = []

    /// - Parameter gaps: what could not be read, and is not judged.
    init(_ survey: Survey, _ gaps: SurveyReader.Gaps = .init()) {
        self.survey = survey
        self.gaps = gaps
        flow = gaps.hidesFlow ? nil : SurveyFlow(survey)
        positions = Dictionary(
            survey.questions.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })
        checkWhole()
        for (position, question) in survey.questions.enumerated() { check(question, position) }
        checkFlow()
    }

    private mutating func refuse(_ path: String, _ detail: String) { problems.append(FieldProblem(path, detail)) }

    private mutating func checkWhole() {
        for (path, template) in places(survey.title, "title") where !template.names.isEmpty {
            refuse(path, "A title has no placeholders: it is also shown where no customer is.")
        }
        check(survey.greeting, "greeting") { _, _ in false }
        check(survey.goodbye, "goodbye") { flow, position in flow.canPrecedeEnd(position) }
        if let opens = survey.opensAt, let closes = survey.closesAt, opens >= closes {
            refuse("closes_at", "Must be after 'opens_at'.")
        }
        checkPhrases()
    }

    private mutating func check(_ question: Question, _ position: Int) {
        let path = "questions[\(position)]"
        if !question.id.isEmpty, let first = positions[question.id], first != position {
            refuse("\(path).id", "'\(question.id)' is the id of questions[\(first)] already.")
        }
        let isBefore = { (flow: SurveyFlow, other: Int) in flow.canPrecede(other, position) }
        // Its own answer is known when it is replied to and when it is decided where to go.
        let isBehind = { (flow: SurveyFlow, other: Int) in other == position || flow.canPrecede(other, position) }
        check(question.text, "\(path).text", isBefore)
        check(question.reply, "\(path).reply", isBehind)
        switch question.kind {
        case .rating(let scale):
            check(scale.low, "\(path).low", isBefore)
            check(scale.high, "\(path).high", isBefore)
        case .yesNo(let yes, let no):
            check(yes, "\(path).yes", isBehind)
            check(no, "\(path).no", isBehind)
        case .choice(let options), .choices(let options, _):
            for (index, option) in options.enumerated() {
                check(option.label, "\(path).options[\(index)].label", isBefore)
                check(option.reply, "\(path).options[\(index)].reply", isBehind)
            }
            checkOptions(options, "\(path).options")
        case .text, .number, .date, .email, .statement: break
        }
        for (index, rule) in question.rules.enumerated() {
            let path = "\(path).next[\(index)]"
            if case .question(let id) = rule.target, positions[id] == nil {
                refuse("\(path).go_to", "There is no question '\(id.prefix(64))'.")
            }
            if let condition = rule.condition { check(condition, "\(path).if", isBehind) }
        }
    }

    private mutating func checkOptions(_ options: [Question.Option], _ path: String) {
        var ids: [String: Int] = [:]
        for (index, option) in options.enumerated() where !option.id.isEmpty {
            if let first = ids.updateValue(index, forKey: option.id) {
                refuse("\(path)[\(index)].id", "'\(option.id)' is the id of options[\(first)] already.")
            }
        }
        for language in survey.languages {
            var labels: [String: Int] = [:]
            for (index, option) in options.enumerated() {
                guard let label = option.label.templates[language], label.names.isEmpty else { continue }
                let text = label.filled { _ in nil }
                let place = self.path("\(path)[\(index)].label", language)
                if let first = labels.updateValue(index, forKey: text.lowercased()) {
                    refuse(place, "Reads like that of options[\(first)]: nobody could tell them apart.")
                }
                if let number = Int(text), (1...options.count).contains(number), number != index + 1 {
                    refuse(place, "'\(text)' is what customers answer to pick option \(number); use other words.")
                }
            }
        }
    }
}

extension SurveyChecker {
    private mutating func checkFlow() {
        guard let flow else { return }
        for (position, question) in survey.questions.enumerated() {
            let path = "questions[\(position)]"
            // Of two with the same id only the first can be meant, which is said already.
            if !flow.reached.contains(position), positions[question.id] == position {
                refuse(path, "Nothing leads to '\(question.id)': it would never be asked.")
            }
            if let always = question.rules.firstIndex(where: { $0.condition == nil }) {
                for index in question.rules.indices.dropFirst(always + 1) {
                    refuse("\(path).next[\(index)]", "Is never looked at: next[\(always)], before it, always holds.")
                }
            }
        }
        for loop in flow.trapped {
            refuse(
                "questions[\(loop[0])]",
                "The survey would never end from here: \(shown(loop)). One of them needs a way out.")
        }
        let trapped = Set(flow.trapped.joined())
        for loop in flow.wordless where trapped.isDisjoint(with: loop) {
            refuse(
                "questions[\(loop[0])]",
                "These statements lead to each other without a question between them: \(shown(loop)).")
        }
    }

    private func shown(_ positions: [Int]) -> String {
        let ids = positions.prefix(8).map { "'\(survey.questions[$0].id)'" }.joined(separator: ", ")
        return positions.count > 8 ? "\(ids) and \(positions.count - 8) more" : ids
    }
}

extension SurveyChecker {
    /// Where a text is in the JSON: a survey of one language writes it as a string.
    private func path(_ path: String, _ language: String) -> String {
        survey.languages.count > 1 ? "\(path).\(language)" : path
    }

    private func places(_ text: LocalText?, _ path: String) -> [(path: String, template: Template)] {
        (text?.templates ?? [:]).sorted { $0.key < $1.key }.map { (self.path(path, $0.key), $0.value) }
    }

    /// - Parameter isKnown: whether the answer to the question at a position can be known where the text stands.
    private mutating func check(
        _ text: LocalText?, _ path: String, _ isKnown: (SurveyFlow, _ position: Int) -> Bool
    ) {
        for (path, template) in places(text, path) {
            if template.names.count > SurveyDefinition.placeholdersMax {
                refuse(path, "A text has at most \(SurveyDefinition.placeholdersMax) placeholders.")
            }
            for case .placeholder(let name, let fallback) in template.pieces {
                if fallback == nil {
                    refuse(path, "'{\(name)}' needs words for when there is no value, such as '{\(name)|there}'.")
                }
                let parts = name.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
                switch (parts[0], parts.count) {
                case ("customer", 2) where Identifier.isValid(parts[1]): break
                case ("answers", 2): checkAnswer(parts[1], path, isKnown)
                default:
                    refuse(path, "'{\(name)}' is neither {customer.attribute|…} nor {answers.question|…}.")
                }
            }
        }
    }

    /// Returns the question whose answer is meant; nil after noting that there cannot be one.
    @discardableResult
    private mutating func checkAnswer(
        _ id: String, _ path: String, _ isKnown: (SurveyFlow, _ position: Int) -> Bool
    ) -> Question? {
        guard let position = positions[id] else {
            refuse(path, "There is no question '\(id.prefix(64))'.")
            return nil
        }
        let question = survey.questions[position]
        if gaps.kinds.contains(id) { return nil }
        if question.kind == .statement {
            refuse(path, "'\(id)' is a statement: nobody answers it.")
            return nil
        }
        // What is never asked at all is said once, where it stands.
        if let flow, flow.reached.contains(position), !isKnown(flow, position) {
            refuse(path, "'\(id)' cannot have been answered here: it does not come before.")
        }
        return question
    }

    private mutating func checkPhrases() {
        for (language, phrases) in survey.phrases.sorted(by: { $0.key < $1.key }) {
            for (phrase, template) in phrases.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
                let known = Phrases.placeholders(of: phrase)
                for name in template.names where !known.contains(name) {
                    let list = known.isEmpty ? "none" : known.sorted().joined(separator: ", ")
                    refuse(
                        "phrases.\(language).\(phrase.rawValue)",
                        "'{\(name)}' is not known in this phrase; known are: \(list).")
                }
            }
        }
        guard !gaps.hidesLanguages else { return }
        for language in survey.languages {
            let missing = Phrase.allCases.filter { phrase in
                Phrases.builtIn(phrase, in: language) == nil && survey.phrases[language]?[phrase] == nil
            }
            guard !missing.isEmpty else { continue }
            let built = Phrases.languages.joined(separator: ", ")
            refuse(
                "phrases.\(language)",
                "Only \(built) are built in, so the survey words all phrases of '\(language)'; missing are: "
                    + "\(missing.map(\.rawValue).joined(separator: ", ")).")
        }
    }
}

extension SurveyChecker {
    private mutating func check(
        _ condition: Condition, _ path: String, _ isKnown: (SurveyFlow, _ position: Int) -> Bool
    ) {
        switch condition {
        case .all(let parts):
            for (index, part) in parts.enumerated() { check(part, "\(path).all[\(index)]", isKnown) }
        case .any(let parts):
            for (index, part) in parts.enumerated() { check(part, "\(path).any[\(index)]", isKnown) }
        case .not(let part): check(part, "\(path).not", isKnown)
        case .test(.customer, _): break              // whatever a customer has as attributes
        case .test(.answer(let id), let comparison):
            guard let question = checkAnswer(id, "\(path).answer", isKnown) else { return }
            guard let refusal = question.kind.refusal(of: comparison) else { return }
            refuse("\(path).\(comparison.key)\(refusal.place)", refusal.detail)
        }
    }
}
