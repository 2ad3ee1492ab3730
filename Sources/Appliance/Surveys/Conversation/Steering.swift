/// What a message is, before anybody looks at the question.
enum Steering: Equatable, Sendable {
    case back, skip, restart, help, stop, keep
    /// A tag of the survey's languages, or what was asked for, folded, when it is none of those; nil where nobody said
    /// which.
    case language(String?)
}

extension Understanding {
    /// Nil when the text steers nothing.
    ///
    /// The whole message has to be the word or words, in the conversation's language or English; case, accents,
    /// punctuation and a "please" do not matter. In quotes nothing steers. The bare name of a language only steers
    /// when the survey speaks it and the conversation does not yet: otherwise it is an answer.
    static func steering(_ text: String, in language: String, languages: [String]) -> Steering? {
        guard text.utf8.count <= steeringBytesMax, wholeNumber(text) == nil else { return nil }
        let text = trimmed(text)
        guard unquoted(text) == nil else { return nil }
        if text == "?" { return .help }
        let words = Words.of(language)
        if !words.steeringAccented.isEmpty, let steering = words.steeringAccented[bareLowercase(text)] {
            return steering
        }
        let folded = FoldedText.fold(text)
        if let steering = words.steering[folded] { return steering }
        let short = words.withoutPoliteness(folded)
        return words.steering[short] ?? languageSteering(short, words, in: language, languages: languages)
    }

    private static func languageSteering(
        _ folded: String, _ words: Words, in language: String, languages: [String]
    ) -> Steering? {
        if let tag = self.language(named: folded, among: languages) {
            return tag == language ? nil : .language(tag)
        }
        for beginning in words.inLanguage where folded.hasPrefix(beginning + " ") {
            let name = String(folded.dropFirst(beginning.count + 1))
            let isAsked = words.steering[beginning] == .language(nil)
            // Folding has made a space of the hyphen in `pt-br`.
            let tag =
                self.language(named: name, among: languages)
                ?? (isAsked ? self.language(name.split(separator: " ").joined(separator: "-"), among: languages) : nil)
            if let tag, isAsked || tag != language { return .language(tag) }
            if isAsked, !name.contains(" ") { return .language(name) }
        }
        return nil
    }

    /// Longer messages are answers.
    private static let steeringBytesMax = 120
}
