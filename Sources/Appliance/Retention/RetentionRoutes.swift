import Storage
import Web

/// `/api/admin/retention`: how long each kind of data is kept.
struct RetentionRoutes: Sendable {
    let database: Database
    let retention: Retention
    let now: WallClock

    private static let answer = AnswerSummary.json(Items<RetentionReport>.self, .ok, "Every kind of data.")

    func register(in routes: inout Routes) {
        routes.get(
            "/api/admin/retention", needs: .operationsRead, "Says how long each kind of data is kept.",
            answers: [Self.answer]
        ) { call in
            return try await .json(reports())
        }
        routes.patch(
            "/api/admin/retention", needs: .operationsWrite,
            "Changes how long the kinds named are kept, in days; null is for ever. A run begins within a minute.",
            takes: RetentionChange.self, answers: [Self.answer]
        ) { call in
            let change = try call.read(RetentionChange.self), now = now()
            try await database.write { transaction throws(StorageError) in
                for (kind, days) in change.days { try transaction.keep(kind, days: days) }
                let details = change.days.mapValues { $0.map { "\($0) days" } ?? "for ever" }
                try transaction.audit(AuditEntry(call, "retention.changed", nil, details), at: now)
            }
            retention.hurry()
            return try await .json(reports())
        }
        routes.post(
            "/api/admin/retention/dry-run", needs: .operationsRead,
            "Says what a run would delete now. A body tries other days than those set.", takes: RetentionChange.self,
            answers: [.json(Items<RetentionForecast>.self, .ok, "What would go of every kind.")]
        ) { call in
            let wishes = try call.read(RetentionChange.self).days
            return try await .json(forecasts(wishes))
        }
    }

    private func reports() async throws(StorageError) -> Items<RetentionReport> {
        let now = now()
        var reports: [RetentionReport] = []
        // One read for each kind: none keeps the log from being emptied for long.
        for kind in Retention.kinds {
            let report = try await database.read { snapshot throws(StorageError) in
                let found = try snapshot.count(kind, before: now, upTo: RetentionReport.countMax)
                let standing = try snapshot.retention(of: [kind])[kind.kind] ?? RetentionStanding()
                return RetentionReport(kind, standing, count: found.count, oldestAt: found.oldestAt)
            }
            reports.append(report)
        }
        return Items(reports, Page(limit: reports.count), cursor: \.kind)
    }

    private func forecasts(_ wishes: [String: Int?]) async throws(StorageError) -> Items<RetentionForecast> {
        let now = now()
        var forecasts: [RetentionForecast] = []
        for kind in Retention.kinds {
            let forecast = try await database.read { snapshot throws(StorageError) in
                var standing = try snapshot.retention(of: [kind])[kind.kind] ?? RetentionStanding()
                if let wish = wishes[kind.kind] { standing.days = wish }
                let found = try standing.cutoff(at: now).map { cutoff throws(StorageError) in
                    try snapshot.count(kind, before: cutoff, upTo: RetentionForecast.countMax)
                }
                return RetentionForecast(
                    kind: kind.kind, days: standing.days, count: found?.count ?? 0, oldestAt: found?.oldestAt)
            }
            forecasts.append(forecast)
        }
        return Items(forecasts, Page(limit: forecasts.count), cursor: \.kind)
    }
}
