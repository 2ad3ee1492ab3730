import Outbound
import Storage
import Testing
import Web

@testable import Appliance

@Suite struct MessageRoutesTests {
    private static let held = #"{"name":"held","kind":"log","paused":true}"#

    @Test("a request for help is accepted, delivered and shown with its attempt")
    func delivered() async throws {
        try await withAppliance { parley in
            let accepted = await parley.ask(
                .post, "/api/messages", #"{"topic":"sales","description":"Ship to Norway?"}"#)
            #expect(accepted.status == .created)
            #expect(accepted.json["status"] == "pending")
            let id = try #require(accepted.json["id"])
            #expect(accepted.headers["location"] == "/api/messages/\(id)")
            let sent = await parley.eventually(.get, "/api/messages/\(id)") { $0.json["status"] == "sent" }
            #expect(sent.json["status"] == "sent")
            #expect(sent.text.contains(#""class":"delivered""#))
        }
    }

    @Test(
        "what cannot be accepted is refused by field and stores nothing",
        arguments: [
            (#"{"topic":"nobody","description":"b"}"#, ["topic"]),
            (#"{"topic":"","description":"b"}"#, ["topic"]),
            (#"{"topic":"sales"}"#, ["description"]),
            (#"{"topic":"sales","description":"b","priority":1}"#, ["priority"]),
            (#"{"topic":7,"description":{}}"#, ["topic", "description"]),
        ])
    func refused(_ body: String, _ fields: [String]) async throws {
        try await withAppliance { parley in
            let answer = await parley.ask(.post, "/api/messages", body)
            #expect(answer.status == .unprocessable)
            #expect(answer.headers["content-type"] == "application/problem+json")
            #expect(answer.fields == fields)
            #expect(await parley.ask(.get, "/api/messages").text == #"{"items":[],"next":null}"#)
        }
    }

    @Test("a key is good for a day, whether or not it was swept away since")
    func keyAges() async throws {
        let clock = TestClock(), body = #"{"topic":"sales","description":"once"}"#
        try await withAppliance(now: clock.now) { parley in
            let first = try #require(await parley.ask(.post, "/api/messages", body, key: "k").json["id"])
            clock.move(IdempotencyKey.keptFor - 1)
            #expect(await parley.ask(.post, "/api/messages", body, key: "k").json["id"] == first)
            clock.move(1)
            #expect(await parley.ask(.post, "/api/messages", body, key: "k").json["id"] != first)
        }
    }

    @Test("the same key answers the same and stores once; another body with it is refused")
    func idempotency() async throws {
        try await withAppliance { parley in
            let body = #"{"topic":"sales","description":"once"}"#
            let first = await parley.ask(.post, "/api/messages", body, key: "k1")
            let second = await parley.ask(.post, "/api/messages", body, key: "k1")
            #expect(first.status == .created && second.status == .created)
            #expect(first.text == second.text && first.headers["location"] == second.headers["location"])
            let other = await parley.ask(.post, "/api/messages", #"{"topic":"sales","description":"twice"}"#, key: "k1")
            #expect(other.status == .unprocessable && other.json["code"] == "idempotency.key_reused")
            let new = await parley.ask(.post, "/api/messages", body, key: "k2")
            #expect(new.json["id"] != first.json["id"])
            let elsewhere = await parley.ask(.post, "/api/messages/\(first.json["id"] ?? "")/cancel", body, key: "k1")
            #expect(elsewhere.text != first.text && elsewhere.json["code"] != "idempotency.key_reused")
            let foreign = await parley.ask(
                .post, "/api/messages", body, token: try await parley.token("messages:send"), key: "k1")
            #expect(foreign.status == .created && foreign.json["id"] != first.json["id"])
        }
    }

    @Test("a refusal is not remembered for its key")
    func refusalForgotten() async throws {
        try await withAppliance { parley in
            let body = #"{"topic":"later","description":"b"}"#
            #expect(await parley.ask(.post, "/api/messages", body, key: "k").status == .unprocessable)
            _ = await parley.ask(.post, "/api/topics", #"{"name":"later","channels":["log"]}"#)
            #expect(await parley.ask(.post, "/api/messages", body, key: "k").status == .created)
        }
    }

    @Test("keys of the wrong form are refused", arguments: ["", "two words", "ä", String(repeating: "k", count: 256)])
    func keyForm(_ key: String) async throws {
        try await withAppliance { parley in
            let answer = await parley.ask(.post, "/api/messages", #"{"topic":"sales","description":"b"}"#, key: key)
            #expect(answer.status == .badRequest && answer.json["code"] == "idempotency.key_invalid")
        }
    }

    @Test("lists are filtered and paged, the newest first, without gap or repeat")
    func lists() async throws {
        try await withAppliance { parley in
            _ = await parley.ask(.post, "/api/channels", Self.held)
            _ = await parley.ask(.post, "/api/topics", #"{"name":"held","channels":["held"]}"#)
            var ids: [String] = []
            for _ in 0..<7 {
                let answer = await parley.ask(.post, "/api/messages", #"{"topic":"held","description":"b"}"#)
                ids.insert(try #require(answer.json["id"]), at: 0)
            }
            _ = await parley.ask(.post, "/api/messages", #"{"topic":"sales","description":"other"}"#)
            var seen: [String] = [], next: String? = ""
            while let after = next {
                let answer = await parley.ask(
                    .get, "/api/messages?topic=held&status=pending&limit=3" + (after.isEmpty ? "" : "&after=\(after)"))
                seen += answer.ids
                next = answer.json["next"]
            }
            #expect(seen == ids)
            #expect(await parley.ask(.get, "/api/messages?topic=held&until=2020-01-01T00:00:00Z").ids.isEmpty)
            #expect(await parley.ask(.get, "/api/messages?topic=held&since=2020-01-01T00:00:00Z").ids == ids)
        }
    }

    @Test(
        "wrong filters are named",
        arguments: [
            ("status=lost", "status"), ("limit=0", "limit"), ("limit=201", "limit"), ("limit=x", "limit"),
            ("after=", "after"),
            ("since=now", "since"), ("colour=red", "colour"),
        ])
    func filters(_ query: String, _ field: String) async throws {
        try await withAppliance { parley in
            let answer = await parley.ask(.get, "/api/messages?\(query)")
            #expect(answer.status == .unprocessable && answer.fields == [field])
        }
    }

    @Test("what is not delivered can be given up, and taken up again; what is settled cannot")
    func cancelAndResend() async throws {
        try await withAppliance { parley in
            _ = await parley.ask(.post, "/api/channels", Self.held)
            _ = await parley.ask(.post, "/api/topics", #"{"name":"held","channels":["held"]}"#)
            let id = try #require(
                await parley.ask(.post, "/api/messages", #"{"topic":"held","description":"b"}"#).json["id"])
            #expect(await parley.ask(.post, "/api/messages/\(id)/resend").status == .conflict)
            #expect(await parley.ask(.post, "/api/messages/\(id)/cancel").json["status"] == "cancelled")
            #expect(await parley.ask(.post, "/api/messages/\(id)/cancel").status == .conflict)
            #expect(await parley.ask(.post, "/api/messages/\(id)/resend").json["status"] == "pending")
            _ = await parley.ask(.patch, "/api/channels/held", #"{"paused":false}"#)
            let sent = await parley.eventually(.get, "/api/messages/\(id)") { $0.json["status"] == "sent" }
            #expect(sent.json["status"] == "sent")
            #expect(await parley.ask(.post, "/api/messages/\(id)/cancel").status == .conflict)
        }
    }

    @Test(
        "ids that are none of ours are not found",
        arguments: ["/api/messages/1", "/api/messages/1/resend", "/api/messages/1/cancel"])
    func unknown(_ path: String) async throws {
        try await withAppliance { parley in
            #expect(await parley.ask(path.hasSuffix("1") ? .get : .post, path).status == .notFound)
        }
    }

    @Test("other rooms announce to a topic of their name, and to nobody where there is none")
    func announcements() async throws {
        try await withAppliance { parley in
            func announce() async throws -> Message? {
                try await parley.app.database.write { transaction throws(StorageError) in
                    try transaction.post(MessageDraft(topic: "survey.completed", description: "Kari answered"), at: 1)
                }
            }
            let unheard = try await announce()
            #expect(unheard == nil)
            _ = await parley.ask(.post, "/api/topics", #"{"name":"survey.completed","channels":["log"]}"#)
            let heard = try await announce()
            #expect(heard?.topic == "survey.completed")
        }
    }
}
