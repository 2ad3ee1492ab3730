import Storage
import Testing

@Suite struct SignalTests {
    static let added = Signal("added")
    static let other = Signal("other")
    let folder = TemporaryFolder()

    @Test("signals are equal by name")
    func equality() {
        #expect(Signal("added") == Self.added)
        #expect(Signal("adde") != Self.added)
        #expect(Set([Signal("a"), Signal("b"), Signal("a")]).count == 2)
    }

    @Test("a listener is called once per commit, and sees what was committed")
    func oncePerCommit() async throws {
        let database = try Database.notes(in: folder)
        let calls = Record<UInt64>()
        database.listen(to: Self.added) { calls.add(database.statistics.writes) }
        database.listen(to: Self.other) { Issue.record("nobody notified this") }
        let gate = Gate()
        let first = await database.holdWriter(at: gate)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for id in 1...20 {
                group.addTask {
                    try await database.write { transaction throws(StorageError) in
                        try transaction.add(note: Int64(id))
                        transaction.notify(Self.added)
                        transaction.notify(Signal("added"))
                    }
                }
            }
            await database.waitForQueue(of: 20)
            gate.open()
            try await group.waitForAll()
        }
        try await first.value
        await eventually("the listener is called") { calls.count == 1 }
        try await database.write { _ in }
        #expect(calls.take() == [21])
        database.close()
    }

    @Test("a write that fails tells nobody", arguments: [1, 2])
    func failedWrite(_ writers: Int) async throws {
        let database = try Database.notes(in: folder)
        let calls = Record<Bool>()
        database.listen(to: Self.added) { calls.add(true) }
        let gate = Gate()
        let first = await database.holdWriter(at: gate)
        let tasks = (0..<writers).map { _ in
            Task {
                await fault { () throws(StorageError) in
                    try await database.write { transaction throws(StorageError) in
                        transaction.notify(Self.added)
                        throw .valueRefused
                    }
                }
            }
        }
        await database.waitForQueue(of: writers)
        gate.open()
        for task in tasks { #expect(await task.value == .valueRefused) }
        try await first.value
        try await database.write { _ in }
        #expect(calls.count == 0)
    }
}
