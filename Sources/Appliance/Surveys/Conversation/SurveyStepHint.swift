// What is said under a question: what to answer with.
extension SurveyStep {
    /// Nil for texts, which need none.
    func hint(for kind: Question.Kind, _ known: Known, in language: String) -> String? {
        switch kind {
        case .text, .statement: nil
        case .choice: phrase(.replyWithNumber, in: language)
        case .choices(let options, let picks): hint(for: picks, of: options.count, in: language)
        case .rating(let scale): hint(for: scale, known, in: language)
        case .number(let limits): hint(for: limits, in: language)
        case .date(let limits): hint(for: limits, in: language)
        case .email: phrase(.emailHint, in: language)
        case .yesNo: phrase(.yesNoHint, in: language)
        }
    }

    private func hint(for picks: ClosedRange<Int>, of count: Int, in language: String) -> String {
        let minimum = max(picks.lowerBound, 1), maximum = min(picks.upperBound, count)
        let hint =
            if minimum == maximum {
                phrase(.replyWithNumbersExactly, in: language, ["count": String(maximum)])
            } else if minimum == 1, maximum == count {
                phrase(.replyWithNumbers, in: language)
            } else {
                phrase(
                    .replyWithNumbersBetween, in: language,
                    ["minimum": String(minimum), "maximum": String(maximum)])
            }
        return picks.contains(0) ? "\(hint) \(phrase(.noneIsFine, in: language))" : hint
    }

    private func hint(for scale: Question.Scale, _ known: Known, in language: String) -> String {
        let from = String(scale.range.lowerBound), to = String(scale.range.upperBound)
        let low = scale.low.map { known.filled($0, of: map, in: language) }
        let high = scale.high.map { known.filled($0, of: map, in: language) }
        if let low, let high {
            return phrase(.ratingHintLabelled, in: language, ["from": from, "low": low, "to": to, "high": high])
        }
        let ends = ["from": low.map { "\(from) (\($0))" } ?? from, "to": high.map { "\(to) (\($0))" } ?? to]
        return phrase(.ratingHint, in: language, ends)
    }

    private func hint(for limits: Question.NumberLimits, in language: String) -> String {
        let minimum = limits.minimum.map(Scalar.shown), maximum = limits.maximum.map(Scalar.shown)
        return switch (minimum, maximum) {
        case (nil, nil): phrase(limits.isWhole ? .wholeNumberHint : .numberHint, in: language)
        case (let minimum?, nil): phrase(.numberHintAtLeast, in: language, ["minimum": minimum])
        case (nil, let maximum?): phrase(.numberHintAtMost, in: language, ["maximum": maximum])
        case (let minimum?, let maximum?):
            phrase(.numberHintBetween, in: language, ["minimum": minimum, "maximum": maximum])
        }
    }

    private func hint(for limits: Question.DateLimits, in language: String) -> String {
        switch (limits.earliest, limits.latest) {
        case (nil, nil): phrase(.dateHint, in: language)
        case (let earliest?, nil): phrase(.dateHintFrom, in: language, ["earliest": earliest])
        case (nil, let latest?): phrase(.dateHintUntil, in: language, ["latest": latest])
        case (let earliest?, let latest?):
            phrase(.dateHintBetween, in: language, ["earliest": earliest, "latest": latest])
        }
    }
}
