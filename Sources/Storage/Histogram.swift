/// How often a measured value fell into which range, with sum and maximum: what a Prometheus histogram shows.
public struct Histogram: Sendable, Equatable {
    /// Upper ends of the ranges, inclusive and rising; the last range has none.
    public let bounds: [Double]
    /// Values in each range; one more than `bounds`.
    public private(set) var counts: [UInt64]
    public private(set) var sum = 0.0
    public private(set) var maximum = 0.0

    public var count: UInt64 { counts.reduce(0, +) }

    public init(bounds: [Double]) {
        self.bounds = bounds
        counts = Array(repeating: 0, count: bounds.count + 1)
    }

    public mutating func add(_ value: Double) {
        counts[bounds.firstIndex { value <= $0 } ?? bounds.count] += 1
        sum += value
        maximum = max(maximum, value)
    }
}
