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

    /// Room that it takes to restore it aside and open it there. Migrations may write every page anew, and once more to
    /// the log of their one transaction.
    public func drillBytes(with migrations: [Migration]) -> Int64 { schema == migrations.versions ? bytes : 3 * bytes }

    /// Whether its numbers are such as a backup can have: whoever reckons with them need not fear that they overflow.
    var isPlausible: Bool {
        let numbers = 0...Self.numberMax
        guard numbers.contains(takenAt), numbers.contains(bytes) else { return false }
        var sum: Int64 = 0
        return rows.values.allSatisfy { count in
            sum += numbers.contains(count) ? count : Self.numberMax + 1
            return numbers.contains(sum)
        }
    }

    /// Of bytes and rows, and of milliseconds until the year 10889.
    private static let numberMax: Int64 = 1 << 48

    enum CodingKeys: String, CodingKey {
        case takenAt = "taken_at"
        case bytes, sha256, schema, rows
    }
}
