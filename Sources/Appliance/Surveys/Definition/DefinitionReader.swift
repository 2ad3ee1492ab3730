import Web

/// Reads the JSON of a definition, and notes by path what is wrong with it.
///
/// What cannot be read is replaced by a stand-in, so that the rest keeps its place and everything is told at once; the
/// survey is thrown away then.
struct DefinitionReader {
    private(set) var problems: [FieldProblem] = []
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

    /// One object with its path; null counts as left out.
    struct Object {
        let path: String
        let values: [String: JSONValue]

        func has(_ key: String) -> Bool { values[key].map { $0 != .null } ?? false }
        func path(of key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }
    }

    mutating func refuse(_ path: String, _ detail: String) { problems.append(FieldProblem(path, detail)) }

    /// Notes that there is no flow to judge when `body` met a problem.
    mutating func flow<Value>(_ body: (inout Self) -> Value) -> Value {
        let before = problems.count
        let value = body(&self)
        if problems.count > before { gaps.hidesFlow = true }
        return value
    }

    /// - Parameter keys: what it may have; nil when that is not known.
    mutating func object(_ value: JSONValue, _ path: String, _ keys: [String]?) -> Object? {
        guard case .object(let values) = value else {
            refuse(path.isEmpty ? SurveyDefinition.root : path, "Must be an object.")
            return nil
        }
        let object = Object(path: path, values: values)
        if let keys {
            for key in values.keys.sorted() where !keys.contains(key) {
                let known = keys.joined(separator: ", ")
                refuse(object.path(of: String(key.prefix(64))), "There is no such field; known are: \(known).")
            }
        }
        return object
    }

    /// The value of `key`, or nil after noting that it is missing.
    mutating func required(_ object: Object, _ key: String) -> JSONValue? {
        guard object.has(key) else {
            refuse(object.path(of: key), "This field is required.")
            return nil
        }
        return object.values[key]
    }

    mutating func truth(_ object: Object, _ key: String) -> Bool? {
        guard object.has(key) else { return nil }
        guard case .truth(let truth)? = object.values[key] else {
            refuse(object.path(of: key), "Must be true or false.")
            return nil
        }
        return truth
    }

    mutating func number(_ object: Object, _ key: String, _ range: ClosedRange<Double>) -> Double? {
        guard object.has(key) else { return nil }
        guard case .number(let number)? = object.values[key], range.contains(number) else {
            let ends = "\(Scalar.shown(range.lowerBound)) to \(Scalar.shown(range.upperBound))"
            refuse(object.path(of: key), "Must be a number from \(ends).")
            return nil
        }
        return number
    }

    mutating func whole(_ object: Object, _ key: String, _ range: ClosedRange<Int>) -> Int? {
        guard object.has(key) else { return nil }
        guard case .number(let number)? = object.values[key], let whole = Int(exactly: number), range.contains(whole)
        else {
            refuse(object.path(of: key), "Must be a whole number from \(range.lowerBound) to \(range.upperBound).")
            return nil
        }
        return whole
    }

    /// A list of so many; more than that are not looked at.
    mutating func list(_ value: JSONValue, _ path: String, _ count: ClosedRange<Int>) -> [JSONValue] {
        guard case .list(let list) = value, count.contains(list.count) else {
            refuse(path, "Must be a list of \(count.lowerBound) to \(count.upperBound).")
            if case .list(let list) = value { return Array(list.prefix(count.upperBound)) }
            return []
        }
        return list
    }

    /// Text that people do not read, `wanted` in words.
    mutating func word(_ object: Object, _ key: String, _ wanted: String, _ isFine: (String) -> Bool) -> String? {
        guard object.has(key) else { return nil }
        guard case .text(let text)? = object.values[key], isFine(text) else {
            refuse(object.path(of: key), "Must be \(wanted).")
            return nil
        }
        return text
    }

    mutating func word<Word: RawRepresentable<String> & CaseIterable>(
        _ object: Object, _ key: String, as type: Word.Type
    ) -> Word? {
        let known = Word.allCases.map(\.rawValue).joined(separator: ", ")
        return word(object, key, "one of: \(known)") { Word(rawValue: $0) != nil }.flatMap(Word.init)
    }

    mutating func time(_ object: Object, _ key: String) -> Timestamp? {
        word(object, key, "a time such as 2026-01-31T09:30:00Z") { Timestamp(iso8601: $0) != nil }
            .flatMap(Timestamp.init(iso8601:))
    }
}

extension DefinitionReader {
    /// An identifier, or as a stand-in what stands in its place, so that those who refer to it are not refused too.
    mutating func identifier(_ object: Object, _ key: String = "id") -> String {
        guard case .text(let text)? = required(object, key) else {
            if object.has(key) { refuse(object.path(of: key), "Must be text.") }
            return ""
        }
        if !Identifier.isValid(text) {
            refuse(
                object.path(of: key),
                "Must be a lower-case letter, then lower-case letters, digits and '_', at most 32.")
        }
        return text
    }

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
        guard !source.allSatisfy(\.isWhitespace) else {
            refuse(path, "Must not be empty.")
            return nil
        }
        guard source.utf8.count <= charactersMax || source.count <= charactersMax else {
            refuse(path, "Must have at most \(charactersMax) characters.")
            return nil
        }
        let isShown = source.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F || $0 == 0x0A && !isLine }
        guard isShown else {
            refuse(path, "Must not contain control characters\(isLine ? " or line ends" : " other than line ends").")
            return nil
        }
        do throws(Refusal) {
            return try Template(source)
        } catch {
            refuse(path, error.detail)
            return nil
        }
    }
}
