import Web

/// Reads the JSON of a quiz.
struct QuizReader: DefinitionReader {
    var problems: [FieldProblem] = []

    private static let keys = [
        "title", "language", "questions", "scoring", "streak_bonus", "pace", "shuffle_questions", "shuffle_options",
        "lobby", "lobby_seconds", "late_join", "board", "reveal_seconds", "without_host_seconds", "open_minutes",
        "players_max",
    ]

    /// Nil when it is not even an object.
    mutating func quiz(_ value: JSONValue) -> Quiz? {
        guard let object = object(value, "", Self.keys) else { return nil }
        var quiz = Quiz(
            title: requiredText(object, "title", charactersMax: QuizDefinition.titleCharactersMax, isLine: true),
            language: language(object),
            questions: questions(object))
        readScoring(object, into: &quiz)
        quiz.shufflesQuestions = truth(object, "shuffle_questions") ?? false
        quiz.shufflesOptions = truth(object, "shuffle_options") ?? false
        quiz.showsBoard = truth(object, "board") ?? true
        quiz.playersMax = whole(object, "players_max", 1...QuizDefinition.playersMax) ?? Quiz.playersMaxStandard
        readPace(object, into: &quiz)
        return quiz
    }

    private mutating func language(_ object: Object) -> String {
        guard required(object, "language") != nil else { return "" }
        return word(object, "language", "a language tag in lower case, such as en or pt-br", Tag.isValid) ?? ""
    }

    private mutating func questions(_ object: Object) -> [QuizQuestion] {
        guard let value = required(object, "questions") else { return [] }
        let path = object.path(of: "questions")
        let questions = list(value, path, 1...QuizDefinition.questionsMax).enumerated().map { index, value in
            question(value, "\(path)[\(index)]")
        }
        refuseRepeated(questions.map(\.id), path, "questions")
        return questions
    }

    private mutating func readScoring(_ object: Object, into quiz: inout Quiz) {
        quiz.scoring = word(object, "scoring", as: Scoring.self) ?? .classic
        guard object.has("streak_bonus"), let value = object.values["streak_bonus"] else { return }
        let path = object.path(of: "streak_bonus")
        guard quiz.scoring != .none else {
            refuse(path, "Means nothing where no points are given.")
            return
        }
        guard let bonus = self.object(value, path, ["step", "max"]) else { return }
        quiz.streak = StreakBonus(
            step: requiredWhole(bonus, "step", 0...QuizDefinition.streakStepMax),
            max: requiredWhole(bonus, "max", 0...QuizDefinition.streakMax))
    }

    /// What depends on how a game goes. What means nothing there is refused: whoever wrote it expects something.
    private mutating func readPace(_ object: Object, into quiz: inout Quiz) {
        // Nil where what was written is not understood: then nothing is said of what depends on it.
        let pace = object.has("pace") ? word(object, "pace", as: Quiz.Pace.self) : .hosted
        let hasLobby = object.has("lobby") ? truth(object, "lobby") : pace.map { $0 == .hosted }
        quiz.pace = pace ?? .hosted
        quiz.hasLobby = hasLobby ?? true
        quiz.letsJoinLate = truth(object, "late_join") ?? true
        if hasLobby == false {
            refuse(object, "lobby_seconds", "Means nothing without a lobby.")
            if !quiz.letsJoinLate {
                refuse(object, "late_join", "Without a lobby a game begins at once: nobody could join.")
            }
        } else {
            quiz.lobbyLasts = milliseconds(object, "lobby_seconds", QuizDefinition.lobbySeconds)
        }
        if pace == .selfPaced {
            refuse(object, "reveal_seconds", "Means nothing in a self-paced quiz: everybody moves on by themselves.")
            refuse(object, "without_host_seconds", "Means nothing in a self-paced quiz: it needs no host.")
        } else {
            quiz.revealLasts =
                milliseconds(object, "reveal_seconds", QuizDefinition.revealSeconds) ?? quiz.revealLasts
            quiz.withoutHostLasts =
                milliseconds(object, "without_host_seconds", QuizDefinition.withoutHostSeconds)
        }
        if pace == .hosted {
            refuse(object, "open_minutes", "Means nothing in a hosted quiz: it ends after its last question.")
        } else if let minutes = whole(object, "open_minutes", QuizDefinition.openMinutes) {
            quiz.openLasts = minutes * 60_000
        }
    }
}

extension QuizReader {
    /// Notes that `key` has no business here, if it is there.
    private mutating func refuse(_ object: Object, _ key: String, _ detail: String) {
        if object.has(key) { refuse(object.path(of: key), detail) }
    }

    /// Seconds, as milliseconds.
    mutating func milliseconds(_ object: Object, _ key: String, _ seconds: ClosedRange<Int>) -> Int? {
        whole(object, key, seconds).map { $0 * 1_000 }
    }

    private mutating func requiredWhole(_ object: Object, _ key: String, _ range: ClosedRange<Int>) -> Int {
        guard required(object, key) != nil else { return range.lowerBound }
        return whole(object, key, range) ?? range.lowerBound
    }

    /// Notes ids that are there twice, each at the later place: `questions[3].id`. Those that could not be read are not
    /// judged.
    mutating func refuseRepeated(_ ids: [String], _ path: String, _ name: String) {
        refuseRepeated(ids, path, "id") { id, first in "'\(id)' is the id of \(name)[\(first)] already." }
    }

    /// Notes values that are there twice in the objects of a list, each at the later place.
    mutating func refuseRepeated(
        _ values: [String], _ path: String, _ key: String, _ detail: (_ value: String, _ first: Int) -> String
    ) {
        var places: [String: Int] = [:]
        for (index, value) in values.enumerated() where !value.isEmpty {
            if let first = places[value] {
                refuse("\(path)[\(index)].\(key)", detail(value, first))
            } else {
                places[value] = index
            }
        }
    }

    /// A text for people.
    mutating func text(
        _ object: Object, _ key: String, charactersMax: Int = QuizDefinition.textCharactersMax, isLine: Bool = false
    ) -> String? {
        guard object.has(key) else { return nil }
        guard case .text(let text)? = object.values[key] else {
            refuse(object.path(of: key), "Must be text.")
            return nil
        }
        let path = object.path(of: key)
        return isReadable(text, path, charactersMax: charactersMax, isLine: isLine) ? text : nil
    }

    mutating func requiredText(
        _ object: Object, _ key: String, charactersMax: Int = QuizDefinition.textCharactersMax, isLine: Bool = false
    ) -> String {
        guard required(object, key) != nil else { return "" }
        return text(object, key, charactersMax: charactersMax, isLine: isLine) ?? ""
    }
}
