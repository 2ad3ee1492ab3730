import Storage
import Synchronization
import Web

/// Lets in who carries a valid bearer token, or the secret of a signed-in session, with the scope a route needs, at the
/// rate the operator allows.
///
/// Keeps tokens and sessions in memory, as a projection of their tables: a request costs one SHA-256 and one lookup.
/// Comparing digests rather than secrets leaves nothing for a timing attack to learn.
final class Gate: Sendable {
    let cookie: SessionCookie
    let attendance = Attendance()
    /// What was used when, for housekeeping to store.
    let uses = UseNotes()
    private let now: WallClock
    private let tokens = Mutex<[String: Held]>([:])
    private let callers: RateLimiter<String>
    private let strangers: RateLimiter<Peer>
    private let posts: RateLimiter<Peer>
    private let signIns: RateLimiter<Peer>
    private let failures = RateLimiter(addresses: 1, burst: Gate.failuresMax)

    /// Wrong tokens from one address before it has to wait: enough for a bot with an old token to be noticed.
    static let failuresMax = 30

    private struct Held {
        let token: Token
        var usedAt: Int64
    }

    /// Posting is a part of `rateLimit`: a class of 300 that joins within seconds, or a shop's bot, is let in.
    static let postingShare = 5

    /// - Parameters:
    ///   - rateLimit: calls a second of a token or an address; 0 is no limit.
    ///   - signInLimit: a minute; 0 is no limit.
    init(
        rateLimit: Int, signInLimit: Int = 0, cookie: SessionCookie = SessionCookie(), now: @escaping WallClock
    ) {
        self.cookie = cookie
        callers = RateLimiter(rateLimit, burst: 2 * rateLimit)
        strangers = RateLimiter(addresses: rateLimit, burst: 2 * rateLimit)
        posts = RateLimiter(addresses: rateLimit, per: 1_000 * Double(Self.postingShare), burst: rateLimit)
        signIns = RateLimiter(addresses: signInLimit, per: 60_000, burst: 2 * signInLimit)
        self.now = now
    }

    /// Takes in what the table says.
    ///
    /// Tables read one after the other may get here the other way round. Tokens are only ever added, revoked for good,
    /// and deleted when they have long ended: so one that is revoked stays so whatever a table says, one that is valid
    /// stays though a table does not know it yet, and the others go with the table.
    func load(_ all: [Token]) {
        let now = now(), inTable = Set(all.map(\.digest))
        tokens.withLock { known in
            known = known.filter { inTable.contains($0.key) || $0.value.token.isValid(at: now) }
            for token in all {
                let before = known[token.digest]
                if before?.token.revokedAt != nil { continue }
                let usedAt = max(token.lastUsedAt?.milliseconds ?? 0, before?.usedAt ?? 0)
                known[token.digest] = Held(token: token, usedAt: usedAt)
            }
        }
    }

    /// - Throws: `Problem` 401 without a valid token or session, 403 when it lacks `scope` or another site may have
    ///   sent the call, 429 above the rate.
    func admit(_ request: Request, needing scope: Scope) throws(Problem) -> Caller {
        if let secret = bearer(in: request) { return try admit(secret, from: request.origin, needing: scope) }
        let secret = cookie.secret(in: request)
        guard secret == nil || cookie.isOurs(request) else { throw .crossSite }
        return try admit(secret, from: request.origin, needing: scope)
    }

    /// The same for a token that came in another way, as browsers' WebSockets must send it.
    func admit(_ secret: String?, from origin: Peer, needing scope: Scope) throws(Problem) -> Caller {
        let now = now()
        guard let secret else {
            // No guess: a page that asks who is signed in must not use up what wrong tokens may.
            try strangers.admit(origin, at: now)
            throw .unauthenticated
        }
        guard let caller = caller(secret, at: now) else {
            try failures.admit(origin, at: now)
            throw .unauthenticated
        }
        try callers.admit(caller.id, at: now)
        guard caller.allows(scope) else { throw scope == .own ? .accountNeeded : .forbidden(scope) }
        return caller
    }

    /// Whether a request carries a valid token or session, of any scope or of that one. Counts nothing.
    func knows(_ request: Request, allowing scope: Scope? = nil) -> Bool {
        known(request).map { caller in scope.map(caller.allows) ?? true } ?? false
    }

    /// The account of whoever sends a request that needs none; nil when nobody is signed in. Counts nothing.
    func account(of request: Request) -> String? { known(request).flatMap { $0.kind == .account ? $0.id : nil } }

    private func known(_ request: Request) -> Caller? {
        let now = now()
        if let secret = bearer(in: request) { return caller(secret, at: now) }
        guard let secret = cookie.secret(in: request), cookie.isOurs(request) else { return nil }
        return caller(secret, at: now)
    }

    private func caller(_ secret: String, at now: Int64) -> Caller? {
        let digest = Token.digest(of: secret)
        let token = tokens.withLock { tokens -> Token? in
            guard let held = tokens[digest], held.token.isValid(at: now) else { return nil }
            if now - held.usedAt >= UseNotes.pauseMs {
                tokens[digest]?.usedAt = now
                uses.note(.token(held.token.id), at: now)
            }
            return held.token
        }
        guard let token else { return attendance.caller(digest, at: now, uses) }
        return Caller(kind: .token, id: token.id, name: token.name, scopes: token.scopes)
    }

    /// Counts a call of somebody who needs no token, such as a customer.
    ///
    /// - Throws: `Problem` 429 above the rate.
    func admitStranger(_ origin: Peer, _ rate: RateClass) throws(Problem) {
        try limiter(of: rate).admit(origin, at: now())
    }

    private func limiter(of rate: RateClass) -> RateLimiter<Peer> {
        switch rate {
        case .general: strangers
        case .posting: posts
        case .signIn: signIns
        }
    }

    /// How many calls were told to wait, by what they counted as.
    var refused: [(counted: String, calls: Int)] {
        RateClass.allCases.map { ($0.rawValue, limiter(of: $0).refused + ($0 == .general ? callers.refused : 0)) }
            + [("wrong_token", failures.refused)]
    }

    /// Whether the token or session of someone let in earlier, who stays, is still valid.
    func isWelcome(_ caller: Caller) -> Bool {
        let now = now()
        guard caller.kind == .token else { return attendance.isWelcome(caller, at: now) }
        return tokens.withLock { $0.values.contains { $0.token.id == caller.id && $0.token.isValid(at: now) } }
    }

    /// The token of RFC 6750 section 2.1; the other two ways of sending one leak it into logs.
    private func bearer(in request: Request) -> String? {
        let fields = request.headers[all: "authorization"]
        guard fields.count == 1, let space = fields[0].utf8.firstIndex(of: 0x20),
            fields[0].utf8[..<space].elementsEqual("bearer".utf8, by: { $0 | 0x20 == $1 })
        else { return nil }
        return String(Substring(fields[0].utf8[space...].drop { $0 == 0x20 }))
    }
}

extension Problem {
    static let unauthenticated = Problem(
        .unauthorized, "auth.unauthenticated",
        "Send 'Authorization: Bearer <token>' with a token that is valid, or sign in.")

    static func forbidden(_ scope: Scope) -> Problem {
        Problem(.forbidden, "auth.forbidden", "This needs a token or role with the scope \(scope.rawValue).")
    }
}
