import Outbound
import Storage
import Synchronization
import Web

/// Takes the whole configuration out, and brings one in.
final class ConfigurationExchange: Sendable {
    private let database: Database
    private let couriers: [Courier]
    private let vault: Vault
    private let surveys: SurveyShelf
    private let quizzes: QuizShelf
    private let now: WallClock
    /// One at a time: a file becomes some hundred megabytes while it is judged.
    private let isBusy = Mutex(false)

    init(
        database: Database, couriers: [Courier], vault: Vault, surveys: SurveyShelf, quizzes: QuizShelf,
        now: @escaping WallClock
    ) {
        self.database = database
        self.couriers = couriers
        self.vault = vault
        self.surveys = surveys
        self.quizzes = quizzes
        self.now = now
    }

    /// The file, as `bringIn` takes it.
    func takeOut() async throws(StorageError) -> [UInt8] {
        let now = now()
        return try await database.read { [couriers] snapshot throws(StorageError) in
            JSON.bytes(try snapshot.configuration(couriers, at: now))
        }
    }

    /// Judges a file as a whole, and brings it in unless something is wrong with it or it is only a rehearsal.
    ///
    /// - Parameter entry: for the audit log; the counts are added.
    /// - Throws: `Problem` 422 with the place of everything that is wrong, 409 when something was changed meanwhile,
    ///   503 while another import runs; `StorageError`.
    func bringIn(_ bytes: [UInt8], dryRun: Bool, _ entry: AuditEntry) async throws -> ImportReport {
        let isFirst = isBusy.withLock { isBusy in
            defer { isBusy = true }
            return !isBusy
        }
        guard isFirst else { throw Problem.importRuns }
        defer { isBusy.withLock { $0 = false } }
        let now = now()
        // On a reader's thread, which may take its time.
        let plan = try await database.read { [couriers, vault, surveys] snapshot throws(StorageError) in
            let (file, problems) = ConfigurationReader.read(bytes)
            guard let file else { return Result<ConfigurationPlan, Problem>.failure(.unsound(problems)) }
            let plan = try snapshot.plan(file, couriers, vault, surveys, at: now)
            return plan.problems.isEmpty ? .success(plan) : .failure(.unsound(plan.problems))
        }.get()
        var report = plan.report
        report.isDryRun = dryRun
        if dryRun { return report }
        try await apply(plan, entry, at: now)
        return report
    }

    private func apply(_ plan: ConfigurationPlan, _ entry: AuditEntry, at now: Int64) async throws {
        var entry = entry
        for outcome in [ImportOutcome.created, .updated, .unchanged] {
            entry.details[outcome.rawValue] = "\(plan.report.count(outcome))"
        }
        do {
            let audited = entry
            let isDone = try await database.write { transaction throws(StorageError) in
                guard try transaction.apply(plan, at: now) else { return false }
                try transaction.audit(audited, at: now)
                return true
            }
            guard isDone else { throw Problem.changedMeanwhile }
        } catch let error as StorageError {
            for survey in plan.surveys { surveys.forget(survey.id) }
            for quiz in plan.quizzes { quizzes.forget(quiz.id) }
            throw error
        }
    }
}

extension Problem {
    fileprivate static func unsound(_ problems: [FieldProblem]) -> Problem {
        Problem(
            .unprocessable, "import.unsound", "Nothing was brought in: the file cannot be as it is.",
            errors: DefinitionText.told(problems))
    }

    fileprivate static let importRuns = Problem(
        .unavailable, "import.busy", "Another import is running. Try again when it is done.", retryAfterSeconds: 5)

    fileprivate static let changedMeanwhile = Problem.conflict(
        "import.changed", "Something that the file is about was changed at this very moment. Import again.")
}
