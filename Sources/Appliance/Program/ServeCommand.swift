import Glibc
import Storage
import Web

/// `parley serve`: the appliance, from its first write to its last.
enum ServeCommand {
    static func configuration(_ arguments: [String], _ environment: [String: String]) throws(UsageError) -> (
        Configuration, OptionValues
    ) {
        let values = try OptionValues(
            arguments, environment: environment, options: Option.all.filter { !$0.flag.isEmpty },
            knownSwitches: [Configuration.forgetSealedSecrets])
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
            let writer = try LogWriter(
                to: .standardError, format: configuration.logFormat ?? (isatty(STDERR_FILENO) == 1 ? .text : .json))
            defer { writer.close() }
            let log = Log(level: configuration.logLevel, sink: { writer.append($0) })
            for name in values.unknownVariables { log.notice("unknown variable", ["variable": .text(name)]) }
            let folder = try await ownFolder(configuration, log)
            // After the wait for the folder, which a signal ends as it ends any program.
            try await run(configuration, in: folder, log, until: try Signals())
            log.info("stopped")
            return .done
        } catch {
            return Program.fail(error)
        }
    }

    /// Takes the folder as soon as no other process has it: where instances are replaced, the new one starts while the
    /// old one still ends.
    ///
    /// - Throws: `.folderInUse` after the time that the operator gives.
    private static func ownFolder(_ configuration: Configuration, _ log: Log) async throws -> DataFolder {
        let deadline = ContinuousClock.now + .seconds(configuration.waitSeconds)
        var isTold = false
        while true {
            switch Result(catching: { () throws(StorageError) in try DataFolder(configuration.dataFolder) }) {
            case .success(let folder): return folder
            case .failure(.folderInUse(let process)) where .now < deadline:
                if !isTold { log.notice("waiting for the data folder", ["process": .integer(Int(process ?? 0))]) }
                isTold = true
            case .failure(let fault): throw fault
            }
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    /// Listens first: whoever asks while the data is opened, or brought up to date for minutes, hears that.
    private static func run(
        _ configuration: Configuration, in folder: DataFolder, _ log: Log, until signals: Signals
    ) async throws {
        let vault = try configuration.secretKeys.vault()
        let requests = RequestMetrics()
        let server = Server(listener(configuration, requests, log))
        try server.start()
        let stopTime = Duration.seconds(configuration.stopSeconds)
        do {
            let database = try Database(
                .init(folder: configuration.dataFolder, onEvent: { log.note($0) }), in: folder,
                migrations: App.migrations)
            let app = App(
                database: database, folder: configuration.dataFolder,
                settings: App.Settings(configuration, vault), log: log, requests: requests)
            do {
                try await serve(app, on: server, configuration, log, until: signals)
            } catch {
                await app.stop(within: stopTime)
                throw error
            }
            await app.stop(within: stopTime)
        } catch {
            await server.stop(within: .zero)
            throw error
        }
    }

    private static func serve(
        _ app: App, on server: Server, _ configuration: Configuration, _ log: Log, until signals: Signals
    ) async throws {
        let secret = try await app.start(
            configuration.samples, bridge: configuration.bridge,
            forgettingSealedSecrets: configuration.forgetsSealedSecrets)
        // Before anything else can fail: it is stored, and cannot be shown again.
        if let secret { OutputText.standardOutput.write("The first token, shown this once: \(secret)\n") }
        let redirect = try redirection(to: server, configuration, log)
        app.metrics.watch(server)
        app.health.watch { now in server.certificate.map { HealthStep.warning(of: $0, at: now) } ?? [] }
        server.open(app.router)
        for topic in try await app.topicsOnlyLogged() {
            log.notice("no channel is set up for a topic: its messages go to this log", ["topic": .text(topic)])
        }
        var address = configuration.listen
        address.port = server.port
        if !app.accounts.mail.address.isGiven {
            let url = "\(configuration.tls == nil ? "http" : "https")://\(address)"
            app.accounts.mail.address.listens(at: url)
            log.notice("no public URL is set: links in mails begin with the listen address", ["url": .text(url)])
        }
        if configuration.leavesCookiesPlain {
            log.notice("cookies go without Secure: where people use HTTPS, set --public-url or --trusted-proxies")
        }
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
                accounts: app.accounts, conversations: app.conversations, rooms: app.rooms, retention: app.retention,
                log: log
            ).run()
        }
        let backups = Task { await app.backups.run() }
        let signal = await untilStopped(server, log, signals)
        log.info("stopping", ["signal": .text(signal)])
        app.health.beginStopping()
        if configuration.drainSeconds > 0 { try? await Task.sleep(for: .seconds(configuration.drainSeconds)) }
        housekeeping.cancel()
        backups.cancel()
        // Before the listener, which waits for its clients.
        await app.rooms.close()
        await app.bridge.stop()
        await redirect?.stop(within: .seconds(configuration.stopSeconds))
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

    /// Connections that may be sent on to HTTPS at a time.
    private static let redirectionsMax = 1_000

    /// Listens where plain HTTP comes in, if anywhere.
    private static func redirection(to server: Server, _ configuration: Configuration, _ log: Log)
        throws(ServerError) -> Server?
    {
        guard var address = configuration.redirectListen else { return nil }
        var listener = Server.Configuration(listen: address)
        listener.loops = 1
        listener.connectionsMax = redirectionsMax
        listener.onEvent = { log.note($0) }
        let place = configuration.publicURL.flatMap { $0.hasPrefix("https://") ? $0 : nil }
        let redirect = Server(listener, router: .redirectingToHTTPS(at: place, port: server.port))
        try redirect.start()
        address.port = redirect.port
        log.info("sending plain HTTP on to HTTPS", ["address": .text(address.description)])
        return redirect
    }

    private static func listener(_ configuration: Configuration, _ requests: RequestMetrics, _ log: Log)
        -> Server.Configuration
    {
        var listener = Server.Configuration(listen: configuration.listen)
        listener.tls = configuration.tls
        listener.originsAllowed = configuration.origins
        listener.trustedProxies = configuration.trustedProxies
        if let value = configuration.strictTransportSecurity {
            listener.secureHeaders = ["strict-transport-security": value]
        }
        if configuration.loops > 0 { listener.loops = configuration.loops }
        listener.unopened = Health.whileStarting
        listener.onEvent = { log.note($0) }
        listener.onExchange = { exchange in
            requests.count(exchange)
            if log.level <= .debug { log.note(exchange) }
        }
        return listener
    }
}
