import Storage
import Web

/// `/api/admin/audit`: who did what to which thing, from where. Nothing here changes a line, and nothing else does but
/// retention, which says so in the log.
struct AuditRoutes: Sendable {
    let database: Database
    let places: ExportPlaces

    private static let filter: [FieldDescription] = [
        .text("actor", "The id or the name of a token or an account."),
        .text("action", "What was done, such as channel.created; channel. is all that was done to channels."),
        .text("thing", "The name or id of what it was done to."),
        .text("address", "The caller's address."),
        .time("since", "Only at or after this time."),
        .time("until", "Only before this time."),
    ]

    func register(in routes: inout Routes) {
        routes.get(
            "/api/admin/audit", needs: .operationsRead, "Lists who did what, the newest first.",
            query: Self.filter + .page, answers: [.json(Items<AuditRecord>.self, .ok, "Lines of the audit log.")]
        ) { call in
            var query = call.query
            let filter = AuditFilter(&query), page = query.page()
            try query.finish()
            guard page.after.map({ AuditRecord.Place($0) != nil }) != false else { throw Problem.cursorUnknown }
            let records = try await database.read { snapshot throws(StorageError) in
                try snapshot.auditRecords(filter, page)
            }
            return .json(Items(records, page, cursor: \.place.cursor))
        }
        routes.get(
            "/api/admin/audit/export", needs: .operationsRead,
            "Streams the audit log as CSV or NDJSON, with a trailer that proves it is all there.",
            query: Self.filter + [.word("format", AuditFormat.self, "ndjson when left out.")],
            answers: AuditFormat.allCases.map { .content($0.contentType, "Lines of the audit log, the newest first.") }
        ) { call in
            try await export(call)
        }
    }

    private func export(_ call: Call) async throws -> Response {
        var query = call.query
        let filter = AuditFilter(&query), format = query.word("format", as: AuditFormat.self) ?? .ndjson
        try query.finish()
        guard let place = places.take() else { throw Problem.tooManyExports }
        let headers: Headers = [
            "content-type": format.contentType,
            "content-disposition": "attachment; filename=\"audit.\(format.rawValue)\"", "cache-control": "no-store",
        ]
        return .stream(headers: headers) { body in
            defer { withExtendedLifetime(place) {} }
            try await ExportStream.send(to: body) { [database] stream throws(StorageError) in
                try await database.read { snapshot throws(StorageError) in
                    try snapshot.exportAudit(filter, as: format, give: stream.put)
                }
            }
        }
    }
}

extension AuditFilter {
    fileprivate init(_ query: inout QueryInput) {
        self.init(
            actor: query.text("actor"), action: query.text("action"), thing: query.text("thing"),
            address: query.text("address"), since: query.time("since"), until: query.time("until"))
    }
}
