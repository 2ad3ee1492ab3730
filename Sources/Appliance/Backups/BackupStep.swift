import Storage

/// When something is to be done about backups, and what: pure.
struct BackupStep {
    /// Scheduled backups that failed one after the other.
    struct Failures: Equatable, Sendable {
        var count = 0
        /// Of the last one, Unix milliseconds.
        var lastAt: Int64 = 0
    }

    /// What is at hand.
    struct Situation: Equatable, Sendable {
        /// Oldest first.
        var backups: [Backup] = []
        var drill: BackupDrill?
        /// When the program started, Unix milliseconds.
        var startedAt: Int64
        var failures = Failures()
        /// Why the folder could not be worked on when it was tried last.
        var folderFault: StorageError?

        /// Of those up to now: what bears a later time was made before the clock was set back, and counts as nothing
        /// until that time has come. It would otherwise stand before every new one.
        func newestGood(at now: Int64) -> Backup? { BackupStep.past(backups, at: now).last(where: \.isGood) }
    }

    enum Work: Equatable, Sendable {
        case make
        case remove([String])
        case drill(String)
    }

    /// From a start to the first thing that is done by itself: a program that is being set up, or that does not come
    /// up properly, has better to do.
    static let settlingMs: Int64 = 60_000
    /// From a failure to the next attempt: this long, doubled with each further one, up to an hour.
    static let retryMs: Int64 = 5 * 60_000
    static let retryMsMax: Int64 = 60 * 60_000
    static let uploadRetryMs: Int64 = 60_000
    /// After a drill that failed, the next backup is tried at once, and the same one a day later.
    static let drillRetryMs: Int64 = 24 * 60 * 60_000

    let settings: BackupSettings

    /// The next thing that is due: a backup before anything else, since old ones are only removed behind a new one.
    func due(_ situation: Situation, at now: Int64) -> Work? {
        guard now - situation.startedAt >= Self.settlingMs else { return nil }
        if isBackupDue(situation, at: now) { return .make }
        let obsolete = obsolete(situation.backups, at: now)
        if !obsolete.isEmpty { return .remove(obsolete) }
        if let newest = situation.newestGood(at: now), isDrillDue(of: newest, after: situation.drill, at: now) {
            return .drill(newest.name)
        }
        return nil
    }

    private func isBackupDue(_ situation: Situation, at now: Int64) -> Bool {
        guard settings.intervalHours > 0 else { return false }
        if situation.failures.count > 0 {
            let wait = Self.backoff(Self.retryMs, situation.failures.count)
            // A clock that was set back must not keep it waiting.
            if (0..<wait).contains(now - situation.failures.lastAt) { return false }
        }
        guard let takenAt = situation.newestGood(at: now)?.report?.takenAt else { return true }
        return now - takenAt >= settings.intervalMs
    }

    private func isDrillDue(of newest: Backup, after last: BackupDrill?, at now: Int64) -> Bool {
        guard settings.drillDays > 0 else { return false }
        guard let last else { return true }
        let wait = last.fault == nil ? settings.drillIntervalMs : last.backup == newest.name ? Self.drillRetryMs : 0
        return now - last.at >= wait || last.at > now
    }

    /// What goes: everything older than the oldest of the newest `keep` good ones. While there are fewer good ones than
    /// that nothing goes, so that a damaged one never takes a good one's place.
    func obsolete(_ backups: [Backup], at now: Int64) -> [String] {
        let kept = Self.past(backups, at: now).filter(\.isGood).suffix(settings.keep)
        guard kept.count == settings.keep, let oldest = kept.first else { return [] }
        return backups.filter { $0.name < oldest.name }.map(\.name)
    }

    /// Whether one may be removed for whoever asks: the last good one may not.
    static func mayGo(_ name: String, of backups: [Backup], at now: Int64) -> Bool {
        let good = past(backups, at: now).filter(\.isGood)
        return good.isEmpty || good.contains { $0.name != name }
    }

    /// The same rule for what is in the store: complete is what has its manifest, which is sent last.
    ///
    /// - Returns: names of objects, each manifest before its file.
    func obsoleteObjects(_ objects: [String], at now: Int64) -> [String] {
        let names = objects.filter { BackupFolder.isName($0) && $0 <= BackupFolder.name(at: now) }.sorted()
        let manifests = Set(objects).intersection(names.map(BackupFolder.manifest))
        let kept = names.filter { manifests.contains(BackupFolder.manifest(of: $0)) }.suffix(settings.keep)
        guard kept.count == settings.keep, let oldest = kept.first else { return [] }
        return names.filter { $0 < oldest }.flatMap { name in
            [BackupFolder.manifest(of: name), name].filter { manifests.contains($0) || $0 == name }
        }
    }

    /// The newest good backup that is not in the store and may be tried now.
    func upload(_ backups: [Backup], at now: Int64) -> Backup? {
        guard settings.store != nil else { return nil }
        return Self.past(backups, at: now).filter(\.isGood).suffix(settings.keep).last { backup in
            // A time further away than any was meant to be: the clock was set back.
            backup.record.uploadedAt == nil
                && backup.record.uploadDueAt.map { $0 <= now || $0 > now + Self.retryMsMax } ?? true
        }
    }

    /// A manifest may say another time than the name does: of a machine with another clock, or by a flipped bit.
    fileprivate static func past(_ backups: [Backup], at now: Int64) -> [Backup] {
        let last = BackupFolder.name(at: now)
        return backups.filter { $0.name <= last && $0.report.map { $0.takenAt <= now } ?? true }
    }

    /// When an upload is tried again that has failed so often.
    static func uploadDue(after tries: Int, at now: Int64) -> Int64 { now + backoff(uploadRetryMs, tries) }

    /// `first`, doubled with each failure after the first, at most an hour: 5, 10, 20, 40, 60, 60 minutes.
    private static func backoff(_ first: Int64, _ failures: Int) -> Int64 {
        min(retryMsMax, first << Int64(min(max(0, failures - 1), 10)))
    }
}
