import Web

/// Why a conversation did not come to its end, or a game was not as it should be.
enum LoadFailure: Error, Equatable, Sendable {
    /// No connection, or none to this survey: by the fault's code, or the status.
    case connecting(String)
    /// The socket ended too early, or not as it should after the end.
    case closed(code: UInt16)
    /// The bot sent an error of that code.
    case refused(String)
    /// None of our answers was taken.
    case noAnswer(question: String)
    case notUnderstood
    /// What was heard does not add up: which rule it breaks.
    case wrong(String)

    var isConnecting: Bool { if case .connecting = self { true } else { false } }

    var name: String {
        switch self {
        case .connecting(let code): "connect: \(code)"
        case .closed(let code): "closed with \(code)"
        case .refused(let code): "error: \(code)"
        case .noAnswer(let question): "no answer fits: \(question)"
        case .notUnderstood: "a frame that cannot be read"
        case .wrong(let rule): rule
        }
    }
}

extension LoadFailure {
    /// Why there is no connection, in the server's own words where it refused.
    init(_ fault: ConnectFault) {
        if case .handshake(.refused(let status, _)) = fault {
            self = .connecting("\(status.code): \(fault.told)")
        } else {
            self = .connecting(fault.code)
        }
    }
}
