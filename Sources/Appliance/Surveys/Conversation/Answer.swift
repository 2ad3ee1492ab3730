/// What somebody answered, understood. A polite refusal is an answer too.
enum Answer: Equatable, Sendable {
    case text(String)
    /// The id of an option.
    case option(String)
    /// Ids of options, in the order of the question, none twice; may be empty where the question allows no pick.
    case options([String])
    case number(Double)
    /// `YYYY-MM-DD`.
    case date(String)
    case email(String)
    case truth(Bool)
    case skipped
}

extension Answer {
    /// As the table `survey_answer` and exports hold it; nil is `skipped`. Options are separated by commas, truth is
    /// `yes` or `no`.
    var stored: String? {
        switch self {
        case .text(let text), .option(let text), .date(let text), .email(let text): text
        case .options(let ids): ids.joined(separator: ",")
        case .number(let number): Scalar.shown(number)
        case .truth(let truth): truth ? "yes" : "no"
        case .skipped: nil
        }
    }

    /// Reads what `stored` gave for a question of that kind; nil when it is not such a value.
    init?(stored: String?, as kind: Question.Kind) {
        guard let stored else {
            self = .skipped
            return
        }
        switch kind {
        case .text: self = .text(stored)
        case .choice: self = .option(stored)
        case .choices: self = .options(stored.split(separator: ",").map(String.init))
        case .rating, .number:
            guard let number = Double(stored) else { return nil }
            self = .number(number)
        case .date: self = .date(stored)
        case .email: self = .email(stored)
        case .yesNo: self = .truth(stored == "yes")
        case .statement: return nil
        }
    }
}
