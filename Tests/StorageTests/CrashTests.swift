import Glibc
import Testing

@testable import Storage

@Suite struct CrashTests {
    let folder = TemporaryFolder()

    @Test("a copy of file and log, taken at any moment of a load, holds every write acknowledged before")
    func copied() async throws {
        // Without checkpoints the file stands still and the log only grows: the copy is what a crash would leave.
        let database = try Database.notes(in: folder) {
            $0.checkpointPages = 1 << 20
            $0.checkpointPagesForced = 1 << 20
        }
        let acknowledged = Record<Int64>()
        let isDone = StopFlag()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for writer in 1...8 {
                group.addTask {
                    var id = Int64(writer) * 1_000_000
                    while !isDone.isSet {
                        id += 2
                        let pair = id
                        try await database.write { transaction throws(StorageError) in
                            try transaction.add(note: pair)
                            try transaction.add(note: pair + 1)
                        }
                        acknowledged.add(pair)
                    }
                }
            }
            var known: Set<Int64> = []
            for round in 1...10 {
                await eventually("more writes") { acknowledged.count > 20 }
                known.formUnion(acknowledged.take())
                let crashed = "\(folder.path)/crash-\(round)"
                try DiskFile.makeFolder(crashed)
                for name in ["parley.sqlite", "parley.sqlite-wal"] {
                    var bytes: [UInt8] = []
                    try DiskFile.read("\(folder.path)/\(name)") { bytes += $0 }
                    try DiskFile.write(bytes, to: "\(crashed)/\(name)")
                }
                let copy = try Database(Database.Configuration(folder: crashed), migrations: notes)
                let found = Set(try await copy.noteIDs())
                #expect(known.isSubset(of: found), "round \(round)")
                #expect(found.allSatisfy { found.contains($0 ^ 1) }, "no half transaction")
                try await copy.check()
                copy.close()
            }
            isDone.set()
            try await group.waitForAll()
        }
    }

    @Test("kill -9 while many write loses nothing that was acknowledged", arguments: 0..<6)
    func killed(_ round: Int) async throws {
        let path = folder.path
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String, round = round as Int] in
            try await CrashTests.writeUntilKilled(in: path, after: 150 + round * 70)
        }
        var bytes: [UInt8] = []
        try DiskFile.read("\(path)/acknowledged") { bytes += $0 }
        let acknowledged = Set(bytes.withUnsafeBytes { Array($0.bindMemory(to: Int64.self)) })
        #expect(acknowledged.count >= 150)
        let database = try Database.notes(in: folder)
        let found = Set(try await database.noteIDs())
        #expect(acknowledged.isSubset(of: found))
        #expect(found.allSatisfy { found.contains($0 ^ 1) }, "no half transaction")
        try await database.check()
    }

    /// Writes pairs from many tasks, notes each acknowledged one in a file, and kills its own process.
    static func writeUntilKilled(in path: String, after count: Int) async throws {
        var configuration = Database.Configuration(folder: path)
        configuration.checkpointPages = 20
        let database = try Database(configuration, migrations: notes)
        let log = open("\(path)/acknowledged", O_CREAT | O_WRONLY | O_APPEND, 0o600)
        let acknowledged = Record<Bool>()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for writer in 1...8 {
                group.addTask {
                    var id = Int64(writer) * 1_000_000
                    while true {
                        id += 2
                        var pair = id
                        try await database.write { [pair] transaction throws(StorageError) in
                            try transaction.add(note: pair)
                            try transaction.add(note: pair + 1)
                        }
                        write(log, &pair, MemoryLayout<Int64>.size)
                        acknowledged.add(true)
                        if acknowledged.count > count { kill(getpid(), SIGKILL) }
                    }
                }
            }
            try await group.waitForAll()
        }
    }
}
