import Outbound
import Storage
import Testing
import Web

@testable import Appliance

@Suite struct AppTests {
    @Test("every route of the API asks who is there, and for the right scope")
    func guarded() async throws {
        try await withAppliance { parley in
            let powerless = try await parley.token("messages:read")
            for (index, route) in parley.app.summaries.enumerated() {
                guard let scope = route.scope else { continue }
                let path = route.pattern.replacing(#/\{[a-z]+\}/#, with: "x")
                // Each from an address of its own: one that has no token thirty times has to wait.
                let request = Request(route.method, path, body: Array("{}".utf8), peer: "192.0.2.\(index)")
                let stranger = Answer(await parley.app.respond(to: request))
                #expect(
                    stranger.status == .unauthorized && stranger.headers["www-authenticate"] == "Bearer", "\(route)")
                let expected = scope == .messagesRead
                #expect(
                    (await parley.ask(route.method, path, "{}", token: powerless).status != .forbidden) == expected,
                    "\(route)")
            }
        }
    }

    @Test("a token is made, used, listed without its secret, and revoked at once")
    func tokens() async throws {
        try await withAppliance { parley in
            let made = await parley.ask(.post, "/api/admin/tokens", #"{"name":"bot","scopes":["messages:send"]}"#)
            let secret = try #require(made.json["secret"])
            let message = #"{"topic":"sales","description":"b"}"#
            #expect(await parley.ask(.post, "/api/messages", message, token: secret).status == .created)
            #expect(await parley.ask(.get, "/api/messages", token: secret).status == .forbidden)
            let list = await parley.ask(.get, "/api/admin/tokens")
            #expect(list.text.contains(#""name":"bot""#) && !list.text.contains(secret))
            let id = try #require(list.ids.last)
            #expect(await parley.ask(.delete, "/api/admin/tokens/\(id)").status == .noContent)
            #expect(await parley.ask(.delete, "/api/admin/tokens/\(id)").status == .notFound)
            #expect(await parley.ask(.post, "/api/messages", message, token: secret).status == .unauthorized)
        }
    }

    @Test("the first start makes channels of the environment and topics that tell them")
    func samples() async throws {
        var samples = SampleSettings()
        samples.slackWebhookURL = "https://hooks.slack.com/services/T0/B0/secret"
        samples.email = .init(
            smtpURL: "smtp://mail.example.com:587", username: nil, password: nil, from: "a@example.com",
            to: ["b@example.com"])
        try await withAppliance(samples) { parley in
            #expect(await parley.ask(.get, "/api/topics/sales").text.contains(#"["slack"]"#))
            #expect(await parley.ask(.get, "/api/topics/pricing").text.contains(#"["email"]"#))
            let slack = await parley.ask(.get, "/api/channels/slack")
            #expect(slack.text.contains(#""allow_private":true"#) && !slack.text.contains("secret"))
            #expect(await parley.ask(.get, "/api/channels/log").status == .notFound)
            let unheard = try await parley.app.topicsOnlyLogged()
            #expect(unheard.isEmpty)
        }
    }

    @Test("without channels the samples go to the log, and the start says so")
    func samplesWithoutChannels() async throws {
        try await withAppliance { parley in
            let unheard = try await parley.app.topicsOnlyLogged()
            #expect(unheard == ["pricing", "sales"])
        }
    }

    @Test("a variable whose value no channel could use is named at the start")
    func badSample() async throws {
        var samples = SampleSettings()
        samples.slackWebhookURL = "not a url"
        let error = await #expect(throws: UsageError.self) { try await withAppliance(samples) { _ in } }
        #expect(error?.explanation.contains("PARLEY_SLACK_WEBHOOK_URL") == true)
    }

    @Test("an admin token of the environment replaces the one before, and one that was revoked stays so")
    func adminToken() async throws {
        try await withAppliance { parley in
            func restart(with secret: String) async throws {
                var settings = SampleSettings()
                settings.adminToken = secret
                let samples = try Samples(settings, couriers: [])
                let tokens = try await parley.app.database.write { transaction throws(StorageError) in
                    _ = try transaction.prepareFirstStart(samples, at: 1)
                    return try transaction.snapshot.tokens()
                }
                parley.app.gate.load(tokens)
            }
            try await restart(with: "another-token-of-tests")
            #expect(await parley.ask(.get, "/api/topics").status == .unauthorized)
            #expect(await parley.ask(.get, "/api/topics", token: "another-token-of-tests").status == .ok)
            try await restart(with: TestAppliance.adminToken)
            #expect(await parley.ask(.get, "/api/topics").status == .unauthorized)
        }
    }

    @Test(
        "health, readiness, metrics and the description are open and say what they should",
        arguments: [
            ("/healthz", #"{"status":"ok"}"#), ("/readyz", #""status":"ready""#), ("/metrics", "parley_commits_total"),
            ("/openapi.json", #""openapi":"3.1.0""#),
            ("/docs", #"<script src="/docs.js" defer>"#), ("/docs.js", "openapi.json"), ("/docs.css", "body {"),
        ])
    func open(_ path: String, _ text: String) async throws {
        try await withAppliance { parley in
            let answer = await parley.ask(.get, path, token: nil)
            #expect(answer.status == .ok && answer.text.contains(text))
        }
    }

    @Test("keys older than a day are forgotten, younger ones are not")
    func housekeeping() async throws {
        try await withAppliance { parley in
            _ = await parley.ask(.post, "/api/messages", #"{"topic":"sales","description":"b"}"#, key: "k")
            func keys() async throws -> Int64? {
                try await parley.app.database.read { snapshot throws(StorageError) in
                    try snapshot.first("SELECT count(*) FROM idempotency") { row in row.integer(0) }
                }
            }
            let now = systemClock()
            func forget(after hours: Int64) async throws {
                try await Retention(
                    database: parley.app.database, log: .silent, now: { now + Timestamp.hours(hours) }
                ).run()
            }
            try await forget(after: 23)
            let young = try await keys()
            #expect(young == 1)
            try await forget(after: 25)
            let old = try await keys()
            #expect(old == 0)
        }
    }
}
