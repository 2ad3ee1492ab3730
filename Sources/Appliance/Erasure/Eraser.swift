import Storage
import Web

/// Somebody about whom nothing may be kept any more.
enum Subject: Hashable, Sendable {
    case customer(String)
    case account(String)
    /// One player of one game, by the game's id and the number in it.
    case player(game: String, number: Int)

    /// As receipts call it.
    var kind: String {
        switch self {
        case .customer: "customer"
        case .account: "account"
        case .player: "player"
        }
    }

    /// What tells it from all others: digested, never stored.
    var text: String {
        switch self {
        case .customer(let id): "customer:\(id)"
        case .account(let id): "account:\(id)"
        case .player(let game, let number): "player:\(game):\(number)"
        }
    }
}

/// What one feature knows about persons, and how it forgets it.
struct Eraser: Sendable {
    /// As it stands in receipts: `sessions`.
    let name: String
    /// Keys of all that is known about somebody. It uses an index: the last look is in a write.
    let find: @Sendable (_ snapshot: borrowing Snapshot, _ subject: Subject) throws(StorageError) -> [String]
    /// Erases what a key is of, and says how many things that were.
    let erase: @Sendable (_ transaction: borrowing Transaction, _ key: String) throws(StorageError) -> Int
    /// Why nothing can be erased now. Asked in every write that erases, so that nobody else was faster.
    var hindrance: @Sendable (_ snapshot: borrowing Snapshot, _ subject: Subject) throws(StorageError) -> Problem? = {
        _, _ in nil
    }
    /// Has memory forget what a key was of, once that is committed.
    var forget: @Sendable (_ key: String) -> Void = { _ in }
}
