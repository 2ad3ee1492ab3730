/// Sums of tallies over languages, versions and days, as one query gives them.
struct TallySum: Equatable, Sendable {
    var measure: TallyCount.Measure
    var question: String
    var value: String
    var count: Int
    var total: Double
}

/// Makes figures of sums.
enum AnalyticsStep {
    /// Whether `definitions` name all that was counted, so that older versions need not be looked at.
    static func isAllKnown(_ sums: [TallySum], to definitions: [Survey]) -> Bool {
        sums.allSatisfy { sum in
            if sum.question.isEmpty { return true }
            let options = definitions.compactMap { $0.question(sum.question)?.kind.options }
            if options.isEmpty { return false }
            let hasOptions = options.contains { !$0.isEmpty }
            return sum.value.isEmpty || !hasOptions || options.joined().contains { $0.id == sum.value }
        }
    }

    /// - Parameter definitions: the newest version first; empty when none was ever published.
    static func analytics(
        _ survey: String, version: Int, _ sums: [TallySum], _ definitions: [Survey]
    ) -> SurveyAnalytics {
        let sumsByQuestion = Dictionary(grouping: sums, by: \.question)
        var ids: [String] = []
        for (index, definition) in definitions.enumerated() {
            for question in definition.questions where !ids.contains(question.id) {
                if case .statement = question.kind { continue }
                let wasReached = sumsByQuestion[question.id]?.contains { $0.count != 0 } ?? false
                if index == 0 || wasReached { ids.append(question.id) }
            }
        }
        return SurveyAnalytics(
            survey: survey, version: version, totals: SessionFigures(sums),
            questions: ids.map { figures(of: $0, sumsByQuestion[$0] ?? [], definitions) })
    }

    private static func figures(
        of id: String, _ sums: [TallySum], _ definitions: [Survey]
    ) -> QuestionFigures {
        guard let newest = definitions.first(where: { $0.question(id) != nil }), let question = newest.question(id)
        else { preconditionFailure("a question of no version") }
        var figures = QuestionFigures(
            id: id, kind: question.kind.name, text: plain(question.text, newest),
            distribution: values(of: question, newest))
        for sum in sums {
            switch sum.measure {
            case .reached: figures.reached += sum.count
            case .skipped: figures.skipped += sum.count
            case .abandoned: figures.abandoned += sum.count
            case .answered, .picked:
                if sum.measure == .answered { figures.answered += sum.count }
                if !sum.value.isEmpty { add(sum, to: &figures, definitions) }
            case .started, .completed, .rated: break
            }
        }
        switch question.kind {
        case .rating, .number: figures.total = sums.reduce(0) { $0 + $1.total }
        default: break
        }
        if case .rating(let scale) = question.kind { figures.isNPS = scale.isNPS }
        return figures
    }

    private static func add(_ sum: TallySum, to figures: inout QuestionFigures, _ definitions: [Survey]) {
        if let index = figures.distribution.firstIndex(where: { $0.value == sum.value }) {
            figures.distribution[index].count += sum.count
        } else if sum.count != 0 {
            // Options that the newest version no longer has.
            let label = definitions.compactMap { survey in
                survey.question(sum.question)?.kind.options.first { $0.id == sum.value }.map { plain($0.label, survey) }
            }.first
            figures.distribution.append(.init(value: sum.value, label: label ?? sum.value, count: sum.count))
        }
    }

    private static func values(of question: Question, _ survey: Survey) -> [QuestionFigures.ValueFigures] {
        switch question.kind {
        case .choice(let options), .choices(let options, _):
            options.map { .init(value: $0.id, label: plain($0.label, survey), count: 0) }
        case .rating(let scale):
            scale.range.map { number in
                let meaning = number == scale.range.lowerBound
                    ? scale.low : number == scale.range.upperBound ? scale.high : nil
                return .init(value: "\(number)", label: meaning.map { plain($0, survey) } ?? "\(number)", count: 0)
            }
        case .yesNo: ["yes", "no"].map { .init(value: $0, label: $0, count: 0) }
        case .text, .number, .date, .email, .statement: []
        }
    }

    private static func plain(_ text: LocalText, _ survey: Survey) -> String {
        text[survey.languages[0]].filled { _ in nil }
    }
}

extension SessionFigures {
    init(_ sums: [TallySum]) {
        for sum in sums {
            switch sum.measure {
            case .started: started += sum.count
            case .abandoned: abandoned += sum.count
            case .completed:
                completed += sum.count
                if let seconds = Int64(sum.value), sum.count != 0 { durations[seconds, default: 0] += sum.count }
            case .rated:
                ratings += sum.count
                ratingsTotal += sum.total
            case .reached, .answered, .picked, .skipped: break
            }
        }
    }
}
