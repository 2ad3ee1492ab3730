import FoundationEssentials
import Glibc
import Outbound
import Storage
import Synchronization

@testable import Appliance

/// A bridge with its dispatcher on a real database, both services beside it, and a clock that this world alone moves.
///
/// The clock moves on when nobody has anything to do but to wait for it; so what happens follows from the seeds, but for
/// threads that take turns differently.
final class BridgeWorld {
    /// A Saturday morning; Unix milliseconds.
    static let dawn: Int64 = 1_801_990_800_000

    let clock: BridgeSimulationClock
    let bigChat: FakeBigChat
    let ourAPI: FakeOurAPI
    private(set) var database: Database
    private(set) var bridge: Bridge
    /// Pages that BigChat had handed over at each kill.
    private(set) var pagesAtKills: [Int] = []
    private var dispatcher: Dispatcher
    private let folder: String
    private let jitter: Double

    private init(
        _ clock: BridgeSimulationClock, _ bigChat: FakeBigChat, _ ourAPI: FakeOurAPI, jitter: Double
    ) throws {
        let root = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp"
        folder = try makeTestFolder(in: root)
        (self.clock, self.bigChat, self.ourAPI, self.jitter) = (clock, bigChat, ourAPI, jitter)
        (database, bridge, dispatcher) = try Self.open(folder, clock, bigChat, ourAPI, jitter)
    }

    private static func open(
        _ folder: String, _ clock: BridgeSimulationClock, _ bigChat: FakeBigChat, _ ourAPI: FakeOurAPI,
        _ jitter: Double
    ) throws -> (Database, Bridge, Dispatcher) {
        var files = Database.Configuration(folder: folder)
        files.readersMax = 1
        let database = try Database(files, migrations: App.migrations)
        let life = clock.life
        let sleep: @Sendable (Int64) async -> Void = { await clock.sleep(until: $0, in: life) }
        let bridge = Bridge(
            database: database, bigChat: bigChat.calls(in: life), ourAPI: ourAPI.calls(in: life),
            clock: BridgeClock(
                now: { clock.now }, sleep: { await clock.sleep(until: $0, in: life, as: .bridge) }, jitter: { jitter }),
            log: .silent)
        var configuration = Dispatcher.Configuration()
        configuration.now = { clock.now }
        configuration.sleep = sleep
        configuration.jitter = { jitter }
        let dispatcher = Dispatcher(
            database: database, couriers: [bridge.courier], observers: [OurAPIChannel.source: bridge.observer],
            configuration: configuration)
        return (database, bridge, dispatcher)
    }

    /// - Parameters:
    ///   - since: Unix seconds from where on BigChat is asked; nil: as at any first start.
    static func inside(
        seed: UInt64, jitter: Double = 0.5, bigChat mood: FakeBigChat.Mood = .calm,
        ourAPI otherMood: FakeOurAPI.Mood = .calm, since: Int64? = nil, intervalSeconds: Int = 10,
        _ body: (BridgeWorld) async throws -> Void
    ) async throws {
        let clock = BridgeSimulationClock(at: dawn)
        let world = try BridgeWorld(
            clock, FakeBigChat(seed: seed &+ 1_000, clock: clock, mood: mood),
            FakeOurAPI(seed: seed &+ 2_000, clock: clock, mood: otherMood), jitter: jitter)
        do {
            let settings = BridgeSettings(source: FakeBigChat.base, intervalSeconds: intervalSeconds)
            try await world.database.write { transaction throws(StorageError) in
                try transaction.saveBridge(
                    settings, destination: FakeOurAPI.base, parallelism: nil, since: since, at: dawn)
            }
            try await world.start()
            try await body(world)
        } catch {
            await world.tearDown()
            throw error
        }
        await world.tearDown()
    }

    private func start() async throws {
        try await dispatcher.start()
        try await bridge.start()
    }

    private func tearDown() async {
        await kill()
        try? FileManager.default.removeItem(atPath: folder)
    }

    /// kill -9: what is on its way to disk may arrive there, and nothing else does.
    ///
    /// The database goes first: what an interrupted call answers must not be stored by anybody.
    func kill() async {
        database.close()
        clock.endLife()
        await bridge.stop()
        await dispatcher.stop(within: .zero)
        pagesAtKills.append(bigChat.pages.count)
    }

    /// A new life in the same folder.
    func startAgain() async throws {
        (database, bridge, dispatcher) = try Self.open(folder, clock, bigChat, ourAPI, jitter)
        try await start()
    }

    /// Ends in good order, and begins anew.
    func restart() async throws {
        let (bridge, dispatcher) = (bridge, dispatcher)
        let isOver = Mutex(false)
        Task {
            await bridge.stop()
            await dispatcher.stop(within: .seconds(1))
            isOver.withLock { $0 = true }
        }
        isStopping = true
        defer { isStopping = false }
        // A call that is cancelled ends, and a courier gets two seconds more.
        while !isOver.withLock({ $0 }) { try await run(ms: 100) }
        database.close()
        clock.endLife()
        try await startAgain()
    }

    /// Lets time pass, and what happens in it happen.
    func run(ms milliseconds: Int64) async throws {
        let end = clock.steady + milliseconds
        while true {
            try await settle()
            guard let next = clock.nextWake, next <= end else { break }
            clock.advance(to: next)
            moves += 1
            guard moves < Self.movesMax else { throw Restless() }
        }
        clock.advance(to: end)
    }

    /// Moves to the next thing that is due and returns in the middle of what follows.
    func stumble(yields: Int) async {
        if let next = clock.nextWake { clock.advance(to: next) }
        for _ in 0..<yields { await Task.yield() }
    }

    /// Lets time pass until `isTrue` or the time is up, looking every `step` milliseconds.
    func run(ms milliseconds: Int64, step: Int64 = 1_000, until isTrue: () async throws -> Bool) async throws -> Bool {
        let end = clock.steady + milliseconds
        while clock.steady < end {
            if try await isTrue() { return true }
            try await run(ms: min(step, end - clock.steady))
        }
        return try await isTrue()
    }

    /// Returns when everybody waits for the clock. A write and a read go behind all that are under way.
    private func settle() async throws {
        var quiet = 0, rounds = 0
        var before = activity
        while quiet < 3 || !isStopping && !clock.bridgeIsAsleep {
            rounds += 1
            guard rounds < Self.roundsMax else { throw Restless() }
            do {
                _ = try await database.read { snapshot throws(StorageError) in 0 }
                try await database.write { transaction throws(StorageError) in }
                ownWrites += 1
            } catch {}
            for _ in 0..<5 { await Task.yield() }
            let now = activity
            quiet = now == before ? quiet + 1 : 0
            before = now
        }
    }

    /// The bridge, or its dispatcher, finds something to do for ever, or never anything again.
    struct Restless: Error {}

    /// Some seconds, in which nobody went to sleep.
    private static let roundsMax = 20_000
    /// Ten times what the longest simulation takes.
    private static let movesMax = 30_000
    private var moves = 0

    private var ownWrites: UInt64 = 0
    private var isStopping = false

    private var activity: [UInt64] {
        let statistics = database.statistics
        return [
            UInt64(clock.activity), statistics.writes &+ statistics.writesFailed &- ownWrites,
            statistics.reads &- ownWrites,
        ]
    }

    /// No page more fits into the file; or enough do again.
    func setDiskFull(_ isFull: Bool) async throws {
        _ = try await database.write { transaction throws(StorageError) in
            isFull
                ? try transaction.first("PRAGMA max_page_count = 1", as: { $0.integer(0) })
                : try transaction.first("PRAGMA max_page_count = 1073741823", as: { $0.integer(0) })
        }
    }
}

extension BridgeWorld {
    /// Bytes of every page that is stored, in the order in which they were asked for.
    func storedPages() async throws -> [[UInt8]] {
        try await database.read { snapshot throws(StorageError) in
            try snapshot.all("SELECT body FROM bridge_page ORDER BY poll, page") { $0.blob(0) }
        }
    }

    /// Pages that were handed over and are stored, and which were lost: their places among those handed over.
    func keptPages() async throws -> (kept: [FakeBigChat.HandedPage], lost: [Int]) {
        var stored: [[UInt8]: Int] = [:]
        for body in try await storedPages() { stored[body, default: 0] += 1 }
        var kept: [FakeBigChat.HandedPage] = [], lost: [Int] = []
        for (place, page) in bigChat.pages.enumerated() {
            if let count = stored[page.bytes], count > 0 {
                stored[page.bytes] = count - 1
                kept.append(page)
            } else if !page.events.isEmpty {
                lost.append(place)
            }
        }
        return (kept, lost)
    }

    /// What OurAPI holds beside what it should hold; empty when all is well.
    func differences() async throws -> [String] {
        let model = BridgeModel(try await keptPages().kept), bigChat = bigChat
        return model.differences(from: ourAPI.store, startedAt: bigChat.startedAt) { id, chat in
            // An advisor who was named less than a minute before is not asked for again.
            if let advisor = chat.advisor { return bigChat.persons(of: advisor, since: chat.transferredAt - 120_000) }
            return bigChat.lookUps[id, default: []].flatMap { bigChat.persons(of: $0.advisor, since: $0.at - 120_000) }
        }
    }

    /// What is not done yet; empty when the bridge only waits for news.
    func unfinished() async throws -> [String] {
        try await database.read { snapshot throws(StorageError) in
            try snapshot.all(
                """
                SELECT 'pending event of ' || conversation || ': ' || kind FROM bridge_event WHERE fate = 'pending'
                UNION ALL SELECT 'delivery ' || state || ' of ' || reference || ', tried ' || tries FROM outbox
                    WHERE state IN ('waiting', 'in_flight')
                UNION ALL SELECT 'parked ' || id || ': ' || parked_code FROM bridge_conversation WHERE parked_at IS NOT NULL
                UNION ALL SELECT 'queued ' || id FROM bridge_conversation WHERE queued_at IS NOT NULL
                UNION ALL SELECT 'to ask ' || id FROM bridge_conversation WHERE ask_at IS NOT NULL
                UNION ALL SELECT 'waits ' || id || ' for ' || waits_for FROM bridge_conversation WHERE waits_for IS NOT NULL
                UNION ALL SELECT 'raw page of ' || poll FROM bridge_page WHERE state = 'raw'
                UNION ALL SELECT 'open poll ' || poll FROM bridge_poll WHERE ended_at IS NULL
                UNION ALL SELECT 'to ask advisor ' || id FROM bridge_advisor WHERE ask_at IS NOT NULL
                """) { $0.text(0) }
        }
    }

    func parked() async throws -> [Int64] {
        try await database.read { snapshot throws(StorageError) in
            try snapshot.all("SELECT id FROM bridge_conversation WHERE parked_at IS NOT NULL") { $0.integer(0) }
        }
    }

    func count(_ sql: StaticString) async throws -> Int {
        try await database.read { snapshot throws(StorageError) in
            try snapshot.first(sql) { Int($0.integer(0)) } ?? 0
        }
    }

    /// The windows of the polls, in the order in which they were made.
    func windows() async throws -> [Range<Int64>] {
        try await database.read { snapshot throws(StorageError) in
            try snapshot.all("SELECT from_s, until_s FROM bridge_poll ORDER BY poll") { $0.integer(0)..<$0.integer(1) }
        }
    }
}
