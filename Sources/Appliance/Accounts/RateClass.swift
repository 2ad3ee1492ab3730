/// What a call counts as, for whoever makes it: a token, or without one an address (of IPv6 its /64).
enum RateClass: String, CaseIterable, Sendable {
    /// `--rate-limit` a second, bursts of twice that.
    case general
    /// What everybody may send in, and is stored: a fifth of `--rate-limit` a second, bursts of all of it.
    case posting
    /// `--sign-in-limit` a minute, bursts of twice that. Checking a password is made to cost.
    case signIn = "sign_in"
}
