import Synchronization
import Web

/// Counts requests by route and status, and how long they took.
final class RequestMetrics: Sendable {
    /// Upper bounds of the latency buckets, in seconds: from a memory lookup to the longest anyone waits.
    static let bounds = [0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10]

    struct Route: Sendable {
        let method: String
        /// As registered; "none" for what matched no route, so that a scanner's paths do not become labels.
        let pattern: String
        /// A route answers a handful of statuses: going through a list beats hashing.
        var statuses: [(status: Int, count: Int)] = []
        var buckets = [Int](repeating: 0, count: RequestMetrics.bounds.count + 1)
        var secondsSum = 0.0

        mutating func count(_ status: Int, bucket: Int, seconds: Double) {
            if let index = statuses.firstIndex(where: { $0.status == status }) {
                statuses[index].count += 1
            } else {
                statuses.append((status, 1))
            }
            buckets[bucket] += 1
            secondsSum += seconds
        }
    }

    private static let none = Route(method: "any", pattern: "none")
    private let routes = Mutex([RequestMetrics.none])

    /// Tells which routes there are, in the order of their indexes. Once, before any of them is asked for.
    func prepare(_ descriptions: [RouteDescription]) {
        let known = descriptions.map { Route(method: $0.method.name, pattern: $0.pattern) }
        routes.withLock { $0 = known + $0.suffix(1) }
    }

    func count(_ exchange: Exchange) {
        let nanoseconds = exchange.nanoseconds
        let bucket = Self.nanosecondBounds.firstIndex { nanoseconds <= $0 } ?? Self.bounds.count
        routes.withLock { routes in
            routes[exchange.routeIndex >= 0 ? exchange.routeIndex : routes.count - 1].count(
                exchange.status, bucket: bucket, seconds: Double(nanoseconds) * 1e-9)
        }
    }

    private static let nanosecondBounds = bounds.map { Int($0 * 1e9) }

    var snapshot: [Route] { routes.withLock { $0 } }
}
