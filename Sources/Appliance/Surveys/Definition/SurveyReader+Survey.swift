import Web

extension SurveyReader {
    private static let keys = [
        "title", "languages", "greeting", "goodbye", "questions", "access", "opens_at", "closes_at", "quota",
        "responses", "abandoned_after_hours", "feedback", "phrases", "response_channel",
    ]

    private enum Responses: String, CaseIterable { case one, many }

    /// Nil when it is not even an object.
    mutating func survey(_ value: JSONValue) -> Survey? {
        guard let object = object(value, "", Self.keys) else { return nil }
        languages = languages(object)
        gaps.hidesLanguages = languages.isEmpty
        var survey = Survey(
            title: requiredText(object, "title", charactersMax: SurveyDefinition.titleCharactersMax, isLine: true),
            languages: languages,
            greeting: text(object, "greeting"),
            goodbye: text(object, "goodbye"),
            questions: questions(object))
        survey.access = word(object, "access", as: Survey.Access.self) ?? .open
        survey.opensAt = time(object, "opens_at")
        survey.closesAt = time(object, "closes_at")
        survey.quota = whole(object, "quota", 1...SurveyDefinition.quotaMax)
        survey.allowsMany = word(object, "responses", as: Responses.self) == .many
        if let after = abandonedAfter(object) { survey.abandonedAfter = after }
        survey.asksForFeedback = truth(object, "feedback") ?? false
        survey.phrases = phrases(object)
        survey.responseChannel = word(object, "response_channel", "the name of a channel", Name.isValid)
        return survey
    }

    private mutating func languages(_ object: Object) -> [String] {
        let before = problems.count
        guard let value = required(object, "languages") else { return [] }
        let path = object.path(of: "languages")
        var tags: [String] = []
        for (index, value) in list(value, path, 1...SurveyDefinition.languagesMax).enumerated() {
            guard case .text(let tag) = value, Tag.isValid(tag) else {
                refuse("\(path)[\(index)]", "Must be a language tag in lower case, such as en or pt-br.")
                continue
            }
            if tags.contains(tag) { refuse("\(path)[\(index)]", "This language is named already.") }
            tags.append(tag)
        }
        return problems.count == before ? tags : []
    }

    private mutating func questions(_ object: Object) -> [Question] {
        guard let value = flow({ $0.required(object, "questions") }) else { return [] }
        let path = object.path(of: "questions")
        let list = flow { $0.list(value, path, 1...SurveyDefinition.questionsMax) }
        return list.enumerated().map { index, value in question(value, "\(path)[\(index)]") }
    }

    /// Hours, as milliseconds.
    private mutating func abandonedAfter(_ object: Object) -> Int64? {
        let key = "abandoned_after_hours"
        guard object.has(key) else { return nil }
        guard case .number(let hours)? = object.values[key], (1.0 / 60...8_760).contains(hours) else {
            refuse(object.path(of: key), "Must be a number from 1/60 (a minute, 0.0167) to 8760 (a year).")
            return nil
        }
        return Int64((hours * Double(Timestamp.hours(1))).rounded())
    }

    private mutating func phrases(_ object: Object) -> [String: [Phrase: Template]] {
        guard object.has("phrases"), let value = object.values["phrases"] else { return [:] }
        guard let byLanguage = self.object(value, object.path(of: "phrases"), nil) else { return [:] }
        var phrases: [String: [Phrase: Template]] = [:]
        for (language, value) in byLanguage.values.sorted(by: { $0.key < $1.key }) {
            let path = byLanguage.path(of: String(language.prefix(64)))
            if !languages.isEmpty, !languages.contains(language) {
                refuse(path, "The survey has no language '\(language.prefix(64))'.")
            }
            guard let words = self.object(value, path, Phrase.allCases.map(\.rawValue)) else { continue }
            for phrase in Phrase.allCases where words.has(phrase.rawValue) {
                let path = words.path(of: phrase.rawValue)
                guard case .text(let source)? = words.values[phrase.rawValue] else {
                    refuse(path, "Must be text.")
                    continue
                }
                let template = template(source, path, charactersMax: SurveyDefinition.textCharactersMax)
                phrases[language, default: [:]][phrase] = template
            }
        }
        return phrases
    }
}
