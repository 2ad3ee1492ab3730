/// The rules of a survey's conversation, without clock or database: what one message of the customer makes of where
/// they are, and what the bot says to it.
///
/// Whoever asks, a WebSocket or a plain request, gets the same. There is no way to a question but through `answer`,
/// which goes where the rules lead.
///
/// - Precondition: a conversation was begun with the same version of the survey.
struct SurveyStep: Sendable {
    typealias Turn = (Conversation, BotMessage)

    let map: SurveyMap
    /// The customer's attributes, `name` for one; empty for somebody who did not say who they are.
    let customer: [String: Scalar]
    /// For answers such as "yesterday".
    let now: Timestamp

    var survey: Survey { map.survey }

    /// Greeting, leading statements and the first question.
    func begin(in language: String) -> Turn {
        let first = survey.questions[0].id
        var conversation = Conversation(language: language, place: .question(first))
        let greeting = survey.greeting.map {
            known(behind: conversation).filled($0, of: map, in: conversation.language)
        }
        return arrive(at: .question(first), &conversation, saying: [greeting])
    }

    func answer(_ conversation: Conversation, _ text: String) -> Turn {
        let text = Self.cleaned(text)
        if conversation.place == .completed {
            return (conversation, ending(.alreadyCompleted, in: conversation.language))
        }
        switch conversation.aside {
        case .restart: return settleRestart(conversation, text)
        case .language: return settleLanguage(conversation, text)
        case nil: break
        }
        guard let question = question(of: conversation) else { return feedback(conversation, text) }
        if let steering = steering(text, at: question, in: conversation.language) {
            return steer(conversation, at: question, by: steering)
        }
        switch Understanding.read(text, for: question, in: conversation.language, now: now) {
        case .answer(let answer): return take(answer, to: question, in: conversation)
        case .refusal: return skip(question, in: conversation)
        case .miss(let miss): return explain(miss, at: question, in: conversation)
        }
    }

    /// What somebody hears who comes back: the open question again, or that there is none left.
    ///
    /// What the bot asked aside is forgotten.
    func resume(_ conversation: Conversation) -> Turn {
        if conversation.place == .completed {
            return (conversation, ending(.alreadyCompleted, in: conversation.language))
        }
        var conversation = conversation
        conversation.aside = nil
        conversation.misses = 0
        return askAgain(conversation, saying: [phrase(.welcomeBack, in: conversation.language)])
    }

    /// Nil once the last question is answered, and while the bot asks something else in between.
    func openQuestion(of conversation: Conversation) -> OpenQuestion? {
        guard case .question(let id) = conversation.place, conversation.aside == nil else { return nil }
        let position = position(of: id)
        let question = survey.questions[position]
        let known = known(to: conversation)
        let options = question.kind.options.enumerated().map { index, option in
            OpenQuestion.Option(
                number: index + 1, id: option.id,
                label: known.filled(option.label, of: map, in: conversation.language))
        }
        let number = conversation.path.count
        return OpenQuestion(
            id: id, kind: question.kind.name, isRequired: !question.isOptional, options: options, number: number,
            count: min(number - 1 + map.stepsLeft(from: position), map.asked))
    }
}

extension SurveyStep {
    /// The survey's question that is open; nil once the last one is answered.
    func question(of conversation: Conversation) -> Question? {
        guard case .question(let id) = conversation.place else { return nil }
        return survey.questions[position(of: id)]
    }

    /// What the open question's texts may know of: what was answered before it.
    func known(to conversation: Conversation) -> Known {
        if conversation.isCompleted { return known(behind: conversation) }
        return Known(path: conversation.path.dropLast(), answers: conversation.answers, customer: customer)
    }

    /// What rules and replies may know of once the open question is answered: the whole path.
    func known(behind conversation: Conversation) -> Known {
        Known(path: conversation.path[...], answers: conversation.answers, customer: customer)
    }

    func position(of id: String) -> Int {
        guard let position = map.position(of: id) else { preconditionFailure("a conversation of another survey") }
        return position
    }

    /// Without control characters (line breaks stay) and without white space at its ends.
    static func cleaned(_ text: String) -> String {
        // Nearly all answers are plain ASCII on one line, and looking at bytes is enough for these.
        if text.utf8.allSatisfy({ 0x20..<0x7f ~= $0 }) {
            guard text.utf8.first == 0x20 || text.utf8.last == 0x20 else { return text }
            guard let first = text.utf8.firstIndex(where: { $0 != 0x20 }),
                let last = text.utf8.lastIndex(where: { $0 != 0x20 })
            else { return "" }
            return String(text[first...last])
        }
        var scalars = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            if scalar == "\t" {
                scalars.append(" ")
            } else if scalar == "\n" || scalar.properties.generalCategory != .control {
                scalars.append(scalar)
            }
        }
        guard let first = scalars.firstIndex(where: { !$0.properties.isWhitespace }),
            let last = scalars.lastIndex(where: { !$0.properties.isWhitespace })
        else { return "" }
        return String(scalars[first...last])
    }
}
