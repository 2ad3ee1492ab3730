/// What a backup holds; kept beside it as `<backup>.json`.
public struct BackupReport: Codable, Sendable, Equatable {
    /// When the snapshot was taken, Unix milliseconds, UTC.
    public var takenAt: Int64
    public var bytes: Int64
    /// SHA-256 of the file, lower-case hex.
    public var sha256: String
    /// Version of each feature's tables.
    public var schema: [String: Int]
    /// Rows per table.
    public var rows: [String: Int64]

    public init(takenAt: Int64, bytes: Int64, sha256: String, schema: [String: Int], rows: [String: Int64]) {
        self.takenAt = takenAt
        self.bytes = bytes
        self.sha256 = sha256
        self.schema = schema
        self.rows = rows
    }

    enum CodingKeys: String, CodingKey {
        case takenAt = "taken_at"
        case bytes, sha256, schema, rows
    }
}
