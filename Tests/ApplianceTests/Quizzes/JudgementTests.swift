import FoundationEssentials
import Testing

@testable import Appliance

@Suite struct JudgementTests {
    private static let options = ["a", "b", "c", "d"].map { QuizOption(id: $0, label: "Option \($0)") }

    private static func question(_ kind: QuizQuestion.Kind) -> QuizQuestion {
        QuizQuestion(id: "q", text: "?", kind: kind)
    }

    /// A question for what stands in a table: `single b`, `several ac`, `true`, `typed x|y`, `number 2.3 0.1`.
    private static func question(_ words: String) throws -> QuizQuestion {
        let parts = words.split(separator: " ", maxSplits: 1).map(String.init)
        switch parts[0] {
        case "single": return question(.single(options, right: parts[1]))
        case "several": return question(.several(options, right: Set(parts[1].map { String($0) })))
        case "true", "false": return question(.trueFalse(parts[0] == "true"))
        case "typed": return question(.typed(parts[1].split(separator: "|").map(String.init)))
        default:
            let numbers = parts[1].split(separator: " ").compactMap { Double($0) }
            return question(.number(try #require(numbers.first), tolerance: try #require(numbers.last)))
        }
    }

    private static func json(_ text: String) throws -> JSONValue {
        try #require(JSONValue(Array(text.utf8)), "\(text)")
    }

    @Test(
        "what is said, what it counts as, and whether it is right",
        arguments: [
            ("single b", #""b""#, #""b""#, ["b"], true), ("single b", #""c""#, #""c""#, ["c"], false),
            ("several ac", #"["a","c"]"#, #"["a","c"]"#, ["a", "c"], true),
            ("several ac", #"["c","a"]"#, #"["a","c"]"#, ["a", "c"], true),
            ("several ac", #"["a"]"#, #"["a"]"#, ["a"], false), ("several ac", #""a""#, #"["a"]"#, ["a"], false),
            ("several c", #""c""#, #"["c"]"#, ["c"], true),
            ("several ac", #"["d","c","b","a"]"#, #"["a","b","c","d"]"#, ["a", "b", "c", "d"], false),
            ("true", "true", "true", ["true"], true), ("true", "false", "false", ["false"], false),
            ("false", "false", "false", ["false"], true), ("false", #""false""#, "false", ["false"], true),
            ("true", #""true""#, "true", ["true"], true),
            ("typed colour|color", #""Color""#, #""Color""#, ["color"], true),
            ("typed colour|color", #""  CO  lour ""#, #""CO lour""#, ["co lour"], false),
            ("typed crème brûlée", #""Creme-brulee!""#, #""Creme-brulee!""#, ["creme-brulee!"], true),
            ("typed Creme brulee", #""crème   brûlée""#, #""crème brûlée""#, ["crème brûlée"], true),
            ("typed creme", #""cre\u0300me""#, #""crème""#, ["crème"], true),
            ("typed x", #""a\"\\b\/\u0001\u007f""#, #""a\"\\b/""#, [#"a"\b/"#], false),
            ("typed x", #""a\tb\r\nc""#, #""a b c""#, ["a b c"], false),
            ("typed x", #""\u202eevil\u200b""#, #""evil""#, ["evil"], false),
            ("typed ?", #"" ? ""#, #""?""#, ["?"], true), ("typed ?", #""!""#, #""!""#, ["!"], false),
            ("typed ? ", #""??""#, #""??""#, ["??"], false), ("typed +|plus", #""+""#, #""+""#, ["+"], true),
            ("typed +|plus", #""PLUS.""#, #""PLUS.""#, ["plus."], true), ("typed C++", #""c""#, #""c""#, ["c"], true),
            ("typed 東京", #""東京。""#, #""東京。""#, ["東京。"], true), ("typed 👍", #""👍🏽""#, #""👍🏽""#, ["👍🏽"], true),
            (
                "typed x", #""e\u0301\u0301\u0301\u0301\u0301\u0301x""#, "\"e\u{301}\u{301}\u{301}\u{301}x\"",
                ["é\u{301}\u{301}\u{301}x"], false
            ),
            ("number 42 0", "42", "42", ["42"], true), ("number 42 0", "42.0", "42", ["42"], true),
            ("number 42 0", #"" 42 ""#, "42", ["42"], true), ("number 42 0", "43", "43", ["43"], false),
            ("number 42.5 0", #""42,50""#, "42.5", ["42.5"], true),
            ("number 42.5 0", #""+42.5""#, "42.5", ["42.5"], true),
            ("number -3 0", #""−3""#, "-3", ["-3"], true), ("number -3 0", "-3", "-3", ["-3"], true),
            ("number 0 0", "-0.0", "0", ["0"], true), ("number 0.5 0", #"",5""#, "0.5", ["0.5"], true),
            ("number 5 0", #""5.""#, "5", ["5"], true), ("number 1000 0", #""1,000""#, "1", ["1"], false),
            ("number 3 0", #""٣""#, "3", ["3"], true), ("number 12.5 0", #""１２．５""#, "12.5", ["12.5"], true),
            ("number 1e15 0", "1e15", "1000000000000000", ["1000000000000000"], true),
            ("number 1e-7 0", "0.0000001", "1e-07", ["1e-07"], true),
        ] as [(String, String, String, [String], Bool)])
    func understood(_ words: String, _ answer: String, _ json: String, _ counted: [String], _ isRight: Bool) throws {
        let question = try Self.question(words)
        let (said, judgement) = try #require(question.understand(try Self.json(answer)))
        #expect(said == Said(json: json, counted: counted))
        #expect(judgement.isRight == isRight)
        let (again, judgedAgain) = try #require(question.judge(stored: said.json))
        #expect(again == said)
        #expect(judgedAgain == judgement)
    }

    @Test(
        "what is no answer to such a question",
        arguments: [
            ("single b", #""e""#), ("single b", #""""#), ("single b", #""B""#), ("single b", #"["b"]"#),
            ("single b", "1"), ("single b", "null"),
            ("several a", "[]"), ("several a", #"["a","a"]"#), ("several a", #"["a","e"]"#), ("several a", #"["a",1]"#),
            ("several a", #"[["a"]]"#),
            ("several a", #""e""#), ("several a", #"["a","b","c","d","a"]"#), ("several a", "true"),
            ("several a", #"{"a":true}"#),
            ("true", #""True""#), ("true", #""yes""#), ("true", "1"), ("true", "null"), ("true", "[true]"),
            ("typed x", #""""#), ("typed x", #""   ""#), ("typed x", #""\u0000\u200b\u202e""#),
            ("typed x", #""\u200d""#), ("typed x", #""\u0301""#),
            ("typed x", "5"), ("typed x", "true"), ("typed x", #"["x"]"#),
            ("number 1 0", #""""#), ("number 1 0", #"".""#), ("number 1 0", #""-""#), ("number 1 0", #""1.000,5""#),
            ("number 1 0", #""1.0.0""#),
            ("number 1 0", #""1 000""#), ("number 1 0", #""1e3""#), ("number 1 0", #""0x10""#),
            ("number 1 0", #""one""#), ("number 1 0", #""1 kg""#),
            ("number 1 0", #""--1""#), ("number 1 0", #""1-""#), ("number 1 0", #""nan""#), ("number 1 0", #""inf""#),
            ("number 1 0", #""²""#),
            ("number 1 0", "1000000000000001"), ("number 1 0", "-1e16"), ("number 1 0", "1e300"),
            ("number 1 0", #""9999999999999999999999""#),
            ("number 1 0", "true"), ("number 1 0", "[1]"),
        ])
    func refused(_ words: String, _ answer: String) throws {
        #expect(try Self.question(words).understand(try Self.json(answer)) == nil)
    }

    @Test("numbers that JSON cannot say are no answers", arguments: [Double.nan, .infinity, -.infinity])
    func notFinite(_ number: Double) throws {
        #expect(try Self.question("number 1 1000").understand(.number(number)) == nil)
    }

    @Test(
        "how much of several is right",
        arguments: [
            ("ac", "ac", 2, 0), ("ac", "a", 1, 0), ("ac", "ab", 1, 1), ("ac", "bd", 0, 2), ("ac", "abcd", 2, 2),
            ("abcd", "abcd", 4, 0),
        ])
    func parts(_ right: String, _ picked: String, _ rightPicked: Int, _ wrongPicked: Int) throws {
        let answer = JSONValue.list(picked.map { .text(String($0)) })
        let (_, judgement) = try #require(try Self.question("several \(right)").understand(answer))
        let isRight = rightPicked == right.count && wrongPicked == 0
        #expect(
            judgement
                == Judgement(
                    isRight: isRight, rightPicked: rightPicked, wrongPicked: wrongPicked, rightCount: right.count))
    }

    @Test(
        "of other kinds an answer is one right or one wrong", arguments: ["single a", "typed a", "true", "number 1 0"])
    func whole(_ words: String) throws {
        let question = try Self.question(words)
        let answers: [JSONValue] = [.text("a"), .text("b"), .truth(true), .truth(false), .number(1), .number(2)]
        let judgements = answers.compactMap { question.understand($0)?.1 }
        #expect(
            judgements == [
                Judgement(isRight: true, rightPicked: 1, wrongPicked: 0, rightCount: 1),
                Judgement(isRight: false, rightPicked: 0, wrongPicked: 1, rightCount: 1),
            ])
    }

    @Test(
        "tolerance is what people reckon, not what a Double makes of it",
        arguments: [
            (0.1 + 0.2, 0.3, 0, true), (2.4, 2.3, 0.1, true), (2.2, 2.3, 0.1, true), (2.401, 2.3, 0.1, false),
            (1.1, 1, 0.1, true), (0.9, 1, 0.1, true),
            (100.3, 100.2, 0.1, true), (100.1, 100.2, 0.1, true), (0.7, 0.8, 0.1, true), (3.14, 3.14159, 0.01, true),
            (3.13, 3.14159, 0.01, false),
            (-2.4, -2.3, 0.1, true), (1e15, 1e15 - 1, 0, false), (1e15, 1e15 - 1, 1, true), (1e15, 1e15 - 2, 1, false),
            (1e-9, 2e-9, 0, false), (0, 1e-300, 0, false),
            (0, 0, 0, true), (5, 7, 1.999999999, false), (5, 7, 2, true), (1_000_000.1, 1_000_000, 0.1, true),
            (1, 1.0000000001, 0, false), (3, 1e9, 1e12, true),
        ] as [(Double, Double, Double, Bool)])
    func tolerance(_ number: Double, _ right: Double, _ tolerance: Double, _ isRight: Bool) throws {
        let question = Self.question(.number(right, tolerance: tolerance))
        #expect(try #require(question.understand(.number(number))).1.isRight == isRight)
    }

    @Test("every decimal at the edge of its tolerance is within it, and the next is not", arguments: 0..<200)
    func edge(seed: Int) throws {
        var random = SeededRandom(seed: UInt64(seed))
        let scale = [1, 10, 100, 1_000].randomElement(using: &random)!
        let right = Int.random(in: -1_000_000...1_000_000, using: &random)
        let tolerance = Int.random(in: 0...10_000, using: &random)
        func decimal(_ units: Int) -> Double { Double(units) / Double(scale) }
        let question = Self.question(.number(decimal(right), tolerance: decimal(tolerance)))
        for (units, isRight) in [
            (right + tolerance, true), (right - tolerance, true), (right + tolerance + 1, false),
            (right - tolerance - 1, false),
        ] {
            #expect(question.understand(.number(decimal(units)))?.1.isRight == isRight, "seed \(seed)")
        }
    }

    @Test("200 characters are taken, 201 are not; characters, not bytes")
    func long() throws {
        let question = try Self.question("typed x")
        for character in ["a", "é", "東", "👍", "क्ष", "👩🏽"] {
            let text = String(repeating: character, count: 200)
            let (said, _) = try #require(question.understand(.text(" \(text) ")), "\(character)")
            #expect(said.json == "\"\(text)\"")
            #expect(said.counted == [String(repeating: character, count: 100)])
            #expect(question.understand(.text(text + character)) == nil)
            #expect(try #require(question.judge(stored: said.json)).0 == said)
        }
        for unit in ["a", " ", "\u{301}", "\u{200D}", "\u{0}"] {
            #expect(question.understand(.text(String(repeating: unit, count: 1_000_000))) == nil)
        }
        // A space where it is cut is not left at the end.
        let (said, _) = try #require(
            question.understand(.text(String(repeating: "a", count: 99) + " " + String(repeating: "b", count: 9))))
        #expect(said.counted == [String(repeating: "a", count: 99)])
    }

    @Test("whatever is typed is stored as JSON and understood again as the same", arguments: 0..<500)
    func stored(seed: Int) throws {
        var random = SeededRandom(seed: UInt64(seed))
        let pieces: [Unicode.Scalar] = [
            "a", "B", " ", "\u{A0}", "\n", "\"", "\\", "/", "\u{0}", "\u{1F}", "\u{7F}", "\u{85}", "\u{2028}",
            "\u{200B}", "\u{200D}", "\u{202E}", "é", "\u{301}",
            "\u{FE0F}", "İ", "ß", "東", "👍", "\u{1F3FD}", "\u{E000}", "\u{FEFF}", "क", "\u{94D}", "ि", "5", ".",
        ]
        var text = String.UnicodeScalarView()
        for _ in 0..<Int.random(in: 0...60, using: &random) { text.append(pieces.randomElement(using: &random)!) }
        for words in ["typed ab|é", "typed ?", "number 5 1"] {
            let question = try Self.question(words)
            guard let (said, judgement) = question.understand(.text(String(text))) else { continue }
            let (again, judgedAgain) = try #require(question.judge(stored: said.json), "seed \(seed)")
            #expect(Array(again.json.utf8) == Array(said.json.utf8), "seed \(seed)")
            #expect(again.counted == said.counted, "seed \(seed)")
            #expect(judgedAgain == judgement, "seed \(seed)")
            #expect(!said.json.unicodeScalars.contains { $0.value < 0x20 || $0 == "\u{202E}" }, "seed \(seed)")
        }
    }

    @Test("the short way of folding ASCII is the long one", arguments: 0..<300)
    func folding(seed: Int) {
        var random = SeededRandom(seed: UInt64(seed))
        let text = String(
            (0..<Int.random(in: 0...30, using: &random)).map { _ in
                Character(Unicode.Scalar(UInt8.random(in: 0...127, using: &random)))
            })
        // One accent more, on a word of its own, makes it go the long way.
        let long = FoldedText.fold("\(text) é")
        let short = FoldedText.fold(text)
        #expect(long == (short.isEmpty ? "e" : "\(short) e"), "seed \(seed)")
    }
}
