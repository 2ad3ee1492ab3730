/// A receipt: that somebody was erased, when and by whom, and how much that was. It says nothing of who it was to
/// anybody who does not know already.
struct Erasure: Equatable, Sendable {
    /// UUIDv7.
    let id: String
    /// `customer`, `account` or `player`.
    let subject: String
    /// HMAC of who it was, under a key that does not leave the database.
    let digest: String
    let actorKind: String
    /// Id of the token or the account, or `themselves`.
    let actor: String
    let beganAt: Timestamp
    /// Nil: it was interrupted, and should be asked for again; or it goes on.
    var endedAt: Timestamp?
    /// How many of what were erased.
    var counts: [String: Int]

    /// Stands for the id of an account that was erased by whom it belonged to.
    static let themselves = "self"

    /// What erasing does not reach.
    struct Remainder: Encodable, Equatable, Sendable {
        let what: String
        let why: String
    }

    /// The same for everybody: what is out of reach does not depend on who it is.
    static let remainders = [
        Remainder(
            what: "delivered messages",
            why: "What was delivered to Slack, by e-mail or to another program is theirs now; ask there."),
        Remainder(
            what: "backups", why: "Backups made before hold it until they are deleted; docs/retention-and-privacy.md."),
        Remainder(
            what: "free pages of the file",
            why: "What was replaced earlier, such as a delivery whose state changed, may lie there until used."),
        Remainder(
            what: "audit log",
            why: "It names who was changed by their id, and who did something themselves by id, e-mail address and "
                + "network address. It is kept as long as retention says."),
        Remainder(
            what: "answers kept for Idempotency-Key", why: "They go after 24 hours; nothing finds them by person."),
        Remainder(
            what: "the program's log",
            why: "It is kept by whoever runs the program. It names ids at most, but channels of the kind "
                + "'log' write whole messages there."),
    ]
}

extension Erasure: Exemplified {
    static let examples = [
        Erasure(
            id: "019a0000-0000-7000-8000-000000000000", subject: "customer",
            digest: "5f2d8a0c6b1e4f7a9c3d2e1f0a9b8c7d", actorKind: "token",
            actor: "0199ffff-0000-7000-8000-000000000000", beganAt: Timestamp(1_767_225_600_000),
            endedAt: Timestamp(1_767_225_600_020), counts: ["customer": 1, "messages": 2, "sessions": 3]),
        Erasure(
            id: "019a0000-0001-7000-8000-000000000000", subject: "player",
            digest: "6f2d8a0c6b1e4f7a9c3d2e1f0a9b8c7d", actorKind: "account",
            actor: "0199ffff-0000-7000-8000-000000000000", beganAt: Timestamp(1_767_225_600_000), endedAt: nil,
            counts: [:]),
    ]

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(id, forKey: .id)
        try container.encode(subject, forKey: .subject)
        try container.encode(digest, forKey: .digest)
        try container.encode(actorKind, forKey: .actorKind)
        try container.encode(actor, forKey: .actor)
        try container.encode(beganAt, forKey: .beganAt)
        try container.encode(endedAt, forKey: .endedAt)
        try container.encode(counts, forKey: .counts)
        try container.encode(Self.remainders, forKey: .remainders)
    }

    private enum Key: String, CodingKey {
        case id, subject, digest, actor
        case actorKind = "actor_kind"
        case beganAt = "began_at"
        case endedAt = "ended_at"
        case counts = "erased"
        case remainders = "not_erased"
    }
}
