internal import Glibc
internal import Synchronization

/// What the loops and connections of one server share.
final class ServerContext: Sendable {
    let configuration: Server.Configuration
    /// What answers; nil until the server is opened.
    private let opened: Mutex<Opened?>
    let loops: [EventLoop]
    let connectionsMax: Int
    let parserLimits: RequestParser.Limits
    let standardFields: StandardFields
    /// Of answers that nobody on the way can read.
    let secureFields: StandardFields
    let isSecure: Bool
    /// What new connections are secured with, if they are.
    let tls: Mutex<TLSContext?>
    let connectionsAccepted = Counter()
    let connectionsRefused = Counter()

    /// Connections past the limit that are being told so; those past these are closed without a word.
    static let excessMax = 64

    /// - Parameter loops: those to use instead of new ones.
    init(
        _ configuration: Server.Configuration, router: Router?, tls: TLSContext? = nil, connectionsMax: Int,
        loops: [EventLoop]? = nil
    ) {
        self.configuration = configuration
        opened = Mutex(router.map(Opened.init))
        isSecure = tls != nil
        self.tls = Mutex(tls)
        self.connectionsMax = connectionsMax
        parserLimits = configuration.parserLimits
        standardFields = StandardFields(configuration.standardHeaders)
        secureFields = StandardFields(configuration.standardHeaders.adding(configuration.secureHeaders))
        let patience = Patience(configuration)
        self.loops = loops ?? (0..<max(1, configuration.loops)).map { _ in EventLoop(patience: patience) }
    }

    var connectionsOpen: Int { loops.reduce(0) { $0 + $1.counters.open.load(ordering: .relaxed) } }

    func open(_ router: Router) { opened.withLock { $0 = Opened(router) } }

    func decide(on request: Request) -> Router.Decision {
        opened.withLock { $0 }?.router.decide(on: request) ?? .refuse(configuration.unopened(request))
    }

    func report(_ event: ServerEvent) { configuration.onEvent(event) }

    /// Gives an accepted socket to the loop with the fewest connections. On the accepting loop's thread.
    func place(_ socket: Int32, from peer: Peer, acceptedOn loop: EventLoop) {
        let open = connectionsOpen
        let isExcess = open >= connectionsMax
        guard open < connectionsMax + Self.excessMax else {
            connectionsRefused.add(1)
            _ = close(socket)
            return
        }
        if isExcess {
            connectionsRefused.add(1)
            report(.connectionRefused(peer: peer.description, limit: connectionsMax))
        } else {
            connectionsAccepted.add(1)
        }
        var target = loop
        var fewest = Int.max
        for candidate in loops {
            let count = candidate.counters.open.load(ordering: .relaxed)
            if count < fewest { (target, fewest) = (candidate, count) }
        }
        target.counters.open.add(1, ordering: .relaxed)
        if target === loop {
            loop.adopt(socket, from: peer, for: self, isExcess: isExcess)
        } else {
            target.perform { [target] in target.adopt(socket, from: peer, for: self, isExcess: isExcess) }
        }
    }

    var statistics: ServerStatistics {
        var sum = ServerStatistics()
        sum.connections = connectionsOpen
        sum.connectionsMax = connectionsMax
        sum.connectionsAccepted = connectionsAccepted.current
        sum.connectionsRefused = connectionsRefused.current
        for loop in loops {
            sum.handshakes += loop.counters.handshakes.current
            sum.handshakesFailed += loop.counters.handshakesFailed.current
            sum.requests += loop.counters.requests.current
            sum.malformedRequests += loop.counters.malformedRequests.current
            sum.deadlinesExceeded += loop.counters.deadlinesExceeded.current
            sum.bytesReceived += loop.counters.bytesReceived.current
            sum.bytesSent += loop.counters.bytesSent.current
            sum.handlersRunning += loop.counters.handlersRunning.current
            sum.webSockets += loop.counters.webSockets.current
            sum.malformedFrames += loop.counters.malformedFrames.current
            sum.messagesReceived += loop.counters.messagesReceived.current
            sum.messagesSent += loop.counters.messagesSent.current
            sum.slowReaders += loop.counters.slowReaders.current
            sum.framesConflated += loop.counters.framesConflated.current
        }
        return sum
    }
}

/// A router as an object: what each request takes from under the lock is one reference, not a dozen.
private final class Opened: Sendable {
    let router: Router

    init(_ router: Router) { self.router = router }
}
