/// What a session counts as: a function of where its conversation stands, and of nothing that happened on the way.
///
/// So whatever the customer does (goes back, changes an answer, starts again, goes on in another language), the figures
/// are those that a count over all sessions would give, and a session can be taken out again. A question counts as
/// reached while it is on the path or its answer is kept; all of a session counts in its present language and on the
/// day it began.
struct TallyStep {
    let session: SurveySession
    let survey: Survey

    /// All that a conversation counts as, but for being abandoned.
    ///
    /// - Parameter endedAt: when it was completed; used only if it is.
    func counts(of conversation: Conversation, endedAt: Int64?) -> [TallyCount] {
        var counts = [TallyCount(language: conversation.language, measure: .started)]
        for question in conversation.path + conversation.answers.keys.filter({ !conversation.path.contains($0) }) {
            counts.append(TallyCount(language: conversation.language, measure: .reached, question: question))
        }
        for (question, answer) in conversation.answers {
            counts += self.counts(of: answer, to: question, in: conversation.language)
        }
        if conversation.isCompleted { counts.append(completed(conversation, at: endedAt)) }
        if let rated = rated(conversation) { counts.append(rated) }
        return counts
    }

    /// What one step changes. An ordinary answer makes two changes: it was given, and the next question was reached.
    func changes(from before: Conversation, to after: Conversation, at now: Int64) -> [TallyCount] {
        guard before.language == after.language else {
            let ended = before.isCompleted ? session.endedAt : now
            return counts(of: before, endedAt: session.endedAt).map(\.negated) + counts(of: after, endedAt: ended)
        }
        var changes: [TallyCount] = []
        var moved: [String] = []
        for (question, answer) in before.answers where after.answers[question] != answer {
            changes += counts(of: answer, to: question, in: before.language).map(\.negated)
            if after.answers[question] == nil { moved.append(question) }
        }
        for (question, answer) in after.answers where before.answers[question] != answer {
            changes += counts(of: answer, to: question, in: after.language)
            if before.answers[question] == nil { moved.append(question) }
        }
        let shared = zip(before.path, after.path).prefix { $0 == $1 }.count
        for question in before.path[shared...] + after.path[shared...] where !moved.contains(question) {
            moved.append(question)
        }
        for question in moved where before.hasReached(question) != after.hasReached(question) {
            let count = TallyCount(language: after.language, measure: .reached, question: question)
            changes.append(after.hasReached(question) ? count : count.negated)
        }
        if before.isCompleted != after.isCompleted {
            changes.append(
                after.isCompleted ? completed(after, at: now) : completed(before, at: session.endedAt).negated)
        }
        if before.feedback.rating != after.feedback.rating {
            changes += [rated(before)?.negated, rated(after)].compactMap { $0 }
        }
        return changes
    }

    private func rated(_ conversation: Conversation) -> TallyCount? {
        conversation.feedback.rating.map {
            TallyCount(language: conversation.language, measure: .rated, total: Double($0))
        }
    }

    /// What being abandoned adds; nil where no question waits for an answer.
    static func abandoned(_ conversation: Conversation) -> TallyCount? {
        guard case .question(let question) = conversation.place else { return nil }
        return TallyCount(language: conversation.language, measure: .abandoned, question: question)
    }

    /// Seconds up to which a duration is counted exactly; longer ones to three digits, so that few rows hold them all.
    static let exactSecondsMax: Int64 = 600

    /// How long `milliseconds` are, in seconds as they are counted: 61 for 61.9, 1230 for 1234.
    static func duration(_ milliseconds: Int64) -> Int64 {
        let seconds = max(0, milliseconds / 1_000)
        guard seconds > exactSecondsMax else { return seconds }
        var unit: Int64 = 1
        while seconds / unit >= 1_000 { unit *= 10 }
        return (seconds + unit / 2) / unit * unit
    }

    private func completed(_ conversation: Conversation, at endedAt: Int64?) -> TallyCount {
        let took = Self.duration((endedAt ?? session.startedAt) - session.startedAt)
        return TallyCount(language: conversation.language, measure: .completed, value: String(took))
    }

    private func counts(of answer: Answer, to question: String, in language: String) -> [TallyCount] {
        func count(_ measure: TallyCount.Measure, _ value: String = "", total: Double = 0) -> TallyCount {
            TallyCount(language: language, measure: measure, question: question, value: value, total: total)
        }
        switch answer {
        case .skipped: return [count(.skipped)]
        case .option(let id): return [count(.answered, id)]
        case .options(let ids): return [count(.answered)] + ids.map { count(.picked, $0) }
        case .truth(let truth): return [count(.answered, truth ? "yes" : "no")]
        case .number(let number):
            guard case .rating = survey.question(question)?.kind else { return [count(.answered, total: number)] }
            return [count(.answered, Scalar.shown(number), total: number)]
        case .text, .date, .email: return [count(.answered)]
        }
    }
}

extension Conversation {
    fileprivate func hasReached(_ question: String) -> Bool { answers[question] != nil || path.contains(question) }
}
