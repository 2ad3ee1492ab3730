import Storage

/// How things stand with the backups, for readiness and metrics.
struct BackupHealth: Equatable, Sendable {
    /// How much later than two intervals a backup may be: large ones take their time.
    static let graceMs: Int64 = 60 * 60_000

    /// Seconds since the newest good backup was taken; nil when there is none.
    var ageSeconds: Double?
    /// What an operator should look at, as sentences. None of it keeps the program from doing its work.
    var warnings: [String] = []

    init(_ situation: BackupStep.Situation, _ settings: BackupSettings, at now: Int64) {
        let takenAt = situation.newestGood(at: now)?.report?.takenAt
        ageSeconds = takenAt.map { Double(max(0, now - $0)) / 1_000 }
        if let fault = situation.folderFault {
            warnings.append("The folder of the backups cannot be used: \(fault.explanation)")
        }
        guard settings.intervalHours > 0 else { return }
        let since = takenAt ?? situation.startedAt
        if now - since > 2 * settings.intervalMs + Self.graceMs {
            let hours = (now - since) / 3_600_000
            warnings.append(
                takenAt == nil
                    ? "There is no good backup, \(hours) hours after the start."
                    : "The newest good backup is \(hours) hours old.")
        }
        if let fault = situation.drill?.fault { warnings.append("The last restore drill failed: \(fault)") }
    }
}
