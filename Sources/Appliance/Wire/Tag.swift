/// Language tags such as `en` or `pt-br`.
enum Tag {
    /// Letters of two or three, then at most two parts of two to eight letters or digits; all in lower case.
    static func isValid(_ text: String) -> Bool {
        let parts = text.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        guard parts.count <= 3, (2...3).contains(parts[0].count), parts[0].allSatisfy(Identifier.isLetter) else {
            return false
        }
        return parts.dropFirst().allSatisfy { part in
            (2...8).contains(part.count) && part.allSatisfy { Identifier.isLetter($0) || Identifier.isDigit($0) }
        }
    }

    /// `pt` of `pt-br`.
    static func root(_ tag: String) -> String { String(tag.prefix { $0 != "-" }) }
}
