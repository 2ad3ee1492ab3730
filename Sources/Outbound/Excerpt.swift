/// What is kept of an answer: short, printable and without secrets.
public enum Excerpt {
    /// Enough to read an error message, too little to fill a disk.
    public static let charactersMax = 300
    /// Bytes of an answer that are looked at: four a character, and room for a secret cut by the end.
    private static let bytesMax = 2_048
    /// Scrubbing anything shorter would hit innocent text ("a", "ok").
    static let secretBytesMin = 6

    /// `text` without control and invisible characters and without any of `secrets`, cut to `charactersMax`.
    public static func clean(_ text: String, without secrets: [String] = []) -> String {
        let head = String(decoding: text.utf8.prefix(bytesMax), as: UTF8.self)
        var result = String.UnicodeScalarView()
        var lastWasSpace = true
        for scalar in scrubbed(head, of: secrets).unicodeScalars {
            let isSpace = scalar.value <= 0x20 || isInvisible(scalar)
            if isSpace {
                if !lastWasSpace { result.append(" ") }
            } else {
                result.append(scalar)
            }
            lastWasSpace = isSpace
        }
        if lastWasSpace, !result.isEmpty { result.removeLast() }
        return String(String(result).prefix(charactersMax))
    }

    private static func isInvisible(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .lineSeparator, .paragraphSeparator, .spaceSeparator: true
        default: false
        }
    }

    private static func scrubbed(_ text: String, of secrets: [String]) -> String {
        var bytes = Array(text.utf8)
        for secret in secrets where secret.utf8.count >= secretBytesMin {
            bytes = replacing(Array(secret.utf8), in: bytes)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func replacing(_ secret: [UInt8], in bytes: [UInt8]) -> [UInt8] {
        guard bytes.count >= secret.count else { return bytes }
        var result: [UInt8] = []
        var index = 0
        while index < bytes.count {
            if bytes[index] == secret[0], bytes[index...].starts(with: secret) {
                result.append(contentsOf: "[secret]".utf8)
                index += secret.count
            } else {
                result.append(bytes[index])
                index += 1
            }
        }
        return result
    }
}
