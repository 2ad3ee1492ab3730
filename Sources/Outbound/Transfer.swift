/// One call to the outside.
public struct TransferRequest: Sendable {
    public enum Method: String, Sendable {
        case get = "GET", post = "POST", put = "PUT", patch = "PATCH", delete = "DELETE"
    }

    public enum Content: Sendable {
        /// Headers in order; a value with a control character makes the request invalid.
        case http(Method, headers: [(name: String, value: String)], body: [UInt8])
        /// A file as the body of a PUT, read while it is sent: so many bytes of it. It may not change meanwhile.
        case file(path: String, bytes: Int64, headers: [(name: String, value: String)])
        case mail(Mail)
    }

    /// Long enough for a slow handshake across the world.
    public static let connectTimeoutMs = 10_000
    /// From the first byte of name resolution to the last of the answer.
    public static let totalTimeoutMs = 30_000
    /// What is read of an answer: no answer that means something to a courier is longer.
    public static let answerBytesMax = 65_536

    /// `http`, `https`, `smtp` or `smtps`, as the content demands.
    public var url: String
    public var content: Content
    /// Whether private, loopback and link-local addresses may be called.
    public var allowPrivate: Bool
    public var connectTimeoutMs: Int
    public var totalTimeoutMs: Int
    public var answerBytesMax: Int
    /// Whether libcurl may send the request a second time when a connection that had been kept open is lost before any
    /// answer. False for what must not happen twice: that is then a failure, `connectionLost`, and may have arrived.
    public var isRepeatable: Bool
    /// Signs an HTTP request for a service that speaks S3.
    public var signature: RequestSignature?

    public init(
        url: String, content: Content, allowPrivate: Bool = false,
        connectTimeoutMs: Int = Self.connectTimeoutMs, totalTimeoutMs: Int = Self.totalTimeoutMs,
        answerBytesMax: Int = Self.answerBytesMax, isRepeatable: Bool = true
    ) {
        self.url = url
        self.content = content
        self.allowPrivate = allowPrivate
        self.connectTimeoutMs = connectTimeoutMs
        self.totalTimeoutMs = totalTimeoutMs
        self.answerBytesMax = answerBytesMax
        self.isRepeatable = isRepeatable
    }
}

/// By whom a request is signed, in the manner of AWS (Signature Version 4); libcurl does it.
///
/// The request names the SHA-256 of its body itself, as `x-amz-content-sha256`.
public struct RequestSignature: Sendable {
    public var region: String
    public var accessKey: String
    public var secretKey: String

    public init(region: String, accessKey: String, secretKey: String) {
        self.region = region
        self.accessKey = accessKey
        self.secretKey = secretKey
    }
}

/// A mail to submit to the server that the request's URL names.
public struct Mail: Sendable {
    /// Bare addresses, ASCII.
    public var sender: String
    public var recipients: [String]
    /// Header lines without line ends, MIME's own excepted.
    public var headers: [String]
    /// Plain text, UTF-8.
    public var text: String
    public var username: String?
    public var password: String?
    /// Refuses to go on without TLS.
    public var requiresTLS: Bool

    public init(
        sender: String, recipients: [String], headers: [String], text: String, username: String? = nil,
        password: String? = nil, requiresTLS: Bool
    ) {
        self.sender = sender
        self.recipients = recipients
        self.headers = headers
        self.text = text
        self.username = username
        self.password = password
        self.requiresTLS = requiresTLS
    }
}

/// How a call ended.
public struct TransferResult: Sendable {
    public enum Ending: Sendable {
        case answered(TransferAnswer)
        case failed(TransferFailure)
    }

    public var ending: Ending
    /// What was said, for mail.
    var dialogue: SMTPDialogue?
}

public struct TransferAnswer: Sendable {
    /// HTTP's status code, or the last reply code of SMTP.
    public var status: Int
    /// The header lines as they came, CRLF included.
    public var head: [UInt8]
    public var body: [UInt8]
    /// The answer was longer than asked for; the rest was not read.
    public var isTruncated: Bool

    /// The first value of a header, without the space around it.
    public func header(_ name: String) -> String? {
        let wanted = name.lowercased() + ":"
        for line in head.split(separator: 0x0a) where line.count > wanted.utf8.count {
            let start = line.prefix(wanted.utf8.count)
            guard String(decoding: start, as: UTF8.self).lowercased() == wanted else { continue }
            let value = line.dropFirst(start.count).drop { $0 == 0x20 || $0 == 0x09 }
            let end = value.lastIndex { $0 > 0x20 }.map { value.index(after: $0) } ?? value.startIndex
            return String(decoding: value[..<end], as: UTF8.self)
        }
        return nil
    }
}

public struct TransferFailure: Error, Sendable, Equatable {
    public enum Kind: String, Sendable {
        /// It was never tried: a header with a line end, a URL libcurl does not take.
        case invalidRequest = "invalid_request"
        case addressRefused = "address_refused"
        case nameUnknown = "name_unknown"
        case connectFailed = "connect_failed"
        case tlsFailed = "tls_failed"
        case certificateRefused = "certificate_refused"
        /// The mail server offers no STARTTLS although it was required.
        case tlsUnavailable = "tls_unavailable"
        case loginDenied = "login_denied"
        case timedOut = "timeout"
        case connectionLost = "connection_lost"
        case unreadableAnswer = "unreadable_answer"
        case cancelled
        case other
    }

    public var kind: Kind
    /// Whether the other side may have received the request.
    public var mayHaveArrived: Bool
    /// For people; carries nothing of the request.
    public var detail: String
}
