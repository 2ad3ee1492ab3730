import Testing

@testable import Appliance

@Suite struct ShuffleTests {
    @Test(
        "orders are what they always were: stored games depend on it",
        arguments: [
            (0, 1, []), (1, 1, [0]), (4, 0, [2, 0, 1, 3]), (10, 1, [9, 0, 1, 4, 8, 2, 3, 7, 6, 5]),
            (10, UInt64.max, [6, 7, 0, 3, 5, 4, 2, 1, 9, 8]),
            (12, 0x0123_4567_89ab_cdef, [8, 10, 6, 3, 2, 4, 7, 0, 5, 11, 9, 1]),
        ] as [(Int, UInt64, [Int])])
    func golden(_ count: Int, _ seed: UInt64, is expected: [Int]) {
        #expect(Shuffle.order(count, seed: seed) == expected)
    }

    @Test(
        "seeds of parts are what they always were",
        arguments: [
            (0, 0, 0x4821_8226_ff3c_d4bf), (0, 1, 0xa706_dd2f_4d19_7e6f), (1, 0, 0xdce4_23fc_82c0_d5b8),
            (1, 1, 0x5e41_ab08_7439_611e), (UInt64.max, Int.max, 0x4caa_92f1_472d_6fe8),
            (42, -1, 0x15ba_6783_d67f_9b7b),
        ] as [(UInt64, Int, UInt64)])
    func goldenSeeds(_ seed: UInt64, _ part: Int, is expected: UInt64) {
        #expect(Shuffle.seed(seed, part) == expected)
    }

    @Test("an order has every number once", arguments: 0..<100)
    func permutation(count: Int) {
        for seed in 0..<20 as Range<UInt64> {
            #expect(Shuffle.order(count, seed: seed).sorted() == Array(0..<count))
        }
    }

    @Test("each number stands at each place equally often")
    func fair() {
        let count = 5
        let rounds = 50_000
        var places = [Int](repeating: 0, count: count * count)
        for round in 0..<rounds {
            for (place, number) in Shuffle.order(count, seed: Shuffle.seed(7, round)).enumerated() {
                places[place * count + number] += 1
            }
        }
        // 10,000 of each are expected, with a standard deviation of 89; 6 of them is one in a thousand million.
        #expect(places.allSatisfy { abs($0 - rounds / count) < 540 }, "\(places)")
    }

    @Test("all orders of four come up, each about as often")
    func everyOrder() {
        var counts: [[Int]: Int] = [:]
        for seed in 0..<24_000 as Range<UInt64> { counts[Shuffle.order(4, seed: seed), default: 0] += 1 }
        #expect(counts.count == 24)
        #expect(counts.values.allSatisfy { abs($0 - 1_000) < 190 }, "\(counts.values.sorted())")
    }

    @Test("parts have seeds of their own, and so have parts of parts")
    func parts() {
        var seen: Set<UInt64> = []
        for seed in 0..<30 as Range<UInt64> {
            for part in -5..<100 {
                seen.insert(Shuffle.seed(seed, part))
                for inner in 0..<5 { seen.insert(Shuffle.seed(Shuffle.seed(seed, part), inner)) }
            }
        }
        #expect(seen.count == 30 * 105 * 6)
    }

    @Test("neighbouring parts have half of their bits in common, as strangers have")
    func neighbours() {
        for seed in 0..<50 as Range<UInt64> {
            let different = (0..<100).map { (Shuffle.seed(seed, $0) ^ Shuffle.seed(seed, $0 + 1)).nonzeroBitCount }
            #expect((2_800...3_600).contains(different.reduce(0, +)), "seed \(seed)")
        }
    }
}
