internal import CCurl

/// A URL taken apart by libcurl itself: a second parser that disagreed with it about the host would be a way past the
/// checks.
struct WebAddress: Equatable {
    var scheme: String
    /// As written; an IPv6 address keeps its brackets.
    var host: String
    /// Decimal; the scheme's own where none is written, nil where that is not known.
    var port: String?
    /// Path, query and fragment, as written: where webhook addresses keep their secret.
    var afterHost: String

    /// Nil when libcurl would not take it, when it has no scheme or host, or carries a user name or password:
    /// those have their own settings, where they are kept secret.
    init?(_ text: String) {
        guard text.utf8.allSatisfy({ (0x21...0x7e).contains($0) }), let separator = text.firstRange(of: "://"),
            parley_curl_is_there() != 0, let url = parley_curl_url()
        else { return nil }
        defer { parley_curl_url_cleanup(url) }
        guard parley_curl_url_set(url, CURLUPART_URL, text, UInt32(CURLU_NON_SUPPORT_SCHEME)) == CURLUE_OK,
            let scheme = Self.part(CURLUPART_SCHEME, of: url), let host = Self.part(CURLUPART_HOST, of: url),
            !host.isEmpty, Self.part(CURLUPART_USER, of: url) == nil, Self.part(CURLUPART_PASSWORD, of: url) == nil
        else { return nil }
        self.scheme = scheme.lowercased()
        self.host = host
        port = Self.part(CURLUPART_PORT, of: url, UInt32(CURLU_DEFAULT_PORT))
        let rest = text[separator.upperBound...]
        afterHost = rest.firstIndex { "/?#".contains($0) }.map { String(rest[$0...]) } ?? ""
    }

    private static func part(_ part: CURLUPart, of url: OpaquePointer, _ flags: UInt32 = 0) -> String? {
        var text: UnsafeMutablePointer<CChar>?
        guard parley_curl_url_get(url, part, &text, flags) == CURLUE_OK, let text else { return nil }
        defer { parley_curl_free(text) }
        return String(cString: text)
    }
}
