/// One version of a survey: what is asked, of whom, in which languages and in which order. Never changed once it is
/// published.
struct Survey: Equatable, Sendable {
    var title: LocalText
    /// Language tags such as `en` or `pt-br`, lower-case; the first is taken where nothing else is asked for.
    var languages: [String]
    /// Said before the first question.
    var greeting: LocalText?
    /// Said after the last.
    var goodbye: LocalText?
    var questions: [Question]
    var access = Access.open
    var opensAt: Timestamp?
    var closesAt: Timestamp?
    /// Completed responses after which nobody may begin.
    var quota: Int?
    /// Whether a customer who has completed it may answer again.
    var allowsMany = false
    /// Milliseconds without an answer after which a session counts as abandoned. It may still be taken up again.
    var abandonedAfter = Self.abandonedAfterStandard
    /// Whether the customer is asked at the end how the chat was.
    var asksForFeedback = false
    /// The survey's own words in place of the built-in ones, by language.
    var phrases: [String: [Phrase: Template]] = [:]
    /// A channel of kind `jsonrpc` that is handed every completed response as `response.save`.
    var responseChannel: String?

    static let abandonedAfterStandard = Timestamp.hours(24)

    /// Who may begin.
    enum Access: String, CaseIterable, Sendable {
        /// Anybody, with or without saying who they are.
        case open
        /// Whoever names a customer that is known.
        case known
        /// Whoever brings an invitation.
        case invited
    }
}

extension Survey {
    func question(_ id: String) -> Question? { questions.first { $0.id == id } }

    /// The language of this survey that a tag asks for: that one, or one of the same root (`pt` for `pt-br`, and the
    /// other way round).
    func language(offering tag: String) -> String? {
        let tag = tag.lowercased()
        return languages.first { $0 == tag } ?? languages.first { Tag.root($0) == Tag.root(tag) }
    }
}

/// A text in each language of its survey.
struct LocalText: Equatable, Sendable {
    var templates: [String: Template]

    init(_ templates: [String: Template]) { self.templates = templates }

    /// - Precondition: the checker saw to it that every language of the survey has its text.
    subscript(language: String) -> Template {
        guard let template = templates[language] else { preconditionFailure("a text without its \(language)") }
        return template
    }
}
