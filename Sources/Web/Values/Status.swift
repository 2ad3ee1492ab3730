/// An HTTP status: three digits, and the phrase that goes with them.
public struct Status: Sendable, Hashable, ExpressibleByIntegerLiteral {
    /// 100–599.
    public let code: Int

    /// - Precondition: `code` is 100–599.
    public init(_ code: Int) {
        precondition((100...599).contains(code), "a status is three digits, 100 to 599")
        self.code = code
    }

    public init(integerLiteral code: Int) { self.init(code) }

    public static let switchingProtocols: Status = 101
    public static let ok: Status = 200
    public static let created: Status = 201
    public static let accepted: Status = 202
    public static let noContent: Status = 204
    public static let movedPermanently: Status = 301
    public static let found: Status = 302
    public static let seeOther: Status = 303
    public static let notModified: Status = 304
    public static let permanentRedirect: Status = 308
    public static let badRequest: Status = 400
    public static let unauthorized: Status = 401
    public static let forbidden: Status = 403
    public static let notFound: Status = 404
    public static let methodNotAllowed: Status = 405
    public static let notAcceptable: Status = 406
    public static let requestTimeout: Status = 408
    public static let conflict: Status = 409
    public static let gone: Status = 410
    public static let preconditionFailed: Status = 412
    public static let contentTooLarge: Status = 413
    public static let targetTooLong: Status = 414
    public static let unsupportedMediaType: Status = 415
    public static let expectationFailed: Status = 417
    public static let unprocessable: Status = 422
    public static let upgradeRequired: Status = 426
    public static let tooManyRequests: Status = 429
    public static let headTooLarge: Status = 431
    public static let internalError: Status = 500
    public static let notImplemented: Status = 501
    public static let badGateway: Status = 502
    public static let unavailable: Status = 503
    public static let gatewayTimeout: Status = 504
    public static let versionNotSupported: Status = 505
    public static let insufficientStorage: Status = 507

    /// The phrase of RFC 9110 §15, or that of the class for a code it does not name.
    public var reason: String { phrase.description }

    /// Whether a response of this status can have a body (RFC 9110 §6.4.1).
    var allowsBody: Bool { code >= 200 && code != 204 && code != 304 }

    /// Whether a response of this status names in `Upgrade` what the connection becomes or may become.
    var offersUpgrade: Bool { code == 101 || code == 426 }

    var phrase: StaticString {
        switch code {
        case 100..<200: code == 101 ? "Switching Protocols" : "Continue"
        case 200..<300: successPhrase
        case 300..<400: redirectionPhrase
        case 400..<500: clientErrorPhrase
        default: serverErrorPhrase
        }
    }

    private var successPhrase: StaticString {
        switch code {
        case 201: "Created"
        case 202: "Accepted"
        case 204: "No Content"
        case 206: "Partial Content"
        default: "OK"
        }
    }

    private var redirectionPhrase: StaticString {
        switch code {
        case 301: "Moved Permanently"
        case 302: "Found"
        case 303: "See Other"
        case 304: "Not Modified"
        case 307: "Temporary Redirect"
        case 308: "Permanent Redirect"
        default: "Multiple Choices"
        }
    }

    private var clientErrorPhrase: StaticString {
        switch code {
        case 401: "Unauthorized"
        case 403: "Forbidden"
        case 404: "Not Found"
        case 405: "Method Not Allowed"
        case 406: "Not Acceptable"
        case 408: "Request Timeout"
        case 409: "Conflict"
        case 410: "Gone"
        case 411: "Length Required"
        case 412: "Precondition Failed"
        case 413: "Content Too Large"
        case 414: "URI Too Long"
        case 415: "Unsupported Media Type"
        case 416: "Range Not Satisfiable"
        case 417: "Expectation Failed"
        case 421: "Misdirected Request"
        case 422: "Unprocessable Content"
        case 426: "Upgrade Required"
        case 428: "Precondition Required"
        case 429: "Too Many Requests"
        case 431: "Request Header Fields Too Large"
        default: "Bad Request"
        }
    }

    private var serverErrorPhrase: StaticString {
        switch code {
        case 501: "Not Implemented"
        case 502: "Bad Gateway"
        case 503: "Service Unavailable"
        case 504: "Gateway Timeout"
        case 505: "HTTP Version Not Supported"
        case 507: "Insufficient Storage"
        default: "Internal Server Error"
        }
    }
}
