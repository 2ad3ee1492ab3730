/// One finished request. Made only when `Server.Configuration.onExchange` is set.
///
/// What is text is made when it is asked for, so that counting costs next to nothing. A request whose head could not
/// be read is no exchange but an event, `.malformedRequest`.
public struct Exchange: Sendable {
    /// Position in `Router.routes`; -1 when no route ran.
    public let routeIndex: Int
    /// As registered; empty when no route ran.
    public let routePattern: String
    public let status: Int
    /// From the end of the head to the last byte of the answer handed to the kernel or queued behind it.
    public let nanoseconds: Int
    /// Head and body as the client sent them, framing of chunks left out.
    public let bytesReceived: Int
    /// Head and body of the answer, framing of chunks left out.
    public let bytesSent: Int
    let request: Request

    public var method: Method { request.method }
    /// The decoded path, without the query, which may hold secrets.
    public var path: String { request.path }
    public var peer: String { request.peer }
    public var requestID: String { request.id }
}
