import Web

/// Surveys as the team writes them: JSON, described in docs/surveys.md.
enum SurveyDefinition {
    static let languagesMax = 20
    static let questionsMax = 200
    static let optionsMax = 50
    static let rulesMax = 50
    /// Of one rule, all levels together.
    static let conditionsMax = 50
    static let conditionDepthMax = 8
    /// Of one `in`.
    static let valuesMax = 50
    static let valueCharactersMax = 200
    static let titleCharactersMax = 200
    static let labelCharactersMax = 100
    static let textCharactersMax = 2_000
    /// Of one text: each may be filled with an answer of 4,000 characters.
    static let placeholdersMax = 20
    static let ratingStepsMax = 101
    static let quotaMax = 1_000_000_000
    /// Beyond it not every whole number is a `Double`.
    static let numberMax = 1e15

    /// Reads and checks a definition. `survey` is nil exactly if there are problems, and all of them are told at once,
    /// each with the path of what is wrong, such as `questions[2].options[0].label.es`, and a sentence for people.
    static func read(_ bytes: [UInt8]) -> (survey: Survey?, problems: [FieldProblem]) {
        do throws(Refusal) {
            return read(try DefinitionText.value(of: bytes))
        } catch {
            return (nil, [FieldProblem(DefinitionText.root, error.detail)])
        }
    }

    static func read(_ value: JSONValue) -> (survey: Survey?, problems: [FieldProblem]) {
        var reader = SurveyReader()
        guard let survey = reader.survey(value) else { return (nil, DefinitionText.told(reader.problems)) }
        let found = reader.problems + SurveyChecker(survey, reader.gaps).problems
        return found.isEmpty ? (survey, []) : (nil, DefinitionText.told(found))
    }

    /// A day of the calendar as `YYYY-MM-DD`, from the year 1 on.
    static func isDay(_ text: String) -> Bool {
        let parts = text.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        guard parts.map(\.count) == [4, 2, 2], parts.allSatisfy({ $0.allSatisfy(Identifier.isDigit) }) else { return false }
        let numbers = parts.map { $0.reduce(0) { 10 * $0 + Int($1 - UInt8(ascii: "0")) } }
        return CalendarDay.isReal(numbers[0], numbers[1], numbers[2])
    }
}
