/// Counters and gauges of a server, as of now.
public struct ServerStatistics: Sendable, Hashable {
    /// Open connections, those being refused or lingering included.
    public var connections = 0
    public var connectionsMax = 0
    public var connectionsAccepted = 0
    public var connectionsRefused = 0
    public var requests = 0
    public var malformedRequests = 0
    public var deadlinesExceeded = 0
    public var bytesReceived = 0
    public var bytesSent = 0
    /// Suspending handlers and stream producers that have not returned.
    public var handlersRunning = 0
}
