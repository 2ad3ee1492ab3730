import Storage

extension Snapshot {
    /// Writes all responses that `filter` lets through, in the order in which they began.
    ///
    /// - Parameter give: takes a piece, and answers whether more is wanted.
    /// - Returns: false when `give` wanted no more.
    borrowing func export(
        _ survey: String, _ filter: ExportFilter, as format: ExportFormat, _ lookup: SurveyLookup,
        give: ([UInt8]) -> Bool
    ) throws(StorageError) -> Bool {
        var definitions: [Survey] = []
        for version in try surveyVersions(survey, filter.version) {
            if let definition = try lookup(survey, version, self) { definitions.append(definition) }
        }
        var writer = ExportWriter(format, of: survey, ExportColumn.columns(of: definitions))
        var isWanted = true
        try scan(
            """
            SELECT s.id, s.version, s.customer, s.language, s.status, s.started_at, s.ended_at, a.question, a.value
            FROM survey_session s LEFT JOIN survey_answer a ON a.session = s.id
            WHERE s.survey = ? AND (? = 0 OR s.version = ?) AND (? = '' OR s.status = ?)
            AND s.started_at >= ? AND s.started_at < ? ORDER BY s.id
            """, filter.values(survey)
        ) { row throws(StorageError) in
            writer.add(row)
            if writer.bytes.count >= ExportStream.pieceBytes { isWanted = give(writer.take()) }
            return isWanted
        }
        return isWanted && give(writer.end())
    }
}

extension ExportFilter {
    fileprivate func values(_ survey: String) -> [Value] {
        let status = wanted == .all ? "" : SurveySession.Status.completed.rawValue
        return [
            .text(survey), .integer(version ?? 0), .integer(version ?? 0), .text(status), .text(status),
            .integer(since?.milliseconds ?? 0), .integer(until?.milliseconds ?? .max),
        ]
    }
}
