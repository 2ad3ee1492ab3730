/// A pattern, taken apart.
indirect enum PatternNode {
    case empty
    case set(Pattern.CharacterSet)
    case sequence([PatternNode])
    case either(PatternNode, PatternNode)
    /// At least so many times; nil is without end.
    case repeated(PatternNode, Int, Int?)
}

/// Reads the source of a pattern, character by character.
struct PatternReader {
    private var rest: ArraySlice<Character>
    private var depth = 0
    private(set) var clusters: [Character: UInt32] = [:]

    init(_ source: String) throws(Refusal) {
        guard !source.isEmpty else { throw Refusal(detail: "A pattern must not be empty.") }
        guard source.count <= Pattern.charactersMax else {
            throw Refusal(detail: "A pattern has at most \(Pattern.charactersMax) characters.")
        }
        rest = Array(source)[...]
    }

    mutating func read() throws(Refusal) -> PatternNode {
        let node = try alternatives()
        guard rest.isEmpty else { throw Refusal(detail: "')' without '('; write '\\)' for a parenthesis.") }
        return node
    }

    private mutating func alternatives() throws(Refusal) -> PatternNode {
        var node = try sequence()
        while take("|") { node = .either(node, try sequence()) }
        return node
    }

    /// Up to `|`, `)` or the end. `^` and `$` at the ends of a whole alternative say what holds anyway.
    private mutating func sequence() throws(Refusal) -> PatternNode {
        if depth == 0 { _ = take("^") }
        var parts: [PatternNode] = []
        while let next = rest.first, next != "|", next != ")" {
            if next == "$", depth == 0, rest.count == 1 || rest.dropFirst().first == "|" {
                rest.removeFirst()
                break
            }
            parts.append(try quantified(atom()))
        }
        return parts.isEmpty ? .empty : parts.count == 1 ? parts[0] : .sequence(parts)
    }

    private mutating func atom() throws(Refusal) -> PatternNode {
        let character = rest.removeFirst()
        switch character {
        case "(":
            if take("?"), !take(":") {
                throw Refusal(detail: "'(?' is only known as '(?:'; there is no look-around, and no names or flags.")
            }
            depth += 1
            let inside = try alternatives()
            depth -= 1
            guard take(")") else { throw Refusal(detail: "'(' without ')'; write '\\(' for a parenthesis.") }
            return inside
        case "[": return .set(try characterClass())
        case ".": return .set(Pattern.CharacterSet(isNegated: true))
        case "\\":
            var set = Pattern.CharacterSet()
            if let code = try escape(into: &set) { set.ranges = [code...code] }
            return .set(set)
        case "^", "$":
            throw Refusal(
                detail: "The whole answer has to match, so '\(character)' has no place inside; write '\\\(character)' "
                    + "for the character.")
        case "*", "+", "?", "{":
            throw Refusal(detail: "'\(character)' has nothing to repeat; write '\\\(character)' for the character.")
        default:
            let code = code(of: character)
            return .set(Pattern.CharacterSet(ranges: [code...code]))
        }
    }

    private mutating func quantified(_ node: PatternNode) throws(Refusal) -> PatternNode {
        let least: Int
        let most: Int?
        if take("*") {
            (least, most) = (0, nil)
        } else if take("+") {
            (least, most) = (1, nil)
        } else if take("?") {
            (least, most) = (0, 1)
        } else if take("{") {
            (least, most) = try bounds()
        } else {
            return node
        }
        _ = take("?")                               // as few as possible: the whole text decides, so it is all the same
        if let next = rest.first, "*+?{".contains(next) {
            throw Refusal(detail: "'\(next)' follows a repetition; put what is repeated into parentheses.")
        }
        return .repeated(node, least, most)
    }

    /// What follows `{`: `3}`, `3,}` or `3,5}`.
    private mutating func bounds() throws(Refusal) -> (Int, Int?) {
        let least = number()
        let most = take(",") ? number() : least
        let isOpen = rest.first == "}" && most == nil
        guard let least, take("}"), isOpen || most.map({ least <= $0 }) == true else {
            throw Refusal(detail: "A repetition is '{3}', '{3,}' or '{3,5}'; write '\\{' for a brace.")
        }
        return (least, most)
    }

    private mutating func number() -> Int? {
        let digits = rest.prefix { ("0"..."9").contains($0) }
        rest = rest.dropFirst(digits.count)
        return Int(String(digits))
    }

    private mutating func characterClass() throws(Refusal) -> Pattern.CharacterSet {
        var set = Pattern.CharacterSet(isNegated: take("^"))
        var isFirst = true
        while let character = rest.popFirst() {
            if character == "]", !isFirst { return set }
            isFirst = false
            guard let low = try member(character, into: &set) else { continue }
            guard rest.first == "-", let last = rest.dropFirst().first, last != "]" else {
                set.ranges.append(low...low)
                continue
            }
            rest.removeFirst(2)
            guard let high = try member(last, into: &set), low <= high, high <= 0x10FFFF else {
                throw Refusal(detail: "A range such as 'a-z' goes from a lower to a higher character.")
            }
            set.ranges.append(low...high)
        }
        throw Refusal(detail: "'[' without ']'; write '\\[' for a bracket.")
    }

    /// The code of a class's member, or nil for one that stands for many.
    private mutating func member(_ character: Character, into set: inout Pattern.CharacterSet) throws(Refusal) -> UInt32?
    {
        character == "\\" ? try escape(into: &set) : code(of: character)
    }

    /// What follows a backslash: a code, or nil after adding a class such as `\d` to `set`.
    private mutating func escape(into set: inout Pattern.CharacterSet) throws(Refusal) -> UInt32? {
        guard let character = rest.popFirst() else {
            throw Refusal(detail: "The pattern ends with a backslash; write '\\\\' for one.")
        }
        switch character {
        case "d": set.classes.append(.digit)
        case "D": set.classes.append(.notDigit)
        case "w": set.classes.append(.word)
        case "W": set.classes.append(.notWord)
        case "s": set.classes.append(.space)
        case "S": set.classes.append(.notSpace)
        case "n": return 0x0A
        case "t": return 0x09
        case "1"..."9": throw Refusal(detail: "'\\\(character)' refers back to a group, which is not possible here.")
        case _ where character.isLetter || character.isNumber:
            throw Refusal(detail: "'\\\(character)' is not known; \\d, \\w, \\s, \\D, \\W, \\S, \\n and \\t are.")
        default: return code(of: character)
        }
        return nil
    }

    private mutating func code(of character: Character) -> UInt32 {
        let scalars = character.unicodeScalars
        let first = scalars[scalars.startIndex]
        if character.isASCII { return first.value }
        // Its single code point keeps its place in ranges; it is listed all the same, as texts may write it as two.
        let code = clusters[character] ?? (scalars.count == 1 ? first.value : 0x11_0000 + UInt32(clusters.count))
        clusters[character] = code
        return code
    }

    private mutating func take(_ character: Character) -> Bool {
        guard rest.first == character else { return false }
        rest.removeFirst()
        return true
    }
}
