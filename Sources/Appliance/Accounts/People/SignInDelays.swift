import Synchronization
import Web

/// Makes whoever tries passwords wait, longer each time.
///
/// A try counts before its password is looked at, so that many at once are no way around; when it was right it is
/// taken back. What is refused for coming too early does not count: asking on does not make the wait longer.
///
/// Whose tries count together:
/// - those for one email address, whoever makes them, and whether or not there is such an account;
/// - those from one network address, whomever they are for; a school may share one, so more of them are free;
/// - those of a device on which that account has signed in before (`DeviceMark`) count by themselves and for the
///   network address, and neither of the others holds it up. So a stranger who keeps an account waiting keeps out only
///   devices that are new to it, and those have the link of a reset, which needs no waiting.
final class SignInDelays: Sendable {
    /// Who is counted.
    enum Key: Hashable, Sendable {
        case account(String)
        /// Of IPv6 the /64: who has one address of it has all.
        case address(Peer)
        case device(String)

        static func network(of peer: Peer) -> Key { .address(peer.network(ipv4Bits: 32, ipv6Bits: 64)) }

        /// Failures without a wait.
        var free: Int {
            switch self {
            case .account, .device: 3
            case .address: 20
            }
        }
    }

    /// Remembered at a time. Of more, those that have to wait are forgotten last, and of the others those that failed
    /// seldom first: a flood of names forgets itself, and not the one it is to cover.
    static let keysMax = 10_000
    /// Milliseconds after which failures are forgotten.
    static let forgottenAfter = Timestamp.hours(24)
    /// Milliseconds between entries of the audit log for one address.
    static let notePause = Timestamp.seconds(60)

    private struct Failures {
        var count = 0
        var lastAt: Int64
        var until: Int64 = 0
        var notedAt = Int64.min
    }

    private let failures = Mutex<[Key: Failures]>([:])

    /// Milliseconds to wait after that many failures: none at first, then 1, 2, 4, 8 and 15 minutes.
    static func delay(after failures: Int, free: Int) -> Int64 {
        guard failures > free else { return 0 }
        return Timestamp.seconds(60) * min(15, 1 << min(4, Int64(failures - free - 1)))
    }

    /// Counts a try, or returns the milliseconds until one will be let in.
    ///
    /// - Parameter others: counted as well, and neither asked for a wait nor given one.
    func begin(_ keys: [Key], countingFor others: [Key] = [], at now: Int64) -> Int64? {
        failures.withLock { failures in
            let waits = keys.compactMap { key in failures[key].map { $0.until - now } }
            if let wait = waits.max(), wait > 0 { return wait }
            for key in keys + others {
                makeRoom(in: &failures, for: key, at: now)
                var entry = failures[key] ?? Failures(lastAt: now)
                if now - entry.lastAt > Self.forgottenAfter { entry.count = 0 }
                entry.count += 1
                entry.lastAt = now
                if keys.contains(key) { entry.until = now + Self.delay(after: entry.count, free: key.free) }
                failures[key] = entry
            }
            return nil
        }
    }

    /// The try that began was right: its account or device starts anew, its address is as it was before.
    func succeed(_ keys: [Key], countedFor others: [Key] = []) { takeBack(keys, others, startsAnew: true) }

    /// The try that began was never judged.
    func withdraw(_ keys: [Key], countedFor others: [Key] = []) { takeBack(keys, others, startsAnew: false) }

    /// Lets an account be tried at once: its owner proved who they are in another way.
    func forget(_ key: Key) { failures.withLock { $0[key] = nil } }

    /// Whether a failure from that address is to be written down, at most one a minute.
    func isWorthNoting(from key: Key, at now: Int64) -> Bool {
        failures.withLock { failures in
            makeRoom(in: &failures, for: key, at: now)
            var entry = failures[key] ?? Failures(lastAt: now)
            guard entry.notedAt <= now - Self.notePause || entry.notedAt > now else { return false }
            entry.notedAt = now
            failures[key] = entry
            return true
        }
    }

    private func takeBack(_ keys: [Key], _ others: [Key], startsAnew: Bool) {
        failures.withLock { failures in
            for key in keys + others {
                if case .address = key {} else if startsAnew { failures[key] = nil }
                guard var entry = failures[key] else { continue }
                entry.count -= 1
                if keys.contains(key) { entry.until = 0 }
                // What is never judged costs whoever asks nothing, so nothing of it may stay.
                failures[key] = entry.count <= 0 && entry.notedAt == .min ? nil : entry
            }
        }
    }

    private func makeRoom(in failures: inout [Key: Failures], for key: Key, at now: Int64) {
        guard failures.count >= Self.keysMax, failures[key] == nil else { return }
        func worth(_ entry: Failures) -> (Int64, Int, Int64) { (max(0, entry.until - now), entry.count, entry.lastAt) }
        // A tenth at once: sorting is not for every try.
        let least = failures.sorted { worth($0.value) < worth($1.value) }.prefix(Self.keysMax / 10)
        for (key, _) in least { failures[key] = nil }
    }
}
