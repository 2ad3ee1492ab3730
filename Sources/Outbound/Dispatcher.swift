internal import Glibc
public import Storage
internal import Synchronization

/// Brings what is in the outbox to where it belongs: woken by commits, never polling.
public final class Dispatcher: Sendable {
    public struct Configuration: Sendable {
        /// Unix milliseconds, UTC.
        public var now: @Sendable () -> Int64
        /// Returns at the time (Unix milliseconds) or soon after its task was cancelled.
        public var sleep: @Sendable (_ until: Int64) async -> Void
        /// Uniform in 0..<1.
        public var jitter: @Sendable () -> Double
        public var onEvent: @Sendable (OutboundEvent) -> Void
        /// Told of each attempt once what came of it is on disk.
        public var onAttempt: @Sendable (AttemptNote) -> Void = { _ in }

        public init(onEvent: @escaping @Sendable (OutboundEvent) -> Void = { _ in }) {
            now = Configuration.wallClock
            let wallClock = now
            sleep = { until in try? await Task.sleep(for: .milliseconds(max(0, until - wallClock()))) }
            jitter = { Double.random(in: 0..<1) }
            self.onEvent = onEvent
        }

        private static let wallClock: @Sendable () -> Int64 = {
            var time = timespec()
            clock_gettime(CLOCK_REALTIME, &time)
            return Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000
        }
    }

    private let database: Database
    private let configuration: Configuration
    private let couriers: [String: Courier]
    private let vault: Vault
    private let loop: DispatchLoop
    private let task = Mutex<Task<Void, Never>?>(nil)

    /// - Parameters:
    ///   - couriers: one for each kind of channel.
    ///   - observers: by the source of the deliveries whose changes they are told.
    ///   - vault: opens what is sealed of channels' settings.
    public init(
        database: Database, couriers: [Courier], observers: [String: DeliveryObserver] = [:],
        vault: Vault = Vault(), configuration: Configuration = .init()
    ) {
        self.database = database
        self.configuration = configuration
        self.vault = vault
        self.couriers = Dictionary(uniqueKeysWithValues: couriers.map { ($0.kind, $0) })
        loop = DispatchLoop(
            database: database, couriers: self.couriers, observers: observers, vault: vault,
            configuration: configuration)
    }

    /// Makes what the last run left in flight due again, then begins to deliver.
    public func start() async throws(StorageError) {
        let interrupted: Int
        do throws(StorageError) {
            interrupted = try await recover(telling: loop.observers)
        } catch {
            guard case .constraint = error else { throw error }
            configuration.onEvent(.observerFailed(source: nil, error))
            interrupted = try await recover(telling: [:])
        }
        if interrupted > 0 { configuration.onEvent(.interruptedDeliveriesFound(count: interrupted)) }
        let bell = loop.bell
        database.listen(to: .outbox) { bell.ring() }
        database.listen(to: .channels) { [weak loop] in loop?.recheckChannels() }
        task.withLock { task in
            precondition(task == nil, "the dispatcher is started once")
            task = Task { [loop] in await loop.run() }
        }
    }

    private func recover(telling observers: [String: DeliveryObserver]) async throws(StorageError) -> Int {
        let now = configuration.now()
        return try await database.write { transaction throws(StorageError) in
            let changes = try transaction.recoverInterrupted(at: now)
            for change in changes { try observers[change.source]?(transaction, change) }
            return changes.count
        }
    }

    /// Takes nothing more, gives what is under way its time, then stops it; all of that is due again at the next start.
    ///
    /// Returns when the outcomes are recorded. A courier that does not heed cancellation is left behind after
    /// `DispatchLoop.cancelledMs`; its delivery is found interrupted at the next start.
    public func stop(within grace: Duration) async {
        guard let task = task.withLock({ $0 }) else { return }
        loop.stop(within: grace)
        await task.value
    }

    /// Sends a notice now, outside the outbox, and says what happened. Nothing is stored; the channel may be a draft.
    public func test(_ channel: Channel, notice: Notice) async -> TestReport {
        let startedAt = configuration.now()
        let outcome: CourierOutcome
        let opened = vault.open(channel.settings, of: channel.name)
        if let fault = opened.faults.first {
            outcome = CourierOutcome(fault)
        } else if let courier = couriers[channel.kind] {
            let parcel = Parcel(
                id: UUIDv7.next(at: startedAt), channel: channel.name, settings: opened.settings,
                allowPrivate: channel.allowPrivate, payload: notice.payload, enqueuedAt: startedAt, now: startedAt)
            outcome = await courier.send(parcel).cleaned(of: courier.secrets(in: opened.settings))
        } else {
            outcome = CourierOutcome(.misconfigured, code: "kind_unknown", excerpt: "There is no such kind of channel.")
        }
        return TestReport(
            outcomeClass: outcome.outcomeClass, code: outcome.code, excerpt: outcome.excerpt,
            outcomeUnknown: outcome.outcomeUnknown, durationMilliseconds: max(0, configuration.now() - startedAt))
    }

    /// The kinds of channel there are, for validation and documentation.
    public func courier(ofKind kind: String) -> Courier? { couriers[kind] }

    public var statistics: OutboundStatistics { loop.statistics }

    /// When a delivery of this channel was last taken, or else when taking began; Unix milliseconds, UTC.
    func lastTaken(_ channel: String) -> Int64 { loop.lastTaken(channel) }
}

extension CourierOutcome {
    /// Nothing can be sent with a secret that does not open: its channel waits for an admin.
    init(_ fault: OpenedSettings.Fault) {
        self.init(
            .misconfigured, code: fault.fault.code, excerpt: "The setting '\(fault.field)' \(fault.fault.explanation).")
    }

    /// Fit to be kept and shown.
    func cleaned(of secrets: [String]) -> CourierOutcome {
        var outcome = self
        outcome.excerpt = Excerpt.clean(excerpt, without: secrets)
        return outcome
    }
}
