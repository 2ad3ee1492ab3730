/// A refusal a client can read and act on: `application/problem+json` (RFC 9457).
public struct Problem: Error, Hashable, Sendable {
    public var status: Status
    /// A stable dotted name, for programs.
    public var code: String
    /// What is wrong and what to do, for people. No stack, SQL, path or secret.
    public var detail: String
    public var errors: [FieldProblem]
    /// Whole seconds for `Retry-After`, where waiting helps.
    public var retryAfterSeconds: Int?
    /// The allowance that is used up, where that is why.
    public var quota: Quota?

    public init(
        _ status: Status, _ code: String, _ detail: String, errors: [FieldProblem] = [], retryAfterSeconds: Int? = nil,
        quota: Quota? = nil
    ) {
        self.status = status
        self.code = code
        self.detail = detail
        self.errors = errors
        self.retryAfterSeconds = retryAfterSeconds
        self.quota = quota
    }

    public var response: Response {
        var headers: Headers = ["content-type": "application/problem+json"]
        if let retryAfterSeconds { headers.add("retry-after", String(retryAfterSeconds)) }
        if let quota {
            headers.add("ratelimit-limit", String(quota.limit))
            headers.add("ratelimit-remaining", String(quota.remaining))
            headers.add("ratelimit-reset", String(quota.resetSeconds))
        }
        return Response(status, headers: headers, body: json)
    }

    /// `{"type", "title", "status", "code", "detail"}`, and `errors` when there are any.
    private var json: [UInt8] {
        var text = JSONText()
        text.append(raw: #"{"type":"about:blank","title":"#)
        text.append(string: status.reason)
        text.append(raw: #","status":\#(status.code),"code":"#)
        text.append(string: code)
        text.append(raw: #","detail":"#)
        text.append(string: detail)
        if !errors.isEmpty {
            text.append(raw: #","errors":["#)
            for (index, error) in errors.enumerated() {
                text.append(raw: index == 0 ? #"{"field":"# : #",{"field":"#)
                text.append(string: error.field)
                text.append(raw: #","detail":"#)
                text.append(string: error.detail)
                text.append(raw: "}")
            }
            text.append(raw: "]")
        }
        text.append(raw: "}")
        return text.bytes
    }
}

/// How much of something a client may have, as draft-ietf-httpapi-ratelimit-headers tells it, with a field for each
/// number: `RateLimit-Limit`, `RateLimit-Remaining`, `RateLimit-Reset`.
public struct Quota: Hashable, Sendable {
    public var limit: Int
    public var remaining: Int
    /// Until all of `limit` is there again.
    public var resetSeconds: Int

    public init(limit: Int, remaining: Int, resetSeconds: Int) {
        self.limit = limit
        self.remaining = remaining
        self.resetSeconds = resetSeconds
    }
}

/// What is wrong with one field of the input.
public struct FieldProblem: Hashable, Sendable {
    public var field: String
    public var detail: String

    public init(_ field: String, _ detail: String) {
        self.field = field
        self.detail = detail
    }
}

extension Problem {
    public static let notFound = Problem(.notFound, "http.not_found", "There is nothing at this path.")

    static func methodNotAllowed(_ allowed: String) -> Problem {
        Problem(.methodNotAllowed, "http.method_not_allowed", "This path answers \(allowed) only.")
    }

    static func bodyTooLarge(limit: Int) -> Problem {
        Problem(.contentTooLarge, "http.body_too_large", "The body exceeds \(limit) bytes.")
    }

    static let headTimeout = Problem(.requestTimeout, "http.head_timeout", "The request head arrived too slowly.")

    static let plainHTTP = Problem(
        .badRequest, "tls.plain_http", "This port speaks HTTPS. Ask again with https:// in place of http://.")

    static let tooManyConnections = Problem(
        .unavailable, "http.too_many_connections", "All connections are in use. Try again in a moment.",
        retryAfterSeconds: 1)
}

extension Response {
    public init(_ problem: Problem) { self = problem.response }
}

/// JSON text under construction.
private struct JSONText {
    private(set) var bytes: [UInt8] = []

    mutating func append(raw text: String) { bytes.append(contentsOf: text.utf8) }

    /// Adds a quoted string, escaped as RFC 8259 §7 asks.
    mutating func append(string: String) {
        bytes.append(0x22)
        for byte in string.utf8 {
            switch byte {
            case 0x22, 0x5C: bytes += [0x5C, byte]
            case 0x0A: bytes.append(#"\n"#)
            case 0..<0x20:
                let digits: StaticString = "0123456789abcdef"
                bytes.append(#"\u00"#)
                bytes += [digits.utf8Start[Int(byte >> 4)], digits.utf8Start[Int(byte & 0xF)]]
            default: bytes.append(byte)
            }
        }
        bytes.append(0x22)
    }
}
