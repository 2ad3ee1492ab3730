// After the last question: how was this chat?
extension SurveyStep {
    /// Takes a rating or a comment. The response is complete already: nobody is held here, and nothing can be refused.
    func feedback(_ conversation: Conversation, _ text: String) -> Turn {
        var conversation = conversation
        let language = conversation.language
        let asked = conversation.place == .rating ? Self.rating : Self.comment
        switch Understanding.steering(text, in: language, languages: survey.languages) {
        case .skip, .stop: return thank(&conversation)
        case .language(let tag) where isSwitch(to: tag, at: asked): return changeLanguage(conversation, to: tag)
        case .back, .restart, .keep, .help: return askAgain(conversation, saying: [])
        default: break
        }
        switch Understanding.read(text, for: asked, in: language, now: now) {
        case .answer(.number(let rating)):
            conversation.feedback.rating = Int(rating)
            conversation.misses = 0
            conversation.place = .comment
            return askAgain(conversation, saying: [])
        case .answer(.text(let comment)):
            conversation.feedback.comment = comment
            return thank(&conversation)
        case .answer, .refusal:
            return thank(&conversation)
        case .miss(let miss):
            if Understanding.yesOrNo(text, in: language) == false { return thank(&conversation) }
            conversation.misses += 1
            guard conversation.misses < Self.missesBeforeMoreHelp else { return thank(&conversation) }
            return askAgain(conversation, saying: [sentence(for: miss, at: asked, in: conversation)])
        }
    }

    private func thank(_ conversation: inout Conversation) -> Turn {
        conversation.place = .completed
        conversation.misses = 0
        return (conversation, ending(.feedbackThanks, in: conversation.language))
    }

    private static let rating = Question(
        id: "rating", text: LocalText([:]), kind: .rating(Question.Scale(range: 1...5)), isOptional: true)
    private static let comment = Question(
        id: "comment", text: LocalText([:]),
        kind: .text(Question.TextLimits(length: 1...Question.TextLimits.lengthMax)), isOptional: true)
}
