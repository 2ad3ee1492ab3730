/// Where a conversation is, for readers of the API. What customers get is written by `SessionRoutes`, which is called
/// too often for an encoder.
struct StandingReport: Encodable, Sendable {
    /// The session's token; nil where there is no conversation to be had.
    var session: String?
    var survey = SampleSurvey.id
    var version: Int?
    var language = "en"
    /// Of the session, or why there is none.
    var status: String
    var seq: Int
    var messages: [Message]
    var question: OpenQuestion?

    struct Message: Encodable, Sendable {
        var type: BotMessage.Kind
        var seq: Int?
        var said: String?
        var key: String?
        var text: String
        var question: OpenQuestion?
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(session, forKey: .session)
        try container.encode(survey, forKey: .survey)
        try container.encodeIfPresent(version, forKey: .version)
        try container.encode(language, forKey: .language)
        try container.encode(status, forKey: .status)
        try container.encode(seq, forKey: .seq)
        try container.encode(messages, forKey: .messages)
        try container.encode(question, forKey: .question)
    }

    private enum Key: CodingKey { case session, survey, version, language, status, seq, messages, question }
}

extension StandingReport.Message {
    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(type, forKey: .type)
        try container.encodeIfPresent(seq, forKey: .seq)
        try container.encodeIfPresent(said, forKey: .said)
        try container.encodeIfPresent(key, forKey: .key)
        try container.encode(text, forKey: .text)
        // The newest that asks something has it, be it null: how the chat was is no question of the survey.
        if type == .question { try container.encode(question, forKey: .question) }
    }

    private enum Key: CodingKey { case type, seq, said, key, text, question }
}

extension OpenQuestion: Encodable {
    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(id, forKey: .id)
        try container.encode(kind, forKey: .kind)
        try container.encode(isRequired, forKey: .isRequired)
        try container.encode(options, forKey: .options)
        try container.encode(number, forKey: .number)
        try container.encode(count, forKey: .count)
    }

    private enum Key: String, CodingKey {
        case id, kind, options, number, count
        case isRequired = "required"
    }
}

extension StandingReport: Exemplified {
    static let examples = [
        StandingReport(
            session: token, version: 1, status: SurveySession.Status.active.rawValue, seq: 2,
            messages: [
                Message(
                    type: .question, seq: 2, said: "chocolate", key: "k1",
                    text: "Great choice! Chocolate is a classic favorite. Would you like to say why?", question: why)
            ], question: why),
        StandingReport(
            session: token, version: 1, status: SurveySession.Status.completed.rawValue, seq: 3,
            messages: [Message(type: .end, seq: 3, said: "It is not too sweet.", text: "Thank you for your time!")]),
        StandingReport(
            status: "closed", seq: 0, messages: [Message(type: .end, text: "This survey is closed. Thank you!")]),
    ]

    private static let token = "019c137f-6d0a-7b1e-9c44-5d2e8f3a1b60.8c1f0a77c1b24e3f9a0c5b6d7e8f9012"
    private static let why = OpenQuestion(
        id: "why", kind: "choice", isRequired: false, options: [.init(number: 1, id: "taste", label: "Its taste")],
        number: 2, count: 2)
}
