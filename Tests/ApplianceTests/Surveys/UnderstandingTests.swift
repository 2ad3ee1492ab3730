import Testing

@testable import Appliance

@Suite struct UnderstandingTests {
    @Test(
        "yes and no are understood in six languages",
        arguments: [
            ("yes", "en", true), ("Yes!", "en", true), ("y", "en", true), ("yep", "en", true), ("sure", "en", true),
            ("Yes, please.", "en", true),
            ("yes of course", "en", true), ("👍", "en", true), ("👍🏿", "en", true), ("ok", "en", true),
            ("Yes, I like it a lot", "en", true),
            ("no", "en", false), ("Nope.", "en", false), ("no thank you", "en", false), ("not really", "en", false),
            ("no, not at all", "en", false),
            ("👎", "en", false), ("No, I do not.", "en", false), ("No, it was too cold", "en", false),
            ("I don't", "en", false),
            ("maybe", "en", nil), ("yes and no", "en", nil), ("no wait, yes", "en", nil),
            ("yes, but not really", "en", nil), ("", "en", nil),
            ("no idea", "en", nil), ("yes we can", "en", nil), ("7", "en", nil), ("nobody", "en", nil),
            ("!", "en", nil),
            ("sí", "es", true), ("si", "es", true), ("¡Claro que sí!", "es", true), ("vale", "es", true),
            ("no", "es", false), ("para nada", "es", false),
            ("claro que no", "es", false), ("Sí, por favor", "es", true), ("yes", "es", true),
            ("oui", "fr", true), ("ouais", "fr", true), ("bien sûr", "fr", true), ("d’accord", "fr", true),
            ("non", "fr", false), ("Non merci", "fr", false),
            ("pas du tout", "fr", false), ("oui, s'il vous plaît", "fr", true),
            ("ja", "de", true), ("Ja gerne", "de", true), ("na klar", "de", true), ("doch", "de", true),
            ("nein", "de", false), ("nö", "de", false),
            ("nee", "de", false), ("auf keinen Fall", "de", false), ("Ja bitte", "de", true),
            ("sim", "pt", true), ("com certeza", "pt", true), ("não", "pt", false), ("nao", "pt", false),
            ("de jeito nenhum", "pt", false), ("claro que não", "pt-br", false),
            ("có", "vi", true), ("co", "vi", true), ("vâng", "vi", true), ("dạ có", "vi", true), ("đúng", "vi", true),
            ("vâng ạ", "vi", true),
            ("không", "vi", false), ("khong", "vi", false), ("dạ không", "vi", false), ("chưa", "vi", false),
            ("không, cảm ơn", "vi", false),
            ("sì", "it", nil), ("no", "it", false), ("ja", "en", nil),
        ] as [(String, String, Bool?)])
    func yesOrNo(_ text: String, in language: String, is expected: Bool?) {
        #expect(Understanding.yesOrNo(text, in: language) == expected)
        let reading = read(text, .yesNo(yes: nil, no: nil), in: language)
        if let expected { #expect(reading == .answer(.truth(expected))) }
    }

    @Test(
        "what declines is a refusal, unless it answers",
        arguments: [
            (.yesNo(yes: nil, no: nil), false, "no thanks", .answer(.truth(false))),
            (.yesNo(yes: nil, no: nil), false, "I'd rather not say", .refusal),
            (.yesNo(yes: nil, no: nil), false, "perhaps", .miss(.notYesOrNo)),
            (.yesNo(yes: nil, no: nil), false, "n/a", .refusal),
            (.text(anyLength), true, "No, thank you.", .refusal), (.text(anyLength), true, "no", .refusal),
            (.text(anyLength), true, "nothing", .refusal),
            (.text(anyLength), true, "N/A", .refusal), (.text(anyLength), true, "-", .refusal),
            (.text(anyLength), true, "—", .refusal),
            (.text(anyLength), true, "no, it was fine", .answer(.text("no, it was fine"))),
            (.text(anyLength), true, "\"no\"", .answer(.text("no"))),
            (.text(anyLength), true, "!", .answer(.text("!"))), (.text(anyLength), true, "👍", .answer(.text("👍"))),
            (.text(anyLength), false, "no", .answer(.text("no"))),
            (.text(anyLength), false, "Nothing", .answer(.text("Nothing"))),
            (.text(anyLength), false, "No, thank you.", .refusal), (.text(anyLength), false, "skip it", .refusal),
            (.text(anyLength), false, "-", .answer(.text("-"))),
            (.text(anyLength), false, "“stop”", .answer(.text("stop"))),
            (.text(anyLength), false, "\"a\" and \"b\"", .answer(.text("\"a\" and \"b\""))),
            (.text(anyLength), false, "  spaced\n out ", .answer(.text("spaced\n out"))),
            (.text(anyLength), false, "\"\"", .miss(.empty)),
            (.text(anyLength), false, "\u{200B}", .miss(.empty)), (.text(anyLength), false, "\u{200F}", .miss(.empty)),
            (.text(anyLength), false, "\u{FEFF}", .miss(.empty)), (.text(anyLength), false, "\u{3164}", .miss(.empty)),
            (.text(anyLength), false, "\u{2800}\u{2800}", .miss(.empty)),
            (.text(anyLength), false, "\u{200B} \u{A0}\n\u{200D}", .miss(.empty)),
            (.text(anyLength), false, "“\u{200B}”", .miss(.empty)),
            (.text(anyLength), true, "\u{200B}", .miss(.empty)),
            (.text(anyLength), false, "\u{200F}א", .answer(.text("\u{200F}א"))),
            (.email, true, "no thanks", .refusal), (.email, false, "no", .refusal),
            (.date(Question.DateLimits()), true, "I'd rather not say", .refusal),
            (.rating(Question.Scale(range: 1...5)), true, "no comment", .refusal),
            (.number(Question.NumberLimits()), true, "none", .refusal),
            (.number(Question.NumberLimits()), false, "none", .answer(.number(0))),
            (.number(Question.NumberLimits(minimum: 1)), false, "none", .refusal),
            (.statement, false, "ok", .miss(.empty)),
        ] as [(Question.Kind, Bool, String, Reading)])
    func refusals(_ kind: Question.Kind, isOptional: Bool, _ text: String, is expected: Reading) {
        #expect(read(text, kind, isOptional: isOptional) == expected)
    }

    @Test(
        "texts have a length in characters, and a pattern",
        arguments: [
            ("abc", 3...5, nil, nil), ("ab", 3...5, nil, .tooShort(3)), ("abcdef", 3...5, nil, .tooLong(5)),
            ("👨‍👩‍👧👨‍👩‍👧👨‍👩‍👧", 3...3, nil, nil), ("AB-12", 1...9, "[A-Z]{2}-[0-9]{2}", nil),
            ("AB-123", 1...9, "[A-Z]{2}-[0-9]{2}", .patternMismatch), ("  abc  ", 3...3, nil, nil),
        ] as [(String, ClosedRange<Int>, String?, Miss?)])
    func texts(_ text: String, _ length: ClosedRange<Int>, _ pattern: String?, miss: Miss?) throws {
        var limits = Question.TextLimits(length: length)
        if let pattern { limits.pattern = try Pattern(pattern) }
        #expect(read(text, .text(limits)) == (miss.map { .miss($0) } ?? .answer(.text(Understanding.trimmed(text)))))
    }

    @Test(
        "ratings are read from numbers, words, stars and labels",
        arguments: [
            ("4", "en", 4), ("4.", "en", 4), ("4/5", "en", 4), ("4 / 5", "en", 4), ("4 out of 5", "en", 4),
            ("four", "en", 4), ("4 stars", "en", 4), ("I'd say 4", "en", 4),
            ("four out of five", "en", 4), ("★★★★", "en", 4), ("★★★★☆", "en", 4), ("⭐️⭐️⭐️⭐️", "en", 4),
            ("4.0", "en", 4), ("a 4, please", "en", 4), ("４", "en", 4), ("Excellent!", "en", 5),
            ("terrible", "en", 1), ("4 von 5", "de", 4), ("vier", "de", 4), ("4 sur 5", "fr", 4),
            ("quatre étoiles", "fr", 4), ("4 de 5", "es", 4), ("cuatro", "es", 4), ("4 em 5", "pt", 4),
            ("bốn", "vi", 4),
            ("4 trên 5", "vi", 4), ("4/10", "en", nil), ("👍", "en", nil), ("good", "en", nil), ("4 or 5", "en", nil),
            ("4-5", "en", nil), ("not 4", "en", nil), ("", "en", nil),
        ] as [(String, String, Double?)])
    func ratings(_ text: String, in language: String, is expected: Double?) {
        let low = LocalText([language: Template.plain("Terrible")])
        let high = LocalText([language: Template.plain("Excellent")])
        let reading = read(text, .rating(Question.Scale(range: 1...5, low: low, high: high)), in: language)
        #expect(reading == expected.map { .answer(.number($0)) } ?? .miss(text.isEmpty ? .empty : .notANumber))
    }

    @Test(
        "a rating off the scale is told its bound",
        arguments: [("0", .tooSmall("1")), ("-1", .tooSmall("1")), ("6", .tooLarge("5")), ("99", .tooLarge("5")),
        ("4.5", .notWhole), ("ten", .tooLarge("5"))] as [(String, Miss)])
    func ratingBounds(_ text: String, miss: Miss) {
        #expect(read(text, .rating(Question.Scale(range: 1...5))) == .miss(miss))
        #expect(read("-3", .rating(Question.Scale(range: -5...5))) == .answer(.number(-3)))
    }

    @Test(
        "numbers are read as the language writes them",
        arguments: [
            ("40", "en", 40), ("1,000", "en", 1_000), ("1.000", "en", 1), ("1,000,000", "en", 1_000_000),
            ("1.5", "en", 1.5), ("1,5", "en", 1.5), ("1,000.50", "en", 1_000.5),
            ("1.000,50", "en", 1_000.5), ("0,500", "en", 0.5), ("-3", "en", -3), ("− 3", "en", -3),
            ("minus 3", "en", -3), ("+5", "en", 5), (".5", "en", 0.5), ("10 000", "en", 10_000), ("1'000", "en", 1_000),
            ("40 years", "en", 40), ("40 years old", "en", 40), ("I am 40 years old", "en", 40), ("40kg", "en", 40),
            ("$40", "en", 40), ("€ 40.50", "en", 40.5), ("15%", "en", 15), ("40.", "en", 40), ("forty", "en", nil),
            ("seven", "en", 7), ("3 cats", "en", 3), ("4２", "en", 42), ("٤٢", "en", 42), ("007", "en", 7),
            ("999999999999999", "en", 999_999_999_999_999), ("my number is 7", "en", 7),
            ("1.000", "de", 1_000), ("1,5", "de", 1.5), ("1.5", "de", 1.5), ("1.000,5", "de", 1_000.5),
            ("1,000.5", "de", 1_000.5), ("40 Jahre", "de", 40), ("ich bin 40", "de", 40), ("sieben", "de", 7),
            ("1 000,5", "fr", 1_000.5), ("12\u{202F}500", "fr", 12_500), ("j'ai 40 ans", "fr", 40), ("sept", "fr", 7),
            ("1.000", "es", 1_000), ("tengo 40 años", "es", 40), ("siete", "es", 7), ("2,5 kg", "pt", 2.5),
            ("sete", "pt", 7),
            ("1.000.000", "vi", 1_000_000), ("40 tuổi", "vi", 40), ("bảy", "vi", 7), ("I am 40", "vi", 40),
            ("âm 3", "vi", -3), ("12", "it", 12), ("12 €", "it", 12),
            ("about 40", "en", nil), ("~40", "en", nil), ("40 or so", "en", nil), ("40-50", "en", nil),
            ("40 to 50", "en", nil), ("5 thousand", "en", nil), ("5k", "en", nil), ("2 dozen", "en", nil),
            ("1e3", "en", nil),
            ("more than 3", "en", nil), ("<5", "en", nil), ("18+", "en", nil), ("not 5", "en", nil),
            ("1,2,3", "en", nil), ("1,00,000", "en", nil), ("12.34.56", "en", nil), ("1 2", "en", nil),
            ("2nd", "en", nil), ("3/4", "en", nil),
            ("five thousand", "en", nil), ("9999999999999999", "en", nil), ("5 mila", "it", nil),
            ("unos 40", "es", nil), ("5 mil", "es", nil), ("etwa 40", "de", nil), ("5 triệu", "vi", nil),
            ("twenty five", "en", nil),
            ("twenty one", "en", nil), ("twenty-one", "en", nil), ("vinte um", "pt", nil), ("veinte uno", "es", nil),
            ("vingt-un", "fr", nil), ("quatre-vingts", "fr", nil), ("quatre-vingt", "fr", nil),
            ("une dix", "fr", 10), ("eine Vier", "de", 4), ("one", "en", 1), ("seven, please", "en", 7),
            ("three quarters", "en", nil), ("two thirds", "en", nil), ("five eighths", "en", nil),
            ("3 quarters", "en", nil), ("1 third", "en", nil), ("1 second", "en", 1),
            ("trois quarts", "fr", nil), ("deux tiers", "fr", nil), ("cinq huitièmes", "fr", nil),
            ("tres cuartos", "es", nil), ("dos tercios", "es", nil), ("cinco octavos", "es", nil),
            ("três quartos", "pt", nil), ("dois terços", "pt", nil), ("cinco oitavos", "pt", nil),
            ("drei Viertel", "de", nil), ("zwei Drittel", "de", nil), ("ba phần tư", "vi", nil),
            ("25 Tsd.", "de", nil), ("2tr", "vi", nil), ("2 tr", "vi", nil), ("2 củ", "vi", nil),
            ("2bn", "en", nil), ("2 mn", "en", nil), ("1m", "en", nil), ("2 lakh", "en", nil), ("3 crore", "en", nil),
            ("2 grand", "en", nil), ("I'm 7", "en", 7), ("2 mi", "pt", nil), ("2 Md€", "fr", nil),
            ("lots", "en", nil), ("4 5 6", "en", nil), ("2³", "en", nil), ("--5", "en", -5), ("covid-19", "en", nil),
            ("the 40 thieves came to our house at night", "en", nil),
        ] as [(String, String, Double?)])
    func numbers(_ text: String, in language: String, is expected: Double?) {
        let reading = read(text, .number(Question.NumberLimits()), in: language)
        #expect(reading == expected.map { .answer(.number($0)) } ?? .miss(.notANumber))
    }

    @Test(
        "numbers keep within their limits",
        arguments: [("0", .tooSmall("1")), ("100.5", .tooLarge("99.5")), ("2.5", .notWhole), ("99", nil),
        ("1", nil)] as [(String, Miss?)])
    func numberLimits(_ text: String, miss: Miss?) {
        let reading = read(text, .number(Question.NumberLimits(minimum: 1, maximum: 99.5, isWhole: true)))
        #expect(reading == (miss.map { .miss($0) } ?? .answer(.number(Double(text) ?? 0))))
    }

    @Test(
        "dates are read in the order of the language, when they are days of the calendar",
        arguments: [
            ("2026-12-31", "en", "2026-12-31"), ("2026/12/31", "en", "2026-12-31"), ("12/31/2026", "en", "2026-12-31"),
            ("31/12/2026", "en", "2026-12-31"), ("3/4/2026", "en", "2026-03-04"),
            ("3/4/2026", "en-gb", "2026-04-03"), ("3/4/2026", "en-us", "2026-03-04"), ("3.4.2026", "en", "2026-04-03"),
            ("31 December 2026", "en", "2026-12-31"), ("Dec 31, 2026", "en", "2026-12-31"),
            ("December 31st, 2026", "en", "2026-12-31"),
            ("the 31st of December 2026", "en", "2026-12-31"), ("Thursday, 31 Dec 2026", "en", "2026-12-31"),
            ("2026 December 31", "en", "2026-12-31"), ("today", "en", "2024-03-01"), ("Yesterday.", "en", "2024-02-29"),
            ("tomorrow", "en", "2024-03-02"),
            ("2024-02-29", "en", "2024-02-29"), ("I was born on 5 May 1990", "en", "1990-05-05"),
            ("31.12.2026", "de", "2026-12-31"), ("3.4.2026", "de", "2026-04-03"),
            ("31. Dezember 2026", "de", "2026-12-31"), ("1. März 2026", "de", "2026-03-01"),
            ("gestern", "de", "2024-02-29"), ("übermorgen", "de", "2024-03-03"), ("am 5. Mai 2026", "de", "2026-05-05"),
            ("12/31/2026", "de", "2026-12-31"),
            ("31/12/2026", "fr", "2026-12-31"), ("1er janvier 2026", "fr", "2026-01-01"),
            ("le 14 juillet 2026", "fr", "2026-07-14"), ("aujourd’hui", "fr", "2024-03-01"),
            ("15 août 2026", "fr", "2026-08-15"),
            ("31 de diciembre de 2026", "es", "2026-12-31"), ("3/4/2026", "es", "2026-04-03"),
            ("mañana", "es", "2024-03-02"), ("anteayer", "es", "2024-02-28"),
            ("31 de dezembro de 2026", "pt", "2026-12-31"), ("1º de março de 2026", "pt-br", "2026-03-01"),
            ("hoje", "pt", "2024-03-01"), ("31/12/2026", "vi", "2026-12-31"),
            ("ngày 31 tháng 12 năm 2026", "vi", "2026-12-31"), ("hôm nay", "vi", "2024-03-01"),
            ("hôm qua", "vi", "2024-02-29"), ("２０２６-１２-３１", "en", "2026-12-31"),
            ("3/4/2026", "it", "2026-04-03"), ("2023-02-29", "en", nil), ("1900-02-29", "en", nil),
            ("31/4/2026", "en", nil), ("13/13/2026", "en", nil), ("0/1/2026", "en", nil), ("2026-12-32", "en", nil),
            ("31/12/26", "en", nil), ("31 December", "en", nil), ("December 2026", "en", nil),
            ("2026", "en", nil), ("0999-01-01", "en", nil), ("next week", "en", nil), ("soon", "en", nil),
            ("2026-12-31 or 2027-01-01", "en", nil), ("99999999999999999999", "en", nil), ("not 2026-12-31", "en", nil),
            ("31 February 2026", "en", nil), ("May May 2026", "en", nil),
        ] as [(String, String, String?)])
    func dates(_ text: String, in language: String, is expected: String?) {
        let reading = read(text, .date(Question.DateLimits()), in: language)
        #expect(reading == expected.map { .answer(.date($0)) } ?? .miss(.notADate))
    }

    @Test("dates keep within their limits")
    func dateLimits() {
        let kind = Question.Kind.date(Question.DateLimits(earliest: "2026-01-01", latest: "2026-12-31"))
        #expect(read("2025-12-31", kind) == .miss(.tooEarly("2026-01-01")))
        #expect(read("1 Jan 2027", kind) == .miss(.tooLate("2026-12-31")))
        #expect(read("2026-01-01", kind) == .answer(.date("2026-01-01")))
        #expect(read("2026-12-31", kind) == .answer(.date("2026-12-31")))
    }

    @Test(
        "one sane address is found",
        arguments: [
            ("a@b.co", "a@b.co"), (" A.Person+news@Mail.Example.COM ", "A.Person+news@mail.example.com"),
            ("mailto:a@b.co", "a@b.co"), ("my email is a@b.co.", "a@b.co"), ("A Person <a@b.co>", "a@b.co"),
            ("\"a@b.co\"", "a@b.co"),
            ("it's a@b.co!", "a@b.co"), ("o'neil@example.org", "o'neil@example.org"),
            ("a@bücher.example", "a@bücher.example"), ("(a@b.co)", "a@b.co"), ("a_b-c@x-y.info", "a_b-c@x-y.info"),
            ("a@b", nil), ("a@b.c", nil), ("@b.co", nil), ("a@", nil), ("a@@b.co", nil), ("a b@", nil),
            ("a@b.co c@d.co", nil), ("a..b@c.co", nil), (".a@b.co", nil), ("a@-b.co", nil), ("a@b..co", nil),
            ("a@1.2.3.44", nil),
            ("ä@b.co", nil), ("no at sign", nil), ("", nil), ("a@b.co, or c@d.co", nil), ("a\u{0}@b.co", nil),
        ] as [(String, String?)])
    func emails(_ text: String, is expected: String?) {
        let miss = Reading.miss(text.isEmpty ? .empty : .notAnEmail)
        #expect(read(text, .email) == expected.map { .answer(.email($0)) } ?? miss)
    }

    @Test("an address has at most 254 bytes, its mailbox 64")
    func longEmails() {
        let label = String(repeating: "d", count: 60)
        let domain = "\(label).\(label).\(label).co"
        let room = 254 - domain.utf8.count - 1
        #expect(room == 68)
        #expect(read(String(repeating: "a", count: 64) + "@" + domain, .email) != .miss(.notAnEmail))
        #expect(read(String(repeating: "a", count: 65) + "@b.co", .email) == .miss(.notAnEmail))
        #expect(read(String(repeating: "a", count: 64) + "@dddddd." + domain, .email) == .miss(.notAnEmail))
    }

    @Test("every miss has its phrase, and fills it whole")
    func misses() {
        let misses: [Miss] = [
            .notAnOption, .severalOptions(["a", "b"]), .tooFewPicks(1), .tooManyPicks(2), .tooShort(3), .tooLong(4),
            .patternMismatch, .notANumber, .notWhole, .tooSmall("1"), .tooLarge("2"), .notADate, .tooEarly("3"),
            .tooLate("4"), .notAnEmail, .notYesOrNo, .empty,
        ]
        #expect(Set(misses.map(\.phrase)).count == misses.count)
        for miss in misses {
            #expect(Set(miss.values { $0.uppercased() }.keys) == Phrases.placeholders(of: miss.phrase))
        }
        #expect(misses[1].values { $0.uppercased() } == ["labels": "A, B"])
    }

    private func read(
        _ text: String, _ kind: Question.Kind, isOptional: Bool = false, in language: String = "en"
    ) -> Reading {
        let question = Question(id: "q", text: LocalText([:]), kind: kind, isOptional: isOptional)
        // The first of March 2024, 23:00 UTC.
        return Understanding.read(text, for: question, in: language, now: Timestamp(1_709_334_000_000))
    }
}

private let anyLength = Question.TextLimits(length: 1...Question.TextLimits.lengthMax)
