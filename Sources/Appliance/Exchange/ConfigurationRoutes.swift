import Storage
import Web

/// `/api/admin/export` and `/api/admin/import`: the whole configuration as one file, without secrets.
struct ConfigurationRoutes: Sendable {
    let exchange: ConfigurationExchange

    func register(in routes: inout Routes) {
        routes.get(
            "/api/admin/export", needs: .admin,
            "Downloads channels without secrets, topics, surveys, quizzes, bridge and retention as one JSON file.",
            answers: [.content(JSON.contentType, "The file; docs/configuration-file.md.")]
        ) { call in
            let headers: Headers = [
                "content-type": JSON.contentType, "cache-control": "no-store",
                "content-disposition": "attachment; filename=\"parley-configuration.json\"",
            ]
            return try await Response(headers: headers, body: exchange.takeOut())
        }
        routes.post(
            "/api/admin/import", needs: .admin,
            "Brings such a file in, all or nothing: makes what is not here, updates what is, deletes nothing.",
            query: [.word("dry_run", Truth.self, "true: only says what would be done.")],
            takesContent: JSON.contentType, limits: RouteLimits(bodyBytesMax: ConfigurationFile.bytesMax), answers: [.json(ImportReport.self)]
        ) { call in
            var query = call.query
            let isDryRun = query.word("dry_run", as: Truth.self) == .true
            try query.finish()
            return try await .json(
                exchange.bringIn(
                    call.request.body, dryRun: isDryRun, AuditEntry(call, "configuration.imported", nil)))
        }
    }

    private enum Truth: String, CaseIterable { case `true`, `false` }
}
