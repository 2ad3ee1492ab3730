extension Understanding {
    /// Characters count as people see them. A text that is all in quotes is taken without them, whatever it says.
    static func readText(
        _ text: String, _ limits: Question.TextLimits, isOptional: Bool, in language: String
    ) -> Reading {
        let quoted = unquoted(text)
        if quoted == nil, text.utf8.count <= refusalBytesMax {
            let words = Words.of(language)
            let folded = FoldedText.fold(text)
            if words.refusals.contains(folded) || words.refusals.contains(words.withoutPoliteness(folded)) {
                return .refusal
            }
            if isOptional, saysNothing(text, folded, words) { return .refusal }
        }
        let text = quoted ?? text
        let length = text.count
        if !text.unicodeScalars.contains(where: isVisible) { return .miss(.empty) }
        if length < limits.length.lowerBound { return .miss(.tooShort(limits.length.lowerBound)) }
        if length > limits.length.upperBound { return .miss(.tooLong(limits.length.upperBound)) }
        if let pattern = limits.pattern, !pattern.matches(text) { return .miss(.patternMismatch) }
        return .answer(.text(text))
    }

    /// Blanks, marks of direction, joiners and fillers leave nothing to read.
    private static func isVisible(_ scalar: Unicode.Scalar) -> Bool {
        let properties = scalar.properties
        if properties.isWhitespace || properties.isDefaultIgnorableCodePoint { return false }
        switch properties.generalCategory {
        case .format, .control: return false
        // The pattern of Braille without a dot.
        default: return scalar != "\u{2800}"
        }
    }

    /// Nil when it is neither, or both.
    static func yesOrNo(_ text: String, in language: String) -> Bool? {
        guard text.utf8.count <= yesBytesMax else { return nil }
        let words = Words.of(language)
        let folded = FoldedText(text)
        if let truth = truth(folded.text, words) ?? truth(words.withoutPoliteness(folded.text), words) { return truth }
        guard let first = folded.words.first, let truth = truth(String(first), words) else { return nil }
        let rest = folded.words.dropFirst()
        if truth == self.truth(rest.joined(separator: " "), words) { return truth }
        // "Yes, I like it" says yes; "yes but no", "no wait, sure" and "ya no" are better asked again.
        let isParted = text.drop { !$0.isLetter && !$0.isNumber }.drop { $0.isLetter || $0.isNumber || $0 == "'" }
            .first.map { ",.!;:–—".contains($0) } ?? false
        let isContrary = rest.contains { word in
            let word = String(word)
            return (truth ? words.no : words.yes).contains(word) || truth && words.negations.contains(word)
        }
        return isParted && !isContrary ? truth : nil
    }

    private static func truth(_ folded: String, _ words: Words) -> Bool? {
        words.yes.contains(folded) ? true : words.no.contains(folded) ? false : nil
    }

    private static let yesBytesMax = 200

    /// The one address in the text, with its domain in lower case.
    static func readEmail(_ text: String) -> Reading {
        guard text.utf8.count <= emailTextBytesMax else { return .miss(.notAnEmail) }
        let parts = text.split { $0.isWhitespace || "<>()[],;:\"“”«»".contains($0) }.filter { $0.contains("@") }
        guard parts.count == 1, var address = parts.first else { return .miss(.notAnEmail) }
        while let last = address.last, ".!?'’".contains(last) { address.removeLast() }
        while let first = address.first, "'‘".contains(first) { address.removeFirst() }
        let sides = address.split(separator: "@", omittingEmptySubsequences: false)
        guard address.utf8.count <= emailBytesMax, sides.count == 2, isMailbox(sides[0]), isDomain(sides[1])
        else { return .miss(.notAnEmail) }
        return .answer(.email("\(sides[0])@\(sides[1].lowercased())"))
    }

    /// A mailbox without quotes (RFC 5321 §4.1.2, `Dot-string`): what real addresses look like.
    private static func isMailbox(_ text: Substring) -> Bool {
        guard (1...64).contains(text.utf8.count) else { return false }
        return text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { part in
            !part.isEmpty
                && part.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) || "!#$%&'*+/=?^_`{|}~-".contains($0) }
        }
    }

    /// Two labels or more, of letters of any script, digits and inner hyphens; the last is no number.
    private static func isDomain(_ text: Substring) -> Bool {
        let labels = text.split(separator: ".", omittingEmptySubsequences: false)
        guard labels.count >= 2, let top = labels.last, top.count >= 2, !top.allSatisfy(\.isNumber) else {
            return false
        }
        return labels.allSatisfy { label in
            (1...63).contains(label.utf8.count) && label.first != "-" && label.last != "-"
                && label.allSatisfy { $0.isLetter || $0.isNumber || $0 == "-" }
        }
    }

    private static let emailTextBytesMax = 600
    /// RFC 3696, erratum 1690.
    private static let emailBytesMax = 254
}
