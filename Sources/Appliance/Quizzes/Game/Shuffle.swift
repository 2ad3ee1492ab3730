/// Orders that are the same wherever and whenever they are made: those of a game come from its seed.
///
/// Nothing here may ever change. A game that is read from its rows must ask in the order in which it asked before.
enum Shuffle {
    /// 0..<count in the order of `seed`: each order is as likely as any other (Fisher and Yates, from the end).
    static func order(_ count: Int, seed: UInt64) -> [Int] {
        var order = Array(0..<count)
        var stream = SplitMix(state: seed)
        var last = count - 1
        while last > 0 {
            order.swapAt(last, stream.draw(below: last + 1))
            last -= 1
        }
        return order
    }

    /// A seed for a part of what has `seed`, such as one question, or one player. Parts have parts again, and
    /// `seed(seed(s, 1), 2)` is another than `seed(seed(s, 2), 1)`.
    static func seed(_ seed: UInt64, _ part: Int) -> UInt64 {
        // Mixed before the part is added too: else part 1 of one seed were part 0 of another.
        let mixed = SplitMix.mixed(seed &+ SplitMix.step)
        return SplitMix.mixed(mixed &+ SplitMix.step &* UInt64(bitPattern: Int64(part)))
    }
}

/// Numbers that follow from where they start.
///
/// Source: Steele, Lea, Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014.
private struct SplitMix {
    static let step: UInt64 = 0x9e37_79b9_7f4a_7c15

    var state: UInt64

    /// Neighbouring numbers come out with nothing in common.
    static func mixed(_ number: UInt64) -> UInt64 {
        var mixed = number
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }

    mutating func next() -> UInt64 {
        state &+= Self.step
        return Self.mixed(state)
    }

    /// From 0..<bound, each as likely.
    ///
    /// Not the standard library's draw: that may change with a version. The high half of a product with a number of 64
    /// bits is a draw; products whose low half is under 2^64 mod bound are one too many for some results.
    mutating func draw(below bound: Int) -> Int {
        let bound = UInt64(bound)
        let surplus = (0 &- bound) % bound
        while true {
            let product = next().multipliedFullWidth(by: bound)
            if product.low >= surplus { return Int(product.high) }
        }
    }
}
