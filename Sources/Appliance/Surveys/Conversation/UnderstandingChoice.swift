extension Understanding {
    static func readChoice(_ text: String, _ options: [Question.Option], in language: String) -> Reading {
        if let number = wholeNumber(text), options.indices.contains(number - 1) {
            return .answer(.option(options[number - 1].id))
        }
        guard text.utf8.count <= choiceBytesMax else { return .miss(.notAnOption) }
        let search = OptionSearch(options, in: language)
        let folded = FoldedText(text)
        var found = search.exactly(text)
        if found == .none, search.words.saysBoth(folded) {
            // "Les deux" is not the second.
            guard case .one(let position) = search.saying(folded) else { return .miss(.notAnOption) }
            found = .one(position)
        }
        if found == .none { found = search.numbered(folded) }
        if found == .none, !folded.isEmpty { found = search.led(by: folded) }
        if case .one = found {} else if declines(text, in: language) { return .refusal }
        if found == .none { found = search.loosely(folded) }
        switch found {
        case .one(let position): return .answer(.option(options[position].id))
        case .several(let positions): return .miss(.severalOptions(positions.map { options[$0].id }))
        case .none: return .miss(.notAnOption)
        }
    }

    /// Picks come in the order of the options, each once, however they were said.
    static func readChoices(
        _ text: String, _ options: [Question.Option], _ picks: ClosedRange<Int>, isOptional: Bool, in language: String
    ) -> Reading {
        guard text.utf8.count <= choiceBytesMax else { return .miss(.notAnOption) }
        let search = OptionSearch(options, in: language)
        let words = search.words
        let folded = FoldedText(text)
        switch search.exactly(text) {
        case .one(let position): return picked([position], options, picks)
        case .several(let positions): return .miss(.severalOptions(positions.map { options[$0].id }))
        case .none: break
        }
        if words.refusals.contains(folded.text) { return .refusal }
        let plain = words.withoutPoliteness(folded.text)
        if words.all.contains(plain) { return picked(Array(options.indices), options, picks) }
        if words.saysBoth(folded) {
            if options.count == 2 { return picked([0, 1], options, picks) }
            guard case .one(let position) = search.saying(folded) else { return .miss(.notAnOption) }
            return picked([position], options, picks)
        }
        if words.none.contains(plain) || saysNothing(text, folded.text, words) {
            let isAnswer = picks.contains(0) && words.none.contains(plain)
            return isOptional && !isAnswer ? .refusal : picked([], options, picks)
        }
        if declines(text, in: language) { return .refusal }
        var list = ListReading(search)
        // The longest first: "all except for" begins with "all except".
        let beginning = words.allBut.filter { folded.text.hasPrefix($0 + " ") }.max { $0.count < $1.count }
        if let beginning {
            // Folding keeps no commas, so that the words of the beginning are counted off the text itself.
            list.read(dropping: beginning.split(separator: " ").count, of: text)
        } else {
            list.read(text)
        }
        if let several = list.unclear { return .miss(.severalOptions(several.map { options[$0].id })) }
        guard !list.isUnknown, !list.positions.isEmpty else { return .miss(.notAnOption) }
        let said = beginning == nil ? list.positions : Set(options.indices).subtracting(list.positions)
        return picked(Array(said), options, picks)
    }

    private static func picked(_ positions: [Int], _ options: [Question.Option], _ picks: ClosedRange<Int>) -> Reading {
        if positions.count < picks.lowerBound { return .miss(.tooFewPicks(picks.lowerBound)) }
        if positions.count > picks.upperBound { return .miss(.tooManyPicks(picks.upperBound)) }
        return .answer(.options(positions.sorted().map { options[$0].id }))
    }

    /// Longer than fifty labels of some words each.
    private static let choiceBytesMax = 4_000
}

/// Options one after another: "1, 3", "1-3", "vanilla and the dark one".
private struct ListReading {
    private let search: OptionSearch
    private(set) var positions: Set<Int> = []
    /// Options that one of the parts could mean.
    private(set) var unclear: [Int]?
    private(set) var isUnknown = false

    init(_ search: OptionSearch) { self.search = search }

    mutating func read(dropping count: Int, of text: String) {
        var rest = text[...]
        for _ in 0..<count {
            rest = rest.drop { !$0.isLetter && !$0.isNumber }.drop { $0.isLetter || $0.isNumber }
        }
        read(String(rest))
    }

    mutating func read(_ text: String) {
        let parts = Self.parts(text)
        guard parts.count <= Self.partsMax else {
            isUnknown = true
            return
        }
        for part in parts where unclear == nil && !isUnknown { readPart(part) }
    }

    private mutating func readPart(_ part: String) {
        let folded = FoldedText(part)
        guard !folded.isEmpty else { return }
        if take(search.exactly(part)) { return }
        // Both of which, when there is more in the list?
        if search.words.saysBoth(folded) {
            isUnknown = true
            return
        }
        if let range = search.range(part) {
            positions.formUnion(range)
            return
        }
        if let said = search.positions(folded), !said.isEmpty {
            positions.formUnion(said)
            return
        }
        let found = search.loosely(folded)
        if case .one = found, take(found) { return }
        if joined(folded) { return }
        let words = search.words
        if folded.words.allSatisfy({ words.fillers.contains(String($0)) || words.conjunctions.contains(String($0)) }) {
            return
        }
        if !take(found) { isUnknown = true }
    }

    /// Takes "vanilla and chocolate" apart, keeping together what a label joins itself: "salt and vinegar".
    private mutating func joined(_ part: FoldedText) -> Bool {
        let segments = part.words.split { search.words.conjunctions.contains(String($0)) }
        guard (2...Self.partsMax).contains(segments.count) else { return false }
        let accented = part.accented()
        var found: [Int] = []
        var index = 0
        search: while index < segments.count {
            for end in stride(from: min(index + Self.joinedMax, segments.count), to: index, by: -1) {
                let first = segments[index].startIndex, last = segments[end - 1].endIndex
                let text = FoldedText(accented[first..<last].joined(separator: " "))
                if let position = single(text, isWhole: end == index + 1) {
                    found.append(position)
                    index = end
                    continue search
                }
            }
            return false
        }
        positions.formUnion(found)
        return true
    }

    private func single(_ text: FoldedText, isWhole: Bool) -> Int? {
        if case .one(let position) = search.exactly(text.text) { return position }
        // Parts that were put together again are only looked up: guessing at each would make long lists slow.
        guard isWhole else { return nil }
        if case .one(let position) = search.numbered(text) { return position }
        if case .one(let position) = search.loosely(text) { return position }
        return nil
    }

    private mutating func take(_ found: OptionSearch.Found) -> Bool {
        switch found {
        case .one(let position): positions.insert(position)
        case .several(let several): unclear = several
        case .none: return false
        }
        return true
    }

    /// Parted at commas and their like; at `/` and `+` only between digits, since they are parts of names too.
    private static func parts(_ text: String) -> [String] {
        var parts: [String] = []
        var part = ""
        let characters = Array(text)
        for (index, character) in characters.enumerated() {
            var isEnd = ",;&\n，、；•".contains(character)
            if character == "/" || character == "+" {
                let before = characters[..<index].last { $0 != " " }
                let after = characters[(index + 1)...].first { $0 != " " }
                isEnd = (before?.isNumber ?? false) && (after?.isNumber ?? false)
            }
            if isEnd {
                parts.append(Understanding.trimmed(part))
                part = ""
            } else {
                part.append(character)
            }
        }
        return (parts + [Understanding.trimmed(part)]).filter { !$0.isEmpty }
    }

    private static let partsMax = 60
    private static let joinedMax = 3
}
