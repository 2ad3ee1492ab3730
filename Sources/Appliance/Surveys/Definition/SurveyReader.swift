import Web

/// Reads the JSON of a survey, and what the checker must know of how that went.
struct SurveyReader: DefinitionReader {
    var problems: [FieldProblem] = []
    var gaps = Gaps()
    /// Of the survey; empty when they could not be read.
    var languages: [String] = []

    /// What the checker must not judge, because it was not understood.
    struct Gaps: Equatable, Sendable {
        /// Where questions lead is not known for all of them.
        var hidesFlow = false
        /// Ids of questions of unknown kind.
        var kinds: Set<String> = []
        var hidesLanguages = false
    }

    /// Notes that there is no flow to judge when `body` met a problem.
    mutating func flow<Value>(_ body: (inout Self) -> Value) -> Value {
        let before = problems.count
        let value = body(&self)
        if problems.count > before { gaps.hidesFlow = true }
        return value
    }
}

extension SurveyReader {
    /// A text for people: a string in a survey of one language, else one for each language.
    mutating func text(
        _ object: Object, _ key: String, charactersMax: Int = SurveyDefinition.textCharactersMax, isLine: Bool = false
    ) -> LocalText? {
        guard object.has(key), let value = object.values[key] else { return nil }
        let path = object.path(of: key)
        switch value {
        case .text(let source) where languages.count <= 1:
            let template = template(source, path, charactersMax: charactersMax, isLine: isLine)
            return LocalText(template.map { [languages.first ?? "": $0] } ?? [:])
        case .object(let sources):
            var templates: [String: Template] = [:]
            for (language, source) in sources.sorted(by: { $0.key < $1.key }) {
                let path = "\(path).\(language.prefix(64))"
                if !languages.isEmpty, !languages.contains(language) {
                    refuse(path, "The survey has no language '\(language.prefix(64))'.")
                } else if case .text(let source) = source {
                    templates[language] = template(source, path, charactersMax: charactersMax, isLine: isLine)
                } else {
                    refuse(path, "Must be text.")
                }
            }
            for language in languages where sources[language] == nil {
                refuse("\(path).\(language)", "The text in this language is missing.")
            }
            return LocalText(templates)
        default:
            let list = languages.joined(separator: ", ")
            refuse(
                path, languages.count > 1 ? "Must be an object with a text for each of: \(list)." : "Must be text.")
            return LocalText([:])
        }
    }

    mutating func requiredText(
        _ object: Object, _ key: String, charactersMax: Int = SurveyDefinition.textCharactersMax, isLine: Bool = false
    ) -> LocalText {
        guard required(object, key) != nil else { return LocalText([:]) }
        return text(object, key, charactersMax: charactersMax, isLine: isLine) ?? LocalText([:])
    }

    /// - Parameter isLine: whether it must not have line ends.
    mutating func template(_ source: String, _ path: String, charactersMax: Int, isLine: Bool = false) -> Template? {
        guard isReadable(source, path, charactersMax: charactersMax, isLine: isLine) else { return nil }
        do throws(Refusal) {
            return try Template(source)
        } catch {
            refuse(path, error.detail)
            return nil
        }
    }
}
