/// What typing leaves around the words that are meant: spaces, quotes, a wrong letter.
extension Understanding {
    static func trimmed(_ text: String) -> String {
        guard let first = text.firstIndex(where: { !$0.isWhitespace }) else { return "" }
        let last = text.lastIndex { !$0.isWhitespace } ?? first
        return String(text[first...last])
    }

    /// What stands in quotes, when all of the text does; nil otherwise.
    static func unquoted(_ text: String) -> String? {
        guard let first = text.first, let last = text.last, text.utf8.count > 1, quotes[first]?.contains(last) == true
        else { return nil }
        let inside = text.dropFirst().dropLast()
        // `"a" and "b"` is not one quotation.
        guard !inside.contains(where: { $0 == first || $0 == last }) else { return nil }
        return trimmed(String(inside))
    }

    /// What may close each.
    private static let quotes: [Character: [Character]] = [
        "\"": ["\""], "“": ["”", "“"], "”": ["”"], "„": ["“", "”", "\""], "«": ["»"], "»": ["«"],
    ]

    /// Lower case, accents kept, without what is no letter at either end.
    static func bareLowercase(_ text: String) -> String {
        guard let first = text.firstIndex(where: \.isLetter), let last = text.lastIndex(where: \.isLetter) else {
            return ""
        }
        return text[first...last].lowercased()
    }

    /// Bare digits, at most six of them: the answer most often given, read without looking at any word.
    static func wholeNumber(_ text: String) -> Int? {
        guard (1...6).contains(text.utf8.count) else { return nil }
        var number = 0
        for byte in text.utf8 {
            guard (0x30...0x39).contains(byte) else { return nil }
            number = number * 10 + Int(byte - 0x30)
        }
        return number
    }

    /// Whether `text` is most likely `wanted`, mistyped: one slip from four letters on, two from eight. Gives how many.
    ///
    /// Digits are never a slip: `10 km` is not `20 km`.
    static func slips(from text: String, to wanted: String) -> Int? {
        // No letter takes more than four bytes.
        guard text.utf8.count <= typoBytesMax, wanted.utf8.count <= typoBytesMax,
            abs(text.utf8.count - wanted.utf8.count) <= 8
        else { return nil }
        let text = Array(text.unicodeScalars), wanted = Array(wanted.unicodeScalars)
        let shorter = min(text.count, wanted.count)
        let allowed = shorter >= 8 ? 2 : shorter >= 4 ? 1 : 0
        guard allowed > 0, abs(text.count - wanted.count) <= allowed else { return nil }
        func digits(_ scalars: [Unicode.Scalar]) -> [Unicode.Scalar] {
            scalars.filter { (0x30...0x39).contains($0.value) }
        }
        guard digits(text) == digits(wanted) else { return nil }
        let slips = distance(text, wanted, atMost: allowed)
        // Two letters more at the beginning make another word, often the contrary: `unhappily`.
        guard slips <= allowed, slips < 2 || text.first == wanted.first else { return nil }
        return slips
    }

    /// Letters to put in, leave out, replace, or swap with their neighbour; anything above `limit` stands for "more".
    ///
    /// Only the diagonal band that can stay within the limit is computed: length × limit.
    private static func distance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar], atMost limit: Int) -> Int {
        let far = limit + 1
        var beforeLast = [Int](repeating: far, count: right.count + 1)
        var last = (0...right.count).map { min($0, far) }
        var current = beforeLast
        for row in left.indices.map({ $0 + 1 }) {
            for column in current.indices { current[column] = far }
            current[0] = min(row, far)
            let columns = max(1, row - limit)...max(1, min(right.count, row + limit))
            var best = current[0]
            for column in columns where column <= right.count {
                let isSame = left[row - 1] == right[column - 1]
                var cost = min(last[column] + 1, current[column - 1] + 1, last[column - 1] + (isSame ? 0 : 1))
                if row > 1, column > 1, left[row - 1] == right[column - 2], left[row - 2] == right[column - 1] {
                    cost = min(cost, beforeLast[column - 2] + 1)
                }
                current[column] = min(cost, far)
                best = min(best, current[column])
            }
            if best > limit { return far }
            (beforeLast, last, current) = (last, current, beforeLast)
        }
        return last[right.count]
    }

    private static let typoBytesMax = 80
}
