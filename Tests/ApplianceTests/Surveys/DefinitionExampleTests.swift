import FoundationEssentials
import Testing

@testable import Appliance

@Suite struct DefinitionExampleTests {
    private static func examples() throws -> [String] {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let text = try String(contentsOf: root.appending(path: "docs/surveys.md"), encoding: .utf8)
        var examples: [String] = []
        var lines: [Substring]?
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if line == "```json" {
                lines = []
            } else if line == "```", let example = lines {
                examples.append(example.joined(separator: "\n"))
                lines = nil
            } else {
                lines?.append(line)
            }
        }
        return examples
    }

    @Test("every example of docs/surveys.md is sound: a whole survey, or a question that makes one")
    func sound() throws {
        var kinds: Set<String> = []
        for example in try Self.examples() {
            let value = try #require(JSONValue(Array(example.utf8)), "\(example)")
            guard case .object(let object) = value else { throw Refusal(detail: example) }
            let json = object["questions"] == nil ? DefinitionTests.survey(example) : example
            #expect(DefinitionTests.problems(json) == [], "\(example)")
            let survey = try #require(SurveyDefinition.read(Array(json.utf8)).survey)
            kinds.formUnion(survey.questions.map(\.kind.name))
        }
        let all = ["text", "choice", "choices", "rating", "number", "date", "email", "yes_no", "statement"]
        #expect(kinds == Set(all))
    }
}
