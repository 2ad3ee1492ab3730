import FoundationEssentials
import Storage
import Testing

@testable import Appliance

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
        let backups = try await cellar.look()
        #expect(backups.allSatisfy { $0.isGood && $0.record.verifiedAt != nil })
        #expect(cellar.keeper.workshop.figures.made == 4 && cellar.keeper.health.ageSeconds == 0)
        let actions = try await cellar.actions()
        #expect(actions.filter { $0 == "backup.made program" }.count == 4)
        #expect(actions.filter { $0 == "backup.deleted program" }.count == 2)
        let names = try await cellar.names()
        let rest = try FileManager.default.contentsOfDirectory(atPath: cellar.keeper.inventory.folder.path)
        #expect(rest.sorted() == names.flatMap { [$0, $0 + ".json"] })
    }

    @Test("a drill opens the newest as a start would; a damaged one is found, and replaced")
    func drill() async throws {
        let cellar = try Cellar { $0.drillDays = 1 }
        cellar.pass(1)
        try await cellar.keeper.workDue()
        let first = try #require(try await cellar.names().first)
        #expect(cellar.drill == BackupDrill(at: cellar.drill!.at, backup: first, fault: nil))
        #expect(!FileManager.default.fileExists(atPath: cellar.keeper.inventory.folder.drill))

        try cellar.damage(first)
        cellar.pass(24 - 1)
        try await cellar.keeper.workDue()
        #expect(try await cellar.names() == [first], "a drill is due a day after the last, a backup not yet")
        cellar.pass(1)
        // Makes a backup first, of which the drill then is held.
        try await cellar.keeper.workDue()
        let second = try #require(try await cellar.names().last)
        #expect(cellar.drill?.backup == second && cellar.drill?.fault == nil)
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
        try cellar.damage(first)
        cellar.pass(25)
        try await cellar.keeper.workDue()
        let backups = try await cellar.look()
        #expect(backups.map(\.isGood) == [false, true])
        #expect(cellar.drill?.fault == nil && cellar.drill?.backup == backups.last?.name)
    }

    @Test("a folder that cannot be written is told, counted and tried again later")
    func unwritable() async throws {
        let cellar = try Cellar { $0.folder = "/proc/none" }
        cellar.pass(1)
        await #expect(throws: StorageError.self) { try await cellar.keeper.workDue() }
    }
}
