// How a conversation moves on.
extension SurveyStep {
    /// Takes the answer to the open question, and goes where the rules lead.
    func take(_ answer: Answer, to question: Question, in conversation: Conversation) -> Turn {
        var conversation = conversation
        conversation.answers[question.id] = answer
        conversation.misses = 0
        let known = known(behind: conversation)
        let replies = replies(to: answer, of: question, known, in: conversation.language)
        return arrive(at: target(after: question, known), &conversation, saying: replies)
    }

    /// Skips the open question, if it may be.
    func skip(_ question: Question, in conversation: Conversation) -> Turn {
        if question.isOptional { return take(.skipped, to: question, in: conversation) }
        let said = [phrase(.cannotSkip, in: conversation.language)]
        return (conversation, asking(question, in: conversation, briefly: true, saying: said))
    }

    /// Says the statements that stand there, and asks the question they lead to.
    func arrive(at target: Rule.Target, _ conversation: inout Conversation, saying said: [String?]) -> Turn {
        let known = known(behind: conversation)
        var said = said, target = target
        // More statements in a row than there are questions go in a circle; the checker lets no such survey pass.
        for _ in survey.questions {
            guard case .question(let id) = target, let position = map.position(of: id) else { break }
            let question = survey.questions[position]
            guard question.kind == .statement else { return open(question, &conversation, saying: said) }
            said.append(known.filled(question.text, of: map, in: conversation.language))
            target = self.target(after: question, known)
        }
        return finish(&conversation, saying: said)
    }

    private func target(after question: Question, _ known: Known) -> Rule.Target {
        if let target = question.target(known) { return target }
        let next = position(of: question.id) + 1
        return next < survey.questions.count ? .question(survey.questions[next].id) : .end
    }

    /// Asks a question that the rules lead to.
    ///
    /// A rule that leads back to a question of the path asks again from there: the path is cut, and the answers behind
    /// it are kept as if the customer had gone back themselves. All but the one that led back: it would do so again.
    private func open(_ question: Question, _ conversation: inout Conversation, saying said: [String?]) -> Turn {
        if let again = conversation.path.firstIndex(of: question.id) {
            if let last = conversation.path.last { conversation.answers[last] = nil }
            conversation.path.removeSubrange((again + 1)...)
        } else {
            conversation.path.append(question.id)
        }
        conversation.place = .question(question.id)
        return (conversation, asking(question, in: conversation, saying: said))
    }

    /// Ends the survey: what was answered off the path is dropped.
    private func finish(_ conversation: inout Conversation, saying said: [String?]) -> Turn {
        let path = Set(conversation.path)
        if conversation.answers.count > path.count {
            conversation.answers = conversation.answers.filter { path.contains($0.key) }
        }
        conversation.place = survey.asksForFeedback ? .rating : .completed
        let language = conversation.language
        let goodbye = survey.goodbye.map { known(to: conversation).filled($0, of: map, in: language) }
        let said = said + [goodbye ?? phrase(.goodbyeDefault, in: language)]
        if survey.asksForFeedback { return askAgain(conversation, saying: said) }
        return (conversation, BotMessage(kind: .end, text: Self.joined(said)))
    }
}
