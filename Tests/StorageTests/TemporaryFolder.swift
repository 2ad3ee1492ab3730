import Glibc
import Testing

@testable import Storage

/// A folder of its own for one test, removed with everything in it.
final class TemporaryFolder: Sendable {
    let path: String

    init() {
        var template = Array("/tmp/parley-test-XXXXXX".utf8CString)
        guard let made = mkdtemp(&template) else { preconditionFailure("no temporary folder") }
        path = String(cString: made)
    }

    deinit { Self.remove(path) }

    /// Removes a folder and what is in it, one level of folders deep.
    static func remove(_ path: String) {
        for name in (try? DiskFile.names(in: path, beginningWith: "")) ?? []
        where name != "." && name != ".." {
            let entry = "\(path)/\(name)"
            if unlink(entry) != 0 { remove(entry) }
        }
        rmdir(path)
    }
}

/// Tables most tests share: notes, and tags that refer to them.
let notes: [Migration] = [
    Migration(
        feature: "notes", version: 1,
        "CREATE TABLE note (id INTEGER NOT NULL PRIMARY KEY, body TEXT NOT NULL UNIQUE CHECK (body <> 'bad')) STRICT",
        """
        CREATE TABLE tag (
            note_id INTEGER NOT NULL REFERENCES note (id) DEFERRABLE INITIALLY DEFERRED, name TEXT
        ) STRICT
        """)
]

extension Transaction {
    borrowing func add(note id: Int64, _ body: String? = nil) throws(StorageError) {
        try run("INSERT INTO note (id, body) VALUES (?, ?)", .integer(id), .text(body ?? "note \(id)"))
    }
}

extension Snapshot {
    borrowing func noteIDs() throws(StorageError) -> [Int64] {
        try all("SELECT id FROM note ORDER BY id") { $0.integer(0) }
    }
}

extension Database {
    static func notes(
        in folder: TemporaryFolder, _ change: (inout Configuration) -> Void = { _ in }
    ) throws(StorageError) -> Database {
        var configuration = Configuration(folder: folder.path)
        change(&configuration)
        return try Database(configuration, migrations: StorageTests.notes)
    }

    func add(note id: Int64, _ body: String? = nil) async throws(StorageError) {
        try await write { transaction throws(StorageError) in try transaction.add(note: id, body) }
    }

    func noteIDs() async throws(StorageError) -> [Int64] {
        try await read { snapshot throws(StorageError) in try snapshot.noteIDs() }
    }
}
