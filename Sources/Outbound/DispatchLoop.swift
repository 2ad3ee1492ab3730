internal import Storage
internal import Synchronization

/// The dispatcher's one task: turn after turn, asleep while nothing is due.
final class DispatchLoop: Sendable {
    /// A disk that is full or failing is left alone for so long. Outcomes stay in memory meanwhile.
    static let storageRetryMs: Int64 = 1_000
    /// Attempts recorded by one turn: bounds the transaction that every writer waits for.
    static let recordMax = 512
    /// What couriers get to return after they were cancelled.
    static let cancelledMs: Int64 = 2_000

    let bell = Bell()
    let observers: [String: DeliveryObserver]
    private let database: Database
    private let couriers: [String: Courier]
    private let vault: Vault
    private let configuration: Dispatcher.Configuration
    private let ready = ReadyQueues()
    private let channelsChanged = Atomic(false)
    private let attempted = Mutex<[Attempted]>([])
    private let phase = Atomic<Phase>(.running)
    private let figures = Mutex(OutboundStatistics())
    /// When the loop was made, and when it last took something, by channel; Unix milliseconds.
    private let taken: Mutex<(since: Int64, at: [String: Int64])>
    private let timer = Mutex<(at: Int64, task: Task<Void, Never>)?>(nil)

    private let patience = Mutex<Task<Void, Never>?>(nil)

    private enum Phase: UInt8, AtomicRepresentable { case running, stopping, cancelling, abandoning }

    init(
        database: Database, couriers: [String: Courier], observers: [String: DeliveryObserver], vault: Vault,
        configuration: Dispatcher.Configuration
    ) {
        self.database = database
        self.couriers = couriers
        self.observers = observers
        self.vault = vault
        self.configuration = configuration
        taken = Mutex((configuration.now(), [:]))
    }

    var statistics: OutboundStatistics { figures.withLock { $0 } }

    func lastTaken(_ channel: String) -> Int64 { taken.withLock { $0.at[channel] ?? $0.since } }

    func stop(within grace: Duration) {
        phase.store(.stopping, ordering: .releasing)
        for delivery in ready.drainAll() { putBack(delivery) }
        bell.ring()
        let graceMs = Int64(grace / .milliseconds(1))
        let configuration = configuration
        let patience = Task { [weak self] in
            await configuration.sleep(configuration.now() + graceMs)
            self?.advance(to: .cancelling)
            await configuration.sleep(configuration.now() + Self.cancelledMs)
            self?.advance(to: .abandoning)
        }
        self.patience.withLock { $0 = patience }
    }

    private func advance(to phase: Phase) {
        self.phase.store(phase, ordering: .releasing)
        if phase == .cancelling { ready.cancelAll() }
        bell.ring()
    }

    func recheckChannels() {
        channelsChanged.store(true, ordering: .releasing)
        bell.ring()
    }

    func run() async {
        var round = Round()
        while true {
            let phase = phase.load(ordering: .acquiring)
            if phase != .running { for delivery in ready.drainAll() { putBack(delivery) } }
            // Asked before, as runners hand over what they did and end then: none of it is left behind.
            let isIdle = ready.runningCount == 0
            takeAttempted(&round.pending)
            if phase != .running, round.pending.isEmpty, isIdle || phase == .abandoning { break }
            var wakeAt: Int64?
            do throws(StorageError) {
                wakeAt = try await turn(&round, claims: phase == .running)
                if round.isFailing { configuration.onEvent(.storageRecovered) }
                round.isFailing = false
                if !round.pending.isEmpty || attempted.withLock({ !$0.isEmpty }) { continue }
            } catch {
                if !round.isFailing { configuration.onEvent(.storageFailed(error)) }
                round.isFailing = true
                if error == .closed || phase == .abandoning { break }
                wakeAt = configuration.now() + Self.storageRetryMs
            }
            if let wakeAt {
                if wakeAt <= configuration.now() { continue }
                arm(wakeAt)
            }
            await bell.wait()
        }
        disarm()
    }

    /// What the loop carries from turn to turn.
    private struct Round {
        var state = DispatchState()
        var pending: [Attempted] = []
        /// The last write failed.
        var isFailing = false
        /// A write broke a rule of the tables, which an observer's statement did: attempts are recorded one by one
        /// until none is left, so that one source's mistake holds up nobody else.
        var isCareful = false
    }

    private func takeAttempted(_ pending: inout [Attempted]) {
        let room = max(0, Self.recordMax - pending.count)
        pending += attempted.withLock { attempted in
            let part = attempted.prefix(room)
            attempted.removeFirst(part.count)
            return part
        }
    }

    /// One turn: a write, and what follows from it.
    ///
    /// - Returns: when time alone gives the next one something to do.
    private func turn(_ round: inout Round, claims: Bool) async throws(StorageError) -> Int64? {
        let part = round.isCareful ? Array(round.pending.prefix(1)) : round.pending
        let claims = claims && (!round.isCareful || part.isEmpty)
        let recheck = channelsChanged.exchange(false, ordering: .acquiringAndReleasing)
        let turn: DispatchTurn
        do throws(StorageError) {
            turn = try await write(round.state, part, claims: claims, recheck: recheck, observers)
        } catch {
            if recheck { channelsChanged.store(true, ordering: .releasing) }
            guard case .constraint = error else { throw error }
            guard round.isCareful else {
                round.isCareful = true
                return configuration.now()
            }
            configuration.onEvent(.observerFailed(source: part.first?.delivery.source, error))
            turn = try await write(round.state, part, claims: claims, recheck: recheck, [:])
        }
        round.pending.removeFirst(part.count)
        if part.isEmpty { round.isCareful = false }
        round.state = turn.state
        carryOut(turn)
        return round.isCareful ? configuration.now() : turn.wakeAt
    }

    private func write(
        _ state: DispatchState, _ attempts: [Attempted], claims: Bool, recheck: Bool,
        _ observers: [String: DeliveryObserver]
    ) async throws(StorageError) -> DispatchTurn {
        let blank = DispatchTurn(
            couriers: couriers, observers: observers, vault: vault, now: configuration.now(),
            jitter: configuration.jitter, state: state)
        return try await database.write { transaction throws(StorageError) in
            var turn = blank
            if recheck { try turn.recheckChannels(in: transaction) }
            try turn.record(attempts, in: transaction)
            if claims { try turn.claim(in: transaction) }
            return turn
        }
    }

    /// What a committed turn asks for outside the database.
    private func carryOut(_ turn: DispatchTurn) {
        for channel in turn.changed {
            for delivery in ready.drain(channel) { putBack(delivery) }
            ready.remove(channel)
        }
        for (channel, deliveries) in turn.claimed where !deliveries.isEmpty {
            guard let setup = turn.state.channels[channel]?.setup else {
                preconditionFailure("claimed without courier")
            }
            guard phase.load(ordering: .acquiring) == .running else {
                for delivery in deliveries { putBack(delivery) }
                continue
            }
            ready.add(deliveries, setup) { [weak self] in await self?.deliver(channel) }
        }
        let tookFrom = turn.claimed.filter { !$0.value.isEmpty }.keys
        taken.withLock { taken in for channel in tookFrom { taken.at[channel] = turn.now } }
        for event in turn.events { configuration.onEvent(event) }
        for attempt in turn.attempts { configuration.onAttempt(attempt) }
        figures.withLock { figures in
            figures.turns += 1
            figures.attempts.merge(turn.tally.attempts, uniquingKeysWith: +)
            for attempt in turn.attempts where !attempt.wasInterrupted {
                figures.pulses[attempt.delivery.channel, default: ChannelPulse()]
                    .add(attempt.outcomeClass, code: attempt.code, at: turn.now)
            }
            figures.deliveredCount += turn.tally.delivered
            figures.failedCount += turn.tally.failed
            figures.deliveredLatencySumMs += turn.tally.latencySumMs
            figures.deliveredLatencyMaxMs = max(figures.deliveredLatencyMaxMs, turn.tally.latencyMaxMs)
            figures.inFlight = turn.state.inFlight
            figures.held = turn.state.held
        }
    }

    /// A runner: sends what stands ready for a channel until nothing does.
    private func deliver(_ channel: String) async {
        while let (delivery, setup) = ready.take(channel) {
            let startedAt = configuration.now()
            let parcel = Parcel(
                id: delivery.id, channel: channel, settings: setup.channel.settings,
                allowPrivate: setup.channel.allowPrivate, payload: delivery.payload, enqueuedAt: delivery.enqueuedAt,
                now: startedAt, memo: delivery.memo, attempt: delivery.number, request: delivery.request)
            let outcome: CourierOutcome
            if let fault = setup.fault {
                outcome = CourierOutcome(fault)
            } else {
                outcome = await setup.courier.send(parcel).cleaned(of: setup.secrets)
            }
            let wasStopped = Task.isCancelled && outcome.outcomeClass == .transient
            finished(
                Attempted(
                    delivery: delivery, ending: wasStopped ? .interrupted(outcome.whenStopped) : .outcome(outcome),
                    startedAt: startedAt, durationMilliseconds: max(0, configuration.now() - startedAt)))
            switch outcome.outcomeClass {
            case .throttled, .misconfigured: for unsent in ready.drain(channel) { putBack(unsent) }
            case .delivered, .transient, .permanent: break
            }
        }
        bell.ring()
    }

    private func putBack(_ delivery: ClaimedDelivery) {
        finished(Attempted(delivery: delivery, ending: .unsent, startedAt: 0, durationMilliseconds: 0))
    }

    private func finished(_ attempt: Attempted) {
        attempted.withLock { $0.append(attempt) }
        bell.ring()
    }

    private func arm(_ at: Int64) {
        timer.withLock { timer in
            if let armed = timer, armed.at == at { return }
            timer?.task.cancel()
            let sleep = configuration.sleep
            timer = (
                at,
                Task { [weak self] in
                    await sleep(at)
                    if !Task.isCancelled { self?.elapsed(at) }
                }
            )
        }
    }

    /// Whoever is woken by a clock that was set back meanwhile finds nothing due, and arms the same time again.
    private func elapsed(_ at: Int64) {
        timer.withLock { timer in
            if timer?.at == at { timer = nil }
        }
        bell.ring()
    }

    private func disarm() {
        timer.withLock { timer in
            timer?.task.cancel()
            timer = nil
        }
        patience.withLock { $0?.cancel() }
    }
}
