/// Names that stand in definitions and placeholders, `{customer.name|there}`: ids of questions and options, names of
/// customer attributes.
enum Identifier {
    static let bytesMax = 32

    /// A lower-case letter, then lower-case letters, digits and `_`, at most 32.
    static func isValid(_ text: String) -> Bool {
        guard let first = text.utf8.first, text.utf8.count <= bytesMax, isLetter(first) else { return false }
        return text.utf8.allSatisfy { isLetter($0) || isDigit($0) || $0 == UInt8(ascii: "_") }
    }

    static func isLetter(_ byte: UInt8) -> Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) }
    static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
}
