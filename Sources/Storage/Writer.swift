import Synchronization

/// The one thread that changes the file. Writes that arrive while it is in fsync share the next commit.
///
/// `@unchecked Sendable` is safe because `connection`, `signals`, `rule`, `isFailing` and `apartCommits` belong to the
/// thread that `start()` makes, and nothing touches them before that but the initialiser.
final class Writer: @unchecked Sendable {
    let queue: Mailbox<QueuedWrite>
    let listeners = Listeners()
    private let connection: Connection
    private let configuration: Database.Configuration
    private let tally: Tally
    private let signals = PendingSignals()
    private var rule: CheckpointRule
    private var isFailing = false
    private var apartCommits = 0
    private let thread = Mutex<Thread?>(nil)

    init(_ connection: Connection, _ configuration: Database.Configuration, _ tally: Tally) {
        queue = Mailbox(countMax: configuration.queueMax)
        rule = CheckpointRule(
            pagesPassive: configuration.checkpointPages, pagesForced: configuration.checkpointPagesForced)
        self.connection = connection
        self.configuration = configuration
        self.tally = tally
    }

    func start() throws(StorageError) {
        try thread.withLock { thread throws(StorageError) in
            thread = try Thread(named: "parley-writer") { self.work() }
        }
    }

    var isCurrentThread: Bool { thread.withLock { $0?.isCurrent ?? false } }

    /// Takes in nothing more, commits what is queued, empties the log and closes the file; waits for all of it.
    func close() {
        queue.close()
        thread.withLock { $0 }?.join()
        listeners.removeAll()
    }

    private func work() {
        var batch: [QueuedWrite] = []
        while queue.take(upTo: configuration.batchMax, into: &batch) {
            commit(batch)
            for write in batch { write.afterwards(on: connection) }
            batch.removeAll(keepingCapacity: true)
            checkpointIfDue()
        }
        connection.close()
    }

    private func commit(_ batch: [QueuedWrite]) {
        do throws(StorageError) {
            var failed = try runTogether(batch)
            if failed == nil { failed = try runApart(batch) }
            let began = monotonicSeconds()
            try connection.commit()
            let seconds = monotonicSeconds() - began
            count(batch.count, failed: failed ?? 0, seconds)
            for write in batch { write.finish(nil) }
            listeners.call(signals.signals)
        } catch {
            connection.rollback()
            countFailure(of: batch.count, error)
            for write in batch { write.finish(error) }
        }
    }

    /// Runs a batch with nothing by which one of its writes could be undone alone: a savepoint makes SQLite copy each
    /// page that a write touches first, and hardly ever does a write throw.
    ///
    /// - Returns: how many failed: none, or the only one. Nil when one of several threw: all is undone then, and the
    ///   batch is to be run again, write by write.
    private func runTogether(_ batch: [QueuedWrite]) throws(StorageError) -> UInt64? {
        guard batch.count == 1 || apartCommits == 0 else {
            apartCommits -= 1
            return nil
        }
        try begin()
        for write in batch where try run(write) != nil {
            connection.rollback()
            guard batch.count == 1 else {
                apartCommits = Self.apartCommitsAfterFailure
                return nil
            }
            try begin()
            return 1
        }
        return 0
    }

    /// Commits after one that threw whose writes get savepoints at once: who throws may do so again, and running
    /// everybody's writes twice would make others pay for it.
    private static let apartCommitsAfterFailure = 16

    /// Runs a batch, each write in a savepoint of its own, so that one that throws is undone alone.
    ///
    /// - Returns: how many failed.
    private func runApart(_ batch: [QueuedWrite]) throws(StorageError) -> UInt64 {
        try begin()
        var failed: UInt64 = 0
        for write in batch {
            let signalsBefore = signals.count
            _ = try connection.run("SAVEPOINT one_write", [])
            if try run(write) != nil {
                failed += 1
                signals.truncate(to: signalsBefore)
                _ = try connection.run("ROLLBACK TO one_write", [])
            }
            _ = try connection.run("RELEASE one_write", [])
        }
        return failed
    }

    private func begin() throws(StorageError) {
        signals.truncate(to: 0)
        if connection.isOverwriting { try connection.setOverwriting(false) }
        try connection.begin("BEGIN IMMEDIATE")
    }

    /// Runs one body.
    ///
    /// - Returns: why its changes must be undone, if they must.
    /// - Throws: when SQLite has ended the transaction; without that check the next savepoint would open, and its
    ///   release commit, a transaction of its own.
    private func run(_ write: QueuedWrite) throws(StorageError) -> StorageError? {
        let fault = write.run(in: Transaction(connection, signals: signals))
        if let lost = connection.lostTransaction { throw lost }
        precondition(connection.isInTransaction, "a write ended the transaction it runs in")
        if fault == nil, connection.hasDeferredViolation {
            write.fail(.constraint(.foreignKey))
            return .constraint(.foreignKey)
        }
        return fault
    }

    private func count(_ writes: Int, failed: UInt64, _ seconds: Double) {
        let walBytes = Int64(connection.walPages) * connection.pageBytes
        tally.add { statistics in
            statistics.writes += UInt64(writes) - failed
            statistics.writesFailed += failed
            statistics.commits += 1
            statistics.batchSizes.add(Double(writes))
            statistics.commitSeconds.add(seconds)
            statistics.walBytes = walBytes
        }
        if isFailing {
            isFailing = false
            configuration.onEvent(.writesRecovered)
        }
    }

    private func countFailure(of writes: Int, _ error: StorageError) {
        tally.add { statistics in
            statistics.writesFailed += UInt64(writes)
            statistics.commitsFailed += 1
        }
        if !isFailing {
            isFailing = true
            configuration.onEvent(.writesFailing(error))
        }
    }

    private func checkpointIfDue() {
        let attempt = rule.committed(pages: connection.walPages)
        guard attempt != .none else { return }
        let began = monotonicSeconds()
        let outcome = connection.checkpoint(
            waitingMilliseconds: attempt == .forced ? configuration.checkpointWaitMilliseconds : nil,
            otherwise: configuration.lockWaitMilliseconds)
        let seconds = monotonicSeconds() - began
        tally.add { statistics in
            statistics.checkpointSeconds.add(seconds)
            if outcome == .held { statistics.checkpointsHeld += 1 }
        }
        switch outcome {
        case .complete: break
        case .held where attempt == .forced:
            configuration.onEvent(.checkpointHeld(walBytes: Int64(connection.walPages) * connection.pageBytes))
        case .held: break
        case .failed(let error): configuration.onEvent(.checkpointFailed(error))
        }
    }
}
