import Web

/// One player of a load: answers each question as the plan says, and adds up what the verdicts bring.
///
/// Lives on its socket's loop, so that a frame costs no hop between threads.
actor QuizLoadPlayer {
    nonisolated let socket: WebSocket
    nonisolated var unownedExecutor: UnownedSerialExecutor { socket.unownedExecutor }

    private let index: Int
    private let game: QuizLoadGame
    private let quiz: QuizLoadQuiz
    private let plan: QuizLoadPlan
    private let tally: QuizLoadTally
    /// Looks at every frame in full.
    private let isSample: Bool
    private let name: String
    private let clock = ContinuousClock()

    private var number = 0
    private var isOver = false
    private var hasNothingMore = false
    /// The newest question.
    private var question: String?
    private var asked: Set<String> = []
    /// The answer whose verdict is awaited.
    private var pending: (question: String, isRight: Bool, sent: ContinuousClock.Instant)?
    private var revealed = 0
    private var answered = 0
    private var right = 0
    /// Right answers in a row.
    private var streak = 0
    /// What the verdicts have brought.
    private var score = 0
    private var rank = 0
    /// Scores that no board has shown yet, and since when they are known.
    private var unseen: [(score: Int, since: ContinuousClock.Instant)] = []
    private var decoded: Set<String> = []
    private var frames = 0
    private var bytes = 0

    init(
        _ index: Int, on socket: WebSocket, of game: QuizLoadGame, _ quiz: QuizLoadQuiz, _ plan: QuizLoadPlan,
        _ tally: QuizLoadTally
    ) {
        self.index = index
        self.socket = socket
        self.game = game
        self.quiz = quiz
        self.plan = plan
        self.tally = tally
        name = game.name(of: index)
        isSample = (index + (game.number - 1) * plan.players) % plan.sampling == 0
    }

    /// Plays to the end.
    ///
    /// - Parameter joined: called once welcomed.
    func play(joined: @Sendable () -> Void) async throws(LoadFailure) {
        for await message in socket.messages {
            // Read to the close frame: that the server ends it is part of the game.
            guard !isOver else { continue }
            let frame = JSONGlance(message.bytes)
            guard let type = frame["type"]?.text else { throw .notUnderstood }
            if isSample, decoded.insert(type).inserted, JSONValue(message.bytes) == nil { throw .notUnderstood }
            frames += 1
            bytes += message.bytes.count + Self.headerBytes(message.bytes.count)
            switch type {
            case "board": hearBoard(frame)
            case "verdict": try await hearVerdict(frame)
            case "question":
                guard let id = frame["question"]?["id"]?.text else { throw .notUnderstood }
                try await hearQuestion(id)
            case "reveal": hearReveal(frame)
            case "welcome":
                number = frame["number"]?.number ?? 0
                check(frame["game"]?["code"]?.text == game.code, "welcome: to another game")
                check(frame["name"]?.text == name, "welcome: under another name")
                (frames, bytes) = (0, 0)
                tally.connected()
                joined()
                if let id = frame["question"]?["id"]?.text { try await hearQuestion(id) }
            case "finish": hearFinish(frame)
            case "state", "done": break
            case "error": throw .refused(frame["code"]?.text ?? "unknown")
            default: throw .refused(type)
            }
        }
        let code = await socket.closure?.code ?? .abnormal
        guard isOver, code == .normal else { throw .closed(code: code.rawValue) }
        tally.heard(questions: asked.count, frames: frames, bytes: bytes)
        game.ended(.init(index: index, number: number, name: name, score: score, rank: rank, right: right))
    }

    /// Everybody is there: asks for the first question of a self-paced game.
    func begin() async {
        if question == nil { await socket.send(Self.next) }
    }

    /// Nothing more comes of this player; the host need not wait for them.
    func leave() {
        if !hasNothingMore { game.done.arrive() }
        hasNothingMore = true
    }

    private func hearQuestion(_ id: String) async throws(LoadFailure) {
        // Paused, resumed or extended.
        guard id != question else { return }
        noteSilence(at: "the next question")
        question = id
        check(asked.insert(id).inserted, "question: asked twice")
        guard let known = quiz.questions[id] else { throw .wrong("question: not of this quiz") }
        let pause = plan.pause(game: game.number, player: index, question: known.place)
        guard pause > .zero else { return await answer(id, known) }
        Task {
            try? await Task.sleep(for: pause)
            await self.answer(id, known)
        }
    }

    private func answer(_ id: String, _ known: QuizLoadQuiz.Question) async {
        guard question == id, pending == nil, !isOver else { return }
        let isRight = plan.isRight(game: game.number, player: index, question: known.place)
        pending = (id, isRight, clock.now)
        await socket.send(.text(utf8: isRight ? known.right : known.wrong))
    }

    private func hearVerdict(_ frame: JSONGlance) async throws(LoadFailure) {
        let now = clock.now
        guard let pending, frame["question"]?.text == pending.question, let known = quiz.questions[pending.question]
        else { throw .wrong("verdict: on what was not answered") }
        self.pending = nil
        tally.verdict(after: now - pending.sent, at: now)
        answered += 1
        let isLate = frame["late"]?.truth ?? false
        check(!isLate, "verdict: too late")
        check(frame["right"]?.truth == pending.isRight || isLate, "verdict: not as the answer was")
        let isRight = pending.isRight && !isLate
        streak = isRight ? streak + 1 : 0
        right += isRight ? 1 : 0
        let (points, bonus) = (frame["points"]?.number ?? .min, frame["bonus"]?.number ?? 0)
        let bounds = isLate ? 0...0 : quiz.points(of: known, isRight: isRight)
        check(bounds.contains(points), "verdict: points are not as the scoring says", "\(points) of \(bounds)")
        check(bonus == (isRight ? quiz.bonus(atLength: streak) : 0), "verdict: the bonus is not that of the streak")
        let (before, told) = (score, frame["score"]?.number ?? .min)
        check(
            told == before &+ points &+ bonus, "verdict: the score is not the sum of the points",
            "\(told), had \(before)")
        score = told
        if let rank = frame["rank"]?.number {
            check((1...plan.players).contains(rank), "verdict: a rank that nobody has")
        }
        if isSample, score != before { unseen.append((score, now)) }
        guard quiz.pace == .selfPaced else { return }
        if frame["done"]?.truth == true {
            check(asked.count == quiz.questions.count, "verdict: the last of too few questions")
            leave()
        } else {
            await socket.send(Self.next)
        }
    }

    private func hearReveal(_ frame: JSONGlance) {
        revealed += 1
        check(frame["question"]?.text == question, "reveal: of another question")
    }

    private func hearBoard(_ frame: JSONGlance) {
        guard isSample else { return }
        checkNames(frame["top"])
        if let players = frame["players"]?.number {
            check(players <= plan.players, "board: of more players than there are")
        }
        guard let shown = frame["you"]?["score"]?.number, let found = unseen.lastIndex(where: { $0.score == shown })
        else { return }
        let now = clock.now
        for (_, since) in unseen[...found] { tally.board(after: now - since) }
        unseen.removeSubrange(...found)
    }

    private func hearFinish(_ frame: JSONGlance) {
        isOver = true
        noteSilence(at: "the finish")
        let you = frame["you"]
        rank = you?["rank"]?.number ?? 0
        let told = you?["score"]?.number ?? .min
        check(told == score, "finish: another score than the verdicts", "\(told)")
        check(
            you?["answered"]?.number == answered && (you?["right"]?.number ?? right) == right,
            "finish: another count of answers than the verdicts")
        check(frame["players"]?.number == plan.players, "finish: another count of players")
        check(asked.count == quiz.questions.count, "finish: a question was not heard", "\(asked.count)")
        check(quiz.pace == .selfPaced || revealed == asked.count, "finish: a reveal was not heard", "\(revealed)")
        checkNames(frame["top"])
    }

    /// A question is over: its answer must have had its verdict.
    private func noteSilence(at what: String) {
        guard let question else { return }
        check(pending == nil, "verdict: none came", "before \(what)")
        if pending == nil, answered < asked.count {
            tally.failed(.wrong("question: over before it was answered"), example(question))
        }
        pending = nil
        // Told once.
        answered = max(answered, asked.count)
    }

    private func checkNames(_ rows: JSONGlance?) {
        if let name = game.stranger(among: rows) {
            tally.failed(.wrong("board: a name of another game"), example(name))
        }
    }

    private func check(_ holds: Bool, _ rule: String, _ what: @autoclosure () -> String = "") {
        if !holds { tally.failed(.wrong(rule), example(what())) }
    }

    private func example(_ what: String) -> String {
        "\(name), \(question ?? "no question")\(what.isEmpty ? "" : ": ")\(what)"
    }

    /// Of a frame from a server (RFC 6455 §5.2).
    private static func headerBytes(_ payload: Int) -> Int { payload < 126 ? 2 : payload < 65_536 ? 4 : 10 }

    private static let next = WebSocket.Message.text(#"{"type":"next"}"#)
}
