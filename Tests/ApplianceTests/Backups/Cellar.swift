import FoundationEssentials
import Storage
import Synchronization
import Testing

@testable import Appliance

private final class Clock: Sendable {
    let time = Mutex(Timestamp(iso8601: "2026-01-31T09:30:00Z")!.milliseconds)
}

/// A keeper on a database of its own, with a clock that the test sets.
final class Cellar: Sendable {
    let folder: String
    let database: Database
    let keeper: BackupKeeper
    private let clock = Clock()

    init(
        limit: DiskLimit = DiskLimit(), thread: FolderThread = FolderThread(),
        _ change: (inout BackupSettings) -> Void = { _ in }
    ) throws {
        folder = try makeTestFolder()
        database = try Database(.init(folder: folder), migrations: App.migrations)
        var settings = BackupSettings()
        settings.keep = 2
        settings.drillDays = 0
        change(&settings)
        keeper = BackupKeeper(
            database: database, folder: folder, settings: settings, limit: limit, log: .silent, thread: thread,
            now: { [clock] in clock.time.withLock { $0 } })
    }

    func pass(_ hours: Int) { clock.time.withLock { $0 += Timestamp.hours(Int64(hours)) } }

    func look() async throws -> [Backup] { try await keeper.inventory.look().backups }

    var drill: BackupDrill? { keeper.inventory.seen.drill }

    func names() async throws -> [String] { try await look().map(\.name) }

    /// A backup is made that nobody asked for.
    func make() async throws -> String {
        pass(24)
        let job = try #require(keeper.workshop.begin(.making, BackupFolder.name(at: clock.time.withLock { $0 })))
        #expect(try await keeper.workshop.make(job, isAsked: false))
        return job.backup
    }

    func actions() async throws -> [String] {
        try await database.read { snapshot throws(StorageError) in
            try snapshot.all("SELECT action, actor_kind FROM audit ORDER BY id") { row throws(StorageError) in
                "\(row.text(0)) \(row.text(1))"
            }
        }
    }

    /// Changes one bit in the middle.
    func damage(_ name: String) throws {
        let file = URL(filePath: keeper.inventory.folder.path(of: name))
        var bytes = try Data(contentsOf: file)
        bytes[bytes.count / 2] ^= 1
        try bytes.write(to: file)
    }

    deinit {
        database.close()
        try? FileManager.default.removeItem(atPath: folder)
    }
}
