import Storage
import Testing

@Suite struct GroupCommitTests {
    let folder = TemporaryFolder()

    @Test("writes that wait share a commit, and one that throws is undone alone")
    func savepoints() async throws {
        let database = try Database.notes(in: folder)
        let gate = Gate()
        let first = await database.holdWriter(at: gate)
        let before = database.statistics.commits
        let faults = await withTaskGroup(of: StorageError?.self) { group in
            for id in 1...500 {
                group.addTask {
                    await fault { () throws(StorageError) in
                        try await database.write { transaction throws(StorageError) in
                            try transaction.add(note: Int64(id))
                            if id == 250 { throw .valueRefused }
                        }
                    }
                }
            }
            await database.waitForQueue(of: 500)
            gate.open()
            return await group.reduce(into: []) { $0.append($1) }
        }
        try await first.value
        #expect(faults.compactMap { $0 } == [.valueRefused])
        #expect(try await database.noteIDs() == (1...500).filter { $0 != 250 }.map(Int64.init))
        let statistics = database.statistics
        #expect(statistics.commits - before == 2)
        #expect(statistics.batchSizes.maximum == 500)
        #expect(statistics.writes == 500)
        #expect(statistics.writesFailed == 1)
    }

    @Test("a commit holds no more than batchMax writes")
    func batchMax() async throws {
        let database = try Database.notes(in: folder) { $0.batchMax = 10 }
        let gate = Gate()
        let first = await database.holdWriter(at: gate)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for id in 1...95 {
                group.addTask {
                    try await database.add(note: Int64(id))
                }
            }
            await database.waitForQueue(of: 95)
            gate.open()
            try await group.waitForAll()
        }
        try await first.value
        #expect(database.statistics.batchSizes.maximum == 10)
        #expect(database.statistics.commits == 11)
    }

    @Test("a write past queueMax is refused at once, and the others are not disturbed")
    func queueMax() async throws {
        let database = try Database.notes(in: folder) { $0.queueMax = 3 }
        let gate = Gate()
        let first = await database.holdWriter(at: gate)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for id in 1...3 {
                group.addTask {
                    try await database.add(note: Int64(id))
                }
            }
            await database.waitForQueue(of: 3)
            #expect(await fault { () throws(StorageError) in try await database.write { _ in } } == .busy)
            gate.open()
            try await group.waitForAll()
        }
        try await first.value
        #expect(try await database.noteIDs() == [1, 2, 3])
        #expect(database.statistics.refused == 1)
    }

    @Test("a write that leaves a reference open fails alone", arguments: [1, 2])
    func deferredViolation(_ writers: Int) async throws {
        let database = try Database.notes(in: folder)
        let gate = Gate()
        let first = await database.holdWriter(at: gate)
        let good = writers == 1 ? nil : Task {
            try await database.add(note: 1)
        }
        let bad = Task {
            await fault { () throws(StorageError) in
                try await database.write { transaction throws(StorageError) in
                    try transaction.run("INSERT INTO tag (note_id, name) VALUES (99, 'x')")
                }
            }
        }
        await database.waitForQueue(of: writers)
        gate.open()
        #expect(await bad.value == .constraint(.foreignKey))
        try await good?.value
        try await first.value
        #expect(try await database.noteIDs() == (writers == 1 ? [] : [1]))
    }

    @Test("a constraint undoes its statement alone when the body goes on", arguments: [1, 2])
    func caughtConstraint(_ writers: Int) async throws {
        let database = try Database.notes(in: folder)
        let gate = Gate()
        let first = await database.holdWriter(at: gate)
        let tasks = (1...writers).map { writer in
            Task {
                try await database.write { transaction throws(StorageError) in
                    let id = Int64(writer) * 10
                    try transaction.add(note: id)
                    do throws(StorageError) {
                        try transaction.add(note: id + 1, "note \(id)")
                        Issue.record("the body is unique")
                    } catch {
                        #expect(error == .constraint(.unique))
                    }
                    try transaction.add(note: id + 2)
                }
            }
        }
        await database.waitForQueue(of: writers)
        gate.open()
        for task in tasks { try await task.value }
        try await first.value
        #expect(try await database.noteIDs() == (1...writers).flatMap { [Int64($0) * 10, Int64($0) * 10 + 2] })
    }

    @Test("when SQLite ends the transaction itself, all in it fail, nothing is stored and no later body runs")
    func lostTransaction() async throws {
        let database = try Database.notes(in: folder)
        let gate = Gate()
        let first = await database.holdWriter(at: gate)
        let ran = Record<Int>()
        var tasks: [Task<StorageError?, Never>] = []
        for index in 1...3 {
            tasks.append(Task {
                await fault { () throws(StorageError) in
                    try await database.write { transaction throws(StorageError) in
                        ran.add(index)
                        try transaction.add(note: Int64(index))
                        guard index == 2 else { return }
                        do throws(StorageError) {
                            try transaction.run("INSERT OR ROLLBACK INTO note (id, body) VALUES (1, 'again')")
                        } catch {
                            // A careless body goes on: outside of a transaction this would be stored at once.
                            _ = try? transaction.run("INSERT INTO note (id, body) VALUES (77, 'stray')")
                        }
                    }
                }
            })
            await database.waitForQueue(of: index)
        }
        gate.open()
        for task in tasks { #expect(await task.value == .constraint(.unique)) }
        try await first.value
        #expect(ran.take() == [1, 2])
        #expect(try await database.noteIDs() == [])
        try await database.add(note: 5)
        #expect(try await database.noteIDs() == [5])
    }

    @Test("a write resumes its caller on the executor it was called from")
    func executor() async throws {
        let database = try Database.notes(in: folder)
        let executor = try OneThread()
        let onThread = try await Task(executorPreference: executor) {
            let before = executor.isCurrent
            try await database.add(note: 1)
            let between = executor.isCurrent
            _ = try await database.noteIDs()
            return [before, between, executor.isCurrent]
        }.value
        #expect(onThread == [true, true, true])
        executor.stop()
    }
}
