import FoundationEssentials
import Storage
import Synchronization
import Testing
import Web

@testable import Appliance

@Suite(.timeLimit(.minutes(1))) struct AnalyticsTests {
    @Test(
        "the median is the middle, or the mean of both",
        arguments: [([:], nil), ([7: 1], 7), ([7: 1, 9: 1], 8), ([1: 2, 10: 3], 10), ([1: 2, 600: 2], 300.5)]
            as [([Int64: Int], Double?)])
    func median(_ durations: [Int64: Int], _ seconds: Double?) {
        #expect(SessionFigures(durations: durations).medianSeconds == seconds)
    }

    @Test(
        "rates and scores have few digits, and are null of nothing",
        arguments: [
            ([:], nil, nil), ([9: 1], 100, 9), ([6: 1], -100, 6), ([7: 1], 0, 7), ([10: 2, 0: 1], 33.3, 6.67),
            ([9: 1, 8: 1, 3: 1], 0, 6.67),
        ] as [([Int: Int], Double?, Double?)])
    func scores(_ answers: [Int: Int], _ nps: Double?, _ average: Double?) {
        let sums = answers.map { number, count in
            TallySum(
                measure: .answered, question: "score", value: "\(number)", count: count, total: Double(number * count))
        }
        let score = AnalyticsStep.analytics("s", version: 1, sums, [.everyKind]).questions.first { $0.id == "score" }
        #expect(score?.nps == nps)
        #expect(score?.average == average)
        #expect(share(of: 1, in: 3) == 0.3333)
        #expect(share(of: 0, in: 0) == nil)
    }

    @Test("a survey nobody began has zeros and nulls")
    func empty() async throws {
        try await withResults { fixture in
            let answer = try await fixture.ask("/api/surveys/s/analytics")
            #expect(answer.status == .ok)
            #expect(answer.text.hasPrefix(#"{"abandoned":0,"average_chat_rating":null,"chat_ratings":0,"completed":0,"completion_rate":null,"in_progress":0,"#))
            #expect(
                answer.text.contains(
                    #""distribution":[{"count":0,"label":"VANILLA","share":null,"value":"vanilla"},"#
                        + #"{"count":0,"label":"MINT","share":null,"value":"mint"}],"drop_off":0,"id":"flavour","#
                        + #""kind":"choice","nps":null,"reached":0,"skipped":0,"text":"Which, friend?"}"#))
            #expect(!answer.text.contains("hello"))
        }
    }

    @Test("figures of sessions that were completed, abandoned and are going on")
    func figures() async throws {
        try await withResults { fixture in
            try await fixture.database.write { transaction throws(StorageError) in
                try transaction.play(
                    .session(1), .everyKind,
                    [("flavour", .option("mint")), ("toppings", .options(["nuts", "cream"])), ("why", .skipped)])
                try transaction.play(
                    .session(2), .everyKind,
                    [("flavour", .option("mint")), ("toppings", .options(["nuts"])), ("why", .text("so"))], seconds: 20)
                try transaction.play(.session(3), .everyKind, [("flavour", .option("vanilla"))], open: "age")
                let left = SurveySession.session(4)
                try transaction.play(left, .everyKind, [], open: "flavour")
                let state = Conversation(language: "en", place: .question("flavour"), path: ["flavour"])
                try transaction.tallyAbandoned(left, state, isAbandoned: true)
            }
            let text = try await fixture.ask("/api/surveys/s/analytics").text
            for part in [
                #""abandoned":1,"average_chat_rating":null,"chat_ratings":0,"completed":2,"completion_rate":0.5,"in_progress":1,"median_seconds":15,"#,
                #""abandoned":1,"answered":3,"average":null,"distribution":"#
                    + #"[{"count":1,"label":"VANILLA","share":0.3333,"value":"vanilla"},"#
                    + #"{"count":2,"label":"MINT","share":0.6667,"value":"mint"}],"drop_off":1,"id":"flavour""#,
                #""distribution":[{"count":2,"label":"NUTS","share":1,"value":"nuts"},"#
                    + #"{"count":1,"label":"CREAM","share":0.5,"value":"cream"}],"drop_off":0,"id":"toppings""#,
                #""drop_off":1,"id":"age""#,
                #""answered":1,"average":null,"distribution":[],"drop_off":0,"id":"why","kind":"text","nps":null,"#
                    + #""reached":2,"skipped":1"#,
            ] {
                #expect(text.contains(part), "\(text)")
            }
        }
    }

    @Test("answers merge over versions by question and option; what only an older version has keeps its words")
    func versions() async throws {
        var newer = Survey.everyKind
        newer.questions.removeAll { $0.id == "age" }
        newer.questions.reverse()
        let flavour = newer.questions.firstIndex { $0.id == "flavour" } ?? 0
        newer.questions[flavour].kind = .choice([Survey.option("vanilla")])
        try await withResults([.everyKind, newer]) { [newer] fixture in
            try await fixture.database.write { transaction throws(StorageError) in
                try transaction.play(.session(1), .everyKind, [("flavour", .option("mint")), ("age", .number(30))])
                try transaction.play(.session(2, version: 2), newer, [("flavour", .option("vanilla"))])
            }
            let merged = try await fixture.ask("/api/surveys/s/analytics?by=version").text
            #expect(
                merged.contains(#"{"count":1,"label":"MINT","share":0.5,"value":"mint"}],"drop_off":0,"id":"flavour""#))
            #expect(merged.contains(#""average":30,"distribution":[],"drop_off":0,"id":"age""#))
            #expect(merged.contains(#""median_seconds":10,"started":1,"version":1},{"#))
            #expect(merged.contains(#""started":2,"survey":"s","version":2,"versions":[{"#))
            let second = try await fixture.ask("/api/surveys/s/analytics?version=2").text
            #expect(!second.contains(#""id":"age""#) && !second.contains("mint"))
            #expect(second.contains(#""started":1,"survey":"s","version":2"#))
            let first = try await fixture.ask("/api/surveys/s/analytics?version=1").text
            #expect(first.contains(#"{"count":0,"label":"VANILLA","share":0,"value":"vanilla"}"#))
        }
    }

    @Test("days, languages and their filters")
    func parts() async throws {
        try await withResults { fixture in
            try await fixture.database.write { transaction throws(StorageError) in
                for index in [1, 86_399, 86_400, 200_000] {
                    try transaction.play(
                        .session(index), .everyKind, [("age", .number(1))], language: index == 1 ? "de" : "en")
                }
            }
            let all = try await fixture.ask("/api/surveys/s/analytics?by=day,language").text
            #expect(
                all.components("\"day\":").map { $0.prefix(12) }
                    == ["\"1970-01-01\"", "\"1970-01-02\"", "\"1970-01-03\""])
            #expect(all.contains(#""language":"de","median_seconds":10,"started":1},"#))
            for (query, started) in [
                ("since=1970-01-02", 2), ("until=1970-01-02", 2), ("since=1970-01-02&until=1970-01-03", 1),
                ("since=1970-02-01", 0), ("since=1970-01-03&until=1970-01-01", 0), ("language=de", 1),
                ("language=fr", 0), ("until=1970-01-02&language=en", 1),
            ] {
                let text = try await fixture.ask("/api/surveys/s/analytics?\(query)").text
                #expect(text.contains(#""started":\#(started),"survey""#), "\(query)")
            }
        }
    }

    @Test(
        "who may not, what is not there and what is not understood",
        arguments: [
            ("s/analytics", nil, 401, []), ("x/analytics", ResultsFixture.secret, 404, []),
            ("s/analytics?version=9", ResultsFixture.secret, 404, []),
            ("s/analytics?version=0&since=today&by=hour", ResultsFixture.secret, 422, ["since", "by", "version"]),
            ("s/analytics?colour=red", ResultsFixture.secret, 422, ["colour"]),
            ("s/analytics/live", ResultsFixture.secret, 426, []), ("x/analytics/live", ResultsFixture.secret, 404, []),
            ("s/export", nil, 401, []), ("x/export", ResultsFixture.secret, 404, []),
            ("s/export?version=9", ResultsFixture.secret, 404, []),
            ("s/export?format=xls&status=some", ResultsFixture.secret, 422, ["format", "status"]),
        ] as [(String, String?, Int, [String])])
    func refused(_ path: String, _ token: String?, _ status: Int, _ fields: [String]) async throws {
        try await withResults { fixture in
            let answer = try await fixture.ask("/api/surveys/\(path)", token: token)
            // A route that becomes a WebSocket tells only the listener so.
            #expect(answer.status.code == status || status == 426 && answer.status == .switchingProtocols)
            #expect(answer.fields == fields)
        }
    }
}

extension String {
    /// What stands behind each occurrence of `separator`, up to the next.
    fileprivate func components(_ separator: String) -> [String] {
        var parts: [String] = []
        var rest = self[...]
        while let range = rest.firstRange(of: separator) {
            rest = rest[range.upperBound...]
            parts.append(String(rest[..<(rest.firstRange(of: separator)?.lowerBound ?? rest.endIndex)]))
        }
        return parts
    }
}
