extension WebSocket {
    /// Why a server's answer did not open a WebSocket. The connection is of no use after it.
    public enum HandshakeFault: Error, Hashable, Sendable {
        /// The server answered with another status than 101, as it does when it refuses; the body says why, where it
        /// came with its length and that is at most 8 KiB.
        case refused(Status, body: [UInt8] = [])
        case headTooLarge(limit: Int)
        case headInvalid
        case upgradeMissing
        case acceptInvalid
        case extensionUnasked
        case subprotocolUnasked

        /// A stable name for logs and metrics; never reworded.
        public var code: String {
            switch self {
            case .refused: "websocket.refused"
            case .headTooLarge: "websocket.answer_too_large"
            case .headInvalid: "websocket.answer_invalid"
            case .upgradeMissing: "websocket.upgrade_missing"
            case .acceptInvalid: "websocket.accept_invalid"
            case .extensionUnasked: "websocket.extension_unasked"
            case .subprotocolUnasked: "websocket.subprotocol_unasked"
            }
        }

        /// What happened, for people.
        public var explanation: String {
            switch self {
            case .refused(let status, _): "The server answered \(status.code) \(status.reason)."
            case .headTooLarge(let limit): "The head of the server's answer exceeds \(limit) bytes."
            case .headInvalid: "The server's answer is not HTTP/1.1."
            case .upgradeMissing: "The server's 101 does not say that it upgrades to websocket."
            case .acceptInvalid: "The server's answer does not belong to the key that was sent."
            case .extensionUnasked: "The server chose an extension, and none was offered."
            case .subprotocolUnasked: "The server chose a subprotocol that was not offered."
            }
        }
    }
}
