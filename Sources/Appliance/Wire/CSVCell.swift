/// One cell of CSV, safe to open in a spreadsheet.
enum CSVCell {
    /// Appends a text: in quotes where it holds a comma, a quote or a line's end, and behind an apostrophe where a
    /// spreadsheet would take it for a formula. A number of a question for numbers stays one.
    static func append(_ text: UnsafeBufferPointer<UInt8>, isNumber: Bool = false, to bytes: inout [UInt8]) {
        guard !text.isEmpty else { return }
        let isFormula = startsFormula(text) && !(isNumber && self.isNumber(text))
        guard text.contains(where: needsQuotes) else {
            if isFormula { bytes.append(UInt8(ascii: "'")) }
            return bytes.append(contentsOf: text)
        }
        bytes.append(.quote)
        if isFormula { bytes.append(UInt8(ascii: "'")) }
        for byte in text {
            if byte == .quote { bytes.append(.quote) }
            bytes.append(byte)
        }
        bytes.append(.quote)
    }

    /// Whether it is a number as JSON writes them, but for zeros in front.
    static func isNumber(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        var rest = text[...]
        func takeDigits() -> Bool {
            let count = rest.prefix { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }.count
            rest = rest.dropFirst(count)
            return count > 0
        }
        if rest.first == UInt8(ascii: "-") { rest.removeFirst() }
        guard takeDigits() else { return false }
        if rest.first == UInt8(ascii: ".") {
            rest.removeFirst()
            guard takeDigits() else { return false }
        }
        if let exponent = rest.first, exponent | 0x20 == UInt8(ascii: "e") {
            rest.removeFirst()
            if let sign = rest.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") { rest.removeFirst() }
            guard takeDigits() else { return false }
        }
        return rest.isEmpty
    }

    /// OWASP, "CSV Injection", with the wide forms of East Asian keyboards.
    private static func startsFormula(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        switch text[0] {
        case UInt8(ascii: "="), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "@"), UInt8(ascii: "|"), 0x09, 0x0A,
            0x0D:
            true
        case 0xEF: wideSigns.contains { text.starts(with: $0.utf8) }
        default: false
        }
    }

    private static let wideSigns = ["＝", "＋", "－", "＠"]

    private static func needsQuotes(_ byte: UInt8) -> Bool {
        byte == .comma || byte == .quote || byte == 0x0D || byte == 0x0A
    }
}

extension UInt8 {
    fileprivate static let comma = UInt8(ascii: ",")
    fileprivate static let quote = UInt8(ascii: "\"")
}
