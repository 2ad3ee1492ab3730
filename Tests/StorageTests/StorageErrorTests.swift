import CSQLite
import Glibc
import Testing

@testable import Storage

@Suite struct StorageErrorTests {
    static let all: [StorageError] = [
        .full, .inputOutput, .outOfMemory, .busy, .corrupt, .readOnly, .closed, .constraint(.unique),
        .constraint(.foreignKey), .constraint(.check), .constraint(.notNull), .constraint(.other), .tooLarge,
        .valueRefused, .newerSchema(feature: "notes", found: 3, supported: 2),
        .migrationFailed(feature: "notes", version: 2),
        .folderInUse(processID: 42), .cannotOpen, .foreignFile, .backupFailed(.damaged),
    ]

    @Test("codes are dotted, stable and all different")
    func codes() {
        let codes = Self.all.map(\.code)
        #expect(Set(codes).count == codes.count)
        for code in codes {
            #expect(code.hasPrefix("storage."))
            #expect(code.utf8.allSatisfy { $0 == 0x2E || $0 == 0x5F || (0x61...0x7A).contains($0) })
        }
    }

    @Test("explanations are sentences", arguments: all + [
        .newerSchema(feature: "notes", found: 3, supported: 0), .folderInUse(processID: nil),
    ])
    func explanations(_ error: StorageError) {
        #expect(error.explanation.hasSuffix("."))
        #expect(error.explanation.count > 15)
    }

    @Test("result codes of SQLite", arguments: [
        (SQLITE_FULL, 0, .full), (SQLITE_IOERR, 0, .inputOutput), (SQLITE_IOERR, ENOSPC, .full),
        (SQLITE_IOERR | 12 << 8, 0, .outOfMemory), (SQLITE_NOMEM, 0, .outOfMemory), (SQLITE_BUSY | 2 << 8, 0, .busy),
        (SQLITE_CORRUPT, 0, .corrupt), (SQLITE_NOTADB, 0, .corrupt), (SQLITE_READONLY, 0, .readOnly),
        (SQLITE_CANTOPEN, 0, .cannotOpen), (SQLITE_TOOBIG, 0, .tooLarge), (SQLITE_MISMATCH, 0, .constraint(.other)),
        (SQLITE_MISUSE, 0, nil), (SQLITE_RANGE, 0, nil),
    ] as [(Int32, Int32, StorageError?)])
    func resultCodes(_ code: Int32, _ systemError: Int32, _ expected: StorageError?) {
        #expect(StorageError(resultCode: code, systemError: systemError) == expected)
    }
}
