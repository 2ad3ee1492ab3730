/// Calls the methods of one server by JSON-RPC 2.0 over HTTP, for whoever has to have the answer now.
///
/// What only has to arrive goes through the outbox instead, as an `RPCCall` to a channel of kind `jsonrpc`. The address
/// is the operator's own, so private ones are called as well. Source: jsonrpc.org/specification.
public struct JSONRPCClient: Sendable {
    private let url: String
    private let token: String?
    private let transfers: Transfers

    /// - Parameter token: sent as a bearer token; printable ASCII.
    /// - Returns: nil when `url` cannot be called (`canCall`).
    public init?(url: String, token: String?, transfers: Transfers) {
        guard Self.canCall(url) else { return nil }
        self.url = url
        self.token = token
        self.transfers = transfers
    }

    /// Whether `url` is an http or https address with a host and without user name and password.
    public static func canCall(_ url: String) -> Bool { OutboundAddress.canCall(url) }

    /// Makes one call, once.
    ///
    /// - Parameters:
    ///   - params: JSON text of an object or an array.
    ///   - withinMs: milliseconds from now to the end of the answer; past that it has failed, as `timedOut`.
    public func call<Value: Decodable & Sendable>(
        _ method: String, params: String, withinMs: Int, as type: Value.Type
    ) async -> JSONRPCAnswer<Value> {
        // Random, so that an answer to an earlier call on the same connection is never taken for this one's.
        let id = String(UInt64.random(in: 0...UInt64.max), radix: 16)
        let call = RPCCall(method: method, params: params)
        let request = TransferRequest(
            url: url, content: .http(.post, headers: JSONRPC.headers(token: token), body: call.body(id: id)),
            allowPrivate: true, connectTimeoutMs: withinMs, totalTimeoutMs: withinMs)
        return switch await transfers.perform(request).ending {
        case .answered(let answer): JSONRPCAnswer(answer, to: id)
        case .failed(let failure): .failed(.transfer(failure))
        }
    }
}
