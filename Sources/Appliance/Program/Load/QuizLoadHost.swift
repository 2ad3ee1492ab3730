import Web

/// The host of one game of a load: starts it, moves on as soon as all have answered, and remembers what was revealed.
actor QuizLoadHost {
    nonisolated let socket: WebSocket
    nonisolated var unownedExecutor: UnownedSerialExecutor { socket.unownedExecutor }

    private let game: QuizLoadGame
    private let quiz: QuizLoadQuiz
    private let plan: QuizLoadPlan
    private let tally: QuizLoadTally
    private var isWelcome = false
    private var isOver = false
    /// The question that is open.
    private var question: String?
    private var lastCommand = ""

    init(
        on socket: WebSocket, of game: QuizLoadGame, _ quiz: QuizLoadQuiz, _ plan: QuizLoadPlan, _ tally: QuizLoadTally
    ) {
        self.socket = socket
        self.game = game
        self.quiz = quiz
        self.plan = plan
        self.tally = tally
    }

    /// Steers to the end; begins with `start()`.
    func play() async throws(LoadFailure) {
        for await message in socket.messages {
            let frame = JSONGlance(message.bytes)
            guard let type = frame["type"]?.text else { throw .notUnderstood }
            switch type {
            case "welcome":
                isWelcome = true
                check(frame["game"]?["code"]?.text == game.code, "host: welcomed to another game")
            case "question":
                guard let id = frame["question"]?["id"]?.text else { throw .notUnderstood }
                question = id
            case "board", "progress":
                checkNames(frame["top"])
                if quiz.pace == .hosted, question != nil, (frame["answered"]?.number ?? 0) >= plan.players {
                    // Once for each question.
                    question = nil
                    await say("skip")
                }
            case "reveal":
                try hearReveal(frame)
                question = nil
                await say("next")
            case "player":
                let name = frame["name"]?.text ?? ""
                check(game.owns(name), "host: a player of another game", name)
            case "finish":
                isOver = true
                check(frame["players"]?.number == plan.players, "host: another count of players at the finish")
                checkNames(frame["top"])
                return socket.close()
            case "error":
                // That it was over already, by itself.
                if lastCommand != "skip" { throw .refused("\(lastCommand): \(frame["code"]?.text ?? "unknown")") }
            default: break
            }
        }
        let code = await socket.closure?.code ?? .abnormal
        if !isOver { throw .closed(code: code.rawValue) }
    }

    func start() async { await say("start") }

    func end() async { await say("end") }

    private func hearReveal(_ frame: JSONGlance) throws(LoadFailure) {
        guard let id = frame["question"]?.text, let answers = frame["answers"]?.number,
            let right = frame["right"]?.number
        else { throw .notUnderstood }
        game.revealed(id, .init(answers: answers, right: right))
    }

    private func say(_ command: String) async {
        lastCommand = command
        await socket.send(#"{"type":"\#(command)"}"#)
    }

    private func checkNames(_ rows: JSONGlance?) {
        if let name = game.stranger(among: rows) { check(false, "board: a name of another game", name) }
    }

    private func check(_ holds: Bool, _ rule: String, _ what: String = "") {
        if !holds { tally.failed(.wrong(rule), "the host of game \(game.number), \(what)") }
    }
}
