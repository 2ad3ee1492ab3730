import Storage

extension MetricSource {
    /// How things stand with the backups, and what was done about them since the start.
    static func backups(_ keeper: BackupKeeper) -> MetricSource {
        MetricSource { text, _, now throws(StorageError) in text.add(keeper, at: now) }
    }
}

extension PrometheusText {
    /// - Parameter now: Unix milliseconds.
    fileprivate mutating func add(_ keeper: BackupKeeper, at now: Int64) {
        let figures = keeper.workshop.figures, seen = keeper.inventory.seen
        single("parley_backups", .gauge, "Good backups in the folder.", seen.backups.count(where: \.isGood))
        if let age = keeper.health.ageSeconds {
            single("parley_backup_age_seconds", .gauge, "Age of the newest good backup.", age)
        }
        single(
            "parley_backup_running", .gauge, "1 while one is made, verified, tried out or removed.",
            keeper.workshop.job == nil ? 0 : 1)
        metric("parley_backups_total", .counter, "Backups since the start, by what came of them.")
        sample("parley_backups_total", figures.made, ["result": "ok"])
        sample("parley_backups_total", figures.failed, ["result": "failed"])
        if let succeeded = figures.lastSucceeded {
            single("parley_backup_last_success", .gauge, "1 when the last backup was made, 0 when it failed.", succeeded ? 1 : 0)
        }
        if !figures.seconds.isEmpty {
            single("parley_backup_bytes", .gauge, "Bytes of the last backup.", figures.bytes)
            metric("parley_backup_seconds", .gauge, "How long the phases of the last backup took.")
            for (phase, seconds) in figures.seconds.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
                sample("parley_backup_seconds", seconds, ["phase": phase.rawValue])
            }
        }
        if let drill = seen.drill {
            single(
                "parley_backup_drill_age_seconds", .gauge, "Time since the last restore drill.",
                Double(max(0, now - drill.at)) / 1_000)
            single(
                "parley_backup_drill_success", .gauge, "1 when the last restore drill passed, 0 when it failed.",
                drill.fault == nil ? 1 : 0)
        }
        if let figures = keeper.sender?.figures {
            metric("parley_backup_uploads_total", .counter, "Backups sent to the store, by what came of it.")
            sample("parley_backup_uploads_total", figures.sent, ["result": "ok"])
            sample("parley_backup_uploads_total", figures.failed, ["result": "failed"])
        }
    }
}
