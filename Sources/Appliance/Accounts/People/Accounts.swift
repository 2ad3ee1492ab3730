import Outbound
import Storage
import Web

/// Accounts of people: the shell around their tables, passwords, delays and mails.
struct Accounts: Sendable {
    let database: Database
    let gate: Gate
    let passwords: Passwords
    let mail: AccountMail
    let now: WallClock
    /// Whether anybody may make an account for themselves, as a player.
    let letsSignUp: Bool
    let delays = SignInDelays()
    let marks = DeviceMark()
    let signUps = RateLimiter(
        addresses: AccountTicket.signUpsPerDay, per: Double(Timestamp.hours(24)), burst: AccountTicket.signUpsPerDay)
    let statistics = AccountStatistics()
    /// Rows of one write: a fraction of a millisecond each, so that other writes do not wait for this one.
    static let rowsMax = 500
}

extension Accounts {
    /// Brings back who is signed in.
    func load(_ vault: Vault) async throws(StorageError) {
        marks.key.load(
            try await database.write { transaction throws(StorageError) in
                try transaction.secret(named: DeviceMark.name, vault)
            })
        let standings = try await database.read { snapshot throws(StorageError) in try snapshot.accountStandings() }
        for standing in standings { gate.attendance.load(standing) }
    }

    /// Stores what the gate has noted of uses, and forgets what has ended, in writes of bounded size.
    func keepHouse() async throws(StorageError) {
        let now = now(), limit = Self.rowsMax
        gate.attendance.sweep(at: now)
        while case let uses = gate.uses.take(limit), !uses.isEmpty {
            try await database.write { transaction throws(StorageError) in try transaction.note(uses) }
        }
        var count = limit
        while count >= limit {
            count = try await database.write { transaction throws(StorageError) in
                max(
                    try transaction.forgetEndedSessions(at: now, limit: limit),
                    try transaction.forgetEndedTickets(at: now, limit: limit))
            }
        }
    }
}
