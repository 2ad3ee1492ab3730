import FoundationEssentials
import Storage
import Testing
import Web

@testable import Appliance

@Suite(.timeLimit(.minutes(1))) struct CustomerImportTests {
    /// A report as it was answered.
    private struct Report: Decodable, Equatable {
        struct Line: Decodable, Equatable { let line: Int; let detail: String }
        let imported: Int
        let refused: [Line]
        let refused_count: Int
    }

    private static func report(_ answer: Answer) throws -> Report {
        try JSONDecoder().decode(Report.self, from: Data(answer.text.utf8))
    }

    private static func attributes(_ parley: TestAppliance, _ id: String) async throws -> [String: Scalar]? {
        try await parley.app.database.read { snapshot throws(StorageError) in try snapshot.customer(id) }?.attributes
    }

    @Test("rows become customers, values what the header says")
    func kinds() async throws {
        try await withNobodyKnown { parley in
            let header = "\u{FEFF}name,id,age:number,vip:truth,note:text"
            let file = "\(header)\r\n\"Doe, John\",john,42,Yes,0049\r\nAnn,ann,,no,\r\n"
            let answer = await parley.ask(.post, "/api/customers/import", file)
            #expect(answer.status == .ok)
            #expect(try Self.report(answer) == Report(imported: 2, refused: [], refused_count: 0))
            let john = try await Self.attributes(parley, "john")
            #expect(
                john == [
                    "name": .text("Doe, John"), "age": .number(42), "vip": .truth(true), "note": .text("0049"),
                ])
            let ann = try await Self.attributes(parley, "ann")
            #expect(ann == ["name": .text("Ann"), "vip": .truth(false)])
        }
    }

    @Test("a row replaces what the team wrote before, and the last of two rows wins")
    func replaces() async throws {
        try await withNobodyKnown { parley in
            _ = await parley.ask(.put, "/api/customers/john", #"{"attributes":{"name":"x","age":1}}"#)
            let answer = await parley.ask(.post, "/api/customers/import", "id,name\njohn,A\njohn,B\n")
            #expect(try Self.report(answer).imported == 2)
            let john = try await Self.attributes(parley, "john")
            #expect(john == ["name": .text("B")])
        }
    }

    @Test(
        "a line that cannot be taken is told with its number, and the others are taken",
        arguments: [
            ("x,1,true,more", "There are 4 values for 3 columns."),
            ("x,1", "There are 2 values for 3 columns."),
            ("x,one,true", "'age' must be a number."),
            ("x,0x10,true", "'age' must be a number."),
            ("x,nan,true", "'age' must be a number."),
            ("x,1e999,true", "'age' must be a number."),
            ("x,1,maybe", "'vip' must be true or false."),
            (",1,true", "'id': \(Customer.idExplanation)"),
            ("a/b,1,true", "'id': \(Customer.idExplanation)"),
            ("\"a\nb\",1,true", "'id': \(Customer.idExplanation)"),
            ("x\"y,1,true", CSVReader.quoteInside.detail),
            ("\"x\"y,1,true", CSVReader.textBehindQuote.detail),
        ])
    func refused(_ line: String, _ detail: String) async throws {
        try await withNobodyKnown { parley in
            let file = "id,age:number,vip:truth\nfirst,1,true\n\(line)\nlast,2,false\n"
            let report = try Self.report(await parley.ask(.post, "/api/customers/import", file))
            #expect(report == Report(imported: 2, refused: [.init(line: 3, detail: detail)], refused_count: 1))
            #expect(await parley.ask(.get, "/api/customers").ids == ["first", "last"])
        }
    }

    @Test(
        "a first line that is no header is refused before anything is taken",
        arguments: [
            "", "\n\n", "name,age\njohn,1\n", "id,id\n", "id,name,name:number\n", "id,Name\n", "id,age:integer\n",
            "id,\n", "id,\"name\n", "id,na\"me\n", "{\"attributes\":{}}",
            "id" + (0..<51).map { ",a\($0)" }.joined() + "\n",
        ])
    func header(_ file: String) async throws {
        try await withNobodyKnown { parley in
            let answer = await parley.ask(.post, "/api/customers/import", file)
            #expect(answer.status == .unprocessable && answer.fields == ["header"])
            #expect(await parley.ask(.get, "/api/customers").ids.isEmpty)
        }
    }

    @Test("fifty attributes go into a header")
    func widest() async throws {
        try await withNobodyKnown { parley in
            let names = (0..<50).map { ",a\($0)" }.joined(), values = (0..<50).map { ",\($0)" }.joined()
            let answer = await parley.ask(.post, "/api/customers/import", "id\(names)\njohn\(values)\n")
            #expect(try Self.report(answer).imported == 1)
            let john = try await Self.attributes(parley, "john")
            #expect(john?.count == 50)
        }
    }

    @Test("of many refused lines a hundred are shown and all are counted; many good ones are all written")
    func many() async throws {
        try await withNobodyKnown { parley in
            let rows = (0..<1_234).map { $0 % 3 == 0 ? "bad/\($0)\n" : "c\($0)\n" }.joined()
            let report = try Self.report(await parley.ask(.post, "/api/customers/import", "id\n" + rows))
            #expect(report.imported == 822 && report.refused_count == 412 && report.refused.count == 100)
            #expect(report.refused.map(\.line) == (0..<100).map { 2 + 3 * $0 })
            let count = try await parley.app.database.read { snapshot throws(StorageError) in
                try snapshot.first("SELECT count(*) FROM customer") { row in row.integer(0) }
            }
            #expect(count == 822)
        }
    }

    @Test("rows are handed out in batches of at most five hundred, whatever the pieces")
    func batches() throws {
        let bytes = Array(("id\n" + (0..<1_100).map { "c\($0)\n" }.joined()).utf8)
        for size in [1, 7, 64, bytes.count] {
            var file = CustomerImport(), sizes: [Int] = [], start = 0
            while start < bytes.count {
                let end = min(start + size, bytes.count)
                try file.read(Array(bytes[start..<end]))
                while let rows = file.batch() { sizes.append(rows.count) }
                start = end
            }
            try file.finish()
            while let rows = file.batch(isLast: true) { sizes.append(rows.count) }
            #expect(sizes == [500, 500, 100])
        }
    }

    @Test("a file comes over a socket as it is read, and one that is too long is refused")
    func socket() async throws {
        try await withNobodyKnown { parley in
            let server = Server(.init(), router: parley.app.router)
            try server.start()
            func send(_ body: [UInt8]) async -> (status: Int, body: String) {
                await post("http://127.0.0.1:\(server.port)/api/customers/import", body)
            }
            let rows = (0..<5_000).map { "customer-\($0),\(String(repeating: "x", count: 50))\n" }.joined()
            let good = await send(Array("id,note\n\(rows)".utf8))
            #expect(good.status == 200 && good.body.contains(#""imported":5000"#))
            let tooLong = await send(Array(repeating: 0x61, count: CustomerImport.bytesMax + 1))
            #expect(tooLong.status == 413)
            await server.stop(within: .zero)
        }
    }
}
