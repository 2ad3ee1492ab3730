/// A survey as conversations walk through it: with each question's place at hand, and how long the way from there is.
///
/// Made once for a version and shared by its conversations; making it takes time, asking it does not.
struct SurveyMap: Sendable {
    let survey: Survey
    /// How many questions there are, statements not counted.
    let asked: Int
    private let positions: [String: Int]
    private let stepsLeft: [Int]

    init(_ survey: Survey) {
        self.survey = survey
        asked = survey.questions.count { $0.kind != .statement }
        var positions: [String: Int] = [:]
        for (position, question) in survey.questions.enumerated() { positions[question.id] = position }
        self.positions = positions
        stepsLeft = Progress.stepsLeft(in: survey.questions, at: positions)
    }

    /// Where the question of this id stands in the survey's list.
    func position(of id: String) -> Int? { positions[id] }

    /// How many questions are asked on the longest way from this one to the end, itself counted and statements not.
    func stepsLeft(from position: Int) -> Int { stepsLeft[position] }

    /// The survey's own words, or the built-in ones, which are English where the bot does not know the language.
    func phrase(_ phrase: Phrase, in language: String, _ values: [String: String] = [:]) -> String {
        let template = survey.phrases[language]?[phrase] ?? Phrases.builtIn(phrase, in: language)
            ?? Phrases.builtIn(phrase, in: "en")
        return template?.filled { values[$0] } ?? ""
    }
}
