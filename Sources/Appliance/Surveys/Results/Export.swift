/// As what responses are taken out.
enum ExportFormat: String, CaseIterable, Sendable {
    case csv, json, ndjson

    var contentType: String {
        switch self {
        case .csv: "text/csv; charset=utf-8"
        case .json: "application/json"
        case .ndjson: "application/x-ndjson"
        }
    }
}

/// Which responses are taken out.
struct ExportFilter: Equatable, Sendable {
    enum Wanted: String, CaseIterable, Sendable {
        case completed
        /// Those as well that are going on or were abandoned.
        case all
    }

    var wanted = Wanted.completed
    var version: Int?
    /// Of the session's start; `until` itself is excluded.
    var since: Timestamp?
    var until: Timestamp?
}

/// The question that a column of the export holds the answers of.
struct ExportColumn: Equatable, Sendable {
    /// The question's id.
    let id: [UInt8]
    let isNumber: Bool

    /// One for each question that some version asks: those of the newest in its order, then those of older ones.
    static func columns(of definitions: [Survey]) -> [ExportColumn] {
        var columns: [ExportColumn] = []
        for question in definitions.flatMap(\.questions) {
            let id = Array(question.id.utf8)
            guard !columns.contains(where: { $0.id == id }) else { continue }
            switch question.kind {
            case .statement: continue
            case .rating, .number: columns.append(ExportColumn(id: id, isNumber: true))
            case .text, .choice, .choices, .date, .email, .yesNo:
                columns.append(ExportColumn(id: id, isNumber: false))
            }
        }
        return columns
    }
}
