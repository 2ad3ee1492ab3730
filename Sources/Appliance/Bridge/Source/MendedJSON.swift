/// JSON as others write it: a text cut within a surrogate pair, or bytes that are no UTF-8, cost one character and not
/// the page they stand in.
enum MendedJSON {
    /// The same JSON with U+FFFD in place of what Foundation would refuse, and whole numbers without a point. Linear;
    /// what is no JSON does not become any.
    static func mended(_ bytes: [UInt8]) -> [UInt8] {
        let isText = String(validating: bytes, as: UTF8.self) != nil
        var bytes = isText ? bytes : Array(String(decoding: bytes, as: UTF8.self).utf8)
        mendEscapes(&bytes)
        mendNumbers(&bytes)
        return bytes
    }

    /// Six bytes for six: `\ud83d` without its other half becomes `\ufffd`.
    private static func mendEscapes(_ bytes: inout [UInt8]) {
        let backslash = UInt8(ascii: "\\")
        var index = 0
        while index < bytes.count, let next = bytes[index...].firstIndex(of: backslash) {
            index = next + 2
            guard let unit = unit(at: next, in: bytes) else { continue }
            index = next + 6
            guard (0xD800...0xDFFF).contains(unit) else { continue }
            if unit < 0xDC00, let low = self.unit(at: next + 6, in: bytes), (0xDC00...0xDFFF).contains(low) {
                index = next + 12
            } else {
                bytes.replaceSubrange(next..<(next + 6), with: #"\ufffd"#.utf8)
            }
        }
    }

    /// `17.0` becomes `17` and two spaces: what has a point Foundation reads as a `Double`, which takes one large
    /// number for another.
    private static func mendNumbers(_ bytes: inout [UInt8]) {
        let digits: ClosedRange<UInt8> = 0x30...0x39
        var index = 0, isText = false
        while index < bytes.count {
            switch bytes[index] {
            case UInt8(ascii: "\""): isText.toggle()
            case UInt8(ascii: "\\"): index += 1
            case UInt8(ascii: ".") where !isText && index > 0 && digits.contains(bytes[index - 1]):
                let end = bytes[(index + 1)...].firstIndex { $0 != 0x30 } ?? bytes.count
                // Neither `17.05` nor `17.0e3`.
                let goesOn = end == bytes.count || digits.contains(bytes[end]) || bytes[end] | 0x20 == 0x65
                if end > index + 1, !goesOn { for zero in index..<end { bytes[zero] = 0x20 } }
                index = end - 1
            default: break
            }
            index += 1
        }
    }

    /// The UTF-16 unit that `\uXXXX` stands for; nil when that is not what stands there.
    private static func unit(at start: Int, in bytes: [UInt8]) -> UInt32? {
        guard start + 6 <= bytes.count, bytes[start] == UInt8(ascii: "\\"), bytes[start + 1] == UInt8(ascii: "u")
        else { return nil }
        var unit: UInt32 = 0
        for byte in bytes[(start + 2)..<(start + 6)] {
            guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue else { return nil }
            unit = unit << 4 | UInt32(digit)
        }
        return unit
    }
}
