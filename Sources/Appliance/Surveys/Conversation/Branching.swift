/// What rules and texts may know at some point of a conversation.
struct Known: Sendable {
    /// The questions behind that point; answers of others are out of sight.
    let path: ArraySlice<String>
    let answers: [String: Answer]
    let customer: [String: Scalar]

    /// The answer on the path to the question of this id; nil when it was not asked or is skipped.
    func answer(_ id: String) -> Answer? {
        guard let answer = answers[id], answer != .skipped, path.contains(id) else { return nil }
        return answer
    }
}

extension Question {
    /// Where the first rule that holds leads to; nil when none does: to the question that stands next.
    func target(_ known: Known) -> Rule.Target? {
        rules.first { $0.condition?.holds(known) ?? true }?.target
    }
}

extension Condition {
    func holds(_ known: Known) -> Bool {
        switch self {
        case .all(let conditions): conditions.allSatisfy { $0.holds(known) }
        case .any(let conditions): conditions.contains { $0.holds(known) }
        case .not(let condition): !condition.holds(known)
        case .test(.answer(let id), let comparison): comparison.holds(known.answer(id)?.compared)
        case .test(.customer(let name), let comparison):
            comparison.holds(known.customer[name].map(Compared.one))
        }
    }
}

/// A value as conditions see it.
enum Compared: Equatable, Sendable {
    case one(Scalar)
    /// The ids of all picks.
    case picks([String])
}

extension Answer {
    /// Nil when it is skipped.
    var compared: Compared? {
        switch self {
        case .text(let text), .option(let text), .date(let text), .email(let text): .one(.text(text))
        case .number(let number): .one(.number(number))
        case .truth(let truth): .one(.truth(truth))
        case .options(let ids): .picks(ids)
        case .skipped: nil
        }
    }
}

extension Condition.Comparison {
    /// Whether it holds for `value`; nil is no value, of which only `answered(false)` holds.
    func holds(_ value: Compared?) -> Bool {
        if case .answered(let isAnswered) = self { return (value != nil) == isAnswered }
        guard let value else { return false }
        switch self {
        case .answered: return true
        case .equals(let wanted): return value.equals(wanted)
        case .oneOf(let wanted): return wanted.contains { value.equals($0) }
        case .lessThan(let bound): return value.order(to: bound) == .below
        case .atMost(let bound): return value.order(to: bound).map { $0 != .above } ?? false
        case .moreThan(let bound): return value.order(to: bound) == .above
        case .atLeast(let bound): return value.order(to: bound).map { $0 != .below } ?? false
        case .contains(let part): return value.contains(part)
        }
    }
}

extension Compared {
    fileprivate enum Order { case below, equal, above }

    /// Several picks equal an option that is the only one of them.
    fileprivate func equals(_ wanted: Scalar) -> Bool {
        switch (self, wanted) {
        case (.picks(let ids), .text(let id)): ids == [id]
        case (.picks, _): false
        case (.one(let value), _):
            if case .truth(let truth) = value {
                truth == wanted.truth
            } else if case .truth(let truth) = wanted {
                truth == value.truth
            } else {
                order(to: wanted) == .equal
            }
        }
    }

    /// Numbers by size, a text that is a number being one where it meets a number; texts by their characters, which is
    /// right for dates. Nil for what has no order: truth, several picks, a number and a word.
    fileprivate func order(to bound: Scalar) -> Order? {
        switch (self, bound) {
        case (.one(.text(let value)), .text(let bound)): Self.order(value, bound)
        case (.one(let value), _):
            if let value = value.number, let bound = bound.number { Self.order(value, bound) } else { nil }
        case (.picks, _): nil
        }
    }

    /// One of several picks by its id, or a part of a text, case and accents ignored.
    fileprivate func contains(_ part: String) -> Bool {
        switch self {
        case .picks(let ids): ids.contains(part)
        case .one(.text(let text)): Self.contains(part, in: text)
        case .one: false
        }
    }

    private static func contains(_ part: String, in text: String) -> Bool {
        // Folding takes punctuation away, which counts where it is asked for: "@example.com", "C++".
        let hasPunctuation = part.unicodeScalars.contains { scalar in
            scalar.isASCII && !scalar.properties.isAlphabetic && !("0"..."9" ~= scalar) && scalar != " "
        }
        let folded = FoldedText.fold(part)
        if hasPunctuation || folded.isEmpty { return text.lowercased().contains(part.lowercased()) }
        return FoldedText.fold(text).contains(folded)
    }

    private static func order<Value: Comparable>(_ left: Value, _ right: Value) -> Order? {
        left < right ? .below : left == right ? .equal : left > right ? .above : nil
    }
}

extension Scalar {
    fileprivate var number: Double? {
        switch self {
        case .number(let number): number
        case .text(let text): Double(text)
        case .truth: nil
        }
    }

    fileprivate var truth: Bool? {
        switch self {
        case .truth(let truth): truth
        case .text("yes"), .text("true"): true
        case .text("no"), .text("false"): false
        case .text, .number: nil
        }
    }
}
