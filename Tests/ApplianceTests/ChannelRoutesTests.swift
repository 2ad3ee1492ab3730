import Outbound
import Storage
import Synchronization
import Testing
import Web

@testable import Appliance

@Suite struct ChannelRoutesTests {
    private static let webhook = #"""
        {"name":"hook","kind":"webhook","settings":{"url":"https://example.com/in","secret":"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}}
        """#

    @Test("a channel is made, shown without its secrets, changed and deleted")
    func life() async throws {
        try await withAppliance { parley in
            let made = await parley.ask(.post, "/api/channels", Self.webhook)
            #expect(made.status == .created && made.headers["location"] == "/api/channels/hook")
            for path in ["/api/channels", "/api/channels/hook"] {
                let shown = await parley.ask(.get, path)
                #expect(shown.text.contains("https://example.com/in") && !shown.text.contains("MfKQ9r8G"))
            }
            #expect(!made.text.contains("MfKQ9r8G"))
            let changed = await parley.ask(
                .patch, "/api/channels/hook", #"{"paused":true,"settings":{"url":"https://example.com/2"}}"#)
            #expect(
                changed.status == .ok && changed.text.contains("https://example.com/2")
                    && changed.text.contains(#""paused":true"#))
            #expect(await parley.ask(.delete, "/api/channels/hook").status == .noContent)
            #expect(await parley.ask(.get, "/api/channels/hook").status == .notFound)
            #expect(await parley.ask(.delete, "/api/channels/hook").status == .notFound)
        }
    }

    @Test("a secret sent back as it was shown stays what it is")
    func maskedSecret() async throws {
        try await withAppliance { parley in
            _ = await parley.ask(.post, "/api/channels", Self.webhook)
            let before = try await parley.app.database.read { snapshot throws(StorageError) in
                try snapshot.channel(named: "hook")
            }
            _ = await parley.ask(.patch, "/api/channels/hook", #"{"settings":{"secret":"********"}}"#)
            let after = try await parley.app.database.read { snapshot throws(StorageError) in
                try snapshot.channel(named: "hook")
            }
            #expect(before?.settings == after?.settings)
        }
    }

    @Test(
        "settings that no courier could use are named",
        arguments: [
            (#"{"name":"x","kind":"pigeon"}"#, ["kind"]),
            (#"{"name":"X","kind":"log"}"#, ["name"]),
            (#"{"name":"x","kind":"slack"}"#, ["settings.webhook_url"]),
            (#"{"name":"x","kind":"slack","settings":{"webhook_url":7}}"#, ["settings.webhook_url"]),
            (#"{"name":"x","kind":"log","settings":{"colour":"red"}}"#, ["settings.colour"]),
            (#"{"name":"x","kind":"log","settings":{"a":{"b":1}}}"#, ["settings"]),
            (#"{"name":"x","kind":"log","paused":"yes"}"#, ["paused"]),
        ])
    func refused(_ body: String, _ fields: [String]) async throws {
        try await withAppliance { parley in
            let answer = await parley.ask(.post, "/api/channels", body)
            #expect(answer.status == .unprocessable && answer.fields == fields)
        }
    }

    @Test("a setting is taken away by null, unless it is needed")
    func null() async throws {
        try await withAppliance { parley in
            _ = await parley.ask(.post, "/api/channels", Self.webhook)
            let answer = await parley.ask(.patch, "/api/channels/hook", #"{"settings":{"secret":null}}"#)
            #expect(answer.status == .unprocessable && answer.fields == ["settings.secret"])
        }
    }

    @Test("what is in use is not deleted, and what exists is not made again")
    func inUse() async throws {
        try await withAppliance { parley in
            #expect(await parley.ask(.delete, "/api/channels/log").status == .conflict)
            #expect(await parley.ask(.post, "/api/channels", #"{"name":"log","kind":"log"}"#).status == .conflict)
            _ = await parley.ask(.post, "/api/channels", #"{"name":"held","kind":"log","paused":true}"#)
            _ = await parley.ask(.post, "/api/topics", #"{"name":"held","channels":["held"]}"#)
            let id = try #require(
                await parley.ask(.post, "/api/messages", #"{"topic":"held","description":"b"}"#).json["id"])
            #expect(await parley.ask(.delete, "/api/topics/held").status == .conflict)
            _ = await parley.ask(.post, "/api/messages/\(id)/cancel")
            #expect(await parley.ask(.delete, "/api/topics/held").status == .noContent)
            #expect(await parley.ask(.delete, "/api/channels/held").status == .noContent)
        }
    }

    @Test("who stands behind a delivery is told that it is tried again, whichever feature that is")
    func resendTellsItsSource() async throws {
        try await withAppliance { parley in
            _ = await parley.ask(.post, "/api/channels", #"{"name":"held","kind":"log","paused":true}"#)
            let id = try await parley.app.database.write { transaction throws(StorageError) in
                let notice = Notice(subject: "", text: "")
                let id = try transaction.enqueue(
                    Delivery(channel: "held", source: "other", reference: "17", notice: notice), at: 1)
                _ = try transaction.run("UPDATE outbox SET state = 'failed', changed_at = 5")
                return id
            }
            let told = Mutex<[DeliveryChange]>([])
            var routes = Routes(gate: parley.app.gate)
            ChannelRoutes(
                database: parley.app.database, couriers: [], dispatcher: parley.app.dispatcher, vault: Vault(),
                observers: ["other": { _, change throws(StorageError) in told.withLock { $0.append(change) } }],
                now: { 7 }
            ).register(in: &routes)
            let request = Request(
                .post, "/api/channels/held/resend", headers: ["authorization": "Bearer \(TestAppliance.adminToken)"],
                body: Array(#"{"since":"1970-01-01T00:00:00Z"}"#.utf8))
            let answer = Answer(await routes.router.respond(to: request))
            #expect(answer.text == #"{"resent":1}"#)
            #expect(told.withLock { $0.map(\.delivery) } == [id])
            #expect(told.withLock { $0.map(\.state) } == [.waiting])
        }
    }

    @Test("a test says what happened and stores nothing")
    func test() async throws {
        try await withAppliance { parley in
            let answer = await parley.ask(.post, "/api/channels/log/test")
            #expect(answer.status == .ok && answer.text.contains(#""delivered":true"#))
            #expect(await parley.ask(.post, "/api/channels/nobody/test").status == .notFound)
            #expect(await parley.ask(.get, "/api/messages").ids.isEmpty)
        }
    }

    @Test("a channel that needs a public address is not let into the house")
    func privateAddress() async throws {
        try await withAppliance { parley in
            let inside =
                #"{"name":"in","kind":"webhook","settings":{"url":"http://127.0.0.1:9/","secret":"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}}"#
            #expect(await parley.ask(.post, "/api/channels", inside).status == .created)
            let answer = await parley.ask(.post, "/api/channels/in/test")
            #expect(answer.text.contains("address_refused") && answer.text.contains(#""delivered":false"#))
        }
    }
}

@Suite struct TopicRoutesTests {
    @Test(
        "topics name channels that exist and templates that can be filled",
        arguments: [
            (#"{"name":"t","channels":["nobody"]}"#, ["channels"]),
            (#"{"name":"t","channels":[]}"#, ["channels"]),
            (#"{"name":"t","channels":["log","log"]}"#, ["channels"]),
            (#"{"name":"t","channels":["log"],"template":"{nothing}"}"#, ["template"]),
            (#"{"name":"t","channels":["log"],"template":"{open"}"#, ["template"]),
            (#"{"name":"two words","channels":["log"]}"#, ["name"]),
        ])
    func refused(_ body: String, _ fields: [String]) async throws {
        try await withAppliance { parley in
            let answer = await parley.ask(.post, "/api/topics", body)
            #expect(answer.status == .unprocessable && answer.fields == fields)
        }
    }

    @Test("a topic is changed by what is named, and its words are the next message's")
    func change() async throws {
        try await withAppliance { parley in
            let made = await parley.ask(
                .post, "/api/topics", #"{"name":"t","channels":["log"],"template":"{description}"}"#)
            #expect(made.status == .created)
            let changed = await parley.ask(.patch, "/api/topics/t", #"{"template":"!{description}!"}"#)
            #expect(changed.json["template"] == "!{description}!" && changed.text.contains(#"["log"]"#))
            #expect(await parley.ask(.patch, "/api/topics/nobody", "{}").status == .notFound)
            #expect(await parley.ask(.post, "/api/topics", #"{"name":"t","channels":["log"]}"#).status == .conflict)
        }
    }
}
