import Storage

/// What is known of the backups beside their files. The files are what counts: a row without one means nothing, and a
/// file without a row is a backup that a restored database has not heard of.
enum BackupTables {
    static let migrations = [
        Migration(
            feature: "backups", version: 1,
            """
            CREATE TABLE backup (
                name          TEXT    NOT NULL PRIMARY KEY,
                verified_at   INTEGER,                      -- Unix milliseconds, UTC, as all times
                fault         TEXT,
                uploaded_at   INTEGER,
                upload_tries  INTEGER NOT NULL,
                upload_due_at INTEGER,
                upload_fault  TEXT
            ) STRICT, WITHOUT ROWID
            """,
            """
            CREATE TABLE backup_drill (
                id     INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
                at     INTEGER NOT NULL,
                backup TEXT    NOT NULL,
                fault  TEXT
            ) STRICT
            """)
    ]
}

extension Snapshot {
    borrowing func backupRecords() throws(StorageError) -> [String: BackupRecord] {
        var records: [String: BackupRecord] = [:]
        try each(
            "SELECT name, verified_at, fault, uploaded_at, upload_tries, upload_due_at, upload_fault FROM backup"
        ) { row throws(StorageError) in
            records[row.text(0)] = BackupRecord(
                verifiedAt: row.optionalInteger(1), fault: row.optionalText(2), uploadedAt: row.optionalInteger(3),
                uploadTries: Int(row.integer(4)), uploadDueAt: row.optionalInteger(5), uploadFault: row.optionalText(6))
        }
        return records
    }

    borrowing func backupDrill() throws(StorageError) -> BackupDrill? {
        try first("SELECT at, backup, fault FROM backup_drill") { row throws(StorageError) in
            BackupDrill(at: row.integer(0), backup: row.text(1), fault: row.optionalText(2))
        }
    }
}

extension Transaction {
    /// Changes what is known of a backup.
    borrowing func record(_ name: String, _ change: (inout BackupRecord) -> Void) throws(StorageError) {
        var record = try snapshot.backupRecords()[name] ?? BackupRecord()
        change(&record)
        try run(
            """
            INSERT INTO backup (name, verified_at, fault, uploaded_at, upload_tries, upload_due_at, upload_fault)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (name) DO UPDATE SET
                verified_at = excluded.verified_at, fault = excluded.fault, uploaded_at = excluded.uploaded_at,
                upload_tries = excluded.upload_tries, upload_due_at = excluded.upload_due_at,
                upload_fault = excluded.upload_fault
            """,
            .text(name), .optional(record.verifiedAt), .optional(record.fault), .optional(record.uploadedAt),
            .integer(record.uploadTries), .optional(record.uploadDueAt), .optional(record.uploadFault))
    }

    borrowing func forgetBackup(_ name: String) throws(StorageError) {
        try run("DELETE FROM backup WHERE name = ?", .text(name))
    }

    borrowing func save(_ drill: BackupDrill) throws(StorageError) {
        try run(
            """
            INSERT INTO backup_drill (id, at, backup, fault) VALUES (1, ?, ?, ?)
            ON CONFLICT (id) DO UPDATE SET at = excluded.at, backup = excluded.backup, fault = excluded.fault
            """, .integer(drill.at), .text(drill.backup), .optional(drill.fault))
    }
}
