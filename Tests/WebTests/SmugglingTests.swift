import Testing

@testable import Web

/// A client behind a trusted proxy tries to be somebody else, for itself or for who comes next on the connection.
@Suite(.timeLimit(.minutes(2))) struct SmugglingTests {
    /// Answers by whom they were asked.
    private func withProxied(_ body: @escaping @Sendable (WireClient) throws -> Void) async throws {
        try await withServer { $0.trustedProxies = Network.list("loopback") ?? [] } routes: { router in
            router.get("/who") { request in .text("\(request.peer) \(request.isSecure)") }
            router.post("/who") { request in .text("\(request.peer) \(request.body.count)") }
        } _: { server, _ in
            try body(try WireClient(port: server.port))
        }
    }

    private static let forged = "X-Forwarded-For: 192.0.2.66\r\nX-Forwarded-Proto: https\r\n"

    @Test(
        "a field that two readers could read in two ways ends the connection",
        arguments: [
            "X-Forwarded-For : 192.0.2.66\r\n", "X-Forwarded-For\t: 192.0.2.66\r\n", " X-Forwarded-For: 192.0.2.66\r\n",
            "X-Forwarded-For: 203.0.113.9,\r\n 192.0.2.66\r\n", "X-Forwarded-For: 203.0.113.9\r\n\t, 192.0.2.66\r\n",
            "X-Forwarded-For: 203.0.113.9\nX-Forwarded-For: 192.0.2.66\r\n",
            "X-Forwarded-For: 203.0.113.9\rX-Forwarded-For: 192.0.2.66\r\n", "X-Forwarded-For: 203.0.113.9\0\r\n",
            "X-Forwarded-For: 203.0.113.9\u{B}192.0.2.66\r\n", "X-Forwarded-For 192.0.2.66\r\n", ": 192.0.2.66\r\n",
            "X-Forwarded-For\0: 192.0.2.66\r\n", "X-Forwarded-F\u{F6}r: 192.0.2.66\r\n",
        ])
    func ambiguous(_ fields: String) async throws {
        try await withProxied { client throws in
            client.send("GET /who HTTP/1.1\r\nHost: a\r\n\(fields)\r\nGET /who HTTP/1.1\r\nHost: a\r\n\r\n")
            let all = try client.readToEnd()
            #expect(all.hasPrefix("HTTP/1.1 400 ") && !all.contains("192.0.2.66") && !all.contains("HTTP/1.1 200"))
        }
    }

    @Test(
        "names that only look like the field are other fields",
        arguments: [
            "X_Forwarded_For", "X-Forwarded_For", "X-Forwarded-For-", "X-Forwarded-For.", "X-ForwardedFor",
            "HTTP-X-Forwarded-For", "X-Forwarded-For2", "XX-Forwarded-For", "X-Forwarded-Fo",
        ])
    func lookalike(_ name: String) async throws {
        try await withProxied { client throws in
            let answer = try client.ask(
                "GET /who HTTP/1.1\r\nHost: a\r\n\(name): 192.0.2.66\r\nX-Forwarded-For: 203.0.113.9\r\n\r\n")
            #expect(answer.text == "203.0.113.9 false")
        }
    }

    @Test func `what one client sent is forgotten when the next one asks over the same connection`() async throws {
        try await withProxied { client throws in
            func get(_ fields: String) -> String { "GET /who HTTP/1.1\r\nHost: a\r\n\(fields)\r\n" }
            client.send(
                get(Self.forged) + get("") + get("X-Forwarded-For: 203.0.113.9\r\n") + get("X-Forwarded-For: _x\r\n")
                    + get("X-Forwarded-Proto: https\r\n") + get("X-Forwarded-Proto: http\r\n"))
            let expected = [
                "192.0.2.66 true", "127.0.0.1 false", "203.0.113.9 false", "127.0.0.1 false", "127.0.0.1 true",
                "127.0.0.1 false",
            ]
            for text in expected { #expect(try client.answer().text == text) }
        }
    }

    @Test func `a request within a body is a body`() async throws {
        let inner = "GET /who HTTP/1.1\r\nHost: a\r\n\(Self.forged)\r\n"
        try await withProxied { client throws in
            let fields = "Host: a\r\nX-Forwarded-For: 203.0.113.9\r\n"
            client.send("POST /who HTTP/1.1\r\n\(fields)Content-Length: \(inner.utf8.count)\r\n\r\n\(inner)")
            #expect(try client.answer().text == "203.0.113.9 \(inner.utf8.count)")
            let chunk = "\(String(inner.utf8.count, radix: 16))\r\n\(inner)\r\n0\r\n"
            client.send("POST /who HTTP/1.1\r\n\(fields)Transfer-Encoding: chunked\r\n\r\n\(chunk)\r\n")
            #expect(try client.answer().text == "203.0.113.9 \(inner.utf8.count)")
            // Neither is it one behind a body that nobody reads.
            client.send("POST /nowhere HTTP/1.1\r\n\(fields)Content-Length: \(inner.utf8.count)\r\n\r\n\(inner)")
            #expect(try client.answer().status == 404)
            #expect(try client.ask("GET /who HTTP/1.1\r\n\(fields)\r\n").text == "203.0.113.9 false")
        }
    }

    @Test(
        "whatever could hide a request behind another is refused, with nothing of the hidden one",
        arguments: [
            "Content-Length: 0\r\nContent-Length: 60\r\n", "Content-Length: 0\r\nTransfer-Encoding: chunked\r\n",
            "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n", "Transfer-Encoding: chunked, identity\r\n",
            "Transfer-Encoding: xchunked\r\n", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
            "Transfer-Encoding: \u{B}chunked\r\n", "Transfer-Encoding : chunked\r\n", "Content-Length: +0\r\n",
            "Content-Length: 0,0\r\n", "Content-Length: 0x0\r\n", "Content-Length: 0\r\n 5\r\n",
        ])
    func hidden(_ framing: String) async throws {
        try await withProxied { client throws in
            client.send(
                "POST /who HTTP/1.1\r\nHost: a\r\n\(framing)\r\n0\r\n\r\nGET /who HTTP/1.1\r\nHost: a\r\n\(Self.forged)\r\n")
            let all = try client.readToEnd()
            #expect(["400", "501"].contains(all.dropFirst(9).prefix(3)), "\(all.prefix(60))")
            #expect(all.split(separator: "HTTP/1.1 ").count == 1 && !all.contains("192.0.2.66"))
        }
    }

    @Test func `fields behind a chunked body are nobody's address`() async throws {
        try await withProxied { client throws in
            let fields = "Host: a\r\nX-Forwarded-For: 203.0.113.9\r\nTransfer-Encoding: chunked\r\n"
            client.send("POST /who HTTP/1.1\r\n\(fields)\r\n2\r\nhi\r\n0\r\n\(Self.forged)\r\n")
            #expect(try client.answer().text == "203.0.113.9 2")
            #expect(try client.ask("GET /who HTTP/1.1\r\nHost: a\r\n\r\n").text == "127.0.0.1 false")
        }
    }

    @Test func `the client is the same wherever the bytes were cut`() async throws {
        let request = Array("GET /who HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 192.0.2.66\r\nX-FORWARDED-for: 203.0.113.9:1 , ::1\r\n\r\n".utf8)
        try await withProxied { client throws in
            for cut in stride(from: 1, to: request.count, by: 3) {
                client.send(Array(request[..<cut]))
                client.send(Array(request[cut...]))
                #expect(try client.answer().text == "203.0.113.9 false", "cut at \(cut)")
            }
        }
    }
}
