import FoundationEssentials
import Storage
import Synchronization
import Testing
import Web

@testable import Appliance

private final class Clock: Sendable {
    let time = Mutex(Timestamp(iso8601: "2026-01-31T09:30:00Z")!.milliseconds)
}

/// A keeper on a database of its own, with a clock that the test sets.
private final class Cellar: Sendable {
    let folder: String
    let database: Database
    let keeper: BackupKeeper
    private let clock = Clock()

    init(_ change: (inout BackupSettings) -> Void = { _ in }) throws {
        folder = try makeTestFolder()
        database = try Database(.init(folder: folder), migrations: App.migrations)
        var settings = BackupSettings()
        settings.keep = 2
        settings.drillDays = 0
        change(&settings)
        keeper = BackupKeeper(
            database: database, folder: folder, settings: settings, log: .silent, now: { [clock] in clock.time.withLock { $0 } })
    }

    func pass(_ hours: Int) { clock.time.withLock { $0 += Timestamp.hours(Int64(hours)) } }

    func names() async throws -> [String] { try await keeper.look().backups.map(\.name) }

    deinit {
        database.close()
        try? FileManager.default.removeItem(atPath: folder)
    }
}

@Suite(.timeLimit(.minutes(2))) struct BackupKeeperTests {
    @Test("a backup a day is made, verified and recorded, and the oldest goes")
    func schedule() async throws {
        let cellar = try Cellar()
        try await cellar.keeper.workDue()
        #expect(try await cellar.names() == [], "not before it has settled")
        for day in 0..<4 {
            cellar.pass(day == 0 ? 1 : 24)
            try await cellar.keeper.workDue()
            try await cellar.keeper.workDue()
            #expect(try await cellar.names().count == min(day + 1, 2))
        }
        let backups = try await cellar.keeper.look().backups
        #expect(backups.allSatisfy { $0.isGood && $0.record.verifiedAt != nil })
        #expect(cellar.keeper.figures.made == 4 && cellar.keeper.health.ageSeconds == 0)
        let actions = try await cellar.database.read { snapshot throws(StorageError) in
            try snapshot.all("SELECT action, actor_kind FROM audit ORDER BY id") { row throws(StorageError) in
                "\(row.text(0)) \(row.text(1))"
            }
        }
        #expect(actions.filter { $0 == "backup.made program" }.count == 4)
        #expect(actions.filter { $0 == "backup.deleted program" }.count == 2)
        let names = try await cellar.names()
        let rest = try FileManager.default.contentsOfDirectory(atPath: cellar.keeper.folder.path)
        #expect(rest.sorted() == names.flatMap { [$0, $0 + ".json"] })
    }

    @Test("a drill opens the newest as a start would; a damaged one is found, and replaced")
    func drill() async throws {
        let cellar = try Cellar { $0.drillDays = 1 }
        cellar.pass(1)
        try await cellar.keeper.workDue()
        let first = try #require(try await cellar.names().first)
        #expect(cellar.keeper.drill == BackupDrill(at: cellar.keeper.drill!.at, backup: first, fault: nil))
        #expect(!FileManager.default.fileExists(atPath: cellar.keeper.folder.drill))

        let path = cellar.keeper.folder.path(of: first)
        var bytes = try Data(contentsOf: URL(filePath: path))
        bytes[bytes.count / 2] ^= 1
        try bytes.write(to: URL(filePath: path))
        cellar.pass(24 - 1)
        try await cellar.keeper.workDue()
        #expect(try await cellar.names() == [first], "a drill is due a day after the last, a backup not yet")
        cellar.pass(1)
        // Makes a backup first, of which the drill then is held.
        try await cellar.keeper.workDue()
        let second = try #require(try await cellar.names().last)
        #expect(cellar.keeper.drill?.backup == second && cellar.keeper.drill?.fault == nil)
    }

    @Test("a drill of a damaged backup marks it, and the next backup is due at once")
    func damaged() async throws {
        let cellar = try Cellar { settings in
            settings.intervalHours = 48
            settings.drillDays = 1
        }
        cellar.pass(1)
        try await cellar.keeper.workDue()
        let first = try #require(try await cellar.names().first)
        let path = cellar.keeper.folder.path(of: first)
        var bytes = try Data(contentsOf: URL(filePath: path))
        bytes[bytes.count / 2] ^= 1
        try bytes.write(to: URL(filePath: path))
        cellar.pass(25)
        try await cellar.keeper.workDue()
        let backups = try await cellar.keeper.look().backups
        #expect(backups.map(\.isGood) == [false, true])
        #expect(cellar.keeper.drill?.fault == nil && cellar.keeper.drill?.backup == backups.last?.name)
    }

    @Test("a folder that cannot be written is told, counted and tried again later")
    func unwritable() async throws {
        let cellar = try Cellar { $0.folder = "/proc/none" }
        cellar.pass(1)
        await #expect(throws: StorageError.self) { try await cellar.keeper.workDue() }
    }
}

@Suite(.timeLimit(.minutes(2))) struct BackupRoutesTests {
    @Test("a backup is asked for, watched, verified, and is the last that cannot be deleted")
    func onDemand() async throws {
        try await withAppliance { appliance in
            #expect(await appliance.ask(.get, "/api/admin/backups").text == #"{"items":[]}"#)
            let made = await appliance.ask(.post, "/api/admin/backups")
            #expect(made.status == .accepted && made.json["state"] == "making")
            let path = try #require(made.headers["location"])
            let good = await appliance.eventually(.get, path) { $0.json["state"] == "good" && !$0.text.contains("progress") }
            #expect(good.text.contains(#""sha256":"#) && good.text.contains(#""audit":"#))
            let verifying = await appliance.ask(.post, "\(path)/verify")
            #expect(verifying.status == .accepted)
            let verified = await appliance.eventually(.get, path) { !$0.text.contains("progress") }
            #expect(verified.json["state"] == "good")
            let refused = await appliance.ask(.delete, path)
            #expect(refused.status == .conflict && refused.text.contains("backup.last_good"))
            let second = await appliance.ask(.post, "/api/admin/backups")
            _ = await appliance.eventually(.get, second.headers["location"] ?? "") {
                $0.json["state"] == "good" && !$0.text.contains("progress")
            }
            #expect(await appliance.ask(.delete, path).status == .noContent)
            #expect(await appliance.ask(.get, path).status == .notFound)
            #expect(await appliance.ask(.delete, path).status == .notFound)
        }
    }

    @Test("only one runs at a time")
    func oneAtATime() async throws {
        try await withAppliance { appliance in
            let job = try #require(appliance.app.backups.begin(.making, BackupFolder.name(at: 1)))
            for (method, path) in [(Method.post, ""), (.post, "/x/verify")] {
                let answer = await appliance.ask(method, "/api/admin/backups\(path)")
                #expect(answer.status == (path.isEmpty ? .conflict : .notFound))
            }
            let listed = await appliance.ask(.get, "/api/admin/backups")
            #expect(listed.text.contains(#""state":"making""#) && listed.text.contains(job.backup))
        }
    }

    @Test("who may only read makes, verifies and deletes nothing")
    func scopes() async throws {
        try await withAppliance { appliance in
            let reader = try await appliance.token("operations:read")
            #expect(await appliance.ask(.get, "/api/admin/backups", token: reader).status == .ok)
            #expect(await appliance.ask(.post, "/api/admin/backups", token: reader).status == .forbidden)
            #expect(await appliance.ask(.delete, "/api/admin/backups/x", token: reader).status == .forbidden)
            #expect(await appliance.ask(.post, "/api/admin/backups/x/verify", token: reader).status == .forbidden)
        }
    }
}
