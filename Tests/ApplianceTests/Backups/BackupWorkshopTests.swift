import FoundationEssentials
import Outbound
import Storage
import Testing
import Web

@testable import Appliance

@Suite(.timeLimit(.minutes(2))) struct BackupWorkshopTests {
    @Test("a folder that hangs keeps no read of the database waiting, is told, and heals")
    func hang() async throws {
        let thread = FolderThread(patience: .milliseconds(250)), gate = Semaphore()
        let cellar = try Cellar(thread: thread)
        _ = try await cellar.look()
        await #expect(throws: StorageError.backupFailed(.folderLate)) {
            try await thread.run { () throws(StorageError) in gate.wait() }
        }
        for _ in 0..<2 {
            await #expect(throws: StorageError.backupFailed(.folderLate)) { try await cellar.keeper.inventory.look() }
        }
        #expect(cellar.keeper.health.warnings.first?.contains("does not answer") == true)
        #expect(try await cellar.actions() == [], "the database is read all the same")
        #expect(Problem(.backupFailed(.folderLate)).status == .unavailable)
        gate.signal()
        while (try? await cellar.look()) == nil {}
        #expect(cellar.keeper.health.warnings == [])
    }

    @Test("a folder that hangs keeps nobody from closing")
    func close() async throws {
        let thread = FolderThread(patience: .seconds(60)), gate = Semaphore()
        let cellar = try Cellar(thread: thread)
        let isHung = Semaphore()
        let hung = Task {
            try await thread.run { () throws(StorageError) in
                isHung.signal()
                gate.wait()
            }
        }
        await Task.detached { isHung.wait() }.value
        cellar.keeper.close()
        cellar.database.close()
        await #expect(throws: StorageError.closed) { try await cellar.keeper.inventory.look() }
        gate.signal()
        try await hung.value
    }

    @Test("a removal that the folder answered too late is noted when it turns out to have happened")
    func late() async throws {
        let thread = FolderThread(patience: .milliseconds(250)), gate = Semaphore()
        let cellar = try Cellar(thread: thread) { $0.intervalHours = 0 }
        let gone = try await cellar.make(), kept = try await cellar.make()
        let entry = AuditEntry(actorKind: .program, action: "backup.deleted", thing: gone)
        for (name, isRemoved) in [(gone, true), (kept, false)] {
            let job = try #require(cellar.keeper.workshop.begin(.removing, name))
            let isHung = Semaphore()
            await #expect(throws: StorageError.backupFailed(.folderLate)) {
                try await cellar.keeper.workshop.remove(job, entry) { _ in
                    // From between the look and the removal.
                    Task.detached {
                        try await thread.run { () throws(StorageError) in
                            isHung.signal()
                            gate.wait()
                        }
                    }
                    isHung.wait()
                    return true
                }
            }
            if isRemoved { try FileManager.default.removeItem(atPath: cellar.keeper.inventory.folder.path(of: gone)) }
            gate.signal()
            while (try? await cellar.look()) == nil {}
            try await cellar.keeper.workDue()
        }
        #expect(try await cellar.actions().count { $0 == "backup.deleted program" } == 1)
        #expect(try await cellar.names() == [kept])
    }

    @Test("what is due to go stays while something else is done, and goes when it may")
    func claim() async throws {
        let cellar = try Cellar { $0.intervalHours = 0 }
        var made: [String] = []
        for _ in 0..<3 { made.append(try await cellar.make()) }
        let job = try #require(cellar.keeper.workshop.begin(.verifying, made[2]))
        try await cellar.keeper.workDue()
        #expect(try await cellar.names() == made)
        // While it was verified, one turned out damaged: the oldest is among the newest two good ones then.
        try cellar.damage(made[2])
        try await cellar.keeper.workshop.verify(job, AuditEntry(actorKind: .program, action: "backup.verified"))
        try await cellar.keeper.workDue()
        #expect(try await cellar.look().map(\.isGood) == [true, true, false])
        let removing = try #require(cellar.keeper.workshop.begin(.removing, made[0]))
        let entry = AuditEntry(actorKind: .program, action: "backup.deleted")
        #expect(try await !cellar.keeper.workshop.remove(removing, entry) { _ in false })
        #expect(cellar.keeper.workshop.job == nil)
        #expect(try await cellar.names() == made)
    }

    @Test("what keeps a backup from being verified just now is not held against it")
    func notVerified() async throws {
        let cellar = try Cellar { $0.intervalHours = 0 }
        let name = try await cellar.make()
        let before = try await cellar.look(), gate = Semaphore(), isUnderWay = Semaphore()
        let elsewhere = cellar.keeper.inventory.folder.path(of: "elsewhere"), database = cellar.database
        let progress = BackupProgress { phase, _ in
            guard phase == .copying else { return }
            isUnderWay.signal()
            gate.wait()
        }
        let other = Task { try await database.backup(to: elsewhere, progress: progress) }
        await Task.detached { isUnderWay.wait() }.value
        let job = try #require(cellar.keeper.workshop.begin(.verifying, name))
        try await cellar.keeper.workshop.verify(job, AuditEntry(actorKind: .program, action: "backup.verified"))
        #expect(try await cellar.look() == before)
        #expect(try await !cellar.actions().contains("backup.verified program"))
        #expect(cellar.keeper.workshop.job == nil)
        for _ in 0..<1_000 { gate.signal() }
        _ = try await other.value
    }

    @Test("what was deleted meanwhile is not verified, and leaves no row")
    func gone() async throws {
        let cellar = try Cellar { $0.intervalHours = 0 }
        let name = BackupFolder.name(at: 1)
        let job = try #require(cellar.keeper.workshop.begin(.verifying, name))
        try await cellar.keeper.workshop.verify(job, AuditEntry(actorKind: .program, action: "backup.verified"))
        let records = try await cellar.database.read { snapshot throws(StorageError) in try snapshot.backupRecords() }
        #expect(records.isEmpty && cellar.keeper.workshop.job == nil)
    }

    @Test("without room no backup is made and no drill held; why is told in numbers")
    func room() async throws {
        let cellar = try Cellar(limit: try #require(DiskLimit("1048576G"))) { $0.drillDays = 1 }
        cellar.pass(1)
        try await cellar.keeper.workDue()
        #expect(try await cellar.names() == [])
        #expect(cellar.keeper.workshop.failures.count == 1)
        let detail = try #require(cellar.keeper.workshop.failed?.detail)
        #expect(detail.contains("MiB are free"))
        let roomy = try Cellar()
        let name = try await roomy.make()
        let files = FileManager.default
        try files.createDirectory(
            atPath: cellar.keeper.inventory.folder.path, withIntermediateDirectories: true)
        for name in [name, BackupFolder.manifest(of: name)] {
            try files.copyItem(
                atPath: roomy.keeper.inventory.folder.path(of: name),
                toPath: cellar.keeper.inventory.folder.path(of: name))
        }
        let job = try #require(cellar.keeper.workshop.begin(.drilling, name))
        try await cellar.keeper.workshop.drill(job)
        let drill = try #require(cellar.drill)
        #expect(drill.fault?.contains("MiB are free") == true)
        #expect(try await cellar.look().map(\.isGood) == [true])
    }

    @Test("what came of sending is noted before anything is sent again")
    func unnoted() async throws {
        let cellar = try Cellar { settings in
            settings.intervalHours = 0
            // Nobody listens there.
            settings.store = .init(url: "http://127.0.0.1:1/bucket", region: "r", accessKey: "a", secretKey: "s")
        }
        _ = try await cellar.make()
        let sender = try #require(cellar.keeper.sender)
        try await cellar.database.write { transaction throws(StorageError) in
            _ = try transaction.run("CREATE TRIGGER full BEFORE INSERT ON backup BEGIN SELECT RAISE(ABORT, 'full'); END")
        }
        for _ in 0..<2 {
            await #expect(throws: StorageError.constraint(.other)) { try await sender.sendDue() }
            #expect(sender.figures.failed == 1)
        }
        try await cellar.database.write { transaction throws(StorageError) in
            _ = try transaction.run("DROP TRIGGER full")
        }
        try await sender.sendDue()
        #expect(sender.figures.failed == 1)
        let record = try #require(try await cellar.look().first).record
        #expect(record.uploadTries == 1 && record.uploadFault != nil)
        cellar.keeper.close()
    }
}
