import Testing

@testable import Appliance

@Suite struct UnderstandingChoiceTests {
    static let flavours = ["vanilla": "Vanilla", "chocolate": "Chocolate", "strawberry": "Strawberry"]

    @Test(
        "one option is found by what people call it",
        arguments: [
            "2", " 2 ", "2.", "2)", "#2", "(2)", "no 2", "No. 2", "option 2", "number 2", "two", "Two!", "second",
            "the second one",
            "2nd", "the 2nd option", "２", "٢", "number two please", "2 please", "I'd like the second one, please",
            "2 - Chocolate",
            "2. chocolate", "Chocolate", "chocolate", "CHOCOLATE", "chocolate.", "chócolate", "choc", "ch", "c",
            "choclate",
            "chocolat", "chcoolate", "chokolate", "chokolade", "the chocolate one please", "I would like chocolate",
            "I love chocolate!",
            "chocolate please", "the choclate one", "\"chocolate\"", "ｃｈｏｃｏｌａｔｅ",
        ])
    func chocolate(_ text: String) {
        #expect(read(text, ["Vanilla", "Chocolate", "Strawberry"]) == .answer(.option("o2")))
    }

    @Test(
        "what could be several is asked again, and what is none is none",
        arguments: [
            ("1 or 3", .miss(.severalOptions(["o1", "o3"]))), ("dark", .miss(.severalOptions(["o1", "o3"]))),
            ("chocolate", .miss(.severalOptions(["o1", "o2"]))), ("6", .miss(.notAnOption)), ("0", .miss(.notAnOption)),
            ("99999999999999999999", .miss(.notAnOption)), ("not 2", .miss(.notAnOption)),
            ("I don't want 2", .miss(.notAnOption)),
            ("2 scoops", .miss(.notAnOption)), ("anything but dark chocolate", .miss(.notAnOption)),
            ("purple", .miss(.notAnOption)),
            ("!!!", .miss(.notAnOption)), ("🤷", .miss(.notAnOption)), ("-1", .answer(.option("o1"))),
            ("2.5", .miss(.severalOptions(["o2", "o5"]))),
            ("no thanks", .refusal), ("No, thank you.", .refusal), ("I'd rather not say", .refusal), ("none", .refusal),
            ("no", .refusal), ("nothing", .refusal), ("n/a", .refusal), ("-", .refusal), ("skip it", .refusal),
            ("", .miss(.empty)), ("  \n ", .miss(.empty)), ("milk", .answer(.option("o2"))),
            ("last", .answer(.option("o5"))),
            ("the last one", .answer(.option("o5"))),
        ] as [(String, Reading)])
    func unclear(_ text: String, is expected: Reading) {
        #expect(read(text, ["Dark chocolate", "Milk chocolate", "Dark cherry", "Mint", "Lemon"]) == expected)
    }

    @Test(
        "labels that look alike are told apart",
        arguments: [
            (["C", "C++", "C#"], "c", "o1"), (["C", "C++", "C#"], "C++", "o2"), (["C", "C++", "C#"], "c#", "o3"),
            (["No, never", "Yes, always"], "no", "o1"), (["Yes, always", "Never"], "yes", "o1"),
            (["None", "Some"], "none", "o1"), (["I'd rather not say", "Female", "Male"], "i'd rather not say", "o1"),
            (["Female", "Male"], "male", "o2"), (["Female", "Male"], "mal", "o2"), (["10 km", "20 km"], "20 km", "o2"),
            (["3", "2", "1"], "3", "o3"), (["18-25", "26-40", "41+"], "26-40", "o2"),
            (["18–25", "26–40"], "26-40", "o2"),
            (["The Beatles", "The Doors"], "beatles", "o1"), (["The Beatles", "The Doors"], "the d", "o2"),
            (["ma", "má", "mà"], "má", "o2"), (["👍", "👎"], "👎", "o2"), (["👍", "👎"], "👍🏽", "o1"),
            (["Salt and vinegar", "Cheese"], "vinegar and salt", "o1"), (["two", "one"], "one", "o2"),
            (["100 euros", "50 euros"], "100", "o1"), (["Unlikely", "Likely"], "likely", "o2"),
            (["東京", "大阪"], "大阪", "o2"), (["Москва", "Киёв"], "киев", "o2"), (["Αθήνα", "Πάτρα"], "ΑΘΗΝΑ", "o1"),
        ] as [([String], String, String)])
    func alike(_ labels: [String], _ text: String, is expected: String) {
        #expect(read(text, labels) == .answer(.option(expected)))
    }

    @Test(
        "a contrary is never guessed",
        arguments: [
            (["No chocolate", "Vanilla"], "chocolate"), (["Unsatisfied", "Neutral"], "satisfied"),
            (["10 km", "15 mi"], "30 km"),
            (["Unlikely", "Neutral"], "likely"), (["100 euros", "50 euros"], "10"), (["Not at all", "A lot"], "at all"),
            (["Vanilla", "Coffee"], "not vanilla"), (["Vanilla", "Coffee"], "anything except coffee"),
            (["Cats", "Dogs"], "cat or dog or bird"),
        ])
    func contrary(_ labels: [String], _ text: String) {
        if case .answer = read(text, labels) { Issue.record("\(text) was taken") }
    }

    @Test(
        "places in Vietnamese need their accents, and labels do not",
        arguments: [
            ("dâu", .answer(.option("o4"))), ("dau", .answer(.option("o4"))), ("dâu tây", .answer(.option("o4"))),
            ("đầu", .answer(.option("o1"))), ("đầu tiên", .answer(.option("o1"))), ("Đầu", .answer(.option("o1"))),
            ("đa\u{302}\u{300}u", .answer(.option("o1"))), ("nhật", .answer(.option("o3"))),
            ("thứ nhất", .answer(.option("o1"))), ("thứ nhì", .answer(.option("o2"))),
            ("cuối cùng", .answer(.option("o4"))), ("nhi", .miss(.notAnOption)), ("cười", .miss(.notAnOption)),
        ] as [(String, Reading)])
    func accentedPlaces(_ text: String, is expected: Reading) {
        #expect(read(text, ["Vani", "Sô cô la", "Nhật Bản", "Dâu tây"], in: "vi") == expected)
    }

    @Test(
        "places in Vietnamese are told from labels in lists too",
        arguments: [
            ("đào và dâu", [1, 2]), ("dao va dau", [1, 2]), ("đào, dâu", [1, 2]), ("đầu và dâu", [1, 2]),
            ("đầu và cuối", [1, 3]), ("đầu đến cuối", [1, 2, 3]), ("bơ và đầu", [1, 3]), ("dâu", [2]), ("cuối", [3]),
        ])
    func accentedLists(_ text: String, is expected: [Int]) {
        let reading = readSeveral(text, ["Đào", "Dâu tây", "Bơ"], 0...3, in: "vi")
        #expect(reading == .answer(.options(expected.map { "o\($0)" })))
    }

    @Test(
        "both are all of two, and nothing where there are more or where one is asked",
        arguments: [
            ("both", "en"), ("Both, please!", "en"), ("both of them", "en"), ("I'd like both", "en"),
            ("les deux", "fr"), ("tous les deux", "fr"), ("je prends les deux", "fr"), ("beide", "de"),
            ("ich nehme beide", "de"), ("alle beide", "de"), ("ambos", "es"), ("los dos", "es"),
            ("quiero las dos", "es"), ("ambas", "pt"), ("os dois", "pt"), ("as duas, por favor", "pt"),
            ("cả hai", "vi"), ("tôi thích cả hai", "vi"), ("both", "vi"),
        ])
    func both(_ text: String, in language: String) {
        let labels = ["Alpha", "Bravo", "Delta", "Kilo", "Zulu"]
        #expect(readSeveral(text, Array(labels[..<2]), 0...2, in: language) == .answer(.options(["o1", "o2"])))
        #expect(readSeveral(text, labels, 0...5, in: language) == .miss(.notAnOption))
        #expect(readSeveral("Alpha, " + text, labels, 0...5, in: language) == .miss(.notAnOption))
        #expect(read(text, Array(labels[..<2]), in: language) == .miss(.notAnOption))
    }

    @Test("a label that says both is meant by it")
    func labelSayingBoth() {
        #expect(read("both", ["Cats", "Dogs", "Both of them"]) == .answer(.option("o3")))
        #expect(read("les deux", ["Chats", "Chiens", "Tous les deux"], in: "fr") == .answer(.option("o3")))
        #expect(readSeveral("both", ["Cats", "Dogs", "Both of them"], 0...3) == .answer(.options(["o3"])))
        #expect(read("both", ["Cats", "Dogs", "Not both"]) == .miss(.notAnOption))
        #expect(read("le deux", ["Chats", "Chiens"], in: "fr") == .answer(.option("o2")))
    }

    @Test("ids are names too")
    func ids() {
        let options = [option("dark_choc", "Bitter"), option("milk", "Sweet")]
        let question = Question(id: "q", text: plain("?"), kind: .choice(options))
        for (text, id) in [("dark_choc", "dark_choc"), ("dark choc", "dark_choc"), ("Milk", "milk"), ("mlik", "milk")] {
            let reading = Understanding.read(text, for: question, in: "en", now: Timestamp(0))
            #expect(reading == .answer(.option(id)), "\(text)")
        }
    }

    @Test(
        "numbers, places and refusals are said in six languages",
        arguments: [
            ("dos", "es", .answer(.option("o2"))), ("el segundo", "es", .answer(.option("o2"))),
            ("la opción 2", "es", .answer(.option("o2"))),
            ("la última", "es", .answer(.option("o3"))), ("la 2ª", "es", .answer(.option("o2"))),
            ("prefiero la segunda, por favor", "es", .answer(.option("o2"))),
            ("no, gracias", "es", .refusal), ("prefiero no decirlo", "es", .refusal), ("nada", "es", .refusal),
            ("deux", "fr", .answer(.option("o2"))), ("le deuxième", "fr", .answer(.option("o2"))),
            ("la 2e", "fr", .answer(.option("o2"))),
            ("n°2", "fr", .answer(.option("o2"))), ("l'option 2", "fr", .answer(.option("o2"))),
            ("la première", "fr", .answer(.option("o1"))),
            ("non merci", "fr", .refusal), ("je préfère ne pas répondre", "fr", .refusal), ("rien", "fr", .refusal),
            ("zwei", "de", .answer(.option("o2"))), ("die zweite", "de", .answer(.option("o2"))),
            ("Nummer 2 bitte", "de", .answer(.option("o2"))),
            ("Nr. 2", "de", .answer(.option("o2"))), ("die letzte", "de", .answer(.option("o3"))),
            ("fünf", "de", .miss(.notAnOption)),
            ("Nein, danke.", "de", .refusal), ("keine Angabe", "de", .refusal), ("k. A.", "de", .refusal),
            ("nichts", "de", .refusal),
            ("dois", "pt", .answer(.option("o2"))), ("a segunda", "pt", .answer(.option("o2"))),
            ("opção 2", "pt-br", .answer(.option("o2"))),
            ("não, obrigada", "pt", .refusal), ("prefiro não responder", "pt", .refusal),
            ("hai", "vi", .answer(.option("o2"))), ("số 2", "vi", .answer(.option("o2"))),
            ("thứ hai", "vi", .answer(.option("o2"))),
            ("lựa chọn thứ nhất", "vi", .answer(.option("o1"))), ("cuối cùng", "vi", .answer(.option("o3"))),
            ("câu 2 ạ", "vi", .answer(.option("o2"))),
            ("không, cảm ơn", "vi", .refusal), ("khong cam on", "vi", .refusal),
            ("tôi không muốn trả lời", "vi", .refusal),
            ("the second one", "vi", .answer(.option("o2"))), ("no thanks", "fr", .refusal),
            ("2", "it", .answer(.option("o2"))), ("second", "it", .answer(.option("o2"))),
        ] as [(String, String, Reading)])
    func languages(_ text: String, in language: String, is expected: Reading) {
        #expect(read(text, ["Alpha", "Bravo", "Delta"], in: language) == expected)
    }

    @Test(
        "several options are found however they are listed",
        arguments: [
            ("1", [1]), ("1 and 3", [1, 3]), ("1,3", [1, 3]), ("1, 3", [1, 3]), ("3,1", [1, 3]), ("1 3", [1, 3]),
            ("1;3", [1, 3]), ("1/3", [1, 3]),
            ("1+3", [1, 3]), ("1 & 3", [1, 3]), ("#1 and #3", [1, 3]), ("1-3", [1, 2, 3]), ("1 – 3", [1, 2, 3]),
            ("1 to 3", [1, 2, 3]),
            ("1-2, 4", [1, 2, 4]), ("1, 1, 1", [1]), ("first and last", [1, 5]), ("the first and the third", [1, 3]),
            ("one and three", [1, 3]),
            ("vanilla, chocolate", [1, 2]), ("vanilla and chocolate", [1, 2]), ("Vanilla & Lemon", [1, 5]),
            ("vanila and choclate", [1, 2]),
            ("1 and chocolate", [1, 2]), ("salt and vinegar", [4]),
            ("vanilla and salt and vinegar and lemon", [1, 4, 5]),
            ("Salt and Vinegar, Lemon", [4, 5]), ("all", [1, 2, 3, 4, 5]), ("All of them!", [1, 2, 3, 4, 5]),
            ("everything please", [1, 2, 3, 4, 5]),
            ("all but 2", [1, 3, 4, 5]), ("all except vanilla and lemon", [2, 3, 4]),
            ("everything except for 1, 2", [3, 4, 5]), ("all except for 1, 2", [3, 4, 5]),
            ("none", []), ("none of them", []), ("nothing", []), ("1, 3 please", [1, 3]),
            ("I'd like 1 and 3, please", [1, 3]), ("１、３", [1, 3]),
            ("vanilla\nlemon", [1, 5]), ("1 and 9", nil), ("1, purple", nil), ("not 3", nil), ("1, 3 but not 2", nil),
            ("3-1", [1, 2, 3]), ("first two", nil),
            ("all but purple", nil),
        ] as [(String, [Int]?)])
    func several(_ text: String, is expected: [Int]?) {
        let reading = readSeveral(text, ["Vanilla", "Chocolate", "Strawberry", "Salt and vinegar", "Lemon"], 0...5)
        #expect(reading == expected.map { .answer(.options($0.map { "o\($0)" })) } ?? .miss(.notAnOption))
    }

    @Test(
        "several are listed in six languages",
        arguments: [
            ("1 y 3", "es", [1, 3]), ("todas menos la 2", "es", [1, 3]), ("ninguno de ellos", "es", []),
            ("1 a 3", "es", [1, 2, 3]), ("todos", "es", [1, 2, 3]),
            ("primera y última", "es", [1, 3]), ("1 et 3", "fr", [1, 3]), ("tous sauf 2", "fr", [1, 3]),
            ("aucune", "fr", []), ("de 1 à 3", "fr", [1, 2, 3]),
            ("1 und 3", "de", [1, 3]), ("alle außer 2", "de", [1, 3]), ("keine davon", "de", []),
            ("1 bis 3", "de", [1, 2, 3]), ("die erste und die dritte", "de", [1, 3]),
            ("1 e 3", "pt", [1, 3]), ("todas menos 2", "pt", [1, 3]), ("nenhum deles", "pt", []),
            ("1 até 3", "pt", [1, 2, 3]),
            ("1 và 3", "vi", [1, 3]), ("tất cả trừ 2", "vi", [1, 3]), ("không có cái nào", "vi", []),
            ("1 đến 3", "vi", [1, 2, 3]), ("tất cả", "vi", [1, 2, 3]),
        ])
    func severalLanguages(_ text: String, in language: String, is expected: [Int]) {
        let reading = readSeveral(text, ["Alpha", "Bravo", "Delta"], 0...3, in: language)
        #expect(reading == .answer(.options(expected.map { "o\($0)" })))
    }

    @Test(
        "too few and too many picks are said, and declining is no pick",
        arguments: [
            ("1", false, .miss(.tooFewPicks(2))), ("1,2,3", false, .answer(.options(["o1", "o2", "o3"]))),
            ("1-4", false, .miss(.tooManyPicks(3))),
            ("all", false, .miss(.tooManyPicks(3))), ("none", false, .miss(.tooFewPicks(2))), ("none", true, .refusal),
            ("no", true, .refusal),
            ("no thanks", false, .refusal), ("ap", false, .miss(.severalOptions(["o1", "o2"]))),
            ("", false, .miss(.empty)),
        ] as [(String, Bool, Reading)])
    func picks(_ text: String, isOptional: Bool, is expected: Reading) {
        #expect(readSeveral(text, ["Apple", "Apricot", "Banana", "Cherry"], 2...3, isOptional: isOptional) == expected)
    }

    @Test(
        "slips are forgiven by length, digits and beginnings never",
        arguments: [
            ("vanila", "vanilla", 1), ("vanilla", "vanilla", 0), ("chcoolate", "chocolate", 1),
            ("choclat", "chocolate", nil), ("choclatt", "chocolate", 2),
            ("cat", "bat", nil), ("bird", "bard", 1), ("ab", "ba", nil), ("route 66", "route 67", nil),
            ("satisfied", "unsatisfied", nil),
            ("", "", nil), ("strawbery", "strawberry", 1), ("strwabery", "strawberry", 2),
            ("sträwberry", "strawberry", 1),
        ] as [(String, String, Int?)])
    func slips(_ text: String, _ wanted: String, are expected: Int?) {
        #expect(Understanding.slips(from: text, to: wanted) == expected)
        #expect(Understanding.slips(from: wanted, to: text) == expected)
    }

    @Test(
        "folding leaves letters and digits",
        arguments: [
            ("Đường số ２!", "duong so 2"), ("Crème Brûlée", "creme brulee"), ("STRASSE straße", "strasse strasse"),
            ("e\u{301}te\u{301}", "ete"),
            ("Łódź Øre Æsir Œuvre", "lodz ore aesir oeuvre"), ("d'accord", "d accord"), ("  a  -  b ", "a b"), ("", ""),
            ("!?", ""), ("👍🏽👍", "👍 👍"),
            ("İstanbul ISPARTA ılık", "istanbul isparta ilik"), ("Ёж", "еж"), ("Ά", "α"), ("हिन्दी", "हिन्दी"),
            ("東京", "東京"), ("٣", "3"), ("a\u{200D}b", "ab"),
        ])
    func folding(_ text: String, is expected: String) {
        #expect(FoldedText.fold(text) == expected)
        #expect(FoldedText.fold(expected) == expected)
    }
}

private func plain(_ text: String, in language: String = "en") -> LocalText {
    LocalText([language: Template.plain(text)])
}

private func option(_ id: String, _ label: String, in language: String = "en") -> Question.Option {
    Question.Option(id: id, label: plain(label, in: language))
}

/// Options have the ids `o1`, `o2` and so on.
private func read(_ text: String, _ labels: [String], in language: String = "en") -> Reading {
    let options = labels.enumerated().map { option("o\($0.offset + 1)", $0.element, in: language) }
    let question = Question(id: "q", text: plain("?", in: language), kind: .choice(options))
    return Understanding.read(text, for: question, in: language, now: Timestamp(0))
}

private func readSeveral(
    _ text: String, _ labels: [String], _ picks: ClosedRange<Int>, isOptional: Bool = false, in language: String = "en"
) -> Reading {
    let options = labels.enumerated().map { option("o\($0.offset + 1)", $0.element, in: language) }
    let kind = Question.Kind.choices(options, picks: picks)
    let question = Question(id: "q", text: plain("?", in: language), kind: kind, isOptional: isOptional)
    return Understanding.read(text, for: question, in: language, now: Timestamp(0))
}
