import Synchronization

/// When tokens and sessions were used, to be stored now and then: a write for every request would be most of its work.
final class UseNotes: Sendable {
    /// Milliseconds within which a use is not noted again.
    static let pauseMs = Timestamp.seconds(300)
    /// Kept until they are stored; more are left out, and noted with a later use.
    static let usesMax = 20_000

    enum Thing: Hashable, Sendable {
        case token(String)
        case session(String, createdAt: Int64)
    }

    struct Use: Equatable, Sendable {
        let of: Thing
        let at: Int64
    }

    private let uses = Mutex<[Thing: Int64]>([:])

    func note(_ thing: Thing, at now: Int64) {
        uses.withLock { uses in
            if uses.count < Self.usesMax || uses[thing] != nil { uses[thing] = now }
        }
    }

    /// Takes out up to `limit`.
    func take(_ limit: Int) -> [Use] {
        uses.withLock { uses in
            let taken = uses.prefix(limit).map { Use(of: $0.key, at: $0.value) }
            for use in taken { uses[use.of] = nil }
            return taken
        }
    }
}
