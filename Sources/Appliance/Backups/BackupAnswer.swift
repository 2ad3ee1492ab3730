import Storage

/// A backup as the API shows it.
struct BackupAnswer: Encodable, Sendable {
    enum State: String, Encodable, Sendable {
        /// It is being made, and cannot be relied on yet.
        case making
        /// It was verified, and nothing was found wrong with it since.
        case good
        /// Something was found wrong with it.
        case damaged
        /// It has no manifest: nobody knows whether it is whole.
        case unverified
        /// It could not be made. Told until one is.
        case failed
    }

    struct Progress: Encodable, Sendable {
        let work: BackupJob.Kind
        let phase: String?
        let percent: Int

        init(_ job: BackupJob) {
            work = job.kind
            phase = job.progress.current?.phase.rawValue
            percent = job.progress.current?.percent ?? 0
        }

        private enum CodingKeys: String, CodingKey { case work, phase, percent }
    }

    struct Upload: Encodable, Sendable {
        let state: String
        let at: Timestamp?
        let tries: Int
        let nextAt: Timestamp?
        let detail: String?

        private enum CodingKeys: String, CodingKey {
            case state, at, tries, detail
            case nextAt = "next_at"
        }
    }

    struct Drill: Encodable, Sendable {
        let at: Timestamp
        let result: String
        let detail: String?
    }

    let name: String
    var state: State
    var detail: String?
    var takenAt: Timestamp?
    var bytes: Int64?
    var sha256: String?
    /// Of all tables.
    var rows: Int64?
    /// Rows by table.
    var tables: [String: Int64]?
    var schema: [String: Int]?
    var verifiedAt: Timestamp?
    var progress: Progress?
    var upload: Upload?
    var drill: Drill?

    private enum CodingKeys: String, CodingKey {
        case name, state, detail, bytes, sha256, rows, tables, schema, progress, upload, drill
        case takenAt = "taken_at"
        case verifiedAt = "verified_at"
    }
}

extension BackupAnswer {
    /// One that is being made.
    init(_ job: BackupJob) {
        name = job.backup
        state = .making
        progress = Progress(job)
    }

    init(failed name: String, _ detail: String) {
        self.name = name
        state = .failed
        self.detail = detail
    }

    init(_ backup: Backup, drill: BackupDrill?, job: BackupJob?, isSent: Bool) {
        name = backup.name
        state = backup.isGood ? .good : backup.report == nil ? .unverified : .damaged
        detail = backup.record.fault
        takenAt = (backup.report?.takenAt).map(Timestamp.init)
        bytes = backup.bytes
        sha256 = backup.report?.sha256
        rows = backup.report?.rows.values.reduce(0, +)
        tables = backup.report?.rows
        schema = backup.report?.schema
        // It got its manifest when it had been verified.
        verifiedAt = (backup.record.verifiedAt ?? backup.report?.takenAt).map(Timestamp.init)
        progress = job.map(Progress.init)
        if isSent || backup.record.uploadTries > 0 {
            let record = backup.record
            upload = Upload(
                state: record.uploadedAt != nil ? "done" : record.uploadFault != nil ? "failed" : "waiting",
                at: record.uploadedAt.map(Timestamp.init), tries: record.uploadTries,
                nextAt: record.uploadDueAt.map(Timestamp.init), detail: record.uploadFault)
        }
        self.drill = drill.map { drill in
            Drill(at: Timestamp(drill.at), result: drill.fault == nil ? "passed" : "failed", detail: drill.fault)
        }
    }
}

extension BackupAnswer: Exemplified {
    static var examples: [BackupAnswer] {
        let name = "parley-20260131T093000.250Z.sqlite", taken: Int64 = 1_769_851_800_250
        let report = BackupReport(
            takenAt: taken, bytes: 1_048_576, sha256: String(repeating: "0f", count: 32), schema: ["messages": 1],
            rows: ["message": 120])
        var backup = Backup(name: name, bytes: 1_048_576, report: report)
        backup.record.verifiedAt = taken
        backup.record.uploadTries = 1
        backup.record.uploadedAt = taken + 60_000
        let passed = BackupDrill(at: taken + 90_000, backup: name, fault: nil)
        var late = backup
        late.record.uploadedAt = nil
        late.record.uploadFault = "The store answered 503 SlowDown."
        late.record.uploadDueAt = taken + 120_000
        late.record.fault = "The backup is damaged. Do not use it."
        let failed = BackupDrill(at: taken + 90_000, backup: name, fault: late.record.fault)
        return [
            BackupAnswer(backup, drill: passed, job: nil, isSent: true), BackupAnswer(BackupJob(kind: .making, backup: name)),
            BackupAnswer(late, drill: failed, job: BackupJob(kind: .verifying, backup: name), isSent: true),
        ]
    }
}

/// The list of backups, and where they are.
struct BackupListAnswer: Exemplified {
    let items: [BackupAnswer]

    static var examples: [BackupListAnswer] { [BackupListAnswer(items: BackupAnswer.examples)] }
}
