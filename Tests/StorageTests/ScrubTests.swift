import FoundationEssentials
import Testing

@testable import Storage

@Suite(.timeLimit(.minutes(1))) struct ScrubTests {
    private static let table = Migration(
        feature: "scrub", version: 1, "CREATE TABLE thing (id INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT")

    /// Files of the folder that hold `text` somewhere.
    private func files(in folder: String, holding text: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder).filter { name in
            guard let data = FileManager.default.contents(atPath: "\(folder)/\(name)") else { return false }
            return data.firstRange(of: Data(text.utf8)) != nil
        }
    }

    @Test("what was replaced or deleted is found nowhere in the folder afterwards", arguments: [20, 3_000, 40_000])
    func finds(length: Int) async throws {
        let temporary = TemporaryFolder(), folder = temporary.path
        let database = try Database(.init(folder: folder), migrations: [Self.table])
        let needle = "the-plain-secret"
        let text = needle + String(repeating: "x", count: length) + needle
        try await database.write { transaction throws(StorageError) in
            for id in 0..<40 { _ = try transaction.run("INSERT INTO thing (id, text) VALUES (?, ?)", .integer(Int64(id)), .text(text)) }
        }
        try await database.write { transaction throws(StorageError) in
            _ = try transaction.run("DELETE FROM thing WHERE id % 2 = 0")
            _ = try transaction.run("UPDATE thing SET text = 'sealed'")
        }
        #expect(try !files(in: folder, holding: needle).isEmpty)
        try await database.scrub()
        #expect(try files(in: folder, holding: needle).isEmpty)
        let count = try await database.read { snapshot throws(StorageError) in
            try snapshot.first("SELECT count(*) FROM thing WHERE text = 'sealed'") { $0.integer(0) }
        }
        #expect(count == 20)
        database.close()
        await #expect(throws: StorageError.closed) { try await database.scrub() }
    }
}
