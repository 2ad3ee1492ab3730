import Glibc
import Testing

@testable import Storage

@Suite(.timeLimit(.minutes(1))) struct BackupFolderTests {
    let folder = TemporaryFolder()
    private var backups: BackupFolder { BackupFolder(folder.path) }
    private static let names = (1...4).map { BackupFolder.name(at: Int64($0) * 86_400_000) }
    private static let report = BackupReport(
        takenAt: 1, bytes: 2, sha256: "00", schema: ["notes": 1], rows: ["note": 3])

    @Test("what is no file is no backup, and a pipe keeps nobody waiting")
    func strange() throws {
        for name in [Self.names[0], Self.names[1]] { try DiskFile.write([1, 2], to: backups.path(of: name)) }
        try BackupFile.writeManifest(Self.report, to: backups.path(of: BackupFolder.manifest(of: Self.names[0])))
        #expect(mkfifo(backups.path(of: BackupFolder.manifest(of: Self.names[1])), 0o600) == 0)
        #expect(mkfifo(backups.path(of: Self.names[2]), 0o600) == 0)
        try DiskFile.makeFolder(backups.path(of: Self.names[3]))
        #expect(try backups.entries() == [
            .init(name: Self.names[0], bytes: 2, report: Self.report),
            .init(name: Self.names[1], bytes: 2, report: nil),
        ])
        #expect(throws: StorageError.backupFailed(.manifestUnreadable)) {
            try BackupFile.verify(backups.path(of: Self.names[1]))
        }
        #expect(throws: StorageError.cannotOpen) { try BackupFile.isOurs(backups.path(of: Self.names[2])) }
    }

    @Test("what cannot be read just now is told, and not taken for no backup, none that is good, or a damaged one")
    func unreadable() throws {
        let path = backups.path(of: Self.names[0])
        try DiskFile.write([1, 2], to: path)
        // Leads to itself: neither there nor not there.
        #expect(symlink(BackupFile.manifest(of: path), BackupFile.manifest(of: path)) == 0)
        #expect(throws: StorageError.backupFailed(.unreadable)) { try backups.entries() }
        #expect(throws: StorageError.cannotOpen) { try BackupFile.verify(path) }
        #expect(throws: StorageError.backupFailed(.unreadable)) { try BackupFolder(path).entries() }
        #expect(try BackupFolder("\(folder.path)/none").entries() == [])
        DiskFile.remove(BackupFile.manifest(of: path))
        #expect(try backups.entries() == [.init(name: Self.names[0], bytes: 2, report: nil)])
    }

    @Test("of a drill that was cut short its own files go, others' stay, and so does what a link leads to", arguments: [
        false, true,
    ])
    func drill(_ isLink: Bool) throws {
        let other = "\(folder.path)/other"
        try DiskFile.makeFolder(isLink ? other : backups.drill)
        if isLink { #expect(symlink("other", backups.drill) == 0) }
        for name in ["parley.sqlite", "parley.lock", "letters"] {
            try DiskFile.write([1], to: "\(backups.drill)/\(name)")
        }
        let left = isLink ? ["letters", "parley.lock", "parley.sqlite"] : ["letters"]
        try backups.prepare()
        #expect(try DiskFile.names(in: backups.drill, beginningWith: "").filter { !$0.hasPrefix(".") } == left)
        DiskFile.removeFolder(backups.drill)
        #expect(try DiskFile.names(in: backups.drill, beginningWith: "").filter { !$0.hasPrefix(".") } == left)
    }

    @Test("what was left unfinished goes, with the journals beside it, and nothing else")
    func prepare() throws {
        let kept = [Self.names[0], "\(Self.names[0]).json", "parley-notes.unfinished", "letters.unfinished"]
        let left = ["", "-journal", "-wal"].map { "\(Self.names[1]).unfinished\($0)" }
            + ["\(Self.names[1]).json.unfinished"]
        for name in kept + left { try DiskFile.write([1], to: backups.path(of: name)) }
        try backups.prepare()
        #expect(try DiskFile.names(in: folder.path, beginningWith: "").filter { !$0.hasPrefix(".") } == kept.sorted())
    }

    @Test("a manifest whose numbers no backup can have is none", arguments: [
        (1 << 48, 1, [:], true), (0, 0, ["a": 1 << 47, "b": 1 << 47], true),
        (-1, 1, [:], false), (.max, 1, [:], false), (1, -1, [:], false), (1, .max, [:], false),
        (1, 1, ["a": -1], false), (1, 1, ["a": .max, "b": .max], false), (1, 1, ["a": 1 << 48, "b": 1], false),
    ] as [(Int64, Int64, [String: Int64], Bool)])
    func numbers(takenAt: Int64, bytes: Int64, rows: [String: Int64], _ isGood: Bool) throws {
        let report = BackupReport(takenAt: takenAt, bytes: bytes, sha256: "00", schema: [:], rows: rows)
        let path = backups.path(of: Self.names[0])
        try BackupFile.writeManifest(report, to: BackupFile.manifest(of: path))
        if isGood {
            #expect(try BackupFile.report(of: path) == report)
        } else {
            #expect(throws: StorageError.backupFailed(.manifestUnreadable)) { try BackupFile.report(of: path) }
        }
    }

    @Test("a drill takes as much as the backup, and three times that where it upgrades it")
    func room() {
        #expect(Self.report.drillBytes(with: notes) == 2)
        #expect(Self.report.drillBytes(with: notes + [MigrationTests.second]) == 6)
        #expect(Self.report.drillBytes(with: notes + [MigrationTests.other]) == 6)
    }
}
