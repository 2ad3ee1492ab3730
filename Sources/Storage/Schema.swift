/// Brings a file to the version of the program that opened it.
struct Schema {
    /// "PRLY", in the header of each file this program makes, so that another program's file is not taken for it.
    static let applicationID: Int64 = 0x5052_4C59

    private let migrations: [Migration]
    private let supported: [String: Int]

    /// - Precondition: the steps of each feature are numbered 1, 2, 3… in order.
    init(_ migrations: [Migration]) {
        var supported: [String: Int] = [:]
        for migration in migrations {
            let feature = "\(migration.feature)"
            precondition(
                migration.version == supported[feature, default: 0] + 1, "'\(feature)' skips to \(migration.version)")
            supported[feature] = migration.version
        }
        self.migrations = migrations
        self.supported = supported
    }

    /// What a file lacks.
    struct Plan {
        let isNewFile: Bool
        let found: [String: Int]
        let missing: [Migration]
    }

    /// Compares the file with the program, changing nothing.
    ///
    /// - Throws: `.newerSchema`, `.foreignFile`.
    func plan(for connection: Connection) throws(StorageError) -> Plan {
        let snapshot = Snapshot(connection)
        let tables = try snapshot.first("SELECT count(*) FROM sqlite_schema") { $0.integer(0) } ?? 0
        if tables == 0 { return Plan(isNewFile: true, found: [:], missing: migrations) }
        guard try connection.number("application_id") == Self.applicationID else { throw .foreignFile }
        let found = try versions(snapshot)
        for (feature, version) in found.sorted(by: { $0.key < $1.key }) {
            let supported = supported[feature, default: 0]
            if version > supported { throw .newerSchema(feature: feature, found: version, supported: supported) }
        }
        let missing = migrations.filter { $0.version > found["\($0.feature)", default: 0] }
        return Plan(isNewFile: false, found: found, missing: missing)
    }

    /// Applies what is missing, in one transaction, after a copy of a file that has data.
    ///
    /// - Parameter copy: makes the copy and returns its name; nil where none is wanted.
    /// - Throws: `.migrationFailed`, `.closed`, or a disk's fault; the file holds what it held.
    func carryOut(
        _ plan: Plan, on connection: Connection, at now: Int64, copy: () throws(StorageError) -> String?,
        _ onEvent: (StorageEvent) -> Void
    ) throws(StorageError) {
        guard !plan.missing.isEmpty || plan.isNewFile else { return }
        if plan.isNewFile {
            try connection.set("application_id", to: "\(Self.applicationID)")
        } else if let copy = try copy() {
            onEvent(.copiedBeforeUpgrade(file: copy))
        }
        try connection.set("foreign_keys", to: "OFF")
        try apply(plan.missing, to: connection, at: now)
        try connection.set("foreign_keys", to: "ON")
        for (feature, version) in supported.sorted(by: { $0.key < $1.key }) {
            let before = plan.found[feature, default: 0]
            if version > before { onEvent(.migrated(feature: feature, from: before, to: version)) }
        }
    }

    /// The version of each feature in the file.
    ///
    /// - Throws: `.corrupt` where there is something else: in a foreign file the table may be another.
    static func versions(_ snapshot: borrowing Snapshot) throws(StorageError) -> [String: Int] {
        var versions: [String: Int] = [:]
        try snapshot.each(
            "SELECT feature, version, typeof(feature) = 'text' AND typeof(version) = 'integer' FROM storage_schema"
        ) { row throws(StorageError) in
            guard row.truth(2) else { throw .corrupt }
            versions[row.text(0)] = Int(row.integer(1))
        }
        return versions
    }

    private func versions(_ snapshot: borrowing Snapshot) throws(StorageError) -> [String: Int] {
        let exists = try snapshot.first(
            "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'storage_schema'") { $0.integer(0) }
        guard exists != nil else { throw .foreignFile }
        return try Self.versions(snapshot)
    }

    private func apply(_ missing: [Migration], to connection: Connection, at now: Int64) throws(StorageError) {
        try connection.begin("BEGIN IMMEDIATE")
        do throws(StorageError) {
            try connection.script("""
                CREATE TABLE IF NOT EXISTS storage_schema (
                    feature    TEXT    NOT NULL PRIMARY KEY,
                    version    INTEGER NOT NULL,
                    applied_at INTEGER NOT NULL                -- Unix milliseconds, UTC
                ) STRICT, WITHOUT ROWID
                """)
            for migration in missing { try apply(migration, to: connection, at: now) }
            try connection.commit()
        } catch {
            connection.rollback()
            throw error
        }
    }

    private func apply(_ migration: Migration, to connection: Connection, at now: Int64) throws(StorageError) {
        do throws(StorageError) {
            for statement in migration.statements { try connection.script(statement) }
            _ = try connection.run("""
                INSERT INTO storage_schema (feature, version, applied_at) VALUES (?, ?, ?)
                ON CONFLICT (feature) DO UPDATE SET version = excluded.version, applied_at = excluded.applied_at
                """, [.text("\(migration.feature)"), .integer(migration.version), .integer(now)])
            let violation = try Snapshot(connection).first("PRAGMA foreign_key_check") { $0.text(0) }
            if violation != nil { throw .constraint(.foreignKey) }
        } catch {
            switch error {
            case .full, .inputOutput, .outOfMemory, .busy, .corrupt, .readOnly, .closed: throw error
            default: throw .migrationFailed(feature: "\(migration.feature)", version: migration.version)
            }
        }
    }
}
