import Testing

@testable import Storage

/// What programs beside the one that owns the data may do.
@Suite struct FolderTests {
    let folder = TemporaryFolder()
    var path: String { "\(folder.path)/copy.sqlite" }

    /// Copies what a crash would leave of an open database into a folder of its own.
    private func crash(_ database: Database) throws -> String {
        let crashed = "\(folder.path)/crashed"
        try DiskFile.makeFolder(crashed)
        for name in ["parley.sqlite", "parley.sqlite-wal"] {
            var bytes: [UInt8] = []
            try DiskFile.read("\(folder.path)/\(name)") { bytes += $0 }
            try DiskFile.write(bytes, to: "\(crashed)/\(name)")
        }
        return crashed
    }

    @Test("a database in use, or left by a crash, is backed up and checked from outside", arguments: [false, true])
    func fromOutside(_ isCrashed: Bool) async throws {
        let database = try Database.notes(in: folder)
        for id in 1...50 { try await database.add(note: Int64(id)) }
        let place = isCrashed ? try crash(database) : folder.path
        let rows: [String: Int64] = ["note": 50, "storage_schema": 1, "tag": 0]
        #expect(try await Database.backup(folder: place, to: path).rows == rows)
        #expect(try Database.verifyBackup(at: path).rows == rows)
        #expect(try Database.check(folder: place, migrations: notes) == rows)
        try await database.add(note: 51)
    }

    @Test("a folder without a database is told")
    func empty() async throws {
        #expect(try Database.check(folder: folder.path, migrations: notes) == nil)
        let place = folder.path
        #expect(await fault { () throws(StorageError) in try await Database.backup(folder: place, to: path) }
            == .backupFailed(.missing))
        #expect(try DiskFile.names(in: folder.path, beginningWith: "copy") == [])
    }

    @Test("a newer file and a damaged one are told")
    func refused() async throws {
        let database = try Database.notes(in: folder)
        for id in 1...50 { try await database.add(note: Int64(id)) }
        database.close()
        #expect(throws: StorageError.newerSchema(feature: "notes", found: 1, supported: 0)) {
            try Database.check(folder: folder.path, migrations: [])
        }
        let file = "\(folder.path)/parley.sqlite"
        var bytes: [UInt8] = []
        try DiskFile.read(file) { bytes += $0 }
        for index in bytes.count - 4_096..<bytes.count - 3_900 { bytes[index] = 0xFF }
        try DiskFile.write(bytes, to: file)
        #expect(throws: StorageError.corrupt) { try Database.check(folder: folder.path, migrations: notes) }
    }
}
