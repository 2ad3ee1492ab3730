import Synchronization
import Web

/// Limits events per key to a steady rate with bursts, by the generic cell rate algorithm (ITU-T I.371): one number
/// per key, the time at which its bucket will be empty.
///
/// Keys are bounded. When all are in use, whoever is new is counted together with its neighbours, and when the
/// neighbourhoods are all in use too, with everybody else who is new: a flood of addresses shuts nobody out who was
/// there before it, and hardly anybody from elsewhere, and is itself held to what a few of them may do.
final class RateLimiter<Key: Hashable & Sendable>: Sendable {
    /// Keys remembered of each width. Half a megabyte; idle ones make room.
    static var keysMax: Int { 10_000 }
    /// Each width may do as much as so many keys of the one before.
    static var neighbours: Double { 4 }
    /// Milliseconds between two searches for idle keys: a flood must not cause one with each event.
    static var sweepPause: Double { 1_000 }

    private struct Buckets {
        /// For each width by key: milliseconds, when it will be empty.
        var full: [[Key: Double]]
        var strangers = 0.0
        var sweptAt = -Double.infinity

        /// Whether one more key fits.
        mutating func hasRoom(at width: Int, _ now: Double) -> Bool {
            guard full[width].count >= keysMax else { return true }
            guard abs(now - sweptAt) >= sweepPause else { return false }
            sweptAt = now
            for width in full.indices { full[width] = full[width].filter { $0.value > now } }
            return full[width].count < keysMax
        }
    }

    private let interval: Double        // milliseconds that one event takes
    private let burst: Int
    private let widths: [@Sendable (Key) -> Key]
    private let buckets: Mutex<Buckets>
    private let refusals = Atomic(0)

    /// - Parameters:
    ///   - count: how many in `milliseconds`; 0 is no limit.
    ///   - burst: how many at once.
    ///   - widths: what a key is counted as, ever wider.
    init(
        _ count: Int, per milliseconds: Double = 1_000, burst: Int, widths: [@Sendable (Key) -> Key] = [{ $0 }]
    ) {
        interval = count == 0 ? 0 : milliseconds / Double(count)
        self.burst = burst
        self.widths = widths
        buckets = Mutex(Buckets(full: widths.map { _ in [:] }))
    }

    /// How many were told to wait.
    var refused: Int { refusals.load(ordering: .relaxed) }

    /// Counts one event of `key`.
    ///
    /// - Throws: `Problem` 429 above the rate; then it does not count.
    func admit(_ key: Key, at now: Int64) throws(Problem) { try refuse(overrun(of: key, at: now, counting: true)) }

    /// The same without counting one.
    func check(_ key: Key, at now: Int64) throws(Problem) { try refuse(overrun(of: key, at: now, counting: false)) }

    /// Counts one that cannot be refused any more.
    func note(_ key: Key, at now: Int64) { _ = overrun(of: key, at: now, counting: true) }

    private func refuse(_ overrun: (wait: Double, emptyIn: Double)?) throws(Problem) {
        guard let (wait, emptyIn) = overrun else { return }
        refusals.add(1, ordering: .relaxed)
        throw Problem(
            .tooManyRequests, "rate.exceeded", "Too many requests. Retry-After says when to try again.",
            retryAfterSeconds: Int((wait / 1_000).rounded(.up)),
            quota: Quota(limit: burst, remaining: 0, resetSeconds: Int((emptyIn / 1_000).rounded(.up))))
    }

    /// Milliseconds until one will be let in, and until the whole burst will be; nil when this one is.
    ///
    /// A clock that jumps back far is taken as it is: the bucket starts anew rather than staying shut.
    private func overrun(of key: Key, at now: Int64, counting: Bool) -> (wait: Double, emptyIn: Double)? {
        guard interval > 0 else { return nil }
        let now = Double(now)
        return buckets.withLock { buckets in
            var share = 1.0
            for (width, widen) in widths.enumerated() {
                let key = widen(key)
                let known = buckets.full[width][key]
                if known != nil || buckets.hasRoom(at: width, now) {
                    let (after, overrun) = pour(interval / share, into: known ?? now, at: now)
                    if overrun == nil, counting { buckets.full[width][key] = after }
                    return overrun
                }
                share *= Self.neighbours
            }
            let (after, overrun) = pour(interval / share, into: buckets.strangers, at: now)
            if overrun == nil, counting { buckets.strangers = after }
            return overrun
        }
    }

    private func pour(_ amount: Double, into full: Double, at now: Double) -> (
        after: Double, overrun: (wait: Double, emptyIn: Double)?
    ) {
        let tolerance = interval * Double(burst)
        let before = full > now + 2 * tolerance + 1_000 ? now : max(full, now)
        let after = before + amount
        return (after, after - now <= tolerance ? nil : ((after - now - tolerance).rounded(.up), before - now))
    }
}

extension RateLimiter where Key == Peer {
    /// Counts by addresses, of IPv6 by the /64 that every line is given. Neighbours are the networks that providers
    /// give to one customer or one place, then those that they are given themselves.
    convenience init(addresses count: Int, per milliseconds: Double = 1_000, burst: Int) {
        self.init(
            count, per: milliseconds, burst: burst,
            widths: [
                { $0.network(ipv4Bits: 32, ipv6Bits: 64) }, { $0.network(ipv4Bits: 24, ipv6Bits: 48) },
                { $0.network(ipv4Bits: 16, ipv6Bits: 32) },
            ])
    }
}
