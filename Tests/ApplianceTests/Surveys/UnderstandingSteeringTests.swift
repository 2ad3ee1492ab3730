import Testing

@testable import Appliance

@Suite struct UnderstandingSteeringTests {
    @Test(
        "words steer in the conversation's language and in English",
        arguments: [
            ("back", "en", .back), ("BACK!", "en", .back), ("  go back. ", "en", .back), ("back please", "en", .back),
            ("Please skip", "en", .skip), ("skip", "en", .skip), ("restart", "en", .restart),
            ("start over", "en", .restart),
            ("help", "en", .help), ("/help", "en", .help), ("?", "en", .help), ("stop", "en", .stop),
            ("Stop.", "en", .stop),
            ("quit", "en", .stop), ("keep", "en", .keep), ("keep it", "en", .keep), ("language", "en", .language(nil)),
            ("atrás", "es", .back), ("ATRAS", "es", .back), ("¡Atrás!", "es", .back), ("omitir", "es", .skip),
            ("empezar de nuevo", "es", .restart), ("ayuda", "es-mx", .help), ("parar", "es", .stop),
            ("mantener", "es", .keep),
            ("back", "es", .back), ("stop", "vi", .stop), ("idioma", "es", .language(nil)),
            ("retour", "fr", .back), ("précédent", "fr", .back), ("passer", "fr", .skip),
            ("recommencer", "fr", .restart),
            ("à l’aide", "fr", .help), ("arrêter", "fr", .stop), ("arreter", "fr", .stop), ("garder", "fr", .keep),
            ("langue", "fr", .language(nil)), ("retour s'il vous plaît", "fr", .back),
            ("zurück", "de", .back), ("Zurueck", "de", .back), ("überspringen", "de", .skip),
            ("von vorne", "de", .restart),
            ("Hilfe!", "de", .help), ("Stopp", "de", .stop), ("behalten", "de", .keep),
            ("Sprache", "de", .language(nil)),
            ("zurück bitte", "de", .back),
            ("voltar", "pt", .back), ("pular", "pt-br", .skip), ("recomeçar", "pt", .restart), ("ajuda", "pt", .help),
            ("parar", "pt", .stop), ("manter", "pt", .keep), ("língua", "pt", .language(nil)),
            ("quay lại", "vi", .back), ("quay lai", "vi", .back), ("bỏ qua", "vi", .skip), ("làm lại", "vi", .restart),
            ("trợ giúp", "vi", .help), ("dừng", "vi", .stop), ("Dừng!", "vi", .stop), ("dừng lại", "vi", .stop),
            ("giữ nguyên", "vi", .keep), ("ngôn ngữ", "vi", .language(nil)),
            // The same letters, composed otherwise.
            ("du\u{31B}\u{300}ng", "en", nil), ("quay la\u{323}i", "vi", .back), ("du\u{300}ng", "vi", nil),
            ("back", "it", .back),
            ("indietro", "it", nil), ("zurück", "en", nil), ("đúng", "vi", nil), ("dung", "vi", nil),
            ("I was back home", "en", nil), ("my back hurts", "en", nil), ("stop it or help me", "en", nil),
            ("", "en", nil),
            ("2", "en", nil), ("no", "en", nil), ("none", "en", nil), ("please", "en", nil),
            ("\"stop\"", "en", nil), ("“stop”", "en", nil), ("«stop»", "fr", nil), ("„Stopp“", "de", nil),
        ] as [(String, String, Steering?)])
    func steering(_ text: String, in language: String, is expected: Steering?) {
        #expect(Understanding.steering(text, in: language, languages: [language]) == expected)
    }

    @Test(
        "a language is asked for by its tag or name",
        arguments: [
            ("language es", "en", "es"), ("language: Español", "en", "es"), ("Language Spanish", "en", "es"),
            ("español", "en", "es"), ("Deutsch", "en", "de"), ("german", "en", "de"), ("in German please", "en", "de"),
            ("auf Englisch", "de", "en"), ("idioma inglés", "es", "en"), ("en inglés", "es", "en"),
            ("English", "es", "en"),
            ("tiếng Việt", "en", "vi"), ("tieng viet", "en", "vi"), ("language pt-br", "en", "pt-br"),
            ("português", "en", "pt-br"), ("language klingon", "en", "klingon"), ("language fr", "en", "fr"),
            ("change language to german", "en", "de"), ("language en", "en", "en"), ("ngôn ngữ tiếng Anh", "vi", "en"),
            // It already is; nobody speaks it here; it is talk.
            ("English", "en", nil), ("français", "en", nil), ("in English", "en", nil),
            ("language is a barrier", "en", nil),
            ("in Germany", "en", nil),
        ] as [(String, String, String?)])
    func language(_ text: String, in language: String, is expected: String?) {
        let languages = ["en", "es", "de", "pt-br", "vi"]
        let steering = Understanding.steering(text, in: language, languages: languages)
        #expect(steering == expected.map { .language($0) })
    }

    @Test(
        "who is asked for a language answers with its number, tag or name",
        arguments: [
            ("2", "es"), ("es", "es"), ("ES", "es"), ("es-MX", "es"), ("español", "es"), ("Spanish", "es"),
            ("pt-BR", "pt-br"),
            ("pt", "pt-br"), ("inglés", "en"), ("4", nil), ("0", nil), ("fr", nil), ("français", nil), ("", nil),
            ("what?", nil),
        ] as [(String, String?)])
    func choosing(_ text: String, is expected: String?) {
        #expect(Understanding.language(text, among: ["en", "es", "pt-br"]) == expected)
    }

    @Test("languages are called as they call themselves")
    func ownNames() {
        #expect(["en", "es-mx", "vi", "xx"].map(Understanding.ownName) == ["English", "español", "tiếng Việt", "xx"])
    }

    @Test("no word means two things", arguments: Phrases.languages)
    func unambiguous(_ language: String) {
        let words = Words.of(language)
        let steering = Set(words.steering.keys)
        #expect(steering.intersection(words.yes) == [])
        #expect(steering.intersection(words.no) == [])
        #expect(steering.intersection(words.nothing) == [])
        #expect(steering.intersection(words.refusals) == [])
        #expect(steering.intersection(words.numbers.keys) == [])
        #expect(steering.intersection(words.all.union(words.none)) == [])
        #expect(words.yes.intersection(words.no) == [])
        #expect(words.yes.intersection(words.refusals.union(words.nothing).subtracting(["👎"])) == [])
        #expect(words.all.intersection(words.none) == [])
        #expect(words.negations.intersection(words.fillers) == [])
        #expect(Set(words.months.keys).intersection(words.days.keys) == [])
    }
}
