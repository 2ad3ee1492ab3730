import Testing

@testable import Appliance

@Suite struct DefinitionExampleTests {
    @Test("every example of docs/surveys.md is sound: a whole survey, or a question that makes one")
    func sound() throws {
        var kinds: Set<String> = []
        for example in try jsonExamples(in: "docs/surveys.md") {
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
