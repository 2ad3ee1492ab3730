import FoundationEssentials
import Outbound
import Storage
import Testing
import Web

@testable import Appliance

@Suite struct OutboxRoutesTests {
    /// A channel that is paused, a topic that goes there, and so many messages; answers the deliveries' ids, the newest
    /// first.
    private func fill(_ parley: TestAppliance, _ count: Int, channel: String = "held") async throws -> [String] {
        _ = await parley.ask(.post, "/api/channels", #"{"name":"\#(channel)","kind":"log","paused":true}"#)
        _ = await parley.ask(.post, "/api/topics", #"{"name":"\#(channel)","channels":["\#(channel)"]}"#)
        for index in 0..<count {
            let sent = await parley.ask(
                .post, "/api/messages", #"{"topic":"\#(channel)","description":"vanilla number \#(index)"}"#)
            #expect(sent.status == .created)
        }
        return await parley.ask(.get, "/api/admin/outbox?channel=\(channel)&limit=200").ids
    }

    private func set(_ parley: TestAppliance, _ id: String, _ state: DeliveryState) async throws {
        try await parley.app.database.write { transaction throws(StorageError) in
            _ = try transaction.run("UPDATE outbox SET state = ? WHERE id = ?", .text(state.rawValue), .text(id))
        }
    }

    private func audited(_ parley: TestAppliance, _ action: String) async throws -> [String] {
        try await parley.app.database.read { snapshot throws(StorageError) in
            try snapshot.all("SELECT details FROM audit WHERE action = ? ORDER BY id", .text(action)) { $0.text(0) }
        }
    }

    @Test("the outbox shows where a delivery is and what holds it, and nothing of what it says")
    func shows() async throws {
        try await withAppliance { parley in
            let ids = try await fill(parley, 3)
            #expect(ids.count == 3 && ids == ids.sorted(by: >))
            for path in ["/api/admin/outbox", "/api/admin/outbox/\(ids[0])"] {
                let shown = await parley.ask(.get, path)
                #expect(shown.status == .ok && !shown.text.contains("vanilla"), "\(shown.text)")
                #expect(shown.text.contains(#""held_by":{"detail":"An admin paused the channel.","reason":"paused"}"#))
                #expect(shown.text.contains(#""state":"waiting""#) && shown.text.contains(#""source":"messages""#))
            }
            #expect(await parley.ask(.get, "/api/admin/outbox/nobody").status == .notFound)
        }
    }

    @Test("lists are filtered and cut", arguments: [
        ("state=waiting", 3), ("state=failed", 0), ("channel=held", 3), ("channel=nobody", 0), ("source=messages", 3),
        ("source=bridge", 0), ("older_than_seconds=1000", 0), ("state=waiting&channel=held&source=messages", 3),
    ])
    func filters(_ query: String, _ count: Int) async throws {
        try await withAppliance { parley in
            _ = try await fill(parley, 3)
            #expect(await parley.ask(.get, "/api/admin/outbox?\(query)").ids.count == count)
            let first = await parley.ask(.get, "/api/admin/outbox?\(query)&limit=2")
            #expect(first.ids.count == min(2, count))
            if let next = first.json["next"] {
                #expect(await parley.ask(.get, "/api/admin/outbox?\(query)&limit=2&after=\(next)").ids.count == count - 2)
            }
        }
    }

    @Test("questions that make no sense are refused", arguments: [
        ("state=gone", "state"), ("older_than_seconds=-1", "older_than_seconds"), ("limit=0", "limit"), ("x=1", "x"),
    ])
    func refused(_ query: String, _ field: String) async throws {
        try await withAppliance { parley in
            let answer = await parley.ask(.get, "/api/admin/outbox?\(query)")
            #expect(answer.status == .unprocessable && answer.fields == [field])
        }
    }

    @Test("one delivery is cancelled, then tried again; its message follows, and it is on record")
    func one() async throws {
        try await withAppliance { parley in
            let id = try #require(try await fill(parley, 1).first)
            #expect(await parley.ask(.post, "/api/admin/outbox/\(id)/retry").json["code"] == "outbox.nothing_to_retry")
            let cancelled = await parley.ask(.post, "/api/admin/outbox/\(id)/cancel")
            #expect(cancelled.status == .ok && cancelled.json["state"] == "cancelled")
            #expect(await parley.ask(.post, "/api/admin/outbox/\(id)/cancel").json["code"] == "outbox.nothing_to_cancel")
            let message = try #require(cancelled.json["reference"])
            #expect(await parley.ask(.get, "/api/messages/\(message)").json["status"] == "cancelled")
            #expect(await parley.ask(.post, "/api/admin/outbox/\(id)/retry").json["state"] == "waiting")
            #expect(await parley.ask(.get, "/api/messages/\(message)").json["status"] == "pending")
            #expect(try await audited(parley, "outbox.cancelled").count == 1)
            #expect(try await audited(parley, "outbox.retried").count == 1)
            #expect(await parley.ask(.post, "/api/admin/outbox/nobody/retry").status == .notFound)
            let metrics = await parley.ask(.get, "/metrics").text
            #expect(metrics.contains("parley_outbox_retried_total 1") && metrics.contains("parley_outbox_cancelled_total 1"))
        }
    }

    @Test("many are cancelled and tried again by what they are, in parts; a dry run only counts")
    func many() async throws {
        try await withAppliance { parley in
            let ids = try await fill(parley, 450)
            _ = try await fill(parley, 1, channel: "other")
            func ask(_ verb: String, _ body: String) async -> String {
                await parley.ask(.post, "/api/admin/outbox/\(verb)", body).text
            }
            #expect(await ask("cancel", #"{"channel":"held","dry_run":true}"#)
                == #"{"changed":0,"dry_run":true,"matched":450,"more":false,"owned":0}"#)
            #expect(await ask("cancel", #"{"channel":"held","older_than_seconds":1000}"#)
                == #"{"changed":0,"dry_run":false,"matched":0,"more":false,"owned":0}"#)
            #expect(await ask("cancel", #"{"channel":"held"}"#)
                == #"{"changed":450,"dry_run":false,"matched":450,"more":false,"owned":0}"#)
            #expect(await parley.ask(.get, "/api/admin/outbox?state=waiting").ids.count == 1)
            #expect(await parley.ask(.get, "/api/messages?status=cancelled&limit=200").ids.count == 200)
            #expect(try await audited(parley, "outbox.cancelled").count == 3)
            #expect(await ask("retry", #"{"state":"cancelled","ids":["\#(ids[0])","\#(ids[1])"]}"#)
                == #"{"changed":2,"dry_run":false,"matched":2,"more":false,"owned":0}"#)
            for id in ids[2..<5] { try await set(parley, id, .failed) }
            #expect(await ask("retry", "{}") == #"{"changed":3,"dry_run":false,"matched":3,"more":false,"owned":0}"#)
            #expect(await parley.ask(.get, "/api/admin/outbox?state=waiting&channel=held").ids.sorted(by: >) == Array(ids[..<5]))
        }
    }

    @Test("what is not said is not done", arguments: [
        ("cancel", "{}", "channel"), ("cancel", #"{"state":"failed","channel":"a"}"#, "state"),
        ("retry", #"{"state":"waiting"}"#, "state"), ("retry", #"{"ids":["x"]}"#, "ids"), ("retry", #"{"ids":[]}"#, "ids"),
        ("retry", #"{"older_than_seconds":0}"#, "older_than_seconds"), ("retry", #"{"chanel":"a"}"#, "chanel"),
    ])
    func manyRefused(_ verb: String, _ body: String, _ field: String) async throws {
        try await withAppliance { parley in
            let answer = await parley.ask(.post, "/api/admin/outbox/\(verb)", body)
            #expect(answer.status == .unprocessable && answer.fields == [field], "\(answer.text)")
        }
    }

    @Test("what the bridge owns is left to the bridge, and says so")
    func owned() async throws {
        try await withAppliance { parley in
            _ = await parley.ask(.post, "/api/channels", #"{"name":"held","kind":"log","paused":true}"#)
            let id = try await parley.app.database.write { transaction throws(StorageError) in
                try transaction.enqueue(
                    Delivery(channel: "held", source: "bridge", reference: "17", notice: Notice(subject: "", text: "")), at: 1)
            }
            for verb in ["retry", "cancel"] {
                let answer = await parley.ask(.post, "/api/admin/outbox/\(id)/\(verb)")
                #expect(answer.status == .conflict && answer.json["code"] == "outbox.owned")
                #expect(answer.text.contains("/api/bridge/conversations/"))
            }
            #expect(await parley.ask(.post, "/api/admin/outbox/cancel", #"{"channel":"held"}"#).text
                == #"{"changed":0,"dry_run":false,"matched":1,"more":false,"owned":1}"#)
            #expect(await parley.ask(.get, "/api/admin/outbox/\(id)").json["state"] == "waiting")
        }
    }

    @Test("a dry run says where a message would go, in what words, and does nothing")
    func dryRun() async throws {
        try await withAppliance { parley in
            _ = await parley.ask(
                .post, "/api/channels",
                #"{"name":"hook","kind":"webhook","settings":{"url":"https://example.com/in","secret":"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}}"#)
            _ = await parley.ask(.post, "/api/channels", #"{"name":"held","kind":"log","paused":true}"#)
            _ = await parley.ask(.post, "/api/topics", #"{"name":"t","channels":["hook","held"],"template":"<{description}>"}"#)
            let answer = await parley.ask(.post, "/api/admin/outbox/dry-run", #"{"topic":"t","description":"ice"}"#)
            #expect(answer.status == .ok && answer.json["subject"] == "[t] ice" && answer.json["text"] == "<ice>")
            #expect(answer.text.contains(#""goes":true"#) && answer.text.contains(#""reason":"paused""#))
            #expect(answer.text.contains("********") && !answer.text.contains("MfKQ9r8G"))
            #expect(answer.text.contains(#"message.posted"#) && answer.text.contains("https://example.com/in"))
            #expect(await parley.ask(.get, "/api/messages").ids.isEmpty)
            #expect(await parley.ask(.get, "/api/admin/outbox").ids.isEmpty)
            let unknown = await parley.ask(.post, "/api/admin/outbox/dry-run", #"{"topic":"x","description":"ice"}"#)
            #expect(unknown.status == .unprocessable && unknown.fields == ["topic"])
        }
    }

    @Test("channels' health tells what waits and how the last attempts went")
    func health() async throws {
        try await withAppliance { parley in
            _ = try await fill(parley, 2)
            _ = await parley.ask(.post, "/api/messages", #"{"topic":"sales","description":"b"}"#)
            let answer = await parley.eventually(.get, "/api/admin/channels/health") {
                $0.text.contains(#""recent_successes":1"#)
            }
            #expect(answer.status == .ok && answer.text.contains(#""state":"paused""#) && answer.text.contains(#""state":"ok""#))
            #expect(answer.text.contains(#""waiting":2"#) && answer.text.contains(#""code":"logged""#))
        }
    }

    @Test("messages are found by the channel that was told, and by the request that caused their deliveries")
    func messagesByChannel() async throws {
        try await withAppliance { parley in
            _ = try await fill(parley, 2)
            _ = await parley.ask(.post, "/api/messages", #"{"topic":"sales","description":"b"}"#)
            #expect(await parley.ask(.get, "/api/messages?channel=held").ids.count == 2)
            #expect(await parley.ask(.get, "/api/messages?channel=log").ids.count == 1)
            #expect(await parley.ask(.get, "/api/messages?channel=held&topic=sales").ids.isEmpty)
            #expect(await parley.ask(.get, "/api/messages?channel=held&status=pending&limit=1").ids.count == 1)
            let request = Request(
                .post, "/api/messages",
                headers: ["authorization": "Bearer \(TestAppliance.adminToken)", "x-request-id": "call-17"],
                body: Array(#"{"topic":"held","description":"c"}"#.utf8))
            let id = try #require(Answer(await parley.app.respond(to: request)).json["id"])
            #expect(await parley.ask(.get, "/api/messages/\(id)").text.contains(#""request":"call-17""#))
            #expect(await parley.ask(.get, "/api/admin/outbox?limit=1").text.contains(#""request":"call-17""#))
        }
    }

    @Test("whoever may only read changes nothing")
    func scopes() async throws {
        try await withAppliance { parley in
            let id = try #require(try await fill(parley, 1).first)
            let reader = try await parley.token("operations:read"), other = try await parley.token("messages:read")
            #expect(await parley.ask(.get, "/api/admin/outbox", token: reader).status == .ok)
            #expect(await parley.ask(.get, "/api/admin/outbox", token: other).status == .forbidden)
            #expect(await parley.ask(.post, "/api/admin/outbox/\(id)/cancel", token: reader).status == .forbidden)
            #expect(await parley.ask(.post, "/api/admin/outbox/cancel", #"{"channel":"held"}"#, token: reader).status == .forbidden)
            #expect(await parley.ask(.put, "/api/admin/log", #"{"level":"debug"}"#, token: reader).status == .forbidden)
        }
    }
}
