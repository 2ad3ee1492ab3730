import Storage

/// Keys that the program makes for itself and that never leave it.
enum SecretTables {
    static let migrations = [
        Migration(feature: "secrets", version: 1, """
            CREATE TABLE secret (
                name  TEXT NOT NULL PRIMARY KEY,
                value BLOB NOT NULL
            ) STRICT, WITHOUT ROWID
            """)
    ]
}

extension Transaction {
    /// The key of that name, 32 random bytes, made when it is asked for first.
    borrowing func secret(named name: String) throws(StorageError) -> [UInt8] {
        if let value = try first("SELECT value FROM secret WHERE name = ?", .text(name), as: { $0.blob(0) }) {
            return value
        }
        var random = SystemRandomNumberGenerator()             // getrandom(2)
        let value = (0..<32).map { _ in UInt8.random(in: .min ... .max, using: &random) }
        try run("INSERT INTO secret (name, value) VALUES (?, ?)", .text(name), .blob(value))
        return value
    }
}
