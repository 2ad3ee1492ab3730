/// What people say to a bot in one language, besides the survey's own words. All of it is folded.
struct Words: Sendable {
    var steering: [String: Steering] = [:]
    /// Words that steer only as they are written here: without accents they are another word.
    var steeringAccented: [String: Steering] = [:]
    /// In front of the name of a language: "in English".
    var inLanguage: Set<String> = []
    var yes: Set<String> = []
    var no: Set<String> = []
    /// Whole messages that decline, whatever is asked.
    var refusals: Set<String> = []
    /// Whole messages that decline what is optional, and answer in words what is not: "nothing".
    var nothing: Set<String> = []
    var all: Set<String> = []
    /// All of them where there are two.
    var both: Set<String> = []
    var none: Set<String> = []
    /// Beginnings that take all but what follows them.
    var allBut: Set<String> = []
    var polite: Set<String> = []
    /// Words around an answer that add nothing to it: "I would like the … one please".
    var fillers: Set<String> = []
    /// Words that turn what they stand with into its contrary.
    var negations: Set<String> = []
    /// Words beside a number after which it is not that number: "5 thousand", "about 5", "5 or more".
    var hedges: Set<String> = []
    /// In front of a number, where they say that it is one.
    var numberSigns: Set<String> = []
    var numbers: [String: Int] = [:]
    /// −1 is the last.
    var ordinals: [String: Int] = [:]
    /// Ordinals only as they are written here: without accents they are another word.
    var ordinalsAccented: [String: Int] = [:]
    /// After digits: "2nd".
    var ordinalEndings: Set<String> = []
    var conjunctions: Set<String> = []
    /// Between the ends of a range.
    var upTo: Set<String> = []
    /// Between a rating and its scale: "4 out of 5".
    var outOf: Set<String> = []
    var minus: Set<String> = []
    var months: [String: Int] = [:]
    /// Whole messages, in days from today.
    var days: [String: Int] = [:]
    var dateFillers: Set<String> = []
    /// Whether `1,5` is one and a half and `1.000` a thousand, or the other way round.
    var hasDecimalComma = false
}

extension Words {
    /// What is said in that language or in English, which people try everywhere; English alone for languages that the
    /// bot was not born with.
    static func of(_ language: String) -> Words { byRoot[language] ?? byRoot[Tag.root(language)] ?? english }

    private static let byRoot: [String: Words] = [
        "en": english, "es": spanish.with(english), "fr": french.with(english), "de": german.with(english),
        "pt": portuguese.with(english), "vi": vietnamese.with(english),
    ]

    /// Where both languages know a word, this one's meaning counts.
    private func with(_ other: Words) -> Words {
        var both = self
        both.steering.merge(other.steering) { own, _ in own }
        both.steeringAccented.merge(other.steeringAccented) { own, _ in own }
        both.inLanguage.formUnion(other.inLanguage)
        both.yes.formUnion(other.yes.subtracting(no))
        both.no.formUnion(other.no.subtracting(yes))
        both.refusals.formUnion(other.refusals)
        both.nothing.formUnion(other.nothing)
        both.all.formUnion(other.all)
        both.both.formUnion(other.both)
        both.none.formUnion(other.none)
        both.allBut.formUnion(other.allBut)
        both.polite.formUnion(other.polite)
        both.fillers.formUnion(other.fillers)
        both.negations.formUnion(other.negations)
        both.hedges.formUnion(other.hedges)
        both.numberSigns.formUnion(other.numberSigns)
        both.numbers.merge(other.numbers) { own, _ in own }
        both.ordinals.merge(other.ordinals) { own, _ in own }
        both.ordinalsAccented.merge(other.ordinalsAccented) { own, _ in own }
        both.ordinalEndings.formUnion(other.ordinalEndings)
        both.conjunctions.formUnion(other.conjunctions)
        both.upTo.formUnion(other.upTo)
        both.outOf.formUnion(other.outOf)
        both.minus.formUnion(other.minus)
        both.months.merge(other.months) { own, _ in own }
        both.days.merge(other.days) { own, _ in own }
        both.dateFillers.formUnion(other.dateFillers)
        return both
    }

    /// The parts between commas, folded.
    static func set(_ list: String) -> Set<String> {
        Set(list.split(separator: ",").map { FoldedText.fold(String($0)) })
    }

    /// Parts between semicolons count up from `first`; in each, commas part words that mean the same.
    static func counted(from first: Int, _ lists: String) -> [String: Int] {
        var counted: [String: Int] = [:]
        for (offset, list) in lists.split(separator: ";").enumerated() {
            for word in set(String(list)) where counted[word] == nil { counted[word] = first + offset }
        }
        return counted
    }

    static func steering(
        back: String, skip: String, restart: String, help: String, stop: String, keep: String, language: String
    ) -> [String: Steering] {
        let lists: [(String, Steering)] = [
            (back, .back), (skip, .skip), (restart, .restart), (help, .help), (stop, .stop), (keep, .keep),
            (language, .language(nil)),
        ]
        var steering: [String: Steering] = [:]
        for (list, meaning) in lists {
            for word in set(list) { steering[word] = meaning }
        }
        return steering
    }

    /// The text without the polite words it begins or ends with; itself when nothing else would be left.
    func withoutPoliteness(_ text: String) -> String {
        for word in polite {
            if text.hasSuffix(" " + word) { return String(text.dropLast(word.count + 1)) }
            if text.hasPrefix(word + " ") { return String(text.dropFirst(word.count + 1)) }
        }
        return text
    }

    /// Whether the text says "both" and adds nothing to it: "I'd like both, please".
    func saysBoth(_ text: FoldedText) -> Bool {
        guard text.words.count <= Self.bothWordsMax else { return false }
        let said = " \(text.text) "
        return both.contains { phrase in
            guard let range = said.firstRange(of: " \(phrase) ") else { return false }
            let around = said[..<range.lowerBound].split(separator: " ") + said[range.upperBound...].split(separator: " ")
            return around.allSatisfy { fillers.contains(String($0)) || polite.contains(String($0)) }
        }
    }

    private static let bothWordsMax = 12

    /// A number of its own, from words or digits (at most six of them); ordinals too, with −1 for the last.
    func number(_ word: Substring) -> Int? {
        if let first = word.utf8.first, (0x30...0x39).contains(first) {
            let digits = word.utf8.prefix { (0x30...0x39).contains($0) }
            guard digits.count <= 6, let number = Int(Substring(digits)) else { return nil }
            let ending = word.utf8.dropFirst(digits.count)
            return ending.isEmpty || ordinalEndings.contains(String(Substring(ending))) ? number : nil
        }
        return numbers[String(word)] ?? ordinals[String(word)]
    }
}
