import Outbound
import Testing
import Web

@testable import Appliance

/// A load against small games of the tests' own.
@Suite(.timeLimit(.minutes(1))) struct QuizLoadTests {
    private static func plan(_ pace: Quiz.Pace = .hosted, over: Double = 0) -> QuizLoadPlan {
        QuizLoadPlan(players: 7, games: 2, questions: 5, pace: pace, over: over, hold: 0)
    }

    private static func play(
        _ plan: QuizLoadPlan, quiz: String? = nil, _ games: FakeGames
    ) async throws -> QuizLoadReport {
        let router = games.router
        let client = WebSocketClient()
        let calls = LoadCalls { (method, path, body) async throws(LoadCallFault) in
            let response = await router.respond(
                to: Request(method == .get ? .get : .post, path, body: body ?? []))
            return LoadCalls.Answer(status: response.status.code, body: response.bytes)
        }
        let run = QuizLoadRun(plan: plan, quiz: quiz, calls: calls) { (path, parameters) async throws(ConnectFault) in
            let query = parameters.compactMap { name, value in value.map { "\(name)=\($0)" } }.joined(separator: "&")
            return try await client.connect(to: router, "\(path)?\(query)")
        } breakOff: {
            await client.stop()
        }
        let report: QuizLoadReport
        do {
            report = try await run.play()
        } catch {
            await client.stop()
            throw error
        }
        await client.stop()
        return report
    }

    @Test(
        "whole games are played, and everything adds up",
        arguments: [(Quiz.Pace.hosted, 0.0), (.hosted, 0.05), (.selfPaced, 0), (.selfPaced, 0.01)])
    func whole(_ pace: Quiz.Pace, _ over: Double) async throws {
        let report = try await Self.play(Self.plan(pace, over: over), FakeGames())
        #expect(report.isClean, "\(report.text)")
        #expect(report.seen.connected == 14 && report.seen.answers == 70 && report.seen.verdicts.total == 70)
        #expect(report.seen.questions == 70 && report.seen.boards.total > 0)
        #expect(report.text.contains("14 of 14") && report.json.contains(#""answers":70"#))
    }

    @Test("who is refused for a while comes back")
    func refused() async throws {
        let report = try await Self.play(Self.plan(), FakeGames(refusals: 3))
        #expect(report.isClean, "\(report.text)")
    }

    @Test(
        "what is wrong is found, and named",
        arguments: [
            (.verdictLost, ["the time was up", "verdict: none came"]),
            (.verdictTurned, ["verdict: not as the answer was"]),
            (.verdictTwice, ["verdict: on what was not answered"]),
            (.verdictLate, ["verdict: too late"]),
            (.verdictWrongPoints, ["verdict: points are not as the scoring says"]),
            (.verdictWrongSum, ["verdict: the score is not the sum of the points"]),
            (.verdictBonus, ["verdict: the bonus is not that of the streak"]),
            (.questionLost, ["finish: a question was not heard"]),
            (.revealLost, ["finish: a reveal was not heard"]),
            (.revealCount, ["reveal: another count than that of the players"]),
            (.boardForeign, ["board: a name of another game"]),
            (.finishForeign, ["board: a name of another game"]),
            (.finishScore, ["finish: another score than the verdicts"]),
            (.finishRank, ["board: another rank than at the finish"]),
            (.listScore, ["board: another score than the verdicts"]),
            (.listGap, ["board: ranks have gaps"]),
            (.listMissing, ["board: a player is missing"]),
            (.listForeign, ["board: a name of another game", "board: another name"]),
            (.listOrder, ["board: not in the order of scores"]),
            (.resultsScore, ["results: another score than the verdicts"]),
            (.resultsRank, ["results: another rank than at the finish"]),
            (.resultsRight, ["results: another count of right answers"]),
            (.resultsMissing, ["results: another count of players"]),
            (.closedEarly, ["closed with 1000"]), (.closedWithoutFinish, ["closed with 1000"]),
            (.notJSON, ["a frame that cannot be read"]), (.error, ["error: game.broken"]),
        ] as [(FakeGames.Fault, [String])])
    func wrong(_ fault: FakeGames.Fault, _ expected: [String]) async throws {
        let report = try await Self.play(Self.plan(), FakeGames(fault))
        #expect(!report.isClean)
        #expect(expected.contains { report.seen.errors[$0] != nil }, "\(report.text)")
    }

    @Test("a game that stands still is broken off")
    func stuck() async throws {
        var plan = Self.plan(.selfPaced)
        plan.slack = 0
        let report = try await Self.play(plan, FakeGames(.verdictLost))
        #expect(report.seen.errors["the time was up"] == 1, "\(report.text)")
        #expect(report.seen.answers < 70)
    }

    @Test("a quiz that is there is read, and played by its own rules")
    func named() async throws {
        let games = FakeGames()
        let draft = #"{"id":"mine","definition":\#(QuizLoadQuiz.definition(Self.plan()).written)}"#
        _ = await games.router.respond(to: Request(.post, "/api/quizzes", body: Array(draft.utf8)))
        var plan = Self.plan()
        plan.questions = 1
        let report = try await Self.play(plan, quiz: "mine", games)
        #expect(report.isClean && report.seen.answers == 70, "\(report.text)")
    }

    @Test("what cannot be prepared is told in the server's own words")
    func unprepared() async {
        let calls = LoadCalls { (_, _, _) async throws(LoadCallFault) in
            LoadCalls.Answer(status: 403, body: Array(#"{"detail":"This token may not."}"#.utf8))
        }
        let run = QuizLoadRun(plan: Self.plan(), quiz: nil, calls: calls) { (_, _) async throws(ConnectFault) in
            throw .stopped
        } breakOff: {
        }
        let error = await #expect(throws: LoadCallFault.self) { try await run.play() }
        #expect(error?.explanation == "POST /api/quizzes: 403, This token may not.")
    }

    @Test(
        "arguments that cannot be used are named",
        arguments: ["--players=0", "--games=x", "--questions=101", "--pace=slow", "--over=-1", "--hold=-1", "--token="])
    func arguments(_ argument: String) async {
        let name = argument.prefix { $0 != "=" }
        let environment = argument == "--token=" ? [:] : ["PARLEY_ADMIN_TOKEN": "a token of the tests"]
        let error = await #expect(throws: UsageError.self) {
            try await LoadCommand.run(["quiz", argument], environment)
        }
        #expect(error?.explanation.hasPrefix("\(name): ") == true)
    }

    @Test(
        "points that an answer may bring, by scoring",
        arguments: [
            ("flat", 1_000...1_000, 0...0), ("classic", 500...1_000, 0...0), ("linear", 0...1_000, 0...0),
            ("partial", 1_000...1_000, 0...1_000), ("negative", 1_000...1_000, -500...(-500)), ("none", 0...0, 0...0),
        ] as [(String, ClosedRange<Int>, ClosedRange<Int>)])
    func points(_ scoring: String, _ right: ClosedRange<Int>, _ wrong: ClosedRange<Int>) throws {
        let definition = """
            {"scoring":"\(scoring)","streak_bonus":{"step":100,"max":250},"questions":[{"id":"q","kind":"several",
            "options":[{"id":"a"},{"id":"b"}],"right":["a","b"]}]}
            """
        let quiz = try #require(JSONValue(Array(definition.utf8)).flatMap(QuizLoadQuiz.init))
        let question = try #require(quiz.questions["q"])
        #expect(quiz.points(of: question, isRight: true) == right)
        #expect(quiz.points(of: question, isRight: false) == wrong)
        #expect((1...5).map(quiz.bonus) == (scoring == "none" ? [0, 0, 0, 0, 0] : [0, 100, 200, 250, 250]))
        // Where every option is right, half of them is the wrong answer.
        #expect(String(decoding: question.wrong, as: UTF8.self) == #"{"type":"answer","question":"q","answer":["a"]}"#)
    }

    @Test("three players in four answer a question right, and they are others for each")
    func rule() {
        let plan = Self.plan()
        let right = (0..<5).map { question in
            Set((0..<4_000).filter { plan.isRight(game: 1, player: $0, question: question) })
        }
        for one in right { #expect((2_850...3_150).contains(one.count)) }
        #expect(Set(right).count == 5)
        let pauses = (0..<4_000).map { Self.plan(over: 5).pause(game: 1, player: $0, question: 0) / .seconds(1) }
        #expect(pauses.allSatisfy { (0..<5).contains($0) } && (2.35...2.65).contains(pauses.reduce(0, +) / 4_000))
    }

    @Test(
        "a part of JSON is found wherever it stands",
        arguments: [
            #"{"type":"x","a":{"b":[1,{"c":"]}\""}],"score":7},"n":-2.0,"t":true,"e":"\u00e9","z":null}"#,
            #" { "z" : null , "e":"é", "t" : true , "n":-2, "a" : { "score" : 7 , "b" : [ 1 , {"c":"]}\""} ] } } "#,
        ])
    func glance(_ text: String) {
        let json = JSONGlance(Array(text.utf8))
        #expect(json["a"]?["score"]?.number == 7 && json["n"]?.number == -2 && json["t"]?.truth == true)
        #expect(json["a"]?["b"]?.elements?.count == 2 && json["a"]?["b"]?.elements?[1]["c"]?.text == "]}\"")
        #expect(json["e"]?.text == "é" && json["z"]?.isNull == true && json["missing"] == nil)
        // Whatever is cut off is no trap, and nothing that is not there is found.
        for end in 0..<text.utf8.count { #expect(JSONGlance(Array(text.utf8.prefix(end)))["missing"] == nil) }
    }
}
