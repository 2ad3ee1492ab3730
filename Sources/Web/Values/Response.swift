/// What to send back.
///
/// Framing is the listener's: `content-length`, `transfer-encoding`, `connection`, `date` and `x-request-id` are
/// written by it, and fields of those names in `headers` are left out.
public struct Response: Sendable {
    public enum Body: Sendable {
        case bytes([UInt8])
        /// Written piece by piece; chunked when `length` is nil.
        ///
        /// `produce` is suspended while the client is 64 KiB behind, and cancelled when it goes away. If it throws,
        /// or writes another number of bytes than `length`, the connection is broken off, so that the client does
        /// not take a part for the whole.
        case stream(length: Int?, produce: @Sendable (BodyWriter) async throws -> Void)
        /// None: the connection becomes a WebSocket, which `handle` has until it returns.
        case webSocket(WebSocket.Limits, handle: @Sendable (WebSocket) async -> Void)
    }

    public var status: Status
    public var headers: Headers
    public var body: Body

    public init(_ status: Status = .ok, headers: Headers = [:], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = .bytes(body)
    }

    public init(_ status: Status = .ok, headers: Headers = [:], body: Body) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// The body when it is plain bytes; empty for a stream (see `collect`) and for a WebSocket.
    public var bytes: [UInt8] {
        guard case .bytes(let bytes) = body else { return [] }
        return bytes
    }
}

extension Response {
    public static func text(_ text: String, _ status: Status = .ok) -> Response {
        Response(status, headers: plainText, body: Array(text.utf8))
    }

    public static func html(_ text: String, _ status: Status = .ok) -> Response {
        Response(status, headers: html, body: Array(text.utf8))
    }

    /// `bytes` are JSON text in UTF-8.
    public static func json(_ bytes: [UInt8], _ status: Status = .ok) -> Response {
        Response(status, headers: json, body: bytes)
    }

    public static let noContent = Response(.noContent)

    /// Sends the client to another path with GET (303) unless told otherwise.
    public static func redirect(to location: String, _ status: Status = .seeOther) -> Response {
        Response(status, headers: ["location": location])
    }

    /// A body that is made while it is sent; see `Body.stream`.
    public static func stream(
        _ status: Status = .ok, headers: Headers = [:], length: Int? = nil,
        produce: @escaping @Sendable (BodyWriter) async throws -> Void
    ) -> Response {
        Response(status, headers: headers, body: .stream(length: length, produce: produce))
    }

    /// Makes the connection a WebSocket, if the request asks for one as RFC 6455 has it; otherwise the client is told
    /// what it should have asked. To refuse one, answer with anything else.
    public static func webSocket(
        _ limits: WebSocket.Limits = WebSocket.Limits(), headers: Headers = [:],
        handle: @escaping @Sendable (WebSocket) async -> Void
    ) -> Response {
        Response(.switchingProtocols, headers: headers, body: .webSocket(limits, handle: handle))
    }

    private static let plainText: Headers = ["content-type": "text/plain; charset=utf-8"]
    /// A page may use what comes from here, in files of its own; nothing in its text is run.
    private static let html: Headers = [
        "content-type": "text/html; charset=utf-8",
        "content-security-policy": """
            default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
            form-action 'self'; base-uri 'none'; frame-ancestors 'none'
            """,
    ]
    private static let json: Headers = ["content-type": "application/json"]
}
