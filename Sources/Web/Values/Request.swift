/// One HTTP request whose head is complete and sound, and whose body has been read unless its route streams it.
///
/// Made from a head it holds that head's bytes; everything textual is decoded when it is asked for.
public struct Request: Sendable {
    public var method: Method
    public var headers: Headers
    /// The whole body; empty when the route streams it (`stream`).
    public var body: [UInt8]

    let head: [UInt8]
    let address: Target
    let fault: MalformedRequest?
    let identity: RequestID
    private let provenance: Provenance
    var source: RequestBody.Source?

    init(_ parsed: consuming RequestHead, identity: RequestID, from provenance: Provenance) {
        method = parsed.method
        headers = parsed.headers
        head = parsed.headers.bytes
        address = parsed.target
        fault = nil
        self.identity = identity
        self.provenance = provenance
        body = []
    }

    /// A request that came through no socket, for tests and for the program's own calls.
    ///
    /// An unsound target or Content-Length does not trap: `Router.respond` answers it as the listener would.
    public init(
        _ method: Method = .get, _ target: String, headers: Headers = [:], body: [UInt8] = [],
        peer: String = "127.0.0.1", isSecure: Bool = false
    ) {
        var bytes = Array(target.utf8)
        do throws(MalformedRequest) {
            address = try Target(0..<bytes.count, in: &bytes, method: method, host: nil)
            fault = nil
        } catch {
            address = Target()
            fault = error
        }
        if let field = headers.index(of: "x-request-id"), RequestID.isSane(headers.value(at: field).span) {
            identity = .given(bytes.count..<bytes.count + headers.value(at: field).count)
            bytes += headers.value(at: field)
        } else {
            identity = .made(.random(in: 0...UInt64.max))
        }
        head = bytes
        self.method = method
        self.headers = headers
        self.body = body
        provenance = Provenance(peer: Peer(peer), isSecure: isSecure)
    }

    /// As it was sent: path and query, still encoded.
    public var target: String { String(decoding: head[address.raw], as: UTF8.self) }

    /// The percent-decoded path, beginning with a slash; `*` for `OPTIONS *`.
    public var path: String { address.isAsterisk ? "*" : String(decoding: head[address.path], as: UTF8.self) }

    /// The decoded parts of the path between slashes: `/a//b/` is `a`, empty, `b`, empty; `/` has none.
    public var segments: [Substring] {
        guard address.path.count > 1 else { return [] }
        return path.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
    }

    /// The parameters behind the question mark.
    public var query: Query { Query(head, address.query) }

    /// The body in pieces as they arrive, for a route with `streamsBody`; for others the whole body in one piece.
    public var stream: RequestBody { RequestBody(source ?? .bytes(body)) }

    /// `x-request-id`: the client's own if it is sane (1–64 letters, digits and `-._:/+=`), otherwise made here.
    public var id: String {
        switch identity {
        case .given(let range):
            return String(decoding: head[range], as: UTF8.self)
        case .made(let value):
            var digits: [UInt8] = []
            digits.reserveCapacity(RequestID.madeBytes)
            RequestID.forEachDigit(of: value) { digits.append($0) }
            return String(decoding: digits, as: UTF8.self)
        }
    }

    /// The address the request came from, without port: `203.0.113.7` or `2001:db8::7`. Behind a trusted proxy that of
    /// the proxy's client.
    public var peer: String { origin.description }

    /// The same as a value, to compare and to count by.
    public var origin: Peer { provenance.peer }

    /// Nobody on the way could read it: it came over TLS that ends here, or at a trusted proxy that says so.
    public var isSecure: Bool { provenance.isSecure }
}
