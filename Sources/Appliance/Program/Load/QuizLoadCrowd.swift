import Synchronization

/// Who takes part in a load on games.
final class QuizLoadCrowd: Sendable {
    private struct Members {
        var hosts: [(game: QuizLoadGame, host: QuizLoadHost)] = []
        var players: [QuizLoadPlayer] = []
    }

    private let members = Mutex(Members())

    var all: (hosts: [(game: QuizLoadGame, host: QuizLoadHost)], players: [QuizLoadPlayer]) {
        members.withLock { ($0.hosts, $0.players) }
    }

    func add(_ host: QuizLoadHost, of game: QuizLoadGame) { members.withLock { $0.hosts.append((game, host)) } }

    func add(_ player: QuizLoadPlayer) { members.withLock { $0.players.append(player) } }
}
