import Storage
import Synchronization
import Web

/// Who is calling, once the gate let them in.
struct Caller: Equatable, Sendable {
    let tokenID: String
    let name: String
    let scopes: Set<Scope>
}

/// Lets in who carries a valid bearer token with the scope a route needs, at the rate the operator allows.
///
/// Keeps the tokens in memory, as a projection of their table: a request costs one SHA-256 and one lookup. Comparing
/// digests rather than secrets leaves nothing for a timing attack to learn.
final class Gate: Sendable {
    private let now: WallClock
    private let tokens = Mutex<[String: Token]>([:])
    private let rates: RateLimiter
    private let strangers: RateLimiter
    private let failures = RateLimiter(perSecond: 1, burst: Gate.failuresMax)

    /// Wrong tokens from one address before it has to wait: enough for a bot with an old token to be noticed.
    static let failuresMax = 30

    init(rateLimit: Int, now: @escaping WallClock) {
        rates = RateLimiter(perSecond: rateLimit, burst: 2 * rateLimit)
        strangers = RateLimiter(perSecond: rateLimit, burst: 2 * rateLimit)
        self.now = now
    }

    /// Replaces what is known by what the table says.
    ///
    /// Tables read one after the other may get here the other way round. Tokens are only ever added and revoked, so
    /// the table with more of both is the newer one.
    func load(_ all: [Token]) {
        func age(_ tokens: some Collection<Token>) -> Int { tokens.count + tokens.count { $0.revokedAt != nil } }
        tokens.withLock { known in
            guard age(all) >= age(known.values) else { return }
            known = Dictionary(all.map { ($0.digest, $0) }) { first, _ in first }
        }
    }

    /// - Throws: `Problem` 401 without a valid token, 403 when it lacks `scope`, 429 above the rate.
    func admit(_ request: Request, needing scope: Scope) throws(Problem) -> Caller {
        try admit(bearer(in: request), from: request.peer, needing: scope)
    }

    /// The same for a token that came in another way, as browsers' WebSockets must send it.
    ///
    /// - Parameter peer: its address without port.
    func admit(_ secret: String?, from peer: @autoclosure () -> String, needing scope: Scope) throws(Problem)
        -> Caller
    {
        let now = now()
        guard let secret, let token = tokens.withLock({ $0[Token.digest(of: secret)] }), token.isValid(at: now)
        else {
            if let wait = failures.wait(for: peer(), at: now) { throw .tooManyRequests(wait) }
            throw .unauthenticated
        }
        if let wait = rates.wait(for: token.id, at: now) { throw .tooManyRequests(wait) }
        guard token.allows(scope) else { throw .forbidden(scope) }
        return Caller(tokenID: token.id, name: token.name, scopes: token.scopes)
    }

    /// Whether a request carries a valid token, whatever it may do. Counts nothing.
    func knows(_ request: Request) -> Bool {
        let now = now()
        guard let secret = (try? bearer(in: request)) ?? nil else { return false }
        return tokens.withLock { $0[Token.digest(of: secret)]?.isValid(at: now) ?? false }
    }

    /// Counts a call of somebody who needs no token, such as a customer.
    ///
    /// - Throws: `Problem` 429 above the rate, which is that of a token, for each address.
    func admitStranger(_ peer: @autoclosure () -> String) throws(Problem) {
        if let wait = strangers.wait(for: peer(), at: now()) { throw .tooManyRequests(wait) }
    }

    /// Whether the token of someone let in earlier, who stays, is still valid.
    func isWelcome(_ caller: Caller) -> Bool {
        let now = now()
        return tokens.withLock { $0.values.contains { $0.id == caller.tokenID && $0.isValid(at: now) } }
    }

    /// The token of RFC 6750 section 2.1; the other two ways of sending one leak it into logs.
    private func bearer(in request: Request) throws(Problem) -> String? {
        let fields = request.headers[all: "authorization"]
        guard fields.count == 1, let space = fields[0].utf8.firstIndex(of: 0x20),
            fields[0].utf8[..<space].elementsEqual("bearer".utf8, by: { $0 | 0x20 == $1 })
        else { return nil }
        return String(Substring(fields[0].utf8[space...].drop { $0 == 0x20 }))
    }
}

extension Problem {
    static let unauthenticated = Problem(
        .unauthorized, "auth.unauthenticated", "Send 'Authorization: Bearer <token>' with a token that is valid.")

    static func forbidden(_ scope: Scope) -> Problem {
        Problem(.forbidden, "auth.forbidden", "This needs a token with the scope \(scope.rawValue).")
    }

    /// - Parameter wait: milliseconds until a request will be let in.
    static func tooManyRequests(_ wait: Int64) -> Problem {
        Problem(
            .tooManyRequests, "rate.exceeded", "Too many requests. Retry-After says when to try again.",
            retryAfterSeconds: Int((wait + 999) / 1_000))
    }
}
