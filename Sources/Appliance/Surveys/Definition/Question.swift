/// One thing that is asked, or with `.statement` only said.
struct Question: Equatable, Sendable {
    /// Stable across versions, since answers merge by it: a lower-case letter, then lower-case letters, digits and `_`,
    /// at most 32.
    var id: String
    var text: LocalText
    var kind: Kind
    var isOptional = false
    /// Said before the next question, where the option that was picked brings no reply of its own.
    var reply: LocalText?
    /// Where to go after it: the first rule that holds decides; without one, to the question that stands next.
    var rules: [Rule] = []

    enum Kind: Equatable, Sendable {
        case text(TextLimits)
        case choice([Option])
        case choices([Option], picks: ClosedRange<Int>)
        case rating(Scale)
        case number(NumberLimits)
        case date(DateLimits)
        case email
        case yesNo(yes: LocalText?, no: LocalText?)
        case statement
    }

    /// One of the answers to pick from. People call it by its number (from 1), its label, or a beginning of that.
    struct Option: Equatable, Sendable {
        /// As a question's id.
        var id: String
        var label: LocalText
        var reply: LocalText?
    }

    /// Characters (extended grapheme clusters), and what has to match the whole text.
    struct TextLimits: Equatable, Sendable {
        var length: ClosedRange<Int>
        var pattern: Pattern?

        static let lengthMax = 4_000
    }

    struct Scale: Equatable, Sendable {
        var range: ClosedRange<Int>
        /// What its ends mean.
        var low: LocalText?
        var high: LocalText?
        /// Net promoter score: 0 to 10, of which 9 and 10 promote and up to 6 detract.
        var isNPS = false
    }

    struct NumberLimits: Equatable, Sendable {
        var minimum: Double?
        var maximum: Double?
        var isWhole = false
    }

    /// `YYYY-MM-DD`, which compares as text.
    struct DateLimits: Equatable, Sendable {
        var earliest: String?
        var latest: String?
    }
}

extension Question.Kind {
    /// As definitions and the wire call it.
    var name: String {
        switch self {
        case .text: "text"
        case .choice: "choice"
        case .choices: "choices"
        case .rating: "rating"
        case .number: "number"
        case .date: "date"
        case .email: "email"
        case .yesNo: "yes_no"
        case .statement: "statement"
        }
    }

    /// Empty for kinds without.
    var options: [Question.Option] {
        switch self {
        case .choice(let options), .choices(let options, _): options
        default: []
        }
    }
}

/// Where to go when its condition holds.
struct Rule: Equatable, Sendable {
    /// Nil always holds.
    var condition: Condition?
    var target: Target

    enum Target: Equatable, Sendable {
        case question(String)
        case end
    }
}

/// What a rule asks of the answers so far and of the customer.
indirect enum Condition: Equatable, Sendable {
    case all([Condition])
    case any([Condition])
    case not(Condition)
    case test(Subject, Comparison)

    enum Subject: Equatable, Sendable {
        /// The answer to the question of this id.
        case answer(String)
        /// The customer attribute of this name.
        case customer(String)
    }

    /// Without a value (not asked, skipped, no such attribute) none holds but `.answered(false)`.
    enum Comparison: Equatable, Sendable {
        case equals(Scalar)
        case oneOf([Scalar])
        case lessThan(Scalar)
        case atMost(Scalar)
        case moreThan(Scalar)
        case atLeast(Scalar)
        /// One of several picks, or a part of a text (case and accents ignored).
        case contains(String)
        case answered(Bool)
    }
}
