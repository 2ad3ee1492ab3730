/// A text as it is compared: lower case, without accents and punctuation, its words one space apart.
///
/// `Đường số ２!` is `duong so 2`. Apostrophes part words (`d'accord` is `d accord`), emoji are words of their own, and
/// digits of every script are those of ASCII.
struct FoldedText: Sendable {
    let text: String
    /// None is empty.
    let words: [Substring]
    private let source: String

    init(_ source: String) {
        self.source = source
        text = Self.fold(source)
        words = text.split(separator: " ")
    }

    var isEmpty: Bool { text.isEmpty }

    /// The same words with their accents; folded again they are `words`. Made anew with each call.
    func accented() -> [Substring] {
        let accented = Self.fold(source, keepsAccents: true).split(separator: " ")
        return accented.count == words.count ? accented : words
    }

    /// Linear in the length of the source.
    static func fold(_ source: String) -> String { foldPlain(source) ?? fold(source, keepsAccents: false) }

    /// The same in a fraction of the time for a text that is ASCII throughout, as most are; nil for others.
    private static func foldPlain(_ source: String) -> String? {
        let folded = source.utf8.withContiguousStorageIfAvailable { bytes -> String? in
            guard bytes.allSatisfy({ $0 < 0x80 }) else { return nil }
            return String(unsafeUninitializedCapacity: bytes.count) { Folding.fold(bytes, into: $0) }
        }
        return folded ?? nil
    }

    private static func fold(_ source: String, keepsAccents: Bool) -> String {
        var folding = Folding(keepsAccents: keepsAccents)
        folding.bytes.reserveCapacity(source.utf8.count)
        for scalar in source.unicodeScalars { folding.add(scalar) }
        if folding.bytes.last == Folding.space { folding.bytes.removeLast() }
        return String(decoding: folding.bytes, as: UTF8.self)
    }
}

private struct Folding {
    static let space = UInt8(ascii: " ")

    let keepsAccents: Bool
    var bytes: [UInt8] = []

    /// ASCII.
    ///
    /// - Returns: how many bytes of `folded`, which is at least as long, are set.
    static func fold(_ bytes: UnsafeBufferPointer<UInt8>, into folded: UnsafeMutableBufferPointer<UInt8>) -> Int {
        var count = 0
        var last = space
        for byte in bytes {
            switch byte {
            case 0x30...0x39, 0x61...0x7A: last = byte
            case 0x41...0x5A: last = byte + 0x20
            default:
                guard last != space else { continue }
                last = space
            }
            folded[count] = last
            count += 1
        }
        return count > 0 && last == space ? count - 1 : count
    }

    mutating func add(_ scalar: Unicode.Scalar) {
        switch scalar.value {
        case 0x30...0x39, 0x61...0x7A: bytes.append(UInt8(scalar.value))
        case 0x41...0x5A: bytes.append(UInt8(scalar.value + 0x20))
        case 0..<0x80: part()
        // Accents that stand apart from their letter. Marks of other scripts are left: there they are vowels.
        case 0x300...0x36F:
            // At the beginning of a word it would be a word of its own.
            if keepsAccents, let last = bytes.last, last != Self.space { bytes.append(contentsOf: String(scalar).utf8) }
        // What only says how the emoji before it is drawn.
        case 0xFE00...0xFE0F, 0x1F3FB...0x1F3FF: break
        // ASCII at full width, as keyboards of East Asia write it.
        case 0xFF01...0xFF5E: Unicode.Scalar(scalar.value - 0xFEE0).map { add($0) }
        default: addOther(scalar)
        }
    }

    private mutating func addOther(_ scalar: Unicode.Scalar) {
        if let plain = PlainLetters.all[scalar] {
            bytes.append(contentsOf: (keepsAccents ? scalar.properties.lowercaseMapping : plain).utf8)
            return
        }
        let properties = scalar.properties
        switch properties.generalCategory {
        case .decimalNumber:
            if let digit = properties.numericValue { bytes.append(UInt8(ascii: "0") + UInt8(digit)) }
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .letterNumber,
            .nonspacingMark, .spacingMark, .enclosingMark:
            bytes.append(contentsOf: properties.lowercaseMapping.utf8)
        case .otherSymbol where scalar.value >= 0x2190:
            part()
            bytes.append(contentsOf: String(scalar).utf8)
            part()
        // Joiners and marks of direction are not seen.
        case .format: break
        default: part()
        }
    }

    private mutating func part() {
        if let last = bytes.last, last != Self.space { bytes.append(Self.space) }
    }
}

/// Letters without their accents.
private enum PlainLetters {
    /// Of Latin (Vietnamese included), Greek and Cyrillic letters that have one, small and capital.
    static let all: [Unicode.Scalar: String] = {
        var all: [Unicode.Scalar: String] = [
            "ß": "ss", "ẞ": "ss", "æ": "ae", "Æ": "ae", "œ": "oe", "Œ": "oe", "ð": "d", "Ð": "d", "þ": "th", "Þ": "th",
            "ı": "i", "İ": "i", "ς": "σ", "ё": "е", "Ё": "е", "º": "o", "ª": "a",
        ]
        let bases: [ClosedRange<UInt32>] = [0x61...0x7A, 0x3B1...0x3C9, 0x430...0x45F]
        var byName: [String: Unicode.Scalar] = [:]
        for scalar in bases.joined().compactMap(Unicode.Scalar.init) {
            if let name = scalar.properties.name { byName[name] = scalar }
        }
        let accented: [ClosedRange<UInt32>] = [0xC0...0x24F, 0x370...0x52F, 0x1E00...0x1FFF]
        for scalar in accented.joined().compactMap(Unicode.Scalar.init) where all[scalar] == nil {
            // The Unicode standard names them `LATIN SMALL LETTER O WITH HORN AND ACUTE`. Decomposing, besides that
            // only full Foundation offers it, would leave out the bars of `đ`, `ø` and `ł`.
            guard let name = scalar.properties.name, let with = name.firstRange(of: " WITH ") else { continue }
            let base = String(name[..<with.lowerBound]).replacing(" CAPITAL ", with: " SMALL ")
            if let plain = byName[base] { all[scalar] = String(plain) }
        }
        return all
    }()
}
