import Testing

@testable import Outbound

@Suite struct SlackCourierTests {
    private func outcome(_ status: Int, _ body: String, _ head: String = "") -> CourierOutcome {
        let answer = TransferAnswer(status: status, head: Array(head.utf8), body: Array(body.utf8), isTruncated: false)
        return Slack.outcome(answer, at: 0)
    }

    @Test(
        "an answer of Slack and what it means",
        arguments: [
            (200, "ok", .delivered, "200"), (200, "OK", .transient, "slack.unexpected_answer"),
            (200, "ok\n", .transient, "slack.unexpected_answer"), (200, "", .transient, "slack.unexpected_answer"),
            (200, "<html>Log in</html>", .transient, "slack.unexpected_answer"),
            (204, "", .transient, "slack.unexpected_answer"),
            (200, "no_service", .misconfigured, "slack.no_service"),
            (404, "no_service", .misconfigured, "slack.no_service"),
            (400, "invalid_payload", .permanent, "slack.invalid_payload"),
            (400, "no_text", .permanent, "slack.no_text"),
            (400, "too_many_attachments", .permanent, "slack.too_many_attachments"),
            (404, "channel_not_found", .misconfigured, "slack.channel_not_found"),
            (410, "channel_is_archived", .misconfigured, "slack.channel_is_archived"),
            (403, "action_prohibited", .misconfigured, "slack.action_prohibited"),
            (403, "invalid_token", .misconfigured, "slack.invalid_token"),
            (404, "no_team", .misconfigured, "slack.no_team"),
            (403, "team_disabled", .misconfigured, "slack.team_disabled"),
            (400, "user_not_found", .misconfigured, "slack.user_not_found"),
            (500, "rollup_error", .transient, "slack.rollup_error"), (500, "", .transient, "500"),
            (302, "", .misconfigured, "302"), (429, "", .throttled, "429"), (418, "teapot", .permanent, "418"),
        ] as [(Int, String, OutcomeClass, String)])
    func answer(_ status: Int, _ body: String, means outcomeClass: OutcomeClass, code: String) {
        let outcome = outcome(status, body)
        #expect(outcome.outcomeClass == outcomeClass)
        #expect(outcome.code == code)
    }

    @Test("429 waits for the full Retry-After")
    func throttled() {
        #expect(outcome(429, "", "Retry-After: 3600\r\n").retryAfterMilliseconds == 3_600_000)
    }

    @Test(
        "the three control characters are escaped, the rest is sent as it is",
        arguments: [
            ("a & b <c> \"d\"", #"{"text":"a &amp; b &lt;c&gt; \"d\""}"#), ("ä 👋\n", "{\"text\":\"ä 👋\\n\"}"),
        ])
    func body(_ text: String, is expected: String) {
        let body = Slack.body(Notice(subject: "s", text: text))
        #expect(String(decoding: body, as: UTF8.self) == expected)
    }

    @Test(
        "a text is cut to what Slack takes, never within an escape",
        arguments: [
            String(repeating: "&", count: 20_000), String(repeating: "ä", count: 50_000),
            String(repeating: "x", count: 40_001),
        ])
    func cut(_ text: String) {
        let escaped = Slack.escaped(text)
        #expect(escaped.unicodeScalars.count <= Slack.textCharactersMax)
        #expect(escaped.unicodeScalars.count > Slack.textCharactersMax - 10)
        #expect(escaped.hasSuffix("…"))
        #expect(escaped.replacing("&amp;", with: "").contains("&") == false)
    }

    @Test(
        "a whole visit: what Slack gets, and what its answers make of it", .timeLimit(.minutes(1)),
        arguments: [
            ("200 OK", "ok", .delivered), ("200 OK", "no_service", .misconfigured), ("500 Oops", "", .transient),
            ("429 Slow", "", .throttled),
        ] as [(String, String, OutcomeClass)])
    func visit(_ status: String, _ body: String, means expected: OutcomeClass) async throws {
        let server = FakeHTTP { _, _ in (status, ["Retry-After: 30"], body) }
        let parcel = Parcel(
            id: "id-1", channel: "slack", settings: ["webhook_url": .text(server.url + "/services/T0/B0/xyzzy")],
            allowPrivate: true, payload: Notice(subject: "s", text: "Hi").payload, enqueuedAt: 0, now: 0)
        let outcome = await Courier.slack(Transfers()).send(parcel)
        #expect(outcome.outcomeClass == expected)
        let request = try #require(server.requests.first)
        #expect(request.head.hasPrefix("POST /services/T0/B0/xyzzy HTTP/1.1\r\n"))
        #expect(request.header("Content-Type") == "application/json")
        #expect(request.header("Idempotency-Key") == "id-1")
        #expect(request.body == #"{"text":"Hi"}"#)
    }
}
