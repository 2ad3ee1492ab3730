/// Tells whether bytes that come in pieces are UTF-8 (RFC 3629 §4), at the first byte that shows they are not.
///
/// A text of many fragments must be refused while it arrives (RFC 6455 §8.1), and a piece may end within a
/// character: three bytes carry what the next piece needs to know.
struct UTF8Validator: Sendable, Equatable {
    /// Bytes the character that has begun still needs.
    private var awaited: UInt8 = 0
    /// What the next of them may be. Narrower than 80–BF behind E0 and F0 (shorter forms exist), ED (surrogates)
    /// and F4 (above U+10FFFF).
    private var lowest: UInt8 = 0x80
    private var highest: UInt8 = 0xBF

    /// Whether the bytes so far end where a character ends.
    var isComplete: Bool { awaited == 0 }

    /// Goes on with `bytes`.
    ///
    /// - Returns: where the first byte is that no continuation could make valid; nil when there is none. After one
    ///   the validator must not be used again.
    mutating func firstInvalid(in bytes: UnsafeRawBufferPointer) -> Int? {
        var index = 0
        while index < bytes.count {
            if awaited == 0 {
                index = Self.skipCharacters(bytes, from: index)
                guard index < bytes.count else { break }
                guard begin(with: bytes[index]) else { return index }
            } else {
                guard bytes[index] >= lowest, bytes[index] <= highest else { return index }
                awaited -= 1
                lowest = 0x80
                highest = 0xBF
            }
            index += 1
        }
        return nil
    }

    /// Skips characters that are valid and here whole, as nearly all are. What stops it is looked at byte by byte.
    private static func skipCharacters(_ bytes: UnsafeRawBufferPointer, from start: Int) -> Int {
        var index = start
        while index < bytes.count {
            let lead = bytes[index]
            switch lead {
            case 0..<0x80:
                index = skipASCII(bytes, from: index)
            case 0xC2...0xDF:
                guard bytes.count - index >= 2, isContinuation(bytes[index + 1]) else { return index }
                index += 2
            case 0xE0...0xEF:
                guard bytes.count - index >= 3, isContinuation(bytes[index + 1]), isContinuation(bytes[index + 2]),
                    lead != 0xE0 || bytes[index + 1] >= 0xA0, lead != 0xED || bytes[index + 1] < 0xA0
                else { return index }
                index += 3
            case 0xF0...0xF4:
                guard bytes.count - index >= 4, isContinuation(bytes[index + 1]), isContinuation(bytes[index + 2]),
                    isContinuation(bytes[index + 3]),
                    lead != 0xF0 || bytes[index + 1] >= 0x90, lead != 0xF4 || bytes[index + 1] < 0x90
                else { return index }
                index += 4
            default:
                return index
            }
        }
        return index
    }

    @inline(__always)
    private static func isContinuation(_ byte: UInt8) -> Bool { byte & 0xC0 == 0x80 }

    /// Where the first byte above 7F is at or after `start`; the count when there is none. Eight at a time.
    @inline(__always)
    private static func skipASCII(_ bytes: UnsafeRawBufferPointer, from start: Int) -> Int {
        var index = start
        while bytes.count - index >= 8 {
            let high = bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self).littleEndian & 0x8080_8080_8080_8080
            guard high == 0 else { return index + high.trailingZeroBitCount / 8 }
            index += 8
        }
        while index < bytes.count, bytes[index] < 0x80 { index += 1 }
        return index
    }

    @inline(__always)
    private mutating func begin(with byte: UInt8) -> Bool {
        switch byte {
        case 0xC2...0xDF:
            awaited = 1
        case 0xE0...0xEF:
            awaited = 2
            if byte == 0xE0 { lowest = 0xA0 }
            if byte == 0xED { highest = 0x9F }
        case 0xF0...0xF4:
            awaited = 3
            if byte == 0xF0 { lowest = 0x90 }
            if byte == 0xF4 { highest = 0x8F }
        default:
            return false
        }
        return true
    }
}
