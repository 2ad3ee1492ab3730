import FoundationEssentials
import Storage
import Web

/// What a handler answers: a status, JSON, and where the new thing is. Small enough to be remembered for an
/// `Idempotency-Key`.
struct Reply: Equatable, Sendable {
    var status: Status
    var location: String?
    var body: [UInt8]

    init(_ status: Status, location: String? = nil, body: [UInt8] = []) {
        self.status = status
        self.location = location
        self.body = body
    }

    init(_ status: Status, location: String? = nil, json value: some Encodable) {
        self.init(status, location: location, body: JSON.bytes(value))
    }

    private static let headers: Headers = ["content-type": JSON.contentType]

    var response: Response {
        var headers = body.isEmpty ? [:] : Self.headers
        if let location { headers.add("location", location) }
        return Response(status, headers: headers, body: body)
    }
}

extension Response {
    static func json(_ value: some Encodable, status: Status = .ok) -> Response { Reply(status, json: value).response }
}

/// How values become JSON here: keys sorted, so that equal values are equal bytes.
enum JSON {
    static let contentType = "application/json"

    /// - Precondition: `value` encodes; every type that goes over the wire is ours, and a number that is not finite
    ///   would be a bug.
    static func bytes(_ value: some Encodable) -> [UInt8] {
        guard let data = try? encoder.encode(value) else { preconditionFailure("a value for the wire does not encode") }
        return Array(data)
    }

    private static let encoder = {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return encoder
    }()

    static func text(_ value: some Encodable) -> String { String(decoding: bytes(value), as: UTF8.self) }
}

extension Problem {
    /// The one place where a fault of the database becomes an answer.
    init(_ error: StorageError) {
        self.init(error.status, error.code, error.explanation, retryAfterSeconds: error.isTransient ? 1 : nil)
    }

    static func notFound(_ what: String) -> Problem {
        Problem(.notFound, "not_found", "There is no such \(what).")
    }

    static func conflict(_ code: String, _ detail: String) -> Problem {
        Problem(.conflict, code, detail)
    }
}

extension StorageError {
    /// What can pass is 503; what only a person can mend is 500; what the input caused is the input's.
    fileprivate var status: Status {
        switch self {
        case .constraint, .backupFailed(.notRemoved): .conflict
        case .tooLarge: .contentTooLarge
        case .valueRefused: .unprocessable
        case .full, .inputOutput, .outOfMemory, .busy, .closed, .backupFailed(.folderLate): .unavailable
        case .corrupt, .readOnly, .newerSchema, .migrationFailed, .folderInUse, .cannotOpen, .foreignFile,
            .backupFailed:
            .internalError
        }
    }
}
