/// Which page a browser says it speaks for: scheme, host and port (RFC 6454 §7).
struct Origin: Sendable, Hashable {
    /// In lower case.
    let scheme: String
    /// In lower case; an IPv6 address in its brackets.
    let host: String
    /// The scheme's own when none is given; nil when it has none either.
    let port: Int?

    /// Reads `scheme://host` or `scheme://host:port`; nil for anything else: `null`, a path, user information, a list.
    init?(_ text: String) {
        guard let colon = text.utf8.firstIndex(of: 0x3A) else { return nil }
        let scheme = text[..<colon].lowercased()
        let rest = text[colon...]
        guard rest.hasPrefix("://"), !scheme.isEmpty, scheme.utf8.allSatisfy(ByteSet.token.contains) else { return nil }
        self.init(scheme: scheme, authority: String(rest.dropFirst(3)))
    }

    /// The origin of what `authority`, a Host field, serves by `scheme`.
    init?(scheme: String, authority: String) {
        let bytes = Array(authority.utf8)
        guard HostField.isValid(bytes.span) else { return nil }
        var end = bytes.count
        if let colon = bytes.lastIndex(of: 0x3A), !bytes[colon...].contains(0x5D) { end = colon }
        self.scheme = scheme
        host = String(decoding: bytes[..<end].map(\.lowercased), as: UTF8.self)
        let given = end < bytes.count ? Int(String(decoding: bytes[(end + 1)...], as: UTF8.self)) : nil
        port = given ?? Self.defaultPort(scheme)
    }

    private static func defaultPort(_ scheme: String) -> Int? {
        switch scheme {
        case "http", "ws": 80
        case "https", "wss": 443
        default: nil
        }
    }
}
