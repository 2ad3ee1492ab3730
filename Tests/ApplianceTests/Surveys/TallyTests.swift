import Storage
import Testing

@testable import Appliance

@Suite struct TallyTests {
    private let step = TallyStep(session: .session(1), survey: .everyKind)
    private let began = Conversation(language: "en", place: .question("flavour"), path: ["flavour"])

    private func answered(_ question: String, _ answer: Appliance.Answer, then next: String) -> Conversation {
        Conversation(
            language: "en", place: .question(next), path: [question, next], answers: [question: answer])
    }

    private func shown(_ counts: [TallyCount]) -> [String] {
        counts.map { "\($0.measure) \($0.question) \($0.value) \($0.count) \($0.total)" }.sorted()
    }

    @Test(
        "an answer counts by its value, and the next question as reached",
        arguments: [
            ("flavour", Appliance.Answer.option("mint"), ["answered flavour mint 1 0.0"]),
            (
                "toppings", .options(["nuts", "cream"]),
                ["answered toppings  1 0.0", "picked toppings cream 1 0.0", "picked toppings nuts 1 0.0"]
            ),
            ("toppings", .options([]), ["answered toppings  1 0.0"]),
            ("score", .number(9), ["answered score 9 1 9.0"]),
            ("age", .number(41.5), ["answered age  1 41.5"]),
            ("again", .truth(false), ["answered again no 1 0.0"]),
            ("why", .text("because"), ["answered why  1 0.0"]),
            ("why", .skipped, ["skipped why  1 0.0"]),
        ])
    func answers(_ question: String, _ answer: Appliance.Answer, _ expected: [String]) {
        let before = Conversation(language: "en", place: .question(question), path: [question])
        let changes = step.changes(from: before, to: answered(question, answer, then: "next"), at: 0)
        #expect(shown(changes) == (expected + ["reached next  1 0.0"]).sorted())
    }

    @Test("an answer that is not understood changes nothing")
    func misses() {
        var after = began
        after.misses = 1
        #expect(step.changes(from: began, to: after, at: 0).isEmpty)
    }

    @Test("how the chat was counts once, and goes again with its session")
    func rated() {
        let before = Conversation(language: "en", place: .rating, path: ["why"], answers: ["why": .skipped])
        var after = before
        after.place = .comment
        after.feedback.rating = 4
        #expect(shown(step.changes(from: before, to: after, at: 0)) == ["rated   1 4.0"])
        var commented = after
        commented.place = .completed
        commented.feedback.comment = "Nice."
        #expect(step.changes(from: after, to: commented, at: 0).isEmpty)
        #expect(shown(step.counts(of: commented, endedAt: 0)).contains("rated   1 4.0"))
        let figures = SessionFigures([TallySum(measure: .rated, question: "", value: "", count: 3, total: 13)])
        #expect(figures.ratings == 3 && figures.averageRating == 4.33)
    }

    @Test("a changed answer takes its old count out")
    func changed() {
        let before = answered("flavour", .option("mint"), then: "why")
        let after = answered("flavour", .option("vanilla"), then: "why")
        #expect(
            shown(step.changes(from: before, to: after, at: 0)) == [
                "answered flavour mint -1 0.0", "answered flavour vanilla 1 0.0",
            ])
    }

    @Test("who goes back has not reached the question that was left, and its kept answer counts on")
    func back() {
        let after = Conversation(
            language: "en", place: .question("flavour"), path: ["flavour"], answers: ["flavour": .option("mint")])
        let changes = step.changes(from: answered("flavour", .option("mint"), then: "why"), to: after, at: 0)
        #expect(shown(changes) == ["reached why  -1 0.0"])
    }

    @Test("completing counts the time it took, and drops what is dropped")
    func completed() {
        var before = answered("flavour", .option("mint"), then: "why")
        before.answers["age"] = .number(3)
        var after = before
        after.answers = ["flavour": .option("mint"), "why": .skipped]
        after.place = .rating
        #expect(
            shown(step.changes(from: before, to: after, at: 62_900)) == [
                "answered age  -1 -3.0", "completed  61 1 0.0", "reached age  -1 0.0", "skipped why  1 0.0",
            ])
        var rated = after
        rated.place = .completed
        #expect(step.changes(from: after, to: rated, at: 70_000).isEmpty)
    }

    @Test(
        "durations are exact up to ten minutes, and to three digits above",
        arguments: [
            (-5, 0), (999, 0), (1_000, 1), (600_999, 600), (601_000, 601), (999_999, 999), (1_004_000, 1_000),
            (1_005_000, 1_010), (86_399_000, 86_400), (123_456_000, 123_000),
        ] as [(Int64, Int64)])
    func durations(_ milliseconds: Int64, _ seconds: Int64) {
        #expect(TallyStep.duration(milliseconds) == seconds)
    }

    @Test("whatever customers do, the table holds what a count over all sessions gives", .serialized, arguments: 0..<60)
    func simulation(_ seed: UInt64) async throws {
        try await withResults { fixture in
            let (kept, left) = try await fixture.database.write { transaction throws(StorageError) in
                var simulation = TallySimulation(seed: seed)
                for _ in 0..<400 { try simulation.move(transaction) }
                let kept = (try transaction.tallied(), simulation.counted)
                try simulation.eraseAll(transaction)
                return (kept, try transaction.tallied())
            }
            #expect(kept.0 == kept.1, "seed \(seed)")
            #expect(left.isEmpty, "seed \(seed)")
        }
    }
}

/// Customers who answer, skip, go back, start again, change the language, leave, come back, finish and are erased.
private struct TallySimulation {
    private struct Visit {
        var session: SurveySession
        var state: Conversation
    }

    private static let survey = Survey.everyKind
    private static let questions = survey.questions.map(\.id).filter { $0 != "hello" }

    private var random: SeededRandom
    private var visits: [Visit] = []
    private var begun = 0

    init(seed: UInt64) { random = SeededRandom(seed: seed) }

    mutating func move(_ transaction: borrowing Transaction) throws(StorageError) {
        guard let index = visits.indices.randomElement(using: &random), Int.random(in: 0..<8, using: &random) > 0
        else { return try begin(transaction) }
        var visit = visits[index]
        switch Int.random(in: 0..<12, using: &random) {
        case 0:
            guard visit.session.status == .active, !visit.state.isCompleted else { return }
            visit.session.status = .abandoned
            try transaction.tallyAbandoned(visit.session, visit.state, isAbandoned: true)
            visits[index] = visit
        case 1:
            try transaction.untally(visit.session, Self.survey, visit.state)
            visits.remove(at: index)
        default:
            if visit.session.status == .abandoned {
                try transaction.tallyAbandoned(visit.session, visit.state, isAbandoned: false)
            }
            let before = visit.state
            advance(&visit.state)
            let now = visit.session.lastAt + Int64.random(in: 0..<900_000, using: &random)
            try transaction.tally(visit.session, Self.survey, from: before, to: visit.state, at: now)
            visit.session.lastAt = now
            if visit.state.isCompleted, !before.isCompleted { visit.session.endedAt = now }
            visit.session.status = visit.state.isCompleted ? .completed : .active
            visits[index] = visit
        }
    }

    mutating func eraseAll(_ transaction: borrowing Transaction) throws(StorageError) {
        for visit in visits { try transaction.untally(visit.session, Self.survey, visit.state) }
        visits = []
    }

    private mutating func begin(_ transaction: borrowing Transaction) throws(StorageError) {
        begun += 1
        var visit = Visit(
            session: .session(begun, version: Int.random(in: 1...2, using: &random)),
            state: Conversation(language: "en", place: .question("flavour"), path: ["flavour"]))
        visit.session.startedAt = Int64.random(in: 0..<300_000_000, using: &random)
        visit.session.lastAt = visit.session.startedAt
        try transaction.tally(visit.session, Self.survey, from: nil, to: visit.state, at: visit.session.startedAt)
        visits.append(visit)
    }

    private mutating func advance(_ state: inout Conversation) {
        guard case .question(let open) = state.place else {
            state.language = state.language == "en" ? "de" : "en"
            return
        }
        switch Int.random(in: 0..<10, using: &random) {
        case 0: state.language = state.language == "en" ? "de" : "en"
        case 1: state = Conversation(language: state.language, place: .question("flavour"), path: ["flavour"])
        case 2...3 where state.path.count > 1:
            state.path.removeLast()
            state.place = .question(state.path[state.path.count - 1])
        default:
            state.answers[open] = answer(to: open)
            let rest = Self.questions.drop { $0 != open }.dropFirst()
            if let next = rest.randomElement(using: &random), Int.random(in: 0..<5, using: &random) > 0 {
                state.path.append(next)
                state.place = .question(next)
            } else {
                state.place = .rating
                state.answers = state.answers.filter { state.path.contains($0.key) }
            }
        }
    }

    private mutating func answer(to question: String) -> Appliance.Answer {
        switch question {
        case "flavour": .option(["vanilla", "mint"].randomElement(using: &random)!)
        case "toppings": .options(["nuts", "cream"].filter { _ in Bool.random(using: &random) })
        case "score": .number(Double(Int.random(in: 0...10, using: &random)))
        case "age": .number(Double(Int.random(in: 0...200, using: &random)) / 4)
        case "again": .truth(Bool.random(using: &random))
        default: Bool.random(using: &random) ? .text("because") : .skipped
        }
    }

    /// Each session looked at by itself, and added up by hand.
    var counted: [String: [Double]] {
        var sums: [String: [Double]] = [:]
        for visit in visits {
            let (session, state) = (visit.session, visit.state)
            func add(_ measure: String, _ question: String = "", _ value: String = "", total: Double = 0) {
                let key = "\(session.version) \(state.language) \(session.startedAt / 86_400_000)"
                let before = sums["\(key) \(measure) \(question) \(value)", default: [0, 0]]
                sums["\(key) \(measure) \(question) \(value)"] = [before[0] + 1, before[1] + total]
            }
            add("started")
            if let ended = session.endedAt {
                add("completed", "", "\(TallyStep.duration(ended - session.startedAt))")
            }
            if session.status == .abandoned, case .question(let open) = state.place { add("abandoned", open) }
            for question in Self.questions {
                if state.path.contains(question) || state.answers.keys.contains(question) { add("reached", question) }
                switch state.answers[question] {
                case nil: break
                case .skipped: add("skipped", question)
                case .option(let id): add("answered", question, id)
                case .options(let ids):
                    add("answered", question)
                    for id in ids { add("picked", question, id) }
                case .truth(let truth): add("answered", question, truth ? "yes" : "no")
                case .number(let number):
                    add("answered", question, question == "score" ? "\(Int(number))" : "", total: number)
                case .text, .date, .email: add("answered", question)
                }
            }
        }
        return sums
    }
}

extension Transaction {
    fileprivate borrowing func tallied() throws(StorageError) -> [String: [Double]] {
        let rows = try all(
            "SELECT version, language, day, measure, question, value, count, total FROM survey_tally WHERE count <> 0"
        ) { row in
            let key = "\(row.integer(0)) \(row.text(1)) \(row.integer(2)) \(row.text(3)) \(row.text(4)) \(row.text(5))"
            return (key, [Double(row.integer(6)), row.real(7)])
        }
        return Dictionary(uniqueKeysWithValues: rows)
    }
}
