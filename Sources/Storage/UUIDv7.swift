import Glibc
import Synchronization

/// Ids that sort by the time they were made, as lower-case text of 36 characters.
///
/// Rising keys matter: random ones halve the write rate, since every commit then dirties pages all over the file.
/// - Source: RFC 9562 §5.7 (layout), §6.2 method 2 (a random start per millisecond, counted up by random steps).
public enum UUIDv7 {
    private static let sequence = Mutex(UUIDv7Sequence())

    /// A new id, greater than every one before it in this process, even when the clock jumps back.
    ///
    /// - Parameter unixMilliseconds: the time it says, unless that is earlier than what an id already said.
    public static func next(at unixMilliseconds: Int64) -> String {
        let (high, low) = sequence.withLock { $0.next(at: unixMilliseconds) }
        return text(high, low)
    }

    /// The lowest id of a millisecond: those made earlier sort before it. Ids that were made while the clock was set back
    /// say the later time.
    public static func first(at unixMilliseconds: Int64) -> String {
        text((UInt64(clamping: unixMilliseconds) & 0xFFFF_FFFF_FFFF) << 16 | 0x7000, 1 << 63)
    }

    /// Whether the text is an id as this type makes them: lower case, hyphens in place, version 7, RFC variant.
    public static func isValid(_ text: String) -> Bool {
        guard text.utf8.count == 36 else { return false }
        for (index, byte) in text.utf8.enumerated() {
            let isRight = switch index {
            case 8, 13, 18, 23: byte == 0x2D
            case 14: byte == 0x37
            case 19: (0x38...0x39).contains(byte) || (0x61...0x62).contains(byte)
            default: (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte)
            }
            guard isRight else { return false }
        }
        return true
    }

    static func text(_ high: UInt64, _ low: UInt64) -> String {
        String(unsafeUninitializedCapacity: 36) { text in
            var index = 0
            for nibble in 0..<32 {
                if nibble == 8 || nibble == 12 || nibble == 16 || nibble == 20 {
                    text[index] = 0x2D
                    index += 1
                }
                let word = nibble < 16 ? high : low
                text[index] = hexDigit(UInt8(truncatingIfNeeded: word >> (60 - UInt64(nibble % 16) * 4)) & 15)
                index += 1
            }
            return 36
        }
    }
}

/// The numbers behind the ids: 48 bits of time and 74 bits that start at random in each millisecond and rise.
struct UUIDv7Sequence {
    private static let lowBits: UInt64 = (1 << 62) - 1
    private var milliseconds: UInt64 = 0
    private var randA: UInt64 = 0
    private var randB: UInt64 = 0
    private var entropy = EntropyPool()

    /// The next number's upper and lower half, version and variant set.
    mutating func next(at unixMilliseconds: Int64) -> (high: UInt64, low: UInt64) {
        let now = UInt64(clamping: unixMilliseconds) & 0xFFFF_FFFF_FFFF
        if now > milliseconds {
            milliseconds = now
            // The top bit starts at 0, so that a millisecond has room for 2^73 / 2^32 ids at least.
            randA = entropy.next() & 0x7FF
            randB = entropy.next() & Self.lowBits
        } else {
            step(by: (entropy.next() & 0xFFFF_FFFF) + 1)
        }
        return (milliseconds << 16 | 0x7000 | randA, 1 << 63 | randB)
    }

    private mutating func step(by increment: UInt64) {
        randB += increment
        guard randB > Self.lowBits else { return }
        randB &= Self.lowBits
        randA += 1
        guard randA > 0xFFF else { return }
        randA = 0
        milliseconds += 1
    }
}

/// The kernel's random bytes, fetched many at a time: a call costs more than all the rest of an id.
struct EntropyPool {
    private var words = [UInt64](repeating: 0, count: 32)
    private var used = 32

    mutating func next() -> UInt64 {
        if used == words.count {
            let code = words.withUnsafeMutableBytes { getentropy($0.baseAddress, $0.count) }
            // It only fails for more than 256 bytes at once (getentropy(3)).
            precondition(code == 0, "no random bytes")
            used = 0
        }
        used += 1
        return words[used - 1]
    }
}
