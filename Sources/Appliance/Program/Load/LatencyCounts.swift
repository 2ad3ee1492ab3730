/// How long things took, counted in steps of 1/32 of each power of two, from 1 µs on: 3 % are all that is lost, and
/// the memory is the same for any number.
struct LatencyCounts: Equatable, Sendable {
    private static let steps = 32
    private var counts = [Int](repeating: 0, count: 64 * Self.steps)
    private(set) var total = 0
    private(set) var longest = Duration.zero

    mutating func add(_ wait: Duration) {
        counts[Self.index(Int(max(.zero, wait) / .microseconds(1)))] += 1
        total += 1
        longest = max(longest, wait)
    }

    /// What `share` (0 to 1) of them did not exceed, in milliseconds; 0 when there are none.
    func milliseconds(at share: Double) -> Double {
        var below = 0
        let rank = max(1, Int((share * Double(total)).rounded(.up)))
        guard total > 0 else { return 0 }
        for (index, count) in counts.enumerated() {
            below += count
            if below >= rank { return min(Double(Self.upper(index)) / 1_000, longest / .milliseconds(1)) }
        }
        return longest / .milliseconds(1)
    }

    private static func index(_ microseconds: Int) -> Int {
        guard microseconds >= steps else { return microseconds }
        let power = Int.bitWidth - 1 - microseconds.leadingZeroBitCount
        return (power - 4) * steps + (microseconds >> (power - 5)) - steps
    }

    /// The largest count of microseconds with that index.
    private static func upper(_ index: Int) -> Int {
        guard index >= steps else { return index }
        let shift = index / steps - 1
        return ((index % steps + steps + 1) << shift) - 1
    }
}

/// How a report shows them.
struct LatencyFigures: Encodable {
    let p50: Double
    let p90: Double
    let p99: Double
    let max: Double

    /// In milliseconds.
    init(_ counts: LatencyCounts) {
        p50 = counts.milliseconds(at: 0.5)
        p90 = counts.milliseconds(at: 0.9)
        p99 = counts.milliseconds(at: 0.99)
        max = counts.longest / .milliseconds(1)
    }

    var text: String {
        let shown = [p50, p90, p99, max].map(LoadFigures.shown)
        return "p50 \(shown[0]) ms, p90 \(shown[1]) ms, p99 \(shown[2]) ms, max \(shown[3]) ms"
    }
}
