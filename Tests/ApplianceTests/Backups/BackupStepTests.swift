import Outbound
import Storage
import Testing

@testable import Appliance

@Suite struct BackupStepTests {
    static let hour: Int64 = 3_600_000
    static let start: Int64 = 1_769_851_800_000

    /// A backup taken so many hours after the start.
    private static func backup(_ hours: Int64, _ change: (inout Backup) -> Void = { _ in }) -> Backup {
        let taken = start + hours * hour
        let report = BackupReport(takenAt: taken, bytes: 1, sha256: "", schema: [:], rows: [:])
        var backup = Backup(name: BackupFolder.name(at: taken), bytes: 1, report: report)
        change(&backup)
        return backup
    }

    /// One whose manifest says a time to come, whatever its name does.
    private static func misdate(_ backup: inout Backup) { backup.report?.takenAt = start + 1_000_000 * hour }

    private static func names(_ hours: Int64...) -> [String] {
        hours.map { BackupFolder.name(at: start + $0 * hour) }
    }

    private static func damage(_ backup: inout Backup) { backup.record.fault = "damaged" }
    private static func lose(_ backup: inout Backup) { backup.report = nil }

    private func step(_ change: (inout BackupSettings) -> Void = { _ in }) -> BackupStep {
        var settings = BackupSettings()
        settings.keep = 2
        settings.drillDays = 0
        change(&settings)
        return BackupStep(settings: settings)
    }

    private func situation(_ backups: [Backup], _ change: (inout BackupStep.Situation) -> Void = { _ in })
        -> BackupStep.Situation
    {
        var situation = BackupStep.Situation(backups: backups, startedAt: Self.start - Self.hour)
        change(&situation)
        return situation
    }

    @Test("a backup is due a day after the newest good one", arguments: [
        ([], 0, true),
        ([backup(0)], 23, false), ([backup(0)], 24, true), ([backup(0), backup(10)], 24, false),
        ([backup(0), backup(10, damage)], 24, true), ([backup(0), backup(10, lose)], 24, true),
        ([backup(0), backup(10, misdate)], 24, true), ([backup(0, misdate)], 1, true),
        ([backup(50)], 24, true), ([backup(23), backup(50), backup(51), backup(52)], 24, false),
    ] as [([Backup], Int64, Bool)])
    func due(_ backups: [Backup], hours: Int64, _ expected: Bool) {
        #expect((step().due(situation(backups), at: Self.start + hours * Self.hour) == .make) == expected)
    }

    @Test("nothing is due in the first minute, nor where the interval is 0")
    func off() {
        #expect(step().due(situation([]) { $0.startedAt = Self.start }, at: Self.start + 59_999) == nil)
        #expect(step().due(situation([]) { $0.startedAt = Self.start }, at: Self.start + 60_000) == .make)
        #expect(step { $0.intervalHours = 0 }.due(situation([]), at: Self.start) == nil)
    }

    @Test("after a failure it waits longer each time, up to an hour", arguments: [
        (1, 5), (2, 10), (3, 20), (4, 40), (5, 60), (50, 60),
    ] as [(Int, Int64)])
    func backoff(failures: Int, minutes: Int64) {
        let failed = situation([]) { situation in
            situation.failures = .init(count: failures, lastAt: Self.start)
        }
        #expect(step().due(failed, at: Self.start + minutes * 60_000 - 1) == nil)
        #expect(step().due(failed, at: Self.start + minutes * 60_000) == .make)
        #expect(step().due(failed, at: Self.start - 1) == .make, "the clock was set back")
    }

    @Test("what is older than the newest so many good ones goes, and never a good one for a bad one", arguments: [
        ([], []), ([backup(1)], []), ([backup(1), backup(2)], []),
        ([backup(1), backup(2), backup(3)], names(1)),
        ([backup(1), backup(2), backup(3, damage)], []),
        ([backup(1), backup(2, damage), backup(3, lose), backup(4)], []),
        ([backup(1), backup(2, damage), backup(3), backup(4)], names(1, 2)),
        ([backup(1, lose), backup(2), backup(3)], names(1)),
        ([backup(1), backup(2), backup(10), backup(11)], []),
    ] as [([Backup], [String])])
    func obsolete(_ backups: [Backup], _ expected: [String]) {
        #expect(step().obsolete(backups, at: Self.start + 9 * Self.hour) == expected)
    }

    @Test("a backup comes before the removal of old ones, and a drill after both")
    func order() {
        let drills = step { $0.drillDays = 7 }
        let three = [Self.backup(1), Self.backup(2), Self.backup(3)]
        #expect(drills.due(situation(three), at: Self.start + 27 * Self.hour) == .make)
        #expect(drills.due(situation(three), at: Self.start + 26 * Self.hour) == .remove(Self.names(1)))
        #expect(
            drills.due(situation(Array(three[1...])), at: Self.start + 26 * Self.hour) == .drill(Self.names(3)[0]))
    }

    @Test("a drill is due a week after one that passed, a day after one that failed, at once for a new backup", arguments: [
        (nil, "", 168, false), (nil, "", 169, true), ("bad", "same", 24, false), ("bad", "same", 25, true),
        ("bad", "other", 2, true),
    ] as [(String?, String, Int64, Bool)])
    func drill(fault: String?, on: String, hours: Int64, _ expected: Bool) {
        let newest = Self.backup(hours)
        let last = BackupDrill(
            at: Self.start + Self.hour, backup: on == "same" ? newest.name : "earlier", fault: fault)
        let due = step { $0.drillDays = 7 }.due(
            situation([newest]) { $0.drill = last }, at: Self.start + hours * Self.hour)
        #expect((due == .drill(newest.name)) == expected)
        let ahead = BackupDrill(at: Self.start + (hours + 1) * Self.hour, backup: newest.name, fault: fault)
        #expect(
            step { $0.drillDays = 7 }.due(situation([newest]) { $0.drill = ahead }, at: Self.start + hours * Self.hour)
                == .drill(newest.name), "the clock was set back")
    }

    @Test("in the store the same many stay, complete ones counted, manifests removed first")
    func objects() {
        func both(_ hours: Int64) -> [String] { Self.names(hours).flatMap { [$0, $0 + ".json"] } }
        let strange = ["parley-of-somebody.sqlite", "parley-20260131T093000.250Z.sqlite.bak", "letters"]
        let now = Self.start + 9 * Self.hour
        #expect(step().obsoleteObjects(both(1) + both(2) + strange, at: now) == [])
        #expect(
            step().obsoleteObjects(both(1) + both(2) + Self.names(3) + strange, at: now) == [], "the third is incomplete")
        #expect(step().obsoleteObjects(both(1) + both(2) + both(10), at: now) == [], "the third is to come")
        #expect(
            step().obsoleteObjects(Self.names(0) + both(1) + both(2) + both(3) + strange, at: now)
                == Self.names(0) + both(1).reversed())
    }

    @Test("the newest good one is uploaded first, and one that failed later again")
    func upload() {
        let sends = step { $0.store = ObjectStoreSettings(url: "", region: "", accessKey: "", secretKey: "") }
        let now = Self.start + 4 * Self.hour
        var backups = [Self.backup(1), Self.backup(2), Self.backup(3), Self.backup(4, Self.damage)]
        #expect(step().upload(backups, at: Self.start) == nil, "there is no store")
        #expect(sends.upload(backups, at: now)?.name == Self.names(3)[0])
        backups[2].record.uploadDueAt = BackupStep.uploadDue(after: 1, at: now)
        #expect(sends.upload(backups, at: now + 59_999)?.name == Self.names(2)[0])
        backups[1].record.uploadedAt = Self.start
        #expect(sends.upload(backups, at: now + 59_999) == nil, "the oldest is about to go")
        #expect(sends.upload(backups, at: now + 60_000)?.name == Self.names(3)[0])
        #expect(sends.upload([Self.backup(1), Self.backup(9)], at: now)?.name == Self.names(1)[0], "one is to come")
        backups[2].record.uploadDueAt = now + 3 * Self.hour
        #expect(sends.upload(backups, at: now)?.name == Self.names(3)[0], "the clock was ahead")
        #expect(BackupStep.uploadDue(after: 40, at: 0) == Self.hour)
    }

    @Test("names sort by time, and no other name is taken for one", arguments: [
        ("parley-20260131T093000.250Z.sqlite", true), ("parley-20260131T093000.250Z.sqlite.json", false),
        ("parley-20260131T093000.250Z.sqlite.unfinished", false), ("parley-20260131T093000,250Z.sqlite", false),
        ("parley-../../etc/passwd0000Z.sqlite", false), ("parley.sqlite", false), ("", false),
    ])
    func naming(_ name: String, _ expected: Bool) {
        #expect(BackupFolder.isName(name) == expected)
        #expect(BackupFolder.name(at: 999) < BackupFolder.name(at: 1_000))
    }

    @Test("what is old is warned of after two intervals and an hour", arguments: [
        ([backup(0)], 49, 0), ([backup(0)], 50, 1), ([], 47, 0), ([], 49, 1), ([backup(0, damage)], 49, 1),
        ([backup(0), backup(10, misdate)], 50, 1),
    ] as [([Backup], Int64, Int)])
    func health(_ backups: [Backup], hours: Int64, warnings: Int) {
        let health = BackupHealth(situation(backups), BackupSettings(), at: Self.start + hours * Self.hour)
        #expect(health.warnings.count == warnings, "\(health.warnings)")
    }

    @Test("a folder that cannot be worked on is warned of, whether backups are made by themselves or not", arguments: [0, 9])
    func folderFault(_ hours: Int) {
        var settings = BackupSettings()
        settings.intervalHours = hours
        let hung = situation([Self.backup(0)]) { $0.folderFault = .backupFailed(.folderLate) }
        let warnings = BackupHealth(hung, settings, at: Self.start).warnings
        #expect(warnings.count == 1 && warnings.first?.contains("does not answer") == true)
    }

    @Test("whoever asks may remove all but the last good one", arguments: [
        ([backup(1), backup(2)], true), ([backup(1)], false), ([backup(1), backup(2, damage)], false),
        ([backup(1, damage), backup(2)], true), ([backup(1, damage)], true),
        ([backup(1, lose), backup(2, damage)], true),
    ] as [([Backup], Bool)])
    func mayGo(_ backups: [Backup], _ expected: Bool) {
        #expect(BackupStep.mayGo(Self.names(1)[0], of: backups, at: Self.start + 9 * Self.hour) == expected)
    }

    @Test("one that bears a time to come does not count as the other good one")
    func mayGoAfterTheClockWasAhead() {
        #expect(!BackupStep.mayGo(Self.names(1)[0], of: [Self.backup(1), Self.backup(5)], at: Self.start + 2 * Self.hour))
    }
}
