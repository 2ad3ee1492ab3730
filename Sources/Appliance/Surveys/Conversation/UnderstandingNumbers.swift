extension Understanding {
    /// A number of the scale, also as "4/5", "4 out of 5", stars, or the label of one of its ends.
    static func readRating(_ text: String, _ scale: Question.Scale, in language: String) -> Reading {
        guard text.utf8.count <= numberBytesMax else { return .miss(.notANumber) }
        let number = wholeNumber(text).map(Double.init) ?? ratingNumber(text, scale, in: language)
        guard let number else { return .miss(.notANumber) }
        if number < Double(scale.range.lowerBound) { return .miss(.tooSmall(String(scale.range.lowerBound))) }
        if number > Double(scale.range.upperBound) { return .miss(.tooLarge(String(scale.range.upperBound))) }
        return number == number.rounded() ? .answer(.number(number)) : .miss(.notWhole)
    }

    static func readNumber(
        _ text: String, _ limits: Question.NumberLimits, isOptional: Bool, in language: String
    ) -> Reading {
        guard text.utf8.count <= numberBytesMax else { return .miss(.notANumber) }
        var number = wholeNumber(text).map(Double.init) ?? self.number(in: text, language)
        if number == nil, !isOptional, Words.of(language).none.contains(FoldedText.fold(text)) {
            // "None" counts where people are counted on for a number, and declines where they are not.
            number = (limits.minimum ?? 0) <= 0 && (limits.maximum ?? 0) >= 0 ? 0 : nil
        }
        guard let number else { return .miss(.notANumber) }
        if let minimum = limits.minimum, number < minimum { return .miss(.tooSmall(Scalar.shown(minimum))) }
        if let maximum = limits.maximum, number > maximum { return .miss(.tooLarge(Scalar.shown(maximum))) }
        if limits.isWhole, number != number.rounded() { return .miss(.notWhole) }
        return .answer(.number(number))
    }

    private static func ratingNumber(_ text: String, _ scale: Question.Scale, in language: String) -> Double? {
        let folded = FoldedText.fold(text)
        for (label, end) in [(scale.low, scale.range.lowerBound), (scale.high, scale.range.upperBound)] {
            if let label, !folded.isEmpty, FoldedText.fold(label[language].filled { _ in nil }) == folded {
                return Double(end)
            }
        }
        if let stars = stars(text) { return Double(stars) }
        var sides = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        if sides.count == 1 {
            for between in Words.of(language).outOf {
                guard let range = folded.firstRange(of: " \(between) ") else { continue }
                // Taken from the folded text, which has lost signs and points: only whole numbers are read this way.
                sides = [String(folded[..<range.lowerBound]), String(folded[range.upperBound...])]
                if let whole = number(in: sides[0], language), number(in: sides[1], language) != nil {
                    return number(in: sides[1], language) == Double(scale.range.upperBound) ? whole : nil
                }
            }
            return number(in: text, language)
        }
        guard sides.count == 2, number(in: sides[1], language) == Double(scale.range.upperBound) else { return nil }
        return number(in: sides[0], language)
    }

    /// How many, when there is nothing else; hollow ones do not count.
    private static func stars(_ text: String) -> Int? {
        var count = 0
        for scalar in text.unicodeScalars {
            switch scalar {
            case "★", "⭐", "🌟": count += 1
            case "☆", "\u{FE0F}", " ": break
            default: return nil
            }
        }
        return count == 0 ? nil : count
    }

    private static let numberBytesMax = 200
}

// Numbers in running text.
extension Understanding {
    /// The one number that the text is about; nil when it is vague ("about 40", "5 or 6"), scaled ("5 thousand"), or
    /// lost among other words.
    ///
    /// `1,000` and `1.000` are read as the language writes them; where only one reading makes sense it is taken.
    static func number(in text: String, _ language: String) -> Double? {
        let words = Words.of(language)
        let text = plainDigits(text)
        guard let start = text.firstIndex(where: isDigit) else { return spelled(text, words) }
        var end = start
        let token = numberToken(text, from: &end)
        var before = text[..<start]
        var digits = token
        if before.last == UInt8(ascii: "."), before.dropLast().last.map(isSpace) ?? true {
            before.removeLast()
            digits = [UInt8(ascii: "0"), UInt8(ascii: ".")] + digits
        }
        guard let value = value(of: digits, hasDecimalComma: words.hasDecimalComma) else { return nil }
        guard let isNegative = isNegative(after: before, words), isHarmless(text[end...], words, language) else {
            return nil
        }
        return isNegative ? -value : value
    }

    /// As UTF-8, digits of every script and the usual signs and spaces in ASCII.
    private static func plainDigits(_ text: String) -> ArraySlice<UInt8> {
        var bytes: [UInt8] = []
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\u{A0}", "\u{2009}", "\u{202F}", "\u{2007}": bytes.append(UInt8(ascii: " "))
            case "−", "–", "－": bytes.append(UInt8(ascii: "-"))
            case "’": bytes.append(UInt8(ascii: "'"))
            case "．": bytes.append(UInt8(ascii: "."))
            case "，": bytes.append(UInt8(ascii: ","))
            case _ where scalar.isASCII: bytes.append(UInt8(scalar.value))
            default:
                if scalar.properties.generalCategory == .decimalNumber, let digit = scalar.properties.numericValue {
                    bytes.append(UInt8(ascii: "0") + UInt8(digit))
                } else if scalar.properties.numericType != nil, scalar.properties.generalCategory == .otherNumber {
                    // `2³` and `2½` are not 2; the power sign is refused on either side of a number.
                    bytes.append(UInt8(ascii: "^"))
                } else {
                    bytes.append(contentsOf: String(scalar).utf8)
                }
            }
        }
        return bytes[...]
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }

    /// Digits with the marks between them; a space only where three digits follow, as in `10 000`.
    private static func numberToken(_ text: ArraySlice<UInt8>, from end: inout Int) -> [UInt8] {
        var token: [UInt8] = []
        while end < text.endIndex {
            let byte = text[end]
            let digitsNext = text[(end + 1)...].prefix { isDigit($0) }.prefix(4).count
            switch byte {
            case _ where isDigit(byte): token.append(byte)
            case UInt8(ascii: "."), UInt8(ascii: ","):
                guard digitsNext > 0 else { return token }
                token.append(byte)
            case UInt8(ascii: " "), UInt8(ascii: "'"):
                let group = token.reversed().prefix { isDigit($0) }.count
                guard digitsNext == 3, (1...3).contains(group) else { return token }
                token.append(UInt8(ascii: "'"))
            default: return token
            }
            end += 1
        }
        return token
    }

    private static func value(of token: [UInt8], hasDecimalComma: Bool) -> Double? {
        let point = UInt8(ascii: "."), comma = UInt8(ascii: ","), apostrophe = UInt8(ascii: "'")
        guard token.count(where: isDigit) <= digitsMax else { return nil }
        let points = token.count { $0 == point }, commas = token.count { $0 == comma }
        let decimal: UInt8?
        switch (points, commas) {
        case (0, 0): decimal = nil
        case (1..., 1...): decimal = token.last { $0 == point || $0 == comma }
        case (2..., 0), (0, 2...): decimal = nil
        default:
            let mark = points == 1 ? point : comma
            let sides = token.split(separator: mark, omittingEmptySubsequences: false)
            let groups = sides[1].count == 3 && (1...3).contains(sides[0].count) && sides[0].first != 0x30
            decimal = groups && (mark == comma) != hasDecimalComma ? nil : mark
        }
        let sides = token.split(separator: decimal ?? 0, omittingEmptySubsequences: false)
        guard sides.count <= 2 else { return nil }
        let marks: Set<UInt8> = [point, comma, apostrophe]
        let groups = sides[0].split(omittingEmptySubsequences: false) { marks.contains($0) }
        if groups.count > 1 {
            let isGrouped = (1...3).contains(groups[0].count) && groups.dropFirst().allSatisfy { $0.count == 3 }
            guard isGrouped else { return nil }
        }
        let fraction = sides.count == 2 ? sides[1] : []
        guard fraction.allSatisfy(isDigit) else { return nil }
        let digits = groups.joined() + [point] + (fraction.isEmpty ? [0x30] : Array(fraction))
        return Double(String(decoding: Array(digits), as: UTF8.self))
    }

    /// Whether a minus stands before the number; nil when something stands there that changes what it means.
    private static func isNegative(after before: ArraySlice<UInt8>, _ words: Words) -> Bool? {
        let text = String(decoding: before, as: UTF8.self)
        let folded = FoldedText(text)
        guard !text.contains(where: { "<>~≤≥≈±/%^".contains($0) }) else { return nil }
        if words.minus.contains(folded.text) { return true }
        let isNegative = before.last { !isSpace($0) && !"$€£¥₫".utf8.contains($0) } == UInt8(ascii: "-")
        let isPlain = folded.words.allSatisfy { word in
            words.fillers.contains(String(word)) || words.numberSigns.contains(String(word))
                || words.polite.contains(String(word))
        }
        // "no 5" is the number 5, "not 5" is nothing; a hyphen after a word joins rather than subtracts.
        return isPlain && !(isNegative && !folded.isEmpty) ? isNegative : nil
    }

    /// Whether what follows the number is at most its unit: "years", "km", "€".
    private static func isHarmless(_ after: ArraySlice<UInt8>, _ words: Words, _ language: String) -> Bool {
        let text = String(decoding: after, as: UTF8.self)
        let folded = FoldedText(text)
        guard !after.contains(where: isDigit), !text.contains(where: { "+<>~≤≥≈±/^".contains($0) }) else {
            return false
        }
        // What follows without a space is a unit or an ordinal: `40kg`, but `2nd` counts places.
        if let first = after.first, !isSpace(first), let word = folded.words.first,
            words.ordinalEndings.contains(String(word))
        { return false }
        let units = folded.words.filter { !words.fillers.contains(String($0)) && !words.polite.contains(String($0)) }
        guard units.count <= unitWordsMax else { return false }
        // In a language that is not known `mila` may be a thousand.
        if !units.isEmpty, !Phrases.languages.contains(Tag.root(language)) { return false }
        return !folded.words.contains { word in
            let word = String(word)
            return words.hedges.contains(word) || words.negations.contains(word) || words.numbers[word] != nil
                && !words.fillers.contains(word)
        }
    }

    /// A number in words, with no more around it than around digits.
    private static func spelled(_ text: ArraySlice<UInt8>, _ words: Words) -> Double? {
        let folded = FoldedText(String(decoding: text, as: UTF8.self))
        var number: Int?
        var isNegative = false
        for (index, word) in folded.words.enumerated() {
            let word = String(word)
            let isNumber = number != nil || !words.fillers.contains(word) || folded.words.count == 1
            if isNumber, let said = words.numbers[word] {
                // In front it may be an article, "une dix"; behind a number it makes another, "twenty-one".
                guard number == nil else { return nil }
                number = said
            } else if index == 0, words.minus.contains(word) {
                isNegative = true
            } else if number != nil, words.hedges.contains(word) || words.negations.contains(word) {
                return nil
            } else if number == nil, !words.fillers.contains(word), !words.numberSigns.contains(word) {
                return nil
            } else if number != nil, index > unitWordsMax + 3 {
                return nil
            }
        }
        return number.map { Double(isNegative ? -$0 : $0) }
    }

    private static let unitWordsMax = 2
    /// What a `Double` holds exactly.
    private static let digitsMax = 15
}
