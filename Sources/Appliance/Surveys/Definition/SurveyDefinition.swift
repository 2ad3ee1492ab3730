import Web

/// Surveys as the team writes them: JSON, described in docs/surveys.md.
enum SurveyDefinition {
    static let bytesMax = 512 * 1_024
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
    /// What is wrong beyond that is counted, not told.
    static let problemsMax = 200

    /// Where problems of the whole are found.
    static let root = "definition"

    /// Reads and checks a definition. `survey` is nil exactly if there are problems, and all of them are told at once,
    /// each with the path of what is wrong, such as `questions[2].options[0].label.es`, and a sentence for people.
    static func read(_ bytes: [UInt8]) -> (survey: Survey?, problems: [FieldProblem]) {
        guard bytes.count <= bytesMax else {
            return (nil, [FieldProblem(root, "Must have at most \(bytesMax) bytes.")])
        }
        guard let value = JSONValue(bytes) else {
            return (nil, [FieldProblem(root, "Must be one JSON object in UTF-8.")])
        }
        return read(value)
    }

    static func read(_ value: JSONValue) -> (survey: Survey?, problems: [FieldProblem]) {
        var reader = DefinitionReader()
        guard let survey = reader.survey(value) else { return (nil, told(reader.problems)) }
        let found = reader.problems + SurveyChecker(survey, reader.gaps).problems
        return found.isEmpty ? (survey, []) : (nil, told(found))
    }

    private static func told(_ problems: [FieldProblem]) -> [FieldProblem] {
        let rest = problems.count - problemsMax
        guard rest > 0 else { return problems }
        return problems.prefix(problemsMax) + [FieldProblem(root, "There are \(rest) more problems.")]
    }

    /// A language tag such as `en` or `pt-br`: letters of two or three, then parts of two to eight letters or digits.
    static func isLanguageTag(_ text: String) -> Bool {
        let parts = text.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        guard parts.count <= 3, (2...3).contains(parts[0].count), parts[0].allSatisfy(Identifier.isLetter) else { return false }
        return parts.dropFirst().allSatisfy { part in
            (2...8).contains(part.count) && part.allSatisfy { Identifier.isLetter($0) || Identifier.isDigit($0) }
        }
    }

    /// A day of the calendar as `YYYY-MM-DD`, from the year 1 on.
    static func isDay(_ text: String) -> Bool {
        let parts = text.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        guard parts.map(\.count) == [4, 2, 2], parts.allSatisfy({ $0.allSatisfy(Identifier.isDigit) }) else { return false }
        let numbers = parts.map { $0.reduce(0) { 10 * $0 + Int($1 - UInt8(ascii: "0")) } }
        return CalendarDay.isReal(numbers[0], numbers[1], numbers[2])
    }
}
