import Testing

@testable import Storage

@Suite(.timeLimit(.minutes(1))) struct FolderThreadTests {
    @Test("work is done piece by piece, off the caller's thread, and what it throws is thrown")
    func work() async throws {
        let thread = FolderThread()
        let order = Record<Int>()
        for number in 1...3 {
            let answer = try await thread.run { () throws(StorageError) in
                order.add(number)
                return number * 2
            }
            #expect(answer == number * 2)
        }
        #expect(order.take() == [1, 2, 3])
        #expect(await fault { () throws(StorageError) in
            try await thread.run { () throws(StorageError) in throw .inputOutput }
        } == .inputOutput)
    }

    @Test("while a folder hangs everybody is told in time, what was not begun is left undone, and then it goes on")
    func hang() async throws {
        let thread = FolderThread(patience: .milliseconds(250))
        let gate = Gate(), done = Record<String>()
        @Sendable func ask(_ work: @escaping @Sendable () -> Void) async -> StorageError? {
            await fault { () throws(StorageError) in try await thread.run { () throws(StorageError) in work() } }
        }
        _ = await ask {}
        #expect(await ask { gate.pass(); done.add("hung") } == .backupFailed(.folderLate))
        #expect(gate.arrived == 1)
        #expect(await ask { done.add("given up") } == .backupFailed(.folderLate))
        gate.open()
        await eventually("it answers again") { await ask { done.add("later") } == nil }
        #expect(done.take().filter { $0 != "later" } == ["hung"])
    }

    @Test("so many wait, further ones are refused at once")
    func full() async throws {
        let thread = FolderThread(patience: .seconds(60))
        let gate = Gate()
        func ask() -> Task<StorageError?, Never> {
            Task { await fault { () throws(StorageError) in
                try await thread.run { () throws(StorageError) in gate.pass() }
            } }
        }
        let hung = ask()
        await eventually("one is under way") { gate.arrived == 1 }
        let asking = (0..<FolderThread.waitingMax).map { _ in ask() }
        await eventually("the others wait") { thread.waiting == FolderThread.waitingMax }
        #expect(await fault { () throws(StorageError) in try await thread.run { () throws(StorageError) in } }
            == .backupFailed(.folderLate))
        gate.open()
        for one in [hung] + asking { #expect(await one.value == nil) }
    }

    @Test("a close waits for nobody, and leaves undone what waits")
    func close() async throws {
        let thread = FolderThread(patience: .seconds(60))
        let gate = Gate(), done = Record<Bool>()
        let hung = Task { await fault { () throws(StorageError) in
            try await thread.run { () throws(StorageError) in gate.pass() }
        } }
        await eventually("it hangs") { gate.arrived == 1 }
        let waiting = Task { await fault { () throws(StorageError) in
            try await thread.run { () throws(StorageError) in done.add(true) }
        } }
        await eventually("one waits") { thread.waiting == 1 }
        thread.close()
        #expect(await fault { () throws(StorageError) in try await thread.run { () throws(StorageError) in } }
            == .closed)
        gate.open()
        #expect(await hung.value == nil)
        #expect(await waiting.value == .closed)
        #expect(done.count == 0)
    }
}
