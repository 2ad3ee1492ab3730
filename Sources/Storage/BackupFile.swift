import FoundationEssentials

/// A finished backup on disk and the manifest beside it.
enum BackupFile {
    /// The name of a backup's manifest.
    static func manifest(of path: String) -> String { "\(path).json" }

    /// Opens a copy, walks all of it and compares it with what it should hold.
    static func describe(
        _ path: String, _ expected: Contents, takenAt: Int64, _ stop: StopFlag? = nil, _ progress: BackupProgress? = nil
    ) throws(StorageError) -> BackupReport {
        let contents = try checkedContents(path, stop, progress)
        guard contents == expected else { throw .backupFailed(.rowsDiffer) }
        let (bytes, sha256) = try digest(path, stop, progress)
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
    static func verify(
        _ path: String, _ stop: StopFlag? = nil, _ progress: BackupProgress? = nil
    ) throws(StorageError) -> BackupReport {
        guard try DiskFile.exists(path) else { throw .backupFailed(.missing) }
        let report = try report(of: path)
        guard try digest(path, stop, progress) == (report.bytes, report.sha256)
        else { throw .backupFailed(.digestDiffers) }
        guard try isOurs(path) else { throw .backupFailed(.foreign) }
        let contents = try checkedContents(path, stop, progress)
        guard contents == Contents(schema: report.schema, rows: report.rows) else { throw .backupFailed(.rowsDiffer) }
        return report
    }

    /// What the manifest beside a backup says.
    ///
    /// - Throws: `.backupFailed` (`.manifestMissing`, `.manifestUnreadable`) for what is wrong with it; else what
    ///   kept it from being read just now.
    static func report(of path: String) throws(StorageError) -> BackupReport {
        let manifest = manifest(of: path)
        guard try DiskFile.exists(manifest) else { throw .backupFailed(.manifestMissing) }
        guard try DiskFile.isFile(manifest) else { throw .backupFailed(.manifestUnreadable) }
        var json: [UInt8] = []
        try DiskFile.read(manifest, while: { bytes in
            json += bytes
            return json.count <= manifestBytesMax
        })
        guard let report = try? JSONDecoder().decode(BackupReport.self, from: FoundationEssentials.Data(json)),
            report.isPlausible
        else { throw .backupFailed(.manifestUnreadable) }
        return report
    }

    /// Longer is no manifest: some hundred tables come to 10 KiB.
    private static let manifestBytesMax = 1 << 20

    /// Whether a file says in its first bytes that it is a database of this program.
    ///
    /// Source: sqlite.org/fileformat.html, sections 1.2 and 1.2.15.
    static func isOurs(_ path: String) throws(StorageError) -> Bool {
        var head: [UInt8] = []
        try DiskFile.read(path, while: { bytes in
            head += bytes.prefix(100)
            return false
        })
        guard head.count == 100, head.starts(with: Array("SQLite format 3".utf8) + [0]) else { return false }
        return head[68..<72].reduce(Int64(0)) { $0 << 8 | Int64($1) } == Schema.applicationID
    }

    private static func checkedContents(
        _ path: String, _ stop: StopFlag?, _ progress: BackupProgress?
    ) throws(StorageError) -> Contents {
        progress?.begin(.checking)
        do throws(StorageError) {
            let connection = try Connection(path: path, role: .reader, isForeign: true)
            defer { connection.close() }
            if let stop { connection.stop(when: stop) }
            try Contents.check(connection)
            return try Contents(of: connection)
        } catch .corrupt {
            throw .backupFailed(.damaged)
        } catch .valueRefused {
            throw .backupFailed(.damaged)
        }
    }

    private static func digest(
        _ path: String, _ stop: StopFlag?, _ progress: BackupProgress?
    ) throws(StorageError) -> (Int64, String) {
        progress?.begin(.hashing)
        let total = try DiskFile.bytes(of: path)
        var hash = SHA256()
        var bytes: Int64 = 0
        try DiskFile.read(path, while: { piece in
            hash.update(piece)
            bytes += Int64(piece.count)
            progress?.reached(bytes, of: total)
            return stop?.isSet != true
        })
        if stop?.isSet == true { throw .closed }
        return (bytes, SHA256.hex(hash.finish()))
    }
}
