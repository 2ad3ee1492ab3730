/// `parley quiz check FILE`.
enum QuizCommand {
    static func run(_ arguments: [String], _ environment: [String: String]) throws(UsageError) -> ExitCode {
        try DefinitionCommand.run("quiz", arguments, environment) { bytes in
            let (quiz, problems) = QuizDefinition.read(bytes)
            return (quiz.map(summary), problems)
        }
    }

    private static func summary(of quiz: Quiz) -> String {
        let questions = quiz.questions.count
        return "\(questions) question\(questions == 1 ? "" : "s"), language \(quiz.language)"
    }
}
