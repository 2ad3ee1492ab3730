import Storage

@testable import Appliance

extension TestAppliance {
    /// The first column of the first row.
    func count(_ sql: StaticString) async throws(StorageError) -> Int64? {
        try await app.database.read { snapshot throws(StorageError) in try snapshot.first(sql, as: { $0.integer(0) }) }
    }
}
