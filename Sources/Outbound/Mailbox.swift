/// Who a mail is from or to: an address, with a name or without.
struct Mailbox: Equatable {
    var name: String?
    var address: String

    /// Longest address that mail servers pass on, RFC 5321 §4.5.3.1.3 less the angle brackets.
    static let addressMax = 254

    /// `someone@example.org` or `Some One <someone@example.org>`; nil for anything else, a line end above all.
    init?(_ text: String) {
        guard text.unicodeScalars.allSatisfy({ $0.properties.generalCategory != .control }) else { return nil }
        if let open = text.lastIndex(of: "<"), text.hasSuffix(">") {
            let name = text[..<open].split(separator: " ").joined(separator: " ")
            let bare =
                name.hasPrefix("\"") && name.hasSuffix("\"") && name.count > 1
                ? String(name.dropFirst().dropLast()) : name
            self.name = bare.isEmpty ? nil : bare
            address = String(text[text.index(after: open)...].dropLast())
        } else {
            address = text
        }
        guard Self.isAddress(address) else { return nil }
    }

    var domain: String { String(address[address.index(after: address.lastIndex(of: "@")!)...]) }

    /// As it stands in a header.
    var header: String {
        guard let name else { return address }
        let isPlain = name.utf8.allSatisfy { Self.isWord($0) || $0 == 0x20 }
        return "\(isPlain ? name : MailHeader.encodedWords(name)) <\(address)>"
    }

    /// Letters, digits and what RFC 5322 §3.2.3 calls atext, dots between; a domain of letters, digits, dots and
    /// hyphens. Quoted local parts and addresses beyond ASCII are refused: too few servers take them.
    private static func isAddress(_ text: String) -> Bool {
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        guard text.utf8.count <= addressMax, parts.count == 2 else { return false }
        let local = parts[0].split(separator: ".", omittingEmptySubsequences: false)
        let domain = parts[1].split(separator: ".", omittingEmptySubsequences: false)
        return local.allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy(isWord) }
            && domain.allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy { isLetterOrDigit($0) || $0 == 0x2d } }
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        isLetterOrDigit(byte) || "!#$%&'*+-/=?^_`{|}~".utf8.contains(byte)
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5a, 0x61...0x7a: true
        default: false
        }
    }
}

/// Text in a mail's header.
enum MailHeader {
    /// A line folded here and there is still one field; this bounds the field as a whole.
    static let subjectBytesMax = 500
    /// Bytes of text in one encoded word: 45 make 60 characters of base64, 72 with the frame, within RFC 2047's 75.
    private static let wordBytesMax = 45

    /// One line without control characters, cut at `subjectBytesMax`, encoded where it is not plain ASCII.
    static func subject(_ text: String) -> String {
        var clean = "", count = 0
        for scalar in text.unicodeScalars {
            let isControl =
                scalar.properties.generalCategory == .control || scalar == "\u{2028}" || scalar == "\u{2029}"
            let kept: Unicode.Scalar = isControl ? " " : scalar
            count += UTF8.width(kept)
            guard count <= subjectBytesMax else { break }
            clean.unicodeScalars.append(kept)
        }
        let words = clean.split(separator: " ").joined(separator: " ")
        let isPlain = words.utf8.allSatisfy { $0 < 0x7f } && words.firstRange(of: "=?") == nil && words.utf8.count <= 60
        return isPlain ? words : encodedWords(words)
    }

    /// RFC 2047 encoded words in base64, none of which cuts a character in two, folded one to a line.
    static func encodedWords(_ text: String) -> String {
        var words: [String] = [], word: [UInt8] = []
        for scalar in text.unicodeScalars {
            let next = Array(String(scalar).utf8)
            if word.count + next.count > wordBytesMax {
                words.append("=?utf-8?B?\(base64(word))?=")
                word = []
            }
            word += next
        }
        if !word.isEmpty { words.append("=?utf-8?B?\(base64(word))?=") }
        return words.joined(separator: "\r\n ")
    }
}
