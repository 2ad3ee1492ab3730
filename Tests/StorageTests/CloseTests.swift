import Testing

@testable import Storage

@Suite(.timeLimit(.minutes(1))) struct CloseTests {
    let folder = TemporaryFolder()

    @Test("writes in the queue are committed by the close, later calls throw .closed, and nothing hangs")
    func drains() async throws {
        let database = try Database.notes(in: folder)
        let gate = Gate()
        let first = await database.holdWriter(at: gate)
        let queued = (1...50).map { id in
            Task {
                await fault { () throws(StorageError) in
                    try await database.add(note: Int64(id))
                }
            }
        }
        await database.waitForQueue(of: 50)
        let closing = try Thread(named: "test-close") { database.close() }
        let probes = Record<StorageError?>()
        await eventually("later writes are refused") {
            Task { probes.add(await fault { () throws(StorageError) in try await database.write { _ in } }) }
            return probes.take().contains(.closed)
        }
        gate.open()
        closing.join()
        for task in queued { #expect(await task.value == nil) }
        try await first.value
        #expect(await fault { () throws(StorageError) in try await database.noteIDs() } == .closed)
        database.close()
        let reopened = try Database.notes(in: folder)
        #expect(try await reopened.noteIDs() == Array(1...50))
    }

    @Test("a close empties the log: one file is left")
    func oneFile() async throws {
        let database = try Database.notes(in: folder)
        try await database.add(note: 1)
        _ = try await database.noteIDs()
        #expect(try DiskFile.exists("\(folder.path)/parley.sqlite-wal"))
        database.close()
        #expect(try DiskFile.names(in: folder.path, beginningWith: "parley.sqlite") == ["parley.sqlite"])
    }

    /// A read that never ends by itself, in one statement or in many; it waits at the gate once it is under way.
    static func readForever(
        _ snapshot: borrowing Snapshot, inOneStatement: Bool, _ gate: Gate
    ) throws(StorageError) {
        if inOneStatement {
            try snapshot.each(
                """
                WITH RECURSIVE forever (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM forever)
                SELECT n FROM forever WHERE n < 2
                """
            ) { _ in gate.pass() }
        } else {
            gate.pass()
            while true { _ = try snapshot.noteIDs() }
        }
    }

    @Test(
        "a read that runs is stopped, in a statement or between two; a waiting one is refused",
        arguments: [true, false])
    func stopsReads(inOneStatement: Bool) async throws {
        let database = try Database.notes(in: folder) { $0.readersMax = 1 }
        let gate = Gate()
        let running = Task {
            await fault { () throws(StorageError) in
                try await database.read { snapshot throws(StorageError) in
                    try Self.readForever(snapshot, inOneStatement: inOneStatement, gate)
                }
            }
        }
        await eventually("the read runs") { gate.arrived == 1 }
        let waiting = Task { await fault { () throws(StorageError) in try await database.noteIDs() } }
        await eventually("the other waits") { database.statistics.readQueueDepth == 1 }
        let closing = try Thread(named: "test-close") { database.close() }
        let probes = Record<StorageError?>()
        await eventually("the close began") {
            Task { probes.add(await fault { () throws(StorageError) in try await database.noteIDs() }) }
            return probes.take().contains(.closed)
        }
        gate.open()
        #expect(await running.value == .closed)
        #expect(await waiting.value == .closed)
        closing.join()
    }

    @Test("a close from inside a write, a read or a listener does not wait for itself", arguments: 0..<3)
    func fromInside(_ place: Int) async throws {
        let database = try Database.notes(in: folder)
        let signal = Signal("signal")
        switch place {
        case 0:
            try await database.write { transaction throws(StorageError) in
                try transaction.add(note: 1)
                database.close()
            }
        case 1: try await database.read { _ in database.close() }
        default:
            database.listen(to: signal) { database.close() }
            try await database.write { $0.notify(signal) }
        }
        await eventually("the folder is free") {
            do throws(StorageError) {
                try Database.notes(in: folder).close()
                return true
            } catch {
                return false
            }
        }
    }

    @Test("a database that nobody holds any more closes itself")
    func deinitialised() async throws {
        for id in 1...3 {
            let database = try Database.notes(in: folder)
            try await database.add(note: Int64(id))
        }
        #expect(try await Database.notes(in: folder).noteIDs() == [1, 2, 3])
    }
}
