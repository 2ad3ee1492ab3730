import Testing

@testable import Outbound

@Suite struct WebhookCourierTests {
    static let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

    @Test("the specification's example is signed as it says")
    func vector() throws {
        let key = try #require(Webhook.key(of: Self.secret))
        let signature = Webhook.signature(
            id: "msg_p5jXN8AQM9LWM0D4loKWxJek", seconds: 1_614_265_330, key: key,
            body: Array(#"{"test": 2432232314}"#.utf8))
        #expect(signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
    }

    @Test(
        "what is no secret",
        arguments: [
            "", "whsec_", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_c2hvcnQ=",
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLa*w",
            "whsec_" + String(repeating: "QUFB", count: 22),
        ])
    func badSecret(_ secret: String) {
        #expect(Webhook.key(of: secret) == nil)
        let problems = Courier.webhook(Transfers()).validate([
            "url": .text("https://example.org/"), "secret": .text(secret),
        ])
        #expect(problems.map(\.field) == ["secret"])
    }

    @Test("the body is the same at every attempt, the signature is of its time")
    func visit() async throws {
        let server = FakeHTTP { _, _ in ("204 No Content", [], "") }
        let notice = Notice(type: "message.posted", subject: "s", text: "t", data: ["n": "1", "a": ""])
        for now in [1_000_500, 9_000_500] as [Int64] {
            let parcel = Parcel(
                id: "id-1", channel: "hook",
                settings: ["url": .text(server.url + "/in"), "secret": .text(Self.secret)],
                allowPrivate: true, payload: notice.payload, enqueuedAt: 1_000_000, now: now)
            #expect(await Courier.webhook(Transfers()).send(parcel).outcomeClass == .delivered)
        }
        let requests = server.requests
        let data = #"{"subject":"s","text":"t","details":{"a":"","n":"1"}}"#
        let body = #"{"type":"message.posted","timestamp":"1970-01-01T00:16:40.000Z","data":\#(data)}"#
        #expect(requests.map(\.body) == [body, body])
        #expect(requests.map { $0.header("webhook-id") } == ["id-1", "id-1"])
        #expect(requests.map { $0.header("webhook-timestamp") } == ["1000", "9000"])
        let key = try #require(Webhook.key(of: Self.secret))
        for (request, seconds) in zip(requests, [1_000, 9_000] as [Int64]) {
            let expected = Webhook.signature(id: "id-1", seconds: seconds, key: key, body: Array(body.utf8))
            #expect(request.header("webhook-signature") == expected)
        }
    }

    @Test("a payload that is no notice is refused for good")
    func unreadable() async {
        let parcel = Parcel(
            id: "1", channel: "hook", settings: ["url": .text("http://127.0.0.1:1"), "secret": .text(Self.secret)],
            payload: "{}", enqueuedAt: 0, now: 0)
        for courier in Courier.all(transfers: Transfers(), log: { _, _ in }) {
            #expect(await courier.send(parcel) == .unreadablePayload)
        }
    }
}
