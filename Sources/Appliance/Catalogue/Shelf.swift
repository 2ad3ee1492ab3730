import Storage
import Synchronization

/// The published versions that are in use, each read from its table once: they never change.
final class Shelf<Kind: Catalogued>: Sendable {
    /// Versions kept; more only take longer.
    static var versionsMax: Int { 256 }

    private struct Key: Hashable {
        let id: String
        let version: Int
    }

    private let editions = Mutex<[Key: Kind.Edition]>([:])

    /// Drops what was read of one id. Whoever comes in the same commit as a new version reads it before it is on disk:
    /// should that commit fail, the version's number goes to another definition.
    func forget(_ id: String) {
        editions.withLock { editions in editions = editions.filter { $0.key.id != id } }
    }

    /// Nil when there is no such version.
    func edition(_ id: String, _ version: Int, in snapshot: borrowing Snapshot) throws(StorageError) -> Kind.Edition? {
        let key = Key(id: id, version: version)
        if let edition = editions.withLock({ $0[key] }) { return edition }
        guard let definition = try snapshot.definition(id, version: version, of: Kind.self) else { return nil }
        // It was sound when it was published. A version of the program that has become stricter since must not lose
        // it, nor can it work with what it does not understand.
        guard let content = Kind.content(of: Array(definition.utf8)).0 else { return nil }
        let edition = Kind.edition(of: content)
        editions.withLock { editions in
            if editions.count >= Self.versionsMax { editions.removeAll() }
            editions[key] = edition
        }
        return edition
    }
}
