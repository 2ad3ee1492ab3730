import Testing

@testable import Appliance

@Suite struct TemplateTests {
    @Test(
        "placeholders are filled, fallbacks serve where nothing is",
        arguments: [
            ("{a}", "1"), ("x{a}y{b}z", "x1yz"), ("{b|nobody}", "nobody"), ("{empty|nobody}", "nobody"),
            ("{a|other}", "1"),
            ("{{a}}", "{a}"), ("{{{a}}}", "{1}"), ("", ""), ("no places", "no places"), ("{brace}", "{a}"),
            ("{b|}", ""),
        ])
    func filled(_ source: String, becomes expected: String) throws {
        let values = ["a": "1", "empty": "", "brace": "{a}"]
        #expect(try Template(source).filled { values[$0] } == expected)
    }

    @Test(
        "what is not a template is refused", arguments: ["{", "}", "{a", "a}", "{}", "{|x}", "{a b}", "{a{b}}", "{{a}"])
    func refused(_ source: String) {
        #expect(throws: Refusal.self) { try Template(source) }
    }

    @Test("names are told in order, repeats kept")
    func names() throws {
        #expect(try Template("{b} {a|x} {b} {{c}}").names == ["b", "a", "b"])
    }
}
