import Storage
import Testing
import Web

@testable import Appliance

@Suite(.timeLimit(.minutes(5))) struct HistoryTests {
    @Test("who joins while signed in finds the game in their history, and what came of it when it is over")
    func history() async throws {
        try await withAppliance { appliance in
            let (id, cookie) = await appliance.join("ann@example.org")
            let game = await appliance.ask(.post, "/api/quizzes/vocabulary/games")
            let code = try #require(game.json["code"])
            func join(_ name: String, cookie: String?, origin: String = "https://parley.test") async -> Answer {
                await appliance.browse(
                    .post, "/api/games/\(code)/players", #"{"name":"\#(name)"}"#, cookie: cookie, origin: origin)
            }
            #expect(await join("Bob", cookie: nil).status == .created)
            #expect(await join("Ann", cookie: cookie).status == .created)
            #expect(await join("Mallory", cookie: cookie, origin: "https://evil.test").status == .created)

            let account = "/api/admin/accounts/\(id)"
            #expect(await appliance.ask(.delete, account).json["code"] == "game.running")
            let running = await appliance.browse(.get, "/api/account/games", cookie: cookie)
            #expect(running.text.contains(#""name":"Ann""#) && running.text.contains(#""rank":null"#))
            #expect(!running.text.contains("Mallory"), "another site cannot play in Ann's name")

            try await appliance.app.rooms.room(code, from: nil).end()
            for _ in 0..<2 {
                let over = await appliance.browse(.get, "/api/account/games", cookie: cookie)
                #expect(over.text.contains(#""rank":2"#) && over.text.contains(#""players":3"#))
                #expect(over.text.contains(#""score":0"#) && over.text.contains(#""quiz":"vocabulary""#))
            }
            let receipt = await appliance.ask(.delete, account)
            #expect(receipt.status == .ok && receipt.parsed["erased"]["players"].number == 1, "\(receipt.text)")
            #expect(try await appliance.count("SELECT count(*) FROM game_player WHERE account IS NOT NULL") == 0)
            #expect(try await appliance.count("SELECT count(*) FROM game_player WHERE name = 'Ann'") == 0)
        }
    }

    @Test("when all look at their histories at once, what came of the game is reckoned once")
    func together() async throws {
        try await withAppliance { appliance in
            let code = try #require(await appliance.ask(.post, "/api/quizzes/vocabulary/games").json["code"])
            var cookies: [String] = []
            for index in 0..<5 {
                let (_, cookie) = await appliance.join("p\(index)@example.org")
                let joined = await appliance.browse(
                    .post, "/api/games/\(code)/players", #"{"name":"P\#(index)"}"#, cookie: cookie)
                #expect(joined.status == .created)
                cookies.append(cookie)
            }
            try await appliance.app.rooms.room(code, from: nil).end()
            let writes = appliance.app.database.statistics.writes
            await withTaskGroup(of: Answer.self) { group in
                for cookie in cookies + cookies + cookies {
                    group.addTask { await appliance.browse(.get, "/api/account/games", cookie: cookie) }
                }
                for await answer in group { #expect(answer.text.contains(#""players":5"#), "\(answer.text)") }
            }
            // One, and perhaps what the program writes by itself meanwhile; fifteen if each of them did it.
            #expect((1...3).contains(appliance.app.database.statistics.writes - writes))
        }
    }

    @Test("a long history comes in pages, the newest game first")
    func pages() async throws {
        try await withAppliance { appliance in
            let (_, cookie) = await appliance.join("ann@example.org")
            var names: [String] = []
            for index in 1...3 {
                let code = try #require(await appliance.ask(.post, "/api/quizzes/vocabulary/games").json["code"])
                names.append("A\(index)")
                _ = await appliance.browse(
                    .post, "/api/games/\(code)/players", #"{"name":"A\#(index)"}"#, cookie: cookie)
            }
            var found: [String] = [], target: String? = "/api/account/games?limit=2"
            while let next = target {
                let page = await appliance.browse(.get, next, cookie: cookie)
                found += names.reversed().filter { page.text.contains(#""name":"\#($0)""#) }
                target = page.json["next"].map { "/api/account/games?limit=2&after=\($0)" }
            }
            #expect(found == ["A3", "A2", "A1"])
            #expect(await appliance.browse(.get, "/api/account/games?after=x", cookie: cookie).fields == ["after"])
        }
    }
}
