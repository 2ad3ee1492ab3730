/// Why a WebSocket could not be opened.
public enum ConnectFault: Error, Hashable, Sendable {
    case hostUnknown(String)
    case unreachable(errno: Int32)
    /// Not everything was said within the deadline.
    case timedOut
    /// The other side closed before it had answered.
    case closed
    /// It refused, or its answer was not one to what was asked.
    case handshake(WebSocket.HandshakeFault)

    /// A stable name for logs.
    public var code: String {
        switch self {
        case .hostUnknown: "websocket.host_unknown"
        case .unreachable: "websocket.unreachable"
        case .timedOut: "websocket.timed_out"
        case .closed: "websocket.closed"
        case .handshake(let fault): fault.code
        }
    }

    /// What happened, for people.
    public var explanation: String {
        switch self {
        case .hostUnknown(let host): "The host name '\(host)' is not known."
        case .unreachable(let errno): "No connection could be made (errno \(errno))."
        case .timedOut: "The other side did not answer in time."
        case .closed: "The other side closed the connection before it had answered."
        case .handshake(let fault): fault.explanation
        }
    }
}
