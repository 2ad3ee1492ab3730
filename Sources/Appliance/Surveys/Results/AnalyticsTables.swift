import Storage

/// Which sessions are looked at.
struct AnalyticsFilter: Equatable, Sendable {
    var version: Int?
    var language: String?
    /// Days since 1970, of the session's start, the last one excluded.
    var days: Range<Int64> = 0..<Int64.max
}

/// Finds one version of a survey; nil when there is none or it does not read.
typealias SurveyLookup = @Sendable (_ id: String, _ version: Int, borrowing Snapshot) throws(StorageError) -> Survey?

extension Snapshot {
    /// Nil when there is no such survey, or no such version of it.
    borrowing func analytics(
        of id: String, _ filter: AnalyticsFilter, by parts: Set<AnalyticsPart> = [], _ lookup: SurveyLookup
    ) throws(StorageError) -> SurveyAnalytics? {
        let versions = try surveyVersions(id, filter.version)
        guard let newest = versions.first else {
            guard try surveyHead(id) != nil, filter.version == nil else { return nil }
            return AnalyticsStep.analytics(id, version: 0, [], [])
        }
        let sums = try tallySums(id, filter)
        var definitions: [Survey] = []
        for version in versions where definitions.isEmpty || !AnalyticsStep.isAllKnown(sums, to: definitions) {
            if let definition = try lookup(id, version, self) { definitions.append(definition) }
        }
        var analytics = AnalyticsStep.analytics(id, version: newest, sums, definitions)
        for part in parts { analytics.parts[part] = try sessions(of: id, filter, by: part) }
        return analytics
    }

    /// The published versions, the newest first; only `wanted`, if it is there.
    borrowing func surveyVersions(_ id: String, _ wanted: Int?) throws(StorageError) -> [Int] {
        try all(
            "SELECT version FROM survey_version WHERE survey = ? AND (? = 0 OR version = ?) ORDER BY version DESC",
            .text(id), .integer(wanted ?? 0), .integer(wanted ?? 0)
        ) { row in Int(row.integer(0)) }
    }

    private borrowing func tallySums(_ id: String, _ filter: AnalyticsFilter) throws(StorageError) -> [TallySum] {
        try all(
            """
            SELECT measure, question, value, SUM(count), SUM(total) FROM survey_tally
            WHERE survey = ? AND (? = 0 OR version = ?) AND (? = '' OR language = ?) AND day >= ? AND day < ?
            GROUP BY measure, question, value ORDER BY measure, question, value
            """, [.text(id)] + filter.values
        ) { row in
            TallySum(
                measure: measure(row.text(0)), question: row.text(1), value: row.text(2), count: Int(row.integer(3)),
                total: row.real(4))
        }
    }

    private borrowing func sessions(
        of id: String, _ filter: AnalyticsFilter, by part: AnalyticsPart
    ) throws(StorageError) -> [(name: String, figures: SessionFigures)] {
        let sql: StaticString =
            switch part {
            case .day:
                """
                SELECT day, measure, value, SUM(count), SUM(total) FROM survey_tally
                WHERE survey = ? AND (? = 0 OR version = ?) AND (? = '' OR language = ?) AND day >= ? AND day < ?
                AND measure IN ('started', 'completed', 'abandoned', 'rated') GROUP BY day, measure, value ORDER BY day
                """
            case .version:
                """
                SELECT version, measure, value, SUM(count), SUM(total) FROM survey_tally
                WHERE survey = ? AND (? = 0 OR version = ?) AND (? = '' OR language = ?) AND day >= ? AND day < ?
                AND measure IN ('started', 'completed', 'abandoned', 'rated')
                GROUP BY version, measure, value ORDER BY version
                """
            case .language:
                """
                SELECT language, measure, value, SUM(count), SUM(total) FROM survey_tally
                WHERE survey = ? AND (? = 0 OR version = ?) AND (? = '' OR language = ?) AND day >= ? AND day < ?
                AND measure IN ('started', 'completed', 'abandoned', 'rated') GROUP BY language, measure, value
                ORDER BY language
                """
            }
        var names: [String] = []
        var sums: [String: [TallySum]] = [:]
        try each(sql, [.text(id)] + filter.values) { row throws(StorageError) in
            let name =
                switch part {
                case .day: Timestamp(row.integer(0) * 86_400_000).iso8601Day
                case .version: String(row.integer(0))
                case .language: row.text(0)
                }
            if names.last != name { names.append(name) }
            sums[name, default: []].append(
                TallySum(
                    measure: measure(row.text(1)), question: "", value: row.text(2), count: Int(row.integer(3)),
                    total: row.real(4)))
        }
        return names.map { ($0, SessionFigures(sums[$0] ?? [])) }.filter { $0.figures != SessionFigures() }
    }
}

extension AnalyticsFilter {
    fileprivate var values: [Value] {
        [
            .integer(version ?? 0), .integer(version ?? 0), .text(language ?? ""), .text(language ?? ""),
            .integer(days.lowerBound), .integer(days.upperBound),
        ]
    }
}

private func measure(_ name: String) -> TallyCount.Measure {
    guard let measure = TallyCount.Measure(rawValue: name) else {
        preconditionFailure("a measure that was never stored")
    }
    return measure
}
