import Testing

@testable import Outbound

@Suite(.timeLimit(.minutes(1))) struct JSONRPCCourierTests {
    private static func parcel(
        _ url: String, _ payload: String, _ settings: [String: SettingValue] = [:], now: Int64 = 1_000_000
    ) -> Parcel {
        Parcel(
            id: "id-1", channel: "rpc", settings: settings.merging(["url": .text(url)]) { own, _ in own },
            allowPrivate: true, payload: payload, enqueuedAt: 1_000_000, now: now)
    }

    @Test(
        "a call survives its payload, parameters byte by byte",
        arguments: [
            ("response.save", #"{"a":1.0,"b":[true,null]}"#), ("m", "[]"), ("m", ""), ("", "{}"),
            (#"a","params":"b"#, #"{"method":"x","params":{}}"#), ("größer \"\\\n", "{ \"x\" :\n1e2 }"),
        ])
    func payload(_ method: String, _ params: String) throws {
        let call = RPCCall(method: method, params: params)
        #expect(RPCCall(payload: call.payload) == call)
        #expect(Notice(payload: call.payload) == nil)
    }

    @Test(
        "what is no call",
        arguments: ["", "{}", "{", #"{"method":"m"}"#, #"{"method":1,"params":{}}"#, #"{"params":{},"method":"m"}"#])
    func noCall(_ payload: String) { #expect(RPCCall(payload: payload) == nil) }

    @Test("a notice is no call")
    func notice() { #expect(RPCCall(payload: Notice(subject: #"","params":"#, text: "t").payload) == nil) }

    @Test("the request is the same at every attempt, under the delivery's id")
    func call() async throws {
        let server = FakeHTTP { _, _ in ("200 OK", [], #"{"jsonrpc":"2.0","id":"id-1","result":null}"#) }
        let payload = RPCCall(method: "response.save", params: #"{"n":1.0}"#).payload
        for now in [1_000_000, 9_000_000] as [Int64] {
            let parcel = Self.parcel(server.url, payload, ["token": .text("s3cret"), "method": .text("no")], now: now)
            #expect(await Courier.jsonRPC(Transfers()).send(parcel).outcomeClass == .delivered)
        }
        let body = #"{"jsonrpc":"2.0","id":"id-1","method":"response.save","params":{"n":1.0}}"#
        #expect(server.requests.map(\.body) == [body, body])
        #expect(server.requests.map { $0.header("Idempotency-Key") } == ["id-1", "id-1"])
        #expect(server.requests.map { $0.header("Authorization") } == ["Bearer s3cret", "Bearer s3cret"])
    }

    @Test(
        "a message of a topic calls the method of the settings",
        arguments: [
            ("message", [:]), ("tell", ["method": .text("tell")]),
        ] as [(String, [String: SettingValue])])
    func topic(_ method: String, _ settings: [String: SettingValue]) async {
        let server = FakeHTTP { _, _ in ("200 OK", [], #"{"jsonrpc":"2.0","id":"id-1","result":true}"#) }
        let notice = Notice(type: "message.posted", subject: "s", text: "t \"q\"", data: ["id": "9"])
        let outcome = await Courier.jsonRPC(Transfers()).send(Self.parcel(server.url, notice.payload, settings))
        #expect(outcome.outcomeClass == .delivered)
        let words = #""subject":"s","text":"t \"q\"","details":{"id":"9"}"#
        let params = #"{"type":"message.posted","timestamp":"1970-01-01T00:16:40.000Z",\#(words)}"#
        let body = #"{"jsonrpc":"2.0","id":"id-1","method":"\#(method)","params":\#(params)}"#
        #expect(server.requests.map(\.body) == [body])
        #expect(server.requests.first?.header("Authorization") == nil)
    }

    @Test(
        "what an answer means for the delivery",
        arguments: [
            ("200 OK", #""result":{}"#, .delivered, "200", false),
            ("200 OK", #""result":null"#, .delivered, "200", false),
            ("200 OK", #""error":{"code":-32700,"message":"e"}"#, .permanent, "jsonrpc.-32700", false),
            ("200 OK", #""error":{"code":-32600,"message":"e"}"#, .permanent, "jsonrpc.-32600", false),
            ("200 OK", #""error":{"code":-32601,"message":"e"}"#, .permanent, "jsonrpc.-32601", false),
            ("200 OK", #""error":{"code":-32602,"message":"e"}"#, .permanent, "jsonrpc.-32602", false),
            ("200 OK", #""error":{"code":-32603,"message":"e"}"#, .transient, "jsonrpc.-32603", false),
            ("200 OK", #""error":{"code":-32000,"message":"e"}"#, .transient, "jsonrpc.-32000", false),
            ("200 OK", #""error":{"code":-32099,"message":"e"}"#, .transient, "jsonrpc.-32099", false),
            ("200 OK", #""error":{"code":17,"message":"e"}"#, .permanent, "jsonrpc.17", false),
            ("200 OK", #""neither":1"#, .transient, "jsonrpc.unreadable_answer", true),
            ("204 No Content", #""result":1"#, .transient, "jsonrpc.unreadable_answer", true),
            ("401 Unauthorized", #""result":{}"#, .permanent, "401", false),
            ("404 Not Found", #""error":{"code":-32601,"message":"e"}"#, .permanent, "404", false),
            ("410 Gone", #""result":{}"#, .misconfigured, "410", false),
            ("429 Too Many", #""result":{}"#, .throttled, "429", false),
            ("500 Oops", #""error":{"code":-32603,"message":"e"}"#, .transient, "500", false),
        ] as [(String, String, OutcomeClass, String, Bool)])
    func outcome(
        _ status: String, _ content: String, _ expected: OutcomeClass, _ code: String, isUnknown: Bool
    ) async {
        let server = FakeHTTP { _, _ in
            (status, [], status.hasPrefix("204") ? "" : #"{"jsonrpc":"2.0","id":"id-1",\#(content)}"#)
        }
        let outcome = await Courier.jsonRPC(Transfers()).send(
            Self.parcel(server.url, RPCCall(method: "m", params: "{}").payload))
        #expect(outcome.outcomeClass == expected && outcome.code == code && outcome.outcomeUnknown == isUnknown)
        if content.hasPrefix(#""error"#), status == "200 OK" { #expect(outcome.excerpt == "e") }
    }

    @Test("the answer to another call may hide a success")
    func otherID() async {
        let server = FakeHTTP { _, _ in ("200 OK", [], #"{"jsonrpc":"2.0","id":"id-2","result":1}"#) }
        let outcome = await Courier.jsonRPC(Transfers()).send(
            Self.parcel(server.url, RPCCall(method: "m", params: "{}").payload))
        #expect(outcome.outcomeClass == .transient && outcome.outcomeUnknown)
    }

    @Test(
        "settings and the fields that are wrong in them",
        arguments: [
            ([:], ["url"]),
            (["url": .text("https://a.b/c")], []),
            (["url": .text("http://a.b/c"), "token": .text("abcdef"), "method": .text("m")], []),
            (["url": .text("smtp://a.b/c")], ["url"]),
            (["url": .text("https://a.b/c"), "token": .text("with space")], ["token"]),
            (["url": .text("https://a.b/c"), "token": .text("größer")], ["token"]),
            (["url": .text("https://a.b/c"), "method": .text("")], ["method"]),
            (["url": .text("https://a.b/c"), "secret": .text("x")], ["secret"]),
        ] as [([String: SettingValue], [String])])
    func settings(_ settings: [String: SettingValue], names fields: [String]) {
        #expect(Courier.jsonRPC(Transfers()).validate(settings).map(\.field) == fields)
    }

    @Test("the token is masked and scrubbed")
    func secrets() {
        let courier = Courier.jsonRPC(Transfers())
        let settings: [String: SettingValue] = ["url": .text("https://a.b/c"), "token": .text("s3cret-token")]
        #expect(courier.masked(settings)["token"] == .text(Courier.mask))
        #expect(courier.secrets(in: settings) == ["s3cret-token"])
    }
}
