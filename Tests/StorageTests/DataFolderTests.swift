import Glibc
import Testing

@testable import Storage

@Suite struct DataFolderTests {
    let folder = TemporaryFolder()

    private func mode(_ name: String) -> mode_t {
        var status = stat()
        return stat("\(folder.path)/\(name)", &status) == 0 ? status.st_mode & 0o777 : 0
    }

    @Test("a second user of the folder is told who has it, and gets it after the close")
    func lock() async throws {
        let database = try Database.notes(in: folder)
        #expect(throws: StorageError.folderInUse(processID: getpid())) { try Database.notes(in: folder) }
        try await database.add(note: 1)
        database.close()
        let next = try Database.notes(in: folder)
        #expect(try await next.noteIDs() == [1])
    }

    @Test("a lock file that a dead process left does not lock")
    func staleLock() throws {
        try DiskFile.write(Array("99999999\n".utf8), to: "\(folder.path)/parley.lock")
        try Database.notes(in: folder).close()
    }

    @Test("missing folders are made for the owner alone, and so are the files")
    func permissions() async throws {
        let database = try Database(Database.Configuration(folder: "\(folder.path)/a/b/"), migrations: notes)
        try await database.add(note: 1)
        #expect(mode("a") == 0o700)
        #expect(mode("a/b") == 0o700)
        for name in ["parley.sqlite", "parley.sqlite-wal", "parley.sqlite-shm", "parley.lock"] {
            #expect(mode("a/b/\(name)") == 0o600, "\(name)")
        }
        database.close()
        TemporaryFolder.remove("\(folder.path)/a")
    }

    @Test("a file that others could read is closed to them")
    func restricted() throws {
        try Database.notes(in: folder).close()
        chmod("\(folder.path)/parley.sqlite", 0o644)
        try Database.notes(in: folder).close()
        #expect(mode("parley.sqlite") == 0o600)
    }

    @Test("a folder that cannot be made is an error without a path")
    func unusable() {
        let configuration = Database.Configuration(folder: "/proc/none/such")
        #expect(throws: StorageError.cannotOpen) { try Database(configuration, migrations: notes) }
    }

    @Test("the folder of a path", arguments: [
        ("/a/b", "/a"), ("/a/b/", "/a"), ("/a", "/"), ("/", nil), ("a", "."), ("a/b", "a"), (".", nil),
    ] as [(String, String?)])
    func parent(_ path: String, _ expected: String?) {
        #expect(DiskFile.folder(of: path) == expected)
    }
}
