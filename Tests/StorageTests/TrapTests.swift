import Testing

@testable import Storage

/// Bugs end the process; each runs in a process of its own.
@Suite struct TrapTests {
    let folder = TemporaryFolder()

    static func run(
        in path: String, _ body: @escaping @Sendable (borrowing Transaction) throws(StorageError) -> Void
    ) async {
        _ = try? await Database(Database.Configuration(folder: path), migrations: notes).write(body)
    }

    @Test("SQL that does not compile traps")
    func syntax() async {
        await #expect(processExitsWith: .failure) { [path = folder.path as String] in
            await TrapTests.run(in: path) { transaction throws(StorageError) in try transaction.run("SELEKT 1") }
        }
    }

    @Test("a wrong number of values traps")
    func parameters() async {
        await #expect(processExitsWith: .failure) { [path = folder.path as String] in
            await TrapTests.run(in: path) { transaction throws(StorageError) in
                try transaction.run("SELECT ?, ?", .integer(1))
            }
        }
    }

    @Test("NULL read as an integer traps")
    func null() async {
        await #expect(processExitsWith: .failure) { [path = folder.path as String] in
            await TrapTests.run(in: path) { transaction throws(StorageError) in
                _ = try transaction.first("SELECT NULL") { $0.integer(0) }
            }
        }
    }

    @Test("a column that is not there traps")
    func column() async {
        await #expect(processExitsWith: .failure) { [path = folder.path as String] in
            await TrapTests.run(in: path) { transaction throws(StorageError) in
                _ = try transaction.first("SELECT 1") { $0.integer(1) }
            }
        }
    }

    @Test("a write that ends its own transaction traps")
    func commit() async {
        await #expect(processExitsWith: .failure) { [path = folder.path as String] in
            await TrapTests.run(in: path) { transaction throws(StorageError) in try transaction.run("COMMIT") }
        }
    }

    @Test("a write without a bug does not trap")
    func control() async {
        await #expect(processExitsWith: .success) { [path = folder.path as String] in
            await TrapTests.run(in: path) { transaction throws(StorageError) in try transaction.add(note: 1) }
        }
    }
}
