import Testing

@testable import Web

private struct Outcome: Equatable {
    var body: [UInt8] = []
    var isComplete = false
    var fault: BodyFault?
    var used = 0
}

private func decode(_ pieces: [[UInt8]], _ framing: RequestHead.Framing, limit: Int = 1_000) -> Outcome {
    var outcome = Outcome()
    do throws(BodyFault) {
        var decoder = try BodyDecoder(framing, limit: limit)
        var waiting: [UInt8] = []
        for piece in pieces where !decoder.isComplete {
            waiting += piece
            let used = try decoder.decode(waiting.span, into: &outcome.body)
            waiting.removeFirst(used)
            outcome.used += used
        }
        outcome.isComplete = decoder.isComplete
    } catch {
        // Which bytes came through before a fault depends on the cut; that it is one must not.
        return Outcome(fault: error)
    }
    return outcome
}

@Suite struct BodyDecoderTests {
    static let sound: [(String, String)] = [
        ("0\r\n\r\n", ""), ("5\r\nhello\r\n0\r\n\r\n", "hello"),
        ("5\r\nhello\r\n6\r\n world\r\n00\r\n\r\n", "hello world"),
        ("A\r\n0123456789\r\na\r\nabcdefghij\r\n0\r\n\r\n", "0123456789abcdefghij"),
        ("005\r\n\r\n\r\n0\r\n0\r\n\r\n", "\r\n\r\n0"),
        ("5;a=b;c\r\nhello\r\n0;x=\"y z\"\r\n\r\n", "hello"), ("2\r\nhi\r\n0\r\nX: y\r\nZ:\r\n\r\n", "hi"),
    ]

    @Test(arguments: sound)
    func `chunks become the body, wherever they are cut, and no byte behind is touched`(text: String, body: String) {
        let bytes = Array((text + "GET / HTTP/1.1").utf8)
        let expected = Outcome(body: Array(body.utf8), isComplete: true, used: text.utf8.count)
        for index in 0...bytes.count {
            #expect(decode([Array(bytes[..<index]), Array(bytes[index...])], .chunked) == expected, "cut at \(index)")
        }
        #expect(decode(bytes.map { [$0] }, .chunked) == expected)
    }

    @Test(
        arguments: [
            ("\r\n", .chunkInvalid), (" 5\r\n", .chunkInvalid), ("5 \r\n", .chunkInvalid), ("0x5\r\n", .chunkInvalid),
            ("+5\r\n", .chunkInvalid), ("-1\r\n", .chunkInvalid), ("g\r\n", .chunkInvalid), ("5\nhello", .chunkInvalid),
            ("5\r\rhello", .chunkInvalid), ("5\r\nhelloX\r\n", .chunkInvalid), ("5\r\nhello\n", .chunkInvalid),
            ("5\r\nhello\rX", .chunkInvalid), ("5;a\nhello", .chunkInvalid), ("5;a\0\r\n", .chunkInvalid),
            ("5;\r\r\n", .chunkInvalid), ("5 ;a\r\n", .chunkInvalid),
            (String(repeating: "0", count: 16), .chunkInvalid),
            ("FFFFFFFFFFFFFFFFF\r\n", .chunkInvalid), ("0\r\n X: y\r\n\r\n", .fieldInvalid),
            ("0\r\n: y\r\n", .fieldInvalid),
            ("0\r\nX : y\r\n", .fieldInvalid), ("0\r\nX\r\n", .fieldInvalid), ("0\r\nX: \0\r\n", .fieldInvalid),
            ("0\r\n\n", .fieldInvalid), ("0\r\nX: y\n", .fieldInvalid),
            ("0;" + String(repeating: "x", count: ChunkReader.extensionBytesMax + 1), .chunkInvalid),
            ("0\r\nX:" + String(repeating: "x", count: ChunkReader.trailerBytesMax), .trailerTooLarge(limit: 8_192)),
        ] as [(String, MalformedRequest)])
    func `a chunk that could be read two ways is refused`(text: String, fault: MalformedRequest) {
        let bytes = Array(text.utf8)
        let expected = Outcome(fault: .malformed(fault))
        #expect(decode([bytes], .chunked) == expected)
        #expect(decode(bytes.map { [$0] }, .chunked) == expected)
    }

    @Test(arguments: [
        (5, "5\r\nhello\r\n0\r\n\r\n", false), (4, "5\r\nhello\r\n0\r\n\r\n", true), (5, "3\r\nabc\r\n3\r\n", true),
    ])
    func `chunks have the limit of the route`(limit: Int, text: String, isRefused: Bool) {
        let outcome = decode([Array(text.utf8)], .chunked, limit: limit)
        #expect(outcome.fault == (isRefused ? .tooLarge(limit: limit) : nil))
    }

    @Test func `a length is counted off and its limit holds at once`() {
        let bytes = Array("hello world".utf8)
        for index in 0...bytes.count {
            let outcome = decode([Array(bytes[..<index]), Array(bytes[index...])], .length(5))
            #expect(outcome == Outcome(body: Array("hello".utf8), isComplete: true, used: 5))
        }
        #expect(decode([], .length(1_001)).fault == .tooLarge(limit: 1_000))
        #expect(decode([], .none).isComplete)
    }

    @Test("random chunk streams: whole and cut agree", arguments: 0..<200 as Range<UInt64>)
    func fuzz(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var bytes: [UInt8] = []
        for _ in 0..<Int.random(in: 0...4, using: &random) {
            let data = (0..<Int.random(in: 1...20, using: &random)).map { _ in
                UInt8.random(in: .min ... .max, using: &random)
            }
            bytes += Array("\(String(data.count, radix: 16))\r\n".utf8) + data + [13, 10]
        }
        bytes += Array("0\r\n\r\n".utf8)
        if Bool.random(using: &random) {
            bytes[Int.random(in: 0..<bytes.count, using: &random)] = .random(in: .min ... .max, using: &random)
        }
        #expect(decode(bytes.map { [$0] }, .chunked) == decode([bytes], .chunked), "seed \(seed)")
    }
}
