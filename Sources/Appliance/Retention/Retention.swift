import Storage
import Synchronization

/// Deletes what is older than its kind is kept, in writes so small that others do not notice.
final class Retention: Sendable {
    /// All kinds, in the order in which they are shown.
    static let kinds: [Retained] = [
        .surveySessions, .responses, .messages, .attempts, .games, .bridgeConversations, .bridgePages, .bridgePolls,
        .bridgeAside, .audit, .tokens, .accountMails, .idempotency,
    ]

    /// From one pass over all kinds to the next.
    static let intervalMs = Timestamp.hours(1)
    /// Things found by one read.
    static let keysMax = 500
    /// Rows of one write, and how long it may take before it begins with the next thing.
    static let rowsMax = 200
    static let writeTimeMax = Duration.milliseconds(10)
    /// Between two writes: so long that others have the writer most of the time, even of a slow disk.
    static let pauseMin = Duration.milliseconds(5)
    static let pauseFactor = 3
    /// Writes that wait for the writer: while there are more, this lets them go first, though not for ever.
    static let queueMax = 16
    static let queuePause = Duration.milliseconds(50)
    static let queuePausesMax = 20

    private let database: Database
    private let kinds: [Retained]
    private let log: Log
    private let now: WallClock
    private let turn = Mutex(Turn())

    private struct Turn {
        /// Unix milliseconds.
        var nextAt: Int64 = 0
        var isRunning = false
    }

    init(database: Database, kinds: [Retained] = Retention.kinds, log: Log, now: @escaping WallClock) {
        self.database = database
        self.kinds = kinds
        self.log = log
        self.now = now
    }

    /// The next look at whether a pass is due finds that it is: settings have changed.
    func hurry() { turn.withLock { $0.nextAt = 0 } }

    /// Runs a pass if an hour has gone by since the last, or settings have changed.
    func runIfDue() async throws(StorageError) {
        let now = now()
        let isDue = turn.withLock { turn in
            // A time further away than any was meant to be: the clock was set back.
            let isDue = turn.nextAt <= now || turn.nextAt > now + Self.intervalMs
            if isDue { turn.nextAt = now + Self.intervalMs }
            return isDue
        }
        if isDue { try await run() }
    }

    /// Deletes all that is too old by now; nothing if that is being done already.
    ///
    /// Ends early when its task is cancelled: what is left goes next time.
    func run() async throws(StorageError) {
        let isFirst = turn.withLock { turn in
            defer { turn.isRunning = true }
            return !turn.isRunning
        }
        guard isFirst else { return }
        defer { turn.withLock { $0.isRunning = false } }
        let now = now()
        let standings = try await database.read { [kinds] snapshot throws(StorageError) in
            try snapshot.retention(of: kinds)
        }
        for kind in kinds {
            guard let cutoff = standings[kind.kind]?.cutoff(at: now) else { continue }
            try await run(kind, before: cutoff)
            if Task.isCancelled { return }
        }
    }

    private func run(_ kind: Retained, before cutoff: Int64) async throws(StorageError) {
        var after = "", rows = 0
        while !Task.isCancelled {
            let keys = try await keys(of: kind, before: cutoff, after: after)
            rows += try await delete(keys, of: kind, before: cutoff)
            guard keys.count == Self.keysMax, let last = keys.last else { break }
            after = last
        }
        guard !Task.isCancelled else { return }
        let now = now(), total = rows
        try await database.write { transaction throws(StorageError) in
            try transaction.noteDeleted(0, of: kind.kind, ranAt: now)
            guard total > 0 else { return }
            try transaction.audit(
                .byProgram(
                    "retention.deleted", kind.kind,
                    ["rows": "\(total)", "older_than": Timestamp(cutoff).iso8601]), at: now)
        }
        if rows > 0 { log.info("old data deleted", ["kind": .text(kind.kind), "rows": .integer(rows)]) }
    }

    private func keys(
        of kind: Retained, before cutoff: Int64, after: String
    ) async throws(StorageError) -> [String] {
        try await database.read { snapshot throws(StorageError) in
            var keys: [String] = []
            try kind.find(snapshot, cutoff, after) { old in
                keys.append(old.key)
                return keys.count < Self.keysMax
            }
            return keys
        }
    }

    /// - Returns: how many rows that were.
    private func delete(
        _ keys: [String], of kind: Retained, before cutoff: Int64
    ) async throws(StorageError) -> Int {
        var rest = keys[...], total = 0
        while !rest.isEmpty, !Task.isCancelled {
            await giveWay()
            let began = ContinuousClock.now, batch = rest
            let (rows, done) = try await database.write { transaction throws(StorageError) in
                try transaction.purge(batch, of: kind, before: cutoff)
            }
            total += rows
            rest = rest.dropFirst(done)
            try? await Task.sleep(for: max(Self.pauseMin, (ContinuousClock.now - began) * Self.pauseFactor))
        }
        return total
    }

    /// Waits while many others do.
    private func giveWay() async {
        var pauses = 0
        while database.statistics.queueDepth > Self.queueMax, pauses < Self.queuePausesMax {
            pauses += 1
            try? await Task.sleep(for: Self.queuePause)
        }
    }
}

extension Transaction {
    /// Deletes what belongs to the first of these keys, until it took long enough.
    ///
    /// - Returns: how many rows, and how many keys have nothing left.
    fileprivate borrowing func purge(
        _ keys: ArraySlice<String>, of kind: Retained, before cutoff: Int64
    ) throws(StorageError) -> (rows: Int, done: Int) {
        let began = ContinuousClock.now
        var rows = 0, done = 0
        while rows < Retention.rowsMax, done < keys.count, ContinuousClock.now - began < Retention.writeTimeMax {
            let count = try kind.purge(self, keys[keys.startIndex + done], cutoff, Retention.rowsMax - rows)
            rows += count
            if count == 0 { done += 1 }
        }
        if rows > 0 { try noteDeleted(rows, of: kind.kind) }
        return (rows, done)
    }
}
