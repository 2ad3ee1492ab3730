import Storage
import Testing
import Web

@testable import Appliance

@Suite(.timeLimit(.minutes(5))) struct QuizRoutesTests {
    private static let one = QuizDefinitionTests.quiz(QuizDefinitionTests.sound())
    private static let two = QuizDefinitionTests.quiz(QuizDefinitionTests.sound(#""points": 7"#))
    private static let unsound = #"{"title":"T","language":"en","questions":[]}"#

    private static func made(_ definition: String) -> String { #"{"id":"q","definition":\#(definition)}"# }

    @Test("a quiz is made, shown, changed, checked, published and archived")
    func life() async throws {
        try await withParlour { parlour in
            let made = await parlour.askTeam(.post, "/api/quizzes", Self.made(Self.one))
            #expect(made.status == .created && made.headers["location"] == "/api/quizzes/q")
            #expect(made.json["status"] == "draft" && made.parsed["version"].number == 0)
            #expect(await parlour.askTeam(.get, "/api/quizzes").ids == ["q", "vocabulary"])
            #expect(await parlour.askTeam(.get, "/api/surveys").ids == ["ice-cream"])
            let (one, two) = (ParsedJSON(Array(Self.one.utf8)), ParsedJSON(Array(Self.two.utf8)))
            #expect(await parlour.askTeam(.get, "/api/quizzes/q").parsed["definition"] == one)
            #expect(await parlour.askTeam(.post, "/api/quizzes", Self.made(Self.one)).json["code"] == "quiz.exists")
            let published = await parlour.askTeam(.post, "/api/quizzes/q/publish")
            #expect(published.json["status"] == "published" && published.parsed["version"].number == 1)
            let changed = await parlour.askTeam(.put, "/api/quizzes/q", #"{"definition":\#(Self.two)}"#)
            #expect(changed.parsed["definition"] == two && changed.parsed["version"].number == 1)
            #expect(await parlour.askTeam(.post, "/api/quizzes/q/publish").parsed["version"].number == 2)
            #expect(await parlour.askTeam(.post, "/api/quizzes/q/publish").parsed["version"].number == 2)
            #expect(await parlour.askTeam(.get, "/api/quizzes/q?version=1").parsed["definition"] == one)
            #expect(await parlour.askTeam(.get, "/api/quizzes/q?version=3").status == .notFound)
            #expect(await parlour.askTeam(.post, "/api/quizzes/q/archive").json["status"] == "archived")
        }
    }

    @Test("a draft need not be sound; checking says what is wrong, and publishing refuses it with the same words")
    func unsound() async throws {
        try await withParlour { parlour in
            #expect(await parlour.askTeam(.post, "/api/quizzes", Self.made(Self.unsound)).status == .created)
            let checked = await parlour.askTeam(.post, "/api/quizzes/q/check")
            #expect(checked.status == .ok && checked.parsed["sound"].value == .truth(false))
            #expect(checked.parsed["problems"].items.compactMap { $0["field"].text } == ["questions"])
            let refused = await parlour.askTeam(.post, "/api/quizzes/q/publish")
            #expect(refused.status == .unprocessable && refused.json["code"] == "quiz.unsound")
            #expect(refused.fields == ["questions"])
            let sound = await parlour.askTeam(.post, "/api/quizzes/q/check", Self.one)
            #expect(sound.parsed["sound"].value == .truth(true))
        }
    }

    @Test("the same key makes, publishes and archives once, and answers the same")
    func idempotent() async throws {
        try await withParlour { parlour in
            for path in ["", "/q/publish", "/q/archive"] {
                let body = path.isEmpty ? Self.made(Self.one) : nil
                let first = await parlour.askTeam(.post, "/api/quizzes\(path)", body, key: "k\(path.count)")
                parlour.now += 1_000
                let second = await parlour.askTeam(.post, "/api/quizzes\(path)", body, key: "k\(path.count)")
                #expect(first.status == second.status && first.text == second.text && first.status.code < 300)
            }
        }
    }

    @Test("games find each published version of a quiz, and which one is the newest")
    func lookup() async throws {
        try await withParlour { parlour in
            _ = await parlour.askTeam(.post, "/api/quizzes", Self.made(Self.one))
            for definition in [Self.one, Self.two] {
                _ = await parlour.askTeam(.put, "/api/quizzes/q", #"{"definition":\#(definition)}"#)
                _ = await parlour.askTeam(.post, "/api/quizzes/q/publish")
            }
            let shelf = QuizShelf()
            for _ in 0..<2 {
                let (head, points) = try await parlour.app.database.read { snapshot throws(StorageError) in
                    var points: [Int?] = []
                    for version in 0...3 {
                        points.append(try shelf.edition("q", version, in: snapshot)?.questions[0].points)
                    }
                    return (try snapshot.quizHead("q"), points)
                }
                #expect(head?.version == 2 && head?.status == .published)
                #expect(points == [nil, 1_000, 7, nil])
            }
            let sample = try await parlour.app.database.read { snapshot throws(StorageError) in
                try shelf.edition(SampleQuiz.id, 1, in: snapshot)
            }
            #expect(sample?.questions.count == 10)
        }
    }

    @Test("quizzes that are not there are not found, and a token needs its scope")
    func refusals() async throws {
        try await withParlour { parlour in
            for (method, path) in [(Web.Method.get, ""), (.post, "/publish"), (.post, "/archive"), (.post, "/check")] {
                #expect(await parlour.askTeam(method, "/api/quizzes/x\(path)").status == .notFound, "\(path)")
            }
            #expect(await parlour.askTeam(.put, "/api/quizzes/x", #"{"definition":{}}"#).status == .notFound)
            let scopes = #"["quizzes:read","surveys:write","games:host"]"#
            let made = await parlour.askTeam(.post, "/api/admin/tokens", #"{"name":"t","scopes":\#(scopes)}"#)
            let bearer: Headers = ["authorization": "Bearer \(try #require(made.json["secret"]))"]
            #expect(await parlour.ask(.get, "/api/quizzes", headers: bearer).status == .ok)
            #expect(await parlour.ask(.post, "/api/quizzes", Self.made(Self.one), headers: bearer).status == .forbidden)
            #expect(await parlour.ask(.post, "/api/quizzes/vocabulary/archive", headers: bearer).status == .forbidden)
            #expect(await parlour.ask(.get, "/api/surveys", headers: bearer).status == .forbidden)
            #expect(await parlour.ask(.get, "/api/quizzes").status == .unauthorized)
        }
    }

    @Test("the command line is checked before anything is read", arguments: [[], ["check"], ["look", "x"]])
    func usage(_ arguments: [String]) async {
        #expect(await Program.run(["quiz"] + arguments, environment: [:]) == .usage)
    }

    @Test("a file that is not there is a failure")
    func missing() async {
        #expect(await Program.run(["quiz", "check", "/nowhere/quiz.json"], environment: [:]) == .failed)
    }
}
