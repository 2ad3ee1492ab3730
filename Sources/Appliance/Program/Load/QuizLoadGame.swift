import Synchronization

/// One game of a load, and what its host and players take home from it.
final class QuizLoadGame: Sendable {
    /// From 1.
    let number: Int
    let id: String
    let code: String
    /// The host's token.
    let host: String
    /// Players who have nothing more to answer.
    let done: Countdown

    /// What a player heard at the end.
    struct Ledger: Sendable {
        /// From 0, among those of the load.
        let index: Int
        let number: Int
        let name: String
        let score: Int
        let rank: Int
        /// Right answers.
        let right: Int
    }

    /// What the host was shown of a question when it was over.
    struct Reveal: Equatable, Sendable {
        var answers: Int
        var right: Int
    }

    private let ledgers_ = Mutex<[Ledger]>([])
    private let reveals_ = Mutex<[String: Reveal]>([:])

    init(number: Int, id: String, code: String, host: String, players: Int) {
        self.number = number
        self.id = id
        self.code = code
        self.host = host
        done = Countdown(players)
    }

    var ledgers: [Ledger] { ledgers_.withLock { $0 } }
    var reveals: [String: Reveal] { reveals_.withLock { $0 } }

    func ended(_ ledger: Ledger) { ledgers_.withLock { $0.append(ledger) } }

    func revealed(_ question: String, _ reveal: Reveal) { reveals_.withLock { $0[question] = reveal } }

    /// What a player of this game is called, and of no other.
    func name(of index: Int) -> String { "g\(number)p\(index)" }

    func owns(_ name: String) -> Bool { name.hasPrefix("g\(number)p") }

    /// A name on a board that belongs to another game, if there is one.
    func stranger(among rows: JSONGlance?) -> String? {
        for row in rows?.elements ?? [] {
            let name = row["name"]?.text ?? ""
            if !owns(name) { return name }
        }
        return nil
    }
}
