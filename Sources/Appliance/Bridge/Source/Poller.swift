import Outbound
import Storage

/// Asks BigChat for windows of events, page by page, and takes them in. Belongs to the bridge's loop.
///
/// A page is stored before it is looked into, and what it says with what follows from it is one write. What is in memory
/// here changes only after a commit, so a write that failed is simply made again.
struct Poller: Sendable {
    /// Pages, or time, after which a poll that has not ended lets go of what it brought: order within a conversation
    /// that is spread over pages is worth some waiting, and no more.
    static let heldPagesMax: Int64 = 20
    static let heldMsMax: Int64 = 30_000
    /// Conversations that begin to be applied in one write, while others wait for it: about as many, at most.
    static let heldEventsMax = 1_000

    enum Step: Sendable {
        /// A page came, and another one follows.
        case page
        /// The window is done, or there was none to ask for.
        case ended
        case failed
    }

    let database: Database
    let bigChat: BigChat
    let clock: BridgeClock
    let instruments: BridgeInstruments
    let log: Log
    /// Unix milliseconds.
    var nextAt: Int64 = 0

    private var open: Open?
    private var failures = 0
    private var isResumed = false

    /// The poll under way. `poll.number` is 0 until its first page is stored.
    private struct Open: Sendable {
        var poll: OpenPoll
        var startedAt: Int64
        var occurrences = Occurrences()
        var seen: Set<String> = []
        var received: [UInt8]?
        /// The stored page, its events numbered: once, although the write may have to be made again.
        var content: (page: IdentifiedPage, next: String?)?
        var eventCount = 0

        mutating func number(_ page: SourcePage) {
            content = (IdentifiedPage(page, &occurrences), page.nextPageURL)
        }

        mutating func goOn(to url: String, isReleased: Bool) {
            eventCount += content?.page.entries.count ?? 0
            content = nil
            poll.page += 1
            poll.url = url
            poll.raw = nil
            poll.isReleased = isReleased
        }
    }

    /// Whether BigChat answered the last time it was asked for a page.
    var isSourceWell: Bool { failures == 0 }

    init(database: Database, bigChat: BigChat, clock: BridgeClock, instruments: BridgeInstruments, log: Log) {
        self.database = database
        self.bigChat = bigChat
        self.clock = clock
        self.instruments = instruments
        self.log = log
    }

    /// Does the next thing for the poll under way, or begins one.
    mutating func step(_ setup: BridgeSetup, _ source: String) async throws(StorageError) -> Step {
        if !isResumed { try await resume() }
        try await dropIfEnded()
        if open == nil { open = begin(setup, source) }
        guard let poll = open?.poll else {
            nextAt = clock.now() + Timestamp.seconds(1)
            return .ended
        }
        if poll.raw == nil, open?.received == nil {
            instruments.show { $0.isPolling = true }
            let answer = await bigChat.page(poll.url)
            instruments.show { $0.isPolling = false }
            switch answer {
            case .failed(let failure):
                if setup.cursor == nil { try await begun(at: poll.window.from) }
                return try await failed(failure)
            case .said(let bytes): open?.received = bytes
            }
        }
        if let bytes = open?.received {
            let after = try await stored(bytes, poll)
            open?.poll = after
            open?.received = nil
        }
        return try await take(setup, source)
    }

    /// Takes up the poll that the last run of the program left in the middle.
    private mutating func resume() async throws(StorageError) {
        if let poll = try await database.read({ snapshot throws(StorageError) in try snapshot.openPoll() }) {
            var open = Open(poll: poll, startedAt: clock.now())
            for number in 0..<poll.page {
                guard let page = try await takenPage(number, ofPoll: poll.number) else { continue }
                open.seen.insert(page.url)
                if let content = SourcePage(page.body) { _ = IdentifiedPage(content, &open.occurrences) }
            }
            self.open = open
        }
        isResumed = true
    }

    private func takenPage(_ page: Int64, ofPoll poll: Int64) async throws(StorageError) -> (
        url: String, body: [UInt8]
    )? {
        try await database.read { snapshot throws(StorageError) in try snapshot.takenPage(page, ofPoll: poll) }
    }

    /// Lets go of a poll that an admin ended by saying where to go on.
    private mutating func dropIfEnded() async throws(StorageError) {
        guard let number = open?.poll.number, number > 0 else { return }
        let hasEnded = try await database.read { snapshot throws(StorageError) in
            try snapshot.hasEnded(poll: number)
        }
        if hasEnded { open = nil }
    }

    private func begin(_ setup: BridgeSetup, _ source: String) -> Open? {
        let now = clock.now()
        guard let window = PollStep.window(after: setup.cursor, setup.settings, at: Timestamp(now)) else { return nil }
        let url = BigChat.eventsURL(base: source, from: window.from, until: window.until)
        return Open(
            poll: OpenPoll(
                number: 0, window: window, beganAt: Timestamp(now), page: 0, url: url, raw: nil, isReleased: false,
                revision: setup.revision),
            startedAt: now)
    }

    /// Remembers where the first window began, which nothing came of: the next one would begin later.
    private func begun(at second: Int64) async throws(StorageError) {
        _ = try await database.write { transaction throws(StorageError) in
            try transaction.run("UPDATE bridge SET cursor = ? WHERE id = 1 AND cursor IS NULL", .integer(second))
        }
    }

    private func stored(_ bytes: [UInt8], _ before: OpenPoll) async throws(StorageError) -> OpenPoll {
        let now = clock.now()
        return try await database.write { transaction throws(StorageError) in
            var number = before.number
            if number == 0 { number = try transaction.beginPoll(before.window, url: before.url, at: now) }
            try transaction.storePage(before.page, ofPoll: number, url: before.url, bytes, at: now)
            return OpenPoll(
                number: number, window: before.window, beganAt: before.beganAt, page: before.page, url: before.url,
                raw: bytes, isReleased: before.isReleased, revision: before.revision)
        }
    }

    private mutating func take(_ setup: BridgeSetup, _ source: String) async throws(StorageError) -> Step {
        guard let poll = open?.poll, let raw = poll.raw else { return .ended }
        if open?.content == nil {
            guard let page = SourcePage(raw) else {
                try await database.write { transaction throws(StorageError) in
                    try transaction.markUnreadable(page: poll.page, ofPoll: poll.number)
                }
                open?.poll.raw = nil
                return try await failed(.init(code: "json_unreadable", detail: "The answer is no page of events."))
            }
            open?.seen.insert(poll.url)
            open?.number(page)
        }
        guard let (content, next) = open?.content, let seen = open?.seen else { return .ended }
        let ending = PageEnding.after(
            next: next, page: Int(poll.page), seen: seen, place: { BigChat.page($0, at: source) })
        let eventCount = (open?.eventCount ?? 0) + content.entries.count
        let isReleasing = poll.page + 1 >= Self.heldPagesMax || eventCount >= Self.heldEventsMax
        let now = clock.now()
        let isCurrent = try await database.write { transaction throws(StorageError) in
            try transaction.take(content, page: poll.page, of: poll, ending, release: isReleasing, at: now)
        }
        instruments.count { $0.polls[BridgeStatistics.ok, default: 0] += 1 }
        if failures > 0 { log.notice("bridge source answers again", ["failures": .integer(failures)]) }
        failures = 0
        instruments.show { $0.failures = 0 }
        switch ending {
        case _ where !isCurrent:
            open = nil
            nextAt = now
            return .ended
        case .next(let url):
            open?.goOn(to: url, isReleased: poll.isReleased || isReleasing)
            nextAt = now
            return .page
        case .last(let warning):
            if let warning { log.warning("poll ended early", ["cause": .text(warning)]) }
            let interval = Timestamp.seconds(Int64(setup.settings.intervalSeconds))
            let isBehind = Timestamp.seconds(poll.window.until) < now - interval
            nextAt = isBehind ? now : (open?.startedAt ?? now) + interval
            open = nil
            return .ended
        }
    }

    private mutating func failed(_ failure: BigChat.Failure) async throws(StorageError) -> Step {
        let now = clock.now()
        failures += 1
        instruments.count { $0.polls[failure.code, default: 0] += 1 }
        instruments.show { [failures] in
            $0.failures = failures
            $0.lastFailure = .init(code: failure.code, detail: failure.detail, at: now)
        }
        if failures == 3 {
            log.warning("bridge source fails", ["cause": .text(failure.code)])
        }
        nextAt = now + PollStep.pause(afterFailures: failures, jitter: clock.jitter())
        guard let poll = open?.poll, poll.number > 0 else {
            open = nil  // nothing came of this window yet: the next try asks up to its own time
            return .failed
        }
        if !poll.isReleased, abs(now - poll.beganAt.milliseconds) >= Self.heldMsMax {
            try await database.write { transaction throws(StorageError) in
                try transaction.releasePoll(poll.number, at: now)
            }
            open?.poll.isReleased = true
        }
        return .failed
    }

    /// Reads the stored pages of a poll anew.
    func replay(_ number: Int64) async throws(StorageError) {
        var occurrences = Occurrences()
        var page: Int64 = 0
        while let stored = try await takenPage(page, ofPoll: number) {
            if Task.isCancelled { return }  // the next start begins with this poll
            if let content = SourcePage(stored.body) {
                let identified = IdentifiedPage(content, &occurrences), now = clock.now(), place = page
                try await database.write { transaction throws(StorageError) in
                    try transaction.retake(identified, page: place, ofPoll: number, at: now)
                }
            }
            page += 1
        }
        try await database.write { transaction throws(StorageError) in try transaction.replayed(number) }
    }
}

extension Snapshot {
    fileprivate borrowing func hasEnded(poll: Int64) throws(StorageError) -> Bool {
        try first("SELECT 1 FROM bridge_poll WHERE poll = ? AND ended_at IS NOT NULL", .integer(poll)) { _ in true }
            ?? false
    }
}
