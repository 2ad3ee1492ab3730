import Testing

@testable import Web

/// What a parser made of some bytes: the requests before the first fault or the end, and how it ended.
private struct Outcome: Equatable {
    var heads: [String] = []
    var fault: MalformedRequest?
    var unused = 0
}

/// Feeds `pieces` one after another, as a connection would.
private func parse(_ pieces: [[UInt8]], limits: RequestParser.Limits = .init()) -> Outcome {
    var outcome = Outcome()
    var parser = RequestParser(limits: limits)
    var waiting: [UInt8] = []
    for piece in pieces {
        waiting += piece
        do throws(MalformedRequest) {
            while !waiting.isEmpty, let head = try parser.parse(waiting.span) {
                let fields = head.headers.map { "\($0.name)=\($0.value)" }.joined(separator: ";")
                let path = String(decoding: head.headers.bytes[head.target.path], as: UTF8.self)
                outcome.heads.append(
                    "\(head.method) \(path) \(head.framing) \(head.keepsAlive) \(head.isVersion10) \(fields)")
                waiting.removeFirst(head.wireBytes)
            }
        } catch {
            outcome.fault = error
            return outcome
        }
    }
    outcome.unused = waiting.count
    return outcome
}

private func parse(_ text: String, limits: RequestParser.Limits = .init()) -> Outcome {
    parse([Array(text.utf8)], limits: limits)
}

@Suite struct RequestParserTests {
    @Test(arguments: [
        ("GET / HTTP/1.1\r\nHost: a\r\n\r\n", "get / none true false Host=a"),
        ("\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", "get / none true false Host=a"),
        (
            "POST /a HTTP/1.1\r\nhOsT:a:80\r\nContent-Length: 5\r\n\r\n",
            "post /a length(5) true false hOsT=a:80;Content-Length=5"
        ),
        (
            "POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n",
            "post /a chunked true false Host=a;Transfer-Encoding=Chunked"
        ),
        ("GET /a%20b?c HTTP/1.1\r\nHost:\ta \r\nX: \t b c\t \r\n\r\n", "get /a b none true false Host=a;X=b c"),
        ("GET / HTTP/1.0\r\n\r\n", "get / none false true "),
        ("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", "get / none true true Connection=keep-alive"),
        (
            "GET / HTTP/1.1\r\nHost: a\r\nConnection: foo, Close\r\n\r\n",
            "get / none false false Host=a;Connection=foo, Close"
        ),
        ("GET / HTTP/1.2\r\nHost: a\r\n\r\n", "get / none true false Host=a"),
        ("GET http://A:80/x HTTP/1.1\r\nHost: a:80\r\n\r\n", "get /x none true false Host=a:80"),
        ("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", "options  none true false Host=a"),
        (
            "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nX:\r\n\r\n",
            "get / none true false Host=a;Content-Length=0;X="
        ),
        ("GET / HTTP/1.1\r\nHost: a\r\nX: \u{E4}\r\n\r\n", "get / none true false Host=a;X=\u{E4}"),
        ("GET / HTTP/1.0\r\nExpect: nonsense\r\n\r\n", "get / none false true Expect=nonsense"),
    ])
    func `a sound head is understood`(text: String, head: String) {
        let outcome = parse(text)
        #expect(outcome.fault == nil)
        #expect(outcome.heads == [head])
        #expect(outcome.unused == 0)
    }

    static let headFaults: [(String, MalformedRequest)] = [
        ("GET /\r\n\r\n", .requestLineInvalid), ("GET\r\n\r\n", .requestLineInvalid),
        ("\r\n\r\nGET", .requestLineInvalid),
        ("GET  / HTTP/1.1\r\n\r\n", .requestLineInvalid), ("GET /  HTTP/1.1\r\n\r\n", .requestLineInvalid),
        (" GET / HTTP/1.1\r\n\r\n", .requestLineInvalid), ("GET / HTTP/1.1 \r\n\r\n", .requestLineInvalid),
        ("GET\t/ HTTP/1.1\r\n\r\n", .requestLineInvalid), ("G(T / HTTP/1.1\r\n", .requestLineInvalid),
        ("GET / http/1.1\r\n\r\n", .requestLineInvalid), ("GET / HTTP/11\r\n", .requestLineInvalid),
        ("GET / HTTP/2.0\r\n", .versionNotSupported), ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", .versionNotSupported),
        ("\u{16}\u{3}\u{1}\n", .lineEndInvalid), ("GET / HTTP/1.1\nHost: a\n\n", .lineEndInvalid),
        ("GET / HTTP/1.1\r\nHost: a\n\r\n", .lineEndInvalid), ("GET / HTTP/1.1\r\nHost: a\r\n\n", .lineEndInvalid),
        ("GET / HTTP/1.1\r\nHost: a\rb\r\n\r\n", .fieldInvalid), ("GET / HTTP/1.1\r\nHost: a\r\r\n\r\n", .fieldInvalid),
        ("GET / HTTP/1.1\r\nHost : a\r\n\r\n", .fieldInvalid), ("GET / HTTP/1.1\r\n: a\r\n\r\n", .fieldInvalid),
        ("GET / HTTP/1.1\r\nHost a\r\n\r\n", .fieldInvalid), ("GET / HTTP/1.1\r\nX\0: a\r\n\r\n", .fieldInvalid),
        ("GET / HTTP/1.1\r\nX: a\0b\r\n\r\n", .fieldInvalid), ("GET / HTTP/1.1\r\nX: \u{7F}\r\n\r\n", .fieldInvalid),
        ("GET / HTTP/1.1\r\nX: a\u{1}\r\n\r\n", .fieldInvalid),
        ("GET / HTTP/1.1\r\nHost: a\r\n b\r\n\r\n", .foldedField),
        ("GET / HTTP/1.1\r\n Host: a\r\n\r\n", .foldedField),
        ("GET / HTTP/1.1\r\nHost: a\r\n\tb: c\r\n\r\n", .foldedField),
        ("GET / HTTP/1.1\r\n\r\n", .hostMissing), ("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", .hostMissing),
        ("GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n", .hostMissing),
        ("GET / HTTP/1.1\r\nHost:\r\n\r\n", .hostInvalid),
        ("GET / HTTP/1.1\r\nHost: a b\r\n\r\n", .hostInvalid), ("GET / HTTP/1.1\r\nHost: a, b\r\n\r\n", .hostInvalid),
        ("GET http://a/ HTTP/1.1\r\nHost: b\r\n\r\n", .hostConflict),
        ("GET a:80 HTTP/1.1\r\nHost: a\r\n\r\n", .targetInvalid),
        ("GET * HTTP/1.1\r\nHost: a\r\n\r\n", .targetInvalid),
        ("GET /\u{0} HTTP/1.1\r\nHost: a\r\n\r\n", .targetInvalid),
        ("GET /a/../b HTTP/1.1\r\nHost: a\r\n\r\n", .pathAmbiguous),
        ("GET /%2f HTTP/1.1\r\nHost: a\r\n\r\n", .pathAmbiguous),
        ("CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n", .methodUnknown),
        ("get / HTTP/1.1\r\nHost: a\r\n\r\n", .methodUnknown),
        ("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", .framingConflict),
        ("TRACE / HTTP/1.1\r\nHost: a\r\n\r\n", .methodUnknown), ("GETT / HTTP/1.1\r\nHost: a\r\n\r\n", .methodUnknown),
    ]

    static let framingFaults: [(String, MalformedRequest)] = [
        ("Content-Length: 5\r\nTransfer-Encoding: chunked", .framingConflict),
        ("Transfer-Encoding: chunked\r\nContent-Length: 0", .framingConflict),
        ("Content-Length: 5\r\nContent-Length: 5", .contentLengthConflict),
        ("Content-Length: 5\r\nContent-Length: 6", .contentLengthConflict),
        ("Content-Length: 5, 5", .contentLengthInvalid), ("Content-Length: +5", .contentLengthInvalid),
        ("Content-Length: -5", .contentLengthInvalid), ("Content-Length: 0x5", .contentLengthInvalid),
        ("Content-Length: 5 5", .contentLengthInvalid), ("Content-Length:", .contentLengthInvalid),
        ("Content-Length: 9223372036854775808", .contentLengthInvalid), ("Content-Length: 1e2", .contentLengthInvalid),
        ("Content-Length: \u{664}", .contentLengthInvalid), ("Transfer-Encoding: gzip", .chunkedNotLast),
        ("Transfer-Encoding: gzip, chunked", .transferCodingUnknown), ("Transfer-Encoding:", .chunkedNotLast),
        ("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", .transferCodingUnknown),
        ("Transfer-Encoding: identity\r\nTransfer-Encoding: chunked", .transferCodingUnknown),
        ("Transfer-Encoding: chunked, gzip", .chunkedNotLast),
        ("Transfer-Encoding: gzip,\tChunked", .transferCodingUnknown),
        ("Transfer-Encoding: chunked\r\nTransfer-Encoding: gzip", .chunkedNotLast),
        ("Transfer-Encoding: \u{B}chunked", .fieldInvalid), ("Transfer-Encoding: xchunked", .chunkedNotLast),
        ("Transfer-Encoding : chunked", .fieldInvalid), ("Expect: 200-ok", .expectationUnknown),
        ("Expect: 100-continue\r\nExpect: x", .expectationUnknown),
    ]

    static let faults: [(String, MalformedRequest)] =
        headFaults + framingFaults.map { ("POST / HTTP/1.1\r\nHost: a\r\n\($0.0)\r\n\r\n", $0.1) }

    @Test(arguments: faults)
    func `what is malformed or could be read two ways is refused`(text: String, fault: MalformedRequest) {
        let outcome = parse(text)
        #expect(outcome.fault == fault)
        #expect(outcome.heads.isEmpty)
        #expect((400...599).contains(fault.status.code))
    }

    @Test(arguments: faults)
    func `the same fault wherever the bytes are cut`(text: String, fault: MalformedRequest) {
        let bytes = Array(text.utf8)
        for index in 0...bytes.count {
            let outcome = parse([Array(bytes[..<index]), Array(bytes[index...])])
            #expect(outcome == Outcome(fault: fault), "cut at \(index)")
        }
        #expect(parse(bytes.map { [$0] }) == Outcome(fault: fault))
    }

    static let pipeline = Array(
        """
        GET /a%20b?c=d HTTP/1.1\r\nHost: a:80\r\nConnection: x, keep-alive\r\n\r\n\
        \r\nDELETE /x/y HTTP/1.1\r\nX-Long: \(String(repeating: "v", count: 100))\r\nHost: [::1]\r\n\r\n\
        GET http://h HTTP/1.0\r\n\r\nOPTIONS * HTTP/1.1\r\nHost: a\r\n\r\nGET / HT
        """.utf8)

    @Test(arguments: 0...pipeline.count)
    func `the same heads wherever the bytes are cut`(at index: Int) {
        let whole = parse([Self.pipeline])
        #expect(whole.heads.count == 4)
        #expect(whole.unused == 8)
        #expect(parse([Array(Self.pipeline[..<index]), Array(Self.pipeline[index...])]) == whole)
    }

    @Test func `the same heads byte by byte`() {
        #expect(parse(Self.pipeline.map { [$0] }) == parse([Self.pipeline]))
    }

    private static let limits = RequestParser.Limits(requestLineBytesMax: 40, headBytesMax: 100, fieldsMax: 3)

    @Test(
        arguments: [
            ("GET /\(String(repeating: "a", count: 26)) HTTP/1.1", nil),
            ("GET /\(String(repeating: "a", count: 27)) HTTP/1.1", 414),
        ] as [(String, Int?)])
    func `the request line has a limit`(line: String, status: Int?) {
        let bytes = Array((line + "\r\nHost: a\r\n\r\n").utf8)
        #expect(parse([bytes], limits: Self.limits).fault?.status.code == status)
        #expect(parse(bytes.map { [$0] }, limits: Self.limits).fault?.status.code == status)
    }

    @Test func `a request line without end is refused before it ends`() {
        let bytes = [UInt8](repeating: 0x61, count: 42)
        #expect(parse([Array(bytes.dropLast())], limits: Self.limits).fault == nil)
        #expect(parse([bytes], limits: Self.limits).fault == .requestLineTooLong(limit: 40))
    }

    @Test(arguments: [(64, nil), (65, 431), (500, 431)] as [(Int, Int?)])
    func `the head has a limit`(valueCount: Int, status: Int?) {
        let text = "GET / HTTP/1.1\r\nHost: a\r\nX: " + String(repeating: "b", count: valueCount) + "\r\n\r\n"
        let limits = RequestParser.Limits(requestLineBytesMax: 40, headBytesMax: 96, fieldsMax: 3)
        let bytes = Array(text.utf8)
        #expect(parse([bytes], limits: limits).fault?.status.code == status)
        #expect(parse(bytes.map { [$0] }, limits: limits).fault?.status.code == status)
    }

    @Test(arguments: [(3, nil), (4, MalformedRequest.tooManyFields(limit: 3))] as [(Int, MalformedRequest?)])
    func `the fields have a limit`(count: Int, fault: MalformedRequest?) {
        let fields = (1..<count).map { "X\($0): y\r\n" }.joined()
        #expect(parse("GET / HTTP/1.1\r\nHost: a\r\n\(fields)\r\n", limits: Self.limits).fault == fault)
    }

    @Test("random bytes and cuts: whole and cut agree, and nothing traps", arguments: 0..<400 as Range<UInt64>)
    func fuzz(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var bytes = Self.pipeline
        for _ in 0..<Int.random(in: 0...6, using: &random) {
            let index = Int.random(in: 0..<bytes.count, using: &random)
            switch Int.random(in: 0..<4, using: &random) {
            case 0: bytes[index] = .random(in: .min ... .max, using: &random)
            case 1: bytes.remove(at: index)
            case 2: bytes.insert([9, 10, 13, 32, 58, 0].randomElement(using: &random) ?? 0, at: index)
            default: bytes.insert(contentsOf: bytes[index..<min(index + 20, bytes.count)], at: index)
            }
        }
        var pieces: [[UInt8]] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            let piece = rest.prefix(Int.random(in: 1...30, using: &random))
            pieces.append(Array(piece))
            rest = rest.dropFirst(piece.count)
        }
        #expect(parse(pieces) == parse([bytes]), "seed \(seed)")
    }
}

/// SplitMix64: the same numbers for the same seed, everywhere.
struct SeededRandom: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        return RequestID.scatter(state)
    }
}
