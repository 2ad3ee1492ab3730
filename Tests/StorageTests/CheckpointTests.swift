import Testing

@testable import Storage

@Suite struct CheckpointTests {
    let folder = TemporaryFolder()

    @Test("gentle attempts every N pages, a forced one past the multiple, the next when the log has doubled")
    func rule() {
        var rule = CheckpointRule(pagesPassive: 10, pagesForced: 40)
        let lengths = [5, 10, 15, 20, 39, 41, 45, 60, 81, 82, 100, 164, 3, 9, 10, 41]
        let expected: [CheckpointRule.Attempt] = [
            .none, .passive, .none, .passive, .passive, .forced, .none, .passive, .passive, .forced,
            .passive, .forced, .none, .none, .passive, .forced,
        ]
        #expect(lengths.map { rule.committed(pages: $0) } == expected)
    }

    @Test("the log stays bounded under writes that never pause and reads that always overlap")
    func bounded() async throws {
        let database = try Database.notes(in: folder) {
            $0.checkpointPages = 20
            $0.checkpointPagesForced = 100
        }
        let highest = Record<Int64>()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for writer in 0..<4 {
                group.addTask {
                    for step in 0..<400 {
                        try await database.add(note: Int64(writer * 1_000 + step))
                        highest.add(database.statistics.walBytes)
                    }
                }
            }
            for _ in 0..<4 {
                group.addTask {
                    for _ in 0..<300 { _ = try await database.noteIDs() }
                }
            }
            try await group.waitForAll()
        }
        // 1,600 writes of 3 pages and more would make 20 MB.
        #expect(highest.take().max() ?? .max < 150 * 4_096)
        #expect(database.statistics.checkpointSeconds.count > 10)
    }

    @Test("a long reader holds the log, which is told, and its end lets the log start over")
    func longReader() async throws {
        let events = Record<StorageEvent>()
        let database = try Database.notes(in: folder) {
            $0.checkpointPages = 10
            $0.checkpointPagesForced = 30
            $0.checkpointWaitMilliseconds = 1
            $0.onEvent = { events.add($0) }
        }
        _ = events.take()
        let gate = Gate()
        let reader = Task {
            try await database.read { snapshot throws(StorageError) in
                let before = try snapshot.noteIDs()
                gate.pass()
                return (before, try snapshot.noteIDs())
            }
        }
        await eventually("the reader reads") { gate.arrived == 1 }
        for id in 1...100 {
            try await database.add(note: Int64(id))
        }
        let grown = database.statistics.walBytes
        #expect(grown > 100 * 4_096)
        let held = events.take()
        #expect((2...4).contains(held.count), "told at each doubling, not each time: \(held)")
        #expect(database.statistics.checkpointsHeld > UInt64(held.count))
        gate.open()
        let (before, after) = try await reader.value
        #expect(before == [] && after == [], "one snapshot")
        for id in 101...130 {
            try await database.add(note: Int64(id))
        }
        #expect(database.statistics.walBytes < grown / 2)
    }
}
