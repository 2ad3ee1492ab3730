import Storage
import Testing

@Suite struct DatabaseTests {
    let folder = TemporaryFolder()

    @Test("what was written is read, also by the next process")
    func roundTrip() async throws {
        do {
            let database = try Database.notes(in: folder)
            let changed = try await database.write { transaction throws(StorageError) in
                try transaction.add(note: 7)
                return try transaction.run("UPDATE note SET body = ? WHERE id = ?", .text("é\0x"), .integer(7))
            }
            #expect(changed == 1)
            #expect(try await database.noteIDs() == [7])
            database.close()
        }
        let database = try Database.notes(in: folder)
        let body = try await database.read { snapshot throws(StorageError) in
            try snapshot.first("SELECT body FROM note WHERE id = ?", .integer(7)) { $0.text(0) }
        }
        #expect(body == "é\0x")
    }
}
