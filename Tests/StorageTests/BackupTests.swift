import Glibc
import Testing

@testable import Storage

@Suite(.timeLimit(.minutes(1))) struct BackupTests {
    let folder = TemporaryFolder()
    var path: String { "\(folder.path)/copy.sqlite" }

    private func names() -> [String] { (try? DiskFile.names(in: folder.path, beginningWith: "copy")) ?? [] }

    private func filled(_ count: Int) async throws -> Database {
        let database = try Database.notes(in: folder)
        try await database.write { transaction throws(StorageError) in
            for id in 1...count { try transaction.add(note: Int64(id)) }
        }
        return database
    }

    @Test("a backup holds what was there, verifies, and opens as a database")
    func roundTrip() async throws {
        let database = try await filled(1_000)
        let report = try await database.backup(to: path)
        #expect(report.rows == ["note": 1_000, "storage_schema": 1, "tag": 0])
        #expect(report.schema == ["notes": 1])
        #expect(names() == ["copy.sqlite", "copy.sqlite.json"])
        #expect(try Database.verifyBackup(at: path) == report)
        for name in names() {
            var status = stat()
            stat("\(folder.path)/\(name)", &status)
            #expect(status.st_mode & 0o777 == 0o600)
        }
        try DiskFile.makeFolder("\(folder.path)/next")
        try DiskFile.rename(path, to: "\(folder.path)/next/parley.sqlite")
        let restored = try Database(Database.Configuration(folder: "\(folder.path)/next"), migrations: notes)
        #expect(try await restored.noteIDs() == Array(1...1_000))
        restored.close()
        TemporaryFolder.remove("\(folder.path)/next")
    }

    @Test("a backup ends while writes never pause, holds a whole snapshot, and stops no writer")
    func underWrites() async throws {
        // Long enough for several steps of the copy, with writes between them.
        let database = try Database.notes(in: folder)
        try await database.write { transaction throws(StorageError) in
            let long = String(repeating: "x", count: 2_000)
            for id in 1...2_000 { try transaction.add(note: Int64(id), "\(id) \(long)") }
        }
        let isDone = StopFlag()
        let report = try await withThrowingTaskGroup(of: Int.self) { group in
            for writer in 1...4 {
                group.addTask {
                    var id = writer * 1_000_000
                    while !isDone.isSet {
                        id += 2
                        let pair = Int64(id)
                        try await database.write { transaction throws(StorageError) in
                            try transaction.add(note: pair)
                            try transaction.add(note: pair + 1)
                        }
                    }
                    return id
                }
            }
            defer { isDone.set() }
            let before = database.statistics.writes
            await eventually("writes are under way") { database.statistics.writes > before + 10 }
            let started = database.statistics.writes
            let report = try await database.backup(to: path)
            #expect(database.statistics.writes > started, "writers went on")
            isDone.set()
            try await group.waitForAll()
            return report
        }
        #expect(try Database.verifyBackup(at: path) == report)
        let rows = try #require(report.rows["note"])
        #expect(rows > 2_000 && rows.isMultiple(of: 2), "no half transaction")
        #expect(database.statistics.commitsFailed == 0)
    }

    @Test("an existing file is not overwritten", arguments: ["copy.sqlite", "copy.sqlite.json"])
    func refusesToOverwrite(_ name: String) async throws {
        let database = try await filled(1)
        try DiskFile.write([1, 2, 3], to: "\(folder.path)/\(name)")
        #expect(await fault { () throws(StorageError) in try await database.backup(to: path) }
            == .backupFailed(.destinationExists))
        #expect(names() == [name])
    }

    @Test("a place that cannot be written is told, and nothing is left there")
    func cannotWrite() async throws {
        let database = try await filled(1)
        for place in ["\(folder.path)/none/copy", "/proc/copy"] {
            #expect(await fault { () throws(StorageError) in try await database.backup(to: place) }
                == .backupFailed(.cannotWrite))
        }
    }

    @Test("an unfinished backup of a crash is no obstacle")
    func leftover() async throws {
        let database = try await filled(1)
        try DiskFile.write([1, 2, 3], to: "\(path).unfinished")
        _ = try await database.backup(to: path)
        #expect(names() == ["copy.sqlite", "copy.sqlite.json"])
    }

    @Test("one backup runs at a time, and closing stops it without a trace")
    func oneAtATime() async throws {
        let disk = FaultyDisk()
        let database = try Database.notes(in: folder) { $0.vfs = disk.name }
        try await database.write { transaction throws(StorageError) in
            for id in 1...5_000 { try transaction.add(note: Int64(id)) }
        }
        let gate = Gate()
        disk.hold(.read, on: .log, at: gate)
        let path = path
        let first = Task { await fault { () throws(StorageError) in try await database.backup(to: path) } }
        await eventually("the first backup reads") { gate.arrived == 1 }
        func second() async -> StorageError? {
            await fault { () throws(StorageError) in try await database.backup(to: path) }
        }
        #expect(await second() == .backupFailed(.alreadyRunning))
        let closing = try Thread(named: "test-close") { database.close() }
        await eventually("the close began") { await second() == .closed }
        gate.open()
        closing.join()
        #expect(await first.value == .closed)
        #expect(names() == [])
    }

    @Test("a disk that hangs under a backup does not keep a close waiting")
    func hung() async throws {
        let database = try Database.notes(in: folder) { $0.backupEndMilliseconds = 10 }
        try await database.add(note: 1)
        let gate = Gate(), path = path
        let backup = Task {
            await fault { () throws(StorageError) in
                try await database.backup(to: path, progress: BackupProgress { _, _ in gate.pass() })
            }
        }
        await eventually("the backup hangs") { gate.arrived == 1 }
        let closing = try Thread(named: "test-close") { database.close() }
        closing.join()
        gate.open()
        #expect(await backup.value == .closed)
        #expect(names() == [])
        let reopened = try Database.notes(in: folder)
        #expect(try await reopened.noteIDs() == [1])
        reopened.close()
    }

    @Test("what is wrong with a backup is named")
    func damaged() async throws {
        let database = try await filled(500)
        let report = try await database.backup(to: path)
        let manifest = "\(path).json"
        var good: [UInt8] = []
        try DiskFile.read(path) { good += $0 }
        func verdict() -> StorageError? {
            do throws(StorageError) {
                _ = try Database.verifyBackup(at: path)
                return nil
            } catch {
                return error
            }
        }
        #expect(verdict() == nil)
        try DiskFile.write(good.dropLast(), to: path)
        #expect(verdict() == .backupFailed(.digestDiffers))
        var flipped = good
        flipped[good.count / 2] ^= 1
        try DiskFile.write(flipped, to: path)
        #expect(verdict() == .backupFailed(.digestDiffers))

        var broken = good
        for index in 4_096..<4_200 { broken[index] = 0xFF }
        try DiskFile.write(broken, to: path)
        var forged = report
        forged.sha256 = SHA256.hex(of: broken)
        try BackupFile.writeManifest(forged, to: manifest)
        #expect(verdict() == .backupFailed(.damaged))

        try DiskFile.write(good, to: path)
        forged = report
        forged.rows["note"] = 501
        try BackupFile.writeManifest(forged, to: manifest)
        #expect(verdict() == .backupFailed(.rowsDiffer))

        try DiskFile.write(Array("{}".utf8), to: manifest)
        #expect(verdict() == .backupFailed(.manifestUnreadable))
        DiskFile.remove(manifest)
        #expect(verdict() == .backupFailed(.manifestMissing))
        DiskFile.remove(path)
        #expect(verdict() == .backupFailed(.missing))
    }

    @Test("a live database is checked", arguments: [false, true])
    func check(_ isBroken: Bool) async throws {
        try await filled(500).close()
        let file = "\(folder.path)/parley.sqlite"
        var bytes: [UInt8] = []
        try DiskFile.read(file) { bytes += $0 }
        if isBroken { for index in bytes.count - 4_096..<bytes.count - 3_900 { bytes[index] = 0xFF } }
        try DiskFile.write(bytes, to: file)
        let database = try Database.notes(in: folder)
        #expect(await fault { () throws(StorageError) in try await database.check() } == (isBroken ? .corrupt : nil))
    }
}

extension BackupTests {
    @Test("a backup that finds no room throws .full and leaves no file", .enabled(if: SmallDisk.mayMount))
    func fullDisk() async throws {
        let disk = try #require(SmallDisk(bytes: 256 << 10))
        let database = try await filled(20_000)
        #expect(await fault { () throws(StorageError) in try await database.backup(to: "\(disk.path)/copy") } == .full)
        #expect(try DiskFile.names(in: disk.path, beginningWith: "copy") == [])
    }
}
