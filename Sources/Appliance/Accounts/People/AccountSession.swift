import Storage

/// Somebody who signed in on one device and has not signed out. The secret itself is kept by that device alone.
struct AccountSession: Equatable, Sendable {
    /// Of one account; the one that was used longest ago ends for a new one.
    static let countMax = 20
    /// Not used for so long, it ends.
    static let idleMs = Timestamp.hours(30 * 24)
    /// However much it is used, it ends.
    static let lifetimeMs = Timestamp.hours(90 * 24)
    static let agentCharactersMax = 120

    let id: String
    let digest: String                 // SHA-256 of the secret, lower-case hex
    let createdAt: Timestamp
    /// Known to a few minutes (`UseNotes.pauseMs`).
    let usedAt: Timestamp
    /// What the browser called itself.
    let agent: String?

    var endsAt: Timestamp { Self.end(createdAt: createdAt.milliseconds, usedAt: usedAt.milliseconds) }

    static func end(createdAt: Int64, usedAt: Int64) -> Timestamp {
        Timestamp(min(createdAt + lifetimeMs, usedAt + idleMs))
    }
}
