/// Which characters look like letters of ASCII, to people who glance at a list of names.
enum Lookalikes {
    static let space = UInt8(ascii: " ")

    /// UTF-8: small letters of ASCII where a letter looks like one; other letters lower case without accents; spaces
    /// between words. `l`, `1` and `|` are `i`.
    ///
    /// - Parameter readsSigns: whether `@`, `$`, `!` within a word and their like are letters.
    static func replaced(_ source: String, readsSigns: Bool) -> [UInt8] {
        var plain: [UInt8] = []
        plain.reserveCapacity(source.utf8.count)
        let scalars = Array(source.unicodeScalars)
        for (index, scalar) in scalars.enumerated() {
            if readsSigns, let letter = signs[scalar] {
                plain.append(letter)
            } else if readsSigns, marks.contains(scalar) {
                // At the end of a word it is what it is.
                let isWithin = index + 1 < scalars.count && scalars[index + 1].properties.isAlphabetic
                plain.append(isWithin ? UInt8(ascii: "i") : space)
            } else {
                append(scalar, to: &plain)
            }
        }
        return plain
    }

    /// Whether it makes a difference to read signs as letters.
    static func hasSigns(_ source: String) -> Bool {
        source.unicodeScalars.contains { marks.contains($0) || signs[$0] != nil }
    }

    /// The letter or digit that it is a typographic form of, as `Ａ` and `𝐀` are of `A`; nil for all others.
    static func compatible(_ scalar: Unicode.Scalar) -> Unicode.Scalar? {
        switch scalar.value {
        case 0xFF01...0xFF5E: Unicode.Scalar(scalar.value - 0xFEE0)
        case 0x1D7CE...0x1D7FF: Unicode.Scalar(0x30 + (scalar.value - 0x1D7CE) % 10)
        case 0x1D6A8...0x1D7CB: greek((scalar.value - 0x1D6A8) % 58)
        case 0x2102...0x2149, 0x1D400...0x1D6A5: named[scalar]
        default: nil
        }
    }

    private static func append(_ scalar: Unicode.Scalar, to plain: inout [UInt8]) {
        switch scalar.value {
        case 0x61...0x7A, 0x41...0x5A, 0x30...0x39:
            plain.append(letter(scalar))
            return
        case 0..<0x80:
            plain.append(space)
            return
        // Accents and circles that stand apart from their letter. Marks of other scripts are left: there they are
        // vowels.
        case 0x300...0x36F, 0x1AB0...0x1AFF, 0x1DC0...0x1DFF, 0x20D0...0x20FF, 0xFE20...0xFE2F: return
        default: break
        }
        if let found = shape(of: scalar) { return plain.append(found) }
        let properties = scalar.properties
        if properties.isDefaultIgnorableCodePoint { return }
        if let type = properties.numericType, type != .numeric, let value = properties.numericValue {
            return append(Unicode.Scalar(0x30 + UInt8(value)), to: &plain)
        }
        switch properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .letterNumber,
            .nonspacingMark, .spacingMark, .enclosingMark:
            // An accented letter looks like what the plain one does, and the capital not like the small one.
            for base in FoldedText.fold(String(scalar)).unicodeScalars {
                let cased =
                    properties.isUppercase ? base.properties.uppercaseMapping.unicodeScalars.first ?? base : base
                if base.isASCII {
                    plain.append(letter(base))
                } else if let found = shape(of: cased) {
                    plain.append(found)
                } else {
                    plain.append(contentsOf: String(base).utf8)
                }
            }
        default: plain.append(space)
        }
    }

    private static func shape(of scalar: Unicode.Scalar) -> UInt8? {
        if let found = drawn[scalar] { return found }
        guard let plain = named[scalar] ?? compatible(scalar) else { return nil }
        return plain.isASCII ? letter(plain) : drawn[plain]
    }

    /// Of letters and digits of ASCII.
    private static func letter(_ scalar: Unicode.Scalar) -> UInt8 {
        switch scalar {
        case "0": UInt8(ascii: "o")
        case "1", "l", "L": UInt8(ascii: "i")
        case "3": UInt8(ascii: "e")
        case "4": UInt8(ascii: "a")
        case "5": UInt8(ascii: "s")
        case "7": UInt8(ascii: "t")
        case "8": UInt8(ascii: "b")
        case "A"..."Z": UInt8(scalar.value) + 0x20
        default: UInt8(scalar.value)
        }
    }

    private static let marks: Set<Unicode.Scalar> = ["!", "|"]

    private static let signs = table([
        ("a", "@"), ("b", "฿"), ("c", "¢©"), ("e", "€"), ("i", "£∣│❘"), ("o", "○◯●"), ("r", "®"), ("s", "$"),
        ("y", "¥"),
    ])

    private static func table(_ shapes: [(Unicode.Scalar, String)]) -> [Unicode.Scalar: UInt8] {
        var table: [Unicode.Scalar: UInt8] = [:]
        for (letter, scalars) in shapes {
            for scalar in scalars.unicodeScalars { table[scalar] = UInt8(letter.value) }
        }
        return table
    }

    /// The letter at `place` of the 58 that each mathematical alphabet of Greek has.
    private static func greek(_ place: UInt32) -> Unicode.Scalar? {
        switch place {
        case 17: "Θ"
        case 0...24: Unicode.Scalar(0x391 + place)
        case 26...50: Unicode.Scalar(0x3B1 + place - 26)
        default: nil
        }
    }

    /// Letters of Latin that are forms of those of ASCII: mathematical, circled, small capitals, raised, turned.
    private static let named: [Unicode.Scalar: Unicode.Scalar] = {
        let blocks: [ClosedRange<UInt32>] = [
            0x180...0x24F, 0x250...0x2FF, 0x1D00...0x1DBF, 0x2070...0x209F, 0x2102...0x2149, 0x2184...0x2184,
            0x249C...0x24E9, 0x2C60...0x2C7F, 0xA720...0xA7FF, 0xAB30...0xAB6F, 0x1D400...0x1D6A5, 0x1F110...0x1F189,
        ]
        let families = ["LATIN", "MATHEMATICAL", "SCRIPT", "DOUBLE-STRUCK", "BLACK-LETTER", "MODIFIER LETTER"]
        var named: [Unicode.Scalar: Unicode.Scalar] = ["ℎ": "h", "ℹ": "i", "ⅎ": "f", "ↄ": "c"]
        for scalar in blocks.joined().compactMap(Unicode.Scalar.init) {
            // The Unicode standard names them `LATIN LETTER SMALL CAPITAL A`, `MATHEMATICAL BOLD SMALL A`,
            // `LATIN SMALL LETTER I WITH STROKE`: the letter is the last word before what it is `WITH`.
            guard let name = scalar.properties.name, families.contains(where: name.contains) else { continue }
            let plain = name.firstRange(of: " WITH ").map { name[..<$0.lowerBound] } ?? name[...]
            guard let last = plain.split(separator: " ").last, last.utf8.count == 1,
                let letter = last.unicodeScalars.first, ("A"..."Z").contains(letter)
            else { continue }
            let isSmall = !name.contains("CAPITAL")
            named[scalar] = isSmall ? Unicode.Scalar(letter.value + 0x20) : letter
        }
        return named
    }()

    /// Letters of other alphabets by what they look like. Where capital and small letter differ, so does this.
    private static let drawn = table(
        [
            // Of each: Greek; Cyrillic; Armenian, Cherokee, Lisu; others.
            ("a", "ΑαΛ" + "Аа" + "Ꭺꓮ" + "ɑ"), ("b", "Ββ" + "ВвЬьъ" + "Ᏼꓐ"), ("c", "ϲϹ" + "Сс" + "Ꮯꓚ" + "Ⅽⅽ"),
            ("d", "Ԁԁ" + "ᎠᏧꓓ" + "Ⅾⅾ"), ("e", "ΕεΣ" + "ЕеЄєЗзЭэ" + "Ꭼꓰ" + "℮əƏǝ"), ("f", "Ϝϝ" + "ꓝ"),
            ("g", "Ԍԍ" + "ցᏀꓖ"), ("h", "Η" + "НнҺһ" + "հᎻꓧ"), ("i", "Ιι" + "ІіӀӏ" + "ᎥᏞꓡꓲ" + "ⅠⅰⅬⅼǀǃƖɩ"),
            ("j", "Ϳϳ" + "Јј" + "յᎫꓙ"), ("k", "Κκ" + "Кк" + "Ꮶꓗ"), ("m", "Μ" + "Мм" + "Ꮇꓟ" + "Ⅿⅿ"),
            ("n", "ΝηΠπ" + "Пп" + "ոꓠ" + "ŋŊ"), ("o", "Οοσ" + "Оо" + "օՕᎾꓳ" + "〇"), ("p", "Ρρϱ" + "Рр" + "Ꮲꓑ"),
            ("q", "Ԛԛ" + "զ"), ("r", "Γ" + "ГгЯя" + "ᎡᏒᖇꓣ"), ("s", "Ѕѕ" + "ՏᏕᏚꓢ" + "ƽƼ"),
            ("t", "Ττ" + "Тт" + "Ꭲꓔ" + "†"),
            ("u", "μυ" + "Սսꓴ" + "µ"), ("v", "ν" + "Ѵѵ" + "Ꮩꓦ" + "Ⅴⅴ"), ("w", "ω" + "ШшѠѡԜԝ" + "ᎳᏔꓪ"),
            ("x", "Χχ" + "Хх" + "ꓫ" + "Ⅹⅹ"), ("y", "Υγϒ" + "УуҮү" + "ყꓬ" + "ɣ"), ("z", "Ζ" + "Ꮓꓜ"),
        ])
}
