import Testing
import Web

@testable import Appliance

@Suite struct QuizDefinitionTests {
    /// A quiz with these questions, as JSON without their brackets.
    static func quiz(_ questions: String, _ more: String = "") -> String {
        #"{"title": "T", "language": "en", "questions": [\#(questions)]\#(more.isEmpty ? "" : ", " + more)}"#
    }

    /// One question whose other fields are given.
    static func question(_ fields: String, id: String = "q") -> String {
        #"{"id": "\#(id)", "text": "?", \#(fields)}"#
    }

    /// A sound question with more fields.
    static func sound(_ more: String = "", id: String = "q") -> String {
        question(#""kind": "true_false", "right": true\#(more.isEmpty ? "" : ", " + more)"#, id: id)
    }

    static let options = #""options": [{"id": "a", "label": "A"}, {"id": "b", "label": "B"}]"#

    /// Of kind single, with these options.
    static func single(_ options: String, right: String = "a") -> String {
        question(#""kind": "single", "options": [\#(options)], "right": "\#(right)""#)
    }

    /// What is wrong, as `path: sentence`.
    static func problems(_ json: String) -> [String] {
        let (quiz, problems) = QuizDefinition.read(Array(json.utf8))
        #expect((quiz == nil) == !problems.isEmpty)
        return problems.map { "\($0.field): \($0.detail)" }
    }

    private static func long(_ count: Int) -> String { String(repeating: "x", count: count) }
    private static func many(_ count: Int, _ item: (Int) -> String) -> String {
        (0..<count).map(item).joined(separator: ", ")
    }

    @Test("every field arrives in the value")
    func everything() throws {
        let json = """
            {"title": "T", "language": "pt-br", "scoring": "negative", "streak_bonus": {"step": 50, "max": 300},
             "pace": "hosted", "shuffle_questions": true, "shuffle_options": true, "lobby": true, "lobby_seconds": 90,
             "late_join": false, "board": false, "reveal_seconds": 3, "without_host_seconds": 30, "players_max": 40,
             "questions": [
               {"id": "s", "kind": "single", "text": "S?\\nS.", "options": [{"id": "a", "label": "A"},
                {"id": "b", "label": "B"}], "right": "b", "seconds": 1, "points": 0, "explanation": "Because.",
                "image": "https://example.org/a.png?b=c#d"},
               {"id": "m", "kind": "several", "text": "M?", "options": [{"id": "a", "label": "A"},
                {"id": "b", "label": "B"}], "right": ["b", "a"], "seconds": 600, "points": 10000},
               {"id": "t", "kind": "true_false", "text": "T?", "right": false},
               {"id": "w", "kind": "typed", "text": "W?", "right": "Colour"},
               {"id": "v", "kind": "typed", "text": "V?", "right": ["colour", "color"]},
               {"id": "n", "kind": "number", "text": "N?", "right": -1.5, "tolerance": 0.25},
               {"id": "o", "kind": "number", "text": "O?", "right": 1e12, "explanation": null}]}
            """
        #expect(Self.problems(json) == [])
        let quiz = try #require(QuizDefinition.read(Array(json.utf8)).quiz)
        let options = [QuizOption(id: "a", label: "A"), QuizOption(id: "b", label: "B")]
        var expected = Quiz(title: "T", language: "pt-br", questions: [
            QuizQuestion(
                id: "s", text: "S?\nS.", image: "https://example.org/a.png?b=c#d", kind: .single(options, right: "b"),
                limit: 1_000, points: 0, explanation: "Because."),
            QuizQuestion(
                id: "m", text: "M?", kind: .several(options, right: ["a", "b"]), limit: 600_000, points: 10_000),
            QuizQuestion(id: "t", text: "T?", kind: .trueFalse(false)),
            QuizQuestion(id: "w", text: "W?", kind: .typed(["Colour"])),
            QuizQuestion(id: "v", text: "V?", kind: .typed(["colour", "color"])),
            QuizQuestion(id: "n", text: "N?", kind: .number(-1.5, tolerance: 0.25)),
            QuizQuestion(id: "o", text: "O?", kind: .number(1e12, tolerance: 0)),
        ])
        expected.scoring = .negative
        expected.streak = StreakBonus(step: 50, max: 300)
        expected.shufflesQuestions = true
        expected.shufflesOptions = true
        expected.lobbyLasts = 90_000
        expected.letsJoinLate = false
        expected.showsBoard = false
        expected.revealLasts = 3_000
        expected.withoutHostLasts = 30_000
        expected.playersMax = 40
        #expect(quiz == expected)
    }

    @Test("what is left out has its standard: hosted with a lobby, or self-paced without")
    func standards() throws {
        let hosted = try #require(QuizDefinition.read(Array(Self.quiz(Self.sound()).utf8)).quiz)
        var expected = Quiz(
            title: "T", language: "en", questions: [QuizQuestion(id: "q", text: "?", kind: .trueFalse(true))])
        #expect(hosted == expected)
        #expect(hosted.hasLobby && hosted.letsJoinLate && hosted.showsBoard && hosted.scoring == .classic)
        #expect(hosted.questions[0].limit == 20_000 && hosted.questions[0].points == 1_000)
        let json = Self.quiz(Self.sound(), #""pace": "self_paced", "open_minutes": 30"#)
        expected.pace = .selfPaced
        expected.hasLobby = false
        expected.openLasts = 1_800_000
        #expect(QuizDefinition.read(Array(json.utf8)).quiz == expected)
    }

    @Test(
        "what means something where it stands is taken",
        arguments: [
            #""pace": "self_paced", "lobby": true, "lobby_seconds": 5, "late_join": false"#,
            #""pace": "self_paced", "late_join": true, "board": false"#,
            #""lobby": false, "without_host_seconds": 5, "reveal_seconds": 5"#,
            #""scoring": "none""#, #""scoring": "partial", "streak_bonus": {"step": 0, "max": 0}"#,
            #""streak_bonus": null, "open_minutes": null"#,
        ])
    func settings(_ settings: String) {
        #expect(Self.problems(Self.quiz(Self.sound(), settings)) == [])
    }

    @Test(
        "settings that are wrong, or mean nothing where they stand, are refused by their path",
        arguments: [
            (#""colour": 1"#, ["colour: There is no such field; known are: title, language,"]),
            (#""scoring": "fast""#, ["scoring: Must be one of: classic, linear, flat, partial, negative, none."]),
            (#""streak_bonus": 5"#, ["streak_bonus: Must be an object."]),
            (#""streak_bonus": {}"#, ["streak_bonus.step: This field", "streak_bonus.max: This field is required."]),
            (#""streak_bonus": {"step": -1, "max": 100001, "x": 1}"#, [
                "streak_bonus.x: There is no such field", "streak_bonus.step: Must be a whole number from 0 to 10000.",
                "streak_bonus.max: Must be a whole number from 0 to 100000.",
            ]),
            (#""scoring": "none", "streak_bonus": {"step": 1, "max": 1}"#, ["streak_bonus: Means nothing"]),
            (#""pace": "slow""#, ["pace: Must be one of: hosted, self_paced."]),
            (#""pace": "slow", "open_minutes": 5, "lobby_seconds": 5, "reveal_seconds": 5"#, ["pace: Must be one of"]),
            (#""shuffle_questions": 1"#, ["shuffle_questions: Must be true or false."]),
            (#""shuffle_options": "yes""#, ["shuffle_options: Must be true or false."]),
            (#""lobby": 1, "lobby_seconds": 5"#, ["lobby: Must be true or false."]),
            (#""lobby": false, "lobby_seconds": 5"#, ["lobby_seconds: Means nothing without a lobby."]),
            (#""lobby": false, "late_join": false"#, ["late_join: Without a lobby"]),
            (#""lobby_seconds": 3601"#, ["lobby_seconds: Must be a whole number from 1 to 3600."]),
            (#""late_join": 0"#, ["late_join: Must be true or false."]),
            (#""board": []"#, ["board: Must be true or false."]),
            (#""reveal_seconds": 301"#, ["reveal_seconds: Must be a whole number from 1 to 300."]),
            (#""without_host_seconds": 0.5"#, ["without_host_seconds: Must be a whole number from 1 to 3600."]),
            (#""players_max": 20001"#, ["players_max: Must be a whole number from 1 to 20000."]),
            (#""open_minutes": 5"#, ["open_minutes: Means nothing in a hosted quiz"]),
            (#""pace": "self_paced", "open_minutes": 43201"#, ["open_minutes: Must be a whole number from 1 to 43200."]),
            (#""pace": "self_paced", "lobby_seconds": 5"#, ["lobby_seconds: Means nothing without a lobby."]),
            (#""pace": "self_paced", "late_join": false"#, ["late_join: Without a lobby"]),
            (#""pace": "self_paced", "reveal_seconds": 5, "without_host_seconds": 5"#, [
                "reveal_seconds: Means nothing in a self-paced", "without_host_seconds: Means nothing in a self-paced",
            ]),
        ])
    func badSettings(_ settings: String, _ expected: [String]) {
        Self.expect(Self.quiz(Self.sound(), settings), expected)
    }

    @Test(
        "a whole that is wrong is refused by its path",
        arguments: [
            ("[]", ["definition: Must be an object."]), ("{", ["definition: Must be one JSON object in UTF-8."]),
            ("{}", [
                "title: This field is required.", "language: This field is required.",
                "questions: This field is required.",
            ]),
            (#"{"title": " ", "language": "English", "questions": []}"#, [
                "title: Must not be empty.", "language: Must be a language tag in lower case",
                "questions: Must be a list of 1 to 100.",
            ]),
            (#"{"title": "a\nb", "language": "e", "questions": 7}"#, [
                "title: Must not contain control characters or line ends.", "language: Must be a language tag",
                "questions: Must be a list of 1 to 100.",
            ]),
            (#"{"title": "\#(long(201))", "language": 1, "questions": [1]}"#, [
                "title: Must have at most 200 characters.", "language: Must be a language tag",
                "questions[0]: Must be an object.",
            ]),
            (quiz(many(101) { sound(id: "q\($0)") }), ["questions: Must be a list of 1 to 100."]),
            (quiz([sound(id: "a"), sound(id: "b"), sound(id: "a"), sound(id: "a")].joined(separator: ", ")), [
                "questions[2].id: 'a' is the id of questions[0] already.",
                "questions[3].id: 'a' is the id of questions[0] already.",
            ]),
        ])
    func badWhole(_ json: String, _ expected: [String]) {
        Self.expect(json, expected)
    }

    @Test(
        "a question that is wrong is refused by its path",
        arguments: [
            ("{}", ["id: This field is required.", "kind: This field is required.", "text: This field is required."]),
            (sound(id: "Q"), ["id: Must be a lower-case letter"]),
            (sound(id: long(33)), ["id: Must be a lower-case letter"]),
            (#"{"id": 1, "kind": "true_false", "text": 2, "right": 3}"#, [
                "id: Must be text.", "text: Must be text.", "right: Must be true or false.",
            ]),
            (question(#""kind": "essay", "right": 1"#), [
                "kind: Must be one of: single, several, true_false, typed, number."
            ]),
            (#"{"id": "q", "kind": "true_false", "text": "\#(long(2_001))", "right": true}"#, [
                "text: Must have at most 2000 characters."
            ]),
            (#"{"id": "q", "kind": "true_false", "text": "a\u0000", "right": true}"#, [
                "text: Must not contain control characters other than line ends."
            ]),
            (sound(#""seconds": 0"#), ["seconds: Must be a whole number from 1 to 600."]),
            (sound(#""seconds": 601"#), ["seconds: Must be a whole number from 1 to 600."]),
            (sound(#""points": -1"#), ["points: Must be a whole number from 0 to 10000."]),
            (sound(#""points": 10001"#), ["points: Must be a whole number from 0 to 10000."]),
            (sound(#""explanation": """#), ["explanation: Must not be empty."]),
            (sound(#""explanation": "\#(long(2_001))""#), ["explanation: Must have at most 2000 characters."]),
            (sound(#""image": 1"#), ["image: Must be an https URL of at most 500 characters."]),
            (sound(#""tolerance": 1"#), ["tolerance: There is no such field; known are: id, kind, text, right,"]),
            (sound(options), ["options: There is no such field"]),
            (question(#""kind": "typed", "right": "a", "tolerance": 1"#), ["tolerance: There is no such field"]),
            (question(#""kind": "single", "right": "a", "tolerance": 1, \#(options)"#), ["tolerance: There is no"]),
        ])
    func badQuestion(_ question: String, _ expected: [String]) {
        Self.expect(Self.quiz(question), expected.map { "questions[0].\($0)" })
    }

    @Test(
        "options that are wrong are refused by their path",
        arguments: [
            (single(#"{"id": "a", "label": "A"}"#), ["options: Must be a list of 2 to 12."]),
            (single(many(13) { #"{"id": "a\#($0)", "label": "\#($0)"}"# }, right: "a0"), [
                "options: Must be a list of 2 to 12."
            ]),
            (single(#"{"id": "a", "label": "A"}, {"id": "a", "label": "a"}"#), [
                "options[1].id: 'a' is the id of options[0] already.",
                "options[1].label: Reads like that of options[0]: nobody could tell them apart.",
            ]),
            (single(#"{"id": "a", "label": "É"}, {"id": "b", "label": "B"}, {"id": "c", "label": "é"}"#), [
                "options[2].label: Reads like that of options[0]"
            ]),
            (single(#"{"id": "a"}, {"label": "B", "reply": 1}, 7"#, right: "x"), [
                "options[0].label: This field is required.",
                "options[1].reply: There is no such field; known are: id, label.",
                "options[1].id: This field is required.", "options[2]: Must be an object.",
            ]),
            (single(#"{"id": "a", "label": "\#(long(201))"}, {"id": "b", "label": "B\n"}"#), [
                "options[0].label: Must have at most 200 characters.",
                "options[1].label: Must not contain control characters or line ends.",
            ]),
            (question(#""kind": "several", "right": ["a"]"#), ["options: This field is required."]),
        ])
    func badOptions(_ question: String, _ expected: [String]) {
        Self.expect(Self.quiz(question), expected.map { "questions[0].\($0)" })
    }

    @Test(
        "an answer that cannot be the right one is refused by its path",
        arguments: [
            ("single, \(options)", nil, ["right: This field is required."]),
            ("single, \(options)", #""c""#, ["right: There is no option 'c'; there are: a, b."]),
            ("single, \(options)", #"["a"]"#, ["right: Must be the id of the one option that is right."]),
            ("several, \(options)", nil, ["right: This field is required."]),
            ("several, \(options)", #""a""#, ["right: Must be a list of 1 to 12."]),
            ("several, \(options)", "[]", ["right: Must be a list of 1 to 12."]),
            ("several, \(options)", #"["a", "c", 1, "a"]"#, [
                "right[1]: There is no option 'c'; there are: a, b.", "right[2]: Must be the id of an option.",
                "right[3]: 'a' is named already.",
            ]),
            ("true_false", nil, ["right: This field is required."]),
            ("true_false", #""true""#, ["right: Must be true or false."]),
            ("typed", nil, ["right: This field is required."]),
            ("typed", "[]", ["right: Must be text, or a list of 1 to 20 texts."]),
            ("typed", "[\(many(21) { "\"x\($0)\"" })]", ["right: Must be text, or a list of 1 to 20 texts."]),
            ("typed", "7", ["right: Must be text, or a list of 1 to 20 texts."]),
            ("typed", #"["?", "?"]"#, ["right[1]: Counts as the same as right[0]"]),
            ("typed", #"" ""#, ["right: Must not be empty."]),
            ("typed", #""\#(long(101))""#, ["right: Must have at most 100 characters."]),
            ("typed", #"["café", 5, "...", "Cafe!", "\#(long(101))", "tea"]"#, [
                "right[1]: Must be text.",
                "right[3]: Counts as the same as right[0]", "right[4]: Must have at most 100 characters.",
            ]),
            ("number", nil, ["right: This field is required."]),
            ("number", #""7""#, ["right: Must be a number from -1000000000000 to 1000000000000."]),
            ("number", "1000000000001", ["right: Must be a number from -1000000000000 to 1000000000000."]),
            (#"number, "tolerance": -0.1"#, "7", ["tolerance: Must be a number from 0 to 1000000000000."]),
            (#"number, "tolerance": "1""#, "7", ["tolerance: Must be a number from 0 to 1000000000000."]),
        ] as [(String, String?, [String])])
    func badRight(_ kind: String, _ right: String?, _ expected: [String]) {
        let parts = kind.split(separator: ", ", maxSplits: 1)
        let more = (parts.count > 1 ? ", \(parts[1])" : "") + (right.map { #", "right": \#($0)"# } ?? "")
        let question = Self.question(#""kind": "\#(parts[0])"\#(more)"#)
        Self.expect(Self.quiz(question), expected.map { "questions[0].\($0)" })
    }

    @Test(
        "images are https URLs with a host, without a user, of at most 500 bytes",
        arguments: [
            ("https://example.org", true), ("https://example.org:8443/a%20b.png?c=d&e#f", true),
            ("https://[2001:db8::1]/a", true), ("https://e/" + long(490), true), ("https://e/" + long(491), false),
            ("http://example.org/a", false), ("https:///a", false), ("https://", false), ("https://?a", false),
            ("https://:80/", false), ("https://me:secret@example.org/", false), ("https://example.org/@a", true),
            ("https://example.org/a b", false), ("https://example.org/é", false), ("javascript:alert(1)", false),
            (#"https://example.org/"onload="x"#, false), ("https://example.org/<b>", false), ("", false),
            (" https://example.org", false),
        ])
    func images(_ url: String, _ isFine: Bool) {
        #expect(QuizDefinition.isImage(url) == isFine)
    }

    @Test("everything that is wrong is told at once, up to 200 problems and 512 KiB")
    func limits() {
        let json = #"""
            {"title": 1, "language": "xx-", "scoring": "all", "questions": [
              {"id": "a", "kind": "single", "text": "?", "right": "b", "options": [{"id": "a", "label": "A"}, {}]},
              {"id": "b", "kind": "number", "text": "?", "right": "b"}, {"id": "a", "kind": "typed", "text": "?"}]}
            """#
        #expect(Self.problems(json).map { $0.prefix { $0 != ":" } } == [
            "title", "language", "questions[0].options[1].id", "questions[0].options[1].label", "questions[1].right",
            "questions[2].right", "questions[2].id", "scoring",
        ])
        let many = Self.problems(Self.quiz(Self.many(100) { _ in #"{"x": 1}"# }))
        #expect(many.count == 201 && many.last == "definition: There are 100 more problems.")
        #expect(
            Self.problems(String(repeating: " ", count: DefinitionText.bytesMax + 1))
                == ["definition: Must have at most 524288 bytes."])
        #expect(Self.problems(Self.quiz(Self.many(100) { Self.sound(id: "q\($0)") })) == [])
    }

    /// Expects exactly these problems, each told by how it begins.
    private static func expect(_ json: String, _ expected: [String]) {
        let problems = problems(json)
        #expect(
            problems.count == expected.count && zip(problems, expected).allSatisfy { $0.hasPrefix($1) },
            "\(problems)")
    }
}
