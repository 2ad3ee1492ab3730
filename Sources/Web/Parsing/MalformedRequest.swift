/// Why the bytes on a connection are not a request we accept. After any of them the connection closes: where the
/// next request begins is no longer certain.
public enum MalformedRequest: Error, Hashable, Sendable {
    case requestLineTooLong(limit: Int)
    case headTooLarge(limit: Int)
    case tooManyFields(limit: Int)
    case requestLineInvalid
    case versionNotSupported
    case methodUnknown
    case targetInvalid
    case pathAmbiguous
    case lineEndInvalid
    case fieldInvalid
    case foldedField
    case hostMissing
    case hostInvalid
    case hostConflict
    case contentLengthInvalid
    case contentLengthConflict
    case framingConflict
    case chunkedNotLast
    case transferCodingUnknown
    case expectationUnknown
    case chunkInvalid
    case trailerTooLarge(limit: Int)

    public var status: Status {
        switch self {
        case .requestLineTooLong: .targetTooLong
        case .headTooLarge, .tooManyFields, .trailerTooLarge: .headTooLarge
        case .versionNotSupported: .versionNotSupported
        case .methodUnknown, .transferCodingUnknown: .notImplemented
        case .expectationUnknown: .expectationFailed
        case .requestLineInvalid, .targetInvalid, .pathAmbiguous, .lineEndInvalid, .fieldInvalid, .foldedField,
            .chunkedNotLast, .hostMissing, .hostInvalid, .hostConflict, .contentLengthInvalid, .contentLengthConflict,
            .framingConflict, .chunkInvalid:
            .badRequest
        }
    }

    /// A stable name for logs, metrics and clients; never reworded.
    public var code: String {
        switch self {
        case .requestLineTooLong: "http.target_too_long"
        case .headTooLarge: "http.head_too_large"
        case .tooManyFields: "http.too_many_fields"
        case .requestLineInvalid: "http.request_line_invalid"
        case .versionNotSupported: "http.version_not_supported"
        case .methodUnknown: "http.method_unknown"
        case .targetInvalid: "http.target_invalid"
        case .pathAmbiguous: "http.path_ambiguous"
        case .lineEndInvalid: "http.line_end_invalid"
        case .fieldInvalid: "http.field_invalid"
        case .foldedField: "http.folded_field"
        case .hostMissing: "http.host_missing"
        case .hostInvalid: "http.host_invalid"
        case .hostConflict: "http.host_conflict"
        case .contentLengthInvalid: "http.content_length_invalid"
        case .contentLengthConflict: "http.content_length_conflict"
        case .framingConflict: "http.framing_conflict"
        case .chunkedNotLast: "http.chunked_not_last"
        case .transferCodingUnknown: "http.transfer_coding_unknown"
        case .expectationUnknown: "http.expectation_unknown"
        case .chunkInvalid: "http.chunk_invalid"
        case .trailerTooLarge: "http.trailer_too_large"
        }
    }

    /// What the client may read: what is wrong and what would be accepted.
    public var explanation: String {
        switch self {
        case .requestLineTooLong(let limit): "The request line exceeds \(limit) bytes."
        case .headTooLarge(let limit): "The request head exceeds \(limit) bytes."
        case .tooManyFields(let limit): "The request has more than \(limit) header fields."
        case .requestLineInvalid: "The request line must be a method, a target and a version, one space apart."
        case .versionNotSupported: "Only HTTP/1.1 and HTTP/1.0 are spoken here."
        case .methodUnknown: "This method is not implemented."
        case .targetInvalid: "The request target is not a path, or holds a character or an escape that it must not."
        case .pathAmbiguous: "A path must not hold dot segments, backslashes or encoded slashes."
        case .lineEndInvalid: "Lines of a request end with CR LF, and hold neither alone."
        case .fieldInvalid: "A header field is a name, a colon directly behind it, and a value without control bytes."
        case .foldedField: "A header field must not go on in a second line."
        case .hostMissing: "A request needs exactly one Host field."
        case .hostInvalid: "Host must be a name or an address, and optionally a port."
        case .hostConflict: "The target names another host than the Host field."
        case .contentLengthInvalid: "Content-Length must be decimal digits."
        case .contentLengthConflict: "Content-Length must be given once."
        case .framingConflict:
            "Content-Length and Transfer-Encoding must not come together, nor the latter in HTTP/1.0."
        case .chunkedNotLast: "The last transfer coding must be chunked: otherwise nobody knows where the body ends."
        case .transferCodingUnknown: "The only transfer coding known here is chunked, once."
        case .expectationUnknown: "The only expectation known here is 100-continue."
        case .chunkInvalid: "The body is not in the chunked format."
        case .trailerTooLarge(let limit): "The fields behind the body exceed \(limit) bytes."
        }
    }

    /// What is answered before the connection closes.
    public var problem: Problem { Problem(status, code, explanation) }
}
