import Testing

@testable import Appliance

@Suite struct PhraseTests {
    @Test("every language says every phrase, with the same placeholders", arguments: Phrases.languages)
    func complete(_ language: String) throws {
        for phrase in Phrase.allCases {
            let template = try #require(Phrases.builtIn(phrase, in: language), "\(language) \(phrase.rawValue)")
            #expect(Set(template.names) == Phrases.placeholders(of: phrase), "\(language) \(phrase.rawValue)")
            #expect(template.names.count == Phrases.placeholders(of: phrase).count, "\(language) \(phrase.rawValue)")
            #expect(!template.filled { _ in "1" }.isEmpty)
        }
    }

    @Test("six languages are there, and regions of them speak them")
    func languages() {
        #expect(Phrases.languages == ["de", "en", "es", "fr", "pt", "vi"])
        #expect(Phrases.builtIn(.paused, in: "pt-br") == Phrases.builtIn(.paused, in: "pt"))
        #expect(Phrases.builtIn(.paused, in: "pt") != Phrases.builtIn(.paused, in: "en"))
        #expect(Phrases.builtIn(.paused, in: "it") == nil)
    }

    @Test("no language leaves a phrase in English", arguments: ["de", "es", "fr", "pt", "vi"])
    func translated(_ language: String) {
        let same = Phrase.allCases.filter { phrase in
            Phrases.builtIn(phrase, in: language) == Phrases.builtIn(phrase, in: "en")
        }
        #expect(same == (language == "es" ? [.optionNo] : []))
    }

    @Test("names are those of the format: small letters and underscores")
    func names() {
        for phrase in Phrase.allCases {
            #expect(phrase.rawValue.utf8.allSatisfy { (0x61...0x7A).contains($0) || $0 == 0x5F }, "\(phrase)")
        }
    }

    @Test("the sample's words stay as they are")
    func sample() {
        #expect(
            Phrases.builtIn(.replyWithNumber, in: "en")?.filled { _ in nil }
                == "Please reply with the number corresponding to your choice.")
    }

    @Test("a word that a phrase tells people to say is understood", arguments: Phrases.languages)
    func quotedWords(_ language: String) throws {
        for phrase in [Phrase.help, .helpMore, .helpMoreOptional, .answerSoFar] {
            let text = try #require(Phrases.builtIn(phrase, in: language)).filled { _ in "x" }
            let parts = text.split { "\"«»„“".contains($0) }
            let isQuotedFirst = text.first.map { "\"«„".contains($0) } ?? false
            let quoted = parts.enumerated().filter { ($0.offset % 2 == 0) == isQuotedFirst }
            #expect(!quoted.isEmpty)
            for (_, word) in quoted {
                let steering = Understanding.steering(String(word), in: language, languages: [language])
                #expect(steering != nil, "\(language): \(word)")
            }
        }
    }

    @Test("the word for no pick is understood as none", arguments: Phrases.languages)
    func none(_ language: String) throws {
        let options = ["a", "b"].map { Question.Option(id: $0, label: LocalText([language: Template.plain($0)])) }
        let question = Question(
            id: "q", text: LocalText([language: Template.plain("?")]), kind: .choices(options, picks: 0...2))
        let said = try #require(Phrases.builtIn(.optionNone, in: language)).filled { _ in nil }
        let reading = Understanding.read(said, for: question, in: language, now: Timestamp(0))
        #expect(reading == .answer(.options([])))
        let hint = try #require(Phrases.builtIn(.noneIsFine, in: language)).filled { _ in nil }
        #expect(hint.contains(said))
    }

    @Test("yes and no as they are shown are understood", arguments: Phrases.languages)
    func yesAndNo(_ language: String) throws {
        let yes = try #require(Phrases.builtIn(.optionYes, in: language)).filled { _ in nil }
        let no = try #require(Phrases.builtIn(.optionNo, in: language)).filled { _ in nil }
        #expect(Understanding.yesOrNo(yes, in: language) == true)
        #expect(Understanding.yesOrNo(no, in: language) == false)
    }
}

extension Template {
    /// A text without placeholders.
    static func plain(_ text: String) -> Template {
        do { return try Template(text) } catch { preconditionFailure("a brace in '\(text)'") }
    }
}
