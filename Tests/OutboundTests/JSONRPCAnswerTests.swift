import Testing

@testable import Outbound

@Suite struct JSONRPCAnswerTests {
    private static func read(
        _ body: String, status: Int = 200, isTruncated: Bool = false
    ) -> JSONRPCAnswer<[String: Int]?> {
        JSONRPCAnswer(
            TransferAnswer(status: status, head: [], body: Array(body.utf8), isTruncated: isTruncated), to: "7")
    }

    @Test(
        "what an answer's body means",
        arguments: [
            (#"{"jsonrpc":"2.0","id":"7","result":{"a":1}}"#, .result(["a": 1])),
            (#"{"jsonrpc":"2.0","id":"7","result":null}"#, .result(nil)),
            (#" {"result":{},"error":null,"id":"7","jsonrpc":"2.0","more":[1]} "#, .result([:])),
            (
                #"{"jsonrpc":"2.0","id":"7","result":null,"error":{"code":-32601,"message":"no"}}"#,
                .error(JSONRPCError(code: -32_601, message: "no"))
            ),
            (
                #"{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"what?","data":{}}}"#,
                .error(JSONRPCError(code: -32_700, message: "what?"))
            ),
            (#"{"jsonrpc":"2.0","id":"7","error":{"code":12}}"#, .error(JSONRPCError(code: 12, message: ""))),
            (#"{"jsonrpc":"2.0","id":"8","result":{}}"#, .failed(.unreadable)),
            (#"{"jsonrpc":"2.0","id":7,"result":{}}"#, .failed(.unreadable)),
            (#"{"jsonrpc":"2.0","result":{}}"#, .failed(.unreadable)),
            (#"{"jsonrpc":"2.0","id":null,"result":{}}"#, .failed(.unreadable)),
            (#"{"jsonrpc":"2.0","id":"8","error":{"code":1,"message":""}}"#, .failed(.unreadable)),
            (#"{"jsonrpc":"1.0","id":"7","result":{}}"#, .failed(.unreadable)),
            (#"{"id":"7","result":{}}"#, .failed(.unreadable)),
            (#"{"jsonrpc":"2.0","id":"7"}"#, .failed(.unreadable)),
            (#"{"jsonrpc":"2.0","id":"7","error":"no"}"#, .failed(.unreadable)),
            (#"{"jsonrpc":"2.0","id":"7","result":[1]}"#, .failed(.unreadable)),
            (#"[{"jsonrpc":"2.0","id":"7","result":{}}]"#, .failed(.unreadable)),
            (#"{"jsonrpc":"2.0","id":"7","result":{}"#, .failed(.unreadable)),
            ("<html>Sign in</html>", .failed(.unreadable)), ("", .failed(.unreadable)), ("null", .failed(.unreadable)),
        ] as [(String, JSONRPCAnswer<[String: Int]?>)])
    func meaning(_ body: String, _ expected: JSONRPCAnswer<[String: Int]?>) {
        #expect(Self.read(body) == expected)
    }

    @Test("a status other than 2xx and an answer that was cut off say nothing, whatever the body says")
    func unusable() {
        let body = #"{"jsonrpc":"2.0","id":"7","result":{}}"#
        #expect(Self.read(body, status: 202) == .result([:]))
        for status in [199, 300, 401, 500, 503] { #expect(Self.read(body, status: status) == .failed(.status(status))) }
        #expect(Self.read(body, isTruncated: true) == .failed(.unreadable))
    }

    @Test("no beginning of an answer is taken for an answer")
    func cut() {
        let body = #"{"jsonrpc":"2.0","id":"7","result":{"a":1}}"#
        for count in 0..<body.utf8.count {
            #expect(Self.read(String(body.prefix(count))) == .failed(.unreadable), "\(count)")
        }
    }

    @Test(
        "which errors may pass, and which are of this call alone",
        arguments: [
            (-32_700, false, false), (-32_600, false, false), (-32_601, false, false), (-32_602, false, true),
            (-32_603, true, false), (-32_000, true, false), (-32_099, true, false), (-32_100, false, false),
            (-31_999, false, true), (0, false, true), (404, false, true),
        ])
    func errors(_ code: Int, isTransient: Bool, isOfThisCall: Bool) {
        let error = JSONRPCError(code: code, message: "")
        #expect(error.isTransient == isTransient && error.isOfThisCall == isOfThisCall)
    }
}
