import Outbound
import Storage
import Synchronization

/// The time as the bridge sees it, and how it waits; tests set both.
struct BridgeClock: Sendable {
    var now: WallClock
    /// Returns at the time (Unix milliseconds) or soon after its task was cancelled.
    var sleep: @Sendable (_ until: Int64) async -> Void
    /// Uniform in 0..<1.
    var jitter: @Sendable () -> Double

    static func system(_ now: @escaping WallClock = systemClock) -> BridgeClock {
        BridgeClock(
            now: now, sleep: { until in try? await Task.sleep(for: .milliseconds(max(0, until - now()))) },
            jitter: { Double.random(in: 0..<1) })
    }
}

/// Copies chats from BigChat into OurAPI.
///
/// `BridgeLoop` asks BigChat and stores what it says, with the work that follows in the outbox; the courier, which the
/// dispatcher runs, makes the calls of OurAPI; the observer stores what came of them.
final class Bridge: Sendable {
    /// What a poll that an admin asked for may take before the answer says how far it is.
    static let pollPatienceMs: Int64 = 30_000

    let database: Database
    let now: WallClock
    let courier: Courier
    /// To be told of the deliveries of `OurAPIChannel.source`.
    let observer: DeliveryObserver
    private let bigChat: BigChat
    private let clock: BridgeClock
    private let loop: BridgeLoop
    private let instruments: BridgeInstruments
    private let task = Mutex<Task<Void, Never>?>(nil)
    private let isRehearsing = Atomic(false)

    init(database: Database, bigChat: BigChat, ourAPI: @escaping OurAPI, clock: BridgeClock = .system(), log: Log) {
        let instruments = BridgeInstruments()
        self.database = database
        now = clock.now
        self.bigChat = bigChat
        self.clock = clock
        self.instruments = instruments
        courier = .bridge(database: database, ourAPI: ourAPI, instruments: instruments, now: clock.now, log: log)
        observer = { transaction, change throws(StorageError) in try transaction.recordBridge(change) }
        loop = BridgeLoop(database: database, bigChat: bigChat, clock: clock, instruments: instruments, log: log)
    }

    var statistics: BridgeStatistics { instruments.statistics }
    var state: BridgeState { instruments.state }

    /// Begins to ask BigChat, as far as the settings say so.
    func start() async throws(StorageError) {
        let loop = loop, now = now()
        try await database.write { transaction throws(StorageError) in try transaction.healQueued(at: now) }
        database.listen(to: .bridge) { [weak loop] in loop?.wake() }
        task.withLock { task in
            precondition(task == nil, "the bridge is started once")
            task = Task { await loop.run() }
        }
    }

    /// Asks for nothing more; returns when what was asked is stored or given up.
    func stop() async {
        loop.stop()
        guard let task = task.withLock({ $0 }) else { return }
        task.cancel()
        await task.value
    }

    /// Asks BigChat now and waits until that went well or failed, at most `pollPatienceMs`.
    func poll() async -> BridgeState {
        await loop.poll(until: now() + Self.pollPatienceMs)
        return state
    }

    /// What BigChat says of a window, and which calls of OurAPI that would cause. Nothing is stored or sent.
    ///
    /// BigChat is really asked, and may say something else when the window is polled.
    func dryRun(from: Int64, until: Int64) async throws(StorageError) -> DryRun {
        let setup = try await database.read { snapshot throws(StorageError) in try snapshot.bridgeSetup() }
        guard let source = setup.settings.source else {
            return DryRun(
                failure: .init(code: "source_missing", detail: "No source is set up.", at: now()))
        }
        guard !isRehearsing.exchange(true, ordering: .acquiringAndReleasing) else {
            return DryRun(failure: .init(code: "busy", detail: "Another dry run is under way.", at: now()))
        }
        defer { isRehearsing.store(false, ordering: .releasing) }
        return try await Rehearsal(database: database, bigChat: bigChat, source: source, now: now)
            .run(PollWindow(from: from, until: until))
    }
}
