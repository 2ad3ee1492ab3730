import Outbound
import Storage
import Web

/// The features, put together: one database, one dispatcher, one table of routes.
struct App: Sendable {
    let database: Database
    let dispatcher: Dispatcher
    let transfers: Transfers
    let gate: Gate
    let accounts: Accounts
    let router: Router
    let summaries: [RouteSummary]
    let metrics: MetricsRoutes
    let health: Health
    let outbox: OutboxRoutes
    /// Looks customers up, for whoever talks with them.
    let directory: Directory
    let conversations: Conversations
    let rooms: Rooms
    let bridge: Bridge
    let backups: BackupKeeper
    let retention: Retention
    let erasures: Erasures
    let exchange: ConfigurationExchange
    let couriers: [Courier]
    let vault: Vault
    let log: Log
    /// What the log said from at the start is what it goes back to.
    let logLevel: LogLevelRoutes
    private let now: WallClock

    /// Every feature's tables, in the order in which they refer to each other.
    static let migrations =
        OutboundTables.migrations + IdempotencyTables.migrations + TokenTables.migrations + AccountTables.migrations
        + SecretTables.migrations + AuditTables.migrations + TopicTables.migrations + MessageTables.migrations
        + CustomerTables.migrations + SurveyTables.migrations + QuizTables.migrations + GameTables.migrations
        + BridgeTables.migrations + RetentionTables.migrations + ErasureTables.migrations + BackupTables.migrations
        + Health.migrations

    /// What the operator decides about the features.
    struct Settings: Sendable {
        /// Requests a second; 0 is no limit.
        var rateLimit = 0
        /// A minute; 0 is no limit.
        var signInLimit = 0
        var directory: DirectorySettings?
        var health = Health.Limits()
        /// Seals secrets where they are stored.
        var vault = Vault()
        /// As the running configuration shows them.
        var options: [OptionReport] = []
        /// Where people reach this, without a slash at the end.
        var publicURL: String?
        var speaksTLS = false
        /// Carries mails to people, if it is of the kind email.
        var accountChannel = "email"
        /// Whether players may make accounts for themselves.
        var letsSignUp = false
        /// Of passwords that are set from now on.
        var passwordCost = PasswordHash.costStandard
        var backups = BackupSettings()
    }

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
        self.database = database
        self.now = now
        self.log = log
        transfers = Transfers(.init(userAgent: "parley/\(Program.version)"))
        bridge = Bridge(
            database: database, bigChat: bigChat ?? .over(transfers),
            ourAPI: ourAPI ?? Appliance.ourAPI(over: transfers), clock: .system(now), log: log)
        let standard = Courier.all(transfers: transfers) { parcel, notice in
            log.notice(
                "message", ["channel": .text(parcel.channel), "delivery": .text(parcel.id), "text": .text(notice.text)])
        }
        couriers = standard + [bridge.courier]
        var configuration = Dispatcher.Configuration(onEvent: { log.note($0) })
        configuration.now = now
        configuration.onAttempt = { log.note($0) }
        let observers = [
            MessageTables.source: MessageRoutes.observer, AccountMail.source: AccountMail.observer,
            OurAPIChannel.source: bridge.observer,
        ]
        vault = settings.vault
        dispatcher = Dispatcher(
            database: database, couriers: couriers, observers: observers, vault: vault, configuration: configuration)
        directory = Directory(
            database: database,
            call: directoryCall ?? settings.directory.flatMap { [transfers] in Directory.call($0, over: transfers) }, now: now)
        let gate = Gate(
            rateLimit: settings.rateLimit, signInLimit: settings.signInLimit, cookie: SessionCookie(settings), now: now)
        self.gate = gate
        let mail = AccountMail(channel: settings.accountChannel, address: PublicAddress(settings.publicURL))
        accounts = Accounts(
            database: database, gate: gate, passwords: Passwords(cost: settings.passwordCost), mail: mail, now: now,
            erasers: [GameTables.accountEraser])

        var routes = Routes(gate: gate)
        health = Health(
            database: database, dispatcher: dispatcher, folder: folder, limits: settings.health, now: now)
        health.register(in: &routes)
        if settings.vault.keyID == nil { health.watch { _ in [.noSecretKey] } }
        MessageRoutes(database: database, now: now).register(in: &routes)
        TopicRoutes(database: database, now: now).register(in: &routes)
        ChannelRoutes(
            database: database, couriers: couriers, dispatcher: dispatcher, vault: vault, observers: observers, now: now
        ).register(in: &routes)
        outbox = OutboxRoutes(
            database: database, couriers: couriers, dispatcher: dispatcher, vault: vault, observers: observers,
            owners: [OurAPIChannel.source: "/api/bridge/conversations/{id}/retry and …/skip"], now: now)
        outbox.register(in: &routes)
        logLevel = LogLevelRoutes(database: database, log: log, now: now)
        logLevel.register(in: &routes)
        RunningConfiguration(
            database: database, folder: folder, options: settings.options, startedAt: now(), now: now
        ).register(in: &routes)
        TokenRoutes(database: database, gate: gate, now: now).register(in: &routes)
        SignInRoutes(accounts: accounts, letsSignUp: settings.letsSignUp).register(in: &routes)
        AccountRoutes(accounts: accounts).register(in: &routes)
        AccountAdminRoutes(accounts: accounts).register(in: &routes)
        AccountPage(letsSignUp: settings.letsSignUp).register(in: &routes)
        let shelf = SurveyShelf()
        let lookup: SurveyLookup = { id, version, snapshot throws(StorageError) in
            try shelf.edition(id, version, in: snapshot)?.survey
        }
        let key = SessionKey()
        let live = LiveAnalytics(database: database, lookup: lookup)
        conversations = Conversations(
            database: database, shelf: shelf, directory: directory, key: key, now: now,
            changed: { live.changed($0) })
        database.listen(to: .surveySessionsErased) { live.changedSomewhere() }
        SurveyRoutes(database: database, shelf: shelf, now: now).register(in: &routes)
        InvitationRoutes(database: database, key: key, now: now).register(in: &routes)
        ChatRoutes(conversations: conversations).register(in: &routes)
        SessionRoutes(conversations: conversations).register(in: &routes)
        ResponseRoutes(database: database, shelf: shelf).register(in: &routes)
        let places = ExportPlaces()
        ExportRoutes(database: database, lookup: lookup, places: places, now: now).register(in: &routes)
        AnalyticsRoutes(database: database, gate: gate, live: live, lookup: lookup).register(in: &routes)
        let quizzes = QuizShelf()
        QuizRoutes(database: database, shelf: quizzes, now: now).register(in: &routes)
        let editions: QuizLookup = { id, version, snapshot throws(StorageError) in
            try quizzes.edition(id, version, in: snapshot)
        }
        rooms = Rooms(
            GameHouse(database: database, key: GameKey(), clock: gameClock, now: now, lookup: editions))
        GameRoutes(rooms: rooms, gate: gate).register(in: &routes)
        HistoryRoutes(database: database, quizzes: editions).register(in: &routes)
        // Customer and account last: whoever was erased in part only is still found.
        erasures = Erasures(
            database: database,
            erasers: [conversations.eraser, .messages, rooms.eraser, .customers, accounts.eraser],
            forget: { [directory, rooms, gate] subject, isGone in
                if case .customer(let id) = subject { directory.forget(id) } else { await rooms.sweep() }
                if case .account(let id) = subject, isGone { gate.attendance.forget(id) }
            }, now: now)
        ErasureRoutes(database: database, erasures: erasures).register(in: &routes)
        CustomerRoutes(database: database, directory: directory, erase: { [erasures] customer, call in
            try await erasures.erase(.customer(customer), by: call)?.counts
        }, now: now).register(in: &routes)
        retention = Retention(database: database, log: log, now: now)
        RetentionRoutes(database: database, retention: retention, now: now).register(in: &routes)
        AuditRoutes(database: database, places: places).register(in: &routes)
        exchange = ConfigurationExchange(
            database: database, couriers: couriers, vault: vault, surveys: shelf, quizzes: quizzes, now: now)
        ConfigurationRoutes(exchange: exchange).register(in: &routes)
        let access = GameAccess(rooms, gate)
        BoardRoutes(rooms: rooms, access: access).register(in: &routes)
        ResultsRoutes(database: database, access: access, quizzes: editions, places: places, now: now)
            .register(in: &routes)
        BridgeRoutes(bridge: bridge).register(in: &routes)
        backups = BackupKeeper(database: database, folder: folder, settings: settings.backups, log: log, now: now)
        BackupRoutes(keeper: backups).register(in: &routes)
        health.watch { [backups] _ in backups.health.warnings.map { Finding(code: "backups", detail: $0) } }
        metrics = MetricsRoutes(
            database: database, requests: requests, health: health,
            sources: [
                .gate(gate, guesses: { [rooms] in rooms.guessesRefused }), .accounts(accounts),
                .outbox(outbox, dispatcher), .surveys(conversations), .games(rooms), .directory(directory),
                .bridge(bridge), .retention, .backups(backups),
            ])
        metrics.register(in: &routes)
        let reference = ReferenceRoutes(cookie: gate.cookie.name)
        reference.register(in: &routes)
        reference.prepare(routes.summaries)
        requests.prepare(routes.router.routes)
        self.summaries = routes.summaries
        router = routes.router
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

extension App.Settings {
    init(_ configuration: Configuration, _ vault: Vault) {
        self.vault = vault
        rateLimit = configuration.rateLimit
        signInLimit = configuration.signInLimit
        health = configuration.health
        options = configuration.options
        backups = configuration.backups
        directory = configuration.directory
        publicURL = configuration.publicURL
        speaksTLS = configuration.tls != nil
        accountChannel = configuration.accountChannel
        letsSignUp = configuration.letsSignUp
    }
}

extension SessionCookie {
    fileprivate init(_ settings: App.Settings) {
        isSecure = settings.speaksTLS || settings.publicURL?.hasPrefix("https://") == true
        origin = settings.publicURL?.lowercased()
    }
}
