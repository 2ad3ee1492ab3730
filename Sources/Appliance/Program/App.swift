import Outbound
import Storage
import Web

/// The features, put together: one database, one dispatcher, one table of routes.
struct App: Sendable {
    let database: Database
    let dispatcher: Dispatcher
    let transfers: Transfers
    let gate: Gate
    let router: Router
    let summaries: [RouteSummary]
    let metrics: MetricsRoutes
    /// Looks customers up, for whoever talks with them.
    let directory: Directory
    let conversations: Conversations
    let rooms: Rooms
    let bridge: Bridge
    private let couriers: [Courier]
    private let log: Log
    private let now: WallClock

    /// Every feature's tables, in the order in which they refer to each other.
    static let migrations =
        OutboundTables.migrations + IdempotencyTables.migrations + TokenTables.migrations + SecretTables.migrations
        + TopicTables.migrations + MessageTables.migrations + CustomerTables.migrations + SurveyTables.migrations
        + QuizTables.migrations + GameTables.migrations + BridgeTables.migrations + Health.migrations

    /// - Parameters:
    ///   - directoryCall: in place of one that is configured.
    ///   - bigChat: in place of the one at the address that is set up; likewise `ourAPI`.
    init(
        database: Database, folder: String, rateLimit: Int, directory settings: DirectorySettings? = nil, log: Log,
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
        let observers = [
            MessageTables.source: MessageRoutes.observer, OurAPIChannel.source: bridge.observer,
        ]
        dispatcher = Dispatcher(
            database: database, couriers: couriers, observers: observers, configuration: configuration)
        directory = Directory(
            database: database,
            call: directoryCall ?? settings.flatMap { [transfers] in Directory.call($0, over: transfers) }, now: now)
        let gate = Gate(rateLimit: rateLimit, now: now)
        self.gate = gate

        var routes = Routes(gate: gate)
        Health(database: database, folder: folder, now: now).register(in: &routes)
        MessageRoutes(database: database, now: now).register(in: &routes)
        TopicRoutes(database: database, now: now).register(in: &routes)
        ChannelRoutes(
            database: database, couriers: couriers, dispatcher: dispatcher, observers: observers, now: now
        ).register(in: &routes)
        TokenRoutes(database: database, gate: gate, now: now).register(in: &routes)
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
        CustomerRoutes(database: database, directory: directory, erasers: [conversations.eraser], now: now)
            .register(in: &routes)
        SurveyRoutes(database: database, shelf: shelf, now: now).register(in: &routes)
        InvitationRoutes(database: database, key: key, now: now).register(in: &routes)
        ChatRoutes(conversations: conversations).register(in: &routes)
        SessionRoutes(conversations: conversations).register(in: &routes)
        ResponseRoutes(database: database, shelf: shelf).register(in: &routes)
        let places = ExportPlaces()
        ExportRoutes(database: database, lookup: lookup, places: places).register(in: &routes)
        AnalyticsRoutes(database: database, gate: gate, live: live, lookup: lookup).register(in: &routes)
        let quizzes = QuizShelf()
        QuizRoutes(database: database, shelf: quizzes, now: now).register(in: &routes)
        let editions: QuizLookup = { id, version, snapshot throws(StorageError) in
            try quizzes.edition(id, version, in: snapshot)
        }
        rooms = Rooms(
            GameHouse(database: database, key: GameKey(), clock: gameClock, now: now, lookup: editions))
        GameRoutes(rooms: rooms).register(in: &routes)
        let access = GameAccess(rooms, gate)
        BoardRoutes(rooms: rooms, access: access).register(in: &routes)
        ResultsRoutes(database: database, access: access, quizzes: editions, places: places).register(in: &routes)
        BridgeRoutes(bridge: bridge).register(in: &routes)
        metrics = MetricsRoutes(
            database: database, dispatcher: dispatcher, directory: directory, conversations: conversations,
            rooms: rooms, bridge: bridge)
        metrics.register(in: &routes)
        let summaries = routes.summaries
        let description = Response.json(OpenAPI(summaries, version: Program.version))
        routes.open("/openapi.json", "Describes this API for programs (OpenAPI 3.1).") { _ in description }
        let page = Response.html(ReferencePage.html(summaries, version: Program.version))
        routes.open("/docs", "Describes this API for people.") { _ in page }
        metrics.requests.prepare(routes.router.routes)
        self.summaries = routes.summaries
        router = routes.router
    }

    /// Prepares an empty database, loads what is kept in memory, and begins to deliver.
    ///
    /// - Returns: the secret of the first token, if this start made it.
    func start(_ samples: SampleSettings, bridge options: BridgeOptions = .init()) async throws -> String? {
        let samples = try Samples(samples, couriers: couriers)
        let now = now()
        let secret = try await database.write { transaction throws(StorageError) in
            try transaction.prepareFirstStart(samples, at: now)
        }
        conversations.key.load(
            try await database.write { transaction throws(StorageError) in
                try transaction.secret(named: SessionKey.name)
            })
        rooms.house.key.key.load(
            try await database.write { transaction throws(StorageError) in
                try transaction.secret(named: GameKey.name)
            })
        for code in try await rooms.load() {
            log.error("game not brought back: its quiz cannot be read", ["code": .text(code)])
        }
        gate.load(try await database.read { snapshot throws(StorageError) in try snapshot.tokens() })
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
        database.close()
    }
}
