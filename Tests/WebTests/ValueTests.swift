import Testing

@testable import Web

@Suite struct HeadersTests {
    @Test func `names compare without case, repeats keep their order`() {
        var headers: Headers = ["Accept": "a", "X-Two": "1"]
        headers.add("accept", "b")
        #expect(headers["ACCEPT"] == "a")
        #expect(headers[all: "Accept"] == ["a", "b"])
        #expect(headers.map(\.name) == ["Accept", "X-Two", "accept"])
    }

    @Test func `setting replaces every field of the name, nil removes`() {
        var headers: Headers = ["a": "1", "b": "2", "A": "3"]
        headers["a"] = "4"
        #expect(headers == ["b": "2", "a": "4"])
        headers["b"] = nil
        #expect(headers == ["a": "4"])
        #expect(!headers.contains("b"))
    }

    @Test(arguments: ["x\r\nset-cookie: stolen", "x\nb", "x\0b", "x\u{7F}"])
    func `a value cannot end its line`(value: String) {
        var headers = Headers()
        headers.add("location", value)
        #expect(headers.bytes.filter { $0 == 10 }.count == 1)
        #expect(headers.bytes.allSatisfy { $0 != 0 && $0 != 0x7F })
    }

    @Test func `a name that is not a token is a bug`() async {
        await #expect(processExitsWith: .failure) {
            var headers = Headers()
            headers.add("a b", "c")
        }
    }

    @Test func `an ASCII letter equals its other case, other bytes only themselves`() {
        var headers = Headers()
        headers.add("a^b", "1")
        #expect(headers["A^B"] == "1")
        #expect(headers["a~b"] == nil)
    }
}

@Suite struct ByteSetTests {
    @Test func `the sets hold what they say`() {
        let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
        let sets: [(ByteSet, String)] = [
            (.token, letters + "!#$%&'*+-.^_`|~"), (.hostName, letters + "-._~%!$&'()*+,;="),
            (.target, letters + "-._~:/?@!$&'()*+,;=%[]^{|}`"),
        ]
        for (set, members) in sets {
            for byte in UInt8.min...UInt8.max { #expect(set.contains(byte) == members.utf8.contains(byte), "\(byte)") }
        }
    }
}

@Suite struct QueryTests {
    @Test(
        arguments: [
            ("/a?limit=5", "limit", "5"), ("/a?x=1&limit=5&limit=6", "limit", "5"), ("/a?limit", "limit", ""),
            ("/a?li%6Dit=a%20b+c", "limit", "a b c"), ("/a?limit=a=b", "limit", "a=b"), ("/a?x=%C3%A4", "x", "ä"),
            ("/a?other=1", "limit", nil), ("/a", "limit", nil), ("/a?", "limit", nil), ("/a?&&limit=1", "limit", "1"),
            ("/a?limit=1?2/3", "limit", "1?2/3"),
        ] as [(String, String, String?)])
    func `the first value of a name`(target: String, name: String, value: String?) {
        #expect(Request(.get, target).query[name] == value)
    }

    @Test func `all values and all names, in order`() {
        let query = Request(.get, "/?b=1&a=2&b=3&c").query
        #expect(query.all("b") == ["1", "3"])
        #expect(query.names == ["b", "a", "b", "c"])
        #expect(query.filter { $0.name == "a" }.map(\.value) == ["2"])
    }
}

@Suite struct TargetTests {
    @Test(
        arguments: [
            ("/", "/", []), ("/a", "/a", ["a"]), ("/a/b", "/a/b", ["a", "b"]), ("/a/", "/a/", ["a", ""]),
            ("//a", "//a", ["", "a"]), ("/w%C3%B6", "/wö", ["wö"]), ("/a%20b?c=d", "/a b", ["a b"]),
            ("/%41%2D", "/A-", ["A-"]), ("/a.b/.c/..d", "/a.b/.c/..d", ["a.b", ".c", "..d"]), ("/...", "/...", ["..."]),
            ("http://h/x?y", "/x", ["x"]), ("https://h:8443", "/", []), ("HTTP://h?q", "/", []),
            ("/a:b@c", "/a:b@c", ["a:b@c"]),
        ] as [(String, String, [Substring])])
    func `a sound target`(target: String, path: String, segments: [Substring]) {
        let request = Request(.get, target)
        #expect(request.fault == nil)
        #expect(request.path == path)
        #expect(request.segments == segments)
        #expect(request.target == target)
    }

    @Test(
        arguments: [
            ("", .targetInvalid), ("a", .targetInvalid), ("*", .targetInvalid), ("/a b", .targetInvalid),
            ("/%", .targetInvalid), ("/%4", .targetInvalid), ("/%4g", .targetInvalid), ("/%00", .targetInvalid),
            ("/%0a", .targetInvalid), ("/%7f", .targetInvalid), ("/%C3", .targetInvalid), ("/%FF", .targetInvalid),
            ("/ä", .targetInvalid), ("/a#b", .targetInvalid), ("/a\\b", .targetInvalid), ("/<", .targetInvalid),
            ("/a?%", .targetInvalid), ("/a?b=%00", .targetInvalid), ("/a?b=%ff", .targetInvalid),
            ("/.", .pathAmbiguous), ("/..", .pathAmbiguous), ("/a/../b", .pathAmbiguous), ("/a/./b", .pathAmbiguous),
            ("/%2e%2E/b", .pathAmbiguous), ("/.%2e", .pathAmbiguous), ("/a%2Fb", .pathAmbiguous),
            ("/a%5cb", .pathAmbiguous),
            ("ftp://h/", .targetInvalid), ("http:///x", .targetInvalid), ("http://u@h/x", .targetInvalid),
            ("h:443", .targetInvalid),
        ] as [(String, MalformedRequest)])
    func `a target that could be read two ways, or not at all`(target: String, fault: MalformedRequest) async {
        let request = Request(.get, target)
        #expect(request.fault == fault)
        #expect(await Router().respond(to: request).status == 400)
    }

    @Test(arguments: [
        ("a", true), ("a.b-c_d:80", true), ("127.0.0.1:8080", true), ("[::1]", true), ("[::1]:80", true), ("a:", true),
        ("a:65535", true), ("", false), (":80", false), ("a:65536", false), ("a:b", false), ("a:1:2", false),
        ("u@a", false), ("a b", false), ("a/b", false), ("[::1", false), ("[]", false), ("[x]", false), ("::1", false),
        ("a,b", true), ("[::1]x", false), ("a\u{E4}", false),
    ])
    func `host and port`(text: String, isValid: Bool) {
        #expect(HostField.isValid(Array(text.utf8).span) == isValid)
    }
}

@Suite struct RequestIDTests {
    @Test(arguments: ["abc-123", "a", String(repeating: "x", count: 64), "01H:8_Z.+/="])
    func `a sane id of a client is kept`(id: String) {
        #expect(Request(.get, "/", headers: ["x-request-id": id]).id == id)
    }

    @Test(arguments: ["", "a b", "a\"b", "ä", String(repeating: "x", count: 65), "a\nb"])
    func `another is replaced`(id: String) {
        let made = Request(.get, "/", headers: ["x-request-id": id]).id
        #expect(made != id)
        #expect(made.count == 16)
        #expect(made.allSatisfy { $0.isHexDigit })
    }

    @Test func `made ids do not repeat`() {
        var source = RequestIDSource()
        var seen = Set<UInt64>()
        for _ in 0..<10_000 { if case .made(let value) = source.make() { seen.insert(value) } }
        #expect(seen.count == 10_000)
    }
}

@Suite struct PeerTests {
    @Test(arguments: [
        ("127.0.0.1", "127.0.0.1"), ("203.0.113.7", "203.0.113.7"), ("2001:db8::7", "2001:db8::7"), ("::1", "::1"),
        ("::ffff:192.0.2.1", "192.0.2.1"), ("nonsense", "0.0.0.0"),
    ])
    func `an address reads and prints`(text: String, printed: String) {
        #expect(Request(.get, "/", peer: text).peer == printed)
    }
}

@Suite struct ListenAddressTests {
    @Test(arguments: [
        ("127.0.0.1:8080", "127.0.0.1", 8_080), ("[::1]:80", "::1", 80), ("localhost:0", "localhost", 0),
    ])
    func `host and port are told apart`(text: String, host: String, port: Int) {
        let address = ListenAddress(text)
        #expect(address?.host == host)
        #expect(address?.port == port)
        #expect(address?.description == text)
    }

    @Test(arguments: ["", "abc", ":80", "a:", "a:65536", "a:-1", "a:+1", "::1:80", "a:b", "[]:80"])
    func `what is not host and port is refused`(text: String) { #expect(ListenAddress(text) == nil) }
}

@Suite struct LoopClockTests {
    @Test(arguments: [
        (784_887_151, "Tue, 15 Nov 1994 08:12:31 GMT"), (0, "Thu, 01 Jan 1970 00:00:00 GMT"),
        (1_709_210_096, "Thu, 29 Feb 2024 12:34:56 GMT"),
    ])
    func `dates as RFC 9110 writes them`(seconds: Int, text: String) {
        #expect(String(decoding: LoopClock.format(seconds), as: UTF8.self) == "date: \(text)\r\n")
    }
}

@Suite struct OutputBufferTests {
    @Test(arguments: [0, 7, 10, 99, 100, 12_345, Int.max])
    func `numbers in decimal`(number: Int) {
        var buffer = OutputBuffer(capacity: 2)
        buffer.append("x")
        buffer.append(decimal: number)
        #expect(String(decoding: buffer.take(), as: UTF8.self) == "x\(number)")
    }
}

@Suite struct ProblemTests {
    @Test func `a problem is JSON with everything a client needs`() {
        let response = Problem(
            422, "message.invalid", "Say \"what\"\n\u{1}.",
            errors: [FieldProblem("topic", "unknown"), FieldProblem("a", "b")],
            retryAfterSeconds: 3
        ).response
        #expect(response.status == 422)
        #expect(response.headers["content-type"] == "application/problem+json")
        #expect(response.headers["retry-after"] == "3")
        #expect(
            String(decoding: response.bytes, as: UTF8.self) == """
                {"type":"about:blank","title":"Unprocessable Content","status":422,"code":"message.invalid",\
                "detail":"Say \\"what\\"\\n\\u0001.",\
                "errors":[{"field":"topic","detail":"unknown"},{"field":"a","detail":"b"}]}
                """)
    }
}
