import Testing

@testable import Storage

/// A door that a thread of the database waits at until the test opens it.
final class Gate: Sendable {
    private let arrivals = Mailbox<Bool>(countMax: 1_000)
    private let opening = Mailbox<Bool>(countMax: 1)

    /// Waits until the gate is open. Blocks: for threads of our own only.
    func pass() {
        _ = arrivals.put(true)
        _ = opening.take()
    }

    /// Lets all pass that wait, and all that come.
    func open() { opening.close() }

    /// How many have come to the gate.
    var arrived: Int { arrivals.count }
}

/// Waits for an event: asks again and again until it is there or the deadline is past.
func eventually(
    within seconds: Double = 60, _ what: Comment, at location: SourceLocation = #_sourceLocation,
    _ condition: () async throws -> Bool
) async rethrows {
    let deadline = monotonicSeconds() + seconds
    while monotonicSeconds() < deadline {
        if try await condition() { return }
        try? await Task.sleep(for: .milliseconds(1))
    }
    Issue.record("not within \(seconds) s: \(what)", sourceLocation: location)
}

extension Database {
    /// Keeps the writer busy with one write until the gate opens, so that what follows piles up in the queue.
    func holdWriter(at gate: Gate) async -> Task<Void, any Error> {
        let task = Task { try await write { _ in gate.pass() } }
        await eventually("the writer is held") { gate.arrived == 1 }
        return task
    }

    func waitForQueue(of count: Int) async {
        await eventually("\(count) writes in the queue") { statistics.queueDepth == count }
    }
}

/// Collects what closures on other threads report.
final class Record<Entry: Sendable>: Sendable {
    private let mailbox = Mailbox<Entry>(countMax: .max)

    func add(_ entry: Entry) { _ = mailbox.put(entry) }

    var count: Int { mailbox.count }

    /// All entries so far; empties the record.
    func take() -> [Entry] {
        var entries: [Entry] = []
        if mailbox.count > 0 { _ = mailbox.take(upTo: .max, into: &entries) }
        return entries
    }
}

/// What a call threw, or nil.
func fault<T>(_ body: () async throws(StorageError) -> T) async -> StorageError? {
    do throws(StorageError) {
        _ = try await body()
        return nil
    } catch {
        return error
    }
}
