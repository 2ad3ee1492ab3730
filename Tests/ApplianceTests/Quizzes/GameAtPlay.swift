import Testing
import Web

@testable import Appliance

/// A game with a clock, where everything that is decided is stored at once, and what came of it is told in words.
final class GameAtPlay {
    private(set) var game: Game
    var now = 1_000_000
    /// As tables would hold it.
    private(set) var stored: [GameChange] = []
    private let beginning: GameStanding

    init(_ quiz: Quiz = .threeQuestions, players: Int = 0, host: String = "Quiz Host") {
        let head = GameHead(
            number: 1, id: "g", code: "ACDEFG", quiz: "q", version: 1, hostName: host, seed: 7,
            createdAt: Timestamp(0))
        beginning = GameStanding(beginning: quiz)
        game = Game(head, quiz, standing: beginning, at: now)
        for number in 0..<players {
            join("P\(number + 1)")
            game.presence(of: number + 1, true, at: now)
        }
    }

    /// What came of it: the refusal's code with `!`, `again`, `-` for nothing, else how many changes.
    @discardableResult func take(_ input: GameInput, at instant: Int? = nil) -> String { take([input], at: instant) }

    /// All in one step; words of each.
    @discardableResult func take(_ inputs: [GameInput], at instant: Int? = nil) -> String {
        var step = GameStep(game)
        var words: [String] = []
        for input in inputs {
            switch step.take(input, at: instant ?? now) {
            case .changes(let range): words.append(range.isEmpty ? "-" : String(range.count))
            case .repeated(let question): words.append("again \(question)")
            case .refused(let problem): words.append("!" + problem.code)
            }
        }
        for change in step.changes { game.apply(change, at: now) }
        stored += step.changes
        return words.joined(separator: " ")
    }

    @discardableResult func join(_ name: String) -> String {
        guard let name = PlayerName(name) else { return "!name" }
        return take(.join(name))
    }

    @discardableResult func command(_ command: HostCommand) -> String { take(.command(command)) }

    @discardableResult func answer(
        _ player: Int, _ said: JSONValue, to question: String? = nil, allowance: Int = 0
    ) -> String {
        take(.answer(player: player, question: question, said, allowance: allowance))
    }

    /// Lets time pass, and happen what happens by itself.
    func pass(_ milliseconds: Int) {
        let end = now + milliseconds
        while let due = game.dueAt, due <= end {
            now = max(now, due)
            take(.time)
        }
        now = end
    }

    /// The program ends and begins again: only what was stored is left.
    func restart(after milliseconds: Int = 0) {
        now += milliseconds
        game = rebuilt()
    }

    func rebuilt() -> Game { Game(game.head, game.quiz, beginning: beginning, stored: stored, at: now) }

    /// `question 1 paused`, and so on.
    var place: String {
        let standing = game.standing
        var words = [standing.phase.rawValue]
        if standing.phase == .question || standing.phase == .reveal { words.append(String(standing.place + 1)) }
        if standing.isPaused { words.append("paused") }
        if game.returning != nil { words.append("returning") }
        if standing.isLocked { words.append("locked") }
        if standing.extended > 0 { words.append("+\(standing.extended)") }
        return words.joined(separator: " ")
    }

    /// Numbers in the order of the board.
    var board: [Int] { game.board.members(from: 0, count: .max) }

    func score(_ player: Int) -> Int { game.players[player - 1].score }
}

extension Game {
    /// A game read from its rows, as the shell reads it.
    convenience init(
        _ head: GameHead, _ quiz: Quiz, beginning: GameStanding, stored: [GameChange], at instant: Int
    ) {
        var standing = beginning
        var numbered: [(sequence: Int, change: GameChange)] = []
        var hosts: [GameChange] = []
        var kicked: [Int: Bool] = [:]
        for change in stored {
            switch change {
            case .moved(let next): standing = next
            case .joined(_, _, let sequence, _): numbered.append((sequence, change))
            case .answered(let answer): numbered.append((answer.sequence, change))
            case .kicked(let player, let isKicked): kicked[player] = isKicked
            case .hostAdded: hosts.append(change)
            case .shown: break
            }
        }
        self.init(head, quiz, standing: standing, at: instant)
        for change in hosts { apply(change, at: instant) }
        for (_, change) in numbered.sorted(by: { $0.sequence < $1.sequence }) { apply(change, at: instant) }
        for (player, isKicked) in kicked where isKicked { apply(.kicked(player: player, true), at: instant) }
        awaitReturn()
    }
}

extension Quiz {
    /// q1: a, b or c, right is b. q2: the right ones of four are a and c. q3: true. Ten seconds and 1,000 points each.
    static var threeQuestions: Quiz {
        let options = ["a", "b", "c", "d"].map { QuizOption(id: $0, label: $0) }
        return Quiz(
            title: "Three", language: "en",
            questions: [
                QuizQuestion(id: "q1", text: "?", kind: .single(Array(options.prefix(3)), right: "b"), limit: 10_000),
                QuizQuestion(id: "q2", text: "?", kind: .several(options, right: ["a", "c"]), limit: 10_000),
                QuizQuestion(id: "q3", text: "?", kind: .trueFalse(true), limit: 10_000),
            ])
    }

    static var selfPaced: Quiz { threeQuestions.with { ($0.pace, $0.hasLobby) = (.selfPaced, false) } }

    func with(_ change: (inout Quiz) -> Void) -> Quiz {
        var quiz = self
        change(&quiz)
        return quiz
    }
}
