import Glibc
import Testing

@testable import Storage

@Suite(.timeLimit(.minutes(1))) struct RestoreTests {
    let folder = TemporaryFolder()
    var data: String { "\(folder.path)/data" }
    var backup: String { "\(folder.path)/backup.sqlite" }

    private func open() throws(StorageError) -> Database {
        try Database(Database.Configuration(folder: data), migrations: notes)
    }

    /// A folder whose database has the notes 1 and 2, and a backup of the time when it had the first.
    private func prepare() async throws {
        let database = try open()
        try await database.add(note: 1)
        _ = try await database.backup(to: backup)
        try await database.add(note: 2)
        database.close()
    }

    private func ids() async throws -> [Int64] {
        let database = try open()
        defer { database.close() }
        return try await database.noteIDs()
    }

    private func restore(
        needsManifest: Bool = true, migrations: [Migration] = notes,
        finishing: (borrowing Transaction, [String: Int]) throws(StorageError) -> Void = { _, _ in }
    ) throws(StorageError) -> RestoreReport {
        try Database.restore(
            backup, to: data, migrations: migrations, needsManifest: needsManifest, finishing: finishing)
    }

    private func bytes(_ path: String) throws -> [UInt8] {
        var bytes: [UInt8] = []
        try DiskFile.read(path) { bytes += $0 }
        return bytes
    }

    private func files() -> [String] {
        (try? DiskFile.names(in: data, beginningWith: "parley.sqlite")) ?? []
    }

    @Test("a restore brings back what was, and keeps what it replaces")
    func roundTrip() async throws {
        try await prepare()
        let report = try restore()
        let replaced = try #require(report.replaced)
        #expect(replaced.hasPrefix("parley.sqlite.before-restore-"))
        #expect(report.rows == 2 && report.takenAt != nil)
        #expect(files() == ["parley.sqlite", replaced])
        #expect(try await ids() == [1])
        try DiskFile.rename("\(data)/\(replaced)", to: "\(data)/parley.sqlite")
        #expect(try await ids() == [1, 2])
    }

    @Test("into a folder that is not there yet")
    func fresh() async throws {
        try await prepare()
        TemporaryFolder.remove(data)
        #expect(try restore().replaced == nil)
        #expect(try await ids() == [1])
    }

    @Test("what a crash left in the write-ahead log is kept with the old database, and not applied to the new one")
    func log() async throws {
        try await prepare()
        // A crash: the file and its log as they are while the database is open.
        let database = try open()
        try await database.add(note: 3)
        for suffix in ["", "-wal"] {
            try DiskFile.copy("\(data)/parley.sqlite\(suffix)", to: "\(folder.path)/crashed\(suffix)") { _ in }
        }
        database.close()
        for suffix in ["", "-wal"] {
            DiskFile.remove("\(data)/parley.sqlite\(suffix)")
            try DiskFile.rename("\(folder.path)/crashed\(suffix)", to: "\(data)/parley.sqlite\(suffix)")
        }
        let replaced = try #require(try restore().replaced)
        #expect(files() == ["parley.sqlite", replaced])
        #expect(try await ids() == [1])
        try DiskFile.rename("\(data)/\(replaced)", to: "\(data)/parley.sqlite")
        #expect(try await ids() == [1, 2, 3])
    }

    @Test("over a damaged database, which is kept with its log as it is")
    func damaged() async throws {
        try await prepare()
        let junk = [UInt8](repeating: 7, count: 10_000)
        try DiskFile.write(junk, to: "\(data)/parley.sqlite")
        try DiskFile.write(junk, to: "\(data)/parley.sqlite-wal")
        let replaced = try #require(try restore().replaced)
        #expect(files() == ["parley.sqlite", replaced, "\(replaced)-wal"])
        #expect(try bytes("\(data)/\(replaced)") == junk && bytes("\(data)/\(replaced)-wal") == junk)
        #expect(try await ids() == [1])
    }

    /// The version that may write the file, the one that may read it, the bytes of a page, the format of the schema.
    @Test("over a database that cannot be read at all, which is kept with its log as it is", arguments: [
        18, 19, 16, 47,
    ])
    func unreadable(_ byte: Int) async throws {
        try await prepare()
        var junk = try bytes("\(data)/parley.sqlite")
        junk[byte] = 9
        try DiskFile.write(junk, to: "\(data)/parley.sqlite")
        let replaced = try #require(try restore().replaced)
        #expect(try bytes("\(data)/\(replaced)") == junk)
        #expect(try await ids() == [1])
    }

    @Test("a database whose log cannot be opened just now is not replaced: somebody may have it open")
    func logRefused() async throws {
        try await prepare()
        try DiskFile.makeFolder("\(data)/parley.sqlite-wal")
        #expect(throws: StorageError.cannotOpen) { try restore() }
        #expect(files() == ["parley.sqlite", "parley.sqlite-wal"])
    }

    @Test("restores that were killed between two names leave the database one of them, and others' files alone")
    func secondName() async throws {
        try await prepare()
        let first = try #require(try restore().replaced)
        for time in [Int64(1), 2] {
            let second = Restore.replacedPrefix + UpgradeCopies.stamp(time)
            #expect(try DiskFile.link("\(data)/parley.sqlite", to: "\(data)/\(second)"))
        }
        #expect(try DiskFile.link("\(data)/parley.sqlite", to: "\(data)/mine"))
        try DataFolder(data).unlock()
        #expect(files() == ["parley.sqlite", first])
        #expect(try DiskFile.exists("\(data)/mine"))
    }

    @Test("a restore that was killed when the log was aside already gives it back")
    func logAside() async throws {
        try await prepare()
        let name = "\(data)/\(Restore.replacedPrefix)\(UpgradeCopies.stamp(1))"
        #expect(try DiskFile.link("\(data)/parley.sqlite", to: name))
        try DiskFile.write([1, 2, 3], to: "\(name)-wal")
        try DataFolder(data).unlock()
        #expect(files() == ["parley.sqlite", "parley.sqlite-wal"])
        #expect(try bytes("\(data)/parley.sqlite-wal") == [1, 2, 3])
    }

    @Test("where files have one name only, what is replaced is copied: a database is there at any moment")
    func withoutLinks() async throws {
        try await prepare()
        let folder = try DataFolder(data)
        let before = try #require(DiskFile.identity(of: folder.database))
        let kept = try #require(try folder.keepDatabase(at: 1) { _, _ in false })
        #expect(DiskFile.identity(of: folder.database) == before)
        #expect(try bytes("\(data)/\(kept)") == bytes(folder.database))
        #expect(DiskFile.identity(of: "\(data)/\(kept)") != before)
        folder.unlock()
        #expect(files() == ["parley.sqlite", kept])
    }

    @Test("where there is no room for that copy nothing is written", .enabled(if: SmallDisk.mayMount))
    func withoutLinksOrRoom() async throws {
        let disk = try #require(SmallDisk(bytes: 1 << 20))
        let folder = try DataFolder(disk.path)
        defer { folder.unlock() }
        let connection = try Database.open(Database.Configuration(folder: disk.path), in: folder, Schema(notes))
        // Without a log to take in, which would need room as well.
        try connection.set("journal_mode", to: "DELETE")
        connection.close()
        try disk.fill()
        #expect(throws: StorageError.backupFailed(.noRoom)) { try folder.keepDatabase(at: 1) { _, _ in false } }
        #expect(try DiskFile.names(in: disk.path, beginningWith: "parley.sqlite") == ["parley.sqlite"])
    }

    @Test("what is wrong with a backup is named, and the folder holds what it held", arguments: [
        "missing", "no manifest", "bad manifest", "cut", "flipped", "foreign", "text", "damaged", "rows", "newer",
    ])
    func refused(_ what: String) async throws {
        try await prepare()
        let good = try bytes(backup)
        let manifest = "\(backup).json"
        var report = try BackupFile.report(of: backup)
        var changed = good
        let expected: StorageError
        switch what {
        case "missing": (expected, changed) = (.backupFailed(.missing), [])
        case "no manifest": expected = .backupFailed(.manifestMissing)
        case "bad manifest": expected = .backupFailed(.manifestUnreadable)
        case "cut": (expected, changed) = (.backupFailed(.digestDiffers), good.dropLast())
        case "flipped":
            changed[good.count / 2] ^= 1
            expected = .backupFailed(.digestDiffers)
        case "foreign":
            changed[70] ^= 1
            expected = .backupFailed(.foreign)
        case "text": (expected, changed) = (.backupFailed(.foreign), Array("letters".utf8))
        case "damaged":
            for index in 4_096..<4_200 { changed[index] = 0xFF }
            report.sha256 = SHA256.hex(of: changed)
            expected = .backupFailed(.damaged)
        case "rows":
            report.rows["note"] = 5
            expected = .backupFailed(.rowsDiffer)
        default: expected = .newerSchema(feature: "notes", found: 1, supported: 0)
        }
        try DiskFile.write(changed, to: backup)
        try BackupFile.writeManifest(report, to: manifest)
        if what == "missing" { DiskFile.remove(backup) }
        if what == "no manifest" { DiskFile.remove(manifest) }
        if what == "bad manifest" { try DiskFile.write([1], to: manifest) }
        let before = try bytes("\(data)/parley.sqlite")
        #expect(throws: expected) { try restore(migrations: what == "newer" ? [] : notes) }
        #expect(try bytes("\(data)/parley.sqlite") == before)
        #expect(files() == ["parley.sqlite"])
    }

    @Test("without its manifest only when that is said; one that is there is compared all the same")
    func withoutManifest() async throws {
        try await prepare()
        var report = try BackupFile.report(of: backup)
        report.bytes += 1
        try BackupFile.writeManifest(report, to: "\(backup).json")
        #expect(throws: StorageError.backupFailed(.digestDiffers)) { try restore(needsManifest: false) }
        DiskFile.remove("\(backup).json")
        let restored = try restore(needsManifest: false)
        #expect(restored.takenAt == nil && restored.rows == 2)
        #expect(try await ids() == [1])
    }

    @Test("a folder in use is refused")
    func inUse() async throws {
        try await prepare()
        let database = try open()
        #expect(throws: StorageError.folderInUse(processID: getpid())) { try restore() }
        #expect(try await database.noteIDs() == [1, 2])
    }

    @Test("the copy is changed before it gets its name, or the folder stays as it was")
    func finishing() async throws {
        try await prepare()
        #expect(throws: StorageError.valueRefused) {
            try restore { transaction, _ throws(StorageError) in
                try transaction.add(note: 7)
                throw .valueRefused
            }
        }
        #expect(files() == ["parley.sqlite"])
        #expect(try await ids() == [1, 2])
        _ = try restore { transaction, schema throws(StorageError) in
            try transaction.add(note: Int64(schema["notes"]!) + 7)
        }
        #expect(try await ids() == [1, 8])
    }

    @Test("upgrades remove their own copies, not what a restore replaced")
    func copies() async throws {
        try await prepare()
        let replaced = try #require(try restore().replaced)
        let connection = try Connection(path: "\(data)/parley.sqlite", role: .writer)
        let copies = UpgradeCopies(folder: data)
        for day in 1...5 { _ = try copies.add(connection, at: Int64(day) * 86_400_000) }
        connection.close()
        #expect(files().contains(replaced))
        #expect(files().count { $0.hasPrefix(UpgradeCopies.prefix) } == UpgradeCopies.copiesMax + 1)
    }

    @Test("where the clock was set back, the copy before an upgrade is not the one that goes")
    func copiesToCome() async throws {
        try await prepare()
        let connection = try Connection(path: "\(data)/parley.sqlite", role: .writer)
        defer { connection.close() }
        let copies = UpgradeCopies(folder: data)
        let later = try (Int64(5)...7).map { day throws(StorageError) in
            try copies.add(connection, at: day * 86_400_000)
        }
        let made = try copies.add(connection, at: 86_400_000)
        #expect(files().filter { $0.hasPrefix(UpgradeCopies.prefix) } == [made] + later.dropFirst())
    }

    @Test("a drill upgrades without a copy to go back to")
    func drillCopies() async throws {
        try await prepare()
        let folder = try DataFolder(data)
        let opened = try Database.open(
            Database.Configuration(folder: data), in: folder, Schema(notes + [MigrationTests.second]),
            drillingUntil: StopFlag())
        opened.close()
        folder.unlock()
        #expect(files() == ["parley.sqlite"])
    }

    @Test("a drill ends in the middle of an upgrade when the program does")
    func drillEnds() async throws {
        try await prepare()
        let database = try open()
        // Hours of it.
        let long = Migration(
            feature: "notes", version: 2,
            """
            CREATE TABLE many AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000000000)
            SELECT count(*) AS count FROM n
            """)
        let gate = Gate(), backup = backup, aside = "\(folder.path)/aside"
        let progress = BackupProgress { phase, _ in if phase == .opening { gate.pass() } }
        let drill = Task {
            await fault { () throws(StorageError) in
                try await database.drill(backup, in: aside, migrations: notes + [long], progress: progress)
            }
        }
        await eventually("it is to be opened") { gate.arrived == 1 }
        gate.open()
        database.close()
        #expect(await drill.value == .closed)
        #expect(try !DiskFile.exists(aside))
    }

    @Test("a drill that ended with the program is told by the next, and only then held again")
    func drillCutShort() async throws {
        try await prepare()
        let database = try open(), backup = backup, aside = "\(folder.path)/aside"
        try DiskFile.makeFolder(aside)
        try DiskFile.write([1], to: "\(aside)/parley.sqlite")
        func drill() async -> StorageError? {
            await fault { () throws(StorageError) in
                try await database.drill(backup, in: aside, migrations: notes)
            }
        }
        #expect(await drill() == .backupFailed(.interrupted))
        #expect(await drill() == nil)
        // The folder of a database in use, by a link.
        #expect(symlink("data", aside) == 0)
        #expect(await drill() == .backupFailed(.interrupted))
        #expect(files().contains("parley.sqlite") && DiskFile.identity(of: aside) != nil)
        DiskFile.remove(aside)
    }

    @Test("a drill leaves nothing, and names what is wrong")
    func drill() async throws {
        try await prepare()
        let database = try open()
        let aside = "\(folder.path)/aside"
        try await database.drill(backup, in: aside, migrations: notes + [MigrationTests.second])
        #expect(try !DiskFile.exists(aside))
        var broken = try bytes(backup)
        broken[broken.count / 2] ^= 1
        try DiskFile.write(broken, to: backup)
        #expect(await fault { () throws(StorageError) in
            try await database.drill(backup, in: aside, migrations: notes)
        } == .backupFailed(.digestDiffers))
        #expect(try !DiskFile.exists(aside))
    }
}
