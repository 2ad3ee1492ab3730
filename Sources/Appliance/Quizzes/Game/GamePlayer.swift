struct Player: Equatable, Sendable {
    let number: Int
    let name: String
    var isKicked = false
    var isPresent = false
    var score = 0
    /// Sequence of the change that brought the score.
    var since: Int
    /// Right answers in a row up to `last`.
    var streak = 0
    /// Of questions answered, those missed in a self-paced game included.
    var answered = 0
    /// How many of them were right.
    var right = 0
    /// Which those are, by place in `quiz.questions`.
    var given = QuestionSet()
    /// The newest answer.
    var last: GivenAnswer?
    /// Of a self-paced game: when the question at place `answered` was shown; nil before.
    var shownAt: Int?
    /// Milliseconds of the open question that are not charged, since a restart kept them from playing.
    var credit = 0
    /// Has not been back since the restart.
    var isAwaited = false

    init(number: Int, name: String, since: Int) {
        self.number = number
        self.name = name
        self.since = since
    }
}

extension Player {
    /// Takes in their newest answer.
    ///
    /// - Parameter length: the streak that a right one makes.
    mutating func take(_ answer: GivenAnswer, streak length: Int) {
        streak = answer.isRight ? length : 0
        answered += 1
        if answer.isRight { right += 1 }
        given.insert(answer.question)
        last = answer
        shownAt = nil
        // Of equal scores the one that was there first is ahead: an answer that brings nothing changes no place.
        guard answer.total != 0 else { return }
        score += answer.total
        since = answer.sequence
    }
}

/// One answer, as its row holds it.
struct GivenAnswer: Equatable, Sendable {
    /// Place in `quiz.questions`.
    let question: Int
    let player: Int
    let sequence: Int
    /// Nil for one that was missed in a self-paced game.
    let said: String?
    let isRight: Bool
    /// Without the bonus.
    let points: Int
    let bonus: Int
    /// Milliseconds to the answer, allowance and credit taken off. Of one that was missed, to when that showed.
    let elapsed: Int

    /// What it adds to the score.
    var total: Int { points + bonus }
}

/// Some of the questions of a quiz, by place; at most `placesMax` of them.
struct QuestionSet: Equatable, Sendable {
    static let placesMax = 128

    private var low: UInt64 = 0
    private var high: UInt64 = 0

    func contains(_ place: Int) -> Bool { place < 64 ? low >> place & 1 == 1 : high >> (place - 64) & 1 == 1 }

    mutating func insert(_ place: Int) {
        precondition((0..<Self.placesMax).contains(place), "a quiz has at most 128 questions")
        if place < 64 { low |= 1 << place } else { high |= 1 << (place - 64) }
    }
}
