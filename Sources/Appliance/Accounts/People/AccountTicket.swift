import Storage

/// A right to choose a password, once: whoever has the link may. Only its digest is stored.
struct AccountTicket: Equatable, Sendable {
    enum Purpose: String, CaseIterable, Sendable {
        /// By an admin: the account is there, and has no password yet.
        case invitation
        case reset
        /// By oneself: the account is made when the link proves that the address is theirs.
        case signUp = "sign_up"

        /// Milliseconds.
        var lifetime: Int64 {
            switch self {
            case .invitation: Timestamp.hours(7 * 24)
            case .reset: Timestamp.hours(4)
            case .signUp: Timestamp.hours(24)
            }
        }

        /// In the link, behind the `#`.
        var word: String { self == .reset ? "reset" : "invitation" }
    }

    /// Mails that somebody can have sent to one address within an hour: they are a nuisance to whoever gets them. The
    /// earlier ones go on to be good, so that nobody can keep a person from the link by asking for more of them.
    static let mailsMax = 3
    static let mailsWithin = Timestamp.hours(1)
    /// Sign-ups that wait for their address to be proved.
    static let signUpsMax = 1_000
    /// That one network may ask for, known addresses or not: a class, and not all of those that may wait.
    static let signUpsPerDay = 50

    let id: String
    let digest: String
    let purpose: Purpose
    /// Nil for a sign-up.
    let account: String?
    let email: String
    let createdAt: Timestamp

    var expiresAt: Timestamp { Timestamp(createdAt.milliseconds + purpose.lifetime) }

    static func make(_ purpose: Purpose, account: String?, email: String, at now: Int64) -> (
        AccountTicket, secret: String
    ) {
        let secret = Token.makeSecret()
        let ticket = AccountTicket(
            id: UUIDv7.next(at: now), digest: Token.digest(of: secret), purpose: purpose, account: account,
            email: email, createdAt: Timestamp(now))
        return (ticket, secret)
    }
}
