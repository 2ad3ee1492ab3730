import Testing

@testable import Outbound

@Suite(.timeLimit(.minutes(1))) struct JSONRPCClientTests {
    private static func client(_ url: String, token: String? = nil) throws -> JSONRPCClient {
        try #require(JSONRPCClient(url: url, token: token, transfers: Transfers()))
    }

    /// The id of a request as it was sent.
    private static func id(_ request: FakeRequest) -> String {
        let start = request.body.firstRange(of: #""id":""#)!.upperBound
        return String(request.body[start...].prefix { $0 != "\"" })
    }

    @Test("a call carries what JSON-RPC asks for, and its answer comes back")
    func call() async throws {
        let server = FakeHTTP { request, _ in
            ("200 OK", [], #"{"jsonrpc":"2.0","id":"\#(Self.id(request))","result":"hello"}"#)
        }
        let client = try Self.client(server.url + "/rpc", token: "t0ken")
        let answer = await client.call("customer.get", params: #"{"id":"john"}"#, withinMs: 5_000, as: String.self)
        #expect(answer == .result("hello"))
        let request = try #require(server.requests.first)
        let id = Self.id(request)
        let expected = #"{"jsonrpc":"2.0","id":"\#(id)","method":"customer.get","params":{"id":"john"}}"#
        #expect(request.head.hasPrefix("POST /rpc HTTP/1.1\r\n") && request.body == expected)
        #expect(request.header("Authorization") == "Bearer t0ken")
        #expect(request.header("Content-Type") == "application/json")
        #expect(request.header("Accept") == "application/json")
    }

    @Test("no two calls have the same id, and without a token none is sent")
    func ids() async throws {
        let server = FakeHTTP { request, _ in
            ("200 OK", [], #"{"jsonrpc":"2.0","id":"\#(Self.id(request))","result":1}"#)
        }
        let client = try Self.client(server.url)
        for _ in 0..<10 { #expect(await client.call("m", params: "[]", withinMs: 5_000, as: Int.self) == .result(1)) }
        #expect(Set(server.requests.map(Self.id)).count == 10)
        #expect(server.requests.allSatisfy { $0.header("Authorization") == nil })
    }

    @Test("an answer to an earlier call is not taken for this one's")
    func lateAnswer() async throws {
        let server = FakeHTTP { request, _ in
            ("200 OK", [], #"{"jsonrpc":"2.0","id":"0","result":{}}"#)
        }
        let answer = try await Self.client(server.url).call("m", params: "[]", withinMs: 5_000, as: [String: Int].self)
        #expect(answer == .failed(.unreadable))
    }

    @Test("a server that says nothing, or never comes to an end, has failed when the time is over")
    func slow() async throws {
        let silent = FakeServer { $0.readToEnd() }
        let endless = FakeServer { connection in
            _ = connection.readRequest()
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{")
            connection.readToEnd()
        }
        for server in [silent, endless] {
            let answer = try await Self.client(server.url).call("m", params: "[]", withinMs: 50, as: Int.self)
            guard case .failed(.transfer(let failure)) = answer else {
                Issue.record("\(answer)")
                continue
            }
            #expect(failure.kind == .timedOut)
        }
    }

    @Test("a server that is not there has failed at once")
    func down() async throws {
        let url = FakeServer { _ in }.url  // gone with the line that made it
        let answer = try await Self.client(url).call("m", params: "[]", withinMs: 5_000, as: Int.self)
        guard case .failed(.transfer(let failure)) = answer else {
            Issue.record("\(answer)")
            return
        }
        #expect(failure.kind == .connectFailed)
    }

    @Test("more than 64 KiB is not read")
    func tooLong() async throws {
        let server = FakeHTTP { request, _ in
            let long = String(repeating: "x", count: 65_536)
            return ("200 OK", [], #"{"jsonrpc":"2.0","id":"\#(Self.id(request))","result":"\#(long)"}"#)
        }
        let answer = try await Self.client(server.url).call("m", params: "[]", withinMs: 5_000, as: String.self)
        #expect(answer == .failed(.unreadable))
    }

    @Test(
        "what can be called",
        arguments: [
            ("http://127.0.0.1:9/", true), ("https://directory.example/rpc?x=1", true), ("ftp://a/", false),
            ("https://user:word@a/", false), ("directory.example", false), ("", false), ("http://", false),
            ("http://a/ b", false),
        ])
    func addresses(_ url: String, isFit: Bool) {
        #expect(JSONRPCClient.canCall(url) == isFit)
        #expect((JSONRPCClient(url: url, token: nil, transfers: Transfers()) != nil) == isFit)
    }
}
