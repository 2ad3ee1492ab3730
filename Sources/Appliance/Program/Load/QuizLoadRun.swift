import Outbound
import Web

/// One run of load on games: makes them, has everybody join, plays them all at once, and audits what came of it.
struct QuizLoadRun: Sendable {
    let plan: QuizLoadPlan
    /// Of a quiz that is published already; nil to make one.
    let quiz: String?
    let calls: LoadCalls
    /// Opens a WebSocket at a path with these parameters.
    let dial:
        @Sendable (_ path: String, _ parameters: [(name: String, value: String?)]) async throws(ConnectFault) -> WebSocket
    /// Ends all sockets, and those to come: the last resort that makes every run end.
    let breakOff: @Sendable () async -> Void
    /// Says how far it is, for people.
    let tell: @Sendable (String) -> Void

    private let tally = QuizLoadTally()
    private let clock = ContinuousClock()

    init(
        plan: QuizLoadPlan, quiz: String?, calls: LoadCalls,
        dial: @escaping @Sendable (String, [(name: String, value: String?)]) async throws(ConnectFault) -> WebSocket,
        breakOff: @escaping @Sendable () async -> Void, tell: @escaping @Sendable (String) -> Void = { _ in }
    ) {
        self.plan = plan
        self.quiz = quiz
        self.calls = calls
        self.dial = dial
        self.breakOff = breakOff
        self.tell = tell
    }

    /// What has begun and when, set once everybody is there.
    private struct Times {
        var joining = Duration.zero
        var started: ContinuousClock.Instant?
        var cpuSeconds = 0.0
    }

    func play() async throws(LoadCallFault) -> QuizLoadReport {
        let (quiz, games) = try await prepare()
        let limit = Task {
            try await Task.sleep(for: plan.patience(questions: quiz.questions.count))
            tally.failed(.wrong("the time was up"), "")
            await breakOff()
        }
        let times = await playAll(games, quiz)
        let cpuSeconds = LoadFigures.cpuSeconds - times.cpuSeconds
        limit.cancel()
        for game in games {
            await QuizLoadAudit(game: game, quiz: quiz, plan: plan, tally: tally, calls: calls).run()
        }
        let seen = tally.current
        let playing = times.started.flatMap { started in seen.lastVerdict.map { $0 - started } } ?? .zero
        return QuizLoadReport(
            plan: plan, seen: seen, joiningSeconds: times.joining / .seconds(1), playingSeconds: playing / .seconds(1),
            cpuSeconds: cpuSeconds)
    }

    /// The quiz, made where none was named, and its games.
    private func prepare() async throws(LoadCallFault) -> (QuizLoadQuiz, [QuizLoadGame]) {
        var definition = QuizLoadQuiz.definition(plan)
        let id = quiz ?? "load-\(UInt32.random(in: 0 ... .max))"
        if quiz == nil {
            let draft = JSONValue.object(["id": .text(id), "definition": definition])
            _ = try await calls.ask(.post, "/api/quizzes", Array(draft.written.utf8), expecting: 201)
            _ = try await calls.ask(.post, "/api/quizzes/\(id)/publish")
        }
        var games: [QuizLoadGame] = []
        for number in 1...plan.games {
            let made = try await calls.ask(.post, "/api/quizzes/\(id)/games", Array("{}".utf8), expecting: 201)
            guard let game = made["id"]?.text, let code = made["code"]?.text, let host = made["host"]?.text
            else { throw LoadCallFault(explanation: "a game was made without id, code or host") }
            games.append(QuizLoadGame(number: number, id: game, code: code, host: host, players: plan.players))
            if quiz != nil, number == 1, let version = made["version"]?.number {
                let shown = try await calls.ask(.get, "/api/quizzes/\(id)?version=\(version)")
                definition = shown["definition"]?.value ?? .null
            }
        }
        guard let quiz = QuizLoadQuiz(definition)
        else { throw LoadCallFault(explanation: "the definition of '\(id)' is not one that can be played") }
        if Set(games.map(\.code)).count != games.count {
            tally.failed(.wrong("two games have one code"), "")
        }
        return (quiz, games)
    }

    /// Everybody joins, then everybody plays; returns when all sockets have ended.
    private func playAll(_ games: [QuizLoadGame], _ quiz: QuizLoadQuiz) async -> Times {
        let joined = Countdown(plan.total + games.count)
        let door = Turnstile(QuizLoadPlan.connectingMax)
        let crowd = QuizLoadCrowd()
        return await withDiscardingTaskGroup { group in
            var times = Times()
            let began = clock.now
            for game in games {
                group.addTask { await host(game, quiz, crowd, joined) }
            }
            for index in 0..<plan.players {
                for game in games {
                    await door.enter()
                    group.addTask { await player(index, in: game, quiz, crowd, joined, door) }
                }
            }
            await joined.wait()
            times.joining = clock.now - began
            tell("\(tally.current.connected) players have joined")
            try? await Task.sleep(for: .seconds(plan.hold))
            times.cpuSeconds = LoadFigures.cpuSeconds
            times.started = clock.now
            let (hosts, players) = crowd.all
            if quiz.pace == .hosted {
                for host in hosts { await host.host.start() }
            } else {
                for host in hosts {
                    group.addTask {
                        await host.game.done.wait()
                        await host.host.end()
                    }
                }
                for player in players { await player.begin() }
            }
            return times
        }
    }

    private func host(_ game: QuizLoadGame, _ quiz: QuizLoadQuiz, _ crowd: QuizLoadCrowd, _ joined: Countdown) async {
        do throws(LoadFailure) {
            let socket = try await connect("/api/games/\(game.code)/host", [("host", game.host)])
            let host = QuizLoadHost(on: socket, of: game, quiz, plan, tally)
            crowd.add(host, of: game)
            joined.arrive()
            do throws(LoadFailure) {
                try await host.play()
            } catch {
                socket.close()
                tally.failed(error, "the host of game \(game.number)")
            }
        } catch {
            joined.arrive()
            tally.failed(error, "the host of game \(game.number)")
        }
    }

    private func player(
        _ index: Int, in game: QuizLoadGame, _ quiz: QuizLoadQuiz, _ crowd: QuizLoadCrowd, _ joined: Countdown,
        _ door: Turnstile
    ) async {
        let entered = Once {
            joined.arrive()
            door.leave()
        }
        do throws(LoadFailure) {
            let name = game.name(of: index)
            let socket = try await connect("/api/games/\(game.code)/play", [("name", name)])
            let player = QuizLoadPlayer(index, on: socket, of: game, quiz, plan, tally)
            crowd.add(player)
            do throws(LoadFailure) {
                try await player.play { entered.run() }
            } catch {
                socket.close()
                tally.failed(error, name)
            }
            await player.leave()
        } catch {
            tally.failed(error, "to join game \(game.number)")
            game.done.arrive()
        }
        entered.run()
    }

    /// Opens a socket; a server that has no time now is asked again, later and later.
    private func connect(
        _ path: String, _ parameters: [(name: String, value: String?)]
    ) async throws(LoadFailure) -> WebSocket {
        var attempts = 0
        while true {
            do throws(ConnectFault) {
                return try await dial(path, parameters)
            } catch {
                attempts += 1
                guard case .handshake(.refused(let status, _)) = error, [429, 503].contains(status.code),
                    attempts < LoadCalls.attemptsMax
                else { throw LoadFailure(error) }
            }
            // What the answer says about when is not told by the client; not all come back at once.
            try? await Task.sleep(for: .seconds(Double(attempts) * .random(in: 0.5...1)))
        }
    }
}
