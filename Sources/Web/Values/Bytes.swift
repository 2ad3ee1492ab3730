internal import Glibc

/// Sets of ASCII bytes, tested with a shift and a mask.
struct ByteSet: Sendable {
    private let low: UInt64
    private let high: UInt64

    private init(low: UInt64, high: UInt64) {
        self.low = low
        self.high = high
    }

    @inline(__always)
    func contains(_ byte: UInt8) -> Bool {
        guard byte < 128 else { return false }
        let half = byte < 64 ? low : high
        return half & (1 << UInt64(byte & 63)) != 0
    }

    /// `tchar` of RFC 9110 §5.6.2: what field names and methods are made of.
    static let token = ByteSet(low: 0x03FF_6CFA_0000_0000, high: 0x57FF_FFFF_C7FF_FFFE)

    /// What a request target may hold: the characters of RFC 3986, and `[ ] ^ { | }` and the backtick, which
    /// browsers leave unescaped in queries. Not `"`, `<`, `>`, `#` and `\`, which others read as something else.
    static let target = ByteSet(low: 0xAFFF_FFF2_0000_0000, high: 0x7FFF_FFFF_EFFF_FFFF)

    /// `reg-name` of RFC 3986 §3.2.2.
    static let hostName = ByteSet(low: 0x2BFF_7FF2_0000_0000, high: 0x47FF_FFFE_87FF_FFFE)
}

extension UInt8 {
    /// Lower case for an ASCII letter, itself for anything else.
    @inline(__always)
    var lowercased: UInt8 { self &- 0x41 < 26 ? self | 0x20 : self }

    /// The value of a hexadecimal digit, nil for another byte.
    @inline(__always)
    var hexadecimalValue: UInt8? {
        switch self {
        case 0x30...0x39: self - 0x30
        case 0x41...0x46: self - 0x41 + 10
        case 0x61...0x66: self - 0x61 + 10
        default: nil
        }
    }

    static let lineFeed: UInt8 = 0x0A
    static let carriageReturn: UInt8 = 0x0D
    static let space: UInt8 = 0x20
    static let tab: UInt8 = 0x09
    static let slash: UInt8 = 0x2F
    static let percent: UInt8 = 0x25
}

extension Span where Element == UInt8 {
    /// Whether these are exactly the bytes of `text`.
    @inline(__always)
    func equals(_ text: StaticString) -> Bool {
        guard count == text.utf8CodeUnitCount else { return false }
        return withUnsafeBytes { memcmp($0.baseAddress!, text.utf8Start, $0.count) == 0 }
    }

    /// Whether these are the bytes of `text`, which is in lower case, whatever the case of ours.
    @inline(__always)
    func equalsIgnoringCase(_ text: StaticString) -> Bool {
        guard count == text.utf8CodeUnitCount else { return false }
        return text.withUTF8Buffer { expected in
            for index in 0..<count where self[index].lowercased != expected[index] { return false }
            return true
        }
    }

    /// Where `byte` first is at or after `start`; nil when it is not.
    @inline(__always)
    func firstIndex(of byte: UInt8, from start: Int) -> Int? {
        guard start < count else { return nil }
        return withUnsafeBytes { bytes in
            guard let found = memchr(bytes.baseAddress! + start, Int32(byte), bytes.count - start) else { return nil }
            return UnsafeRawPointer(found) - bytes.baseAddress!
        }
    }

    /// These bytes without spaces and tabs around them.
    @inline(__always)
    func trimmedRange() -> Range<Int> {
        var start = 0
        var end = count
        while start < end, self[start] == .space || self[start] == .tab { start += 1 }
        while end > start, self[end - 1] == .space || self[end - 1] == .tab { end -= 1 }
        return start..<end
    }
}

extension Array where Element == UInt8 {
    /// A copy of a span; one allocation and one `memcpy`.
    @inline(__always)
    init(copying span: Span<UInt8>) {
        self = span.withUnsafeBufferPointer { Array($0) }
    }

    @inline(__always)
    mutating func append(copying span: Span<UInt8>) {
        span.withUnsafeBufferPointer { append(contentsOf: $0) }
    }

    mutating func append(_ text: StaticString) {
        text.withUTF8Buffer { append(contentsOf: $0) }
    }
}
