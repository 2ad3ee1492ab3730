/// What an operator may want to know, as it happens.
public enum ServerEvent: Sendable, Hashable {
    case listening(address: String)
    /// Out of descriptors or memory; connections wait in the kernel's queue until the next try.
    case acceptPaused(errno: Int32)
    /// A connection past `connectionsMax` was answered 503 and closed.
    case connectionRefused(peer: String, limit: Int)
    case handshakeFailed(peer: String, HandshakeFailure)
    case malformedRequest(peer: String, MalformedRequest)
    /// A WebSocket broke the protocol and was closed.
    case malformedFrame(peer: String, WebSocket.Fault)
    case deadlineExceeded(peer: String, Deadline)
    /// The producer of a streamed answer threw, or wrote another number of bytes than it announced.
    case streamFailed(requestID: String, reason: String)
    /// The server has stopped; `unfinished` connections were broken off at the deadline.
    case stopped(unfinished: Int)

    /// Which patience ended.
    public enum Deadline: String, Sendable, Hashable {
        case head, body, write
        /// Of a WebSocket: nothing came back after two pings, or no close frame after ours.
        case ping, close
    }
}
