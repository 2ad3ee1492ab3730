/// Reads what people write. Pure, and never more than linear in the length of the text.
enum Understanding {
    /// What the text means as an answer to `question`.
    ///
    /// What is itself an answer is taken as one ("no" where yes or no is asked, or where an option is called so); only
    /// then it may be a refusal.
    /// - Parameter now: for "today", which is the day in UTC.
    static func read(_ text: String, for question: Question, in language: String, now: Timestamp) -> Reading {
        let text = trimmed(text)
        guard !text.isEmpty else { return .miss(.empty) }
        let reading: Reading
        switch question.kind {
        case .text(let limits): return readText(text, limits, isOptional: question.isOptional, in: language)
        case .choice(let options): return readChoice(text, options, in: language)
        case .choices(let options, let picks):
            return readChoices(text, options, picks, isOptional: question.isOptional, in: language)
        case .rating(let scale): reading = readRating(text, scale, in: language)
        case .number(let limits): reading = readNumber(text, limits, isOptional: question.isOptional, in: language)
        case .date(let limits): reading = readDate(text, limits, in: language, now: now)
        case .email: reading = readEmail(text)
        case .yesNo: reading = yesOrNo(text, in: language).map { .answer(.truth($0)) } ?? .miss(.notYesOrNo)
        case .statement: return .miss(.empty)
        }
        if case .miss = reading, declines(text, in: language) { return .refusal }
        return reading
    }

    /// Text as branching compares it: lower case, without accents and punctuation.
    static func folded(_ text: String) -> String { FoldedText.fold(text) }

    /// Whether the whole text says that there will be no answer.
    static func declines(_ text: String, in language: String) -> Bool {
        guard text.utf8.count <= refusalBytesMax else { return false }
        let folded = FoldedText.fold(text)
        let words = Words.of(language)
        return words.refusals.contains(folded) || saysNothing(text, folded, words)
            || words.refusals.contains(words.withoutPoliteness(folded))
    }

    /// Whether the text says "nothing": `n/a`, `none`, a mere dash.
    static func saysNothing(_ text: String, _ folded: String, _ words: Words) -> Bool {
        if folded.isEmpty {
            return text.unicodeScalars.allSatisfy { $0.properties.generalCategory == .dashPunctuation }
        }
        return words.nothing.contains(folded) || words.nothing.contains(words.withoutPoliteness(folded))
    }

    /// Nobody needs more to decline.
    static let refusalBytesMax = 120
}

enum Reading: Equatable, Sendable {
    case answer(Answer)
    /// "No, thank you."
    case refusal
    case miss(Miss)
}

/// Why an answer was not taken, for the bot's kind words.
enum Miss: Equatable, Sendable {
    case notAnOption
    /// Ids of the options it could be.
    case severalOptions([String])
    case tooFewPicks(Int), tooManyPicks(Int)
    case tooShort(Int), tooLong(Int), patternMismatch
    case notANumber, notWhole
    /// With the bound as it is shown.
    case tooSmall(String), tooLarge(String)
    case notADate, tooEarly(String), tooLate(String)
    case notAnEmail
    case notYesOrNo
    case empty
}

extension Miss {
    /// The phrase that says it.
    var phrase: Phrase {
        switch self {
        case .notAnOption: .notAnOption
        case .severalOptions: .severalOptions
        case .tooFewPicks: .tooFewPicks
        case .tooManyPicks: .tooManyPicks
        case .tooShort: .tooShort
        case .tooLong: .tooLong
        case .patternMismatch: .patternMismatch
        case .notANumber: .notANumber
        case .notWhole: .notWhole
        case .tooSmall: .tooSmall
        case .tooLarge: .tooLarge
        case .notADate: .notADate
        case .tooEarly: .tooEarly
        case .tooLate: .tooLate
        case .notAnEmail: .notAnEmail
        case .notYesOrNo: .notYesOrNo
        case .empty: .emptyAnswer
        }
    }

    /// What the phrase's placeholders are filled with; `label` gives an option's label by its id.
    func values(_ label: (String) -> String) -> [String: String] {
        switch self {
        case .severalOptions(let ids): ["labels": ids.map(label).joined(separator: ", ")]
        case .tooFewPicks(let minimum), .tooShort(let minimum): ["minimum": String(minimum)]
        case .tooManyPicks(let maximum), .tooLong(let maximum): ["maximum": String(maximum)]
        case .tooSmall(let minimum): ["minimum": minimum]
        case .tooLarge(let maximum): ["maximum": maximum]
        case .tooEarly(let earliest): ["earliest": earliest]
        case .tooLate(let latest): ["latest": latest]
        case .notAnOption, .patternMismatch, .notANumber, .notWhole, .notADate, .notAnEmail, .notYesOrNo, .empty: [:]
        }
    }
}
