import Testing

@testable import Storage

@Suite struct UUIDv7Tests {
    @Test("the text says the time, the version and the variant, in lower case")
    func layout() {
        // The example of RFC 9562, appendix A.6.
        #expect(UUIDv7.text(0x017F_22E2_79B0_7CC3, 0x98C4_DC0C_0C07_398F) == "017f22e2-79b0-7cc3-98c4-dc0c0c07398f")
        let id = UUIDv7.next(at: 1_645_557_742_000)
        #expect(UUIDv7.isValid(id))
        var sequence = UUIDv7Sequence()
        let (high, low) = sequence.next(at: 1_645_557_742_000)
        #expect(UUIDv7.text(high, low).hasPrefix("017f22e2-79b0-7"))
    }

    @Test("ids rise strictly while the clock stands still, jumps back or forward", arguments: 0..<50 as Range<UInt64>)
    func rising(_ seed: UInt64) {
        var sequence = UUIDv7Sequence()
        var state = seed
        var now: Int64 = 1_700_000_000_000
        var last = ""
        for _ in 0..<2_000 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            now += [0, 0, 0, 1, -1, -10_000, 50, -1_000_000_000_000][Int(state >> 61)]
            let (high, low) = sequence.next(at: now)
            let id = UUIDv7.text(high, low)
            #expect(UUIDv7.isValid(id))
            #expect(id > last, "seed \(seed)")
            last = id
        }
    }

    @Test("times before 1970 and past the field's end still make valid ids", arguments: [Int64.min, -1, 0, Int64.max])
    func extremes(_ now: Int64) {
        var sequence = UUIDv7Sequence()
        for _ in 0..<10 {
            let (high, low) = sequence.next(at: now)
            #expect(UUIDv7.isValid(UUIDv7.text(high, low)))
        }
    }

    @Test("ids from many tasks at once are all different")
    func concurrent() async {
        let ids = await withTaskGroup(of: [String].self) { group in
            for _ in 0..<8 { group.addTask { (0..<1_000).map { _ in UUIDv7.next(at: 1_000) } } }
            return await group.reduce(into: Set<String>()) { $0.formUnion($1) }
        }
        #expect(ids.count == 8_000)
    }

    @Test("what is not an id is told", arguments: [
        "", "017F22E2-79B0-7CC3-98C4-DC0C0C07398F", "017f22e2-79b0-4cc3-98c4-dc0c0c07398f",
        "017f22e2-79b0-7cc3-c8c4-dc0c0c07398f", "017f22e279b07cc398c4dc0c0c07398f",
        "017f22e2-79b0-7cc3-98c4-dc0c0c07398", "017f22e2-79b0-7cc3-98c4-dc0c0c07398f0",
        "017f22e2-79b0-7cc3-98c4-dc0c0c07398g", "017f22e2_79b0-7cc3-98c4-dc0c0c07398f",
    ])
    func invalid(_ text: String) { #expect(!UUIDv7.isValid(text)) }
}
