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
            let signals = try StopSignals()
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

    private static func run(_ configuration: Configuration, _ log: Log, until signals: StopSignals) async throws {
        let database = try Database(
            .init(folder: configuration.dataFolder, onEvent: { log.note($0) }), migrations: App.migrations)
        let app = App(
            database: database, folder: configuration.dataFolder, rateLimit: configuration.rateLimit, log: log)
        let stopTime = Duration.seconds(configuration.stopSeconds)
        do {
            try await serve(app, configuration, log, until: signals)
        } catch {
            await app.stop(within: stopTime)
            throw error
        }
        await app.stop(within: stopTime)
    }

    private static func serve(_ app: App, _ configuration: Configuration, _ log: Log, until signals: StopSignals)
        async throws
    {
        let secret = try await app.start(configuration.samples)
        let server = Server(listener(for: app, configuration, log), router: app.router)
        try server.start()
        app.metrics.watch(server)
        if let secret { OutputText.standardOutput.write("The first token, shown this once: \(secret)\n") }
        for topic in try await app.topicsOnlyLogged() {
            log.notice("no channel is set up for a topic: its messages go to this log", ["topic": .text(topic)])
        }
        var address = configuration.listen
        address.port = server.port
        log.info(
            "listening",
            [
                "address": .text(address.description), "version": .text(Program.version),
                "data": .text(configuration.dataFolder),
            ])
        let housekeeping = Task { await Housekeeping(database: app.database, log: log, now: systemClock).run() }
        let signal = await signals.next()
        log.info("stopping", ["signal": .text(signal)])
        housekeeping.cancel()
        await server.stop(within: .seconds(configuration.stopSeconds))
    }

    private static func listener(for app: App, _ configuration: Configuration, _ log: Log) -> Server.Configuration {
        var listener = Server.Configuration(listen: configuration.listen)
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
