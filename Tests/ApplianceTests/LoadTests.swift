import Synchronization
import Testing
import Web

@testable import Appliance

/// A load against a small bot of the tests' own.
@Suite(.timeLimit(.minutes(1))) struct LoadTests {
    private static let plan = SurveyLoadPlan(customers: 20, concurrent: 4, rate: 0, seconds: 30)

    private static func question(_ seq: Int, _ id: String, _ kind: String, _ options: String = "[]") -> String {
        #"{"type":"question","seq":\#(seq),"text":"?","question":{"id":"\#(id)","kind":"\#(kind)","required":true,"#
            + #""options":\#(options),"number":1,"count":2}}"#
    }

    /// Plays the plan against a bot that behaves as told.
    private static func play(
        _ plan: SurveyLoadPlan = Self.plan, _ bot: @escaping @Sendable (WebSocket) async -> Void
    ) async -> SurveyLoadReport {
        var router = Router()
        router.get("/chat") { _ in .webSocket { socket in await bot(socket) } }
        let client = WebSocketClient()
        let run = SurveyLoadRun(plan: plan) { [router] () throws(ConnectFault) in
            try await client.connect(to: router, "/chat")
        } breakOff: {
            await client.stop()
        }
        let report = await run.play()
        await client.stop()
        return report
    }

    @Test("whole conversations are played, with an answer to each question that it takes")
    func whole() async {
        let picks = Mutex<[String: Int]>([:])
        let report = await Self.play { socket in
            await socket.send(#"{"type":"session","session":"s","seq":1}"#)
            await socket.send(Self.question(1, "a", "choice", #"[{"number":1},{"number":2}]"#))
            var messages = socket.messages.makeAsyncIterator()
            let pick = await messages.next()?.text ?? ""
            picks.withLock { $0[pick, default: 0] += 1 }
            await socket.send(Self.question(2, "b", "number"))
            while let text = await messages.next()?.text, text != "100" {
                await socket.send(Self.question(3, "b", "number"))
            }
            await socket.send(#"{"type":"end","seq":4,"text":"Bye"}"#)
        }
        #expect(report.isClean && report.seen.completed == 20 && report.seen.failed == 0, "\(report.text)")
        #expect(picks.withLock { $0 } == ["1": 10, "2": 11])
        // What the first one learned, the others know.
        #expect(report.seen.answers == 40 && report.seen.waits.total == 40)
        #expect(report.json.contains(#""completed":20"#) && report.text.contains("20 completed"))
    }

    @Test(
        "a conversation that goes wrong is a failure of its kind",
        arguments: [
            ([], "closed with 1000"), (["{}"], "a frame that cannot be read"),
            ([#"{"type":"error","code":"survey.full","text":"Full."}"#], "error: survey.full"),
            (Array(repeating: question(1, "a", "email"), count: 2), "no answer fits: a"),
        ] as [([String], String)])
    func wrong(_ frames: [String], _ expected: String) async {
        let report = await Self.play { socket in
            for frame in frames { await socket.send(frame) }
            if frames.count > 1 { for await _ in socket.messages {} }
        }
        #expect(report.seen.errors == [expected: 1] && !report.isClean)
    }

    @Test("a route that refuses is told in its own words")
    func refused() async {
        let client = WebSocketClient()
        let run = SurveyLoadRun(plan: Self.plan) { () throws(ConnectFault) in
            try await client.connect(to: Router(), "/nowhere")
        } breakOff: {
        }
        let report = await run.play()
        await client.stop()
        #expect(report.seen.connectionFailures == 1)
        #expect(report.seen.errors.keys.first?.hasPrefix("connect: 404: ") == true)
    }

    @Test("customers who hold a pace begin spread over one conversation")
    func spread() {
        let plan = SurveyLoadPlan(customers: 10, concurrent: 5, rate: 2, seconds: 20)
        #expect((0..<5).map { plan.beginning($0, turns: 5) } == (0..<5).map { .milliseconds(500 * $0) })
        #expect(plan.limit(turns: 5) == .seconds(35))
    }

    @Test("arguments that cannot be used are named", arguments: ["--customers=0", "--rate=-1", "--rate=nan", "--seconds=x"])
    func arguments(_ argument: String) async {
        let name = argument.prefix { $0 != "=" }
        let error = await #expect(throws: UsageError.self) { try await LoadCommand.run(["survey", argument], [:]) }
        #expect(error?.explanation.hasPrefix("\(name): ") == true)
    }

    @Test("a count of waits is right to 3 %", arguments: [0, 1, 31, 32, 33, 63, 64, 1_000, 12_345, 9_876_543])
    func counts(_ microseconds: Int) {
        var counts = LatencyCounts()
        counts.add(.microseconds(microseconds))
        counts.add(.seconds(100))
        let shown = counts.milliseconds(at: 0.5) * 1_000
        #expect(shown >= Double(microseconds) && shown <= Double(microseconds) * 1.032)
    }

    @Test("percentiles of a thousand waits")
    func percentiles() {
        var counts = LatencyCounts()
        #expect(counts.milliseconds(at: 0.99) == 0)
        for wait in 1...1_000 { counts.add(.milliseconds(wait)) }
        for (share, expected) in [(0.5, 500.0), (0.9, 900.0), (0.99, 990.0)] {
            #expect(abs(counts.milliseconds(at: share) - expected) <= 0.032 * expected)
        }
        #expect(counts.milliseconds(at: 1) == 1_000)
    }
}
