/// What ties the lines of a log, an answer and a question of a customer together: `x-request-id`.
enum RequestID: Sendable {
    /// Sent by the client; a range of the bytes of the head.
    case given(Range<Int>)
    /// Made here; written as 16 hexadecimal digits.
    case made(UInt64)

    /// Longer ids are replaced by one of ours: they end up in every log line.
    static let givenBytesMax = 64
    static let madeBytes = 16

    /// Whether an id of a client may be repeated in answers and logs: letters, digits and `-._:/+=`, 1–64 of them.
    static func isSane(_ bytes: Span<UInt8>) -> Bool {
        guard !bytes.isEmpty, bytes.count <= givenBytesMax else { return false }
        for index in 0..<bytes.count {
            switch bytes[index] {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2B, 0x2D, 0x2E, 0x2F, 0x3A, 0x3D, 0x5F: continue
            default: return false
            }
        }
        return true
    }

    /// Spreads consecutive numbers over all 64 bits, one to one (the finaliser of SplitMix64).
    static func scatter(_ number: UInt64) -> UInt64 {
        var value = number
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }

    /// Calls `body` with each of the 16 digits of a made id.
    @inline(__always)
    static func forEachDigit(of value: UInt64, _ body: (UInt8) -> Void) {
        var shift: UInt64 = 64
        while shift > 0 {
            shift -= 4
            let digit = UInt8(truncatingIfNeeded: value >> shift) & 0xF
            body(digit < 10 ? digit + 0x30 : digit - 10 + 0x61)
        }
    }
}

/// Hands out ids that do not repeat within a process and are unlikely to between processes.
struct RequestIDSource: Sendable {
    private var next = UInt64.random(in: 0...UInt64.max)

    mutating func make() -> RequestID {
        next &+= 1
        return .made(RequestID.scatter(next))
    }
}
