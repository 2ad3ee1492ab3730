import Testing

@testable import Appliance

@Suite struct DefinitionCheckerTests {
    static func survey(_ questions: String, _ more: String = "") -> String { DefinitionTests.survey(questions, more) }
    static func texts(_ ids: String, _ more: [Character: String] = [:]) -> String { DefinitionTests.texts(ids, more) }
    static func next(_ rules: String...) -> String { #""next": [\#(rules.joined(separator: ", "))]"# }
    static func go(_ target: String, _ condition: String? = nil) -> String {
        #"{\#(condition.map { #""if": \#($0), "# } ?? "")"go_to": "\#(target)"}"#
    }
    static let maybe = #"{"customer": "vip", "is": true}"#
    /// One question of each kind by the name of its kind, then one that asks about it.
    static func after(_ kind: String, _ condition: String) -> String {
        survey(#"""
            {"id": "text", "kind": "text", "text": "?"}, {"id": "email", "kind": "email", "text": "?"},
            {"id": "choice", "kind": "choice", "text": "?", \#(DefinitionTests.options)},
            {"id": "choices", "kind": "choices", "text": "?", \#(DefinitionTests.options)},
            {"id": "rating", "kind": "rating", "text": "?"},
            {"id": "number", "kind": "number", "text": "?", "max": 9, "whole": true},
            {"id": "date", "kind": "date", "text": "?"}, {"id": "yes_no", "kind": "yes_no", "text": "?"},
            {"id": "statement", "kind": "statement", "text": "."},
            {"id": "last", "kind": "email", "text": "?",
             "next": [{"if": {"answer": "\#(kind)", \#(condition)}, "go_to": "end"}]}
            """#)
    }

    @Test(
        "flows that are fine",
        arguments: [
            texts("a"), texts("ab"), texts("ab", ["a": next(go("end", maybe))]),
            texts("abc", ["a": next(go("c", maybe), go("b"))]),
            texts("ab", ["b": next(go("a", maybe))]),                                // round again, or on to the end
            texts("a", ["a": next(go("a", maybe))]),
            texts("abc", ["a": next(go("c")), "b": next(go("end")), "c": next(go("b"))]),
            texts("ab", ["b": next(go("end", maybe), go("a"))]),
        ])
    func fine(_ questions: String) {
        #expect(DefinitionTests.problems(Self.survey(questions)) == [])
    }

    @Test(
        "flows that are not",
        arguments: [
            (texts("ab", ["a": next(go("end"))]), ["questions[1]: Nothing leads to 'b': it would never be asked."]),
            (
                texts("abc", ["a": next(go("c"))]),
                ["questions[1]: Nothing leads to 'b': it would never be asked."]
            ),
            (
                texts("abcd", ["a": next(go("d")), "b": next(go("c")), "c": next(go("b"))]),
                [
                    "questions[1]: Nothing leads to 'b': it would never be asked.",
                    "questions[2]: Nothing leads to 'c': it would never be asked.",
                ]
            ),
            (
                texts("a", ["a": next(go("a"))]),
                ["questions[0]: The survey would never end from here: 'a'. One of them needs a way out."]
            ),
            (
                texts("abc", ["a": next(go("b", maybe), go("c")), "b": next(go("b")), "c": next(go("end"))]),
                ["questions[1]: The survey would never end from here: 'b'. One of them needs a way out."]
            ),
            (
                texts("abc", ["c": next(go("b"))]),
                ["questions[1]: The survey would never end from here: 'b', 'c'. One of them needs a way out."]
            ),
            (
                texts("a", ["a": next(go("b", maybe))]),
                ["questions[0].next[0].go_to: There is no question 'b'."]
            ),
            (
                texts("ab", ["a": next(go("b"), go("end"), go("a", maybe))]),
                [
                    "questions[0].next[1]: Is never looked at: next[0], before it, always holds.",
                    "questions[0].next[2]: Is never looked at: next[0], before it, always holds.",
                ]
            ),
            (texts("aa"), ["questions[1].id: 'a' is the id of questions[0] already."]),
            (
                #"{"id": "s", "kind": "statement", "text": ".", \#(next(go("t", maybe)))}, "#
                    + #"{"id": "t", "kind": "statement", "text": ".", \#(next(go("s", maybe)))}"#,
                [
                    "questions[0]: These statements lead to each other without a question between them: 's', 't'."
                ]
            ),
        ])
    func flow(_ questions: String, _ expected: [String]) {
        #expect(DefinitionTests.problems(Self.survey(questions)) == expected)
    }

    @Test(
        "comparisons that a kind of question can stand",
        arguments: [
            ("text", #""is": "x""#), ("text", #""in": ["x", "y"]"#), ("text", #""contains": "x""#),
            ("email", #""contains": "@x""#), ("choice", #""is": "a""#), ("choice", #""in": ["a", "b"]"#),
            ("choices", #""contains": "a""#), ("choices", #""is": "b""#), ("rating", #""is": 5"#),
            ("rating", #""less_than": 3"#), ("rating", #""at_least": 0"#), ("number", #""in": [1, -7]"#),
            ("number", #""more_than": 2.5"#), ("date", #""at_most": "2026-01-31""#), ("date", #""is": "2026-01-31""#),
            ("yes_no", #""is": true"#), ("yes_no", #""is": "no""#), ("text", #""answered": false"#),
            ("choices", #""answered": true"#),
        ])
    func comparable(_ kind: String, _ condition: String) {
        #expect(DefinitionTests.problems(Self.after(kind, condition)) == [])
    }

    @Test(
        "comparisons that it cannot",
        arguments: [
            ("text", #""less_than": 3"#, "less_than: A question of kind 'text' knows only: is, in, contains, ans"),
            ("text", #""is": 3"#, "is: Must be text."),
            ("email", #""more_than": "a""#, "more_than: A question of kind"),
            ("choice", #""is": "c""#, "is: 'c' is no option's id; known are: a, b."),
            ("choice", #""in": ["a", "z"]"#, "in[1]: 'z' is no option's id"),
            ("choice", #""is": 1"#, "is: Must be the id of an option."),
            ("choice", #""contains": "a""#, "contains: A question of kind 'choice'"),
            ("choices", #""contains": "c""#, "contains: 'c' is no option's id"),
            ("choices", #""at_least": 1"#, "at_least: A question of kind 'choices'"),
            ("rating", #""is": 6"#, "is: Must be a whole number from 1 to 5."),
            ("rating", #""is": 2.5"#, "is: Must be a whole number from 1 to 5."),
            ("rating", #""at_least": "3""#, "at_least: Must be a number."),
            ("number", #""contains": "1""#, "contains: A question of kind 'number'"),
            ("number", #""is": 10"#, "is: Is not a number that this question takes."),
            ("number", #""is": 1.5"#, "is: Is not a number that this question takes."),
            ("date", #""less_than": 3"#, "less_than: Must be a day"),
            ("date", #""less_than": "2026-02-30""#, "less_than: Must be a day"),
            ("yes_no", #""is": "maybe""#, "is: Must be true or false."),
            ("yes_no", #""contains": "y""#, "contains: A question of kind 'yes_no'"),
            ("statement", #""answered": true"#, "answer: 'statement' is a statement: nobody answers it."),
            ("colour", #""answered": true"#, "answer: There is no question 'colour'."),
        ])
    func incomparable(_ kind: String, _ condition: String, _ expected: String) {
        let problems = DefinitionTests.problems(Self.after(kind, condition))
        #expect(problems.count == 1)
        #expect(problems.first?.hasPrefix("questions[9].next[0].if.\(expected)") == true, "\(problems)")
    }

    @Test("the path leads into a condition")
    func path() {
        let condition = #"{"all": [{"customer": "x", "is": 1}, {"any": [{"not": {"answer": "b", "is": "x"}}]}]}"#
        let json = Self.survey(Self.texts("ab", ["a": Self.next(Self.go("end", condition))]))
        #expect(DefinitionTests.problems(json) == [
            "questions[0].next[0].if.all[1].any[0].not.answer: "
                + "'b' cannot have been answered here: it does not come before."
        ])
    }

    @Test(
        "what a text may name, where it stands",
        arguments: [
            (#""greeting": "{customer.name|there}""#, [:], nil),
            (#""goodbye": "{answers.a|it} {answers.b|}""#, [:], nil),
            (#""title": "{customer.name|x}""#, [:], "title: A title has no placeholders"),
            (#""greeting": "{answers.a|x}""#, [:], "greeting: 'a' cannot have been answered here"),
            (#""greeting": "{customer.name}""#, [:], "greeting: '{customer.name}' needs words"),
            (#""greeting": "{name|x}""#, [:], "greeting: '{name}' is neither"),
            (#""greeting": "{customer|x}""#, [:], "greeting: '{customer}' is neither"),
            (#""greeting": "{customer.Name|x}""#, [:], "greeting: '{customer.Name}' is neither"),
            (#""greeting": "{customer.a.b|x}""#, [:], "greeting: '{customer.a.b}' is neither"),
            (#""goodbye": "{answers.z|x}""#, [:], "goodbye: There is no question 'z'."),
            ("", ["b": #""reply": "{answers.a|x} {answers.b|x}""#], nil),
            ("", ["a": #""reply": "{answers.b|x}""#], "questions[0].reply: 'b' cannot have been answered here"),
            (#""goodbye": "\#(String(repeating: "{answers.a|x}", count: 21))""#, [:], "goodbye: A text has at most 20"),
        ] as [(String, [Character: String], String?)])
    func places(_ more: String, _ fields: [Character: String], _ expected: String?) {
        let title = more.hasPrefix(#""title""#)
        var json = Self.survey(Self.texts("ab", fields), title ? "" : more)
        if title { json = json.replacing(#""title": "T""#, with: more) }
        let problems = DefinitionTests.problems(json)
        #expect(problems.count == (expected == nil ? 0 : 1), "\(problems)")
        if let expected { #expect(problems.first?.hasPrefix(expected) == true, "\(problems)") }
    }

    @Test("an answer is known behind its question, and forgotten where a rule leads back before it")
    func loop() {
        let back = Self.next(Self.go("b", Self.maybe))
        func json(_ name: Character, in place: Character) -> String {
            let fields = ["a", "b", "c"].map { id in
                let text = id == String(place) ? "{answers.\(name)|x}" : "?"
                return #"{"id": "\#(id)", "kind": "email", "text": "\#(text)"\#(id == "c" ? ", " + back : "")}"#
            }
            return Self.survey(fields.joined(separator: ", "))
        }
        #expect(DefinitionTests.problems(json("a", in: "b")) == [])
        #expect(DefinitionTests.problems(json("b", in: "c")) == [])
        #expect(DefinitionTests.problems(json("c", in: "b")).count == 1)
        #expect(DefinitionTests.problems(json("b", in: "b")).count == 1)
        #expect(DefinitionTests.problems(json("b", in: "a")).count == 1)
    }

    @Test("options are told apart")
    func options() {
        func problems(_ options: String) -> [String] {
            DefinitionTests.problems(
                Self.survey(#"{"id": "q", "kind": "choice", "text": "?", "options": [\#(options)]}"#))
        }
        #expect(problems(#"{"id": "a", "label": "A"}, {"id": "a", "label": "B"}"#) == [
            "questions[0].options[1].id: 'a' is the id of options[0] already."
        ])
        #expect(problems(#"{"id": "a", "label": "Äpfel"}, {"id": "b", "label": "äpfel"}"#) == [
            "questions[0].options[1].label: Reads like that of options[0]: nobody could tell them apart."
        ])
        #expect(problems(#"{"id": "zero", "label": "0"}, {"id": "one", "label": "1"}"#) == [
            "questions[0].options[1].label: '1' is what customers answer to pick option 1; use other words."
        ])
        #expect(problems(#"{"id": "one", "label": "1"}, {"id": "two", "label": "2"}"#) == [])
        #expect(problems(#"{"id": "one", "label": "2025"}, {"id": "two", "label": "2026"}"#) == [])
    }

    @Test("a survey ends after it opens")
    func times() {
        let times = #""opens_at": "2026-01-01T00:00:00Z", "closes_at": "2026-01-01T01:00:00+01:00""#
        let problems = DefinitionTests.problems(Self.survey(Self.texts("a"), times))
        #expect(problems == ["closes_at: Must be after 'opens_at'."])
    }

    @Test("phrases are those there are, in languages that the survey speaks")
    func phrases() {
        func problems(_ phrases: String) -> [String] {
            DefinitionTests.problems(Self.survey(Self.texts("a"), #""phrases": \#(phrases)"#))
        }
        #expect(problems(#"{"en": {"cannot_skip": "No."}}"#) == [])
        #expect(problems(#"{"en": {"answer_so_far": "So far: {answer}"}}"#) == [])
        func first(_ phrases: String) -> String { problems(phrases).first ?? "" }
        #expect(first(#"{"en": {"cannot_skip": "{colour}"}}"#).hasPrefix("phrases.en.cannot_skip: '{colour}' is not"))
        #expect(first(#"{"en": {"hello": "x"}}"#).hasPrefix("phrases.en.hello: There is no such field"))
        #expect(problems(#"{"es": {"cannot_skip": "No."}}"#) == ["phrases.es: The survey has no language 'es'."])
        #expect(problems(#"{"en": {"cannot_skip": 1}}"#) == ["phrases.en.cannot_skip: Must be text."])
    }

    @Test("a language that is not built in brings all phrases")
    func language() {
        func json(_ phrases: String) -> String {
            Self.survey(Self.texts("a"), #""phrases": {"it": {\#(phrases)}}"#).replacing(#"["en"]"#, with: #"["it"]"#)
        }
        let all = Phrase.allCases.map { #""\#($0.rawValue)": "x""# }
        #expect(DefinitionTests.problems(json(all.joined(separator: ", "))) == [])
        let problems = DefinitionTests.problems(json(all.dropFirst().joined(separator: ", ")))
        #expect(problems.count == 1)
        #expect(problems.first?.hasPrefix("phrases.it: ") == true)
        #expect(problems.first?.hasSuffix("missing are: \(Phrase.allCases[0].rawValue).") == true)
    }
}
