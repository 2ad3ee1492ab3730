import FoundationEssentials
import Storage
import Testing

@testable import Appliance

@Suite(.timeLimit(.minutes(2))) struct BackupDrillTests {
    @Test("a drill that the program ended in is told, and held again a day later, not each minute")
    func cutShort() async throws {
        let cellar = try Cellar { settings in
            settings.intervalHours = 0
            settings.drillDays = 1
        }
        let name = try await cellar.make()
        try FileManager.default.createDirectory(
            atPath: cellar.keeper.inventory.folder.drill, withIntermediateDirectories: false)
        try await cellar.keeper.workDue()
        let told = try #require(cellar.drill)
        #expect(told.backup == name && told.fault?.contains("cut short") == true)
        #expect(try await cellar.look().map(\.isGood) == [true])
        cellar.pass(1)
        try await cellar.keeper.workDue()
        #expect(cellar.drill == told)
        cellar.pass(24)
        try await cellar.keeper.workDue()
        #expect(cellar.drill?.backup == name && cellar.drill?.fault == nil)
    }

    @Test("what cannot be read just now is neither damaged nor deleted as one that is not good")
    func unreadable() async throws {
        let cellar = try Cellar { $0.intervalHours = 0 }
        let name = try await cellar.make(), before = try await cellar.look()
        let manifest = cellar.keeper.inventory.folder.path(of: BackupFolder.manifest(of: name))
        let files = FileManager.default, entry = AuditEntry(actorKind: .program, action: "backup.deleted")
        try files.moveItem(atPath: manifest, toPath: "\(cellar.folder)/aside")
        // Leads to itself: neither there nor not there.
        try files.createSymbolicLink(atPath: manifest, withDestinationPath: manifest)
        let verifying = try #require(cellar.keeper.workshop.begin(.verifying, name))
        try? await cellar.keeper.workshop.verify(verifying, AuditEntry(actorKind: .program, action: "backup.verified"))
        let removing = try #require(cellar.keeper.workshop.begin(.removing, name))
        await #expect(throws: StorageError.backupFailed(.unreadable)) {
            try await cellar.keeper.workshop.remove(removing, entry) { _ in true }
        }
        #expect(cellar.keeper.health.warnings.first?.contains("cannot be read") == true)
        try files.removeItem(atPath: manifest)
        try files.moveItem(atPath: "\(cellar.folder)/aside", toPath: manifest)
        #expect(try await cellar.look() == before)
    }
}
