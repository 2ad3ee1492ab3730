import Testing

@testable import Appliance

@Suite struct QuizDefinitionExampleTests {
    @Test("every example of docs/quizzes.md is sound: a whole quiz, or a question that makes one")
    func sound() throws {
        var kinds: Set<String> = []
        for example in try jsonExamples(in: "docs/quizzes.md", section: "The definition") {
            let value = try #require(JSONValue(Array(example.utf8)), "\(example)")
            guard case .object(let object) = value else { throw Refusal(detail: example) }
            let json = object["questions"] == nil ? QuizDefinitionTests.quiz(example) : example
            #expect(QuizDefinitionTests.problems(json) == [], "\(example)")
            let quiz = try #require(QuizDefinition.read(Array(json.utf8)).quiz)
            kinds.formUnion(quiz.questions.map(\.kindName))
        }
        #expect(kinds == ["single", "several", "true_false", "typed", "number"])
    }

    @Test("the sample is sound: ten questions of all kinds, each with an explanation, hosted")
    func sample() throws {
        let (quiz, problems) = QuizDefinition.read(Array(SampleQuiz.definition.utf8))
        #expect(problems == [])
        let sample = try #require(quiz)
        #expect(sample.questions.count == 10 && sample.pace == .hosted && sample.language == "en")
        #expect(Set(sample.questions.map(\.kindName)).count == 5)
        #expect(sample.questions.allSatisfy { $0.explanation != nil })
    }
}
