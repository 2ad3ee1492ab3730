import Glibc
import Testing

@testable import Storage

@Suite struct MigrationTests {
    let folder = TemporaryFolder()

    static let second = Migration(
        feature: "notes", version: 2, "ALTER TABLE note ADD COLUMN pinned INTEGER NOT NULL DEFAULT 0",
        "UPDATE note SET pinned = 1 WHERE id = 1")
    static let other = Migration(feature: "other", version: 1, "CREATE TABLE other (id INTEGER NOT NULL) STRICT")

    private func open(
        _ migrations: [Migration], _ onEvent: @escaping @Sendable (StorageEvent) -> Void = { _ in }
    ) throws(StorageError) -> Database {
        try Database(Database.Configuration(folder: folder.path, onEvent: onEvent), migrations: migrations)
    }

    private func files(_ prefix: String = "parley.sqlite") -> [String] {
        (try? DiskFile.names(in: folder.path, beginningWith: prefix)) ?? []
    }

    private func content(_ name: String = "parley.sqlite") throws -> [UInt8] {
        var bytes: [UInt8] = []
        try DiskFile.read("\(folder.path)/\(name)") { bytes += $0 }
        return bytes
    }

    private func makeFirstVersion() async throws {
        let database = try open(notes)
        try await database.add(note: 1)
        database.close()
    }

    @Test("a new file gets all steps, and no copy is made")
    func newFile() async throws {
        let events = Record<StorageEvent>()
        let database = try open(notes + [Self.second, Self.other]) { events.add($0) }
        #expect(events.take() == [
            .migrated(feature: "notes", from: 0, to: 2), .migrated(feature: "other", from: 0, to: 1),
        ])
        database.close()
        #expect(files() == ["parley.sqlite"])
    }

    @Test("opening again applies and copies nothing")
    func unchanged() async throws {
        try await makeFirstVersion()
        let events = Record<StorageEvent>()
        try open(notes) { events.add($0) }.close()
        #expect(events.take() == [])
        #expect(files() == ["parley.sqlite"])
    }

    @Test("an upgrade copies the file first, and the copy is what was there")
    func upgrade() async throws {
        try await makeFirstVersion()
        let events = Record<StorageEvent>()
        let database = try open(notes + [Self.second, Self.other]) { events.add($0) }
        let copy = try #require(files("parley.sqlite.before-").first)
        #expect(events.take() == [
            .copiedBeforeUpgrade(file: copy), .migrated(feature: "notes", from: 1, to: 2),
            .migrated(feature: "other", from: 0, to: 1),
        ])
        let pinned = try await database.read { snapshot throws(StorageError) in
            try snapshot.all("SELECT id, pinned FROM note") { [$0.integer(0), $0.integer(1)] }
        }
        #expect(pinned == [[1, 1]])
        database.close()
        let old = try Connection(path: "\(folder.path)/\(copy)", role: .reader)
        let rows: [String: Int64] = ["note": 1, "storage_schema": 1, "tag": 0]
        #expect(try Contents(of: old) == Contents(schema: ["notes": 1], rows: rows))
    }

    @Test("the newest three copies are kept")
    func copiesMax() async throws {
        try await makeFirstVersion()
        let connection = try Connection(path: "\(folder.path)/parley.sqlite", role: .writer)
        let copies = UpgradeCopies(folder: folder.path)
        let names = try (1...5).map { day throws(StorageError) in
            try copies.add(connection, at: Int64(day) * 86_400_000)
        }
        #expect(files("parley.sqlite.before-") == names.suffix(3))
        #expect(names.first == "parley.sqlite.before-19700102T000000.000Z")
    }

    @Test("the name's time is UTC, to the millisecond", arguments: [
        (1_732_147_620_123, "20241121T000700.123Z"), (951_782_400_000, "20000229T000000.000Z"),
        (5, "19700101T000000.005Z"),
    ])
    func stamp(_ unixMilliseconds: Int64, _ expected: String) {
        #expect(UpgradeCopies.stamp(unixMilliseconds) == expected)
    }

    @Test("a file from a newer program, or with a feature this one lacks, is refused and left alone")
    func newer() async throws {
        try open(notes + [Self.second, Self.other]).close()
        let before = try content()
        #expect(throws: StorageError.newerSchema(feature: "notes", found: 2, supported: 1)) {
            try open(notes + [Self.other])
        }
        #expect(throws: StorageError.newerSchema(feature: "other", found: 1, supported: 0)) {
            try open(notes + [Self.second])
        }
        #expect(try content() == before)
        #expect(files() == ["parley.sqlite"])
        try open(notes + [Self.second, Self.other]).close()
    }

    @Test("a failing step leaves the file's content as it was, and the older program goes on", arguments: [
        Migration(feature: "notes", version: 2, "CREATE TABLE half (id INTEGER)", "INSERT INTO note VALUES (2, 'bad')"),
        Migration(feature: "notes", version: 2, "CREATE TABLE half (id INTEGER)", "INSERT INTO tag VALUES (99, 'x')"),
        Migration(feature: "notes", version: 2, "CREATE TABLE half (id INTEGER)", "NO SUCH STATEMENT"),
    ])
    func failing(_ step: Migration) async throws {
        try await makeFirstVersion()
        #expect(throws: StorageError.migrationFailed(feature: "notes", version: 2)) {
            try open(notes + [Self.other, step])
        }
        let database = try open(notes)
        let tables = try await database.read { snapshot throws(StorageError) in
            try snapshot.all("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name") { $0.text(0) }
        }
        #expect(tables == ["note", "storage_schema", "tag"])
        #expect(try await database.noteIDs() == [1])
        #expect(files("parley.sqlite.before-").count == 1)
    }

    @Test("a table can be rebuilt under its references")
    func rebuild() async throws {
        let database = try open(notes)
        try await database.write { transaction throws(StorageError) in
            try transaction.add(note: 1)
            try transaction.run("INSERT INTO tag (note_id, name) VALUES (1, 'x')")
        }
        database.close()
        let upgraded = try open(notes + [Migration(
            feature: "notes", version: 2, "CREATE TABLE note_new (id INTEGER NOT NULL PRIMARY KEY, body TEXT) STRICT",
            "INSERT INTO note_new SELECT id, body FROM note", "DROP TABLE note",
            "ALTER TABLE note_new RENAME TO note")])
        #expect(try await upgraded.noteIDs() == [1])
        let dangling = await fault { () throws(StorageError) in
            try await upgraded.write { transaction throws(StorageError) in try transaction.run("DELETE FROM note") }
        }
        #expect(dangling == .constraint(.foreignKey), "foreign keys are enforced again")
    }

    @Test("another program's database is refused and left alone")
    func foreign() async throws {
        let path = "\(folder.path)/parley.sqlite"
        _ = try DiskFile.create(path)
        let connection = try Connection(path: path, role: .writer)
        try connection.script("CREATE TABLE theirs (id INTEGER)")
        connection.close()
        let before = try content()
        #expect(throws: StorageError.foreignFile) { try open(notes) }
        #expect(try content() == before)
    }

    @Test("a file that is no database is refused and left alone")
    func notADatabase() async throws {
        let text = Array(String(repeating: "not a database\n", count: 100).utf8)
        try DiskFile.write(text, to: "\(folder.path)/parley.sqlite")
        #expect(throws: StorageError.corrupt) { try open(notes) }
        #expect(try content() == text)
    }

    @Test("steps that skip a number are a bug and trap")
    func skipped() async {
        await #expect(processExitsWith: .failure) {
            _ = Schema([Migration(feature: "notes", version: 2, "SELECT 1")])
        }
    }
}
