import Web

extension QuizReader {
    private static let keys = ["id", "kind", "text", "right", "seconds", "points", "explanation", "image"]

    private enum KindName: String, CaseIterable {
        case single, several
        case trueFalse = "true_false"
        case typed, number

        /// What only questions of this kind have.
        var keys: [String] {
            switch self {
            case .single, .several: ["options"]
            case .trueFalse, .typed: []
            case .number: ["tolerance"]
            }
        }
    }

    mutating func question(_ value: JSONValue, _ path: String) -> QuizQuestion {
        guard let object = object(value, path, nil) else {
            return QuizQuestion(id: "", text: "", kind: .trueFalse(true))
        }
        let id = identifier(object)
        var name: KindName?
        if required(object, "kind") != nil { name = word(object, "kind", as: KindName.self) }
        if let name { _ = self.object(value, path, Self.keys + name.keys) }
        var question = QuizQuestion(
            id: id, text: requiredText(object, "text"), image: image(object),
            kind: name.map { kind($0, object) } ?? .trueFalse(true))
        question.limit = milliseconds(object, "seconds", QuizDefinition.limits) ?? question.limit
        question.points = whole(object, "points", 0...QuizDefinition.pointsMax) ?? question.points
        question.explanation = text(object, "explanation")
        return question
    }

    private mutating func image(_ object: Object) -> String? {
        let wanted = "an https URL of at most \(QuizDefinition.imageBytesMax) characters"
        return word(object, "image", wanted, QuizDefinition.isImage)
    }

    private mutating func kind(_ name: KindName, _ object: Object) -> QuizQuestion.Kind {
        switch name {
        case .single:
            let options = options(object)
            return .single(options, right: rightOption(object, of: options))
        case .several:
            let options = options(object)
            return .several(options, right: rightOptions(object, of: options))
        case .trueFalse:
            return .trueFalse(required(object, "right") == nil ? true : truth(object, "right") ?? true)
        case .typed: return .typed(variants(object))
        case .number:
            let limits = -QuizDefinition.numberMax...QuizDefinition.numberMax
            let right = required(object, "right") == nil ? nil : number(object, "right", limits)
            return .number(right ?? 0, tolerance: number(object, "tolerance", 0...QuizDefinition.numberMax) ?? 0)
        }
    }

    private mutating func options(_ object: Object) -> [QuizOption] {
        guard let value = required(object, "options") else { return [] }
        let path = object.path(of: "options")
        let options = list(value, path, QuizDefinition.optionCounts).enumerated().map { index, value in
            guard let option = self.object(value, "\(path)[\(index)]", ["id", "label"]) else {
                return QuizOption(id: "", label: "")
            }
            return QuizOption(
                id: identifier(option),
                label: requiredText(option, "label", charactersMax: QuizDefinition.labelCharactersMax, isLine: true))
        }
        refuseRepeated(options.map(\.id), path, "options")
        refuseRepeated(options.map { $0.label.lowercased() }, path, "label") { _, first in
            "Reads like that of options[\(first)]: nobody could tell them apart."
        }
        return options
    }

    private mutating func rightOption(_ object: Object, of options: [QuizOption]) -> String {
        guard required(object, "right") != nil else { return "" }
        let id = word(object, "right", "the id of the one option that is right") { _ in true }
        guard let id else { return "" }
        checkOption(id, object.path(of: "right"), of: options)
        return id
    }

    private mutating func rightOptions(_ object: Object, of options: [QuizOption]) -> Set<String> {
        guard let value = required(object, "right") else { return [] }
        let path = object.path(of: "right")
        var right: Set<String> = []
        for (index, value) in list(value, path, 1...QuizDefinition.optionCounts.upperBound).enumerated() {
            let path = "\(path)[\(index)]"
            guard case .text(let id) = value else {
                refuse(path, "Must be the id of an option.")
                continue
            }
            if right.insert(id).inserted {
                checkOption(id, path, of: options)
            } else {
                refuse(path, "'\(id.prefix(64))' is named already.")
            }
        }
        return right
    }

    /// Says nothing where not all options could be read.
    private mutating func checkOption(_ id: String, _ path: String, of options: [QuizOption]) {
        guard !options.isEmpty, !options.contains(where: { $0.id.isEmpty || $0.id == id }) else { return }
        let known = options.map(\.id).joined(separator: ", ")
        refuse(path, "There is no option '\(id.prefix(64))'; there are: \(known).")
    }

    /// Of a typed answer: one text, or several.
    private mutating func variants(_ object: Object) -> [String] {
        guard let value = required(object, "right") else { return [] }
        let path = object.path(of: "right")
        var variants: [String] = []
        var places: [String: Int] = [:]
        switch value {
        case .text(let text): check(text, path, 0)
        case .list(let list) where (1...QuizDefinition.variantsMax).contains(list.count):
            for (index, value) in list.enumerated() {
                if case .text(let text) = value {
                    check(text, "\(path)[\(index)]", index)
                } else {
                    refuse("\(path)[\(index)]", "Must be text.")
                }
            }
        default: refuse(path, "Must be text, or a list of 1 to \(QuizDefinition.variantsMax) texts.")
        }
        return variants

        func check(_ text: String, _ path: String, _ index: Int) {
            variants.append(text)
            let charactersMax = QuizDefinition.variantCharactersMax
            guard isReadable(text, path, charactersMax: charactersMax, isLine: true) else { return }
            // Nothing but punctuation counts as it is written.
            let folded = FoldedText(text).text.isEmpty ? text : FoldedText(text).text
            if let first = places[folded] {
                refuse(path, "Counts as the same as right[\(first)]: case, accents and punctuation do not matter.")
            } else {
                places[folded] = index
            }
        }
    }
}
