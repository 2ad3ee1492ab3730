/// `parley survey check FILE`.
enum SurveyCommand {
    static func run(_ arguments: [String], _ environment: [String: String]) throws(UsageError) -> ExitCode {
        try DefinitionCommand.run("survey", arguments, environment) { bytes in
            let (survey, problems) = SurveyDefinition.read(bytes)
            return (survey.map(summary), problems)
        }
    }

    private static func summary(of survey: Survey) -> String {
        let questions = survey.questions.filter { $0.kind != .statement }.count
        return "\(questions) question\(questions == 1 ? "" : "s"), "
            + "language\(survey.languages.count == 1 ? "" : "s") \(survey.languages.joined(separator: ", "))"
    }
}
