import Glibc
import Testing

@testable import Storage

@Suite(.timeLimit(.minutes(1))) struct OverwritingTests {
    @Test(
        "what a write deletes with overwriting is nowhere in the file, and the next write does not overwrite",
        arguments: [true, false])
    func gone(_ isOverwriting: Bool) async throws {
        let folder = TemporaryFolder()
        let database = try Database.notes(in: folder)
        // Of many pages, which all become free: these are what SQLite would leave as they are.
        let words = "the words of somebody "
        try await database.write { transaction throws(StorageError) in
            for id in 1...400 {
                try transaction.add(note: Int64(id), "\(id) " + String(repeating: words, count: 100))
            }
        }
        try await database.write { transaction throws(StorageError) in
            if isOverwriting { try transaction.overwriteDeleted() }
            try transaction.run("DELETE FROM note")
        }
        database.close()
        #expect(try bytes(of: "\(folder.path)/parley.sqlite").contains(words) != isOverwriting)
        #expect(try await setting(after: isOverwriting) == 2, "secure_delete is FAST")
    }

    private func setting(after isOverwriting: Bool) async throws -> Int64? {
        let folder = TemporaryFolder()
        let database = try Database.notes(in: folder)
        defer { database.close() }
        try await database.write { transaction throws(StorageError) in
            if isOverwriting { try transaction.overwriteDeleted() }
        }
        return try await database.write { transaction throws(StorageError) in
            try transaction.first("PRAGMA secure_delete", as: { $0.integer(0) })
        }
    }

    private func bytes(of path: String) throws -> String {
        let file = try #require(fopen(path, "r"))
        defer { fclose(file) }
        var all: [UInt8] = [], part = [UInt8](repeating: 0, count: 1 << 16)
        while case let count = fread(&part, 1, part.count, file), count > 0 { all += part.prefix(count) }
        return String(decoding: all.map { $0 < 0x80 ? $0 : 0x3F }, as: UTF8.self)
    }
}
