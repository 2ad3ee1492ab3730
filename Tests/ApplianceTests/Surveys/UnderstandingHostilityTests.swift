import Testing

@testable import Appliance

@Suite struct UnderstandingHostilityTests {
    private static let options = (1...50).map { number in
        let label = Template.plain("Option and number \(number) of a long list, with words")
        let labels = Dictionary(uniqueKeysWithValues: languages.map { ($0, label) })
        return Question.Option(id: "o\(number)", label: LocalText(labels))
    }
    private static let languages = Phrases.languages + ["it"]
    private static let kinds: [Question.Kind] = [
        .text(Question.TextLimits(length: 1...4_000)), .choice(options), .choices(options, picks: 0...50),
        .rating(Question.Scale(range: 0...10, isNPS: true)),
        .number(Question.NumberLimits(minimum: -5, maximum: 1_000)),
        .date(Question.DateLimits(earliest: "2000-01-01")), .email, .yesNo(yes: nil, no: nil), .statement,
    ]

    @Test(
        "nothing anybody writes brings understanding down, and what it takes is within the question's limits",
        .serialized, arguments: 0..<120)
    func random(_ seed: Int) {
        var random = Pseudorandom(state: UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 &+ 1)
        for _ in 0..<10 {
            let text = Self.text(&random)
            let language = Self.languages.randomElement(using: &random) ?? "en"
            _ = Understanding.steering(text, in: language, languages: Self.languages)
            _ = Understanding.language(text, among: Self.languages)
            for kind in Self.kinds {
                let isOptional = Bool.random(using: &random)
                let question = Question(id: "q", text: LocalText([:]), kind: kind, isOptional: isOptional)
                let reading = Understanding.read(text, for: question, in: language, now: Timestamp(1_709_334_000_000))
                #expect(Self.isSound(reading, for: kind), "seed \(seed): \(text.debugDescription) read as \(reading)")
            }
        }
    }

    @Test(
        "four thousand characters of anything are read at once",
        arguments: ["a", "1", " ", "1 ", "a ", "1,", "a,", "and ", "1 and ", "-", "1-", "“", "\u{301}", "👨‍👩‍👧", "★",
        "@", "a@", "no ", "all but ", "1.", "1'000 ", "/", "1/", "option and number "])
    func long(_ unit: String) {
        let text = String(repeating: unit, count: 4_000 / unit.count)
        let clock = ContinuousClock()
        for kind in Self.kinds {
            let question = Question(id: "q", text: LocalText([:]), kind: kind)
            let time = clock.measure {
                _ = Understanding.steering(text, in: "en", languages: ["en"])
                _ = Understanding.read(text, for: question, in: "en", now: Timestamp(0))
            }
            // Some milliseconds even without optimisation; whatever grows with the square takes minutes.
            #expect(time < .seconds(2), "\(kind.name): \(time)")
        }
    }

    private static func isSound(_ reading: Reading, for kind: Question.Kind) -> Bool {
        guard case .answer(let answer) = reading else { return true }
        return switch (answer, kind) {
        case (.text(let text), .text(let limits)): limits.length.contains(text.count)
        case (.option(let id), .choice(let options)): options.contains { $0.id == id }
        case (.options(let ids), .choices(let options, let picks)):
            picks.contains(ids.count) && options.map(\.id).filter(ids.contains) == ids
        case (.number(let number), .rating(let scale)): scale.range.contains(Int(number)) && number == number.rounded()
        case (.number(let number), .number(let limits)):
            number.isFinite && number >= limits.minimum ?? number && number <= limits.maximum ?? number
        case (.date(let day), .date):
            day.utf8.count == 10 && Timestamp(iso8601: day + "T00:00:00Z") != nil && day >= "2000-01-01"
        case (.email(let address), .email): address.utf8.count <= 254 && address.contains("@")
        case (.truth, .yesNo): true
        default: false
        }
    }

    private static func text(_ random: inout Pseudorandom) -> String {
        let snippets = [
            "1", "2", "50", "and", "to", "-", ",", "/", " ", "no", "all but", "none", "\"", "“", "one", "first", "last",
            "option", "number 7", "@", "b.co", "2026", "12", "December", "★", "'", ".", "e", "thousand", "😀",
            "e\u{301}", "\u{200D}", "\u{FE0F}", "\u{202E}", "không", "đúng", "१", "𝟘", "½", "Ⅷ", "ﬁ",
            "\u{1F1E9}\u{1F1EA}", "ß", "İ",
        ]
        var text = ""
        for _ in 0..<Int.random(in: 0...12, using: &random) {
            switch Int.random(in: 0..<4, using: &random) {
            case 0: text += (Unicode.Scalar(UInt32.random(in: 0...0x10FFFF, using: &random))).map { String($0) } ?? ""
            case 1: text += (Unicode.Scalar(UInt32.random(in: 0...0x3FF, using: &random))).map { String($0) } ?? ""
            default: text += snippets.randomElement(using: &random) ?? ""
            }
            if Bool.random(using: &random) { text += " " }
        }
        return text
    }
}

/// SplitMix64: the seed is the whole bug report.
private struct Pseudorandom: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
