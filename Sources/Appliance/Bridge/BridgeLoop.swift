import Outbound
import Storage
import Synchronization

/// The bridge's one task on BigChat's side: polls, questions, replays and patrols, one after the other, asleep while
/// nothing is due.
final class BridgeLoop: Sendable {
    /// Questions asked between two looks at what else is due.
    static let questionsMax = 20
    /// A disk that is full or failing is left alone for so long.
    static let storageRetryMs: Int64 = 1_000
    /// How often OurAPI's memory is looked after while it is in doubt.
    static let doubtPauseMs: Int64 = 200
    static let upkeepPauseMs: Int64 = 60_000
    static let deliveriesKeptMs = Timestamp.hours(24)
    static let upkeepRowsMax = 100

    private let database: Database
    private let bigChat: BigChat
    private let clock: BridgeClock
    private let instruments: BridgeInstruments
    private let log: Log
    private let bell = Bell()
    private let shared = Mutex(Shared())

    private struct Shared {
        var isStopping = false
        var isPollWanted = false
        var waiters: [(until: Int64, continuation: CheckedContinuation<Void, Never>)] = []
    }

    init(database: Database, bigChat: BigChat, clock: BridgeClock, instruments: BridgeInstruments, log: Log) {
        self.database = database
        self.bigChat = bigChat
        self.clock = clock
        self.instruments = instruments
        self.log = log
    }

    func wake() { bell.ring() }

    func stop() {
        shared.withLock { $0.isStopping = true }
        bell.ring()
    }

    /// Has BigChat asked now; returns when that went well or failed, or at `deadline`.
    func poll(until deadline: Int64) async {
        let timer = Task { [weak self, clock] in
            await clock.sleep(deadline)
            self?.tellWaiters(before: deadline + 1)
        }
        defer { timer.cancel() }
        await withCheckedContinuation { continuation in
            let isStopping = shared.withLock { shared in
                if !shared.isStopping {
                    shared.isPollWanted = true
                    shared.waiters.append((deadline, continuation))
                }
                return shared.isStopping
            }
            if isStopping { continuation.resume() }
            bell.ring()
        }
    }

    private func tellWaiters(before time: Int64 = .max) {
        let done = shared.withLock { shared in
            let done = shared.waiters.filter { $0.until < time }
            shared.waiters.removeAll { $0.until < time }
            return done
        }
        for waiter in done { waiter.continuation.resume() }
    }

    /// What the loop carries from turn to turn.
    private struct Round {
        var poller: Poller
        /// Calls of BigChat in a row that failed, and until when it is therefore left alone with questions.
        var silence = 0
        var askAt: Int64 = 0
        var patrolAt: Int64 = 0
        var upkeepAt: Int64 = 0
        /// How far the outbox was looked through for what may be forgotten.
        var forgotten = ""
        /// The last thing done was asking for a page.
        var hasPolled = false
        var isFailing = false

        /// Nothing waits longer than it was meant to where the clock was set back meanwhile.
        mutating func clamp(to now: Int64, intervalMs: Int64) {
            poller.nextAt = min(poller.nextAt, now + max(intervalMs, PollStep.pauseMaxMs))
            askAt = min(askAt, now + PollStep.pauseMaxMs)
            patrolAt = min(patrolAt, now + intervalMs)
            upkeepAt = min(upkeepAt, now + BridgeLoop.upkeepPauseMs)
        }
    }

    func run() async {
        var round = Round(
            poller: Poller(database: database, bigChat: bigChat, clock: clock, instruments: instruments, log: log))
        while !shared.withLock({ $0.isStopping }) {
            var wakeAt: Int64?
            do throws(StorageError) {
                wakeAt = try await turn(&round)
                if round.isFailing { log.notice("bridge goes on") }
                round.isFailing = false
            } catch {
                if !round.isFailing { log.error("bridge cannot store", ["cause": .text(error.code)]) }
                round.isFailing = true
                if error == .closed { break }
                tellWaiters()
                wakeAt = clock.now() + Self.storageRetryMs
            }
            if let wakeAt, wakeAt <= clock.now() { continue }
            await sleep(until: wakeAt)
        }
        shared.withLock { $0.isStopping = true }
        tellWaiters()
    }

    private func sleep(until time: Int64?) async {
        let timer = time.map { time in
            Task { [clock, bell] in
                await clock.sleep(time)
                if !Task.isCancelled { bell.ring() }
            }
        }
        await bell.wait()
        timer?.cancel()
    }

    /// Does one thing that is due.
    ///
    /// - Returns: when time alone gives the next turn something to do: now, if this one did something.
    private func turn(_ round: inout Round) async throws(StorageError) -> Int64? {
        let now = clock.now()
        tellWaiters(before: now)
        let (setup, questions) = try await database.read { snapshot throws(StorageError) in
            (try snapshot.bridgeSetup(), try snapshot.bridgeQuestions(limit: Self.questionsMax, at: now))
        }
        round.clamp(to: now, intervalMs: Timestamp.seconds(Int64(setup.settings.intervalSeconds)))
        if now >= round.upkeepAt {
            try await forgetOld(&round, at: now)
            round.upkeepAt = now + Self.upkeepPauseMs
        }
        guard setup.isAsking, let source = setup.settings.source else {
            instruments.show { $0.nextPollAt = nil }
            tellWaiters()
            return round.upkeepAt
        }
        let isWanted = shared.withLock { shared in
            defer { shared.isPollWanted = false }
            return shared.isPollWanted
        }
        if isWanted { round.poller.nextAt = min(round.poller.nextAt, now) }
        let hasQuestions = !questions.due.isEmpty && round.askAt <= now
        // In turn: a window of many pages must not keep what came first from going on.
        if round.poller.nextAt <= now, !(hasQuestions && round.hasPolled) {
            round.hasPolled = true
            switch try await round.poller.step(setup, source) {
            case .page: break
            case .ended, .failed: tellWaiters()
            }
            instruments.show { [nextAt = round.poller.nextAt] in $0.nextPollAt = nextAt }
            return now
        }
        if hasQuestions {
            round.hasPolled = false
            try await ask(questions.due, source, &round)
            return now
        }
        if let replay = setup.replay {
            try await round.poller.replay(replay.lowerBound)
            return now
        }
        return try await patrol(setup, &round, next: questions, at: now)
    }

    /// Sees to what OurAPI may have forgotten.
    private func patrol(
        _ setup: BridgeSetup, _ round: inout Round, next questions: (due: [BridgeQuestion], next: Int64?), at now: Int64
    ) async throws(StorageError) -> Int64 {
        var times = [round.poller.nextAt, round.upkeepAt]
        if setup.doubtedAt != nil {
            try await database.write { transaction throws(StorageError) in
                try transaction.sweep(before: setup.era, at: now)
            }
            times.append(now + Self.doubtPauseMs)
        } else if now >= round.patrolAt {
            try await database.write { transaction throws(StorageError) in try transaction.patrol(at: now) }
            round.patrolAt = now + Timestamp.seconds(Int64(setup.settings.intervalSeconds))
        }
        if let next = questions.next { times.append(max(next, round.askAt)) }
        if !questions.due.isEmpty { times.append(round.askAt) }
        return times.min() ?? now
    }

    /// Asks BigChat about conversations and advisors, and stores all it said in one write.
    private func ask(_ due: [BridgeQuestion], _ source: String, _ round: inout Round) async throws(StorageError) {
        var findings: [BridgeFinding] = []
        for question in due {
            let finding = await answer(to: question, source, isAlive: round.poller.isSourceWell)
            findings.append(finding)
            if case .nothing = finding { round.silence += 1 } else { round.silence = 0 }
            // One call in ten failing is how BigChat is; three in a row are an outage.
            if round.silence >= 3 {
                round.askAt =
                    clock.now() + PollStep.pause(afterFailures: round.silence - 2, jitter: clock.jitter())
                break
            }
            if shared.withLock({ $0.isStopping }) { break }
        }
        let now = clock.now(), asked = findings
        let changed = try await database.write { transaction throws(StorageError) in
            var changed: [Int] = []
            for finding in asked {
                let isOther = try transaction.store(finding, at: now)
                if isOther, case .advisor(let id, _) = finding { changed.append(Int(id)) }
            }
            return changed
        }
        for advisor in changed { log.notice("advisor is another person", ["advisor": .integer(advisor)]) }
    }

    /// - Parameter isAlive: whether BigChat answers when it is polled.
    private func answer(to question: BridgeQuestion, _ source: String, isAlive: Bool) async -> BridgeFinding {
        let failure: BigChat.Failure
        switch question {
        case .conversation(let id, _):
            switch await bigChat.conversation(source, id) {
            case .said(let said):
                countLookup(isKnown: said != nil)
                return .conversation(id, said)
            case .failed(let cause): failure = cause
            }
        case .advisor(let id, _):
            switch await bigChat.advisor(source, id) {
            case .said(let person):
                countLookup(isKnown: person != nil)
                return .advisor(id, person)
            case .failed(let cause): failure = cause
            }
        }
        instruments.count { $0.lookups[failure.code, default: 0] += 1 }
        let failures = question.failures + 1
        if isAlive, failures >= BridgeQuestion.failuresMax {
            log.warning("look-up given up", ["question": .text("\(question)"), "cause": .text(failure.code)])
            return question.unknown
        }
        let pause = PollStep.pause(afterFailures: failures, jitter: clock.jitter())
        return .nothing(question, askAgainAt: clock.now() + pause, counts: isAlive)
    }

    private func countLookup(isKnown: Bool) {
        instruments.count { $0.lookups[isKnown ? BridgeStatistics.ok : BridgeStatistics.unknown, default: 0] += 1 }
    }

    private func forgetOld(_ round: inout Round, at now: Int64) async throws(StorageError) {
        while let last = try await forgetDeliveries(after: round.forgotten, at: now) { round.forgotten = last }
    }

    /// A delivery that went well says nothing that the conversation's history does not say, and each look of the patrol
    /// is one.
    private func forgetDeliveries(after id: String, at now: Int64) async throws(StorageError) -> String? {
        try await database.write { transaction throws(StorageError) in
            try transaction.forgetDelivered(
                source: OurAPIChannel.source, after: id, enqueuedBefore: now - Self.deliveriesKeptMs,
                limit: Self.upkeepRowsMax)
        }
    }
}
