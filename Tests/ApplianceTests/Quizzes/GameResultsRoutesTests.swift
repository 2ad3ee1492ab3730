import Storage
import Testing
import Web

@testable import Appliance

@Suite(.timeLimit(.minutes(1))) struct GameResultsRoutesTests {
    private static let path = "/api/games/KAEF34/results"

    private func fill(_ fixture: GameResultsFixture) async throws {
        try await fixture.add(
            WrittenGame(
                players: ["Ann", "=Bob", "Cat"], kicked: [3],
                answers: [
                    .init(0, 1, #""a""#, right: 800, bonus: 50, after: 1_234),
                    .init(1, 2, #"["two","five"]"#, right: 1),
                    .init(3, 1, #""=HYPERLINK(\"http://x\",\"y\")\nz""#), .init(4, 1, "-3"),
                    .init(4, 3, "0.5", right: 9),
                ]))
    }

    @Test("the summary tells of the game, its questions, and who leads")
    func summary() async throws {
        try await withGameResults { fixture in
            try await fill(fixture)
            let answer = try await fixture.ask(Self.path)
            #expect(answer.status == .ok)
            guard case .object(let summary) = JSONValue(Array(answer.text.utf8)),
                case .object(let game) = summary["game"]
            else { return #expect(Bool(false), "\(answer.text)") }
            #expect(game["code"] == .text("KAEF34") && game["title"] == .text("Everything"))
            #expect(game["phase"] == .text("finished") && game["pace"] == .text("hosted"))
            #expect(game["id"] == .text(WrittenGame.id(1)) && game["finished_at"] == .text("1970-01-01T00:01:00.000Z"))
            #expect(summary["players"] == .number(2) && summary["kicked"] == .number(1))
            #expect(summary["asked"] == .number(5))
            #expect(summary["hardest"] == .list([.text("blood"), .text("half"), .text("capital"), .text("primes")]))
            guard case .list(let top) = summary["top"], case .list(let questions) = summary["questions"] else { return }
            #expect(top.count == 2 && questions.count == 5)
            #expect(
                answer.text.contains(
                    #"{"answer_rate":0.6,"average_seconds":1.078,"fastest_seconds":1,"is_kicked":false,"#
                        + #""missed":2,"name":"Ann","number":1,"rank":1,"right":1,"score":850,"wrong":2}"#),
                "\(answer.text)")
            #expect(
                answer.text.contains(
                    #"{"answers":1,"asked":true,"average_ms":1234,"distribution":["#
                        + #"{"count":1,"id":"a","label":"Paris"},"#
                        + #"{"count":0,"id":"b","label":"Rome"},{"count":0,"id":"c","label":"Bern"}],"id":"capital","#
                        + #""kind":"single","median_ms":1234,"missed":1,"points":1000,"right":1,"share_right":1,"#
                        + #""text":"Capital of France?","wrong":0}"#), "\(answer.text)")
            let questionsAnswer = try await fixture.ask("\(Self.path)?part=questions")
            #expect(questionsAnswer.text.hasPrefix(#"{"hardest":["blood","half","capital","primes"],"items":[{"#))
        }
    }

    @Test("the summary shows ten players, whoever was kicked not among them")
    func top() async throws {
        try await withGameResults { fixture in
            try await fixture.add(WrittenGame(players: (1...30).map { "p\($0)" }, kicked: Set(2...29)))
            guard case .object(let few) = JSONValue(Array(try await fixture.ask(Self.path).text.utf8)),
                case .list(let players) = few["top"]
            else { return #expect(Bool(false)) }
            #expect(players.count == 2)
            try await fixture.add(WrittenGame(number: 2, code: "QQQ777", players: (1...30).map { "p\($0)" }))
            let path = "/api/games/QQQ777/results"
            guard case .object(let many) = JSONValue(Array(try await fixture.ask(path).text.utf8)),
                case .list(let first) = many["top"]
            else { return #expect(Bool(false)) }
            #expect(first.count == ResultsSummary.topMax)
        }
    }

    @Test("lists come page by page, whole and without repeats", arguments: ["players", "answers"])
    func pages(_ part: String) async throws {
        try await withGameResults { fixture in
            var game = WrittenGame(players: (1...7).map { "p\($0)" }, kicked: [3])
            game.answers = [0, 2].flatMap { question in [1, 2, 5, 7].map { WrittenAnswer(question, $0, "true") } }
            try await fixture.add(game)
            var found: [String] = []
            var after = ""
            var pages = 0
            while true {
                let target = "\(Self.path)?part=\(part)&limit=3" + (after.isEmpty ? "" : "&after=\(after)")
                guard case .object(let page) = JSONValue(Array(try await fixture.ask(target).text.utf8)),
                    case .list(let items) = page["items"]
                else { return #expect(Bool(false)) }
                pages += 1
                found += items.map { JSON.text($0) }
                guard case .text(let next) = page["next"] else { break }
                after = next
            }
            #expect(pages == 3 && Set(found).count == found.count)
            #expect(found.count == (part == "players" ? 7 : 8))
            #expect(found.last?.contains(part == "players" ? #""rank":null"# : #""number":7"#) == true)
        }
    }

    @Test("answers are told as people read them")
    func answers() async throws {
        try await withGameResults { fixture in
            try await fill(fixture)
            let answer = try await fixture.ask("\(Self.path)?part=answers&limit=1")
            #expect(
                answer.text
                    == #"{"items":[{"answered_at":"1970-01-01T00:00:05.000Z","bonus":50,"name":"Ann","number":1,"#
                    + #""points":800,"question":"capital","right":true,"said":"Paris","seconds":1.234}],"next":"0-1"}"#)
        }
    }

    @Test("CSV is safe to open, and ends with what proves it whole")
    func csv() async throws {
        try await withGameResults { fixture in
            try await fill(fixture)
            let answers = try await fixture.ask("\(Self.path)?part=answers&format=csv")
            #expect(answers.headers["content-type"] == "text/csv; charset=utf-8")
            #expect(answers.headers["content-disposition"] == #"attachment; filename="KAEF34-answers.csv""#)
            #expect(
                try body(of: answers.text, rows: 5)
                    == "\u{FEFF}question,number,name,said,right,points,bonus,seconds,answered_at\r\n"
                    + "capital,1,Ann,Paris,yes,800,50,1.234,1970-01-01T00:00:05.000Z\r\n"
                    + "primes,2,'=Bob,\"2, 5\",yes,1,0,1,1970-01-01T00:00:05.000Z\r\n"
                    + "blood,1,Ann,\"'=HYPERLINK(\"\"http://x\"\",\"\"y\"\")\nz\",no,0,0,1,"
                    + "1970-01-01T00:00:05.000Z\r\n"
                    + "half,1,Ann,-3,no,0,0,1,1970-01-01T00:00:05.000Z\r\n"
                    + "half,3,Cat,0.5,yes,9,0,1,1970-01-01T00:00:05.000Z\r\n")
            let players = try await fixture.ask("\(Self.path)?part=players&format=csv")
            #expect(
                try body(of: players.text, rows: 3)
                    == "\u{FEFF}rank,number,name,score,right,wrong,missed,answer_rate,average_seconds,fastest_seconds,"
                    + "is_kicked\r\n1,1,Ann,850,1,2,2,0.6,1.078,1,no\r\n2,2,'=Bob,1,1,0,4,0.2,1,1,no\r\n"
                    + ",3,Cat,9,1,0,4,0.2,1,1,yes\r\n")
            let questions = try await fixture.ask("\(Self.path)?part=questions&format=csv")
            let lines = try body(of: questions.text, rows: 5).split(separator: "\r\n")
            #expect(
                lines[1] == "capital,Capital of France?,single,1000,yes,1,1,0,1,1,1234,1234,a: 1; b: 0; c: 0")
            #expect(lines[3] == "flat,The earth is flat.,true_false,1000,yes,0,0,0,2,,,,true: 0; false: 0")
        }
    }

    @Test("what is typed never becomes a formula, a number of a question for numbers stays one")
    func signs() async throws {
        try await withGameResults { fixture in
            try await fixture.add(
                WrittenGame(
                    players: ["Ann", "Bob"],
                    answers: [.init(3, 1, #""-3""#), .init(3, 2, #""+a""#), .init(4, 1, "-3")]))
            let text = try await fixture.ask("\(Self.path)?part=answers&format=csv").text
            #expect(text.contains("blood,1,Ann,'-3,no") && text.contains("blood,2,Bob,'+a,no"), "\(text)")
            #expect(text.contains("half,1,Ann,-3,no"), "\(text)")
        }
    }

    /// What stands before the trailer, if that is right about it.
    private func body(of text: String, rows: Int) throws -> String {
        let trailer = try #require(text.ranges(of: "# rows: \(rows) sha256: ").last)
        let body = String(text[..<trailer.lowerBound])
        #expect(text[trailer.upperBound...] == "\(SHA256.hex(of: Array(body.utf8)))\r\n")
        return body
    }

    @Test("a large game goes out in pieces", arguments: ["players", "answers"])
    func pieces(_ part: String) async throws {
        try await withGameResults { fixture in
            var game = WrittenGame(players: (1...6_000).map { "player \($0)" })
            game.answers = (1...6_000).map { WrittenAnswer(0, $0, #""b""#) }
            try await fixture.add(game)
            let text = try await fixture.ask("\(Self.path)?part=\(part)&format=csv").text
            #expect(text.contains("# rows: 6000 sha256: "))
            let sizes = try await fixture.database.read { snapshot throws(StorageError) in
                var sizes: [Int] = []
                _ = try snapshot.exportAnswers(in: 1, to: .everyKind) { piece in
                    sizes.append(piece.count)
                    return true
                }
                return sizes
            }
            #expect(sizes.count > 1 && sizes.allSatisfy { $0 < 2 * ExportStream.pieceBytes })
        }
    }

    @Test("exports of answers share the places of all exports")
    func busy() async throws {
        try await withGameResults { fixture in
            try await fill(fixture)
            let held = (0..<ExportPlaces.countMax).map { _ in fixture.places.take() }
            let refused = try await fixture.ask("\(Self.path)?part=answers&format=csv")
            #expect(refused.status == .unavailable)
            let players = try await fixture.ask("\(Self.path)?part=players&format=csv")
            #expect(players.status == .ok)
            _ = consume held
            let again = try await fixture.ask("\(Self.path)?part=answers&format=csv")
            #expect(again.status == .ok)
        }
    }

    @Test(
        "what cannot be asked for is named",
        arguments: [
            ("part=scores", ["part"]), ("format=xml", ["format"]), ("format=csv", ["part"]),
            ("part=players&limit=0", ["limit"]), ("part=players&after=x", ["after"]),
            ("part=players&after=-1", ["after"]), ("part=answers&after=7", ["after"]),
            ("part=answers&after=1-x", ["after"]), ("part=questions&limit=5", ["limit"]), ("limit=5", ["limit"]),
            ("part=players&format=csv&limit=5", ["limit"]), ("colour=red", ["colour"]),
        ])
    func refused(_ query: String, _ fields: [String]) async throws {
        try await withGameResults { fixture in
            try await fill(fixture)
            let answer = try await fixture.ask("\(Self.path)?\(query)")
            #expect(answer.status == .unprocessable && answer.fields == fields, "\(answer.text)")
        }
    }

    @Test("only who may read quizzes, or hosts the game, sees its results")
    func access() async throws {
        try await withGameResults { fixture in
            try await fill(fixture)
            let stranger = try await fixture.ask(Self.path, token: nil)
            let wrong = try await fixture.ask("\(Self.path)?host=guess", token: nil)
            let host = try await fixture.ask(
                "\(Self.path)?part=answers&format=csv&host=\(GameResultsFixture.hostToken)", token: nil)
            let unknown = try await fixture.ask("/api/games/AAAAAA/results")
            let byID = try await fixture.ask("/api/games/\(WrittenGame.id(1))/results")
            #expect(stranger.status == .unauthorized && wrong.status == .unauthorized)
            #expect(host.status == .ok && unknown.status == .notFound && byID.status == .ok)
        }
    }
}
