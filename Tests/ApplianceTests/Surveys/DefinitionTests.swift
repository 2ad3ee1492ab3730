import FoundationEssentials
import Testing
import Web

@testable import Appliance

@Suite struct DefinitionTests {
    /// A survey of one language with these questions, as JSON without their brackets.
    static func survey(_ questions: String, _ more: String = "") -> String {
        #"{"title": "T", "languages": ["en"], "questions": [\#(questions)]\#(more.isEmpty ? "" : ", " + more)}"#
    }

    /// Questions `a`, `b`, … of kind text, the given ones with more fields.
    static func texts(_ ids: String, _ more: [Character: String] = [:]) -> String {
        ids.map { id in
            #"{"id": "\#(id)", "kind": "text", "text": "?"\#(more[id].map { ", " + $0 } ?? "")}"#
        }.joined(separator: ", ")
    }

    /// What is wrong, as `path: sentence`.
    static func problems(_ json: String) -> [String] {
        let (survey, problems) = SurveyDefinition.read(Array(json.utf8))
        #expect((survey == nil) == !problems.isEmpty)
        return problems.map { "\($0.field): \($0.detail)" }
    }

    static func ruled(_ condition: String) -> String {
        survey(question(#""kind": "email", "next": [{"if": \#(condition), "go_to": "end"}]"#))
    }

    static func question(_ kind: String) -> String { #"{"id": "q", "text": "?", \#(kind)}"# }
    static let options = #""options": [{"id": "a", "label": "A"}, {"id": "b", "label": "B"}]"#

    @Test("every field arrives in the value")
    func everything() throws {
        let json = """
            {"title": {"en": "T", "es": "Te"}, "languages": ["en", "es"], "greeting": {"en": "Hi", "es": "Hola"},
             "goodbye": {"en": "Bye {answers.t|}", "es": "Adiós"}, "access": "invited",
             "opens_at": "2026-01-01T00:00:00Z",
             "closes_at": "2026-02-01T00:00:00+01:00", "quota": 10, "responses": "many", "abandoned_after_hours": 0.5,
             "feedback": true, "response_channel": "crm", "phrases": {"es": {"cannot_skip": "No."}},
             "questions": [
               {"id": "t", "kind": "text", "text": {"en": "T?", "es": "T?"}, "min_length": 2, "max_length": 5,
                "pattern": "[a-z]+", "optional": true, "reply": {"en": "R", "es": "R"},
                "next": [{"if": {"all": [{"answer": "t", "is": "x"}, {"any": [{"customer": "age", "at_least": 18},
                  {"not": {"customer": "vip", "answered": true}}]}]}, "go_to": "r"}, {"go_to": "c"}]},
               {"id": "c", "kind": "choices", "text": {"en": "C?", "es": "C?"}, "min_picks": 0, "max_picks": 2,
                "options": [
                 {"id": "a", "label": {"en": "A", "es": "A"}, "reply": {"en": "x", "es": "x"}},
                 {"id": "b", "label": {"en": "B", "es": "B"}}]},
               {"id": "r", "kind": "rating", "text": {"en": "R?", "es": "R?"}, "from": -2, "to": 2,
                "low": {"en": "bad", "es": "mal"}, "high": {"en": "good", "es": "bien"}},
               {"id": "nps", "kind": "rating", "nps": true, "text": {"en": "N?", "es": "N?"}},
               {"id": "n", "kind": "number", "text": {"en": "N?", "es": "N?"}, "min": -1.5, "max": 9, "whole": true},
               {"id": "d", "kind": "date", "text": {"en": "D?", "es": "D?"}, "earliest": "1900-02-28",
                "latest": "2028-02-29"},
               {"id": "e", "kind": "email", "text": {"en": "E?", "es": "E?"}},
               {"id": "y", "kind": "yes_no", "text": {"en": "Y?", "es": "Y?"}, "yes": {"en": "Y", "es": "Y"}},
               {"id": "s", "kind": "statement", "text": {"en": "S", "es": "S"}}]}
            """
        #expect(Self.problems(json) == [])
        let survey = try #require(SurveyDefinition.read(Array(json.utf8)).survey)
        func text(_ en: String, _ es: String) throws -> LocalText {
            LocalText(["en": try Template(en), "es": try Template(es)])
        }
        #expect(survey.languages == ["en", "es"] && survey.access == .invited && survey.quota == 10)
        #expect(survey.allowsMany && survey.asksForFeedback && survey.responseChannel == "crm")
        #expect(survey.abandonedAfter == 1_800_000)
        #expect(survey.opensAt?.iso8601 == "2026-01-01T00:00:00.000Z")
        #expect(survey.closesAt?.iso8601 == "2026-01-31T23:00:00.000Z")
        #expect(try survey.goodbye == text("Bye {answers.t|}", "Adiós"))
        #expect(try survey.phrases == ["es": [.cannotSkip: Template("No.")]])
        let kinds: [Question.Kind] = [
            .text(.init(length: 2...5, pattern: try Pattern("[a-z]+"))),
            .choices(
                [
                    .init(id: "a", label: try text("A", "A"), reply: try text("x", "x")),
                    .init(id: "b", label: try text("B", "B")),
                ], picks: 0...2),
            .rating(.init(range: -2...2, low: try text("bad", "mal"), high: try text("good", "bien"))),
            .rating(.init(range: 0...10, isNPS: true)),
            .number(.init(minimum: -1.5, maximum: 9, isWhole: true)),
            .date(.init(earliest: "1900-02-28", latest: "2028-02-29")), .email,
            .yesNo(yes: try text("Y", "Y"), no: nil), .statement,
        ]
        #expect(survey.questions.map(\.kind) == kinds)
        let first = survey.questions[0]
        #expect(try first.isOptional && first.reply == text("R", "R"))
        #expect(first.rules == [
            Rule(
                condition: .all([
                    .test(.answer("t"), .equals(.text("x"))),
                    .any([
                        .test(.customer("age"), .atLeast(.number(18))),
                        .not(.test(.customer("vip"), .answered(true))),
                    ]),
                ]), target: .question("r")),
            Rule(target: .question("c")),
        ])
    }

    @Test(
        "what has the wrong shape is refused by its path",
        arguments: [
            ("[]", "definition: Must be an object."), ("{", "definition: Must be one JSON object in UTF-8."),
            ("{}", "title: This field is required."), ("{}", "languages: This field is required."),
            ("{}", "questions: This field is required."),
            (survey(texts("a"), #""colour": 1"#), "colour: There is no such field; known are: title, languages,"),
            (survey(""), "questions: Must be a list of 1 to 200."),
            (survey(texts("a"), #""greeting": 7"#), "greeting: Must be text."),
            (survey(texts("a"), #""greeting": "  ""#), "greeting: Must not be empty."),
            (survey(texts("a"), #""greeting": "a\u0007""#), "greeting: Must not contain control characters"),
            (survey(texts("a"), #""greeting": "{customer.name""#), "greeting: '{' without '}'"),
            (
                survey(texts("a"), #""greeting": "\#(String(repeating: "x", count: 2_001))""#),
                "greeting: Must have at most 2000"
            ),
            (
                survey(texts("a"), #""greeting": {"en": "x", "es": "y"}"#),
                "greeting.es: The survey has no language 'es'."
            ),
            (survey(texts("a"), #""access": "all""#), "access: Must be one of: open, known, invited."),
            (survey(texts("a"), #""opens_at": "soon""#), "opens_at: Must be a time such as"),
            (survey(texts("a"), #""quota": 0"#), "quota: Must be a whole number from 1 to"),
            (survey(texts("a"), #""quota": 1.5"#), "quota: Must be a whole number from 1 to"),
            (
                survey(texts("a"), #""abandoned_after_hours": 0.01"#),
                "abandoned_after_hours: Must be a number from 1/60"
            ),
            (survey(texts("a"), #""feedback": "yes""#), "feedback: Must be true or false."),
            (survey(texts("a"), #""response_channel": "A b""#), "response_channel: Must be the name of a channel."),
            (survey(texts("a"), #""responses": "two""#), "responses: Must be one of: one, many."),
            (survey("7"), "questions[0]: Must be an object."),
            (survey(#"{"id": "Q", "kind": "email", "text": "?"}"#), "questions[0].id: Must be a lower-case letter"),
            (survey(#"{"id": "end", "kind": "email", "text": "?"}"#), "questions[0].id: 'end' is where a survey ends"),
            (survey(question(#""kind": "colour""#)), "questions[0].kind: Must be one of: text, choice,"),
            (survey(#"{"id": "q", "text": "?"}"#), "questions[0].kind: This field is required."),
            (survey(#"{"id": "q", "kind": "email"}"#), "questions[0].text: This field is required."),
            (survey(question(#""kind": "email", "min": 1"#)), "questions[0].min: There is no such field"),
            (
                survey(question(#""kind": "statement", "optional": true"#)),
                "questions[0].optional: There is no such field"
            ),
            (
                survey(question(#""kind": "text", "min_length": 9, "max_length": 3"#)),
                "questions[0].max_length: Must not be less than 'min_length', which is 9."
            ),
            (
                survey(question(#""kind": "text", "max_length": 4001"#)),
                "questions[0].max_length: Must be a whole number from 1 to 4000."
            ),
            (survey(question(#""kind": "text", "pattern": "(a""#)), "questions[0].pattern: '(' without ')'"),
            (survey(question(#""kind": "choice""#)), "questions[0].options: This field is required."),
            (
                survey(question(#""kind": "choice", "options": [{"id": "a", "label": "A"}]"#)),
                "questions[0].options: Must be a list of 2 to 50."
            ),
            (
                survey(question(#""kind": "choice", "options": [{"id": "a"}, 3]"#)),
                "questions[0].options[0].label: This field is required."
            ),
            (
                survey(question(#""kind": "choice", "options": [{"id": "a", "label": "A"}, 3]"#)),
                "questions[0].options[1]: Must be an object."
            ),
            (
                survey(question(#""kind": "choice", "options": [{"id": "a", "label": "A\nB"}, 3]"#)),
                "questions[0].options[0].label: Must not contain control characters or line ends."
            ),
            (
                survey(question(#""kind": "choices", \#(options), "max_picks": 3"#)),
                "questions[0].max_picks: Must be a whole number from 1 to 2."
            ),
            (
                survey(question(#""kind": "choices", \#(options), "min_picks": 2, "max_picks": 1"#)),
                "questions[0].max_picks: Must not be less than 'min_picks'"
            ),
            (
                survey(question(#""kind": "rating", "from": 5, "to": 1"#)),
                "questions[0].to: Must not be less than 'from'"
            ),
            (
                survey(question(#""kind": "rating", "from": 9"#)),
                "questions[0].from: Must not be more than 'to', which is 5."
            ),
            (survey(question(#""kind": "rating", "from": 5"#)), "questions[0].to: Must be more than 'from'."),
            (
                survey(question(#""kind": "rating", "from": -100, "to": 1"#)),
                "questions[0].to: A rating has at most 101 steps."
            ),
            (survey(question(#""kind": "rating", "nps": true, "to": 9"#)), "questions[0].to: A net promoter score"),
            (
                survey(question(#""kind": "number", "min": 2, "max": 1"#)),
                "questions[0].max: Must not be less than 'min'."
            ),
            (
                survey(question(#""kind": "number", "min": 1.2, "max": 1.8, "whole": true"#)),
                "questions[0].max: No whole number"
            ),
            (survey(question(#""kind": "number", "max": 1e300"#)), "questions[0].max: Must be a number from"),
            (survey(question(#""kind": "date", "earliest": "2026-02-29""#)), "questions[0].earliest: Must be a day"),
            (
                survey(question(#""kind": "date", "earliest": "2026-02-02", "latest": "2026-01-01""#)),
                "questions[0].latest: Must not be before"
            ),
            (survey(question(#""kind": "email", "next": {}"#)), "questions[0].next: Must be a list"),
            (
                survey(question(#""kind": "email", "next": [{}]"#)),
                "questions[0].next[0].go_to: This field is required."
            ),
            (
                survey(question(#""kind": "email", "next": [{"go_to": 1}]"#)),
                "questions[0].next[0].go_to: Must be the id"
            ),
            (
                ruled(#"{}"#),
                "questions[0].next[0].if: Must be 'all'"
            ),
            (
                ruled(#"{"all": []}"#),
                "questions[0].next[0].if.all: Must be a list of 1"
            ),
            (
                ruled(#"{"not": 1}"#),
                "questions[0].next[0].if.not: Must be an object."
            ),
            (
                ruled(#"{"answer": "q", "is": "a", "in": ["b"]}"#),
                "questions[0].next[0].if: Must be 'all'"
            ),
            (
                ruled(#"{"customer": "age", "less_than": true}"#),
                "questions[0].next[0].if.less_than: Must be a number, or"
            ),
            (
                ruled(#"{"customer": "age", "in": [1, [2]]}"#),
                "questions[0].next[0].if.in[1]: Must be a number, true"
            ),
            (
                ruled(#"\#(String(repeating: #"{"not":"#, count: 8))1\#(String(repeating: "}", count: 8))"#),
                "questions[0].next[0].if.not.not.not.not.not.not.not.not: A rule has at most 50 conditions, 8 deep."
            ),
            (
                #"{"title": "T", "languages": ["EN"], "questions": [\#(texts("a"))]}"#,
                "languages[0]: Must be a language tag"
            ),
            (
                #"{"title": "T", "languages": ["en", "en"], "questions": [\#(texts("a"))]}"#,
                "languages[1]: This language is named already."
            ),
            (
                #"{"title": "T", "languages": ["en", "es"], "questions": [\#(texts("a"))]}"#,
                "title: Must be an object with a text for each of: en, es."
            ),
            (
                #"{"title": {"en": "T"}, "languages": ["en", "es"], "questions": [\#(texts("a"))]}"#,
                "title.es: The text in this language is missing."
            ),
        ] as [(String, String)])
    func shape(_ json: String, _ expected: String) {
        let problems = Self.problems(json)
        #expect(problems.contains { $0.hasPrefix(expected) }, "\(problems)")
    }

    @Test("everything is told at once, nothing twice, and nothing that only follows from something else")
    func atOnce() {
        let json = """
            {"title": {"en": "T"}, "languages": ["en", "es"], "quota": -1, "questions": [
              {"id": "a", "kind": "choise", "text": {"en": "?", "es": "{answers.nobody|x}"},
               "next": [{"if": {"answer": "a", "more_than": 3}, "go_to": "c"}]},
              {"id": "b", "kind": "text", "text": {"en": "{customer.name}", "es": "?"}, "pattern": "[", "next": 1},
              {"id": "c", "kind": "email", "text": {"en": "?", "es": "?"}}]}
            """
        #expect(Self.problems(json).map { $0.prefix { $0 != ":" } } == [
            "title.es", "questions[0].kind", "questions[1].pattern", "questions[1].next", "quota",
            "questions[0].text.es", "questions[1].text.en",
        ])
    }

    @Test("sizes have limits, and so has the list of what is wrong")
    func limits() {
        #expect(
            Self.problems(String(repeating: " ", count: DefinitionText.bytesMax + 1))
                == ["definition: Must have at most 524288 bytes."])
        let many = Self.problems(Self.survey(Array(repeating: "7", count: 200).joined(separator: ",")))
        #expect(many.count == 200)
        let more = Self.problems(Self.survey(Array(repeating: #"{"x": 1}"#, count: 200).joined(separator: ",")))
        #expect(more.count == 201 && more.last == "definition: There are 400 more problems.")
        let ids = (0..<200).map { #"{"id": "q\#($0)", "kind": "email", "text": "?"}"# }
        #expect(Self.problems(Self.survey(ids.joined(separator: ","))) == [])
        let deep = String(repeating: "[", count: 100_000)
        #expect(Self.problems(deep) == ["definition: Must be one JSON object in UTF-8."])
    }

    @Test(
        "days are those of the calendar",
        arguments: [
            ("2024-02-29", true), ("1900-02-29", false), ("2000-02-29", true), ("2026-04-31", false),
            ("2026-12-31", true), ("2026-00-01", false), ("2026-13-01", false), ("2026-1-01", false),
            ("0000-01-01", false), ("2026-01-01 ", false), ("20-6-01-01", false), ("+026-01-01", false), ("", false),
        ])
    func days(_ text: String, _ expected: Bool) {
        #expect(SurveyDefinition.isDay(text) == expected)
    }
}
