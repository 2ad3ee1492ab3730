import Testing

@testable import Web

/// Where the first byte is that no continuation could make valid, found with nothing but the standard library: a
/// prefix can still become text if it is, or becomes by one of the smallest continuations of a begun character.
private func firstInvalid(_ bytes: [UInt8]) -> Int? {
    let endings: [[UInt8]] = [
        [], [0x80], [0xA0], [0x80, 0x80], [0x90, 0x80], [0xA0, 0x80], [0x80, 0x80, 0x80], [0x90, 0x80, 0x80],
    ]
    return bytes.indices.first { index in
        !endings.contains { String(validating: bytes[...index] + $0, as: UTF8.self) != nil }
    }
}

/// What the validator says: of each piece in turn, as one position in the whole.
private func validate(_ pieces: [[UInt8]]) -> (invalid: Int?, isComplete: Bool) {
    var validator = UTF8Validator()
    var before = 0
    for piece in pieces {
        if let index = piece.withUnsafeBytes({ validator.firstInvalid(in: $0) }) { return (before + index, false) }
        before += piece.count
    }
    return (nil, validator.isComplete)
}

@Suite struct UTF8ValidatorTests {
    @Test(
        arguments: [
            ([], nil, true), ([0x00], nil, true), ([0x7F], nil, true), ([0x80], 0, false), ([0xBF], 0, false),
            ([0xC0, 0x80], 0, false), ([0xC1, 0xBF], 0, false), ([0xC2, 0x80], nil, true), ([0xC2], nil, false),
            ([0xC2, 0x7F], 1, false), ([0xC2, 0xC2], 1, false), ([0xDF, 0xBF], nil, true),
            ([0xE0, 0x9F, 0xBF], 1, false), ([0xE0, 0xA0, 0x80], nil, true), ([0xE0, 0xA0], nil, false),
            ([0xEC, 0x80, 0x80], nil, true), ([0xED, 0x9F, 0xBF], nil, true), ([0xED, 0xA0, 0x80], 1, false),
            ([0xED, 0xBF, 0xBF], 1, false), ([0xEE, 0x80, 0x80], nil, true), ([0xEF, 0xBF, 0xBF], nil, true),
            ([0xEF, 0xBF, 0x41], 2, false), ([0xF0, 0x8F, 0xBF, 0xBF], 1, false),
            ([0xF0, 0x90, 0x80, 0x80], nil, true), ([0xF4, 0x8F, 0xBF, 0xBF], nil, true),
            ([0xF4, 0x90, 0x80, 0x80], 1, false), ([0xF5, 0x80, 0x80, 0x80], 0, false), ([0xFE], 0, false),
            ([0xFF], 0, false), ([0xF8, 0x88, 0x80, 0x80, 0x80], 0, false),
            // What Autobahn sends as case 6.4: valid, then above U+10FFFF, then valid again.
            ([0xCE, 0xBA, 0xE1, 0xBD, 0xB9, 0xF4, 0x90, 0x80, 0x80, 0x65], 6, false),
            (Array("12345678ABCDEFG".utf8) + [0xFF] + Array("12345678".utf8), 15, false),
            (Array("1234567".utf8) + [0xC3, 0xA4] + Array("12345678".utf8), nil, true),
        ] as [([UInt8], Int?, Bool)])
    func `the first bad byte is found, wherever the bytes are cut`(bytes: [UInt8], invalid: Int?, isComplete: Bool) {
        #expect(validate([bytes]) == (invalid, isComplete))
        #expect(validate(bytes.single) == (invalid, isComplete))
        for index in 0...bytes.count {
            #expect(validate(bytes.cut(at: index)) == (invalid, isComplete), "cut at \(index)")
        }
        #expect(firstInvalid(bytes) == invalid)
    }

    @Test func `any two bytes are judged as the standard library judges them`() {
        var wrong = 0
        for first in UInt8.min...UInt8.max {
            for second in UInt8.min...UInt8.max {
                let bytes = [first, second]
                let (invalid, isComplete) = validate([bytes])
                if invalid != firstInvalid(bytes) { wrong += 1 }
                if (invalid == nil && isComplete) != (String(validating: bytes, as: UTF8.self) != nil) { wrong += 1 }
            }
        }
        #expect(wrong == 0)
    }

    @Test("long characters are judged as the standard library has it", arguments: 0xE0...0xF5 as ClosedRange<UInt8>)
    func long(lead: UInt8) {
        let edges: [UInt8] = [0x00, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xF4]
        var wrong = 0
        for second in edges {
            for third in edges {
                for fourth in edges {
                    let bytes = [lead, second, third, fourth]
                    if validate([bytes]).invalid != firstInvalid(bytes) { wrong += 1 }
                    if validate(bytes.single).invalid != firstInvalid(bytes) { wrong += 1 }
                }
            }
        }
        #expect(wrong == 0)
    }

    @Test("every character is valid alone and between others", arguments: 0...16 as ClosedRange<UInt32>)
    func characters(plane: UInt32) {
        var all: [UInt8] = []
        for number in plane << 16..<(plane + 1) << 16 {
            if let scalar = Unicode.Scalar(number) { all += Array(UTF8.encode(scalar)!) }
        }
        #expect(validate([all]) == (nil, true))
    }

    @Test("random text with flipped bits: the first bad byte, whole and cut", arguments: 0..<400 as Range<UInt64>)
    func flips(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let characters = ["a", "ab 12345678", "ä", "€", "\u{D7FF}", "\u{E000}", "\u{800}", "\u{10000}", "\u{10FFFF}"]
        let count = Int.random(in: 1...25, using: &random)
        var bytes = Array((0..<count).map { _ in characters.randomElement(using: &random) ?? "" }.joined().utf8)
        for _ in 0..<Int.random(in: 0...2, using: &random) {
            let index = Int.random(in: 0..<bytes.count, using: &random)
            bytes[index] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        }
        if Bool.random(using: &random) { bytes.removeLast(Int.random(in: 0...min(3, bytes.count), using: &random)) }
        let expected = firstInvalid(bytes)
        let isText = String(validating: bytes, as: UTF8.self) != nil
        for pieces in [[bytes], bytes.single, bytes.cut(&random, max: 9)] {
            let (invalid, isComplete) = validate(pieces)
            #expect(invalid == expected, "seed \(seed)")
            #expect((invalid == nil && isComplete) == isText, "seed \(seed)")
        }
        // The reader refuses the text at that very byte.
        guard let expected else { return }
        let wire = WireFrame(first: 0x81, payload: bytes).bytes
        let upTo = wire.count - bytes.count + expected
        #expect(Reading([Array(wire[..<upTo])]).fault == nil, "seed \(seed)")
        #expect(Reading([Array(wire[...upTo])]).fault == .textInvalid, "seed \(seed)")
    }
}
