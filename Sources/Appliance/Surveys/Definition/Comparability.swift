/// Which comparisons make sense for which kind of question.
extension Question.Kind {
    /// Why an answer of this kind can never stand that comparison, and where within it (`[1]` for the second value of a
    /// list); nil when it can.
    func refusal(of comparison: Condition.Comparison) -> (place: String, detail: String)? {
        guard allowed.contains(comparison.key) else {
            let list = allowed.joined(separator: ", ")
            return ("", "A question of kind '\(name)' knows only: \(list).")
        }
        switch comparison {
        case .answered: return nil
        case .contains(let text):
            guard case .choices = self else { return nil }
            return refusal(of: .text(text)).map { ("", $0) }
        case .oneOf(let values):
            for (index, value) in values.enumerated() {
                if let detail = refusal(of: value) { return ("[\(index)]", detail) }
            }
            return nil
        case .equals(let value): return refusal(of: value).map { ("", $0) }
        // A bound beyond the range is idle, but not wrong: "at_least 0" may be written for its reader.
        case .lessThan(let value), .atMost(let value), .moreThan(let value), .atLeast(let value):
            return refusal(of: value, isBound: true).map { ("", $0) }
        }
    }

    private var allowed: [String] {
        switch self {
        case .text, .email: ["is", "in", "contains", "answered"]
        case .choice: ["is", "in", "answered"]
        case .choices: ["is", "in", "contains", "answered"]
        case .rating, .number, .date: ["is", "in", "less_than", "at_most", "more_than", "at_least", "answered"]
        case .yesNo: ["is", "in", "answered"]
        case .statement: []
        }
    }

    private func refusal(of value: Scalar, isBound: Bool = false) -> String? {
        switch (self, value) {
        case (.choice(let options), .text(let id)), (.choices(let options, _), .text(let id)):
            let ids = options.map(\.id)
            return ids.contains(id)
                ? nil : "'\(id.prefix(64))' is no option's id; known are: \(ids.joined(separator: ", "))."
        case (.choice, _), (.choices, _): return "Must be the id of an option."
        case (.rating(let scale), .number(let number)):
            let isStep = Int(exactly: number).map(scale.range.contains) ?? false
            return isBound || isStep
                ? nil : "Must be a whole number from \(scale.range.lowerBound) to \(scale.range.upperBound)."
        case (.number(let limits), .number(let number)):
            let isOutside = limits.minimum.map { number < $0 } ?? false || limits.maximum.map { number > $0 } ?? false
            let isBroken = limits.isWhole && number != number.rounded()
            return !isBound && (isOutside || isBroken) ? "Is not a number that this question takes." : nil
        case (.rating, _), (.number, _): return "Must be a number."
        case (.date, .text(let day)) where SurveyDefinition.isDay(day): return nil
        case (.date, _): return "Must be a day of the calendar such as 2026-01-31."
        case (.yesNo, .truth), (.yesNo, .text("yes")), (.yesNo, .text("no")): return nil
        case (.yesNo, _): return "Must be true or false."
        case (.text, .text), (.email, .text): return nil
        case (.text, _), (.email, _): return "Must be text."
        case (.statement, _): return "Nobody answers a statement."
        }
    }
}

extension Condition.Comparison {
    /// As definitions call it.
    var key: String {
        switch self {
        case .equals: "is"
        case .oneOf: "in"
        case .lessThan: "less_than"
        case .atMost: "at_most"
        case .moreThan: "more_than"
        case .atLeast: "at_least"
        case .contains: "contains"
        case .answered: "answered"
        }
    }
}
