internal import FoundationEssentials

/// What a call of JSON-RPC 2.0 came to.
public enum JSONRPCAnswer<Value: Sendable>: Sendable {
    case result(Value)
    /// The other side answered that it could or would not.
    case error(JSONRPCError)
    case failed(JSONRPCFailure)
}

extension JSONRPCAnswer: Equatable where Value: Equatable {}

/// The error of an answer; codes as section 5.1 of the specification has them.
public struct JSONRPCError: Error, Sendable, Equatable {
    public var code: Int
    /// As the other side wrote it: not yet cleaned, cut or scrubbed.
    public var message: String

    public init(code: Int, message: String) {
        self.code = code
        self.message = message
    }

    /// The other side is in trouble, or was when it tried: −32603, and −32000 to −32099, which are the server's own.
    public var isTransient: Bool { code == -32_603 || (-32_099 ... -32_000).contains(code) }

    /// It says something about what this call asked for, not about the other side: parameters that it does not take,
    /// and whatever the application itself defines.
    public var isOfThisCall: Bool { code == -32_602 || !(-32_768 ... -32_000).contains(code) }
}

/// Why there is no answer that means anything.
public enum JSONRPCFailure: Error, Sendable, Equatable {
    case transfer(TransferFailure)
    /// An HTTP status other than 2xx.
    case status(Int)
    /// Not JSON, not JSON-RPC 2.0, longer than is read, or the answer to another call.
    case unreadable
}

extension JSONRPCAnswer where Value: Decodable {
    /// Reads the body of an HTTP answer to the call with this `id`.
    ///
    /// An error may come with a null id: that is how a server says that it could not read the call (section 5).
    init(_ answer: TransferAnswer, to id: String) {
        guard (200..<300).contains(answer.status) else {
            self = .failed(.status(answer.status))
            return
        }
        guard !answer.isTruncated,
            let envelope = try? JSONDecoder().decode(
                JSONRPCEnvelope<Value>.self, from: FoundationEssentials.Data(answer.body))
        else {
            self = .failed(.unreadable)
            return
        }
        switch envelope.content {
        case .error(let error) where envelope.id == id || envelope.id == nil: self = .error(error)
        case .result(let value) where envelope.id == id: self = .result(value)
        case .error, .result: self = .failed(.unreadable)
        }
    }
}

/// The object around a result or an error.
private struct JSONRPCEnvelope<Value: Decodable>: Decodable {
    enum Content {
        case result(Value)
        case error(JSONRPCError)
    }

    let id: String?
    let content: Content

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        guard try container.decode(String.self, forKey: .version) == "2.0" else {
            throw DecodingError.dataCorruptedError(forKey: .version, in: container, debugDescription: "")
        }
        id = try container.decodeIfPresent(String.self, forKey: .id)
        // Some servers write both, one of them null.
        if let error = try container.decodeIfPresent(Fault.self, forKey: .error) {
            content = .error(JSONRPCError(code: error.code, message: error.message ?? ""))
        } else {
            content = .result(try container.decode(Value.self, forKey: .result))
        }
    }

    private struct Fault: Decodable {
        let code: Int
        let message: String?
    }

    private enum Key: String, CodingKey {
        case id, result, error
        case version = "jsonrpc"
    }
}
