import Storage
import Web

/// `/api/surveys/{id}/export`: all responses of a survey as one file, streamed from one snapshot in constant memory.
struct ExportRoutes: Sendable {
    let database: Database
    let lookup: SurveyLookup
    /// Shared with every other export: each keeps one of the few threads that read.
    let places: ExportPlaces
    let now: WallClock

    func register(in routes: inout Routes) {
        routes.get(
            "/api/surveys/{id}/export", needs: .surveysRead,
            "Streams the responses of a survey as CSV, JSON or NDJSON, with a trailer that proves they are all there.",
            query: [
                .word("format", ExportFormat.self, "As what; 'csv' when left out."),
                .word("status", ExportFilter.Wanted.self, "'completed' when left out, or 'all'."),
                .whole("version", from: 1, "Only sessions of that version."),
                .time("since", "Only sessions that began then or later."),
                .time("until", "Only sessions that began before."),
            ],
            answers: ExportFormat.allCases.map { .content($0.contentType, "The responses.") }
        ) { call, id in
            try await export(id, call)
        }
    }

    private func export(_ id: String, _ call: Call) async throws -> Response {
        var query = call.query
        let format = query.word("format", as: ExportFormat.self) ?? .csv
        let filter = ExportFilter(
            wanted: query.word("status", as: ExportFilter.Wanted.self) ?? .completed, version: query.whole("version"),
            since: query.time("since"), until: query.time("until"))
        try query.finish()
        let isThere = try await database.read { snapshot throws(StorageError) in
            let isThere = try snapshot.surveyHead(id) != nil
            guard isThere, filter.version != nil else { return isThere }
            return try !snapshot.surveyVersions(id, filter.version).isEmpty
        }
        guard isThere else { throw Problem.notFound("survey, or no such version of it") }
        guard let place = places.take() else { throw Problem.tooManyExports }
        let now = now(), details = ["format": format.rawValue, "status": filter.wanted.rawValue]
        try await database.write { transaction throws(StorageError) in
            try transaction.audit(AuditEntry(call, "survey.exported", id, details), at: now)
        }
        let headers: Headers = [
            "content-type": format.contentType,
            "content-disposition": "attachment; filename=\"\(id).\(format.rawValue)\"",
            "cache-control": "no-store",
        ]
        return .stream(headers: headers) { body in
            // The place is given back with this closure, which is let go of even when nobody asks for the body.
            defer { withExtendedLifetime(place) {} }
            try await ExportStream.send(to: body) { [database, lookup] stream throws(StorageError) in
                try await database.read { snapshot throws(StorageError) in
                    try snapshot.export(id, filter, as: format, lookup, give: stream.put)
                }
            }
        }
    }
}
