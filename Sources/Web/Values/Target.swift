/// Where a request is addressed, checked once: ranges into the bytes of its head.
///
/// The path is kept decoded. What a proxy in front could read in another way than we do is refused rather than
/// normalised: dot segments, an encoded slash or backslash, NUL, and escapes that are not UTF-8.
struct Target: Sendable {
    var raw: Range<Int> = 0..<0
    /// The percent-decoded path, beginning with a slash; empty for `*`.
    var path: Range<Int> = 0..<0
    /// What follows the first question mark, still encoded.
    var query: Range<Int> = 0..<0

    /// `OPTIONS *`: the server as a whole (RFC 9112 §3.2.4).
    var isAsterisk: Bool { path.isEmpty }

    init() {}

    /// Reads the target that is at `range` of `bytes`; may append the decoded path or a slash to `bytes`.
    ///
    /// - Parameter host: for absolute-form, the value the target's authority must equal; nil to accept any.
    /// - Throws: `.targetInvalid`, `.pathAmbiguous`, `.hostConflict`.
    /// - Source: RFC 9112 §3.2, RFC 3986 §3.3.
    init(
        _ range: Range<Int>, in bytes: inout [UInt8], method: Method, host: Range<Int>?
    ) throws(MalformedRequest) {
        raw = range
        guard !range.isEmpty, bytes[range].allSatisfy(ByteSet.target.contains) else { throw .targetInvalid }
        if range.count == 1, bytes[range.lowerBound] == 0x2A {
            guard method == .options else { throw .targetInvalid }
            return
        }
        var start = range.lowerBound
        if bytes[start] != .slash {
            start = try Self.skipAuthority(range, in: bytes, host: host)
        }
        var end = start
        while end < range.upperBound, bytes[end] != 0x3F { end += 1 }
        query = min(end + 1, range.upperBound)..<range.upperBound
        path = start..<end
        if path.isEmpty {
            path = bytes.count..<bytes.count + 1
            bytes.append(.slash)
        } else if bytes[path].contains(.percent) {
            path = try Self.decode(path, in: &bytes)
        }
        try Self.refuseDotSegments(bytes[path])
        if bytes[query].contains(.percent) { try Self.checkEscapes(bytes[query]) }
    }

    /// Where the path begins in `http://authority/path`. The authority must be the one of the Host field: the
    /// standard lets the target win, but a cache in front may have keyed its entry by the other.
    private static func skipAuthority(
        _ range: Range<Int>, in bytes: [UInt8], host: Range<Int>?
    ) throws(MalformedRequest) -> Int {
        let scheme = bytes[range].prefix(8).map(\.lowercased)
        let start: Int
        if scheme.starts(with: "http://".utf8) {
            start = range.lowerBound + 7
        } else if scheme.starts(with: "https://".utf8) {
            start = range.lowerBound + 8
        } else {
            throw .targetInvalid
        }
        var end = start
        while end < range.upperBound, bytes[end] != .slash, bytes[end] != 0x3F { end += 1 }
        guard HostField.isValid(bytes.span.extracting(start..<end)) else { throw .targetInvalid }
        if let host {
            guard host.count == end - start,
                zip(bytes[host], bytes[start..<end]).allSatisfy({ $0.lowercased == $1.lowercased })
            else { throw .hostConflict }
        }
        return end
    }

    /// Appends the decoded form of `range` to `bytes` and returns where it is.
    private static func decode(_ range: Range<Int>, in bytes: inout [UInt8]) throws(MalformedRequest) -> Range<Int> {
        let start = bytes.count
        var position = range.lowerBound
        while position < range.upperBound {
            let byte = bytes[position]
            position += 1
            guard byte == .percent else {
                bytes.append(byte)
                continue
            }
            guard position + 2 <= range.upperBound, let high = bytes[position].hexadecimalValue,
                let low = bytes[position + 1].hexadecimalValue
            else { throw .targetInvalid }
            let decoded = high << 4 | low
            guard decoded >= 0x20, decoded != 0x7F else { throw .targetInvalid }
            guard decoded != .slash, decoded != 0x5C else { throw .pathAmbiguous }
            bytes.append(decoded)
            position += 2
        }
        guard String(validating: bytes[start...], as: UTF8.self) != nil else { throw .targetInvalid }
        return start..<bytes.count
    }

    private static func refuseDotSegments(_ path: ArraySlice<UInt8>) throws(MalformedRequest) {
        guard path.contains(0x2E) else { return }
        for segment in path.split(separator: .slash) where segment.first == 0x2E {
            if segment.count == 1 || segment.count == 2 && segment.last == 0x2E { throw .pathAmbiguous }
        }
    }

    /// Escapes of a query are decoded only when it is asked for, but must be sound from the start.
    private static func checkEscapes(_ query: ArraySlice<UInt8>) throws(MalformedRequest) {
        guard let decoded = Query.decode(query), !decoded.utf8.contains(0) else { throw .targetInvalid }
    }
}
