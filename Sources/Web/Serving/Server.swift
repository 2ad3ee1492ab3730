internal import Glibc
internal import Synchronization

/// The HTTP/1.1 listener.
///
///     let server = Server(.init(host: "127.0.0.1", port: 8080), router: router)
///     try server.start()
///     …
///     await server.stop(within: .seconds(20))
///
/// Starts once and stops once. Its threads keep running until `stop`, whether or not anybody holds the value.
public final class Server: Sendable {
    private enum State {
        case new
        case running(ServerContext, port: Int)
        case stopped(ServerContext)
    }

    private let configuration: Configuration
    private let router: Mutex<Router?>
    private let state = Mutex(State.new)
    private let reloading = Mutex(())

    /// - Parameter router: nil for a server that answers `Configuration.unopened` until it is opened.
    public init(_ configuration: Configuration, router: Router? = nil) {
        self.configuration = configuration
        self.router = Mutex(router)
    }

    /// Has every request from now on, on open connections too, answered by these routes. Those under way go on with
    /// the answer they were to get.
    public func open(_ router: Router) {
        self.router.withLock { $0 = router }
        running?.open(router)
    }

    /// Binds, listens and returns; requests are answered from then on.
    ///
    /// Raises the process's limit of descriptors to what is permitted.
    public func start() throws(ServerError) {
        let started = try state.withLock { state throws(ServerError) in
            guard case .new = state else { throw .alreadyStarted }
            let tls = try secured()
            let (sockets, port) = try ListenSocket.open(
                host: configuration.host, port: configuration.port, backlog: configuration.backlog)
            let context = ServerContext(
                configuration, router: router.withLock { $0 }, tls: tls, connectionsMax: connectionsMax)
            state = .running(context, port: port)
            return (context, sockets, port)
        }
        let (context, sockets, port) = started
        let acceptor = context.loops[0]
        acceptor.perform {
            acceptor.listeners = sockets.map { Listener($0, for: context) }
            for listener in acceptor.listeners { listener.begin(on: acceptor) }
        }
        for loop in context.loops { loop.start() }
        var address = ListenAddress("localhost:\(port)")
        address?.host = configuration.host
        context.report(.listening(address: address?.description ?? configuration.host))
    }

    /// The port that is listened on; 0 before `start`.
    public var port: Int {
        state.withLock { if case .running(_, let port) = $0 { port } else { 0 } }
    }

    /// Takes no more connections, closes idle ones and, with 1001, WebSockets, and returns when the running requests
    /// have been answered and all handlers have returned.
    ///
    /// Answers given meanwhile say `connection: close`. What is not finished after `limit` is broken off; its
    /// handlers run on, and their answers go nowhere. Returns at once unless the server is running.
    public func stop(within limit: Duration = .seconds(20)) async {
        let running: ServerContext? = state.withLock { state in
            guard case .running(let context, _) = state else { return nil }
            state = .stopped(context)
            return context
        }
        guard let context = running else { return }
        let unfinished = await Self.drain(context.loops, within: limit.milliseconds)
        context.report(.stopped(unfinished: unfinished))
    }

    /// What new connections are shown; nil for plain HTTP, and while the server does not run.
    public var certificate: TLSCertificate? {
        running?.tls.withLock { $0 }?.certificate()
    }

    /// Reads certificate and key anew. New connections get them; open ones go on with what they began with. Blocks.
    ///
    /// - Throws: what is wrong with them; then those in use stay.
    @discardableResult
    public func reloadCertificate() throws(TLSFault) -> TLSCertificate {
        guard let files = configuration.tls, let context = running else { throw .nothingToReload }
        // One after the other: the last to be asked for is the last to be set.
        return try reloading.withLock { _ throws(TLSFault) in
            let tls = try TLSContext(serving: files)
            context.tls.withLock { $0 = tls }
            return tls.certificate()
        }
    }

    public var statistics: ServerStatistics {
        state.withLock { state in
            switch state {
            case .new: ServerStatistics()
            case .running(let context, _), .stopped(let context): context.statistics
            }
        }
    }

    private var running: ServerContext? {
        state.withLock { if case .running(let context, _) = $0 { context } else { nil } }
    }

    private func secured() throws(ServerError) -> TLSContext? {
        guard let files = configuration.tls else { return nil }
        do throws(TLSFault) {
            return try TLSContext(serving: files)
        } catch {
            throw .tls(error)
        }
    }

    /// The accepting loop stops first and tells the others itself: a connection it handed over is in their inbox
    /// before the word to stop.
    private static func drain(_ loops: [EventLoop], within milliseconds: Int) async -> Int {
        await withCheckedContinuation { continuation in
            let progress = DrainProgress(loops: loops.count) { continuation.resume(returning: $0) }
            loops[0].perform {
                loops[0].beginStop(within: milliseconds) { progress.loopDrained(unfinished: $0) }
                for loop in loops.dropFirst() {
                    loop.perform { loop.beginStop(within: milliseconds) { progress.loopDrained(unfinished: $0) } }
                }
            }
        }
    }

    /// - Returns: the configured limit, or what the limit of descriptors leaves.
    private var connectionsMax: Int {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 1_024 }
        if limit.rlim_cur < limit.rlim_max {
            limit.rlim_cur = limit.rlim_max
            _ = setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        }
        let left = max(16, Int(clamping: limit.rlim_cur) - configuration.descriptorsReserved)
        return min(configuration.connectionsMax ?? left, left)
    }
}

/// Waits for every loop to be without connections.
private final class DrainProgress: Sendable {
    private let counts: Mutex<(left: Int, unfinished: Int)>
    private let whenDone: @Sendable (Int) -> Void

    init(loops: Int, whenDone: @escaping @Sendable (Int) -> Void) {
        counts = Mutex((loops, 0))
        self.whenDone = whenDone
    }

    func loopDrained(unfinished: Int) {
        let counts = counts.withLock { counts in
            counts.left -= 1
            counts.unfinished += unfinished
            return counts
        }
        if counts.left == 0 { whenDone(counts.unfinished) }
    }
}
