extension SurveyAnalytics: Encodable {
    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: AnyKey.self)
        try container.encode(survey, forKey: AnyKey("survey"))
        try container.encode(version, forKey: AnyKey("version"))
        try totals.encode(to: encoder)
        try container.encode(questions, forKey: AnyKey("questions"))
        for part in AnalyticsPart.allCases {
            let reports = parts[part]?.map { PartReport(part: part, name: $0.name, figures: $0.figures) }
            try container.encodeIfPresent(reports, forKey: AnyKey("\(part.rawValue)s"))
        }
    }
}

extension SurveyAnalytics: Exemplified {
    static let examples = [
        SurveyAnalytics(
            survey: SampleSurvey.id, version: 1, totals: figures,
            questions: [
                QuestionFigures(
                    id: "flavour", kind: "choice", text: "Which flavour of ice cream do you prefer?", reached: 120,
                    answered: 100, skipped: 0, abandoned: 15,
                    distribution: [
                        .init(value: "vanilla", label: "Vanilla", count: 60),
                        .init(value: "chocolate", label: "Chocolate", count: 40),
                    ]),
                QuestionFigures(
                    id: "scoops", kind: "number", text: "How many scoops?", reached: 90, answered: 80, skipped: 8,
                    abandoned: 2, total: 200),
            ],
            parts: [
                .day: [("2026-01-31", figures)], .version: [("1", figures)], .language: [("en", figures)],
            ]),
        SurveyAnalytics(survey: SampleSurvey.id, version: 1, totals: SessionFigures(), questions: []),
    ]

    private static let figures = SessionFigures(
        started: 120, completed: 90, abandoned: 20, durations: [41: 90], ratings: 12, ratingsTotal: 55)
}

/// What has changed since an earlier report: all that is said of the survey as a whole, and some questions.
struct AnalyticsChanges: Encodable {
    let totals: SessionFigures
    let questions: [QuestionFigures]

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: AnyKey.self)
        try totals.encode(to: encoder)
        try container.encode(questions, forKey: AnyKey("questions"))
    }
}

/// One day, version or language: its name under what it is, and its sessions.
private struct PartReport: Encodable {
    let part: AnalyticsPart
    let name: String
    let figures: SessionFigures

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: AnyKey.self)
        if part == .version, let number = Int(name) {
            try container.encode(number, forKey: AnyKey(part.rawValue))
        } else {
            try container.encode(name, forKey: AnyKey(part.rawValue))
        }
        try figures.encode(to: encoder)
    }
}

extension SessionFigures: Encodable {
    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(started, forKey: .started)
        try container.encode(completed, forKey: .completed)
        try container.encode(abandoned, forKey: .abandoned)
        try container.encode(inProgress, forKey: .inProgress)
        try container.encode(completionRate, forKey: .completionRate)
        try container.encode(medianSeconds, forKey: .medianSeconds)
        try container.encode(ratings, forKey: .ratings)
        try container.encode(averageRating, forKey: .averageRating)
    }

    private enum Key: String, CodingKey {
        case started, completed, abandoned
        case inProgress = "in_progress"
        case completionRate = "completion_rate"
        case medianSeconds = "median_seconds"
        case ratings = "chat_ratings"
        case averageRating = "average_chat_rating"
    }
}

extension QuestionFigures: Encodable {
    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(id, forKey: .id)
        try container.encode(kind, forKey: .kind)
        try container.encode(text, forKey: .text)
        try container.encode(reached, forKey: .reached)
        try container.encode(answered, forKey: .answered)
        try container.encode(skipped, forKey: .skipped)
        try container.encode(abandoned, forKey: .abandoned)
        try container.encode(dropOff, forKey: .dropOff)
        try container.encode(distribution.map { ValueReport(figures: $0, of: answered) }, forKey: .distribution)
        try container.encode(average, forKey: .average)
        try container.encode(nps, forKey: .nps)
    }

    private enum Key: String, CodingKey {
        case id, kind, text, reached, answered, skipped, abandoned, distribution, average, nps
        case dropOff = "drop_off"
    }
}

private struct ValueReport: Encodable {
    let figures: QuestionFigures.ValueFigures
    /// Who answered the question: several picks of one person add up to more than 1.
    let of: Int

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(figures.value, forKey: .value)
        try container.encode(figures.label, forKey: .label)
        try container.encode(figures.count, forKey: .count)
        try container.encode(share(of: figures.count, in: of), forKey: .share)
    }

    private enum Key: CodingKey { case value, label, count, share }
}
