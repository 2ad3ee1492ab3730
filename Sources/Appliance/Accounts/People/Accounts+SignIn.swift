import Storage
import Web

/// Somebody who has signed in, just now.
struct SignedIn: Sendable {
    let account: Account
    let session: AccountSession
    let secret: String
    /// What their device is to be known by from now on; nil where it has a mark that is good.
    let mark: String?
}

extension Accounts {
    /// The same answer, after the same work, for an address that nobody has, a wrong password, an account that is
    /// disabled, and one without a password.
    ///
    /// - Throws: `Problem` 401; 429 for who failed too often; 503 while too many sign in; `StorageError`.
    func signIn(_ draft: SignInDraft, _ request: Request) async throws -> SignedIn {
        let found = try await database.read { snapshot throws(StorageError) -> (account: Account, hash: String?)? in
            guard let account = try snapshot.account(email: draft.email) else { return nil }
            return (account, try snapshot.password(of: account.id))
        }
        let network = SignInDelays.Key.network(of: request.origin), asker: Passwords.Asker
        let keys: [SignInDelays.Key], others: [SignInDelays.Key]
        if let found, let hash = found.hash, let device = device(request, of: found.account.id, password: hash) {
            (keys, others, asker) = ([device], [network], .known(found.account.id))
        } else {
            (keys, others, asker) = ([.account(EmailAddress.key(draft.email)), network], [], .stranger(request.origin))
        }
        if let wait = delays.begin(keys, countingFor: others, at: now()) {
            statistics.add { $0.delayed += 1 }
            throw Problem.signInDelayed(wait)
        }
        let verdict: Passwords.Verdict
        do throws(Problem) {
            verdict = try await passwords.check(
                draft.password, against: found?.hash.flatMap(PasswordHash.init), for: asker)
        } catch {
            delays.withdraw(keys, countedFor: others)
            throw error
        }
        guard case .right(let better) = verdict, let found, found.account.disabledAt == nil,
            let signedIn = try await begin(found, better, request)
        else {
            try await noteFailure(found?.account, request)
            throw Problem.signInRefused
        }
        delays.succeed(keys, countedFor: others)
        return signedIn
    }

    /// The device of a request, if that account has signed in there with the password of today.
    private func device(_ request: Request, of account: String, password: String) -> SignInDelays.Key? {
        gate.cookie.device(in: request).flatMap { marks.device($0, of: account, password: password, at: now()) }
    }

    /// A mark for a device that has none, or none that is good any more.
    func mark(_ request: Request, of account: String, password: String) -> String? {
        device(request, of: account, password: password) == nil
            ? marks.make(for: account, password: password, at: now()) : nil
    }

    /// Nil when the account was changed while its password was checked.
    private func begin(
        _ found: (account: Account, hash: String?), _ better: PasswordHash?, _ request: Request
    ) async throws(StorageError) -> SignedIn? {
        let now = now(), (session, secret) = makeSession(request, at: now), id = found.account.id
        let standing = try await database.write { transaction throws(StorageError) -> AccountStanding? in
            guard let account = try transaction.snapshot.account(id), account.disabledAt == nil,
                try transaction.snapshot.password(of: id) == found.hash
            else { return nil }
            if let better { try transaction.setPassword(better, of: id, at: account.changedAt.milliseconds) }
            return try transaction.signIn(account, session, request, at: now)
        }
        guard let standing, let password = better?.text ?? found.hash else { return nil }
        return signedIn(standing, session, secret, mark: mark(request, of: id, password: password))
    }

    private func noteFailure(_ account: Account?, _ request: Request) async throws(StorageError) {
        statistics.add { $0.refused += 1 }
        let now = now()
        guard delays.isWorthNoting(from: .network(of: request.origin), at: now) else { return }
        try await database.write { transaction throws(StorageError) in
            try transaction.audit(AuditEntry(request, "sign_in.failed", account?.id), at: now)
        }
    }

    func signedIn(
        _ standing: AccountStanding, _ session: AccountSession, _ secret: String, mark: String?
    ) -> SignedIn {
        gate.attendance.load(standing)
        statistics.add { $0.succeeded += 1 }
        return SignedIn(account: standing.account, session: session, secret: secret, mark: mark)
    }

    func makeSession(_ request: Request, at now: Int64) -> (AccountSession, secret: String) {
        let secret = Token.makeSecret()
        let agent = request.headers["user-agent"].map { String($0.prefix(AccountSession.agentCharactersMax)) }
        let session = AccountSession(
            id: UUIDv7.next(at: now), digest: Token.digest(of: secret), createdAt: Timestamp(now),
            usedAt: Timestamp(now), agent: agent)
        return (session, secret)
    }
}

extension Transaction {
    /// Begins a session of an account, which must be there.
    borrowing func signIn(
        _ account: Account, _ session: AccountSession, _ request: Request, at now: Int64
    ) throws(StorageError) -> AccountStanding? {
        try begin(session, of: account.id)
        try audit(AuditEntry(request, by: Caller(account), "session.began", session.id), at: now)
        return try standing(afterChangeOf: account.id)
    }
}

extension Problem {
    fileprivate static let signInRefused = Problem(
        .unauthorized, "account.sign_in_refused", "No account has this address with this password.")

    /// - Parameter wait: milliseconds.
    static func signInDelayed(_ wait: Int64) -> Problem {
        Problem(
            .tooManyRequests, "account.sign_in_delayed",
            "Too many tries failed. Wait, or have a link to choose a new password sent to you.",
            retryAfterSeconds: Int((wait + 999) / 1_000))
    }

    static let passwordsBusy = Problem(
        .unavailable, "account.busy", "Too many sign in at this moment. Try again shortly.", retryAfterSeconds: 2)
}
