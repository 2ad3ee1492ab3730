/// What one customer answered, for the team and for whoever the survey hands it on to.
struct SurveyResponse: Sendable {
    let session: SurveySession
    let language: String
    /// Attributes as they were when it began, each with where it came from.
    let person: [String: Sourced]
    /// In the order in which they were asked.
    let answers: [Given]
    let feedback: Conversation.Feedback

    struct Given: Sendable {
        let question: String
        let kind: String
        let answer: Answer
        /// The answer as it was shown: labels rather than ids.
        let shown: String?
    }
}

extension SurveyResponse {
    init(_ session: SurveySession, _ conversation: Conversation, _ map: SurveyMap, person: [String: Sourced]) {
        self.session = session
        language = conversation.language
        self.person = person
        feedback = conversation.feedback
        let known = Known(
            path: conversation.path[...], answers: conversation.answers, customer: person.mapValues(\.value))
        answers = conversation.path.compactMap { id in
            guard let answer = conversation.answers[id], let position = map.position(of: id) else { return nil }
            return Given(
                question: id, kind: map.survey.questions[position].kind.name, answer: answer,
                shown: known.shown(answer, to: id, of: map, in: conversation.language))
        }
    }
}

extension SurveyResponse: Encodable {
    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try session.encode(language: language, to: &container)
        try container.encode(person, forKey: .person)
        try container.encode(answers, forKey: .answers)
        if feedback != Conversation.Feedback() { try container.encode(feedback, forKey: .feedback) }
    }

    enum Key: String, CodingKey {
        case id, survey, version, customer, opening, language, status, person, answers, feedback
        case startedAt = "started_at"
        case lastAt = "last_at"
        case endedAt = "ended_at"
    }
}

extension SurveyResponse.Given: Encodable {
    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(question, forKey: .question)
        try container.encode(kind, forKey: .kind)
        switch answer {
        case .text(let text), .option(let text), .date(let text), .email(let text):
            try container.encode(text, forKey: .value)
        case .options(let ids): try container.encode(ids, forKey: .value)
        case .number(let number): try container.encode(number, forKey: .value)
        case .truth(let truth): try container.encode(truth, forKey: .value)
        case .skipped: try container.encodeNil(forKey: .value)
        }
        try container.encode(shown, forKey: .text)
    }

    private enum Key: String, CodingKey { case question, kind, value, text }
}

extension SurveyResponse: Exemplified {
    static let examples = [example(.active), example(.completed)]

    /// One that was told something, of whatever status.
    static func example(_ status: SurveySession.Status) -> SurveyResponse {
        let isCompleted = status == .completed, start = Timestamp.example.milliseconds
        let session = SurveySession(
            id: "019c137f-6d0a-7b1e-9c44-5d2e8f3a1b60", survey: SampleSurvey.id, version: 1,
            customer: SampleSurvey.customer.id, opening: .invited, status: status, turns: 3, startedAt: start,
            lastAt: start + 41_000, endedAt: isCompleted ? start + 41_000 : nil)
        return SurveyResponse(
            session: session, language: "en",
            person: ["name": Sourced(value: .text("John Doe"), source: .table)],
            answers: [
                Given(question: "flavour", kind: "choice", answer: .option("chocolate"), shown: "Chocolate"),
                Given(question: "toppings", kind: "choices", answer: .options(["nuts"]), shown: "Nuts"),
                Given(question: "scoops", kind: "number", answer: .number(2), shown: "2"),
                Given(question: "cone", kind: "yes_no", answer: .truth(true), shown: "yes"),
                Given(question: "why", kind: "text", answer: .skipped, shown: nil),
            ], feedback: isCompleted ? .init(rating: 5, comment: "Quick!") : .init())
    }
}

extension Conversation.Feedback: Encodable {
    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(rating, forKey: .rating)
        try container.encode(comment, forKey: .comment)
    }

    private enum Key: String, CodingKey { case rating, comment }
}

extension SurveySession {
    func encode(language: String, to container: inout KeyedEncodingContainer<SurveyResponse.Key>) throws {
        try container.encode(id, forKey: .id)
        try container.encode(survey, forKey: .survey)
        try container.encode(version, forKey: .version)
        try container.encode(customer, forKey: .customer)
        try container.encode(opening, forKey: .opening)
        try container.encode(language, forKey: .language)
        try container.encode(status, forKey: .status)
        try container.encode(Timestamp(startedAt), forKey: .startedAt)
        try container.encode(Timestamp(lastAt), forKey: .lastAt)
        try container.encode(endedAt.map(Timestamp.init), forKey: .endedAt)
    }
}
