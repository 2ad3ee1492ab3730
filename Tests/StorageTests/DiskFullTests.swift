import Glibc
import Testing

@testable import Storage

/// A file system of 2 MiB, mounted for one test.
final class SmallDisk: Sendable {
    let path: String

    /// Nil where this process may not mount.
    init?(bytes: Int) {
        var template = Array("/tmp/parley-disk-XXXXXX".utf8CString)
        guard let made = mkdtemp(&template) else { return nil }
        path = String(cString: made)
        if mount("tmpfs", path, "tmpfs", 0, "size=\(bytes)") != 0 {
            rmdir(path)
            return nil
        }
    }

    deinit {
        umount2(path, Int32(MNT_DETACH))
        rmdir(path)
    }

    /// Fills all room that is left with one file.
    func fill() throws {
        let descriptor = open("\(path)/filler", O_CREAT | O_WRONLY, 0o600)
        defer { close(descriptor) }
        let block = [UInt8](repeating: 0, count: 4_096)
        while write(descriptor, block, block.count) > 0 {}
    }

    func makeRoom() { DiskFile.remove("\(path)/filler") }

    static let mayMount: Bool = SmallDisk(bytes: 1 << 20) != nil
}

@Suite(.enabled(if: SmallDisk.mayMount, "this process may not mount a tmpfs"))
struct DiskFullTests {
    @Test("on a full disk writes throw .full, reads go on, nothing acknowledged is lost, and room heals it")
    func fullAndRecovery() async throws {
        let disk = try #require(SmallDisk(bytes: 2 << 20))
        var configuration = Database.Configuration(folder: "\(disk.path)/data")
        configuration.checkpointPages = 50
        let database = try Database(configuration, migrations: notes)
        var acknowledged: [Int64] = []
        var refused = 0
        let body = String(repeating: "x", count: 2_000)
        func add(_ id: Int64) async -> StorageError? {
            await fault { () throws(StorageError) in
                try await database.add(note: id, "\(id) \(body)")
            }
        }
        for id in Int64(1)...2_000 {
            if id == 100 { try disk.fill() }
            switch await add(id) {
            case nil: acknowledged.append(id)
            case .full: refused += 1
            case let other: Issue.record("unexpected \(String(describing: other))")
            }
        }
        #expect(refused > 0)
        #expect(acknowledged.count >= 99)
        #expect(try await database.noteIDs() == acknowledged)
        disk.makeRoom()
        for id in Int64(3_001)...3_050 {
            #expect(await add(id) == nil)
            acknowledged.append(id)
        }
        #expect(try await database.noteIDs() == acknowledged)
        try await database.check()
        database.close()
        let reopened = try Database(configuration, migrations: notes)
        #expect(try await reopened.noteIDs() == acknowledged)
        reopened.close()
    }

    @Test("a file from a full disk opens again after a crash, still full")
    func reopenedWhileFull() async throws {
        let disk = try #require(SmallDisk(bytes: 4 << 20))
        let configuration = Database.Configuration(folder: "\(disk.path)/data")
        let database = try Database(configuration, migrations: notes)
        try await database.write { transaction throws(StorageError) in
            for id in 1...100 { try transaction.add(note: Int64(id)) }
        }
        // What a crash leaves: the file and its log, no shared memory, no lock.
        let after = "\(disk.path)/after"
        try DiskFile.makeFolder(after)
        for name in ["parley.sqlite", "parley.sqlite-wal"] {
            var bytes: [UInt8] = []
            try DiskFile.read("\(disk.path)/data/\(name)") { bytes += $0 }
            try DiskFile.write(bytes, to: "\(after)/\(name)")
        }
        database.close()
        try disk.fill()
        let thrown = await fault { () throws(StorageError) in
            let reopened = try Database(Database.Configuration(folder: after), migrations: notes)
            defer { reopened.close() }
            return try await reopened.noteIDs()
        }
        #expect(thrown == nil || thrown == .full)
        disk.makeRoom()
        let reopened = try Database(Database.Configuration(folder: after), migrations: notes)
        #expect(try await reopened.noteIDs() == Array(1...100))
        reopened.close()
    }
}
