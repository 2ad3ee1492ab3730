/// Why a WebSocket could not be opened.
public enum ConnectFault: Error, Hashable, Sendable {
    case hostUnknown(String)
    case unreachable(errno: Int32)
    /// Those to trust cannot be read.
    case trust(TLSFault)
    case tls(HandshakeFailure)
    /// Not everything was said within the deadline.
    case timedOut
    /// The other side closed before it had answered.
    case closed
    /// The client was stopped.
    case stopped
    /// It refused, or its answer was not one to what was asked.
    case handshake(WebSocket.HandshakeFault)

    /// A stable name for logs.
    public var code: String {
        switch self {
        case .hostUnknown: "websocket.host_unknown"
        case .unreachable: "websocket.unreachable"
        case .trust(let fault): fault.code
        case .tls(let failure): "tls.\(failure.reason)"
        case .timedOut: "websocket.timed_out"
        case .closed: "websocket.closed"
        case .stopped: "websocket.stopped"
        case .handshake(let fault): fault.code
        }
    }

    /// What happened, for people.
    public var explanation: String {
        switch self {
        case .hostUnknown(let host): "The host name '\(host)' is not known."
        case .unreachable(let errno): "No connection could be made (errno \(errno))."
        case .trust(let fault): fault.explanation
        case .tls(let failure): failure.explanation
        case .timedOut: "The other side did not answer in time."
        case .closed: "The other side closed the connection before it had answered."
        case .stopped: "The client that was to connect has been stopped."
        case .handshake(let fault): fault.explanation
        }
    }
}
