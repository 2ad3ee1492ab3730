import Glibc
import Storage
import Web

/// `parley serve`: the appliance, from its first write to its last.
enum ServeCommand {
    static func configuration(_ arguments: [String], _ environment: [String: String]) throws(UsageError) -> (
        Configuration, OptionValues
    ) {
        let values = try OptionValues(
            arguments, environment: environment, options: Option.all.filter { !$0.flag.isEmpty })
        guard values.operands.isEmpty else {
            throw UsageError(explanation: "serve: '\(values.operands[0])' is one word too many")
        }
        return (try Configuration(values), values)
    }

    /// Runs until SIGTERM or SIGINT, then stops in the order in which work flows: listener, deliveries, database.
    static func run(_ configuration: Configuration, _ values: OptionValues) async -> ExitCode {
        do {
            // Before anything is written: what cannot be served is best said at once.
            try configuration.tls?.check()
            let signals = try Signals()
            let writer = try LogWriter(
                to: .standardError, format: configuration.logFormat ?? (isatty(STDERR_FILENO) == 1 ? .text : .json))
            defer { writer.close() }
            let log = Log(level: configuration.logLevel, sink: { writer.append($0) })
            for name in values.unknownVariables { log.notice("unknown variable", ["variable": .text(name)]) }
            try await run(configuration, log, until: signals)
            log.info("stopped")
            return .done
        } catch {
            return Program.fail(error)
        }
    }

    private static func run(_ configuration: Configuration, _ log: Log, until signals: Signals) async throws {
        let database = try Database(
            .init(folder: configuration.dataFolder, onEvent: { log.note($0) }), migrations: App.migrations)
        let app = App(
            database: database, folder: configuration.dataFolder, rateLimit: configuration.rateLimit,
            directory: configuration.directory, log: log)
        let stopTime = Duration.seconds(configuration.stopSeconds)
        do {
            try await serve(app, configuration, log, until: signals)
        } catch {
            await app.stop(within: stopTime)
            throw error
        }
        await app.stop(within: stopTime)
    }

    private static func serve(_ app: App, _ configuration: Configuration, _ log: Log, until signals: Signals)
        async throws
    {
        let secret = try await app.start(configuration.samples, bridge: configuration.bridge)
        // Before anything else can fail: it is stored, and cannot be shown again.
        if let secret { OutputText.standardOutput.write("The first token, shown this once: \(secret)\n") }
        let server = Server(listener(for: app, configuration, log), router: app.router)
        try server.start()
        app.metrics.watch(server)
        for topic in try await app.topicsOnlyLogged() {
            log.notice("no channel is set up for a topic: its messages go to this log", ["topic": .text(topic)])
        }
        var address = configuration.listen
        address.port = server.port
        if let certificate = server.certificate { log.note(certificate, at: systemClock()) }
        log.info(
            "listening",
            [
                "address": .text(address.description), "version": .text(Program.version),
                "data": .text(configuration.dataFolder),
                "scheme": .text(configuration.tls == nil ? "http" : "https"),
            ])
        let housekeeping = Task {
            await Housekeeping(
                database: app.database, conversations: app.conversations, rooms: app.rooms, log: log, now: systemClock
            ).run()
        }
        let signal = await untilStopped(server, log, signals)
        log.info("stopping", ["signal": .text(signal)])
        housekeeping.cancel()
        // Before the listener, which waits for its clients.
        await app.rooms.close()
        await app.bridge.stop()
        await server.stop(within: .seconds(configuration.stopSeconds))
    }

    /// Reads the certificate anew as often as it is told to; returns the name of the signal that asks for the end.
    private static func untilStopped(_ server: Server, _ log: Log, _ signals: Signals) async -> String {
        while true {
            switch await signals.next() {
            case .stop(let name): return name
            case .reload:
                do throws(StorageError) {
                    _ = try Thread(named: "parley-reload") { reloadCertificate(of: server, log) }
                } catch {
                    log.error("certificate not reloaded", ["cause": .text(error.code)])
                }
            }
        }
    }

    private static func reloadCertificate(of server: Server, _ log: Log) {
        do throws(TLSFault) {
            log.note(try server.reloadCertificate(), at: systemClock())
        } catch .nothingToReload {
            log.notice("nothing to reload: no certificate is in use")
        } catch {
            log.error(
                "certificate not reloaded, the old one stays",
                ["cause": .text(error.code), "detail": .text(error.explanation)])
        }
    }

    private static func listener(for app: App, _ configuration: Configuration, _ log: Log) -> Server.Configuration {
        var listener = Server.Configuration(listen: configuration.listen)
        listener.tls = configuration.tls
        listener.originsAllowed = configuration.origins
        if configuration.loops > 0 { listener.loops = configuration.loops }
        let requests = app.metrics.requests
        listener.onEvent = { log.note($0) }
        let writesRequests = log.level <= .debug
        listener.onExchange = { exchange in
            requests.count(exchange)
            if writesRequests { log.note(exchange) }
        }
        return listener
    }
}
