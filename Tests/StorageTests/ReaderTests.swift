import Testing

@testable import Storage

@Suite struct ReaderTests {
    let folder = TemporaryFolder()

    @Test("readers are started on demand, work side by side, and are no more than readersMax")
    func onDemand() async throws {
        let database = try Database.notes(in: folder) { $0.readersMax = 3 }
        #expect(database.statistics.readersOpen == 0)
        for _ in 1...10 { _ = try await database.noteIDs() }
        #expect((1...3).contains(database.statistics.readersOpen))
        let gate = Gate()
        let tasks = (1...5).map { _ in Task { try await database.read { _ in gate.pass() } } }
        await eventually("three read, two wait") {
            gate.arrived == 3 && database.statistics.readQueueDepth == 2
        }
        #expect(database.statistics.readersOpen == 3)
        #expect(database.statistics.readersBusy == 3)
        gate.open()
        for task in tasks { try await task.value }
        #expect(database.statistics.reads == 15)
    }

    @Test("a read past readQueueMax is refused at once")
    func readQueueMax() async throws {
        let database = try Database.notes(in: folder) {
            $0.readersMax = 1
            $0.readQueueMax = 2
        }
        let gate = Gate()
        let first = Task { try await database.read { _ in gate.pass() } }
        await eventually("the reader is held") { gate.arrived == 1 }
        let waiting = (1...2).map { _ in Task { try await database.noteIDs() } }
        await eventually("two wait") { database.statistics.readQueueDepth == 2 }
        #expect(await fault { () throws(StorageError) in try await database.noteIDs() } == .busy)
        gate.open()
        try await first.value
        for task in waiting { #expect(try await task.value == []) }
    }

    @Test("a read sees every write that was acknowledged before it")
    func readsOwnWrites() async throws {
        let database = try Database.notes(in: folder)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for worker in 1...8 {
                group.addTask {
                    for step in 1...25 {
                        let id = Int64(worker * 100 + step)
                        try await database.add(note: id)
                        let found = try await database.read { snapshot throws(StorageError) in
                            try snapshot.first("SELECT id FROM note WHERE id = ?", .integer(id)) { $0.integer(0) }
                        }
                        #expect(found == id)
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    @Test("a read cannot write")
    func readOnly() async throws {
        let database = try Database.notes(in: folder)
        let thrown = await fault { () throws(StorageError) in
            try await database.read { snapshot throws(StorageError) in
                try snapshot.first("INSERT INTO note VALUES (1, 'x') RETURNING id") { $0.integer(0) }
            }
        }
        #expect(thrown == .readOnly)
    }

    @Test("a read that throws leaves its reader usable")
    func throwing() async throws {
        let database = try Database.notes(in: folder) { $0.readersMax = 1 }
        let thrown = await fault { () throws(StorageError) in
            try await database.read { snapshot throws(StorageError) in
                _ = try snapshot.noteIDs()
                throw .valueRefused
            }
        }
        #expect(thrown == .valueRefused)
        try await database.add(note: 1)
        #expect(try await database.noteIDs() == [1], "not the snapshot of before")
    }
}
