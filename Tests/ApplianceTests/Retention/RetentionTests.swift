import Outbound
import Storage
import Testing
import Web

@testable import Appliance

@Suite(.timeLimit(.minutes(2))) struct RetentionTests {
    private static let day = Timestamp.hours(24)

    /// Runs a pass as if so many days had gone by.
    private func run(_ parley: TestAppliance, daysLater days: Int64, only kinds: [Retained] = Retention.kinds) async throws {
        let now = systemClock() + days * Self.day
        try await Retention(database: parley.app.database, kinds: kinds, log: .silent, now: { now }).run()
    }

    private func keep(_ parley: TestAppliance, _ json: String) async {
        let answer = await parley.ask(.patch, "/api/admin/retention", json)
        #expect(answer.status == .ok, "\(answer.text)")
    }

    @Test("messages go with deliveries and attempts, but not what is still on its way, and not before their time")
    func messages() async throws {
        try await withAppliance { parley in
            _ = await parley.ask(.post, "/api/channels", #"{"name":"held","kind":"log","paused":true}"#)
            _ = await parley.ask(.post, "/api/topics", #"{"name":"held","channels":["held"]}"#)
            let held = await parley.ask(.post, "/api/messages", #"{"topic":"held","description":"stays"}"#)
            let sent = await parley.ask(.post, "/api/messages", #"{"topic":"sales","description":"goes"}"#)
            let id = try #require(sent.json["id"])
            _ = await parley.eventually(.get, "/api/messages/\(id)") { $0.json["status"] == "sent" }
            try await run(parley, daysLater: 400)
            #expect(await parley.ask(.get, "/api/messages/\(id)").status == .ok, "kept for ever unless told otherwise")
            await keep(parley, #"{"messages":30}"#)
            try await run(parley, daysLater: 29)
            #expect(await parley.ask(.get, "/api/messages/\(id)").status == .ok)
            try await run(parley, daysLater: 31)
            #expect(await parley.ask(.get, "/api/messages/\(id)").status == .notFound)
            #expect(await parley.ask(.get, "/api/messages/\(held.json["id"] ?? "")").json["status"] == "pending")
            #expect(try await parley.count("SELECT COUNT(*) FROM outbox") == 1)
            #expect(try await parley.count("SELECT COUNT(*) FROM attempt") == 0)
            await keep(parley, #"{"messages":null}"#)
            #expect(await parley.ask(.get, "/api/admin/retention").text.contains(#""rows_deleted":2"#))
        }
    }

    @Test("attempts go after 90 days by themselves; their delivery stays")
    func attempts() async throws {
        try await withAppliance { parley in
            let sent = await parley.ask(.post, "/api/messages", #"{"topic":"sales","description":"b"}"#)
            let id = try #require(sent.json["id"])
            _ = await parley.eventually(.get, "/api/messages/\(id)") { $0.json["status"] == "sent" }
            try await run(parley, daysLater: 89)
            #expect(try await parley.count("SELECT COUNT(*) FROM attempt") == 1)
            try await run(parley, daysLater: 91)
            #expect(try await parley.count("SELECT COUNT(*) FROM attempt") == 0)
            #expect(await parley.ask(.get, "/api/messages/\(id)").json["status"] == "sent")
        }
    }

    @Test("sessions that are over go with all that was said; the figures stay")
    func sessions() async throws {
        try await withParlour { parlour in
            await parlour.publish("s", Definition.survey(questions: Definition.choice("one"), Definition.text("why")))
            let done = try await PostClient(parlour, "s", #"{"customer":"john"}"#)
            for text in ["1", "because"] { await done.say(text) }
            let open = try await PostClient(parlour, "s", #"{"customer":"kari"}"#)
            await open.say("2")
            let figures = try await parlour.tallied("s")
            let now = systemClock() + 400 * Self.day
            let retention = Retention(database: parlour.app.database, log: .silent, now: { now })
            try await retention.run()
            #expect(await parlour.askTeam(.get, "/api/surveys/s/sessions").ids.count == 2)
            _ = await parlour.askTeam(.patch, "/api/admin/retention", #"{"survey_sessions":365}"#)
            try await retention.run()
            #expect(await parlour.askTeam(.get, "/api/surveys/s/sessions").ids.count == 1)
            #expect(await open.say("still here").status == .ok)
            #expect(await done.say("me too").status == .notFound)
            for table in [
                "SELECT COUNT(*) FROM survey_turn t WHERE NOT EXISTS (SELECT 1 FROM survey_session s WHERE s.id = t.session)",
                "SELECT COUNT(*) FROM survey_answer t WHERE NOT EXISTS (SELECT 1 FROM survey_session s WHERE s.id = t.session)",
                "SELECT COUNT(*) FROM survey_person t WHERE NOT EXISTS (SELECT 1 FROM survey_session s WHERE s.id = t.session)",
            ] as [StaticString] {
                let left = try await parlour.app.database.read { snapshot throws(StorageError) in
                    try snapshot.first(table, as: { $0.integer(0) })
                }
                #expect(left == 0)
            }
            // What the open one did since is the only difference.
            let later = try await parlour.tallied("s")
            #expect(figures.allSatisfy { later[$0.key] != nil })
        }
    }

    @Test("a session stays while its response or its announcement is still to be delivered")
    func stillToBeDelivered() async throws {
        try await withParlour { parlour in
            await parlour.holdWhatLeaves()
            let questions = Definition.choice("one")
            await parlour.publish("s", Definition.survey(#""response_channel":"crm""#, questions: questions))
            let john = try await PostClient(parlour, "s", #"{"customer":"john"}"#)
            await john.say("1")
            _ = await parlour.askTeam(.patch, "/api/admin/retention", #"{"survey_sessions":1}"#)
            let now = systemClock() + 400 * Self.day
            for (channel, left) in [(nil, 1), ("crm", 1), ("held", 0)] as [(String?, Int)] {
                if let channel {
                    let path = "/api/admin/outbox/cancel"
                    let cancelled = await parlour.askTeam(.post, path, #"{"channel":"\#(channel)"}"#)
                    #expect(cancelled.status == .ok, "\(cancelled.text)")
                }
                try await Retention(database: parlour.app.database, log: .silent, now: { now }).run()
                #expect(await parlour.askTeam(.get, "/api/surveys/s/sessions").ids.count == left, "\(channel ?? "-")")
            }
        }
    }

    @Test("a game goes in writes of bounded size, players and all, but for the newest")
    func games() async throws {
        try await withAppliance { parley in
            try await parley.app.database.write { transaction throws(StorageError) in
                for game in 1...2 {
                    try transaction.run(
                        """
                        INSERT INTO game (number, id, code, quiz, version, host_name, seed, phase, place, played,
                            extended, is_paused, is_locked, created_at, changed_at, finished_at)
                        VALUES (?, ?, ?, 'q', 1, 'h', 0, 'finished', 0, 0, 0, 0, 0, 0, 0, 1000)
                        """, .integer(game), .text("g\(game)"), .text("CODE\(game)"))
                    try transaction.run("INSERT INTO game_host VALUES (?, 1, 'h', 0)", .integer(game))
                    for player in 1...150 {
                        try transaction.run(
                            "INSERT INTO game_player (game, player, name, seq, is_kicked, joined_at) VALUES (?, ?, ?, ?, 0, 0)",
                            .integer(game), .integer(player), .text("p\(player)"), .integer(player))
                        for question in 0..<4 {
                            try transaction.run(
                                "INSERT INTO game_answer VALUES (?, ?, ?, ?, '\"a\"', 1, 10, 0, 5, 0)", .integer(game),
                                .integer(question), .integer(player), .integer(player))
                        }
                    }
                }
            }
            await keep(parley, #"{"games":1}"#)
            let before = parley.app.database.statistics.writes
            try await run(parley, daysLater: 0, only: [.games])
            #expect(parley.app.database.statistics.writes - before >= 752 / UInt64(Retention.rowsMax) + 1)
            #expect(try await parley.count("SELECT COUNT(*) FROM game_answer") == 600)
            #expect(try await parley.count("SELECT COUNT(*) FROM game_player") == 150)
            #expect(try await parley.count("SELECT COUNT(*) FROM game_host") == 1)
            #expect(try await parley.count("SELECT number FROM game") == 2)
            #expect(try await parley.count("SELECT deleted FROM retention WHERE kind = 'games'") == 752)
        }
    }

    @Test("the audit log keeps at least 30 days, and says what was taken from it")
    func audit() async throws {
        try await withAppliance { parley in
            #expect(await parley.ask(.patch, "/api/admin/retention", #"{"audit":29}"#).fields == ["audit"])
            await keep(parley, #"{"audit":30}"#)
            try await run(parley, daysLater: 29)
            #expect(try await parley.count("SELECT COUNT(*) FROM audit WHERE action = 'retention.changed'") == 1)
            try await run(parley, daysLater: 31, only: [.audit])
            #expect(try await parley.count("SELECT COUNT(*) FROM audit WHERE action = 'retention.changed'") == 0)
            #expect(try await parley.count("SELECT COUNT(*) FROM audit WHERE action = 'retention.deleted'") == 1)
        }
    }

    @Test("revoked and expired tokens go, but never the newest: a first start is known by there having been none")
    func tokens() async throws {
        try await withAppliance { parley in
            for name in ["a", "b"] {
                let made = await parley.ask(.post, "/api/admin/tokens", #"{"name":"\#(name)","scopes":["messages:send"]}"#)
                let id = try #require(made.parsed["token"]["id"].text)
                _ = await parley.ask(.delete, "/api/admin/tokens/\(id)")
            }
            try await run(parley, daysLater: 91)
            #expect(try await parley.count("SELECT COUNT(*) FROM token WHERE name = 'a'") == 0)
            #expect(try await parley.count("SELECT COUNT(*) FROM token WHERE name = 'b'") == 1)
            #expect(await parley.ask(.get, "/api/topics").status == .ok)
        }
    }

    @Test(
        "days that cannot be are refused by name, and nothing changes",
        arguments: [
            (#"{"messages":0}"#, ["messages"]), (#"{"messages":-1}"#, ["messages"]),
            (#"{"messages":1.5}"#, ["messages"]), (#"{"messages":"30"}"#, ["messages"]),
            (#"{"messages":36501}"#, ["messages"]), (#"{"idempotency_keys":2}"#, ["idempotency_keys"]),
            (#"{"bridge_conversations":399}"#, ["bridge_conversations"]), (#"{"cats":1,"messages":1}"#, ["cats"]),
        ])
    func refused(_ json: String, _ fields: [String]) async throws {
        try await withAppliance { parley in
            let before = await parley.ask(.get, "/api/admin/retention").text
            #expect(await parley.ask(.patch, "/api/admin/retention", json).fields == fields)
            #expect(await parley.ask(.get, "/api/admin/retention").text == before)
        }
    }

    @Test("a dry run counts what would go, also by other days, and deletes nothing")
    func forecast() async throws {
        let then = systemClock() - 100 * Self.day
        let appliance = try await TestAppliance.start(now: { then })
        _ = await appliance.ask(.post, "/api/messages", #"{"topic":"sales","description":"b"}"#)
        let now = systemClock()
        var routes = Routes(gate: appliance.app.gate)
        let retention = Retention(database: appliance.app.database, log: .silent, now: { now })
        RetentionRoutes(database: appliance.app.database, retention: retention, now: { now }).register(in: &routes)
        func forecast(_ json: String) async -> String {
            let headers: Headers = ["authorization": "Bearer \(TestAppliance.adminToken)"]
            let request = Request(.post, "/api/admin/retention/dry-run", headers: headers, body: Array(json.utf8))
            return Answer(await routes.router.respond(to: request)).text
        }
        _ = await appliance.eventually(.get, "/api/messages") { $0.text.contains(#""status":"sent""#) }
        #expect(await forecast("").contains(#""days":null,"kind":"messages""#))
        #expect(await forecast(#"{"messages":50}"#).contains(#""count":1,"count_is_at_least":false,"days":50,"kind":"messages""#))
        #expect(await forecast(#"{"messages":101}"#).contains(#""count":0,"count_is_at_least":false,"days":101,"kind":"messages""#))
        #expect(try await appliance.count("SELECT COUNT(*) FROM message") == 1)
        await appliance.stop()
    }

    @Test("a pass runs once an hour, at once after a change, and one at a time")
    func turns() async throws {
        try await withAppliance { parley in
            let asked = Recorded<Int>()
            let kind = Retained("k", "", standard: 1) { _, _, _, _ throws(StorageError) in asked.add(1) } purge: {
                _, _, _, _ throws(StorageError) in 0
            }
            let clock = TestClock()
            let retention = Retention(database: parley.app.database, kinds: [kind], log: .silent, now: clock.now)
            try await retention.runIfDue()
            clock.move(Retention.intervalMs - 1)
            try await retention.runIfDue()
            #expect(asked.all.count == 1)
            clock.move(1)
            try await retention.runIfDue()
            #expect(asked.all.count == 2)
            retention.hurry()
            try await retention.runIfDue()
            #expect(asked.all.count == 3)
            clock.move(-100 * Self.day)
            try await retention.runIfDue()
            #expect(asked.all.count == 4, "a clock that was set back does not stop it")
        }
    }
}
