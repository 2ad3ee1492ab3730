/// What a survey has brought so far, merged over its versions unless one is asked for.
struct SurveyAnalytics: Equatable, Sendable {
    var survey: String
    /// The version whose texts and order are shown; 0 when none was ever published.
    var version: Int
    var totals: SessionFigures
    /// Those of the newest version in its order, then those that only older ones asked and somebody reached.
    var questions: [QuestionFigures]
    /// The sessions part by part, where that is asked for; the parts in their own order, empty ones left out.
    var parts: [AnalyticsPart: [(name: String, figures: SessionFigures)]] = [:]

    static func == (left: SurveyAnalytics, right: SurveyAnalytics) -> Bool {
        left.survey == right.survey && left.version == right.version && left.totals == right.totals
            && left.questions == right.questions
            && left.parts.mapValues { $0.map(\.name) } == right.parts.mapValues { $0.map(\.name) }
            && left.parts.mapValues { $0.map(\.figures) } == right.parts.mapValues { $0.map(\.figures) }
    }
}

/// What sessions can be told apart by.
enum AnalyticsPart: String, CaseIterable, Sendable {
    /// Of the session's start, UTC.
    case day
    case version
    case language
}

/// How many sessions there are, and how far they came.
struct SessionFigures: Equatable, Sendable {
    var started = 0
    var completed = 0
    var abandoned = 0
    /// How many were completed in so many seconds.
    var durations: [Int64: Int] = [:]
    /// How many said how the chat was, and the sum of what they said, 1 to 5 each.
    var ratings = 0
    var ratingsTotal = 0.0

    var inProgress: Int { started - completed - abandoned }

    /// From 0 to 1; nil before anybody began.
    var completionRate: Double? { share(of: completed, in: started) }

    /// To two digits behind the point; nil before anybody said how the chat was.
    var averageRating: Double? { ratings > 0 ? rounded(ratingsTotal / Double(ratings), to: 100) : nil }

    /// The middle of all durations, the mean of both where there are two; nil before anybody got to the end.
    var medianSeconds: Double? {
        let count = durations.values.reduce(0, +)
        guard count > 0 else { return nil }
        var passed = 0
        var middle: [Int64] = []
        for (seconds, some) in durations.sorted(by: { $0.key < $1.key }) {
            for position in [(count - 1) / 2, count / 2] where passed..<(passed + some) ~= position {
                middle.append(seconds)
            }
            passed += some
        }
        return Double(middle.reduce(0, +)) / 2
    }
}

/// What came of one question.
struct QuestionFigures: Equatable, Sendable {
    var id: String
    /// As definitions call it.
    var kind: String
    /// In the survey's standard language, its placeholders by their fallbacks.
    var text: String
    var reached = 0
    var answered = 0
    var skipped = 0
    var abandoned = 0
    /// Every value there is to pick, those that nobody picked included; empty for kinds without.
    var distribution: [ValueFigures] = []
    /// The sum of what was answered, for kinds that are numbers.
    var total: Double?
    var isNPS = false

    /// Those that stand at it now or left at it.
    var dropOff: Int { reached - answered - skipped }

    /// To two digits behind the point; nil before the first answer, and where answers are no numbers.
    var average: Double? {
        guard let total, answered > 0 else { return nil }
        return rounded(total / Double(answered), to: 100)
    }

    /// Net promoter score, −100 to 100: percent that answered 9 or 10 less percent that answered up to 6.
    var nps: Double? {
        guard isNPS, answered > 0 else { return nil }
        let score = distribution.reduce(0) { score, value in
            guard let number = Int(value.value) else { return score }
            return score + (number >= 9 ? value.count : number <= 6 ? -value.count : 0)
        }
        return rounded(100 * Double(score) / Double(answered), to: 10)
    }

    struct ValueFigures: Equatable, Sendable {
        /// Option id, number, `yes` or `no`.
        var value: String
        var label: String
        var count: Int
    }
}
