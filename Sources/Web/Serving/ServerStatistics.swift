/// Counters and gauges of a server, as of now.
public struct ServerStatistics: Sendable, Hashable {
    /// Open connections, those being refused or lingering included.
    public var connections = 0
    public var connectionsMax = 0
    public var connectionsAccepted = 0
    public var connectionsRefused = 0
    /// TLS handshakes that succeeded, and those that did not.
    public var handshakes = 0
    public var handshakesFailed = 0
    public var requests = 0
    public var malformedRequests = 0
    public var deadlinesExceeded = 0
    public var bytesReceived = 0
    public var bytesSent = 0
    /// Suspending handlers and stream producers that have not returned.
    public var handlersRunning = 0
    /// Open WebSockets, closing ones included; they are counted among the connections too.
    public var webSockets = 0
    /// WebSockets that were closed because what came was not RFC 6455.
    public var malformedFrames = 0
    public var messagesReceived = 0
    /// Messages sent, pushed or published, once for each socket.
    public var messagesSent = 0
    /// WebSockets that were closed with 1013 because too much waited for them.
    public var slowReaders = 0
    /// Messages that were not sent because a newer one of the same key took their place: while they waited for a loop,
    /// once for each who listened there when it came to them, and while they waited for a slow reader, once.
    public var framesConflated = 0
}
