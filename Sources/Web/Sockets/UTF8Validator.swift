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
        // The loop works on a copy, which stays in registers.
        var state = self
        var index = 0
        while index < bytes.count {
            if state.awaited == 0 {
                index = Self.skipASCII(bytes, from: index)
                guard index < bytes.count else { break }
                guard state.begin(with: bytes[index]) else { return index }
            } else {
                guard bytes[index] >= state.lowest, bytes[index] <= state.highest else { return index }
                state.awaited -= 1
                state.lowest = 0x80
                state.highest = 0xBF
            }
            index += 1
        }
        self = state
        return nil
    }

    /// Where the first byte above 7F is at or after `start`; the count when there is none. Eight at a time.
    @inline(__always)
    private static func skipASCII(_ bytes: UnsafeRawBufferPointer, from start: Int) -> Int {
        var index = start
        while index + 8 <= bytes.count {
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
