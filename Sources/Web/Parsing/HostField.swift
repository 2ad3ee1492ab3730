/// What the Host field and the authority of an absolute target may look like.
enum HostField {
    /// Whether these bytes are `host` or `host:port`: a name, an IPv4 address, or an IPv6 one in brackets.
    ///
    /// Empty and user-info forms are refused, and so is a second colon outside brackets.
    ///
    /// - Source: RFC 9112 §3.2, RFC 3986 §3.2.2.
    static func isValid(_ bytes: Span<UInt8>) -> Bool {
        guard !bytes.isEmpty else { return false }
        guard bytes[0] != 0x5B else { return isBracketed(bytes) }
        var end = 0
        while end < bytes.count, bytes[end] != 0x3A {
            guard ByteSet.hostName.contains(bytes[end]) else { return false }
            end += 1
        }
        return end > 0 && isPort(bytes.extracting(end..<bytes.count))
    }

    private static func isBracketed(_ bytes: Span<UInt8>) -> Bool {
        guard let closing = bytes.firstIndex(of: 0x5D, from: 1), closing >= 3 else { return false }
        for index in 1..<closing {
            let byte = bytes[index]
            guard byte.hexadecimalValue != nil || byte == 0x3A || byte == 0x2E else { return false }
        }
        return isPort(bytes.extracting(closing + 1..<bytes.count))
    }

    /// Nothing, a lone colon, or a colon and a port of at most 65535.
    private static func isPort(_ bytes: Span<UInt8>) -> Bool {
        guard !bytes.isEmpty else { return true }
        guard bytes[0] == 0x3A else { return false }
        var port = 0
        for index in 1..<bytes.count {
            guard 0x30...0x39 ~= bytes[index] else { return false }
            port = port * 10 + Int(bytes[index] - 0x30)
            guard port <= 65_535 else { return false }
        }
        return true
    }
}
