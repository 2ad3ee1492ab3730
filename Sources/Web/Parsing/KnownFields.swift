/// What the fields that steer the connection said, gathered while the head is read.
struct KnownFields: Sendable {
    private(set) var host: Range<Int>?
    private(set) var requestID: Range<Int>?
    private(set) var asksClose = false
    private(set) var asksKeepAlive = false
    private(set) var expectsContinue = false
    private var contentLength: Int?
    private var transferCodings = 0
    private var isChunked = false
    private var endsChunked = false
    private var expectsUnknown = false

    /// - Parameter value: where the value is in `bytes`.
    mutating func note(
        _ name: Span<UInt8>, _ value: Range<Int>, in bytes: Span<UInt8>
    ) throws(MalformedRequest) {
        switch name.count {
        case 4 where name.equalsIgnoringCase("host"):
            guard host == nil else { throw .hostMissing }
            guard HostField.isValid(bytes.extracting(value)) else { throw .hostInvalid }
            host = value
        case 6 where name.equalsIgnoringCase("expect"):
            expectsContinue = bytes.extracting(value).equalsIgnoringCase("100-continue")
            expectsUnknown = expectsUnknown || !expectsContinue
        case 10 where name.equalsIgnoringCase("connection"):
            noteConnection(bytes.extracting(value))
        case 12 where name.equalsIgnoringCase("x-request-id"):
            requestID = RequestID.isSane(bytes.extracting(value)) ? value : nil
        case 14 where name.equalsIgnoringCase("content-length"):
            guard contentLength == nil else { throw .contentLengthConflict }
            contentLength = try Self.length(bytes.extracting(value))
        case 17 where name.equalsIgnoringCase("transfer-encoding"):
            transferCodings += 1
            isChunked = bytes.extracting(value).equalsIgnoringCase("chunked")
            endsChunked = Self.endsChunked(bytes.extracting(value))
        default:
            break
        }
    }

    /// Judges what only the whole head tells.
    ///
    /// - Source: RFC 9112 §3.2 (Host), §6.1–§6.3 (framing), RFC 9110 §10.1.1 (Expect).
    func check(isVersion10: Bool) throws(MalformedRequest) {
        guard host != nil || isVersion10 else { throw .hostMissing }
        if transferCodings > 0 {
            guard contentLength == nil, !isVersion10 else { throw .framingConflict }
            guard endsChunked else { throw .chunkedNotLast }
            guard transferCodings == 1, isChunked else { throw .transferCodingUnknown }
        }
        if expectsUnknown, !isVersion10 { throw .expectationUnknown }
    }

    var framing: RequestHead.Framing {
        if transferCodings > 0 { return .chunked }
        guard let contentLength, contentLength > 0 else { return .none }
        return .length(contentLength)
    }

    /// Decimal digits and nothing else: a sign, a space or a list is refused, even one of equal values. Disagreeing
    /// with a proxy about where a body ends is how requests are smuggled.
    ///
    /// - Source: RFC 9112 §6.3 item 5, RFC 9110 §8.6.
    private static func length(_ bytes: Span<UInt8>) throws(MalformedRequest) -> Int {
        guard !bytes.isEmpty else { throw .contentLengthInvalid }
        var length = 0
        for index in 0..<bytes.count {
            guard 0x30...0x39 ~= bytes[index] else { throw .contentLengthInvalid }
            let (shifted, shiftOverflow) = length.multipliedReportingOverflow(by: 10)
            let (sum, sumOverflow) = shifted.addingReportingOverflow(Int(bytes[index] - 0x30))
            guard !shiftOverflow, !sumOverflow else { throw .contentLengthInvalid }
            length = sum
        }
        return length
    }

    /// Whether what stands behind the last comma of a list is `chunked`.
    private static func endsChunked(_ list: Span<UInt8>) -> Bool {
        var start = list.count
        while start > 0, list[start - 1] != 0x2C { start -= 1 }
        while start < list.count, list[start] == .space || list[start] == .tab { start += 1 }
        return list.extracting(start..<list.count).equalsIgnoringCase("chunked")
    }

    private mutating func noteConnection(_ list: Span<UInt8>) {
        var start = 0
        while start < list.count {
            let end = list.firstIndex(of: 0x2C, from: start) ?? list.count
            let item = list.extracting(start..<end)
            let option = item.extracting(item.trimmedRange())
            if option.equalsIgnoringCase("close") { asksClose = true }
            if option.equalsIgnoringCase("keep-alive") { asksKeepAlive = true }
            start = end + 1
        }
    }
}
