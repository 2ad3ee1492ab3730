/// Reads the head of a request, line by line, from bytes that arrive in any pieces.
///
/// A line is judged when its end is there and no byte is looked at twice, so the outcome is the same however the
/// bytes were cut. It holds nothing but positions: whoever calls keeps the bytes.
struct RequestParser: Sendable {
    struct Limits: Sendable, Hashable {
        /// Without its line end. 8 KiB is what RFC 9112 §3 recommends to support at least.
        var requestLineBytesMax = 8 << 10
        /// All of the head. Browsers with many cookies stay below 8 KiB; proxies in front take 8–16 KiB.
        var headBytesMax = 16 << 10
        /// Real clients send 5–30; each costs a table row.
        var fieldsMax = 100
    }

    let limits: Limits
    private var lineStart = 0
    private var searched = 0
    private var skippedEmptyLine = false
    private var line: RequestLine?
    private var fields: [Headers.Field] = []
    private var known = KnownFields()

    init(limits: Limits) { self.limits = limits }

    /// Whether a head has begun and is not complete.
    var isWithinHead: Bool { searched > 0 }

    /// Goes on with a head.
    ///
    /// - Parameter bytes: everything since the first byte of the request, what was given before included.
    /// - Returns: the head when it is complete, and the parser is ready for the next one; nil when more is needed.
    /// - Throws: the first fault in the order of the bytes. The parser must not be used again.
    /// - Source: RFC 9112 §2–§6.
    mutating func parse(_ bytes: Span<UInt8>) throws(MalformedRequest) -> RequestHead? {
        while let end = bytes.firstIndex(of: .lineFeed, from: searched) {
            searched = end + 1
            try checkLength(upTo: end + 1)
            guard end > lineStart, bytes[end - 1] == .carriageReturn else { throw .lineEndInvalid }
            let range = lineStart..<end - 1
            lineStart = end + 1
            if line == nil {
                if range.isEmpty, !skippedEmptyLine {
                    skippedEmptyLine = true
                } else {
                    line = try RequestLine(range, in: bytes)
                    fields.reserveCapacity(Self.fieldsExpected)
                }
            } else if range.isEmpty {
                return try complete(bytes.extracting(0..<end + 1))
            } else {
                try readField(range, in: bytes)
            }
        }
        searched = bytes.count
        try checkLength(upTo: bytes.count + 1)
        return nil
    }

    /// Most requests have fewer fields; the table grows when one has more.
    private static let fieldsExpected = 12

    /// - Parameter end: behind the line feed, or where it would be at the earliest.
    private func checkLength(upTo end: Int) throws(MalformedRequest) {
        if line == nil, end - lineStart > limits.requestLineBytesMax + 2 {
            throw .requestLineTooLong(limit: limits.requestLineBytesMax)
        }
        if end > limits.headBytesMax { throw .headTooLarge(limit: limits.headBytesMax) }
    }

    private mutating func readField(_ range: Range<Int>, in bytes: Span<UInt8>) throws(MalformedRequest) {
        guard fields.count < limits.fieldsMax else { throw .tooManyFields(limit: limits.fieldsMax) }
        let first = bytes[range.lowerBound]
        guard first != .space, first != .tab else { throw .foldedField }
        var colon = range.lowerBound
        while colon < range.upperBound, ByteSet.token.contains(bytes[colon]) { colon += 1 }
        guard colon > range.lowerBound, colon < range.upperBound, bytes[colon] == 0x3A else { throw .fieldInvalid }
        var index = colon + 1
        while index < range.upperBound {
            let byte = bytes[index]
            guard byte >= 0x20 && byte != 0x7F || byte == .tab else { throw .fieldInvalid }
            index += 1
        }
        let trimmed = bytes.extracting(colon + 1..<range.upperBound).trimmedRange()
        let value = colon + 1 + trimmed.lowerBound..<colon + 1 + trimmed.upperBound
        fields.append(
            Headers.Field(
                nameStart: UInt32(range.lowerBound), nameCount: UInt32(colon - range.lowerBound),
                valueStart: UInt32(value.lowerBound), valueCount: UInt32(value.count)))
        try known.note(bytes.extracting(range.lowerBound..<colon), value, in: bytes)
    }

    private mutating func complete(_ bytes: Span<UInt8>) throws(MalformedRequest) -> RequestHead {
        guard let line else { preconditionFailure("a head ends behind its request line") }
        guard let method = line.method else { throw .methodUnknown }
        try known.check(isVersion10: line.isVersion10)
        var copy = [UInt8](copying: bytes)
        let target = try Target(line.target, in: &copy, method: method, host: known.host)
        let head = RequestHead(
            method: method, target: target, headers: Headers(parsed: copy, fields: fields),
            isVersion10: line.isVersion10, framing: known.framing,
            keepsAlive: line.isVersion10 ? known.asksKeepAlive && !known.asksClose : !known.asksClose,
            expectsContinue: known.expectsContinue && !line.isVersion10, givenID: known.requestID,
            wireBytes: bytes.count)
        self = RequestParser(limits: limits)
        return head
    }
}

/// `GET /path HTTP/1.1`.
private struct RequestLine: Sendable {
    /// Nil for a method that is a token but none of ours.
    let method: Method?
    let target: Range<Int>
    let isVersion10: Bool

    /// Single spaces only: RFC 9112 §3 lets a lenient reader split at other white space, and then two readers may
    /// see two targets.
    init(_ range: Range<Int>, in bytes: Span<UInt8>) throws(MalformedRequest) {
        var methodEnd = range.lowerBound
        while methodEnd < range.upperBound, ByteSet.token.contains(bytes[methodEnd]) { methodEnd += 1 }
        guard methodEnd > range.lowerBound, methodEnd < range.upperBound, bytes[methodEnd] == .space
        else { throw .requestLineInvalid }
        var targetEnd = methodEnd + 1
        while targetEnd < range.upperBound, bytes[targetEnd] != .space { targetEnd += 1 }
        guard targetEnd > methodEnd + 1, targetEnd < range.upperBound else { throw .requestLineInvalid }
        target = methodEnd + 1..<targetEnd
        isVersion10 = try Self.readVersion(bytes.extracting(targetEnd + 1..<range.upperBound))
        method = Method(bytes.extracting(range.lowerBound..<methodEnd))
    }

    /// HTTP/1.1 and later minor versions are read as 1.1 (RFC 9110 §2.5).
    private static func readVersion(_ bytes: Span<UInt8>) throws(MalformedRequest) -> Bool {
        guard bytes.count == 8, bytes.extracting(0..<5).equals("HTTP/"), 0x30...0x39 ~= bytes[5], bytes[6] == 0x2E,
            0x30...0x39 ~= bytes[7]
        else { throw .requestLineInvalid }
        guard bytes[5] == 0x31 else { throw .versionNotSupported }
        return bytes[7] == 0x30
    }
}
