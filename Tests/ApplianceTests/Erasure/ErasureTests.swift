import FoundationEssentials
import Storage
import Testing
import Web

@testable import Appliance

@Suite(.timeLimit(.minutes(2))) struct ErasureTests {
    @Test("a customer is gone with what was written about them, and the receipt says how much, and not who")
    func customer() async throws {
        try await withAppliance { parley in
            _ = await parley.ask(.put, "/api/customers/eve@example.org", #"{"attributes":{"name":"Eve"}}"#)
            _ = await parley.ask(
                .post, "/api/messages", #"{"topic":"sales","description":"Call me","contact":"eve@example.org"}"#)
            let other = await parley.ask(
                .post, "/api/messages", #"{"topic":"sales","description":"b","contact":"eve@example.orgx"}"#)
            let receipt = await parley.ask(.post, "/api/admin/erasures", #"{"customer":"eve@example.org"}"#)
            #expect(receipt.status == .created, "\(receipt.text)")
            #expect(receipt.parsed["erased"] == ParsedJSON(Array(#"{"customer":1,"messages":1}"#.utf8)))
            #expect(!receipt.parsed["not_erased"].items.isEmpty && receipt.parsed["ended_at"].text != nil)
            #expect(await parley.ask(.get, "/api/customers/eve@example.org").status == .notFound)
            #expect(await parley.ask(.get, "/api/messages").ids == [other.json["id"]])
            // Nothing that was kept of it names them.
            let id = try #require(receipt.json["id"])
            #expect(await parley.ask(.get, "/api/admin/erasures/\(id)").text == receipt.text)
            #expect(!receipt.text.contains("eve@") && !receipt.text.contains("Eve"))
            let log = await parley.ask(.get, "/api/admin/audit?thing=\(id)")
            #expect(log.text.contains("person.erased") && !log.text.contains("eve@"))
            // Who knows the name can ask whether they were erased.
            #expect(await parley.ask(.get, "/api/admin/erasures?customer=eve@example.org").ids == [id])
            #expect(await parley.ask(.get, "/api/admin/erasures?customer=john").ids == [])
            #expect(await parley.ask(.get, "/api/admin/erasures?account=eve@example.org").ids == [])
            #expect(await parley.ask(.get, "/api/admin/erasures").ids == [id])
            #expect(
                await parley.ask(.post, "/api/admin/erasures", #"{"customer":"eve@example.org"}"#).status == .notFound)
            #expect(await parley.ask(.get, "/metrics").text.contains("parley_erasures_total 1\n"))
        }
    }

    @Test("deleting a customer leaves a receipt, too")
    func deleted() async throws {
        try await withAppliance { parley in
            _ = await parley.ask(.put, "/api/customers/eve", #"{"attributes":{"name":"Eve"}}"#)
            let receipt = await parley.ask(.delete, "/api/customers/eve")
            #expect(receipt.status == .ok && receipt.parsed["ended_at"].text != nil)
            let id = try #require(receipt.json["id"])
            #expect(await parley.ask(.get, "/api/admin/erasures/\(id)").text == receipt.text)
            #expect(await parley.ask(.get, "/api/admin/erasures?customer=eve").ids == [id])
        }
    }

    @Test(
        "exactly one person has to be named",
        arguments: [
            ("{}", ["customer"]), (#"{"customer":"a","account":"b"}"#, ["customer"]), (#"{"game":"g"}"#, ["player"]),
            (#"{"player":1}"#, ["game"]), (#"{"customer":"a","game":"g","player":1}"#, ["customer"]),
            (#"{"customer":""}"#, ["customer"]), (#"{"person":"a"}"#, ["customer", "person"]),
        ])
    func named(_ json: String, _ fields: [String]) async throws {
        try await withAppliance { parley in
            #expect(Set(await parley.ask(.post, "/api/admin/erasures", json).fields) == Set(fields))
        }
    }

    @Test("a player loses name and typed words, and the points stay for the others' sake; not while the game goes on")
    func player() async throws {
        let questions = try #require(QuizDefinition.read(Array(SampleQuiz.definition.utf8)).0).questions
        let typed = try #require(questions.firstIndex { $0.options.isEmpty })
        let chosen = try #require(questions.firstIndex { !$0.options.isEmpty })
        try await withAppliance { parley in
            try await parley.app.database.write { transaction throws(StorageError) in
                for (game, end) in [(1, Value.integer(5)), (2, .null)] {
                    try transaction.run(
                        """
                        INSERT INTO game (number, id, code, quiz, version, host_name, seed, phase, place, played,
                            extended, is_paused, is_locked, created_at, changed_at, finished_at)
                        VALUES (?, ?, ?, 'vocabulary', 1, 'h', 0, 'finished', 0, 0, 0, 0, 0, 0, 0, ?)
                        """, .integer(game), .text("g\(game)"), .text("C\(game)"), end)
                    for (player, name) in [(1, "Anna"), (2, "Boris"), (3, Rooms.nobody)] {
                        try transaction.run(
                            """
                            INSERT INTO game_player (game, player, name, seq, is_kicked, joined_at)
                            VALUES (?, ?, ?, ?, 0, 0)
                            """, .integer(game), .integer(player), .text(name), .integer(player))
                        try transaction.run(
                            "INSERT INTO game_answer VALUES (?, ?, ?, 3, '\"my words\"', 1, ?, 0, 5, 0)",
                            .integer(game), .integer(typed), .integer(player), .integer(100 * player))
                        try transaction.run(
                            "INSERT INTO game_answer VALUES (?, ?, ?, 3, '\"prevent\"', 0, 0, 0, 5, 0)",
                            .integer(game), .integer(chosen), .integer(player))
                    }
                }
            }
            #expect(
                await parley.ask(.post, "/api/admin/erasures", #"{"game":"g2","player":1}"#).json["code"]
                    == "game.running")
            let receipt = await parley.ask(.post, "/api/admin/erasures", #"{"game":"g1","player":1}"#)
            #expect(receipt.parsed["erased"]["players"].number == 1, "\(receipt.text)")
            let board = try await parley.app.database.read { snapshot throws(StorageError) in
                try snapshot.board(of: 1)
            }
            #expect(board.map(\.name) == [Rooms.nobody, "Boris", Rooms.nobody] && board.map(\.score) == [300, 200, 100])
            #expect(try await parley.count("SELECT COUNT(*) FROM game_answer WHERE said LIKE '%words%'") == 5)
            #expect(await parley.ask(.post, "/api/admin/erasures", #"{"game":"g1","player":1}"#).status == .notFound)
            // Somebody who was called as those who were erased are.
            #expect(await parley.ask(.post, "/api/admin/erasures", #"{"game":"g1","player":3}"#).status == .created)
            #expect(try await parley.count("SELECT COUNT(*) FROM game_answer WHERE said LIKE '%words%'") == 4)
            #expect(try await parley.count("SELECT COUNT(*) FROM game_answer WHERE said LIKE '%prevent%'") == 6)
            #expect(await parley.ask(.post, "/api/admin/erasures", #"{"game":"g1","player":3}"#).status == .notFound)
            #expect(await parley.ask(.post, "/api/admin/erasures", #"{"game":"g1","player":9}"#).status == .notFound)
            #expect(await parley.ask(.post, "/api/admin/erasures", #"{"game":"g9","player":1}"#).status == .notFound)
        }
    }

    @Test("an account goes with all of it, by either route, and leaves a receipt", arguments: [true, false])
    func account(_ isDeleted: Bool) async throws {
        try await withAppliance { parley in
            let (id, cookie) = await parley.join("kim@example.org", .viewer)
            let answer =
                isDeleted
                ? await parley.ask(.delete, "/api/admin/accounts/\(id)")
                : await parley.ask(.post, "/api/admin/erasures", #"{"account":"\#(id)"}"#)
            #expect(answer.status == (isDeleted ? .ok : .created), "\(answer.text)")
            #expect(answer.parsed["erased"] == ParsedJSON(Array(#"{"account":1}"#.utf8)))
            #expect(answer.parsed["ended_at"].text != nil && answer.json["subject"] == "account")
            let receipt = try #require(answer.json["id"])
            #expect(await parley.ask(.get, "/api/admin/erasures?account=\(id)").ids == [receipt])
            #expect(await parley.browse(.get, "/api/account", cookie: cookie).status == .unauthorized)
            #expect(await parley.ask(.delete, "/api/admin/accounts/\(id)").status == .notFound)
            #expect(try await parley.count("SELECT COUNT(*) FROM account_session") == 0)
            #expect(try await parley.count("SELECT COUNT(*) FROM account") == 0)
        }
    }

    @Test("of two admins who delete each other at once one stays")
    func eachOther() async throws {
        try await withAppliance { parley in
            let ann = await parley.join("ann@example.org", .admin), bob = await parley.join("bob@example.org", .admin)
            let token = try #require(await parley.ask(.get, "/api/admin/tokens").ids.first)
            #expect(await parley.ask(.delete, "/api/admin/tokens/\(token)").status == .noContent)
            let database = parley.app.database, hasBegun = Latch(), mayEnd = Semaphore()
            async let held: Void = database.write { _ throws(StorageError) in
                hasBegun.open()
                mayEnd.wait()
            }
            defer { mayEnd.signal() }
            await hasBegun.wait()
            async let first = parley.browse(.delete, "/api/admin/accounts/\(bob.id)", cookie: ann.cookie)
            async let second = parley.browse(.delete, "/api/admin/accounts/\(ann.id)", cookie: bob.cookie)
            // Both were let in, and neither has come to its turn.
            while database.statistics.queueDepth < 2, !Task.isCancelled { await Task.yield() }
            mayEnd.signal()
            try await held
            let answers = await [first, second]
            #expect(Set(answers.map(\.status)) == [.ok, .conflict])
            #expect(answers.compactMap { $0.json["code"] } == ["account.last_admin"])
            #expect(try await parley.count("SELECT COUNT(*) FROM account") == 1)
        }
    }

    @Test("who erases their own account is named nowhere beside the receipt")
    func themselves() async throws {
        try await withAppliance { parley in
            let (id, cookie) = await parley.join("kim@example.org", .admin)
            let answer = await parley.browse(.delete, "/api/admin/accounts/\(id)", cookie: cookie)
            #expect(answer.status == .ok && answer.json["actor_kind"] == "account" && answer.json["actor"] == "self")
            let receipt = try #require(answer.json["id"])
            let entries = await parley.ask(.get, "/api/admin/audit?thing=\(receipt)")
            #expect(entries.text.contains("person.erased") && entries.text.contains(#""actor":"self""#))
            for text in [answer.text, entries.text] { #expect(!text.contains(id) && !text.contains("kim")) }
        }
    }

    @Test("nothing of what was erased is found anywhere in the file")
    func nothingLeft() async throws {
        let parley = try await TestAppliance.start()
        try await Self.leaveTraces(parley)
        let before = try await parley.app.database.read { snapshot throws(StorageError) in
            try snapshot.all("SELECT id FROM account WHERE email LIKE 'marker%'", as: { $0.text(0) })
        }
        let account = try #require(before.first)
        for sql in [
            "SELECT COUNT(*) FROM survey_turn WHERE said LIKE '%marker%'",
            "SELECT COUNT(*) FROM outbox WHERE source = 'accounts' AND payload LIKE '%marker%'",
        ] as [StaticString] {
            let count = try await parley.count(sql)
            #expect(count == 1, "\(sql)")
        }
        for (method, path, body) in [
            (.delete, "/api/customers/eve", nil), (.delete, "/api/admin/accounts/\(account)", nil),
            (.post, "/api/admin/erasures", #"{"game":"g1","player":1}"#),
        ] as [(Web.Method, String, String?)] {
            let answer = await parley.ask(method, path, body)
            #expect((200..<300).contains(answer.status.code), "\(path) \(answer.text)")
        }
        let folder = await parley.leave()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        for name in try FileManager.default.contentsOfDirectory(atPath: folder) {
            let bytes = try #require(FileManager.default.contents(atPath: "\(folder)/\(name)"))
            #expect(bytes.firstRange(of: Data("marker".utf8)) == nil, "in \(name)")
        }
    }

    private static let mail = #"""
        {"name":"email","kind":"email","paused":true,
         "settings":{"smtp_url":"smtp://mail.test","from":"parley@example.org","to":["team@example.org"]}}
        """#

    /// A customer, an account that was only invited, and a player of a finished game, all of whose words say "marker".
    private static func leaveTraces(_ parley: TestAppliance) async throws {
        // So long that it lies on pages of its own, which become free.
        let long = String(repeating: "marker 2 ", count: 400)
        for (method, path, body) in [
            (.post, "/api/channels", Self.mail), (.put, "/api/customers/eve", #"{"attributes":{"name":"Eve marker"}}"#),
            (.post, "/api/messages", #"{"topic":"sales","description":"marker 1","contact":"eve"}"#),
            (.post, "/api/surveys/ice-cream/sessions", #"{"customer":"eve"}"#),
            (.post, "/api/admin/accounts", #"{"email":"marker@example.org","role":"viewer","name":"Kim marker"}"#),
        ] as [(Web.Method, String, String)] {
            let answer = await parley.ask(method, path, body)
            #expect((200..<300).contains(answer.status.code), "\(path) \(answer.text)")
            guard let session = answer.json["session"] else { continue }
            _ = await parley.ask(.post, "/api/sessions/\(session)/answers", #"{"text":"\#(long)"}"#)
        }
        try await parley.app.database.write { transaction throws(StorageError) in
            try transaction.run(
                """
                INSERT INTO game (number, id, code, quiz, version, host_name, seed, phase, place, played, extended,
                    is_paused, is_locked, created_at, changed_at, finished_at)
                VALUES (1, 'g1', 'C1', 'gone', 1, 'h', 0, 'finished', 0, 0, 0, 0, 0, 0, 0, 5)
                """)
            try transaction.run(
                """
                INSERT INTO game_player (game, player, name, seq, is_kicked, joined_at)
                VALUES (1, 1, 'Anna marker', 1, 0, 0)
                """)
            try transaction.run("INSERT INTO game_answer VALUES (1, 0, 1, 3, '\"marker 3\"', 1, 100, 0, 5, 0)")
        }
    }
}
