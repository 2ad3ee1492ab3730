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

    enum CodingKeys: String, CodingKey {
        case takenAt = "taken_at"
        case bytes, sha256, schema, rows
    }
}
