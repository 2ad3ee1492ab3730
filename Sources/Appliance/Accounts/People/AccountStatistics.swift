import Storage
import Synchronization

/// What is counted of signing in.
final class AccountStatistics: Sendable {
    struct Counts: Sendable {
        var succeeded = 0
        var refused = 0
        var delayed = 0
    }

    private let counts = Mutex(Counts())

    var current: Counts { counts.withLock { $0 } }

    func add(_ change: (inout Counts) -> Void) { counts.withLock { change(&$0) } }
}

extension MetricSource {
    /// Who signs in.
    static func accounts(_ accounts: Accounts) -> MetricSource {
        MetricSource { text, _, _ throws(StorageError) in
            let counts = accounts.statistics.current
            text.metric("parley_sign_ins_total", .counter, "Tries to sign in, by what came of them.")
            text.sample("parley_sign_ins_total", counts.succeeded, ["result": "succeeded"])
            text.sample("parley_sign_ins_total", counts.refused, ["result": "refused"])
            text.sample("parley_sign_ins_total", counts.delayed, ["result": "delayed"])
            text.single("parley_sessions", .gauge, "Signed-in sessions of accounts.", accounts.gate.attendance.count)
            text.single(
                "parley_password_derivations_total", .counter, "Passwords hashed or checked.",
                accounts.passwords.queue.derived)
        }
    }
}
