import CSQLite
import Glibc
import Testing

@testable import Storage

/// Files that anybody may have made, with a manifest of their true size and digest: none of them ends the program.
@Suite(.timeLimit(.minutes(1))) struct ForeignFileTests {
    let folder = TemporaryFolder()
    private var backup: String { "\(folder.path)/backup.sqlite" }
    private var data: String { "\(folder.path)/data" }

    /// Makes a file by SQL, and changes a byte of it.
    private func make(_ sql: StaticString, isOurs: Bool = true, byte: (at: Int, is: UInt8)? = nil) throws {
        #expect(try DiskFile.create(backup))
        let connection = try Connection(path: backup, role: .writer)
        parley_configure_flag(connection.handle, SQLITE_DBCONFIG_DEFENSIVE, 0)
        if isOurs { try connection.set("application_id", to: "\(Schema.applicationID)") }
        try connection.script(sql)
        connection.close()
        var bytes: [UInt8] = []
        try DiskFile.read(backup) { bytes += $0 }
        if let byte { bytes[byte.at] = byte.is }
        try DiskFile.write(bytes, to: backup)
        try BackupFile.writeManifest(
            BackupReport(
                takenAt: 1, bytes: Int64(bytes.count), sha256: SHA256.hex(of: bytes), schema: ["notes": 1], rows: [:]),
            to: BackupFile.manifest(of: backup))
    }

    private static let tables: StaticString = "CREATE TABLE storage_schema (feature, version, applied_at)"

    @Test("is refused by a check, a drill and a restore", arguments: [
        "format", "no tables", "no schema", "no column", "null", "text", "name", "key", "module", "not ours",
    ])
    func refused(_ what: String) async throws {
        var expected = StorageError.backupFailed(.damaged)
        switch what {
        case "format": try make(Self.tables, byte: (47, 9))
        case "no tables": try make("VACUUM")
        case "no schema": try make("CREATE TABLE note (id)")
        case "no column": try make("CREATE TABLE storage_schema (feature)")
        case "null":
            try make("CREATE TABLE storage_schema (feature, version); INSERT INTO storage_schema VALUES (NULL, NULL)")
        case "text":
            try make("CREATE TABLE storage_schema (feature, version); INSERT INTO storage_schema VALUES ('notes', 'x')")
        case "name":
            try make(
                """
                CREATE TABLE storage_schema (feature, version); CREATE TABLE note (id); PRAGMA writable_schema = ON;
                UPDATE sqlite_schema SET name = x'6E6F7465' WHERE name = 'note'
                """)
        case "key":
            try make(
                """
                CREATE TABLE storage_schema (feature, version); CREATE TABLE a (id);
                CREATE TABLE b (id REFERENCES a (id)); INSERT INTO b VALUES (1)
                """)
        case "module":
            try make(
                """
                CREATE TABLE storage_schema (feature, version); CREATE TABLE note (id); PRAGMA writable_schema = ON;
                UPDATE sqlite_schema SET sql = 'CREATE VIRTUAL TABLE note USING nobody', rootpage = 0
                WHERE name = 'note'
                """)
        default:
            try make(Self.tables, isOurs: false)
            expected = .backupFailed(.foreign)
        }
        var refusals = [expected]
        // What SQLite can read all the same does not hold what the manifest says.
        if what == "name" { refusals.append(.backupFailed(.rowsDiffer)) }
        if what == "no schema" { refusals.append(.backupFailed(.foreign)) }
        let database = try Database(Database.Configuration(folder: data), migrations: notes)
        let backup = backup, aside = "\(folder.path)/aside"
        let drill = await fault { () throws(StorageError) in
            try await database.drill(backup, in: aside, migrations: notes)
        }
        #expect(drill.map(refusals.contains) == true, "\(String(describing: drill))")
        database.close()
        let check = #expect(throws: StorageError.self) { try Database.verifyBackup(at: backup) }
        #expect(check.map(refusals.contains) == true, "\(String(describing: check))")
        let restore = #expect(throws: StorageError.self) { try Database.restore(backup, to: data, migrations: notes) }
        #expect(restore.map(refusals.contains) == true, "\(String(describing: restore))")
        DiskFile.remove(BackupFile.manifest(of: backup))
        if what != "name" {
            let bare = #expect(throws: StorageError.self) {
                try Database.restore(backup, to: data, migrations: notes, needsManifest: false)
            }
            #expect(bare.map(refusals.contains) == true, "\(String(describing: bare))")
        }
        #expect(try DiskFile.names(in: data, beginningWith: "parley.sqlite") == ["parley.sqlite"])
    }
}
