import Outbound
import Web

/// What is said over the WebSockets of a game: JSON objects with a `type`, as docs/games.md describes them.
///
/// Written by hand where thousands get them: every player hears of every question, reveal and board.
struct GameFrame: Sendable {
    private(set) var writer: JSONWriter

    init(_ type: String, sequence: Int? = nil, capacity: Int = 256) {
        writer = JSONWriter(capacity: capacity)
        writer.open()
        writer.field("type", type)
        if let sequence { writer.field("seq", sequence) }
    }

    func with(_ body: (inout JSONWriter) -> Void) -> GameFrame {
        var frame = self
        body(&frame.writer)
        return frame
    }

    var message: WebSocket.Message {
        var writer = writer
        writer.close()
        return .text(utf8: writer.bytes)
    }

    /// The message of a type with what `body` writes.
    static func message(_ type: String, sequence: Int? = nil, _ body: (inout JSONWriter) -> Void) -> WebSocket.Message {
        GameFrame(type, sequence: sequence).with(body).message
    }

    /// `kicked`, `taken_over`.
    static func notice(_ type: String, _ text: String) -> WebSocket.Message {
        message(type) { $0.field("text", text) }
    }

    /// - Parameter question: the id that an answer was for, so that its sender knows which was refused.
    static func error(_ code: String, _ text: String, question: String? = nil) -> WebSocket.Message {
        message("error") { writer in
            writer.field("code", code)
            writer.field("text", text)
            if let question { writer.field("question", question) }
        }
    }

    static func error(_ problem: Problem, question: String? = nil) -> WebSocket.Message {
        error(problem.code, problem.detail, question: question)
    }
}

/// Who looks at a game: they are told different things.
enum Audience {
    case player(Int)
    case host
    case screen
    /// All players of a hosted game, who are told the same.
    case players

    fileprivate var player: Int? { if case .player(let number) = self { number } else { nil } }
    fileprivate var seesSolutions: Bool { if case .host = self { true } else { false } }
}

extension Game {
    /// `"code", "title", "language", "pace", "scoring", "phase", "count", "place", "players", "paused", "locked",
    /// "board", "host"`.
    func write(to writer: inout JSONWriter) {
        writer.open()
        writer.field("id", head.id)
        writer.field("code", head.code)
        writer.field("title", quiz.title)
        writer.field("language", quiz.language)
        writer.field("pace", quiz.pace.rawValue)
        writer.field("scoring", quiz.scoring.rawValue)
        writer.field("phase", standing.phase.rawValue)
        writer.field("count", quiz.questions.count)
        writer.name("place")
        if standing.phase == .question || standing.phase == .reveal {
            writer.value(standing.place + 1)
        } else {
            writer.null()
        }
        writer.field("players", board.count)
        writer.field("paused", stands)
        writer.field("locked", standing.isLocked)
        writer.field("board", quiz.showsBoard)
        writer.field("host", head.hostName)
        writer.close()
    }

    /// The open question of a hosted game, or of one player of a self-paced one; null when there is none.
    func writeQuestion(_ now: (instant: Int, wall: Int64), _ audience: Audience, to writer: inout JSONWriter) {
        if let question = openQuestion, let left = remaining(at: now.instant) {
            write(
                question, place: standing.place, left: left, isPaused: clock.since == nil, now.wall, audience,
                to: &writer)
        } else if let number = audience.player, let question = openQuestion(for: players[number - 1]),
            let left = remaining(for: number, at: now.instant)
        {
            write(
                question, place: players[number - 1].answered, left: left, isPaused: false, now.wall, audience,
                to: &writer)
        } else {
            writer.null()
        }
    }

    private func write(
        _ index: Int, place: Int, left: Int, isPaused: Bool, _ wall: Int64, _ audience: Audience,
        to writer: inout JSONWriter
    ) {
        let question = quiz.questions[index]
        writer.open()
        writer.field("id", question.id)
        writer.field("number", place + 1)
        writer.field("count", quiz.questions.count)
        writer.field("kind", question.kindName)
        writer.field("text", question.text)
        if let image = question.image { writer.field("image", image) }
        let options = options(of: index, for: quiz.pace == .selfPaced ? audience.player : nil)
        if !options.isEmpty { writer.field("options", options) }
        writer.field("points", question.points)
        writer.field("seconds", question.limit / 1_000)
        writer.field("remaining_ms", max(0, left))
        if isPaused {
            writer.field("deadline", nil as String?)
        } else {
            writer.field("deadline", Timestamp(wall + Int64(left)).iso8601)
        }
        writer.field("paused", isPaused)
        if audience.seesSolutions { writer.solution(of: question) }
        writer.close()
    }

    /// What was right, and what everybody said, once a question is over; null before.
    func writeReveal(to writer: inout JSONWriter) {
        guard standing.phase == .reveal else { return writer.null() }
        writer.open()
        writeRevealFields(to: &writer)
        writer.close()
    }

    func writeRevealFields(to writer: inout JSONWriter) {
        let index = order[standing.place], question = quiz.questions[index], tally = tallies[index]
        writer.field("question", question.id)
        writer.solution(of: question)
        writer.field("answers", tally.answers)
        writer.field("right", tally.right)
        writer.name("distribution")
        writer.openList()
        switch question.kind {
        case .single(let options, _), .several(let options, _):
            for option in options { writer.item(counting: tally.counts[option.id] ?? 0, "id", option.id) }
        case .trueFalse:
            for id in ["true", "false"] { writer.item(counting: tally.counts[id] ?? 0, "id", id) }
        case .typed, .number:
            let texts = tally.counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
            for (text, count) in texts.prefix(Self.textsShown) { writer.item(counting: count, "text", text) }
        }
        writer.closeList()
    }

    /// Texts of a reveal.
    private static let textsShown = 10
    /// Places of a board that everybody sees.
    static let topCount = 10

    /// The first places of the board.
    func writeTop(to writer: inout JSONWriter) {
        writer.openList()
        for (rank, number) in board.members(from: 0, count: Self.topCount).enumerated() {
            let player = players[number - 1]
            writer.item()
            writer.field("rank", rank + 1)
            writer.field("player", number)
            writer.field("name", player.name)
            writer.field("score", player.score)
            writer.close()
        }
        writer.closeList()
    }

    /// How many of those on the board have answered the open question; in a self-paced game, how many answers there
    /// are.
    var answeredCount: Int {
        switch standing.phase {
        case .question, .reveal:
            tallies[order[standing.place]].answers - kickedCount(given: order[standing.place])
        default: tallies.reduce(0) { $0 + $1.answers }
        }
    }
}

extension Game {
    /// How many have answered a question who were kicked since.
    private func kickedCount(given question: Int) -> Int {
        guard board.count < players.count else { return 0 }
        return players.count { $0.isKicked && $0.given.contains(question) }
    }
}

extension GameFrame {
    /// - Parameter solution: of a self-paced game, where there is no reveal.
    static func verdict(_ verdict: Verdict, of question: QuizQuestion, solution: Bool, isDone: Bool, showsRank: Bool)
        -> WebSocket.Message
    {
        message("verdict") { writer in
            writer.fields(of: verdict, question, showsRank: showsRank)
            if solution {
                writer.solution(of: question)
                writer.field("done", isDone)
            }
        }
    }
}

extension JSONWriter {
    mutating func fields(of verdict: Verdict, _ question: QuizQuestion, showsRank: Bool) {
        field("question", question.id)
        field("right", verdict.isRight)
        field("points", verdict.points)
        field("bonus", verdict.bonus)
        field("score", verdict.score)
        if showsRank, let rank = verdict.rank { field("rank", rank) }
        field("late", verdict.isLate)
    }

    /// `"answer"` as the definition has it (of what is typed, the first variant), and the explanation.
    mutating func solution(of question: QuizQuestion) {
        name("answer")
        switch question.kind {
        case .single(_, let right): value(right)
        case .several(let options, let right):
            openList()
            for option in options where right.contains(option.id) { value(option.id) }
            closeList()
        case .trueFalse(let right): value(right)
        case .typed(let variants): value(variants.first ?? "")
        case .number(let right, _): value(right)
        }
        if let explanation = question.explanation { field("explanation", explanation) }
    }

    mutating func field(_ name: String, _ options: [QuizOption]) {
        self.name(name)
        openList()
        for option in options {
            item()
            field("id", option.id)
            field("label", option.label)
            close()
        }
        closeList()
    }

    fileprivate mutating func item(counting count: Int, _ name: String, _ text: String) {
        item()
        field(name, text)
        field("count", count)
        close()
    }
}
