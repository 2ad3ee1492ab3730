/// The head of one request, understood: what the listener needs to go on, decided once.
struct RequestHead: Sendable {
    /// Where the body ends (RFC 9112 §6.3).
    enum Framing: Sendable, Hashable {
        case none
        case length(Int)
        case chunked
    }

    var method: Method
    var target: Target
    var headers: Headers
    /// HTTP/1.0: no chunked answers, and the connection closes unless it was asked to be kept.
    var isVersion10: Bool
    var framing: Framing
    var keepsAlive: Bool
    var expectsContinue: Bool
    /// Where a sane `x-request-id` of the client is in the bytes of the head.
    var givenID: Range<Int>?
    /// Bytes of the head as they were on the wire, its last empty line included.
    var wireBytes: Int
}
