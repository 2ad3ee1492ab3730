import FoundationEssentials
import Storage
import Synchronization
import Testing
import Web

@testable import Appliance

@Suite(.timeLimit(.minutes(1))) struct ExportTests {
    @Test(
        "a cell is quoted where it must be, and never a formula",
        arguments: [
            ("", ""), ("plain", "plain"), ("a,b", #""a,b""#), (#"say "hi""#, #""say ""hi""""#),
            ("two\nlines", "\"two\nlines\""),
            ("=1+1", "'=1+1"), ("+49 30", "'+49 30"), ("-3", "'-3"), ("@sum", "'@sum"), ("\tx", "'\tx"), ("|calc", "'|calc"), ("＝1", "'＝1"),
            ("\rx", "\"'\rx\""), ("\nx", "\"'\nx\""),
            (#"=HYPERLINK("http://x","y")"#, #""'=HYPERLINK(""http://x"",""y"")""#),
            ("1-2", "1-2"), ("ä=b", "ä=b"),
        ])
    func cells(_ text: String, _ expected: String) {
        #expect(cell(text, isNumber: false) == expected)
    }

    @Test(
        "a number of a question for numbers stays one, and only a number does",
        arguments: [
            ("-3", "-3"), ("-0.5", "-0.5"), ("1e+20", "1e+20"), ("-1.5e-7", "-1.5e-7"), ("-3+1", "'-3+1"), ("-", "'-"),
            ("-.5", "'-.5"), ("-1e", "'-1e"), ("+3", "'+3"), ("=3", "'=3"),
        ])
    func numbers(_ text: String, _ expected: String) {
        #expect(cell(text, isNumber: true) == expected)
    }

    private func cell(_ text: String, isNumber: Bool) -> String {
        var bytes: [UInt8] = []
        Array(text.utf8).withUnsafeBufferPointer { CSVCell.append($0, isNumber: isNumber, to: &bytes) }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Two that completed, one of them called by a formula, and one that is going on.
    private func fill(_ fixture: ResultsFixture) async throws {
        try await fixture.database.write { transaction throws(StorageError) in
            try transaction.play(
                .session(1, customer: "=cmd"), .everyKind,
                [
                    ("why", .text("say \"a, b\"\nand ü")), ("age", .number(-3)), ("flavour", .option("mint")),
                    ("toppings", .options(["nuts", "cream"])),
                ])
            try transaction.play(.session(2), .everyKind, [("again", .truth(true)), ("why", .skipped)], seconds: 61)
            try transaction.play(.session(3), .everyKind, [("flavour", .option("vanilla"))], open: "age")
        }
    }

    private static let first = "00000000-0000-7000-8000-000000000001"
    private static let second = "00000000-0000-7000-8000-000000000002"

    @Test("CSV has a row for each response, a column for each question, and says what it is")
    func csv() async throws {
        try await withResults { fixture in
            try await fill(fixture)
            let answer = try await fixture.ask("/api/surveys/s/export?format=csv")
            #expect(answer.headers["content-type"] == "text/csv; charset=utf-8")
            #expect(answer.headers["content-disposition"] == #"attachment; filename="s.csv""#)
            let (body, rows) = try #require(whole(answer.text, trailer: "# rows: ", " sha256: ", "\r\n"))
            #expect(rows == 2)
            #expect(
                body == "\u{FEFF}session,version,customer,language,status,started_at,ended_at,seconds,"
                    + "flavour,toppings,score,age,again,why\r\n"
                    + "\(Self.first),1,'=cmd,en,completed,1970-01-01T00:00:01.000Z,1970-01-01T00:00:11.000Z,10,"
                    + "mint,\"nuts,cream\",,-3,,\"say \"\"a, b\"\"\nand ü\"\r\n"
                    + "\(Self.second),1,,en,completed,1970-01-01T00:00:02.000Z,1970-01-01T00:01:03.000Z,61,"
                    + ",,,,yes,\r\n")
        }
    }

    @Test("JSON and NDJSON tell skipped from not asked, and numbers are numbers")
    func json() async throws {
        try await withResults { fixture in
            try await fill(fixture)
            let rows = [
                #"{"session":"\#(Self.first)","version":1,"customer":"=cmd","language":"en","status":"completed","#
                    + #""started_at":"1970-01-01T00:00:01.000Z","ended_at":"1970-01-01T00:00:11.000Z","seconds":10,"#
                    + #""answers":{"flavour":"mint","toppings":"nuts,cream","age":-3,"why":"say \"a, b\"\nand ü"}}"#,
                #"{"session":"\#(Self.second)","version":1,"customer":null,"language":"en","status":"completed","#
                    + #""started_at":"1970-01-01T00:00:02.000Z","ended_at":"1970-01-01T00:01:03.000Z","seconds":61,"#
                    + #""answers":{"again":"yes","why":null}}"#,
            ]
            let lines = try await fixture.ask("/api/surveys/s/export?format=ndjson").text
            let (body, count) = try #require(
                whole(lines, trailer: #"{"trailer":{"rows":"#, #","sha256":""#, "\"}}\n"))
            #expect(count == 2 && body == rows.map { $0 + "\n" }.joined())
            let list = try await fixture.ask("/api/surveys/s/export?format=json").text
            let (object, number) = try #require(
                whole(list, trailer: #","trailer":{"rows":"#, #","sha256":""#, "\"}}\n"))
            #expect(number == 2)
            #expect(object == #"{"survey":"s","responses":["# + "\n" + rows.joined(separator: ",\n") + "\n]")
            #expect(JSONValue(Array(list.utf8)) != nil)
        }
    }

    @Test("a survey without responses is exported too", arguments: ExportFormat.allCases)
    func empty(_ format: ExportFormat) async throws {
        try await withResults { fixture in
            let text = try await fixture.ask("/api/surveys/s/export?format=\(format.rawValue)").text
            #expect(text.contains(format == .csv ? "# rows: 0 " : #""rows":0,"#))
            if format == .json { #expect(JSONValue(Array(text.utf8)) != nil) }
        }
    }

    @Test(
        "filters",
        arguments: [
            ("", 2), ("&status=all", 3), ("&version=1", 2), ("&since=1970-01-01T00:00:02Z", 1),
            ("&until=1970-01-01T00:00:02Z", 1), ("&status=all&since=1970-01-01T00:00:02Z", 2),
        ])
    func filters(_ query: String, _ rows: Int) async throws {
        try await withResults { fixture in
            try await fill(fixture)
            let text = try await fixture.ask("/api/surveys/s/export?format=ndjson\(query)").text
            #expect(text.contains(#"{"trailer":{"rows":\#(rows),"#), "\(text)")
        }
    }

    @Test("columns are those of the newest version, then those of older ones; a name that is taken gets a prefix")
    func columns() async throws {
        var newer = Survey.everyKind
        newer.questions = [
            Question(id: "status", text: Survey.text("?"), kind: .text(.init(length: 0...9))),
            Question(id: "age", text: Survey.text("?"), kind: .number(.init())),
        ]
        try await withResults([.everyKind, newer]) { fixture in
            let header = try await fixture.ask("/api/surveys/s/export").text.split(separator: "\r\n").first
            #expect(header?.hasSuffix(",seconds,answers.status,age,flavour,toppings,score,again,why") == true)
        }
    }

    @Test("what is written while an export runs is not in it, and memory holds a few pieces only")
    func snapshot() async throws {
        try await withResults { fixture in
            try await addMany(20_000, to: fixture)
            let stream = ExportStream()
            async let isWhole = fixture.database.read { snapshot throws(StorageError) in
                defer { stream.close() }
                return try snapshot.export(
                    "s", ExportFilter(), as: .ndjson, { _, _, _ in .everyKind }, give: stream.put)
            }
            var bytes = try #require(await stream.next())
            #expect(bytes.count < 2 * ExportStream.pieceBytes)
            try await addMany(20_000, to: fixture, from: 20_000)
            while let piece = await stream.next() { bytes += piece }
            let isDone = try await isWhole
            #expect(isDone)
            let text = String(decoding: bytes, as: UTF8.self)
            let (_, rows) = try #require(whole(text, trailer: #"{"trailer":{"rows":"#, #","sha256":""#, "\"}}\n"))
            #expect(rows == 20_000)
        }
    }

    private func addMany(_ count: Int, to fixture: ResultsFixture, from first: Int = 0) async throws {
        try await fixture.database.write { transaction throws(StorageError) in
            for index in first..<(first + count) {
                var session = SurveySession.session(index)
                session.status = .completed
                session.endedAt = session.startedAt + 5_000
                let state = Conversation(language: "en", place: .completed, answers: ["why": .text("reason \(index)")])
                try transaction.store(session, state)
            }
        }
    }

    @Test("a client that takes nothing ends the read")
    func stalled() async {
        let stream = ExportStream(pieceSecondsMax: 0)
        for _ in 0..<ExportStream.piecesMax { #expect(stream.put([1])) }
        #expect(!stream.put([1]))
        for _ in 0..<ExportStream.piecesMax { #expect(await stream.next() == [1]) }
        #expect(await stream.next() == nil)
    }

    @Test("a client that goes away ends the read")
    func gone() async throws {
        try await withResults { fixture in
            try await addMany(20_000, to: fixture)
            let stream = ExportStream()
            async let isWhole = fixture.database.read { snapshot throws(StorageError) in
                try snapshot.export("s", ExportFilter(), as: .csv, { _, _, _ in .everyKind }, give: stream.put)
            }
            #expect(await stream.next() != nil)
            stream.close()
            let isDone = try await isWhole
            #expect(!isDone)
        }
    }

    @Test("few run at a time; a place is free again when its answer is gone, asked for or not")
    func places() async throws {
        try await withResults { fixture in
            let request = Request(
                .get, "/api/surveys/s/export", headers: ["authorization": "Bearer \(ResultsFixture.secret)"])
            var held: [Response] = []
            for _ in 0..<ExportPlaces.countMax { held.append(await fixture.router.respond(to: request)) }
            #expect(held.map(\.status) == [.ok, .ok])
            let refused = await fixture.router.respond(to: request)
            #expect(refused.status == .unavailable && refused.headers["retry-after"] == "10")
            held.removeAll()
            for _ in 0...ExportPlaces.countMax {
                let whole = try await fixture.ask("/api/surveys/s/export")
                let head = try await fixture.ask("/api/surveys/s/export", method: .head)
                #expect(whole.status == .ok && head.status == .ok)
            }
        }
    }

    /// What stands before the trailer, if that is at the end and right about it, and the count it tells.
    private func whole(_ text: String, trailer: String, _ middle: String, _ end: String) -> (String, Int)? {
        guard let start = text.ranges(of: trailer).last, let between = text[start.upperBound...].firstRange(of: middle),
            text.hasSuffix(end), let rows = Int(text[start.upperBound..<between.lowerBound])
        else { return nil }
        let body = text[..<start.lowerBound]
        let digest = text[between.upperBound...].dropLast(end.count)
        return digest == SHA256.hex(of: Array(body.utf8)) ? (String(body), rows) : nil
    }
}
