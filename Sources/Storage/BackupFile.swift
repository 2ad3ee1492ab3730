import FoundationEssentials

/// A finished backup on disk and the manifest beside it.
enum BackupFile {
    /// The name of a backup's manifest.
    static func manifest(of path: String) -> String { "\(path).json" }

    /// Opens a copy, walks all of it and compares it with what it should hold.
    static func describe(
        _ path: String, _ expected: Contents, takenAt: Int64, _ stop: StopFlag? = nil
    ) throws(StorageError) -> BackupReport {
        let contents = try checkedContents(path, stop)
        guard contents == expected else { throw .backupFailed(.rowsDiffer) }
        let (bytes, sha256) = try digest(path)
        return BackupReport(
            takenAt: takenAt, bytes: bytes, sha256: sha256, schema: contents.schema, rows: contents.rows)
    }

    static func writeManifest(_ report: BackupReport, to path: String) throws(StorageError) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        guard let json = try? encoder.encode(report) else { preconditionFailure("numbers and texts are always JSON") }
        try DiskFile.write(Array(json) + [0x0A], to: path)
    }

    /// Checks a backup against its manifest: size and digest first, then every page, reference and row count.
    static func verify(_ path: String) throws(StorageError) -> BackupReport {
        guard DiskFile.exists(path) else { throw .backupFailed(.missing) }
        let manifest = manifest(of: path)
        guard DiskFile.exists(manifest) else { throw .backupFailed(.manifestMissing) }
        var json: [UInt8] = []
        try DiskFile.read(manifest) { json += $0 }
        guard let report = try? JSONDecoder().decode(BackupReport.self, from: FoundationEssentials.Data(json))
        else { throw .backupFailed(.manifestUnreadable) }
        guard try digest(path) == (report.bytes, report.sha256) else { throw .backupFailed(.digestDiffers) }
        let contents = try checkedContents(path, nil)
        guard contents == Contents(schema: report.schema, rows: report.rows) else { throw .backupFailed(.rowsDiffer) }
        return report
    }

    private static func checkedContents(_ path: String, _ stop: StopFlag?) throws(StorageError) -> Contents {
        do throws(StorageError) {
            let connection = try Connection(path: path, role: .reader)
            defer { connection.close() }
            if let stop { connection.stop(when: stop) }
            try Contents.check(connection)
            return try Contents(of: connection)
        } catch .corrupt {
            throw .backupFailed(.damaged)
        }
    }

    private static func digest(_ path: String) throws(StorageError) -> (Int64, String) {
        var hash = SHA256()
        var bytes: Int64 = 0
        try DiskFile.read(path) { piece in
            hash.update(piece)
            bytes += Int64(piece.count)
        }
        return (bytes, SHA256.hex(hash.finish()))
    }
}
