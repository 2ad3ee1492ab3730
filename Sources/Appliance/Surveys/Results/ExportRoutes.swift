import Storage
import Synchronization
import Web

/// `/api/surveys/{id}/export`: all responses of a survey as one file, streamed from one snapshot in constant memory.
struct ExportRoutes: Sendable {
    let database: Database
    let lookup: SurveyLookup
    private let places = ExportPlaces()

    init(database: Database, lookup: @escaping SurveyLookup) {
        self.database = database
        self.lookup = lookup
    }

    func register(in routes: inout Routes) {
        routes.get(
            "/api/surveys/{id}/export", needs: .surveysRead,
            "Streams the responses of a survey as CSV, JSON or NDJSON, with a trailer that proves they are all there."
        ) { call, id in
            try await export(id, call)
        }
    }

    private func export(_ id: String, _ call: Call) async throws -> Response {
        var query = call.query
        let format = query.word("format", as: ExportFormat.self) ?? .csv
        let filter = ExportFilter(
            wanted: query.word("status", as: ExportFilter.Wanted.self) ?? .completed, version: query.number("version"),
            since: query.time("since"), until: query.time("until"))
        try query.finish()
        let isThere = try await database.read { snapshot throws(StorageError) in
            let isThere = try snapshot.surveyHead(id) != nil
            guard isThere, filter.version != nil else { return isThere }
            return try !snapshot.surveyVersions(id, filter.version).isEmpty
        }
        guard isThere else { throw Problem.notFound("survey, or no such version of it") }
        guard let place = places.take() else { throw Problem.tooManyExports }
        let headers: Headers = [
            "content-type": format.contentType,
            "content-disposition": "attachment; filename=\"\(id).\(format.rawValue)\"",
            "cache-control": "no-store",
        ]
        return .stream(headers: headers) { body in
            // The place is given back with this closure, which is let go of even when nobody asks for the body.
            defer { withExtendedLifetime(place) {} }
            try await send(id, filter, as: format, to: body)
        }
    }

    private func send(_ id: String, _ filter: ExportFilter, as format: ExportFormat, to body: BodyWriter) async throws {
        let stream = ExportStream()
        async let isWhole = fill(stream, id, filter, as: format)
        do {
            while let piece = await stream.next() { try await body.write(piece) }
        } catch {
            stream.close()
            throw error
        }
        // Without its trailer the file must not end as if it were whole: throwing breaks the connection off.
        guard try await isWhole else { throw BodyFault.tooSlow }
    }

    private func fill(
        _ stream: ExportStream, _ id: String, _ filter: ExportFilter, as format: ExportFormat
    ) async throws(StorageError) -> Bool {
        defer { stream.close() }
        return try await database.read { [lookup] snapshot throws(StorageError) in
            try snapshot.export(id, filter, as: format, lookup, give: stream.put)
        }
    }
}

extension Problem {
    fileprivate static let tooManyExports = Problem(
        .unavailable, "export.busy",
        "\(ExportPlaces.countMax) exports are running already. Try again when one is done.", retryAfterSeconds: 10)
}

/// Lets few exports run at a time: each keeps one of the threads that read, and all others need those that are left.
final class ExportPlaces: Sendable {
    static let countMax = 2

    private let taken = Mutex(0)

    /// Nil when all are taken. A place is free again when the last reference to it is gone.
    func take() -> Place? {
        taken.withLock { taken in
            guard taken < Self.countMax else { return nil }
            taken += 1
            return Place(of: self)
        }
    }

    final class Place: Sendable {
        private let places: ExportPlaces

        fileprivate init(of places: ExportPlaces) { self.places = places }

        deinit { places.taken.withLock { $0 -= 1 } }
    }
}
