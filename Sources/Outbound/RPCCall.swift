internal import FoundationEssentials

/// What a channel of kind `jsonrpc` understands besides a `Notice`: a method to be called, and its parameters.
public struct RPCCall: Sendable, Equatable {
    /// Such as `response.save`.
    public var method: String
    /// JSON text of an object or an array. It reaches the other side byte by byte as it is here.
    public var params: String

    public init(method: String, params: String) {
        self.method = method
        self.params = params
    }
}

extension RPCCall {
    private static let start = #"{"method":"#
    private static let middle = #","params":"#

    /// The JSON text that is stored in the outbox: `{"method": …, "params": …}`.
    public var payload: String { "\(Self.start)\(JSONWriter.quoted(method))\(Self.middle)\(params)}" }

    /// Reads a payload back; nil when it is not one.
    ///
    /// It is cut apart rather than parsed, since only `payload` writes them: decoding and encoding would make other
    /// bytes of the parameters, `1` of `1.0` and worse.
    public init?(payload: String) {
        guard payload.hasPrefix(Self.start), payload.hasSuffix("}") else { return nil }
        let rest = payload.dropFirst(Self.start.count).dropLast()
        guard let middle = rest.firstRange(of: Self.middle),
            let method = Self.unquoted(rest[..<middle.lowerBound])
        else { return nil }
        self.init(method: method, params: String(rest[middle.upperBound...]))
    }

    private static func unquoted(_ text: Substring) -> String? {
        try? JSONDecoder().decode([String].self, from: Data("[\(text)]".utf8)).first
    }

    /// The body of a request.
    func body(id: String) -> [UInt8] {
        let head = #"{"jsonrpc":"2.0","id":\#(JSONWriter.quoted(id)),"method":\#(JSONWriter.quoted(method))"#
        return Array("\(head)\(Self.middle)\(params)}".utf8)
    }
}

extension Delivery {
    /// A call of a method of whatever stands behind a channel of kind `jsonrpc`.
    public init(
        channel: String, source: String, reference: String, lane: String? = nil, call: RPCCall,
        request: String? = nil
    ) {
        self.init(
            channel: channel, source: source, reference: reference, lane: lane, payload: call.payload,
            request: request)
    }
}
