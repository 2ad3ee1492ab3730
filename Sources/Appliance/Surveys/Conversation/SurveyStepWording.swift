// What the bot's messages are made of.
extension SurveyStep {
    /// Misses in a row from which on the bot says more than what it expects.
    static let missesBeforeMoreHelp = 3

    func phrase(_ phrase: Phrase, in language: String, _ values: [String: String] = [:]) -> String {
        map.phrase(phrase, in: language, values)
    }

    /// Asks for what is open, whole: a question of the survey, or how the chat was.
    func askAgain(_ conversation: Conversation, saying said: [String?]) -> Turn {
        switch conversation.place {
        case .question:
            guard let question = question(of: conversation) else { break }
            return (conversation, asking(question, in: conversation, saying: said))
        case .rating:
            let text = Self.joined(said + [phrase(.feedbackRating, in: conversation.language)])
            return (conversation, BotMessage(kind: .question, text: text))
        case .comment:
            let text = Self.joined(said + [phrase(.feedbackComment, in: conversation.language)])
            return (conversation, BotMessage(kind: .question, text: text))
        case .completed:
            break
        }
        return (conversation, ending(.alreadyCompleted, in: conversation.language))
    }

    /// The question with its options and what to reply with; briefly, for who has just read it, without its text.
    func asking(
        _ question: Question, in conversation: Conversation, briefly: Bool = false, saying said: [String?]
    ) -> BotMessage {
        let language = conversation.language
        let known = known(to: conversation)
        var lines = said
        let hint = hint(for: question.kind, known, in: language)
        let options = question.kind.options
        if !briefly || options.isEmpty && hint == nil {
            lines.append(known.filled(question.text, of: map, in: language))
        }
        for (index, option) in options.enumerated() {
            lines.append("\(index + 1) - \(known.filled(option.label, of: map, in: language))")
        }
        if let hint {
            if !briefly || !options.isEmpty { lines.append("") }
            lines.append(hint)
        }
        if !briefly, let kept = conversation.answers[question.id],
            let shown = known.shown(kept, to: question.id, of: map, in: language)
        {
            let answer = shown.isEmpty ? phrase(.optionNone, in: language) : shown
            lines.append(phrase(.answerSoFar, in: language, ["answer": answer]))
        }
        return BotMessage(kind: .question, text: Self.joined(lines))
    }

    /// Says kindly what was not understood and what is expected, and asks again.
    func explain(_ miss: Miss, at question: Question, in conversation: Conversation) -> Turn {
        var conversation = conversation
        conversation.misses += 1
        var said = [sentence(for: miss, at: question, in: conversation)]
        if conversation.misses >= Self.missesBeforeMoreHelp {
            said.append(moreHelp(at: question, in: conversation.language))
        }
        return (conversation, asking(question, in: conversation, briefly: true, saying: said))
    }

    /// What is said to an answer before going on: the replies of its options, or else the question's own.
    func replies(
        to answer: Answer, of question: Question, _ known: Known, in language: String
    ) -> [String] {
        let replies: [LocalText]
        switch (answer, question.kind) {
        case (.skipped, _):
            return []
        case (.option(let id), .choice(let options)):
            replies = options.first { $0.id == id }?.reply.map { [$0] } ?? []
        case (.options(let ids), .choices(let options, _)):
            replies = options.filter { ids.contains($0.id) }.compactMap(\.reply)
        case (.truth(let truth), .yesNo(let yes, let no)):
            replies = (truth ? yes : no).map { [$0] } ?? []
        default:
            replies = []
        }
        let said = replies.isEmpty ? question.reply.map { [$0] } ?? [] : replies
        return said.map { known.filled($0, of: map, in: language) }
    }

    func ending(_ phrase: Phrase, in language: String) -> BotMessage {
        BotMessage(kind: .end, text: self.phrase(phrase, in: language))
    }

    /// One line after the other, those that are nil left out.
    static func joined(_ lines: [String?]) -> String {
        lines.compactMap { $0 }.joined(separator: "\n")
    }

    /// What else one can say than an answer.
    func moreHelp(at question: Question, in language: String) -> String {
        phrase(question.isOptional ? .helpMoreOptional : .helpMore, in: language)
    }

    func sentence(for miss: Miss, at question: Question, in conversation: Conversation) -> String {
        let language = conversation.language
        let values = miss.values { id in
            known(to: conversation).shown(.option(id), to: question.id, of: map, in: language) ?? id
        }
        return phrase(miss.phrase, in: language, values)
    }
}
