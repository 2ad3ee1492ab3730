@testable import Appliance

/// The rules of a game told a second time, as plainly as can be: what was said is kept, and everything else counted
/// anew whenever it is asked for.
struct PlainGame {
    struct Given {
        let question: Int
        let sequence: Int
        let json: String?
        let counted: [String]
        let isRight: Bool
        let points: Int
        let bonus: Int
        let elapsed: Int
    }

    struct Person {
        let name: String
        let joined: Int
        var isKicked = false
        var isPresent = false
        var isMissing = false
        var answers: [Given] = []
        var shownAt: Int?
        var credit = 0

        var score: Int { answers.reduce(0) { $0 + $1.points + $1.bonus } }
        var since: Int { answers.last { $0.points + $0.bonus != 0 }?.sequence ?? joined }
    }

    let quiz: Quiz
    let seed: UInt64
    var hostNames: [String]
    var phase: GameStanding.Phase
    var place = 0
    var extended = 0
    var isPaused = false
    var isLocked = false
    var people: [Int: Person] = [:]
    var sequence = 0
    var closesAt: Int?

    /// When the open question ran, after it had been open for `base`.
    var base = 0
    var runs: [(from: Int, to: Int?)] = []
    /// As the last move said it.
    var written = 0
    var isReturning = false
    var returnEnds: Int?
    var playedBefore: Int?

    var phaseAt: Int
    var resumedAt: Int
    var firstPlayerAt: Int?
    var hostsPresent = 0
    var hostLeft: Int
    var hadHost = false

    init(_ quiz: Quiz, seed: UInt64, host: String, at now: Int) {
        self.quiz = quiz
        self.seed = seed
        hostNames = [host]
        phase = quiz.pace == .selfPaced && !quiz.hasLobby ? .running : .lobby
        (phaseAt, resumedAt, hostLeft) = (now, now, now)
    }

    var isHosted: Bool { quiz.pace == .hosted }
    var count: Int { quiz.questions.count }
    var here: [Int] { people.filter { !$0.value.isKicked }.keys.sorted() }

    var board: [Int] {
        here.sorted {
            let (a, b) = (people[$0]!, people[$1]!)
            return a.score != b.score ? a.score > b.score : a.since < b.since
        }
    }

    func order(_ player: Int) -> [Int] {
        guard quiz.shufflesQuestions else { return Array(0..<count) }
        return Shuffle.order(count, seed: isHosted ? seed : Shuffle.seed(seed, player))
    }

    func open(_ player: Int) -> Int? {
        if isHosted { return phase == .question ? order(player)[place] : nil }
        guard phase == .running, let person = people[player], person.shownAt != nil else { return nil }
        return order(player)[person.answers.count]
    }

    func elapsed(at now: Int) -> Int { runs.reduce(base) { $0 + max(0, ($1.to ?? now) - $1.from) } }

    var limit: Int { quiz.questions[order(0)[place]].limit + extended }

    /// Right answers in a row before `question`.
    func row(_ person: Person, _ player: Int, before question: Int) -> Int {
        let order = order(player)
        var length = 0
        var at = order.firstIndex(of: question)! - 1
        while at >= 0, person.answers.contains(where: { $0.question == order[at] && $0.isRight }) {
            length += 1
            at -= 1
        }
        return length
    }

    func tally(_ question: Int) -> QuestionTally {
        let said = people.values.flatMap(\.answers).filter { $0.question == question && $0.json != nil }
        var tally = QuestionTally(answers: said.count, right: said.filter(\.isRight).count)
        for key in said.flatMap(\.counted) { tally.counts[key, default: 0] += 1 }
        return tally
    }

    // What happens besides inputs.

    mutating func presence(_ player: Int, _ isPresent: Bool, at now: Int) {
        guard var person = people[player], person.isPresent != isPresent else { return }
        person.isPresent = isPresent
        if isPresent, !person.isKicked {
            if phase == .lobby, firstPlayerAt == nil { firstPlayerAt = now }
            if !isReturning, person.isMissing, let playedBefore {
                person.credit = min(10_000, elapsed(at: now) - playedBefore)
            }
            person.isMissing = false
        }
        people[player] = person
        if isPresent, !person.isKicked, isReturning {
            returnEnds = returnEnds ?? now + 5_000
            lookForMissing(at: now)
        }
    }

    mutating func lookForMissing(at now: Int) {
        guard isReturning, let ends = returnEnds, here.allSatisfy({ people[$0]!.isPresent }) else { return }
        returnEnds = min(ends, now)
    }

    mutating func host(_ change: Int, at now: Int) {
        hostsPresent += change
        if hostsPresent == 0 { hostLeft = now } else { hadHost = true }
    }

    mutating func restart(at now: Int) {
        for number in people.keys {
            people[number]!.isPresent = false
            people[number]!.shownAt = nil
            people[number]!.credit = 0
            people[number]!.isMissing = phase == .question && !people[number]!.isKicked
        }
        (hostsPresent, hostLeft, hadHost, firstPlayerAt) = (0, now, false, nil)
        (phaseAt, resumedAt, runs, base) = (now, now, [], written)
        (isReturning, returnEnds, playedBefore) = (false, nil, nil)
        guard phase == .question else { return }
        let given = people.values.flatMap(\.answers).filter { $0.question == order(0)[place] }
        base = max(written, given.map(\.elapsed).max() ?? 0)
        playedBefore = base
        isReturning = !isPaused
    }
}
