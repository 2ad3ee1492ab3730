import Testing

@testable import Web

@Suite struct FrameTests {
    @Test func `the examples of RFC 6455 §5.7 are written`() {
        #expect(Frame(.text("Hello")).bytes == [0x81, 0x05, 0x48, 0x65, 0x6C, 0x6C, 0x6F])
        #expect(
            Frame(.text("Hello")).masked(with: 0x3D21_FA37)
                == [0x81, 0x85, 0x37, 0xFA, 0x21, 0x3D, 0x7F, 0x9F, 0x4D, 0x51, 0x58])
        #expect(Frame.ping(Array("Hello".utf8)).bytes == [0x89, 0x05, 0x48, 0x65, 0x6C, 0x6C, 0x6F])
        #expect(
            Frame.pong(Array("Hello".utf8)).masked(with: 0x3D21_FA37)
                == [0x8A, 0x85, 0x37, 0xFA, 0x21, 0x3D, 0x7F, 0x9F, 0x4D, 0x51, 0x58])
        #expect(Frame(.binary(.init(repeating: 7, count: 256))).bytes.prefix(5) == [0x82, 0x7E, 0x01, 0x00, 7])
        #expect(
            Frame(.binary(.init(repeating: 7, count: 65_536))).bytes.prefix(11)
                == [0x82, 0x7F, 0, 0, 0, 0, 0, 1, 0, 0, 7])
    }

    @Test(arguments: [0, 1, 7, 8, 9, 125, 126, 127, 65_535, 65_536, 65_537])
    func `a length takes as few bytes as it can, masked or not`(count: Int) {
        let payload = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let frame = Frame(.binary(payload))
        #expect(frame.bytes == WireFrame(first: 0x82, payload: payload, key: nil).bytes)
        #expect(
            frame.masked(with: 0x0403_0201) == WireFrame(first: 0x82, payload: payload, key: [1, 2, 3, 4]).bytes)
        var output = OutputBuffer(capacity: 16)
        output.appendHead(of: .binary(payload))
        #expect(Array(output.take()) + payload == frame.bytes)
    }

    @Test(
        arguments: [
            (nil, "unsaid", []), (.noStatus, "unsaid", []), (.normal, "", [0x03, 0xE8]),
            (.goingAway, "bye", [0x03, 0xE9, 0x62, 0x79, 0x65]), (WebSocket.CloseCode(4_999), "", [0x13, 0x87]),
        ] as [(WebSocket.CloseCode?, String, [UInt8])])
    func `a close frame holds a code and a reason, or nothing`(
        code: WebSocket.CloseCode?, reason: String, payload: [UInt8]
    ) {
        #expect(Frame.close(code, reason: reason).bytes == [0x88, UInt8(payload.count)] + payload)
    }

    @Test(arguments: [
        (String(repeating: "a", count: 123), 123), (String(repeating: "a", count: 124), 123),
        (String(repeating: "ä", count: 61) + "a", 123), (String(repeating: "ä", count: 62), 122),
        (String(repeating: "\u{1F600}", count: 31), 120), ("a" + String(repeating: "€", count: 60), 121),
    ])
    func `a reason is cut behind a whole character`(reason: String, bytes: Int) {
        let frame = Frame.close(.normal, reason: reason).bytes
        #expect(frame.count == 4 + bytes)
        #expect(Array(frame[4...]) == Array(reason.utf8.prefix(bytes)))
        #expect(String(validating: frame[4...], as: UTF8.self) != nil)
    }

    @Test func `a code that must not be sent is a bug, and so is a long ping`() async {
        await #expect(processExitsWith: .failure) { _ = Frame.close(.abnormal) }
        await #expect(processExitsWith: .failure) { _ = Frame.ping([UInt8](repeating: 0, count: 126)) }
    }

    @Test("a key masks at any length and place, twice is not at all", arguments: 0..<70)
    func masking(count: Int) {
        let key = MaskingKey(value: 0x8070_6050)
        let plain = (0..<count).map { UInt8($0) }
        let masked = plain.enumerated().map { $1 ^ [0x50, 0x60, 0x70, 0x80][$0 % 4] }
        #expect([UInt8](unmasking: plain.span, key) == masked)
        for cut in 0...count {
            var pieces = [UInt8](unmasking: plain.span.extracting(0..<cut), key)
            pieces.append(unmasking: plain.span.extracting(cut..<count), key.advanced(by: cut))
            #expect(pieces == masked, "cut at \(cut)")
        }
        #expect([UInt8](unmasking: masked.span, key) == plain)
    }
}

@Suite struct SocketMessageTests {
    @Test func `text is kept as UTF-8 and read when asked for`() {
        #expect(WebSocket.Message.text("ä").bytes == [0xC3, 0xA4])
        #expect(WebSocket.Message.text(utf8: [0xC3, 0xA4]) == .text("ä"))
        #expect(WebSocket.Message.text("ä").text == "ä")
        #expect(WebSocket.Message.binary([0xC3, 0xA4]) != .text("ä"))
        #expect(WebSocket.Message.binary([0xC3]).text == "\u{FFFD}")
    }

    @Test func `a frame may be as long as a message unless told otherwise`() {
        #expect(WebSocket.Limits().messageBytesMax == 65_536)
        #expect(WebSocket.Limits(messageBytesMax: 5).frameBytesMax == 5)
        #expect(WebSocket.Limits(messageBytesMax: 5, frameBytesMax: 3).frameBytesMax == 3)
    }
}
