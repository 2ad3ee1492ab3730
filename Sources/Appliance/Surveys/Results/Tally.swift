/// One figure that a session adds to, or takes from when it is negative.
struct TallyCount: Hashable, Sendable {
    enum Measure: String, CaseIterable, Sendable {
        case started
        /// The value is how long it took, in whole seconds as `TallyStep.duration` rounds them.
        case completed
        /// At the question it stands at.
        case abandoned
        /// The question was asked.
        case reached
        /// The value is the option, the number of a rating, `yes` or `no`, and empty for other kinds.
        case answered
        /// The value is one of the options that several were picked of.
        case picked
        case skipped
        /// How the chat was; the total sums the ratings.
        case rated
    }

    var language: String
    var measure: Measure
    /// Empty for what is counted of the survey as a whole.
    var question = ""
    var value = ""
    var count = 1
    /// The sum of the numbers that were answered.
    var total = 0.0

    var negated: TallyCount {
        var other = self
        other.count = -count
        other.total = 0 - total
        return other
    }
}
