import Web

extension SurveyReader {
    /// The rules under `next`.
    mutating func rules(_ object: Object) -> [Rule] {
        guard object.has("next"), let value = object.values["next"] else { return [] }
        let path = object.path(of: "next")
        return list(value, path, 0...SurveyDefinition.rulesMax).enumerated().map { index, value in
            rule(value, "\(path)[\(index)]")
        }
    }

    private mutating func rule(_ value: JSONValue, _ path: String) -> Rule {
        guard let object = object(value, path, ["if", "go_to"]) else { return Rule(target: .end) }
        var condition: Condition?
        if object.has("if"), let value = object.values["if"] {
            var count = 0
            condition = self.condition(value, object.path(of: "if"), depth: 1, &count)
        }
        guard required(object, "go_to") != nil,
            let target = word(object, "go_to", "the id of a question, or \"end\"", { !$0.isEmpty })
        else { return Rule(condition: condition, target: .end) }
        return Rule(condition: condition, target: target == "end" ? .end : .question(target))
    }

    private static let comparisons = [
        "is", "in", "less_than", "at_most", "more_than", "at_least", "contains", "answered",
    ]
    private static let standIn = Condition.all([])

    /// - Parameter count: conditions of this rule read so far.
    private mutating func condition(_ value: JSONValue, _ path: String, depth: Int, _ count: inout Int) -> Condition {
        count += 1
        guard depth <= SurveyDefinition.conditionDepthMax, count <= SurveyDefinition.conditionsMax else {
            refuse(
                path,
                "A rule has at most \(SurveyDefinition.conditionsMax) conditions, "
                    + "\(SurveyDefinition.conditionDepthMax) deep.")
            return Self.standIn
        }
        guard case .object(let values) = value else {
            refuse(path, "Must be an object.")
            return Self.standIn
        }
        let joined = ["all", "any", "not"].first { values[$0] != nil }
        guard let joined, let inside = values[joined] else { return test(value, path) }
        guard let object = object(value, path, [joined]) else { return Self.standIn }
        let insidePath = object.path(of: joined)
        if joined == "not" { return .not(condition(inside, insidePath, depth: depth + 1, &count)) }
        var parts: [Condition] = []
        for (index, part) in list(inside, insidePath, 1...SurveyDefinition.conditionsMax).enumerated() {
            guard count <= SurveyDefinition.conditionsMax else { break }
            parts.append(condition(part, "\(insidePath)[\(index)]", depth: depth + 1, &count))
        }
        return joined == "all" ? .all(parts) : .any(parts)
    }

    private mutating func test(_ value: JSONValue, _ path: String) -> Condition {
        let keys = ["all", "any", "not", "answer", "customer"] + Self.comparisons
        guard let object = object(value, path, keys) else { return Self.standIn }
        let subjects = ["answer", "customer"].filter(object.has)
        let comparisons = Self.comparisons.filter(object.has)
        guard subjects.count == 1, comparisons.count == 1 else {
            refuse(
                path,
                "Must be 'all', 'any' or 'not', or 'answer' or 'customer' with one of: "
                    + "\(Self.comparisons.joined(separator: ", ")).")
            return Self.standIn
        }
        let name = identifier(object, subjects[0])
        guard let comparison = comparison(object, comparisons[0]) else { return Self.standIn }
        return .test(subjects[0] == "answer" ? .answer(name) : .customer(name), comparison)
    }

    private mutating func comparison(_ object: Object, _ key: String) -> Condition.Comparison? {
        let path = object.path(of: key)
        switch key {
        case "answered": return truth(object, key).map { .answered($0) }
        case "contains":
            return word(object, key, "text of 1 to \(SurveyDefinition.valueCharactersMax) characters", Self.isValue)
                .map { .contains($0) }
        case "in":
            guard let value = object.values[key] else { return nil }
            let values = list(value, path, 1...SurveyDefinition.valuesMax)
            return .oneOf(values.enumerated().compactMap { index, value in scalar(value, "\(path)[\(index)]") })
        case "is": return object.values[key].flatMap { scalar($0, path) }.map { .equals($0) }
        default:
            guard let value = object.values[key].flatMap({ scalar($0, path) }) else { return nil }
            if case .truth = value {
                refuse(path, "Must be a number, or a day such as 2026-01-31.")
                return nil
            }
            switch key {
            case "less_than": return .lessThan(value)
            case "at_most": return .atMost(value)
            case "more_than": return .moreThan(value)
            default: return .atLeast(value)
            }
        }
    }

    private mutating func scalar(_ value: JSONValue, _ path: String) -> Scalar? {
        switch value {
        case .text(let text) where Self.isValue(text): return .text(text)
        case .number(let number): return .number(number)
        case .truth(let truth): return .truth(truth)
        default:
            refuse(
                path,
                "Must be a number, true or false, or text of 1 to \(SurveyDefinition.valueCharactersMax) characters.")
            return nil
        }
    }

    private static func isValue(_ text: String) -> Bool {
        !text.isEmpty && text.count <= SurveyDefinition.valueCharactersMax
    }
}
