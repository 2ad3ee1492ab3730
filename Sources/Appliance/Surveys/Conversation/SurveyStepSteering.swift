// The customer's words about the conversation itself, and what the bot asks about it.
extension SurveyStep {
    /// What the text steers; nil where it is rather an answer to the open question.
    func steering(_ text: String, at question: Question, in language: String) -> Steering? {
        guard let steering = Understanding.steering(text, in: language, languages: survey.languages) else { return nil }
        // "Back" may be an option, and "language barriers" what somebody complains of.
        if case .language(let tag) = steering, !isSwitch(to: tag, at: question) { return nil }
        let word = FoldedText.fold(text)
        let isOption = question.kind.options.contains { option in
            let label = Known(path: [], answers: [:], customer: customer).filled(option.label, of: map, in: language)
            return FoldedText.fold(option.id) == word || FoldedText.fold(label) == word
        }
        return isOption ? nil : steering
    }

    /// Whether to ask for this language, or with nil for a language, is more than an answer to `question`.
    func isSwitch(to tag: String?, at question: Question) -> Bool {
        guard survey.languages.count > 1 else { return false }
        if case .text = question.kind, let tag { return offered(tag) != nil }
        return true
    }

    func steer(_ conversation: Conversation, at question: Question, by steering: Steering) -> Turn {
        var conversation = conversation
        let language = conversation.language
        switch steering {
        case .back:
            return goBack(conversation)
        case .skip:
            return skip(question, in: conversation)
        case .restart:
            if conversation.answers.isEmpty { return restart(conversation) }
            conversation.aside = .restart
            conversation.misses = 0
            return (conversation, BotMessage(kind: .question, text: phrase(.restartConfirm, in: language)))
        case .help:
            return askAgain(conversation, saying: [phrase(.help, in: language)])
        case .stop:
            return pause(conversation)
        case .keep:
            if let kept = conversation.answers[question.id] { return take(kept, to: question, in: conversation) }
            let said = [phrase(.nothingToKeep, in: language)]
            return (conversation, asking(question, in: conversation, briefly: true, saying: said))
        case .language(let tag):
            return changeLanguage(conversation, to: tag)
        }
    }

    private func pause(_ conversation: Conversation) -> Turn {
        (conversation, BotMessage(kind: .paused, text: phrase(.paused, in: conversation.language)))
    }

    private func goBack(_ conversation: Conversation) -> Turn {
        var conversation = conversation
        guard conversation.path.count > 1 else {
            return askAgain(conversation, saying: [phrase(.cannotGoBack, in: conversation.language)])
        }
        conversation.path.removeLast()
        conversation.misses = 0
        conversation.place = .question(conversation.path[conversation.path.count - 1])
        return askAgain(conversation, saying: [phrase(.wentBack, in: conversation.language)])
    }

    private func restart(_ conversation: Conversation) -> Turn {
        let first = survey.questions[0].id
        var fresh = Conversation(language: conversation.language, place: .question(first))
        return arrive(at: .question(first), &fresh, saying: [phrase(.restarted, in: fresh.language)])
    }
}

// Asides: really start again? Which language?
extension SurveyStep {
    func settleRestart(_ conversation: Conversation, _ text: String) -> Turn {
        var conversation = conversation
        let language = conversation.language
        let isWanted: Bool?
        switch Understanding.steering(text, in: language, languages: survey.languages) {
        case .stop: return pause(conversation)
        case .restart: isWanted = true
        case .back, .keep: isWanted = false
        default: isWanted = Understanding.yesOrNo(text, in: language)
        }
        if isWanted == true { return restart(conversation) }
        conversation.misses += 1
        if isWanted == nil, conversation.misses < Self.missesBeforeMoreHelp {
            return (conversation, BotMessage(kind: .question, text: phrase(.restartConfirm, in: language)))
        }
        // Who says neither yes nor no has something else in mind than to lose their answers.
        conversation.aside = nil
        conversation.misses = 0
        return askAgain(conversation, saying: [phrase(.notRestarted, in: language)])
    }

    func settleLanguage(_ conversation: Conversation, _ text: String) -> Turn {
        let steering = Understanding.steering(text, in: conversation.language, languages: survey.languages)
        var isCalledOff = false
        switch steering {
        case .stop: return pause(conversation)
        case .back, .keep, .skip: isCalledOff = true
        default: isCalledOff = Understanding.yesOrNo(text, in: conversation.language) == false
        }
        if !isCalledOff {
            if case .language(let tag) = steering { return changeLanguage(conversation, to: tag) }
            if let tag = offered(text) { return changeLanguage(conversation, to: tag) }
        }
        var conversation = conversation
        conversation.misses += 1
        if !isCalledOff, conversation.misses < Self.missesBeforeMoreHelp {
            return (conversation, asking(.languageUnknown, in: conversation.language))
        }
        conversation.aside = nil
        conversation.misses = 0
        return askAgain(conversation, saying: [])
    }

    /// Goes on in another language, or asks in which when none is named that there is.
    func changeLanguage(_ conversation: Conversation, to tag: String?) -> Turn {
        var conversation = conversation
        conversation.misses = 0
        guard let tag, let language = offered(tag) else {
            conversation.aside = .language
            let phrase = tag == nil ? Phrase.languageWhich : .languageUnknown
            return (conversation, asking(phrase, in: conversation.language))
        }
        conversation.aside = nil
        conversation.language = language
        return askAgain(conversation, saying: [phrase(.languageChanged, in: language)])
    }

    private func asking(_ phrase: Phrase, in language: String) -> BotMessage {
        let names = survey.languages.map(Understanding.ownName)
        let text = self.phrase(phrase, in: language, ["languages": names.joined(separator: ", ")])
        return BotMessage(kind: .question, text: text)
    }

    private func offered(_ name: String) -> String? { Understanding.language(name, among: survey.languages) }
}
