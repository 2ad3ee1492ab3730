import Testing

@testable import Web

/// A sound request of a browser at `https://example.com`, with changes: nil removes a field.
private func request(_ changes: KeyValuePairs<String, String?> = [:], _ method: Web.Method = .get, body: [UInt8] = [])
    -> Request
{
    var headers: Headers = [
        "Host": "example.com", "Upgrade": "websocket", "Connection": "Upgrade",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version": "13",
        "Origin": "https://example.com",
    ]
    for (name, _) in changes { headers.remove(name) }
    for case (let name, let value?) in changes { headers.add(name, value) }
    return Request(method, "/room", headers: headers, body: body)
}

/// What was answered: the fields of a 101, or a status and the code of its problem.
private func answer(
    _ request: Request, _ limits: WebSocket.Limits = .init(), allowed: [String] = [], isVersion10: Bool = false,
    isSecure: Bool = false
) -> (accepted: Headers?, refused: Response?) {
    let answer = Handshake.answer(
        request, limits: limits, originsAllowed: allowed, isVersion10: isVersion10, isSecure: isSecure)
    switch answer {
    case .accept(let headers): return (headers, nil)
    case .refuse(let response): return (nil, response)
    }
}

extension Response {
    fileprivate func hasProblem(_ code: String) -> Bool {
        headers["content-type"] == "application/problem+json"
            && String(decoding: bytes, as: UTF8.self).contains("\"code\":\"\(code)\"")
    }
}

@Suite struct HandshakeTests {
    @Test func `the example of RFC 6455 §1.3`() {
        #expect(HandshakeKey.accept("dGhlIHNhbXBsZSBub25jZQ==") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
        #expect(
            answer(request()).accepted == [
                "upgrade": "websocket", "connection": "Upgrade",
                "sec-websocket-accept": "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=",
            ])
    }

    @Test(
        arguments: [
            ["Upgrade": "WebSocket"], ["Upgrade": "h2c, websocket"], ["Upgrade": "h2c", "upgrade": " websocket ,"],
            ["Connection": "keep-alive, Upgrade"], ["Connection": "keep-alive", "connection": "UPGRADE"],
            ["Connection": ",,upgrade\t"], ["Origin": nil], ["Sec-WebSocket-Extensions": "permessage-deflate"],
            ["Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA=="], ["Sec-WebSocket-Key": "+/+/+/+/+/+/+/+/+/+/+w=="],
            ["Content-Length": "0"],
        ] as [KeyValuePairs<String, String?>])
    func `a sound request is accepted, without extensions`(changes: KeyValuePairs<String, String?>) {
        let accepted = answer(request(changes)).accepted
        #expect(accepted?.count == 3)
    }

    @Test(
        arguments: [
            (["Upgrade": nil], 426, "upgrade_required"), (["Upgrade": "websockets"], 426, "upgrade_required"),
            (["Upgrade": "web socket"], 426, "upgrade_required"), (["Connection": nil], 426, "upgrade_required"),
            (["Connection": "keep-alive"], 426, "upgrade_required"),
            (["Connection": "not-upgrade"], 426, "upgrade_required"),
            (["Sec-WebSocket-Version": nil], 426, "version_unsupported"),
            (["Sec-WebSocket-Version": "8"], 426, "version_unsupported"),
            (["Sec-WebSocket-Version": "13, 8"], 426, "version_unsupported"),
            (["Sec-WebSocket-Version": "013"], 426, "version_unsupported"),
            (["Sec-WebSocket-Version": "13", "sec-websocket-version": "13"], 426, "version_unsupported"),
            (["Sec-WebSocket-Key": nil], 400, "key_invalid"), (["Sec-WebSocket-Key": ""], 400, "key_invalid"),
            (["Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ"], 400, "key_invalid"),
            (["Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ= "], 400, "key_invalid"),
            (["Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQAA"], 400, "key_invalid"),
            (["Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZ==="], 400, "key_invalid"),
            (["Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25j-_=="], 400, "key_invalid"),
            (["Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZ\t=="], 400, "key_invalid"),
            (["Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==dGhlIHNhbXBsZSBub25jZQ=="], 400, "key_invalid"),
            (
                ["Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==", "sec-websocket-key": "AAAAAAAAAAAAAAAAAAAAAA=="],
                400, "key_invalid"
            ),
            (["Transfer-Encoding": "chunked"], 400, "body_unexpected"),
            (["Content-Length": "5"], 400, "body_unexpected"),
            (["Origin": "https://example.com", "origin": "https://example.com"], 400, "origin_invalid"),
            (["Origin": "https://evil.example"], 403, "origin_refused"), (["Origin": "null"], 403, "origin_refused"),
            (["Origin": ""], 403, "origin_refused"),
        ] as [(KeyValuePairs<String, String?>, Int, String)])
    func `an unsound request is refused by name`(changes: KeyValuePairs<String, String?>, status: Int, code: String) {
        let refused = answer(request(changes)).refused
        #expect(refused?.status.code == status)
        #expect(refused?.hasProblem("websocket.\(code)") == true)
        #expect(refused?.headers["sec-websocket-version"] == (status == 426 ? "13" : nil))
        #expect(refused?.headers["upgrade"] == (status == 426 ? "websocket" : nil))
        #expect(refused?.headers["connection"] == (status == 426 ? "upgrade" : nil))
    }

    @Test(arguments: [Web.Method.head, .post, .put, .delete, .options])
    func `only GET opens a WebSocket`(method: Web.Method) {
        #expect(answer(request([:], method)).refused?.hasProblem("websocket.upgrade_required") == true)
    }

    @Test func `neither HTTP/1.0 nor a request with a body opens a WebSocket`() {
        #expect(answer(request(), isVersion10: true).refused?.hasProblem("websocket.upgrade_required") == true)
        #expect(answer(request(body: [1])).refused?.hasProblem("websocket.body_unexpected") == true)
    }

    @Test(
        arguments: [
            ("https://example.com", "example.com", [], true), ("https://EXAMPLE.com", "Example.COM", [], true),
            ("https://example.com", "example.com:443", [], true), ("https://example.com:443", "example.com", [], true),
            ("https://example.com", "example.com:", [], true),
            ("http://example.com", "example.com", [], true), ("http://example.com", "example.com:80", [], true),
            ("http://example.com", "example.com:443", [], false), ("https://example.com", "example.com:80", [], false),
            ("https://example.com:8443", "example.com", [], false),
            ("https://example.com:8443", "example.com:8443", [], true),
            ("http://localhost:8080", "localhost:8080", [], true),
            ("http://localhost:8080", "127.0.0.1:8080", [], false),
            ("http://[::1]:8080", "[::1]:8080", [], true), ("http://[::1]", "[::1]:80", [], true),
            ("http://[::1]", "[::2]", [], false), ("https://example.com.evil.test", "example.com", [], false),
            ("https://example.com/", "example.com", [], false), ("https://a@example.com", "example.com", [], false),
            ("https://example.com https://example.com", "example.com", [], false),
            ("example.com", "example.com", [], false), ("//example.com", "example.com", [], false),
            ("ftp://example.com", "example.com", [], false), ("ws://example.com", "example.com", [], false),
            ("https:example.com", "example.com", [], false), ("https://", "example.com", [], false),
            ("https://app.test", "example.com", ["https://app.test"], true),
            ("https://APP.test:443", "example.com", ["https://app.test"], true),
            ("http://app.test", "example.com", ["https://app.test"], false),
            ("https://app.test:444", "example.com", ["https://app.test"], false),
            ("https://x.app.test", "example.com", ["https://app.test"], false),
            ("null", "example.com", ["null"], true), ("null", "example.com", ["https://app.test"], false),
            ("https://example.com", "example.com", ["https://app.test"], true),
            ("capacitor://localhost", "example.com", ["capacitor://localhost"], true),
            ("capacitor://localhost", "localhost", [], false),
        ] as [(String, String, [String], Bool)])
    func `a page of another origin is refused unless it is allowed`(
        origin: String, host: String, allowed: [String], isAccepted: Bool
    ) {
        let (accepted, refused) = answer(request(["Origin": origin, "Host": host]), allowed: allowed)
        #expect((accepted != nil) == isAccepted)
        if !isAccepted { #expect(refused?.hasProblem("websocket.origin_refused") == true) }
    }

    @Test func `where TLS ends here, a page that came without it is refused`() {
        let plain = request(["Origin": "http://example.com"])
        #expect(answer(plain).accepted != nil)
        #expect(answer(plain, isSecure: true).refused?.hasProblem("websocket.origin_refused") == true)
        #expect(answer(plain, allowed: ["http://example.com"], isSecure: true).accepted != nil)
        #expect(answer(request(), isSecure: true).accepted != nil)
    }

    @Test(
        arguments: [
            ([], ["chat"], nil), (["chat"], [], nil), (["chat"], ["chat"], "chat"), (["Chat"], ["chat"], nil),
            (["b", "a"], ["a", "b"], "a"), (["b"], ["a, b ,c"], "b"), (["c", "b"], ["x,", "b", "c"], "b"),
        ] as [([String], [String], String?)])
    func `the first subprotocol the client offers that is spoken here is chosen`(
        spoken: [String], offered: [String], chosen: String?
    ) {
        var request = request()
        for value in offered { request.headers.add("Sec-WebSocket-Protocol", value) }
        let accepted = answer(request, WebSocket.Limits(subprotocols: spoken)).accepted
        #expect(accepted?[all: "sec-websocket-protocol"] == (chosen.map { [$0] } ?? []))
    }

    @Test func `fresh keys are sound and differ`() {
        let keys = Set((0..<100).map { _ in HandshakeKey.fresh() })
        #expect(keys.count == 100)
        #expect(keys.allSatisfy(HandshakeKey.isValid))
    }
}
