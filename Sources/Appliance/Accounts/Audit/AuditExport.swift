import Storage

enum AuditFormat: String, CaseIterable, Sendable {
    case csv, ndjson

    var contentType: String {
        switch self {
        case .csv: "text/csv; charset=utf-8"
        case .ndjson: "application/x-ndjson"
        }
    }
}

extension Snapshot {
    /// Writes all that `filter` lets through, the newest first, with a trailer that proves that it is all.
    ///
    /// - Parameter give: takes a piece, and answers whether more is wanted.
    /// - Returns: false when `give` wanted no more.
    borrowing func exportAudit(
        _ filter: AuditFilter, as format: AuditFormat, give: ([UInt8]) -> Bool
    ) throws(StorageError) -> Bool {
        switch format {
        case .csv: try exportAuditCSV(filter, give: give)
        case .ndjson: try exportAuditLines(filter, give: give)
        }
    }

    private borrowing func exportAuditCSV(
        _ filter: AuditFilter, give: ([UInt8]) -> Bool
    ) throws(StorageError) -> Bool {
        var writer = CSVWriter([
            "id", "at", "actor_kind", "actor", "actor_name", "action", "thing", "address", "request", "details",
        ])
        var isWanted = true
        try scanAudit(filter) { record in
            let entry = record.entry
            writer.add(record.id)
            writer.add(time: record.at.milliseconds)
            for text in [
                entry.actorKind.rawValue, entry.actor, entry.actorName, entry.action, entry.thing, entry.address,
                entry.request, JSON.text(entry.details),
            ] {
                writer.add(text)
            }
            writer.endRow()
            if writer.bytes.count >= ExportStream.pieceBytes { isWanted = give(writer.take()) }
            return isWanted
        }
        return isWanted && give(writer.end())
    }

    private borrowing func exportAuditLines(
        _ filter: AuditFilter, give: ([UInt8]) -> Bool
    ) throws(StorageError) -> Bool {
        var seal = ExportSeal()
        var bytes: [UInt8] = []
        var isWanted = true
        try scanAudit(filter) { record in
            bytes += JSON.bytes(record)
            bytes.append(UInt8(ascii: "\n"))
            seal.rows += 1
            if bytes.count >= ExportStream.pieceBytes { isWanted = give(seal.take(&bytes)) }
            return isWanted
        }
        let (rows, digest) = seal.end(bytes)
        return isWanted && give(bytes + ExportSeal.line(rows: rows, digest: digest))
    }
}
