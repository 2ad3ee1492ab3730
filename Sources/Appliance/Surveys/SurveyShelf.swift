import Storage
import Synchronization

/// The versions of surveys that are in use, each read from its table once: they never change.
final class SurveyShelf: Sendable {
    /// Versions kept; more only take longer.
    static let versionsMax = 256

    private struct Key: Hashable {
        let survey: String
        let version: Int
    }

    private let maps = Mutex<[Key: SurveyMap]>([:])

    /// Drops what was read of a survey. Whoever comes in the same commit as a new version reads it before it is on
    /// disk: should that commit fail, the version's number goes to another definition.
    func forget(_ survey: String) {
        maps.withLock { maps in maps = maps.filter { $0.key.survey != survey } }
    }

    /// Nil when there is no such version.
    func map(_ survey: String, _ version: Int, in snapshot: borrowing Snapshot) throws(StorageError) -> SurveyMap? {
        let key = Key(survey: survey, version: version)
        if let map = maps.withLock({ $0[key] }) { return map }
        guard let definition = try snapshot.definition(of: survey, version: version) else { return nil }
        // It was sound when it was published. A version of the program that has become stricter since must not lose
        // it, nor can it talk about what it does not understand.
        guard let read = SurveyDefinition.read(Array(definition.utf8)).survey else { return nil }
        let map = SurveyMap(read)
        maps.withLock { maps in
            if maps.count >= Self.versionsMax { maps.removeAll() }
            maps[key] = map
        }
        return map
    }
}
