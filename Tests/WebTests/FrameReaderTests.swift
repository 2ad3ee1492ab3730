import Testing

@testable import Web

@Suite struct FrameReaderTests {
    @Test(
        "the examples of RFC 6455 §5.7 are understood",
        arguments: [
            ([0x81, 0x05, 0x48, 0x65, 0x6C, 0x6C, 0x6F], .client, .message(.text("Hello"))),
            (
                [0x81, 0x85, 0x37, 0xFA, 0x21, 0x3D, 0x7F, 0x9F, 0x4D, 0x51, 0x58], .server,
                .message(.text("Hello"))
            ),
            ([0x01, 0x03, 0x48, 0x65, 0x6C, 0x80, 0x02, 0x6C, 0x6F], .client, .message(.text("Hello"))),
            ([0x89, 0x05, 0x48, 0x65, 0x6C, 0x6C, 0x6F], .client, .ping(Array("Hello".utf8))),
            (
                [0x8A, 0x85, 0x37, 0xFA, 0x21, 0x3D, 0x7F, 0x9F, 0x4D, 0x51, 0x58], .server,
                .pong(Array("Hello".utf8))
            ),
        ] as [([UInt8], FrameReader.Role, FrameReader.Event)])
    func examples(bytes: [UInt8], role: FrameReader.Role, event: FrameReader.Event) {
        let expected = Reading(events: [event])
        #expect(Reading.firstCut(of: bytes, at: 0...bytes.count, as: role, notGiving: expected) == nil)
        #expect(Reading(bytes.single, as: role) == expected)
    }

    @Test(arguments: [(256, [0x82, 0x7E, 0x01, 0x00]), (65_536, [0x82, 0x7F, 0, 0, 0, 0, 0, 1, 0, 0])])
    func `the long examples of RFC 6455 §5.7 are understood`(count: Int, head: [UInt8]) {
        let payload = [UInt8](repeating: 7, count: count)
        #expect(Reading([head + payload], as: .client) == Reading(events: [.message(.binary(payload))]))
    }

    /// Bytes that are refused, and how many of them it takes: behind that nothing changes the answer.
    static let faults: [(WireFrame, WebSocket.Fault, Int)] = [
        (WireFrame(first: 0xC1), .reservedBitSet, 1), (WireFrame(first: 0xA2), .reservedBitSet, 1),
        (WireFrame(first: 0x91), .reservedBitSet, 1), (WireFrame(first: 0xF9), .reservedBitSet, 1),
        (WireFrame(first: 0x83), .opcodeUnknown, 1), (WireFrame(first: 0x04), .opcodeUnknown, 1),
        (WireFrame(first: 0x85), .opcodeUnknown, 1), (WireFrame(first: 0x86), .opcodeUnknown, 1),
        (WireFrame(first: 0x87), .opcodeUnknown, 1), (WireFrame(first: 0x8B), .opcodeUnknown, 1),
        (WireFrame(first: 0x8C), .opcodeUnknown, 1), (WireFrame(first: 0x0D), .opcodeUnknown, 1),
        (WireFrame(first: 0x8E), .opcodeUnknown, 1), (WireFrame(first: 0x8F), .opcodeUnknown, 1),
        (WireFrame(first: 0x08), .controlFragmented, 1), (WireFrame(first: 0x09), .controlFragmented, 1),
        (WireFrame(first: 0x0A), .controlFragmented, 1),
        (WireFrame(first: 0x80), .continuationUnexpected, 1), (WireFrame(first: 0x00), .continuationUnexpected, 1),
        (WireFrame(first: 0x81, key: nil), .maskMissing, 2), (WireFrame(first: 0x88, key: nil), .maskMissing, 2),
        (WireFrame(first: 0x89, payload: .init(repeating: 0, count: 126)), .controlTooLong, 2),
        (WireFrame(first: 0x8A, payload: .init(repeating: 0, count: 65_536)), .controlTooLong, 2),
        (WireFrame(first: 0x88, payload: [0], lengthBytes: 8), .controlTooLong, 2),
        (WireFrame(first: 0x88, payload: [3]), .closeTooShort, 2),
        (WireFrame(first: 0x82, payload: .init(repeating: 0, count: 125), lengthBytes: 2), .lengthNotMinimal, 4),
        (WireFrame(first: 0x02, lengthBytes: 2), .lengthNotMinimal, 4),
        (WireFrame(first: 0x81, lengthBytes: 8), .lengthNotMinimal, 10),
        (WireFrame(first: 0x82, lengthBytes: 8, announced: 65_535), .lengthNotMinimal, 10),
        (WireFrame(first: 0x82, lengthBytes: 8, announced: 1 << 63), .lengthInvalid, 10),
        (WireFrame(first: 0x82, lengthBytes: 8, announced: .max), .lengthInvalid, 10),
        (WireFrame(first: 0x82, announced: 1 << 63 - 1), .messageTooBig(limit: 65_536), 10),
        (WireFrame(first: 0x01, announced: 65_537), .messageTooBig(limit: 65_536), 10),
        (WireFrame(first: 0x81, payload: [0xFF]), .textInvalid, 7),
        (WireFrame(first: 0x81, payload: [0x61, 0xC0, 0xAF]), .textInvalid, 8),
        (WireFrame(first: 0x81, payload: [0x61, 0xC3]), .textInvalid, 8),
        (WireFrame(first: 0x01, payload: [0xE0, 0x9F]), .textInvalid, 8),
    ]

    @Test(arguments: faults)
    func `what breaks the protocol is refused at its first wrong byte, wherever it is cut`(
        frame: WireFrame, fault: WebSocket.Fault, needed: Int
    ) {
        let bytes = frame.bytes
        let expected = Reading(fault: fault)
        #expect(Reading([bytes]) == expected)
        #expect(Reading(Array(bytes.prefix(40)).single) == expected)
        #expect(Reading.firstCut(of: bytes, at: 0...min(bytes.count, 40), notGiving: expected) == nil)
        #expect(Reading([Array(bytes.prefix(needed))]) == expected)
        #expect(Reading([Array(bytes.prefix(needed - 1))]).fault == nil)
    }

    @Test func `a client refuses masked frames, and takes those that are not`() {
        let bytes = WireFrame(first: 0x81, payload: [0x61]).bytes
        #expect(Reading(bytes.single, as: .client) == Reading(fault: .maskUnexpected))
        #expect(Reading([Array(bytes.prefix(2))], as: .client) == Reading(fault: .maskUnexpected))
        let plain = WireFrame(first: 0x81, payload: [0x61], key: nil).bytes
        #expect(Reading([plain], as: .client) == Reading(events: [.message(.text("a"))]))
    }

    @Test(
        arguments: [
            ([WireFrame(first: 0x01), WireFrame(first: 0x81)], .continuationMissing),
            ([WireFrame(first: 0x02, payload: [1]), WireFrame(first: 0x02)], .continuationMissing),
            ([WireFrame(first: 0x01), WireFrame(first: 0x89), WireFrame(first: 0x82)], .continuationMissing),
            ([WireFrame(first: 0x01), WireFrame(first: 0x80), WireFrame(first: 0x80)], .continuationUnexpected),
            ([WireFrame(first: 0x89), WireFrame(first: 0x00)], .continuationUnexpected),
            ([WireFrame(first: 0x01, payload: [0xC3]), WireFrame(first: 0x80)], .textInvalid),
            ([WireFrame(first: 0x01, payload: [0xC3]), WireFrame(first: 0x00, payload: [0x28])], .textInvalid),
            ([WireFrame(first: 0x01, payload: [0xED]), WireFrame(first: 0x00, payload: [0xA0])], .textInvalid),
        ] as [([WireFrame], WebSocket.Fault)])
    func `a message is whole before the next begins`(frames: [WireFrame], fault: WebSocket.Fault) {
        let bytes = frames.flatMap(\.bytes)
        for index in 0...bytes.count {
            #expect(Reading(bytes.cut(at: index)).fault == fault, "cut at \(index)")
        }
        #expect(Reading(bytes.single).fault == fault)
    }

    private static let character: [UInt8] = Array("\u{1F600}".utf8)

    /// Both kinds of message, each kind of length, fragments with control frames between them, characters cut apart.
    static func stream(_ lengths: [Int], masked: Bool) -> (frames: [WireFrame], events: [FrameReader.Event]) {
        var frames: [WireFrame] = []
        var events: [FrameReader.Event] = []
        for length in lengths {
            let payload = (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 7) }
            frames.append(WireFrame(first: 0x82, payload: payload))
            events.append(.message(.binary(payload)))
        }
        frames += [
            WireFrame(first: 0x01, payload: Array("ä".utf8) + character[..<1]),
            WireFrame(first: 0x89, payload: [1, 2, 3]), WireFrame(first: 0x00, payload: Array(character[1..<3])),
            WireFrame(first: 0x00), WireFrame(first: 0x8A), WireFrame(first: 0x80, payload: Array(character[3...])),
            WireFrame(first: 0x02, payload: [0xFF]), WireFrame(first: 0x80), WireFrame(first: 0x01),
            WireFrame(first: 0x89, payload: [UInt8](repeating: 0xFF, count: 125)),
            WireFrame(first: 0x80, payload: Array("b".utf8)), WireFrame(first: 0x81),
            WireFrame(first: 0x88, payload: [0x03, 0xE8] + Array("bye \u{1F600}".utf8)),
            // Behind a close frame nothing is read, whatever it is.
            WireFrame(first: 0xFF, payload: [1]),
        ]
        events += [
            .ping([1, 2, 3]), .pong([]), .message(.text("ä\u{1F600}")), .message(.binary([0xFF])),
            .ping([UInt8](repeating: 0xFF, count: 125)), .message(.text("b")), .message(.text("")),
            .close(.normal, reason: "bye \u{1F600}"),
        ]
        if !masked { for index in frames.indices { frames[index].key = nil } }
        return (frames, events)
    }

    @Test(arguments: [FrameReader.Role.server, .client])
    func `the same events wherever a stream is cut`(role: FrameReader.Role) {
        let (frames, events) = Self.stream([0, 1, 7, 8, 9, 124, 125, 126, 127, 300], masked: role == .server)
        let bytes = frames.flatMap(\.bytes)
        let expected = Reading(events: events)
        #expect(Reading([bytes], as: role) == expected)
        #expect(Reading(bytes.single, as: role) == expected)
        #expect(Reading.firstCut(of: bytes, at: 0...bytes.count, as: role, notGiving: expected) == nil)
    }

    /// Within a payload of 64 KiB only every 1,009th byte is cut at: all of them would take an hour.
    @Test(arguments: [FrameReader.Role.server, .client])
    func `the same events wherever long frames are cut`(role: FrameReader.Role) {
        let (frames, events) = Self.stream([65_535, 65_536], masked: role == .server)
        var bytes: [UInt8] = []
        var cuts: Set<Int> = [0]
        for frame in frames {
            cuts.formUnion(max(0, bytes.count - 9)...bytes.count + 23)
            bytes += frame.bytes
        }
        cuts.formUnion(stride(from: 0, to: bytes.count, by: 1_009))
        let expected = Reading(events: events)
        #expect(Reading(bytes.single, as: role) == expected)
        let places = cuts.filter { $0 <= bytes.count }.sorted()
        #expect(Reading.firstCut(of: bytes, at: places, as: role, notGiving: expected) == nil)
    }

    @Test func `a reader knows whether it is within a message`() {
        let bytes = [WireFrame(first: 0x01, payload: [0x61]), WireFrame(first: 0x80, payload: [0x62])].flatMap(\.bytes)
        for count in 0...bytes.count {
            let reading = Reading([Array(bytes[..<count])])
            #expect(reading.isWithinMessage == (1..<bytes.count ~= count), "after \(count)")
        }
        #expect(Reading([[0x89]]).isWithinMessage)
        let broken = [WireFrame(first: 0x01, payload: [0x61]), WireFrame(first: 0x88)].flatMap(\.bytes)
        #expect(Reading([broken]) == Reading(events: [.close(nil, reason: "")]))
        #expect(Reading([WireFrame(first: 0x88).bytes]) == Reading(events: [.close(nil, reason: "")]))
    }

    @Test(
        arguments: [
            ([], .close(nil, reason: "")), ([0x03, 0xE8], .close(.normal, reason: "")),
            ([0x0F, 0xA0] + Array("ä".utf8), .close(WebSocket.CloseCode(4_000), reason: "ä")),
            (
                [0x03, 0xE8] + [UInt8](repeating: 0x61, count: 123),
                .close(.normal, reason: .init(repeating: "a", count: 123))
            ),
        ] as [([UInt8], FrameReader.Event)])
    func `a close frame says why`(payload: [UInt8], event: FrameReader.Event) {
        #expect(Reading(WireFrame(first: 0x88, payload: payload).bytes.single) == Reading(events: [event]))
    }

    @Test(arguments: [
        ([0x03, 0xE8, 0xFF], WebSocket.Fault.closeReasonInvalid), ([0x03, 0xE8, 0xC3], .closeReasonInvalid),
        ([0x03, 0xED], .closeCodeInvalid), ([0x00, 0x00, 0xFF], .closeCodeInvalid),
    ])
    func `a close frame that says what must not be said is refused`(payload: [UInt8], fault: WebSocket.Fault) {
        #expect(Reading([WireFrame(first: 0x88, payload: payload).bytes]) == Reading(fault: fault))
        #expect(Reading(WireFrame(first: 0x88, payload: payload).bytes.single) == Reading(fault: fault))
    }

    @Test func `every close code is taken or refused as the registry has it`() {
        let taken = Set([1000...1003, 1007...1014, 3000...4999].flatMap(\.self))
        for code in UInt16.min...UInt16.max {
            let payload = [UInt8(code >> 8), UInt8(code & 0xFF)]
            let reading = Reading([WireFrame(first: 0x88, payload: payload).bytes])
            let isTaken = reading == Reading(events: [.close(WebSocket.CloseCode(code), reason: "")])
            if isTaken != taken.contains(Int(code)) || !isTaken && reading.fault != .closeCodeInvalid {
                Issue.record("\(code)")
            }
        }
    }

    @Test func `each fault has a name of its own, and an explanation that fits a close frame`() {
        var codes: Set<String> = []
        let all = Self.faults.map(\.1) + [
            .continuationMissing, .maskUnexpected, .frameTooBig(limit: .max), .messageTooBig(limit: .max),
            .closeCodeInvalid, .closeReasonInvalid,
        ]
        for fault in all {
            codes.insert(fault.code)
            #expect(fault.code.hasPrefix("websocket."))
            #expect(fault.explanation.utf8.count <= 123 && fault.explanation.utf8.allSatisfy { $0 < 0x80 })
            #expect(fault.closeCode.isSendable)
        }
        #expect(codes.count == 16)
        #expect(WebSocket.Fault.textInvalid.closeCode.rawValue == 1007)
        #expect(WebSocket.Fault.messageTooBig(limit: 1).closeCode.rawValue == 1009)
        #expect(WebSocket.Fault.maskMissing.closeCode.rawValue == 1002)
    }
}

@Suite struct FrameReaderLimitTests {
    private static let limits = WebSocket.Limits(messageBytesMax: 10, frameBytesMax: 6)

    @Test(
        arguments: [
            ([6], nil), ([7], .frameTooBig(limit: 6)), ([11], .messageTooBig(limit: 10)), ([6, 4], nil),
            ([6, 5], .messageTooBig(limit: 10)), ([0, 6, 0, 4, 0], nil), ([4, 6, 1], .messageTooBig(limit: 10)),
            ([1, 7], .frameTooBig(limit: 6)), ([5, 5, 0], nil), ([5, 6], .messageTooBig(limit: 10)),
        ] as [([Int], WebSocket.Fault?)])
    func `frames and messages have limits`(fragments: [Int], fault: WebSocket.Fault?) {
        var bytes: [UInt8] = []
        for (index, count) in fragments.enumerated() {
            let opcode: UInt8 = index == 0 ? 0x02 : 0x00
            let final: UInt8 = index == fragments.count - 1 ? 0x80 : 0
            bytes += WireFrame(first: opcode | final, payload: .init(repeating: 1, count: count)).bytes
            bytes += WireFrame(first: 0x89, payload: .init(repeating: 2, count: 125)).bytes
        }
        for pieces in [[bytes], bytes.single] {
            let reading = Reading(pieces, limits: Self.limits)
            #expect(reading.fault == fault)
            guard fault == nil else { continue }
            let message = [UInt8](repeating: 1, count: fragments.reduce(0, +))
            #expect(reading.events.count == fragments.count + 1)
            #expect(reading.events.contains(.message(.binary(message))))
        }
    }

    @Test(arguments: [(9, false), (10, true)])
    func `a length is judged when it is announced, before its payload and its key`(headBytes: Int, isRefused: Bool) {
        let head = WireFrame(first: 0x82, announced: 1 << 40).bytes.prefix(headBytes)
        #expect(Reading([Array(head)]).fault == (isRefused ? .messageTooBig(limit: 65_536) : nil))
    }

    @Test func `what a message announces is not set aside before it arrives`() throws {
        let total = 16 << 20
        var reader = FrameReader(as: .server, limits: WebSocket.Limits(messageBytesMax: total))
        #expect(reader.bytesReserved == 0)
        var used = 0
        let head = WireFrame(first: 0x82, announced: UInt64(total)).bytes
        #expect(try reader.next(head.span, &used) == nil)
        #expect(reader.bytesReserved == 0)
        let piece = [UInt8](repeating: 1, count: 40_000)
        var arrived = 0
        var event: FrameReader.Event?
        while event == nil {
            used = 0
            event = try reader.next(piece.span.extracting(first: min(piece.count, total - arrived)), &used)
            arrived += used
            if event == nil { #expect(reader.bytesReserved <= 2 * arrived + 4_096) }
        }
        #expect(reader.bytesReserved == 0)
        guard case .message(let message) = event else { throw CancellationError() }
        #expect(message.bytes.count == total)
        #expect(message.bytes.capacity <= total + 4_096)
    }

    @Test func `a message of many small fragments is copied now and then, not for each of them`() throws {
        var reader = FrameReader(as: .client, limits: WebSocket.Limits(messageBytesMax: 1 << 20))
        var growths = 0
        var reserved = 0
        for index in 0..<20_000 {
            let bytes = WireFrame(first: index == 0 ? 0x01 : 0x00, payload: [0x61], key: nil).bytes
            var used = 0
            #expect(try reader.next(bytes.span, &used) == nil)
            if reader.bytesReserved != reserved { growths += 1 }
            reserved = reader.bytesReserved
        }
        #expect(growths <= 20)
    }

    @Test func `an idle reader is small and owns nothing`() throws {
        #expect(MemoryLayout<FrameReader>.size <= 96)
        var reader = FrameReader(as: .server, limits: .init())
        let (frames, events) = FrameReaderTests.stream([300], masked: true)
        let bytes = frames.dropLast().flatMap(\.bytes)
        for index in 0..<bytes.count {
            var used = 0
            _ = try reader.next(bytes.span.extracting(index..<index + 1), &used)
        }
        #expect(events.count == 9)
        #expect(reader.bytesReserved == 0)
        #expect(!reader.isWithinMessage)
    }
}

@Suite struct FrameReaderSimulation {
    @Test("what was encoded is read again, however it is fragmented and cut", arguments: 0..<1_000 as Range<UInt64>)
    func roundTrip(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let role = [FrameReader.Role.server, .client].randomElement(using: &random) ?? .server
        var bytes: [UInt8] = []
        var events: [FrameReader.Event] = []
        for _ in 0..<Int.random(in: 1...8, using: &random) {
            append(role, &bytes, &events, &random)
        }
        let pieces = bytes.cut(&random, max: [1, 5, 100, 10_000].randomElement(using: &random) ?? 1)
        #expect(Reading(pieces, as: role) == Reading(events: events), "seed \(seed)")
    }

    private func append(
        _ role: FrameReader.Role, _ bytes: inout [UInt8], _ events: inout [FrameReader.Event],
        _ random: inout SeededRandom
    ) {
        func encode(_ frame: Frame) {
            bytes += role == .client ? frame.bytes : frame.masked(with: .random(in: .min ... .max, using: &random))
        }
        let payload = (0..<Int.random(in: 0...125, using: &random)).map { _ in
            UInt8.random(in: .min ... .max, using: &random)
        }
        switch Int.random(in: 0..<6, using: &random) {
        case 0:
            encode(.ping(payload))
            events.append(.ping(payload))
        case 1:
            encode(.pong(payload))
            events.append(.pong(payload))
        case 2:
            let message = WebSocket.Message.text(Self.text(&random))
            encode(Frame(message))
            events.append(.message(message))
        case 3:
            let long = [[UInt8]](repeating: payload, count: Int.random(in: 0...30, using: &random)).flatMap(\.self)
            encode(Frame(.binary(long)))
            events.append(.message(.binary(long)))
        default:
            let message = WebSocket.Message.text(Self.text(&random))
            var rest = message.bytes[...]
            var opcode: UInt8 = 0x01
            while !rest.isEmpty || opcode == 0x01 {
                let piece = Array(rest.prefix(Int.random(in: 0...40, using: &random)))
                rest = rest.dropFirst(piece.count)
                let key = role == .client ? nil : (0..<4).map { _ in UInt8.random(in: .min ... .max, using: &random) }
                bytes += WireFrame(first: opcode, payload: piece, key: key).bytes
                opcode = 0x00
                if Bool.random(using: &random) {
                    encode(.ping(payload))
                    events.append(.ping(payload))
                }
            }
            bytes += WireFrame(first: 0x80, key: role == .client ? nil : [0, 0, 0, 0]).bytes
            events.append(.message(message))
        }
    }

    private static func text(_ random: inout SeededRandom) -> String {
        let characters = Array("aZ \n\u{0}äßЖ€한\u{FFFD}\u{1F600}\u{10FFFF}").map(String.init)
        return (0..<Int.random(in: 0...90, using: &random)).map { _ in characters.randomElement(using: &random) ?? "" }
            .joined()
    }

    @Test("random bytes: whole and cut agree, and nothing traps", arguments: 0..<500 as Range<UInt64>)
    func noise(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let role = [FrameReader.Role.server, .client].randomElement(using: &random) ?? .server
        var bytes = FrameReaderTests.stream([0, 5, 126], masked: role == .server).frames.dropLast(2).flatMap(\.bytes)
        for _ in 0..<Int.random(in: 0...4, using: &random) {
            let index = Int.random(in: 0..<bytes.count, using: &random)
            switch Int.random(in: 0..<3, using: &random) {
            case 0: bytes[index] = .random(in: .min ... .max, using: &random)
            case 1: bytes.remove(at: index)
            default: bytes.insert(.random(in: .min ... .max, using: &random), at: index)
            }
        }
        let whole = Reading([bytes], as: role)
        #expect(Reading(bytes.cut(&random, max: 30), as: role) == whole, "seed \(seed)")
        #expect(Reading(bytes.single, as: role) == whole, "seed \(seed)")
    }
}
