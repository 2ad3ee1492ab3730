/// The bot's own words in the languages it is born with. One file for each language lists them all.
struct Phrases {
    /// Roots of language tags, sorted by name.
    static let languages = bySource.keys.sorted()

    /// By the root of the tag: `pt-br` speaks `pt`. Nil only for languages that are not in `languages`.
    static func builtIn(_ phrase: Phrase, in language: String) -> Template? {
        (byLanguage[language] ?? byLanguage[Tag.root(language)])?[phrase]
    }

    /// Names that a survey's own words may use in this phrase, without a fallback since they are always filled.
    static func placeholders(of phrase: Phrase) -> Set<String> { placeholdersByPhrase[phrase] ?? [] }

    private static let bySource: [String: [Phrase: String]] = [
        "en": english, "es": spanish, "fr": french, "de": german, "pt": portuguese, "vi": vietnamese,
    ]

    private static let byLanguage: [String: [Phrase: Template]] = bySource.mapValues { sources in
        sources.mapValues { source in
            guard let template = try? Template(source) else { preconditionFailure("built-in phrase '\(source)'") }
            return template
        }
    }

    private static let placeholdersByPhrase = (byLanguage["en"] ?? [:]).mapValues { Set($0.names) }
}
