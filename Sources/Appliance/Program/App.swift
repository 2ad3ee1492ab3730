import Outbound
import Storage
import Web

/// The features, put together: one database, one dispatcher, one table of routes.
struct App: Sendable {
    let database: Database
    let folder: String
    let dispatcher: Dispatcher
    let transfers: Transfers
    let gate: Gate
    let accounts: Accounts
    let metrics: MetricsRoutes
    let health: Health
    let outbox: OutboxRoutes
    /// Looks customers up, for whoever talks with them.
    let directory: Directory
    let surveys: SurveyFeature
    let quizzes: QuizFeature
    let bridge: Bridge
    let backups: BackupKeeper
    let retention: Retention
    let erasures: Erasures
    let exchange: ConfigurationExchange
    let couriers: [Courier]
    /// Who hears of deliveries, by their source.
    let observers: [String: DeliveryObserver]
    let vault: Vault
    let log: Log
    /// What the log said from at the start is what it goes back to.
    let logLevel: LogLevelRoutes
    let now: WallClock
    private(set) var router = Router()
    private(set) var summaries: [RouteSummary] = []

    var conversations: Conversations { surveys.conversations }
    var rooms: Rooms { quizzes.rooms }

    /// Every feature's tables, in the order in which they refer to each other.
    static let migrations =
        OutboundTables.migrations + IdempotencyTables.migrations + TokenTables.migrations + AccountTables.migrations
        + SecretTables.migrations + AuditTables.migrations + TopicTables.migrations + MessageTables.migrations
        + CustomerTables.migrations + SurveyTables.migrations + QuizTables.migrations + GameTables.migrations
        + BridgeTables.migrations + RetentionTables.migrations + ErasureTables.migrations + BackupTables.migrations
        + Health.migrations

    /// - Parameters:
    ///   - requests: counts what the listener, which may be there already, has answered.
    ///   - directoryCall: in place of one that is configured.
    ///   - bigChat: in place of the one at the address that is set up; likewise `ourAPI`.
    init(
        database: Database, folder: String, settings: Settings = Settings(), log: Log,
        requests: RequestMetrics = RequestMetrics(),
        now: @escaping WallClock = systemClock, gameClock: GameClock = .system, directoryCall: Directory.Call? = nil,
        bigChat: BigChat? = nil, ourAPI: OurAPI? = nil
    ) {
        (self.database, self.folder, self.log, self.now) = (database, folder, log, now)
        vault = settings.vault
        let transfers = Transfers(.init(userAgent: "parley/\(Program.version)"))
        self.transfers = transfers
        bridge = Bridge(
            database: database, bigChat: bigChat ?? .over(transfers),
            ourAPI: ourAPI ?? Appliance.ourAPI(over: transfers), clock: .system(now), log: log)
        couriers = Courier.all(transfers: transfers) { log.note($1, of: $0) } + [bridge.courier]
        observers = [
            MessageTables.source: MessageRoutes.observer, AccountMail.source: AccountMail.observer,
            OurAPIChannel.source: bridge.observer,
        ]
        dispatcher = Dispatcher(
            database: database, couriers: couriers, observers: observers, vault: vault,
            configuration: Self.delivery(log, now))
        outbox = OutboxRoutes(
            database: database, couriers: couriers, dispatcher: dispatcher, vault: vault, observers: observers,
            owners: [OurAPIChannel.source: "/api/bridge/conversations/{id}/retry and …/skip"], now: now)

        gate = Gate(
            rateLimit: settings.rateLimit, signInLimit: settings.signInLimit, cookie: SessionCookie(settings), now: now)
        let mail = AccountMail(channel: settings.accountChannel, address: PublicAddress(settings.publicURL))
        accounts = Accounts(
            database: database, gate: gate, passwords: Passwords(cost: settings.passwordCost), mail: mail, now: now,
            letsSignUp: settings.letsSignUp)
        directory = Directory(
            database: database,
            call: directoryCall ?? settings.directory.flatMap { Directory.call($0, over: transfers) }, now: now)
        surveys = SurveyFeature(database: database, directory: directory, now: now)
        quizzes = QuizFeature(database: database, clock: gameClock, now: now)

        retention = Retention(database: database, log: log, now: now)
        // Customer and account last: whoever was erased in part only is still found.
        erasures = Erasures(
            database: database,
            erasers: [
                surveys.conversations.eraser, .messages, quizzes.rooms.eraser, .customers, accounts.eraser,
            ],
            forget: { [directory, rooms = quizzes.rooms] subject in
                if case .customer(let id) = subject { directory.forget(id) } else { await rooms.sweep() }
            }, now: now)
        exchange = ConfigurationExchange(
            database: database, couriers: couriers, vault: vault, surveys: surveys.shelf, quizzes: quizzes.shelf,
            now: now)
        backups = BackupKeeper(
            database: database, folder: folder, settings: settings.backups, limit: settings.health.disk, log: log,
            now: now)

        logLevel = LogLevelRoutes(database: database, log: log, now: now)
        health = Health(database: database, dispatcher: dispatcher, folder: folder, limits: settings.health, now: now)
        if settings.vault.keyID == nil { health.watch { _ in [.noSecretKey] } }
        health.watch { [backups] _ in backups.health.warnings.map { Finding(code: "backups", detail: $0) } }
        metrics = MetricsRoutes(
            database: database, requests: requests, health: health,
            sources: [
                .gate(gate, guesses: { [rooms = quizzes.rooms] in rooms.guessesRefused }), .accounts(accounts),
                .outbox(outbox, dispatcher), .surveys(surveys.conversations), .games(quizzes.rooms),
                .directory(directory), .bridge(bridge), .retention, .backups(backups),
            ])

        let routes = self.routes(settings)
        requests.prepare(routes.router.routes)
        (router, summaries) = (routes.router, routes.summaries)
    }

    private static func delivery(_ log: Log, _ now: @escaping WallClock) -> Dispatcher.Configuration {
        var configuration = Dispatcher.Configuration(onEvent: { log.note($0) })
        configuration.now = now
        configuration.onAttempt = { log.note($0) }
        return configuration
    }

    /// Prepares an empty database, loads what is kept in memory, and begins to deliver.
    ///
    /// - Parameter forgetting: gives up secrets that no key opens.
    /// - Returns: the secret of the first token, if this start made it.
    func start(
        _ samples: SampleSettings, bridge options: BridgeOptions = .init(),
        forgettingSealedSecrets forgetting: Bool = false
    ) async throws -> String? {
        let samples = try Samples(samples, couriers: couriers, vault: vault)
        let vault = vault
        try await sealSecrets(forgetting: forgetting)
        let now = now()
        let secret = try await database.write { transaction throws(StorageError) in
            try transaction.prepareFirstStart(samples, at: now)
        }
        conversations.key.load(
            try await database.write { transaction throws(StorageError) in
                try transaction.secret(named: SessionKey.name, vault)
            })
        rooms.house.key.key.load(
            try await database.write { transaction throws(StorageError) in
                try transaction.secret(named: GameKey.name, vault)
            })
        erasures.key.load(
            try await database.write { transaction throws(StorageError) in
                try transaction.secret(named: Erasures.keyName, vault)
            })
        for code in try await rooms.load() {
            log.error("game not brought back: its quiz cannot be read", ["code": .text(code)])
        }
        gate.load(try await database.read { snapshot throws(StorageError) in try snapshot.tokens() })
        try await accounts.load(vault)
        try await database.write { transaction throws(StorageError) in try transaction.saveBridge(options, at: now) }
        try await dispatcher.start()
        try await bridge.start()
        return secret
    }

    /// Topics whose channels all only write to the log: nobody is told of their messages.
    func topicsOnlyLogged() async throws(StorageError) -> [String] {
        try await database.read { snapshot throws(StorageError) in
            var names: [String] = []
            for topic in try snapshot.topics(Page(limit: Page.limits.upperBound)) {
                var kinds: Set<String> = []
                for name in topic.channels {
                    if let channel = try snapshot.channel(named: name) { kinds.insert(channel.kind) }
                }
                if kinds == ["log"] { names.append(topic.name) }
            }
            return names
        }
    }

    /// Answers without a socket: what scenario tests call.
    func respond(to request: Request) async -> Response { await router.respond(to: request) }

    /// Ends what runs, the database last. The listener must be stopped already.
    func stop(within time: Duration) async {
        await rooms.close()
        await bridge.stop()
        await dispatcher.stop(within: time)
        transfers.close()
        accounts.passwords.queue.close()
        backups.close()
        database.close()
    }
}
