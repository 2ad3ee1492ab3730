/// A text that a player answered with: at most `charactersMax` characters, at least one that can be seen.
struct TypedText: Equatable, Sendable {
    /// As it was typed, but without spaces at the ends, others single, and without what is not seen or would disturb
    /// the screens that show it: control characters, marks of direction, stacks of accents.
    let text: String

    static let charactersMax = 200
    /// Characters have no bound of their own: one letter can carry a thousand accents. Ten bytes for each is what a
    /// text in Devanagari takes.
    static let bytesMax = 2_000
    /// What the distribution tells apart.
    static let countedMax = 100
    /// Accents on one letter: no script needs more.
    static let marksMax = 4

    init?(_ source: String) {
        guard source.utf8.count <= Self.bytesMax else { return nil }
        let text = Self.cleaned(source)
        guard !text.isEmpty, text.utf8.count <= Self.charactersMax || text.count <= Self.charactersMax else {
            return nil
        }
        self.text = text
    }

    /// What it counts as in the distribution: lower case, cut at `countedMax` characters.
    var counted: String {
        if text.utf8.count <= Self.countedMax { return text.lowercased() }
        let cut = text.prefix(Self.countedMax)
        return (cut.last == " " ? cut.dropLast() : cut).lowercased()
    }

    /// Whether case, accents and punctuation are all that tells it from one of them. What consists of nothing else,
    /// such as `?` or `+`, has to be the same exactly.
    func isOne(of variants: [String]) -> Bool {
        let folded = FoldedText.fold(text)
        if folded.isEmpty { return variants.contains { Self.cleaned($0) == text } }
        return variants.contains { FoldedText.fold($0) == folded }
    }

    private static func cleaned(_ source: String) -> String {
        if source.isPlain { return source }
        var cleaned = ""
        cleaned.reserveCapacity(source.utf8.count)
        var isSpaceDue = false
        var marks = 0
        for scalar in source.unicodeScalars {
            switch kind(of: scalar) {
            case .hidden: continue
            case .space:
                isSpaceDue = !cleaned.isEmpty
                continue
            // Without a letter before them neither is seen.
            case .joiner: guard !cleaned.isEmpty else { continue }
            case .mark:
                marks += 1
                guard !cleaned.isEmpty, marks <= marksMax else { continue }
            case .seen: marks = 0
            }
            if isSpaceDue { cleaned.unicodeScalars.append(" ") }
            isSpaceDue = false
            cleaned.unicodeScalars.append(scalar)
        }
        return cleaned
    }

    private enum Kind { case seen, space, joiner, mark, hidden }

    private static func kind(of scalar: Unicode.Scalar) -> Kind {
        switch scalar.value {
        case 0x21...0x7E: return .seen
        case 0x20, 0x09...0x0D, 0x85: return .space
        // Joins emoji, and letters of Persian and Indian scripts.
        case 0x200C, 0x200D: return .joiner
        default: break
        }
        let properties = scalar.properties
        switch properties.generalCategory {
        case .control, .format, .privateUse, .unassigned, .surrogate: return .hidden
        case .spaceSeparator, .lineSeparator, .paragraphSeparator: return .space
        case .nonspacingMark, .enclosingMark: return .mark
        default: return .seen
        }
    }
}
