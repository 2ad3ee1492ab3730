/// How answers become points. Whole numbers throughout: the same answer is worth the same on every machine.
enum Scoring: String, CaseIterable, Encodable, Sendable {
    /// Full points under half a second, falling to half of them at the end of the time.
    case classic
    /// Falls from full points to none at the end of the time.
    case linear
    /// Full points for what is right, however long it took.
    case flat
    /// As `flat`, but part of a `several` earns a part: right options less wrong ones, of all that are right.
    case partial
    /// As `flat`, but what is wrong costs half the points.
    case negative
    /// No points, not even for a streak.
    case none

    /// Milliseconds in which nobody can be told apart: with `classic` who answers sooner loses nothing.
    static let fullUnder = 500

    /// Points of one answer, without the bonus for a streak; halves are rounded away from zero. 0…points, with
    /// `negative` −(points + 1)/2…points.
    ///
    /// - Parameters:
    ///   - elapsed: milliseconds from the question to the answer, the allowance for the way taken off. 0…limit; what
    ///     lies beyond, as when a question was extended, counts as its nearer end.
    ///   - limit: the question's time in milliseconds, extensions not counted; at least 1.
    ///   - points: the question's points.
    func points(for judgement: Judgement, elapsed: Int, limit: Int, points: Int) -> Int {
        let elapsed = min(max(0, elapsed), limit)
        switch self {
        case .classic:
            guard judgement.isRight else { return 0 }
            guard elapsed >= Self.fullUnder else { return points }
            return Self.rounded(points * (2 * limit - elapsed), over: 2 * limit)
        case .linear:
            return judgement.isRight ? Self.rounded(points * (limit - elapsed), over: limit) : 0
        case .flat:
            return judgement.isRight ? points : 0
        case .partial:
            let net = max(0, judgement.rightPicked - judgement.wrongPicked)
            return Self.rounded(points * net, over: judgement.rightCount)
        case .negative:
            return judgement.isRight ? points : -Self.rounded(points, over: 2)
        case .none:
            return 0
        }
    }

    /// - Parameters: neither is negative, and the second not 0.
    private static func rounded(_ dividend: Int, over divisor: Int) -> Int {
        (2 * dividend + divisor) / (2 * divisor)
    }
}

extension StreakBonus {
    /// What the `length`th right answer in a row adds; the first adds nothing.
    func points(atLength length: Int) -> Int { min(max, step * Swift.max(0, length - 1)) }
}
