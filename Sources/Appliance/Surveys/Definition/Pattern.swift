/// A regular expression that a whole text answers to or not, in time that no pattern and no text can blow up.
///
/// All ways through the pattern are followed at once, character by character (Thompson, "Regular Expression Search
/// Algorithm", CACM 11, 1968): text × steps and no more. An engine that tries one way after the other takes years for
/// `(a+)+` and forty letters, and customers' texts are matched on the one thread that writes.
///
/// Characters are what people count as such. Knows `.`, classes `[a-z0-9_]` and `[^…]`, `\d` (0–9), `\w` (letters and
/// digits of every script, `_`), `\s`, their opposites `\D \W \S`, groups, `|`, and `* + ? {m} {m,} {m,n}`.
struct Pattern: Equatable, Sendable {
    static let charactersMax = 200
    /// A text of 4,000 characters then takes some milliseconds at the very worst.
    static let stepsMax = 500

    let source: String
    private let steps: [Step]
    /// Characters of the pattern that are several code points, under codes of their own.
    private let clusters: [Character: UInt32]

    /// - Throws: `Refusal` that names what is wrong, or what this engine does not do.
    init(_ source: String) throws(Refusal) {
        var reader = try PatternReader(source)
        let node = try reader.read()
        var writer = PatternWriter()
        try writer.write(node)
        self.source = source
        steps = writer.steps + [.accept]
        clusters = reader.clusters
    }

    static func == (left: Pattern, right: Pattern) -> Bool { left.source == right.source }

    enum Step: Sendable {
        case take(CharacterSet)
        /// Go on at the next step and, besides, so many steps further.
        case fork(Int)
        case jump(Int)
        case accept
    }

    /// Whether the pattern matches `text` from its first to its last character.
    func matches(_ text: String) -> Bool {
        var current = Places(count: steps.count)
        var next = Places(count: steps.count)
        enter(0, &current)
        for character in text {
            guard !current.list.isEmpty else { return false }
            let symbol = Symbol(character, clusters)
            for place in current.list {
                if case .take(let set) = steps[place], set.contains(symbol) { enter(place + 1, &next) }
            }
            swap(&current, &next)
            next.clear()
        }
        return current.contains(steps.count - 1)
    }

    /// Adds the step at `place` and all that can be reached from there without a character.
    private func enter(_ place: Int, _ places: inout Places) {
        var waiting = [place]
        while let place = waiting.popLast() {
            guard places.add(place) else { continue }
            switch steps[place] {
            case .take, .accept: break
            case .fork(let offset): waiting += [place + offset, place + 1]
            case .jump(let offset): waiting.append(place + offset)
            }
        }
    }

    /// A set of steps that is emptied in no time: a step is in it when it is stamped with the present round.
    private struct Places {
        private(set) var list: [Int] = []
        private var stamps: [Int]
        private var round = 1

        init(count: Int) { stamps = Array(repeating: 0, count: count) }

        func contains(_ place: Int) -> Bool { stamps[place] == round }

        mutating func add(_ place: Int) -> Bool {
            guard stamps[place] != round else { return false }
            stamps[place] = round
            list.append(place)
            return true
        }

        mutating func clear() {
            list.removeAll(keepingCapacity: true)
            round += 1
        }
    }

    /// A character as steps look at it.
    struct Symbol: Sendable {
        /// Its code point; for a character of several, that of `clusters` or, where the pattern has none, nothing's.
        let code: UInt32
        let isWord: Bool
        let isSpace: Bool

        init(_ character: Character, _ clusters: [Character: UInt32]) {
            let scalars = character.unicodeScalars
            let first = scalars[scalars.startIndex]
            if let ascii = character.asciiValue {
                code = first.value              // "\r\n" is one character too, and counts as "\r"
                isWord = Self.isWord(ascii)
                isSpace = ascii == 0x20 || (0x09...0x0D).contains(ascii)
            } else {
                // Equal characters may be one code point or two ("é"): asking the dictionary finds them either way.
                code = clusters[character] ?? (scalars.count == 1 ? first.value : UInt32.max)
                isWord = first.properties.isAlphabetic || first.properties.numericType != nil
                isSpace = first.properties.isWhitespace
            }
        }

        private static func isWord(_ ascii: UInt8) -> Bool {
            switch ascii {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
                true
            default: false
            }
        }
    }

    /// What one step takes. Ranges are of code points.
    struct CharacterSet: Sendable {
        enum Class: Sendable { case digit, notDigit, word, notWord, space, notSpace }

        var ranges: [ClosedRange<UInt32>] = []
        var classes: [Class] = []
        var isNegated = false

        func contains(_ symbol: Symbol) -> Bool {
            let isIn = ranges.contains { $0.contains(symbol.code) } || classes.contains { Self.takes($0, symbol) }
            return isIn != isNegated
        }

        private static func takes(_ class: Class, _ symbol: Symbol) -> Bool {
            switch `class` {
            case .digit: (0x30...0x39).contains(symbol.code)
            case .notDigit: !(0x30...0x39).contains(symbol.code)
            case .word: symbol.isWord
            case .notWord: !symbol.isWord
            case .space: symbol.isSpace
            case .notSpace: !symbol.isSpace
            }
        }
    }
}

/// Turns what was read into steps.
private struct PatternWriter {
    private(set) var steps: [Pattern.Step] = []
    /// Nodes gone through, those that write nothing included: `(((){99}){99}){99}` is a million of them.
    private var visits = 0

    mutating func write(_ node: PatternNode) throws(Refusal) {
        visits += 1
        guard visits <= 8 * Pattern.stepsMax else { throw Self.tooLarge }
        switch node {
        case .empty: break
        case .set(let set): try add(.take(set))
        case .sequence(let parts): for part in parts { try write(part) }
        case .either(let left, let right):
            let fork = try add(.fork(0))
            try write(left)
            let jump = try add(.jump(0))
            steps[fork] = .fork(steps.count - fork)
            try write(right)
            steps[jump] = .jump(steps.count - jump)
        case .repeated(let part, let least, let most):
            for _ in 0..<least { try write(part) }
            if let most {
                for _ in least..<most { try writeOptional(part, loops: false) }
            } else {
                try writeOptional(part, loops: true)
            }
        }
    }

    private mutating func writeOptional(_ part: PatternNode, loops: Bool) throws(Refusal) {
        let fork = try add(.fork(0))
        try write(part)
        if loops { try add(.jump(fork - steps.count)) }
        steps[fork] = .fork(steps.count - fork)
    }

    @discardableResult
    private mutating func add(_ step: Pattern.Step) throws(Refusal) -> Int {
        guard steps.count < Pattern.stepsMax else { throw Self.tooLarge }
        steps.append(step)
        return steps.count - 1
    }

    private static let tooLarge = Refusal(detail: "The pattern is too large; its repetitions multiply.")
}
