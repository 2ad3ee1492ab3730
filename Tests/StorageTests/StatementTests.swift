import Testing

@testable import Storage

@Suite struct StatementTests {
    let folder = TemporaryFolder()

    @Test("every kind of value comes back as it went in", arguments: [
        .null, .integer(Int64.min), .integer(Int64.max), .integer(0), .real(-0.5), .real(.greatestFiniteMagnitude),
        .text(""), .text("é \0 😀"), .text(String(repeating: "long ", count: 1_000)), .blob([]), .blob([0, 255, 0]),
    ] as [Value])
    func roundTrip(_ value: Value) async throws {
        let database = try Database.notes(in: folder)
        let back = try await database.read { snapshot throws(StorageError) in
            try snapshot.first("SELECT ?, typeof(?)", value, value) { row -> Value in
                switch row.text(1) {
                case "integer": .integer(row.integer(0))
                case "real": .real(row.real(0))
                case "text": .text(row.text(0))
                case "blob": .blob(row.blob(0))
                default: row.isNull(0) ? .null : .text("not null")
                }
            }
        }
        #expect(back == value)
    }

    @Test("optional values and columns")
    func optionals() async throws {
        #expect(Value.optional(nil as String?) == .null)
        #expect(Value.optional("a") == .text("a"))
        #expect(Value.optional(5 as Int64?) == .integer(5))
        #expect(Value.truth(true) == .integer(1))
        let database = try Database.notes(in: folder)
        try await database.read { snapshot throws(StorageError) in
            try snapshot.each("SELECT NULL, 1, 'a', 0.5, x'01'") { row in
                #expect(row.optionalInteger(0) == nil && row.optionalText(0) == nil)
                #expect(row.optionalReal(0) == nil && row.optionalBlob(0) == nil)
                #expect(row.optionalInteger(1) == 1 && row.truth(1))
                #expect(row.optionalText(2) == "a" && row.optionalReal(3) == 0.5 && row.optionalBlob(4) == [1])
            }
        }
    }

    @Test("lists bind, rows stream, the first row ends a query, changes are counted")
    func queries() async throws {
        let database = try Database.notes(in: folder)
        try await database.write { transaction throws(StorageError) in
            for id in 1...10 { try transaction.add(note: Int64(id)) }
            let some = try transaction.all("SELECT id FROM note WHERE id IN (?, ?, ?) ORDER BY id",
                [.integer(3), .integer(1), .integer(99)]) { $0.integer(0) }
            #expect(some == [1, 3])
            #expect(try transaction.first("SELECT id FROM note ORDER BY id DESC") { $0.integer(0) } == 10)
            #expect(try transaction.first("SELECT id FROM note WHERE id = ?", .integer(99)) { $0.integer(0) } == nil)
            #expect(try transaction.run("DELETE FROM note WHERE id > ?", .integer(4)) == 6)
            #expect(try transaction.run("DELETE FROM note WHERE id > ?", .integer(4)) == 0)
            let inserted = try transaction.first(
                "INSERT INTO note (id, body) VALUES (?, ?) RETURNING id", .integer(20), .text("x")) { $0.integer(0) }
            #expect(inserted == 20)
            var sum: Int64 = 0
            try transaction.each("SELECT id FROM note") { sum += $0.integer(0) }
            #expect(sum == 30)
            #expect(try transaction.snapshot.noteIDs() == [1, 2, 3, 4, 20], "a transaction sees itself")
        }
    }

    @Test("a statement may run inside its own rows")
    func nested() async throws {
        let database = try Database.notes(in: folder)
        let pairs = try await database.write { transaction throws(StorageError) in
            for id in 1...3 { try transaction.add(note: Int64(id)) }
            var pairs: [Int64] = []
            for _ in 1...2 {
                pairs = []
                try transaction.each("SELECT id FROM note ORDER BY id") { outer throws(StorageError) in
                    let id = outer.integer(0)
                    pairs += try transaction.snapshot.noteIDs().map { id * 10 + $0 }
                }
            }
            return pairs
        }
        #expect(pairs == [11, 12, 13, 21, 22, 23, 31, 32, 33])
    }

    @Test("the cache keeps a bounded number of statements, the last used ones, and reuses them")
    func cache() throws {
        try Database.notes(in: folder).close()
        let connection = try Connection(path: "\(folder.path)/parley.sqlite", role: .reader)
        var cache = StatementCache(statementsMax: 2)
        func use(_ sql: StaticString) throws -> ObjectIdentifier {
            let statement = try cache.take(sql, on: connection.handle)
            statement.isInUse = false
            return ObjectIdentifier(statement)
        }
        let one: StaticString = "SELECT 11", two: StaticString = "SELECT 22", three: StaticString = "SELECT 33"
        let first = try use(one)
        _ = try use(two)
        #expect(try use(one) == first)
        _ = try use(three)
        #expect(cache.count == 2)
        #expect(try use(one) == first, "two was used longest ago")
        cache.removeAll()
    }

    @Test("constraints are told apart", arguments: [
        ("INSERT INTO note VALUES (1, 'again')", .unique), ("INSERT INTO note VALUES (2, 'note 1')", .unique),
        ("INSERT INTO note VALUES (2, 'bad')", .check), ("INSERT INTO note VALUES (2, NULL)", .notNull),
        ("INSERT INTO note VALUES (2, x'00')", .other), ("INSERT INTO note VALUES ('x', 'y')", .other),
        ("INSERT INTO tag VALUES (99, 'x')", .foreignKey),
    ] as [(StaticString, StorageError.Constraint)])
    func constraints(_ sql: StaticString, _ expected: StorageError.Constraint) async throws {
        let database = try Database.notes(in: folder)
        try await database.add(note: 1)
        let thrown = await fault { () throws(StorageError) in
            try await database.write { transaction throws(StorageError) in try transaction.run(sql) }
        }
        #expect(thrown == .constraint(expected))
    }

    @Test("a value that SQLite cannot work on throws, since a client may have sent it")
    func refusedValue() async throws {
        let database = try Database.notes(in: folder)
        let thrown = await fault { () throws(StorageError) in
            try await database.read { snapshot throws(StorageError) in
                try snapshot.first("SELECT abs(?)", .integer(Int64.min)) { $0.integer(0) }
            }
        }
        #expect(thrown == .valueRefused)
    }
}
