/// The server's side of opening a WebSocket (RFC 6455 §4.2): a request goes in, what to answer comes out.
enum Handshake {
    enum Answer: Sendable {
        /// Answer 101 with these fields; the bytes behind the request belong to the WebSocket.
        case accept(Headers)
        case refuse(Response)
    }

    static let version = "13"

    /// Judges a request to open a WebSocket.
    ///
    /// A browser sends `Origin`, and cookies with it, whichever page asks: a page of another origin is refused
    /// unless it is allowed by name (§10.2). Without the field it is no browser. Extensions are never accepted.
    ///
    /// - Parameters:
    ///   - originsAllowed: `https://example.com`, or `null` for pages without an origin, beside the one the request
    ///     came to.
    ///   - isVersion10: HTTP/1.0 cannot upgrade (RFC 9110 §7.8).
    ///   - isSecure: the request came over TLS that ends here, so that its own origin is https and no other. Behind
    ///     a proxy that ends TLS nobody knows; then either scheme is the own one.
    static func answer(
        _ request: Request, limits: WebSocket.Limits, originsAllowed: [String], isVersion10: Bool = false,
        isSecure: Bool = false
    ) -> Answer {
        do throws(Problem) {
            let headers = request.headers
            guard request.method == .get, !isVersion10, headers.holds("websocket", inList: "upgrade"),
                headers.holds("upgrade", inList: "connection")
            else { throw .upgradeRequired }
            guard request.body.isEmpty, !headers.contains("transfer-encoding"),
                headers["content-length"].map({ Int($0) == 0 }) ?? true
            else { throw .bodyUnexpected }
            guard headers[all: "sec-websocket-version"] == [version] else { throw .webSocketVersionUnsupported }
            let keys = headers[all: "sec-websocket-key"]
            guard keys.count == 1, HandshakeKey.isValid(keys[0]) else { throw .webSocketKeyInvalid }
            try checkOrigin(headers, originsAllowed, isSecure: isSecure)
            var fields: Headers = [
                "upgrade": "websocket", "connection": "Upgrade", "sec-websocket-accept": HandshakeKey.accept(keys[0]),
            ]
            let offered = headers.list("sec-websocket-protocol")
            if let chosen = offered.first(where: limits.subprotocols.contains) {
                fields.add("sec-websocket-protocol", chosen)
            }
            return .accept(fields)
        } catch {
            return .refuse(error.upgradeResponse)
        }
    }

    private static func checkOrigin(_ headers: Headers, _ allowed: [String], isSecure: Bool) throws(Problem) {
        let given = headers[all: "origin"]
        guard given.count <= 1 else { throw .originInvalid }
        guard let text = given.first, !allowed.contains(where: text.equalsIgnoringCase) else { return }
        guard let origin = Origin(text) else { throw .originRefused }
        if allowed.contains(where: { Origin($0) == origin }) { return }
        guard origin.scheme == "https" || origin.scheme == "http" && !isSecure,
            let host = headers["host"], Origin(scheme: origin.scheme, authority: host) == origin
        else { throw .originRefused }
    }
}

extension Headers {
    /// The elements of a list field, its repeats joined; empty ones are left out (RFC 9110 §5.6.1).
    func list(_ name: String) -> [String] {
        self[all: name].flatMap { value in
            value.utf8.split(separator: 0x2C).compactMap { element in
                let bytes = Array(element)
                let trimmed = bytes[bytes.span.trimmedRange()]
                return trimmed.isEmpty ? nil : String(decoding: trimmed, as: UTF8.self)
            }
        }
    }

    /// Whether a list field names `token`, whatever its case.
    func holds(_ token: String, inList name: String) -> Bool { list(name).contains(where: token.equalsIgnoringCase) }
}

extension Problem {
    fileprivate static let upgradeRequired = Problem(
        426, "websocket.upgrade_required", "This path speaks WebSocket: ask with GET over HTTP/1.1 and Upgrade.")
    fileprivate static let webSocketVersionUnsupported = Problem(
        426, "websocket.version_unsupported", "Sec-WebSocket-Version must be given once and be 13.")
    fileprivate static let webSocketKeyInvalid = Problem(
        .badRequest, "websocket.key_invalid", "Sec-WebSocket-Key must be given once and be base64 of 16 bytes.")
    static let bodyUnexpected = Problem(
        .badRequest, "websocket.body_unexpected", "A request to open a WebSocket must have no body.")
    fileprivate static let originInvalid = Problem(
        .badRequest, "websocket.origin_invalid", "Origin must be given once.")
    fileprivate static let originRefused = Problem(
        .forbidden, "websocket.origin_refused", "Pages of this origin may not open a WebSocket here.")

    /// A refusal, with the fields that tell a client what to ask for instead (RFC 6455 §4.4, RFC 9110 §15.5.22).
    fileprivate var upgradeResponse: Response {
        var response = response
        if status.code == 426 {
            response.headers.add("upgrade", "websocket")
            response.headers.add("connection", "upgrade")
            response.headers.add("sec-websocket-version", Handshake.version)
        }
        return response
    }
}
