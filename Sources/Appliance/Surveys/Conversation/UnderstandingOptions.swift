/// Finds which option is meant among those of one question.
struct OptionSearch {
    enum Found: Equatable {
        case none
        case one(Int)
        /// By position; more than `severalMax` count as none.
        case several([Int])
    }

    private struct Label {
        var id: String
        var shown: String
        var folded: FoldedText
    }

    private let labels: [Label]
    let words: Words

    /// Labels are looked at as they stand for customers of whom nothing is known.
    init(_ options: [Question.Option], in language: String) {
        words = Words.of(language)
        labels = options.map { option in
            let label = option.label[language].filled { _ in nil }
            return Label(id: option.id, shown: label.lowercased(), folded: FoldedText(label))
        }
    }

    var count: Int { labels.count }

    /// The label, the id, or the line as the bot writes it, `2 - Chocolate`. With punctuation first: `C++` is not `C#`.
    func exactly(_ text: String) -> Found {
        let lowercase = text.lowercased()
        if let position = labels.firstIndex(where: { $0.shown == lowercase }) { return .one(position) }
        if let position = labels.firstIndex(where: { $0.id == lowercase }) { return .one(position) }
        let folded = FoldedText.fold(text)
        guard !folded.isEmpty else { return .none }
        let found = found { _, label in label.folded.text == folded }
        guard found == .none else { return found }
        return self.found { position, label in
            folded.hasPrefix("\(position + 1) ") && folded == "\(position + 1) \(label.folded.text)"
        }
    }

    /// One option by its number.
    func numbered(_ text: FoldedText) -> Found {
        guard let positions = positions(text), !positions.isEmpty else { return .none }
        return positions.count == 1 ? .one(positions[0]) : Self.limited(positions)
    }

    /// Whole words at the beginning of one label: "no" where there is "No, never".
    func led(by text: FoldedText) -> Found { found { _, label in label.folded.text.hasPrefix(text.text + " ") } }

    /// The label that says "both" itself: "both" where there is "Both of them".
    func saying(_ text: FoldedText) -> Found {
        let said = Set(text.words)
        return found { _, label in
            " \(label.folded.text) ".firstRange(of: " \(text.text) ") != nil && !isContrary(label, to: said)
        }
    }

    /// A beginning, words of the label, or a label with a slip of the finger. Where the surer way leaves several, a
    /// less sure one may not decide.
    func loosely(_ text: FoldedText) -> Found {
        guard !text.isEmpty, text.text.utf8.count <= Self.bytesMax else { return .none }
        let content = text.words.filter { !words.fillers.contains(String($0)) }
        let said = Set(text.words)
        var several = Found.none
        func decide(_ found: Found) -> Found? {
            if case .one = found { return found }
            if several == .none { several = found }
            return nil
        }
        if let found = decide(found { _, label in isBeginning(text.text, of: label.folded.text) }) { return found }
        guard !content.isEmpty else { return several }
        if let found = decide(saying(text)) { return found }
        if let found = decide(found { _, label in
            content.allSatisfy(label.folded.words.contains) && !isContrary(label, to: said)
        }) { return found }
        if several != .none { return several }
        if let found = mistyped(text.text, said) { return found }
        return content.count == text.words.count ? .none : mistyped(content.joined(separator: " "), said) ?? .none
    }

    /// Several positions by number: "1 and 3", "1 3", "first and last". Nil when anything else is said, or a number
    /// that is none of an option.
    func positions(_ text: FoldedText) -> [Int]? {
        guard text.words.count <= Self.wordsMax else { return nil }
        var sure: [Int] = []
        // "one" and its like may be a number, or only stand for the thing: "the second one".
        var either: [Int] = []
        var isJoined = false
        let accented = words.ordinalsAccented.isEmpty ? [] : text.accented()
        let ordinals = text.words.indices.map { index in
            words.ordinals[String(text.words[index])]
                ?? (accented.isEmpty ? nil : words.ordinalsAccented[String(accented[index])])
        }
        for (index, word) in text.words.enumerated() {
            let next = text.words.dropFirst(index + 1).first
            if let next, words.numberSigns.contains(String(word)), words.number(next) != nil { continue }
            let isFiller = words.fillers.contains(String(word))
            if let number = words.number(word) ?? ordinals[index] {
                either.append(number)
                if !isFiller { sure.append(number) }
            } else if words.conjunctions.contains(String(word)) {
                isJoined = true
            } else if !isFiller {
                return nil
            }
        }
        let numbers = isJoined || sure.isEmpty ? either : sure
        // Without a word or comma between them only digits are several: "first two" is something else.
        let hasOrdinal = ordinals.contains { $0 != nil }
        if numbers.count > 1, !isJoined, hasOrdinal { return nil }
        let positions = numbers.map { $0 == -1 ? count - 1 : $0 - 1 }
        return positions.allSatisfy { (0..<count).contains($0) } ? positions : nil
    }

    /// Ends of a range, each said as a number: "1-3", "2 to 4".
    func range(_ part: String) -> ClosedRange<Int>? {
        let sides = part.split(maxSplits: 1, whereSeparator: { "-–—−".contains($0) }).map { FoldedText(String($0)) }
        if sides.count == 2, let range = range(sides[0], sides[1]) { return range }
        let folded = FoldedText(part)
        guard folded.words.count <= Self.wordsMax,
            let middle = folded.words.firstIndex(where: { words.upTo.contains(String($0)) })
        else { return nil }
        let all = folded.accented()
        let left = FoldedText(all[..<middle].joined(separator: " "))
        return range(left, FoldedText(all[(middle + 1)...].joined(separator: " ")))
    }

    private func range(_ left: FoldedText, _ right: FoldedText) -> ClosedRange<Int>? {
        guard let left = positions(left), let right = positions(right), left.count == 1, right.count == 1 else {
            return nil
        }
        return min(left[0], right[0])...max(left[0], right[0])
    }

    private func found(_ fits: (Int, Label) -> Bool) -> Found {
        let positions = labels.indices.filter { fits($0, labels[$0]) }
        return positions.count == 1 ? .one(positions[0]) : Self.limited(positions)
    }

    static func limited(_ positions: [Int]) -> Found {
        (1...severalMax).contains(positions.count) ? .several(positions) : .none
    }

    private func isBeginning(_ text: String, of label: String) -> Bool {
        guard label.hasPrefix(text) else { return false }
        // `10` is no beginning of `100 euros`.
        let next = label.utf8.dropFirst(text.utf8.count).first
        func isDigit(_ byte: UInt8?) -> Bool { byte.map { (0x30...0x39).contains($0) } ?? false }
        return !(isDigit(text.utf8.last) && isDigit(next))
    }

    /// Whether the label denies what the text does not: "chocolate" is not "No chocolate".
    private func isContrary(_ label: Label, to said: Set<Substring>) -> Bool {
        label.folded.words.contains { words.negations.contains(String($0)) && !said.contains($0) }
    }

    private func mistyped(_ text: String, _ said: Set<Substring>) -> Found? {
        var nearest: [Int] = []
        var fewest = Int.max
        let denials = said.filter { words.negations.contains(String($0)) }
        for (position, label) in labels.enumerated() where !isContrary(label, to: said) {
            guard denials.allSatisfy(label.folded.words.contains) else { continue }
            // Most ids say no more than the label.
            let name = label.id == label.folded.text ? nil : FoldedText.fold(label.id)
            let names = [label.folded.text, name].compactMap(\.self)
            let slips = names.compactMap { Understanding.slips(from: text, to: $0) }.min()
            guard let slips, slips <= fewest else { continue }
            nearest = slips < fewest ? [position] : nearest + [position]
            fewest = slips
        }
        return nearest.isEmpty ? nil : nearest.count == 1 ? .one(nearest[0]) : Self.limited(nearest)
    }

    /// More would not help to choose.
    private static let severalMax = 5
    private static let bytesMax = 400
    private static let wordsMax = 120
}
