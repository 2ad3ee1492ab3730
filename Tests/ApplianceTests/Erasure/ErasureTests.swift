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
            #expect(await parley.ask(.delete, "/api/customers/eve").status == .ok)
            #expect(await parley.ask(.get, "/api/admin/erasures?customer=eve").ids.count == 1)
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
        try await withAppliance { parley in
            try await parley.app.database.write { transaction throws(StorageError) in
                for (game, end) in [(1, Value.integer(5)), (2, .null)] {
                    try transaction.run(
                        """
                        INSERT INTO game (number, id, code, quiz, version, host_name, seed, phase, place, played,
                            extended, is_paused, is_locked, created_at, changed_at, finished_at)
                        VALUES (?, ?, ?, 'gone', 1, 'h', 0, 'finished', 0, 0, 0, 0, 0, 0, 0, ?)
                        """, .integer(game), .text("g\(game)"), .text("C\(game)"), end)
                    for (player, name) in [(1, "Anna"), (2, "Boris")] {
                        try transaction.run(
                            """
                            INSERT INTO game_player (game, player, name, seq, is_kicked, joined_at)
                            VALUES (?, ?, ?, ?, 0, 0)
                            """, .integer(game), .integer(player), .text(name), .integer(player))
                        try transaction.run(
                            "INSERT INTO game_answer VALUES (?, 0, ?, 3, '\"my words\"', 1, ?, 0, 5, 0)", .integer(game),
                            .integer(player), .integer(100 * player))
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
            #expect(board.map(\.name) == ["Boris", Rooms.nobody] && board.map(\.score) == [200, 100])
            #expect(try await parley.count("SELECT COUNT(*) FROM game_answer WHERE said LIKE '%words%'") == 3)
            #expect(await parley.ask(.post, "/api/admin/erasures", #"{"game":"g1","player":1}"#).status == .notFound)
            #expect(await parley.ask(.post, "/api/admin/erasures", #"{"game":"g1","player":9}"#).status == .notFound)
            #expect(await parley.ask(.post, "/api/admin/erasures", #"{"game":"g9","player":1}"#).status == .notFound)
        }
    }

    @Test("somebody with much is erased in several writes, and one receipt counts it all")
    func many() async throws {
        try await withAppliance { parley in
            let keys = (1...50).map(String.init)
            let left = Recorded<String>()
            let slow = Eraser(name: "things") { _, _ throws(StorageError) in
                keys.filter { !left.all.contains($0) }
            } erase: { transaction, key throws(StorageError) in
                let end = ContinuousClock.now + .milliseconds(5)
                while ContinuousClock.now < end {}
                left.add(key)
                return 1
            }
            let erasures = Erasures(
                database: parley.app.database, erasers: [slow], forget: { _, _ in }, now: systemClock)
            erasures.key.load([1])
            let call = Call(
                request: Request(.post, "/"), caller: Caller(kind: .token, id: "t", name: "t", scopes: [.admin]),
                parameters: [])
            let before = parley.app.database.statistics.writes
            let receipt = try #require(await erasures.erase(.customer("eve"), by: call))
            #expect(receipt.counts == ["things": 50] && receipt.endedAt != nil)
            #expect(parley.app.database.statistics.writes - before >= 4)
            #expect(try await parley.count("SELECT COUNT(*) FROM erasure") == 1)
            #expect(try await parley.count("SELECT COUNT(*) FROM audit WHERE action = 'person.erased'") == 1)
        }
    }

    @Test("an account goes with all of it, but not the last that can administer")
    func account() async throws {
        try await withAppliance { parley in
            let made = await parley.ask(
                .post, "/api/admin/accounts", #"{"email":"kim@example.org","role":"viewer"}"#)
            let id = try #require(made.parsed["account"]["id"].text ?? made.json["id"])
            let receipt = await parley.ask(.post, "/api/admin/erasures", #"{"account":"\#(id)"}"#)
            #expect(receipt.parsed["erased"]["account"].number == 1, "\(receipt.text)")
            #expect(await parley.ask(.get, "/api/admin/accounts/\(id)").status == .notFound)
            #expect(try await parley.count("SELECT COUNT(*) FROM account") == 0)
        }
    }
}
