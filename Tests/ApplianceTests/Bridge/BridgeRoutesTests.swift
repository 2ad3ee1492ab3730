import FoundationEssentials
import Outbound
import Storage
import Testing
import Web

@testable import Appliance

@Suite struct BridgeRoutesTests {
    /// Nothing listens there, and the bridge does not ask: what the tests put into the tables stays as it is.
    private static let setUp = #"""
        {"source":"http://127.0.0.1:9/","destination":"http://127.0.0.1:9//","enabled":false}
        """#

    @Test("before anybody set it up the bridge has its standards and asks nobody")
    func untouched() async throws {
        try await withAppliance { parley in
            let answer = await parley.ask(.get, "/api/bridge")
            #expect(answer.status == .ok)
            let bridge = try JSONTree(answer)
            #expect(
                try bridge["settings"]
                    == JSONTree(
                        #"""
                        {"source":null,"destination":null,"interval_seconds":10,"look_back_seconds":0,"parallelism":1,
                        "enabled":true}
                        """#))
            for name in ["cursor", "lag_seconds", "destination", "sweep", "replay"] { #expect(bridge[name].isNull) }
            #expect(bridge["apply_lag_seconds"].number == 0)
            #expect(bridge["polling"]["last"].isNull && bridge["polling"]["last_failure"].isNull)
            for (path, code) in [("poll", "bridge.no_source"), ("dry-run", "bridge.no_source")] {
                let body = #"{"from":"2026-01-31T09:00:00Z","until":"2026-01-31T09:30:00Z"}"#
                let refused = await parley.ask(.post, "/api/bridge/\(path)", path == "poll" ? nil : body)
                #expect(refused.status == .conflict && refused.json["code"] == code)
            }
        }
    }

    @Test("settings are changed by what is named, slashes at the end cut off; what is left out stays")
    func change() async throws {
        try await withAppliance { parley in
            let made = try JSONTree(await parley.ask(.put, "/api/bridge", Self.setUp))["settings"]
            #expect(made["source"].text == "http://127.0.0.1:9" && made["destination"].text == "http://127.0.0.1:9")
            #expect(made["enabled"].truth == false)
            let changed = try JSONTree(
                await parley.ask(
                    .put, "/api/bridge", #"{"interval_seconds":60,"look_back_seconds":5,"parallelism":2}"#))["settings"]
            #expect(changed["interval_seconds"].number == 60 && changed["look_back_seconds"].number == 5)
            #expect(changed["parallelism"].number == 2 && changed["source"].text == "http://127.0.0.1:9")
            let since = try JSONTree(
                await parley.ask(.put, "/api/bridge", #"{"since":"\#(Self.time(-3_600))"}"#))
            #expect(since["cursor"].text == Self.time(-3_600))
            #expect(since["lag_seconds"].isNull, "a bridge that asks nobody lags behind nobody")
            let shown = try JSONTree(await parley.ask(.get, "/api/bridge"))
            #expect(shown["settings"] == since["settings"] && shown["cursor"] == since["cursor"])
            #expect(shown["destination"]["channel"].text == "ourapi" && shown["destination"]["hold"].isNull)
            #expect(shown["destination"]["paused"].truth == true, "what was heard of waits as well")
        }
    }

    @Test("a disabled bridge does not ask, even when told to")
    func disabled() async throws {
        try await withAppliance { parley in
            _ = await parley.ask(.put, "/api/bridge", Self.setUp)
            let refused = await parley.ask(.post, "/api/bridge/poll")
            #expect(refused.status == .conflict && refused.json["code"] == "bridge.disabled")
        }
    }

    @Test("a poll that is asked for answers with the bridge's state")
    func poll() async throws {
        try await withAppliance { parley in
            _ = await parley.ask(.put, "/api/bridge", #"{"source":"http://127.0.0.1:9"}"#)
            let refused = await parley.ask(.post, "/api/bridge/poll")
            #expect(refused.status == .conflict && refused.json["code"] == "bridge.no_destination")
            _ = await parley.ask(.put, "/api/bridge", #"{"destination":"http://127.0.0.1:9"}"#)
            let answer = await parley.ask(.post, "/api/bridge/poll")
            #expect(answer.status == .ok)
            let bridge = try JSONTree(answer)
            #expect(bridge["settings"]["source"].text == "http://127.0.0.1:9")
            let polling = bridge["polling"]
            #expect(polling["failures"].number ?? 0 >= 1 && polling["last_failure"]["code"].text == "connect_failed")
            // The window that nothing came of is asked for again: where it began is kept.
            #expect(!polling["next_at"].isNull && !bridge["cursor"].isNull && polling["last"].isNull)
        }
    }

    @Test(
        "settings that nothing can be done with are named",
        arguments: [
            (#"{"source":"ftp://h"}"#, ["source"]), (#"{"source":"http://u:p@h"}"#, ["source"]),
            (#"{"source":"http://h/?a=1"}"#, ["source"]), (#"{"source":"http://h/#a"}"#, ["source"]),
            (#"{"source":"h:80"}"#, ["source"]), (#"{"source":7}"#, ["source"]), (#"{"source":""}"#, ["source"]),
            (#"{"destination":"http://"}"#, ["destination"]), (#"{"destination":"http://a b"}"#, ["destination"]),
            (#"{"interval_seconds":0}"#, ["interval_seconds"]), (#"{"interval_seconds":3601}"#, ["interval_seconds"]),
            (#"{"interval_seconds":1.5}"#, ["interval_seconds"]),
            (#"{"look_back_seconds":-1}"#, ["look_back_seconds"]),
            (#"{"look_back_seconds":86401}"#, ["look_back_seconds"]),
            (#"{"parallelism":0}"#, ["parallelism"]), (#"{"parallelism":17}"#, ["parallelism"]),
            (#"{"parallelism":2}"#, ["parallelism"]), (#"{"enabled":"yes"}"#, ["enabled"]),
            (#"{"since":"yesterday"}"#, ["since"]), (#"{"since":"2999-01-01T00:00:00Z"}"#, ["since"]),
            (#"{"since":"1999-01-01T00:00:00Z"}"#, ["since"]), (#"{"speed":9}"#, ["speed"]),
        ])
    func refused(_ body: String, _ fields: [String]) async throws {
        try await withAppliance { parley in
            let answer = await parley.ask(.put, "/api/bridge", body)
            #expect(answer.status == .unprocessable && answer.fields == fields, "\(answer.text)")
            let shown = try JSONTree(await parley.ask(.get, "/api/bridge"))
            #expect(shown["settings"]["source"].isNull)
        }
    }

    @Test("figures come from the tally and from what is out of the ordinary")
    func figures() async throws {
        try await withAppliance { parley in
            _ = await parley.ask(.put, "/api/bridge", Self.setUp)
            try await parley.fillBridge()
            let now = systemClock()
            try await parley.app.database.write { transaction throws(StorageError) in
                try transaction.run(
                    "UPDATE bridge SET era = 1, doubted_at = 5000, replay_poll = 3, replay_until = 4, cursor = 1000")
                try transaction.run("UPDATE bridge_conversation SET queued_at = ? WHERE id = 2", .integer(now - 90_000))
                try transaction.run(
                    """
                    UPDATE channel SET held_until = 7000, held_class = 'transient', held_detail = '500', held_streak = 1
                    WHERE name = 'ourapi'
                    """)
            }
            let bridge = try JSONTree(await parley.ask(.get, "/api/bridge"))
            let counts = bridge["counts"]
            #expect(counts["events"] == (try JSONTree(#"{"START":5,"MESSAGE":40,"TRANSFER":0,"END":0}"#)))
            #expect(
                counts["fates"] == (try JSONTree(#"{"pending":3,"made":42,"unneeded":0,"refused":0,"skipped":0}"#)))
            #expect(counts["conversations"].number == 6 && counts["known"].number == 9 && counts["aside"].number == 3)
            #expect(counts["parked"].number == 2 && counts["queued"].number == 1 && counts["waiting"].number == 1)
            #expect(counts["to_ask"].number == 1 && counts["advisors_to_ask"].number == 1)
            #expect(try #require(bridge["apply_lag_seconds"].number) >= 90)
            #expect(bridge["sweep"] == (try JSONTree(#"{"doubted_at":"1970-01-01T00:00:05.000Z","to_verify":1}"#)))
            #expect(bridge["replay"] == (try JSONTree(#"{"next_poll":3,"last_poll":4}"#)))
            #expect(bridge["destination"]["hold"]["detail"].text == "500")
            #expect(bridge["cursor"].text == "1970-01-01T00:16:40.000Z")
            let last = bridge["polling"]["last"]
            #expect(last["poll"].number == 4 && last["result"].text == "open" && last["ended_at"].isNull)
        }
    }

    @Test("the lag is the time since what BigChat was asked for, while it is asked")
    func lag() {
        var figures = BridgeFigures()
        figures.setup.cursor = 1_000
        #expect(figures.setup.lagSeconds(at: 1_012_500) == nil)
        figures.setup.settings.source = "http://h"
        #expect(figures.setup.lagSeconds(at: 1_012_500) == nil, "where to nobody knows, nobody asks")
        figures.setup.destination = Channel(name: OurAPIChannel.name, kind: OurAPIChannel.kind)
        #expect(figures.setup.lagSeconds(at: 1_012_500) == 12.5)
        #expect(figures.setup.lagSeconds(at: 999_000) == 0)
        figures.setup.settings.isEnabled = false
        #expect(figures.setup.lagSeconds(at: 1_012_500) == nil)
    }

    @Test(
        "conversations are listed by state, page by page",
        arguments: [
            ("", [1, 2, 3, 4, 5, 6]), ("state=parked&", [1, 5]), ("state=queued&", [2]), ("state=waiting&", [3]),
            ("state=unknown&", [4]), ("state=idle&", [6]),
        ] as [(String, [Int])])
    func list(_ query: String, _ ids: [Int]) async throws {
        try await withAppliance { parley in
            try await parley.fillBridge()
            for limit in [1, 2, 50] {
                #expect(try await parley.allItems("/api/bridge/conversations?\(query)limit=\(limit)", "id") == ids)
            }
        }
    }

    @Test("those that wait are listed by how long they do")
    func longestFirst() async throws {
        try await withAppliance { parley in
            try await parley.app.database.write { transaction throws(StorageError) in
                for id in Int64(1)...5 {
                    try transaction.addConversation(id, "queued", at: (id % 2 == 0 ? 1_000 : 2_000))
                }
            }
            for limit in [1, 2, 3, 50] {
                let path = "/api/bridge/conversations?state=queued&limit=\(limit)"
                #expect(try await parley.allItems(path, "id") == [2, 4, 1, 3, 5])
            }
        }
    }

    @Test("a page of idle conversations ends where it has looked at enough, and goes on there")
    func idlePages() async throws {
        try await withAppliance { parley in
            let count = Int64(Snapshot.idleRowsMax) + 10
            try await parley.app.database.write { transaction throws(StorageError) in
                for id in 1...count { try transaction.addConversation(id, id > 5 && id < count ? "queued" : "idle") }
            }
            let first = try JSONTree(await parley.ask(.get, "/api/bridge/conversations?state=idle"))
            #expect(first["items"].list.count == 5 && !first["next"].isNull)
            let ids = try await parley.allItems("/api/bridge/conversations?state=idle&limit=50", "id")
            #expect(ids == [1, 2, 3, 4, 5, Int(count)])
        }
    }

    @Test("a conversation is shown with its history, page by page")
    func history() async throws {
        try await withAppliance { parley in
            try await parley.fillBridge()
            let shown = try JSONTree(await parley.ask(.get, "/api/bridge/conversations/1?limit=2"))
            #expect(shown["state"].text == "parked" && shown["parked"]["code"].text == "500")
            #expect(shown["parked"]["event"].number == 3 && shown["made"]["chat"].text == "c-1")
            let history = shown["history"]
            #expect(history["items"].list.count == 2 && history["next"].text == "2")
            let events = try JSONTree(await parley.ask(.get, "/api/bridge/conversations/1"))["history"]["items"].list
            #expect(events.compactMap(\.["kind"].text) == ["START", "TRANSFER", "MESSAGE", "END"])
            #expect(events[1]["old_advisor"].isNull && events[1]["new_advisor"].number == 8)
            #expect(events[2]["text"].text == "x" && events[2]["fate"].text == "pending")
            #expect(events[0]["fate"].text == "refused" && events[0]["code"].text == "422")
            #expect(events[0]["detail"].text == "too short")
            #expect(events[0]["at"].text == "1970-01-01T00:00:01.000Z")
            let rest = try JSONTree(await parley.ask(.get, "/api/bridge/conversations/1?limit=2&after=2"))["history"]
            #expect(rest["items"].list.compactMap(\.["number"].number) == [3, 4] && rest["next"].isNull)
        }
    }

    @Test("a parked conversation is let go, its event skipped or not; no other is")
    func unpark() async throws {
        try await withAppliance { parley in
            try await parley.fillBridge()
            let retried = try JSONTree(await parley.ask(.post, "/api/bridge/conversations/5/retry"))
            #expect(retried["parked"].isNull && retried["id"].number == 5)
            let skipped = await parley.ask(.post, "/api/bridge/conversations/1/skip")
            #expect(skipped.status == .ok)
            let events = try JSONTree(await parley.ask(.get, "/api/bridge/conversations/1"))["history"]["items"].list
            #expect(events[2]["fate"].text == "skipped" && events[3]["fate"].text == "pending")
            for (verb, id) in [("retry", 5), ("skip", 1)] {
                let again = await parley.ask(.post, "/api/bridge/conversations/\(id)/\(verb)")
                #expect(again.status == .conflict && again.json["code"] == "bridge.not_parked")
                #expect(await parley.ask(.post, "/api/bridge/conversations/99/\(verb)").status == .notFound)
            }
        }
    }

    @Test("what was kept aside, advisors and polls are listed page by page")
    func lists() async throws {
        try await withAppliance { parley in
            try await parley.fillBridge()
            for limit in [1, 2, 50] {
                #expect(try await parley.allItems("/api/bridge/aside?limit=\(limit)", "position") == [0, 7, 2])
                #expect(try await parley.allItems("/api/bridge/advisors?limit=\(limit)", "id") == [7, 8, 9])
                #expect(try await parley.allItems("/api/bridge/polls?limit=\(limit)", "poll") == [4, 3, 2])
            }
            let aside = try JSONTree(await parley.ask(.get, "/api/bridge/aside?limit=1"))["items"].list[0]
            #expect(aside["reason"].text == "why" && aside["excerpt"].text == "{}" && aside["conversation"].isNull)
            let advisors = try JSONTree(await parley.ask(.get, "/api/bridge/advisors"))["items"].list
            #expect(advisors[0]["email"].text == "ann@example.com" && advisors[0]["agent"].text == "a-1")
            #expect(advisors[0]["matches"].number == 2 && advisors[1]["email"].isNull && advisors[1]["agent"].isNull)
            let polls = try JSONTree(await parley.ask(.get, "/api/bridge/polls"))["items"].list
            #expect(polls.compactMap(\.["result"].text) == ["open", "incomplete", "complete"])
            #expect(polls[1]["warning"].text == "too many pages" && polls[0]["next_url"].text == "http://h/2")
        }
    }

    @Test(
        "lists name parameters that they cannot use",
        arguments: [
            ("conversations?state=gone", "state"), ("conversations?limit=0", "limit"),
            ("conversations?after=7", "after"), ("conversations?after=1.x", "after"), ("conversations?colour=red", "colour"),
            ("conversations/1?after=x", "after"), ("aside?after=1.2", "after"), ("aside?limit=201", "limit"),
            ("advisors?after=1.2", "after"), ("polls?after=", "after"), ("polls?state=open", "state"),
        ])
    func badQueries(_ path: String, _ field: String) async throws {
        try await withAppliance { parley in
            try await parley.fillBridge()
            let answer = await parley.ask(.get, "/api/bridge/\(path)")
            #expect(answer.status == .unprocessable && answer.fields == [field])
        }
    }

    @Test("what is not there is not there", arguments: ["99", "x", "01", "99999999999999999999"])
    func notFound(_ id: String) async throws {
        try await withAppliance { parley in
            #expect(await parley.ask(.get, "/api/bridge/conversations/\(id)").status == .notFound)
        }
    }

    @Test("conversations may have any number")
    func anyNumber() async throws {
        try await withAppliance { parley in
            try await parley.app.database.write { transaction throws(StorageError) in
                for id in [Int64.min + 1, -5, 0, .max] { try transaction.addConversation(id, "idle") }
            }
            let path = "/api/bridge/conversations/\(Int64.max)"
            #expect(await parley.ask(.get, path).text.contains(#""id":\#(Int64.max)"#))
            #expect(await parley.ask(.get, "/api/bridge/conversations/-5").status == .ok)
            let count = try await parley.allItems("/api/bridge/conversations?limit=1", "events").count
            #expect(count == 4)
        }
    }

    @Test(
        "a dry run's window lies in the past and is at most an hour",
        arguments: [
            (#"{"from":"2026-01-31T09:00:00Z","until":"2026-01-31T10:00:00.001Z"}"#, ["until"]),
            (#"{"from":"2026-01-31T09:00:00Z","until":"2026-01-31T09:00:00Z"}"#, ["until"]),
            (#"{"from":"2026-01-31T09:00:00Z","until":"2999-01-31T09:00:00Z"}"#, ["until"]),
            (#"{"from":"2026-01-31T09:00:00Z"}"#, ["until"]), (#"{"from":"now","until":7}"#, ["from", "until"]),
            (#"{"from":"2026-01-31T09:00:00Z","until":"2026-01-31T09:30:00Z","a":1}"#, ["a"]),
        ])
    func badDryRun(_ body: String, _ fields: [String]) async throws {
        try await withAppliance { parley in
            _ = await parley.ask(.put, "/api/bridge", Self.setUp)
            let answer = await parley.ask(.post, "/api/bridge/dry-run", body)
            #expect(answer.status == .unprocessable && answer.fields == fields, "\(answer.text)")
        }
    }

    @Test("a dry run says what it would do, its window rounded to whole seconds")
    func dryRun() async throws {
        try await withAppliance { parley in
            _ = await parley.ask(.put, "/api/bridge", Self.setUp)
            let body = #"{"from":"2026-01-31T09:00:00.9Z","until":"2026-01-31T10:00:00.5Z"}"#
            let answer = try JSONTree(await parley.ask(.post, "/api/bridge/dry-run", body))
            #expect(answer["from"].text == "2026-01-31T09:00:00.000Z")
            #expect(answer["until"].text == "2026-01-31T10:00:01.000Z")
            #expect(answer["events"].number == 0 && answer["operations"].list.isEmpty)
        }
    }

    @Test("a dry run's operations and its failure are shown")
    func dryRunReport() throws {
        var run = DryRun(events: 2, known: 1, aside: 1)
        run.operations = [.init(conversation: 17, operation: "create_chat", text: "chat 17")]
        run.failure = .init(code: "500", detail: "no", at: 1_000)
        let report = try JSONTree(JSON.text(DryRunReport(run: run, window: 0..<10)))
        #expect(
            try report
                == JSONTree(
                    #"""
                    {"from":"1970-01-01T00:00:00.000Z","until":"1970-01-01T00:00:10.000Z","events":2,"known":1,"aside":1,
                    "operations":[{"conversation":17,"operation":"create_chat","text":"chat 17"}],
                    "failure":{"code":"500","detail":"no","at":"1970-01-01T00:00:01.000Z"}}
                    """#))
    }

    @Test("a replay begins with the window that its time lies in")
    func replay() async throws {
        try await withAppliance { parley in
            _ = await parley.ask(.put, "/api/bridge", Self.setUp)
            try await parley.fillBridge()
            let answer = await parley.ask(.post, "/api/bridge/replay", #"{"from":"1970-01-01T00:00:15Z"}"#)
            #expect(answer.status == .accepted && answer.text == #"{"polls":2}"#)
            for body in ["{}", #"{"from":"soon"}"#] {
                let refused = await parley.ask(.post, "/api/bridge/replay", body)
                #expect(refused.status == .unprocessable && refused.fields == ["from"])
            }
        }
    }

    @Test("reading and changing need their scopes")
    func scopes() async throws {
        try await withAppliance { parley in
            try await parley.fillBridge()
            let reader = try await parley.token("bridge:read")
            let stranger = try await parley.token("messages:read", "messages:send")
            for path in ["", "/conversations", "/conversations/1", "/aside", "/advisors", "/polls"] {
                #expect(await parley.ask(.get, "/api/bridge\(path)", token: reader).status == .ok)
                #expect(await parley.ask(.get, "/api/bridge\(path)", token: stranger).status == .forbidden)
                #expect(await parley.ask(.get, "/api/bridge\(path)", token: nil).status == .unauthorized)
            }
            let posts = ["/poll", "/dry-run", "/replay", "/conversations/1/retry", "/conversations/1/skip"]
            for path in posts {
                #expect(await parley.ask(.post, "/api/bridge\(path)", "{}", token: reader).status == .forbidden)
            }
            #expect(await parley.ask(.put, "/api/bridge", "{}", token: reader).status == .forbidden)
        }
    }

    @Test("metrics tell of the bridge once it is set up")
    func metrics() async throws {
        try await withAppliance { parley in
            #expect(await !parley.ask(.get, "/metrics", token: nil).text.contains("parley_bridge_"))
            _ = await parley.ask(.put, "/api/bridge", Self.setUp)
            try await parley.fillBridge()
            let text = await parley.ask(.get, "/metrics", token: nil).text
            for line in [
                #"parley_bridge_events_total{kind="MESSAGE"} 40"#, "parley_bridge_events_pending 3",
                "parley_bridge_aside_total 3", "parley_bridge_conversations 6", "parley_bridge_parked 2",
                "parley_bridge_queued 1", "# TYPE parley_bridge_polls_total counter",
                "# TYPE parley_bridge_operations_total counter", "# TYPE parley_bridge_lookups_total counter",
                "parley_bridge_adopted_total 0", "parley_bridge_remade_total 0",
            ] { #expect(text.contains("\n\(line)\n"), "\(line)") }
            #expect(!text.contains("parley_bridge_lag_seconds"), "it is disabled")
        }
    }

    @Test("counters show by result, by operation and outcome")
    func counters() {
        var statistics = BridgeStatistics()
        statistics.polls = ["ok": 3, "500": 1]
        statistics.count(.done, to: .postMessage(chat: "c", sentAt: 1, text: "t"))
        statistics.count(.refused(status: 422, detail: ""), to: .postMessage(chat: "c", sentAt: 1, text: "t"))
        statistics.count(
            .failed(.init(code: "500", detail: "", mayHaveArrived: true, wasAnswered: true)),
            to: .findAgents(.name("a")))
        var figures = BridgeFigures()
        figures.setup.settings.source = "http://h"
        figures.setup.destination = Channel(name: OurAPIChannel.name, kind: OurAPIChannel.kind)
        figures.setup.cursor = 1
        var text = PrometheusText()
        text.add(statistics, figures, at: 11_000)
        for line in [
            #"parley_bridge_polls_total{result="500"} 1"#, #"parley_bridge_polls_total{result="ok"} 3"#,
            #"parley_bridge_operations_total{operation="post_message",outcome="ok"} 1"#,
            #"parley_bridge_operations_total{operation="post_message",outcome="refused"} 1"#,
            #"parley_bridge_operations_total{operation="find_agents",outcome="failed"} 1"#,
            "parley_bridge_lag_seconds 10.0",
        ] { #expect(text.text.contains("\n\(line)\n"), "\(line)") }
    }

    @Test("what the environment names is saved at each start; what it does not name stays")
    func options() async throws {
        try await withAppliance { parley in
            _ = await parley.ask(.put, "/api/bridge", #"{"interval_seconds":60,"look_back_seconds":5}"#)
            let options = try ServeCommand.configuration(
                [],
                [
                    "PARLEY_BIGCHAT_URL": "http://127.0.0.1:9/", "PARLEY_OURAPI_URL": "http://127.0.0.1:8",
                    "PARLEY_BRIDGE_ENABLED": "false",
                ]
            ).0.bridge
            for options in [options, BridgeOptions()] {
                try await parley.app.database.write { transaction throws(StorageError) in
                    try transaction.saveBridge(options, at: 1)
                }
            }
            let settings = try JSONTree(await parley.ask(.get, "/api/bridge"))["settings"]
            #expect(
                try settings
                    == JSONTree(
                        #"""
                        {"source":"http://127.0.0.1:9","destination":"http://127.0.0.1:8","interval_seconds":60,
                        "look_back_seconds":5,"parallelism":1,"enabled":false}
                        """#))
        }
    }

    @Test("answers have the fields that the document's examples show")
    func document() async throws {
        try await withAppliance { parley in
            _ = await parley.ask(.put, "/api/bridge", Self.setUp)
            try await parley.fillBridge()
            try await parley.app.database.write { transaction throws(StorageError) in
                try transaction.run("UPDATE bridge SET era = 1, doubted_at = 5, replay_poll = 3, replay_until = 4")
                try transaction.run(
                    """
                    UPDATE channel SET held_until = 7, held_class = 'transient', held_detail = '500', held_streak = 1
                    WHERE name = 'ourapi'
                    """)
            }
            var run = DryRun()
            run.operations = [.init(conversation: 17, operation: "create_chat", text: "chat 17")]
            run.failure = .init(code: "500", detail: "no", at: 1_000)
            var state = try JSONTree(await parley.ask(.get, "/api/bridge"))
            state["polling"]["last_failure"] = try JSONTree(JSON.text(FailureReport(run.failure!)))
            var answers = [state]
            for path in [
                "conversations?state=parked&limit=1", "conversations/1", "aside?limit=1", "advisors?limit=1",
                "polls?limit=1",
            ] { answers.append(try JSONTree(await parley.ask(.get, "/api/bridge/\(path)"))) }
            answers.append(try JSONTree(JSON.text(DryRunReport(run: run, window: 0..<10))))
            answers.append(
                try JSONTree(await parley.ask(.post, "/api/bridge/replay", #"{"from":"1970-01-01T00:00:15Z"}"#)))
            let examples = try jsonExamples(in: "docs/bridge-api.md")
            try #require(examples.count == answers.count)
            for (example, answer) in zip(examples, answers) {
                #expect(try JSONTree(example).looksLike(answer), "\(example)")
            }
        }
    }

    /// So many seconds from now, as it is shown.
    private static func time(_ seconds: Int64) -> String {
        Timestamp(systemClock() / 3_600_000 * 3_600_000 + seconds * 1_000).iso8601
    }
}
