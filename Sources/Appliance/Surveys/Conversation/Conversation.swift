/// Where one customer is in a survey: all that decides what is said next, besides the survey and the customer.
struct Conversation: Equatable, Sendable {
    var language: String
    var place: Place
    /// Questions that were asked (statements are not), the oldest first; the open one is the last.
    ///
    /// None is on it twice: going back takes the end off, and so does a rule that leads back to one of them. So the
    /// rules, followed from the start by the answers of the path, lead along the path and nowhere else.
    var path: [String] = []
    /// By question id. May hold answers of questions that are no longer on the path after somebody went back: they are
    /// offered again when the question comes up again, and dropped when the survey is completed. Rules and texts see
    /// only those of questions on the path before the open one.
    var answers: [String: Answer] = [:]
    /// Answers in a row that were not understood.
    var misses = 0
    /// What the bot asked besides the survey's own question.
    var aside: Aside?
    var feedback = Feedback()

    enum Place: Equatable, Sendable {
        case question(String)
        /// Completed; how was this chat?
        case rating
        /// Completed; anything to add?
        case comment
        case completed
    }

    enum Aside: String, Sendable {
        /// Really start again?
        case restart
        /// Which language?
        case language
    }

    /// How the customer found the chat; no part of the response.
    struct Feedback: Equatable, Sendable {
        /// 1 to 5.
        var rating: Int?
        var comment: String?
    }

    /// Whether the survey's last question is answered; feedback may still be open.
    var isCompleted: Bool {
        if case .question = place { false } else { true }
    }
}

/// What the bot says in one turn.
struct BotMessage: Equatable, Sendable {
    enum Kind: String, CaseIterable, Encodable, Sendable {
        /// Something is asked: the survey's question, or whether to start again, which language, how the chat was.
        case question
        /// The customer asked to stop for now: answers are kept, and opening it again goes on.
        case paused
        /// Nothing more is asked.
        case end
    }

    var kind: Kind
    var text: String
}

/// The survey's question that waits for an answer, as clients show it.
struct OpenQuestion: Equatable, Sendable {
    struct Option: Equatable, Encodable, Sendable {
        /// From 1: what people may answer with.
        var number: Int
        var id: String
        var label: String
    }

    var id: String
    var kind: String
    var isRequired: Bool
    /// Empty for kinds without.
    var options: [Option]
    /// Which one it is, from 1.
    var number: Int
    /// How many there are on the longest way from here, those before included.
    var count: Int
}
