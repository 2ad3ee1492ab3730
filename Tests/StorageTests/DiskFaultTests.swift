import CSQLite
import Glibc
import Testing

@testable import Storage

@Suite struct DiskFaultTests {
    let folder = TemporaryFolder()
    let disk = FaultyDisk()

    private func open(_ change: (inout Database.Configuration) -> Void = { _ in }) throws -> Database {
        try Database.notes(in: folder) {
            $0.vfs = disk.name
            change(&$0)
        }
    }

    @Test("a commit whose fsync or write fails throws for all in it, stores none, and later ones go on", arguments: [
        (FaultyDisk.Operation.sync, SQLITE_IOERR, StorageError.inputOutput),
        (.write, SQLITE_IOERR, .inputOutput),
        (.write, SQLITE_FULL, .full),
    ])
    func commitFails(_ operation: FaultyDisk.Operation, _ code: Int32, _ expected: StorageError) async throws {
        let events = Record<StorageEvent>()
        let database = try open { $0.onEvent = { events.add($0) } }
        try await database.add(note: 1)
        _ = events.take()
        disk.fail(operation, on: .log, with: code)
        for _ in 1...2 {
            let faults = await withTaskGroup(of: StorageError?.self) { group in
                for id in 2...20 {
                    group.addTask {
                        await fault { () throws(StorageError) in
                            try await database.add(note: Int64(id))
                        }
                    }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            #expect(faults == Array(repeating: expected, count: 19))
            #expect(try await database.noteIDs() == [1], "reads go on")
        }
        disk.repair()
        try await database.add(note: 3)
        #expect(try await database.noteIDs() == [1, 3])
        #expect(events.take() == [.writesFailing(expected), .writesRecovered], "told once per spell")
        database.close()
        let reopened = try open()
        #expect(try await reopened.noteIDs() == [1, 3])
    }

    @Test("when BEGIN fails, no body runs")
    func beginFails() async throws {
        let database = try Database.notes(in: folder) { $0.lockWaitMilliseconds = 1 }
        let intruder = try Connection(path: "\(folder.path)/parley.sqlite", role: .writer)
        try intruder.begin("BEGIN IMMEDIATE")
        let ran = Record<Bool>()
        #expect(await fault { () throws(StorageError) in try await database.write { _ in ran.add(true) } } == .busy)
        #expect(ran.count == 0)
        intruder.rollback()
        intruder.close()
        try await database.write { _ in ran.add(true) }
        #expect(ran.count == 1)
    }

    @Test("a checkpoint that fails is told, and harms neither writes nor what they stored")
    func checkpointFails() async throws {
        let events = Record<StorageEvent>()
        let database = try open {
            $0.checkpointPages = 4
            $0.onEvent = { events.add($0) }
        }
        _ = events.take()
        disk.fail(.sync, on: .main, with: SQLITE_IOERR)
        for id in 1...20 {
            try await database.add(note: Int64(id))
        }
        await eventually("the event") { events.take().contains(.checkpointFailed(.inputOutput)) }
        disk.repair()
        for id in 21...40 {
            try await database.add(note: Int64(id))
        }
        #expect(try await database.noteIDs() == Array(1...40))
        try await database.check()
        database.close()
        #expect(try await open().noteIDs() == Array(1...40))
    }

    @Test("a transaction larger than the cache that meets a full disk half-way is undone whole")
    func fullHalfWay() async throws {
        let database = try open { $0.cacheBytes = 64 << 10 }
        try await database.add(note: 1)
        let thrown = await fault { () throws(StorageError) in
            try await database.write { transaction throws(StorageError) in
                let long = String(repeating: "x", count: 5_000)
                for id in 2...200 {
                    if id == 100 { disk.fail(.write, on: .log, with: SQLITE_FULL) }
                    try transaction.add(note: Int64(id), "\(id)\(long)")
                }
            }
        }
        #expect(thrown == .full)
        disk.repair()
        try await database.add(note: 2)
        #expect(try await database.noteIDs() == [1, 2])
        try await database.check()
    }

    @Test("opening on a failing disk throws and leaves the folder unlocked")
    func openingFails() async throws {
        disk.fail(.sync, on: .log, with: SQLITE_IOERR)
        #expect(throws: StorageError.inputOutput) { try open() }
        disk.repair()
        #expect(try await open().noteIDs() == [])
    }
}
