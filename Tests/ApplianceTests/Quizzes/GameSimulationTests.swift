import Testing
import Web

@testable import Appliance

/// Games drawn by the seed: players who answer, answer twice, too late, or nonsense; hosts who press whatever there is;
/// pauses, kicks, writes that fail, programs that end.
@Suite(.timeLimit(.minutes(5))) struct GameSimulationTests {
    @Test(
        "after everything that happens the game is what plain rules make of it, and what its rows say", .serialized,
        arguments: 0..<300 as Range<UInt64>)
    func game(seed: UInt64) {
        var match = Match(seed: seed)
        for turn in 0..<match.turns where match.faults.isEmpty { match.turn(turn) }
        if match.faults.isEmpty { match.settle() }
        #expect(match.faults.isEmpty, "seed \(seed)")
    }
}

private struct Match {
    var faults: [String] = []
    let turns: Int

    private var random: SeededRandom
    private let quiz: Quiz
    private let head: GameHead
    private let beginning: GameStanding
    private let crowd: Int
    private var game: Game
    private var model: PlainGame
    private var stored: [GameChange] = []
    private var now = 5_000_000
    private let failureRate: Double
    private let restartRate: Double
    private let commandRate: Double

    init(seed: UInt64) {
        random = SeededRandom(seed: seed)
        quiz = .random(using: &random)
        crowd = seed % 20 == 0 ? 300 : .random(in: 1...25, using: &random)
        turns = crowd > 100 ? 120 : 200
        failureRate = .random(in: 0...0.1, using: &random)
        restartRate = .random(in: 0...0.05, using: &random)
        commandRate = .random(in: 0...0.3, using: &random)
        head = GameHead(
            number: 1, id: "g", code: "ACDEFG", quiz: "q", version: 1, hostName: "Quiz Host", seed: random.next(),
            createdAt: Timestamp(0))
        beginning = GameStanding(beginning: quiz)
        game = Game(head, quiz, standing: beginning, at: now)
        model = PlainGame(quiz, seed: head.seed, host: head.hostName, at: now)
        if quiz.pace == .selfPaced {
            let closesAt = now + .random(in: 100_000...2_000_000, using: &random)
            (game.closesAt, model.closesAt) = (closesAt, closesAt)
        }
    }

    mutating func turn(_ number: Int) {
        passTime()
        if chance(restartRate) { restart() }
        comeAndGo()
        let inputs = (0..<Int.random(in: 1...(crowd > 100 ? 80 : 8), using: &random)).map { _ in input() }
        take(inputs)
        compare(isThorough: crowd <= 25 || number % 10 == 0)
    }

    /// Whatever happens by itself comes to an end.
    mutating func settle() {
        var steps = 0
        while let due = game.dueAt, faults.isEmpty {
            steps += 1
            guard steps < 4 * quiz.questions.count + 10 else { return faults.append("it never rests") }
            now = max(now, due)
            take([.time], mayFail: false)
            compare(isThorough: true)
        }
    }

    /// All that came in while the last write was under way: one step after the other, as the room does it.
    private mutating func take(_ inputs: [GameInput], mayFail: Bool = true) {
        var inputs = inputs.map { ($0, advanced(by: chance(0.7) ? 0...3 : 0...400)) }[...]
        while !inputs.isEmpty, faults.isEmpty {
            let landing = now + .random(in: 0...60, using: &random)
            var step = GameStep(game)
            var told = model
            while let (input, instant) = inputs.first, !step.isFull {
                inputs.removeFirst()
                let words = step.words(of: step.take(input, at: instant))
                let plain = told.take(input, at: instant, landing: landing)
                if words != plain { return faults.append("\(input) at \(instant): \(words), not \(plain)") }
            }
            now = landing
            // Nothing of it was stored, so nothing of it happened.
            if mayFail, chance(failureRate) { continue }
            for change in step.changes { game.apply(change, at: landing) }
            stored += step.changes.filter { if case .shown = $0 { false } else { true } }
            model = told
        }
    }

    private mutating func advanced(by range: ClosedRange<Int>) -> Int {
        now += .random(in: range, using: &random)
        return now
    }

    private mutating func passTime() {
        switch Int.random(in: 0..<10, using: &random) {
        case 0..<5: now += .random(in: 0...1_500, using: &random)
        case 5: now += .random(in: 0...30_000, using: &random)
        case 6...7: if let due = game.dueAt { now = max(now, due + .random(in: -1...1, using: &random)) }
        case 8: if let left = game.remaining(at: now), left > 0 { now += left + .random(in: -1...1, using: &random) }
        default: break
        }
    }

    private mutating func restart() {
        now += .random(in: 0...60_000, using: &random)
        game = Game(head, quiz, beginning: beginning, stored: stored, at: now)
        game.closesAt = model.closesAt
        model.restart(at: now)
    }

    private mutating func comeAndGo() {
        for _ in 0..<Int.random(in: 0...4, using: &random) where !game.players.isEmpty {
            let player = Int.random(in: 1...game.players.count, using: &random), isPresent = chance(0.8)
            game.presence(of: player, isPresent, at: now)
            model.presence(player, isPresent, at: now)
        }
        if game.returning != nil, chance(0.1) {
            for player in game.players.map(\.number) {
                game.presence(of: player, true, at: now)
                model.presence(player, true, at: now)
            }
        }
        guard chance(0.1) else { return }
        let change = game.hostsPresent == 0 || chance(0.3) ? 1 : -1
        game.hostPresence(change, at: now)
        model.host(change, at: now)
    }

    private mutating func chance(_ rate: Double) -> Bool { .random(in: 0..<1, using: &random) < rate }
}

extension Match {
    private mutating func input() -> GameInput {
        if chance(0.15) { return .time }
        if chance(crowd > 100 ? commandRate / 20 : commandRate) { return .command(command()) }
        if game.players.count < crowd, chance(0.4) { return .join(name()) }
        let player =
            chance(0.01) || game.players.isEmpty
            ? [0, -1, game.players.count + 100].randomElement(using: &random)!
            : .random(in: 1...game.players.count, using: &random)
        if quiz.pace == .selfPaced ? chance(0.4) : chance(0.02) { return .next(player: player) }
        return answer(of: player)
    }

    private mutating func name() -> PlayerName {
        let number = Int.random(in: 0...2 * crowd, using: &random)
        let names = ["Player \(number)", "PLAYER \(number)", "player \(number)", "quiz host", "Ann \(number % 20)"]
        return PlayerName(names[chance(0.9) ? 0 : .random(in: names.indices, using: &random)])!
    }

    private mutating func answer(of player: Int) -> GameInput {
        let known = model.people[player] == nil ? nil : model.open(player)
        let other = Int.random(in: quiz.questions.indices, using: &random)
        let question = chance(0.9) ? known ?? other : other
        var id: String?
        if question != known || chance(0.5) { id = chance(0.99) ? quiz.questions[question].id : "none" }
        let allowance = [0, 20, 149, 150, 151, 5_000, -10].randomElement(using: &random)!
        return .answer(player: player, question: id, saying(to: quiz.questions[question]), allowance: allowance)
    }

    private mutating func saying(to question: QuizQuestion) -> JSONValue {
        if chance(0.04) {
            return [.null, .list([]), .object([:]), .text("certainly not"), .list([.text("a"), .text("a")])]
                .first { PlainAnswer($0, to: question) == nil } ?? .null
        }
        switch question.kind {
        case .single(let options, let right):
            return .text(chance(0.5) ? right : options.randomElement(using: &random)!.id)
        case .several(let options, let right):
            let isRight = chance(0.4)
            let picked = options.map(\.id).filter { isRight ? right.contains($0) : chance(0.5) }
            return .list((picked.isEmpty ? [options[0].id] : picked).shuffled(using: &random).map { .text($0) })
        case .trueFalse: return .truth(.random(using: &random))
        case .typed(let variants):
            let wrong = "wrong \(Int.random(in: 0...3, using: &random))"
            let text = chance(0.5) ? variants.randomElement(using: &random)! : wrong
            return .text(chance(0.5) ? text : text.uppercased())
        case .number(let right, let tolerance):
            return .number(right + Double(Int.random(in: -Int(tolerance) - 2...Int(tolerance) + 2, using: &random)))
        }
    }

    /// Mostly what moves the game on.
    private mutating func command() -> HostCommand {
        if chance(0.5) {
            switch game.standing.phase {
            case .lobby: return .start
            case .question:
                if chance(0.5) { return .skip }
                return chance(0.5) ? .pause : .extend(.random(in: 900...20_000, using: &random))
            case .reveal: return .next
            case .running, .finished: break
            }
        }
        let count = game.players.count
        let player = chance(0.05) ? count + 100 : Int.random(in: 0...count, using: &random)
        let commands: [HostCommand] = [
            .start, .next, .skip, .pause, .resume, .resume, .lock, .unlock, .unlock, .extend(300_000), .extend(999),
            .kick(player: player), .unkick(player: player), .unkick(player: player),
            .invite("Ann \(Int.random(in: 0..<20, using: &random))"), chance(0.1) ? .end : .resume,
        ]
        return commands.randomElement(using: &random)!
    }
}

extension Match {
    /// Compares the game with the model and, if `isThorough`, with the one that its rows make.
    private mutating func compare(isThorough: Bool) {
        let game = game, model = model, standing = game.standing
        hold(
            standing
                == GameStanding(
                    phase: model.phase, place: model.place, played: model.written, extended: model.extended,
                    isPaused: model.isPaused, isLocked: model.isLocked), "stands at \(standing)")
        hold(game.sequence == model.sequence && game.players.count == model.people.count, "counts otherwise")
        hold(game.dueAt == model.due, "due at \(game.dueAt ?? 0), not \(model.due ?? 0), \(standing.phase)")
        hold(game.returning.map(\.until) == (model.isReturning ? .some(model.returnEnds) : nil), "waits otherwise")
        hold(game.playersPresent == model.here.count(where: { model.people[$0]!.isPresent }), "others are present")
        hold([head.hostName] + game.hosts.map(\.name) == model.hostNames, "other hosts")
        if standing.phase == .question {
            hold(game.remaining(at: now) == model.limit - model.elapsed(at: now), "another time is left")
        }
        compareBoard()
        for question in quiz.questions.indices {
            hold(game.tallies[question] == model.tally(question), "question \(question) is counted otherwise")
        }
        if isThorough { compareWithRows() }
    }

    private mutating func compareBoard() {
        let board = model.board
        hold(game.board.members(from: 0, count: game.players.count) == board, "another board")
        hold(game.board.count == board.count, "others on the board")
        var ranks: [Int: Int] = [:]
        for (index, member) in board.enumerated() { ranks[member] = index + 1 }
        for player in game.players {
            let number = player.number
            guard let plain = model.people[number] else { return hold(false, "player \(number) is unknown") }
            hold(player.name == plain.name && player.isKicked == plain.isKicked, "player \(number) is another")
            hold(player.score == plain.score, "player \(number) has \(player.score), not \(plain.score)")
            hold(
                player.answered == plain.answers.count && player.shownAt == plain.shownAt,
                "player \(number) is elsewhere")
            hold(player.credit == plain.credit, "player \(number) is credited \(player.credit), not \(plain.credit)")
            let given = quiz.questions.indices.filter(player.given.contains)
            hold(given == plain.answers.map(\.question).sorted(), "player \(number) answered others")
            let place = Leaderboard.Standing(score: plain.score, since: plain.since)
            hold(game.board.standing(of: number) == (plain.isKicked ? nil : place), "the board has another \(number)")
            hold(player.last?.said == plain.answers.last?.json, "player \(number) said something else")
            guard let last = plain.answers.last else { continue }
            let streak = last.isRight ? model.row(plain, number, before: last.question) + 1 : 0
            hold(player.streak == streak, "player \(number) has a streak of \(player.streak), not \(streak)")
            let isLate = last.json == nil && last.elapsed > quiz.questions[last.question].limit
            let verdict = Verdict(
                question: last.question, isRight: last.isRight, points: last.points, bonus: last.bonus,
                score: plain.score, rank: ranks[number], isLate: isLate)
            hold(game.verdict(of: number, on: last.question) == verdict, "player \(number) hears a wrong verdict")
        }
    }

    /// A game read from what was stored has the same players, points, streaks, counts and order.
    private mutating func compareWithRows() {
        let read = Game(head, quiz, beginning: beginning, stored: stored, at: now)
        hold(read.standing == game.standing && read.sequence == game.sequence, "rows stand elsewhere")
        hold(read.tallies == game.tallies, "rows count otherwise")
        hold(read.names == game.names && read.hosts == game.hosts, "rows name others")
        let count = game.players.count
        let board = read.board.members(from: 0, count: count)
        hold(board == game.board.members(from: 0, count: count), "rows rank otherwise")
        for (restored, player) in zip(read.players, game.players) {
            var player = player
            // What only matters while they play on.
            (player.isPresent, player.shownAt, player.credit) = (false, nil, 0)
            player.isAwaited = restored.isAwaited
            hold(restored == player, "rows make \(restored) of \(player)")
        }
    }

    private mutating func hold(_ isSo: Bool, _ fault: @autoclosure () -> String) {
        if !isSo, faults.count < 5 { faults.append(fault()) }
    }
}

extension GameStep {
    fileprivate func words(of outcome: Outcome) -> String {
        switch outcome {
        case .changes(let range): range.isEmpty ? "-" : String(range.count)
        case .repeated(let question): "again \(question)"
        case .refused(let problem): "!" + problem.code
        }
    }
}

extension Quiz {
    fileprivate static func random(using random: inout SeededRandom) -> Quiz {
        func chance(_ rate: Double) -> Bool { .random(in: 0..<1, using: &random) < rate }
        let questions = (0..<Int.random(in: 1...6, using: &random)).map { QuizQuestion.random($0, using: &random) }
        var quiz = Quiz(title: "Random", language: "en", questions: questions)
        quiz.scoring = Scoring.allCases.randomElement(using: &random)!
        if chance(0.6) { quiz.streak = StreakBonus(step: .random(in: 0...300, using: &random), max: 500) }
        quiz.pace = chance(0.6) ? .hosted : .selfPaced
        quiz.hasLobby = quiz.pace == .hosted ? chance(0.8) : chance(0.4)
        (quiz.shufflesQuestions, quiz.letsJoinLate) = (chance(0.5), chance(0.7))
        if chance(0.4) { quiz.lobbyLasts = .random(in: 1_000...60_000, using: &random) }
        if chance(0.4) { quiz.withoutHostLasts = .random(in: 1_000...60_000, using: &random) }
        if chance(0.2) { quiz.playersMax = .random(in: 1...20, using: &random) }
        return quiz
    }
}

extension QuizQuestion {
    fileprivate static func random(_ place: Int, using random: inout SeededRandom) -> QuizQuestion {
        let ids = ["a", "b", "c", "d", "e"].prefix(.random(in: 2...5, using: &random))
        let options = ids.map { QuizOption(id: $0, label: $0) }
        let number = Double(Int.random(in: -50...50, using: &random))
        let kinds: [Kind] = [
            .single(options, right: options.randomElement(using: &random)!.id),
            .several(options, right: Set(ids.prefix(.random(in: 1...ids.count, using: &random)))),
            .trueFalse(.random(using: &random)), .typed(["blue", "navy blue"]),
            .number(number, tolerance: Double(Int.random(in: 0...3, using: &random))),
        ]
        return QuizQuestion(
            id: "q\(place)", text: "?", kind: kinds.randomElement(using: &random)!,
            limit: .random(in: 1_000...20_000, using: &random), points: .random(in: 0...1_500, using: &random))
    }
}
