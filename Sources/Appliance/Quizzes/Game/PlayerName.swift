/// A name that a player may have: 1 to 24 characters that can be seen.
struct PlayerName: Equatable, Sendable {
    let text: String
    /// What no two players of a game share: `Ann`, `ANN`, ` ann` and `Ａｎｎ` are one, `José` and `Jose` are two.
    let folded: String

    static let charactersMax = 24
    /// As it was typed. Characters alone are no bound: one can be joined of any number of scalars.
    static let scalarsMax = 96
    static let bytesMax = 256
    /// Accents on one letter.
    static let marksMax = 4

    /// Spaces at the ends are taken off, others become single ones.
    ///
    /// Nil for what is no name: empty, too long, or with anything in it that cannot be seen, or disturbs what stands
    /// beside it: control and format characters, marks of direction, line breaks, fillers, characters that mean
    /// nothing, accents without a letter or more than `marksMax` on one. Emoji are complete: joiners and selectors
    /// belong to them.
    /// A lone dash, in any of its forms, is none either: on boards it stands where somebody was erased.
    init?(_ text: String) {
        guard text.utf8.count <= Self.bytesMax else { return nil }
        if text.isPlain {
            guard text.utf8.count <= Self.charactersMax, text != "-" else { return nil }
            self.text = text
            folded = text.lowercased()
            return
        }
        let scalars = Array(text.unicodeScalars)
        guard scalars.count <= Self.scalarsMax, let plain = Self.plain(scalars), !plain.isEmpty,
            plain.count <= Self.charactersMax, !Self.isDash(plain)
        else { return nil }
        self.text = plain
        folded = Self.fold(plain)
    }

    private static func isDash(_ name: String) -> Bool {
        let scalars = name.unicodeScalars
        return scalars.count == 1 && scalars.first?.properties.generalCategory == .dashPunctuation
    }

    /// A name that was let in once: rules that have become stricter since take it from nobody.
    init(stored text: String) {
        self.text = text
        folded = Self.fold(text)
    }

    /// Case, compatible forms of letters, and what only says how an emoji is drawn, are taken away. Texts that are
    /// canonically equivalent fold to texts that are (and are equal as keys).
    static func fold(_ text: String) -> String {
        var folded = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\u{FE0F}": continue
            // Between letters it only chooses a form of them.
            case "\u{200D}" where folded.last.map(isVirama) ?? false: continue
            case "ß", "ẞ": folded.append(contentsOf: "ss".unicodeScalars)
            case "ς": folded.append("σ")
            case "ſ": folded.append("s")
            case "ẛ": folded.append("ṡ")
            default:
                let scalar = Lookalikes.compatible(scalar) ?? scalar
                // Not upper case and back, which finds more: it tears iota subscripts from their letters, and what was
                // equivalent before would not be afterwards.
                folded.append(contentsOf: scalar.properties.lowercaseMapping.unicodeScalars)
            }
        }
        return String(folded)
    }

    /// With single spaces; nil when something is not allowed.
    private static func plain(_ scalars: [Unicode.Scalar]) -> String? {
        var plain = String.UnicodeScalarView()
        var isSpaceDue = false
        var marks = 0
        for (index, scalar) in scalars.enumerated() {
            let before = index > 0 ? scalars[index - 1] : " "
            let after = index + 1 < scalars.count ? scalars[index + 1] : " "
            switch part(scalar, before: before, after: after) {
            case nil: return nil
            case .space:
                isSpaceDue = !plain.isEmpty
                continue
            case .mark:
                marks += 1
                guard !plain.isEmpty, !isSpaceDue, marks <= marksMax else { return nil }
            case .letter: marks = 0
            case .joiner: break
            }
            if isSpaceDue { plain.append(" ") }
            isSpaceDue = false
            plain.append(scalar)
        }
        return String(plain)
    }

    private enum Part { case letter, mark, joiner, space }

    /// - Returns: nil for what has no place in a name.
    private static func part(_ scalar: Unicode.Scalar, before: Unicode.Scalar, after: Unicode.Scalar) -> Part? {
        switch scalar.value {
        case 0x21...0x7E: return .letter
        case 0x20: return .space
        case 0x200D:
            // As in Sinhala's Sri, or within an emoji. Between others it would be a difference that nobody sees.
            if isVirama(before), after.properties.isAlphabetic { return .joiner }
            return (isEmoji(before) || before == "\u{FE0F}") && isEmoji(after) ? .joiner : nil
        case 0xFE0F:
            let isKeycap = after == "\u{20E3}" && before.isASCII && before.properties.isEmoji
            return isEmoji(before) || isKeycap ? .joiner : nil
        // Blank, though Unicode counts them among symbols and marks: a braille pattern without dots, a note without
        // head, a filler of Khitan. The last two stand for what could not be read.
        case 0x2800, 0x1D159, 0x16FE4, 0xFFFC, 0xFFFD: return nil
        default: break
        }
        let properties = scalar.properties
        if properties.isDefaultIgnorableCodePoint { return nil }
        switch properties.generalCategory {
        case .control, .format, .privateUse, .unassigned, .surrogate, .lineSeparator, .paragraphSeparator: return nil
        case .spaceSeparator: return .space
        case .nonspacingMark, .spacingMark, .enclosingMark: return .mark
        default: return .letter
        }
    }

    /// Digits and signs of ASCII count for Unicode too, but need a keycap to be drawn as one.
    private static func isEmoji(_ scalar: Unicode.Scalar) -> Bool { !scalar.isASCII && scalar.properties.isEmoji }

    private static func isVirama(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.canonicalCombiningClass == .virama
    }
}
