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
    let delays = SignInDelays()
    let marks = DeviceMark()
    private let signUps = RateLimiter(
        addresses: AccountTicket.signUpsPerDay, per: Double(Timestamp.hours(24)), burst: AccountTicket.signUpsPerDay)
    let statistics = AccountStatistics()
    /// Rows of one write: a fraction of a millisecond each, so that other writes do not wait for this one.
    static let rowsMax = 500
    /// Features that stand above this one and know something about accounts.
    var erasers: [AccountEraser] = []
}

/// Lets go of what one feature knows about an account, and says how many things that were.
struct AccountEraser: Sendable {
    /// As it stands in the receipt: `games`.
    let name: String
    let erase: @Sendable (_ transaction: borrowing Transaction, _ account: String) throws(StorageError) -> Int
}

/// Somebody who has signed in, just now.
struct SignedIn: Sendable {
    let account: Account
    let session: AccountSession
    let secret: String
    /// What their device is to be known by from now on; nil where it has a mark that is good.
    let mark: String?
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
    private func mark(_ request: Request, of account: String, password: String) -> String? {
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

    /// Chooses a password by a ticket, which proves the address, and signs in.
    ///
    /// - Throws: `Problem` 422, for a ticket that is not good (any more) too; 503; `StorageError`.
    func accept(_ draft: TicketDraft, _ request: Request) async throws -> SignedIn {
        let digest = Token.digest(of: draft.ticket), before = now()
        let ticket = try await database.read { snapshot throws(StorageError) in
            try snapshot.ticket(digest: digest, at: before)
        }
        // Before any work is done for the password: tickets cannot be guessed, processors can be kept busy.
        guard let ticket else { throw Problem.ticketUnknown }
        if let detail = Password.problem(with: draft.password, for: ticket.email) {
            throw Problem.invalid([FieldProblem("password", detail)])
        }
        let hash = try await passwords.hash(draft.password, for: .known(ticket.email))
        let now = now(), (session, secret) = makeSession(request, at: now)
        let standing = try await database.write {
            transaction throws(StorageError) -> Result<AccountStanding, Problem> in
            guard let ticket = try transaction.snapshot.ticket(digest: digest, at: now)
            else { return .failure(.ticketUnknown) }
            guard let account = try transaction.account(of: ticket, at: now), account.disabledAt == nil
            else { return .failure(.ticketUnknown) }
            try transaction.endTickets(email: ticket.email, at: now)
            try transaction.setPassword(hash, of: account.id, at: now)
            if let name = draft.name {
                try transaction.save(account.id, name: name, role: account.role, disabledAt: nil, at: now)
            }
            try transaction.endSessions(of: account.id)
            let action: StaticString = ticket.purpose == .reset ? "password.reset" : "account.accepted"
            try transaction.audit(AuditEntry(request, by: account, action, account.id), at: now)
            guard let standing = try transaction.signIn(account, session, request, at: now)
            else { return .failure(.ticketUnknown) }
            return .success(standing)
        }.get()
        delays.forget(.account(EmailAddress.key(ticket.email)))
        let mark = mark(request, of: standing.account.id, password: hash.text)
        return signedIn(standing, session, secret, mark: mark)
    }

    private func signedIn(
        _ standing: AccountStanding, _ session: AccountSession, _ secret: String, mark: String?
    ) -> SignedIn {
        gate.attendance.load(standing)
        statistics.add { $0.succeeded += 1 }
        return SignedIn(account: standing.account, session: session, secret: secret, mark: mark)
    }

    private func makeSession(_ request: Request, at now: Int64) -> (AccountSession, secret: String) {
        let secret = Token.makeSecret()
        let agent = request.headers["user-agent"].map { String($0.prefix(AccountSession.agentCharactersMax)) }
        let session = AccountSession(
            id: UUIDv7.next(at: now), digest: Token.digest(of: secret), createdAt: Timestamp(now),
            usedAt: Timestamp(now), agent: agent)
        return (session, secret)
    }

    /// Changes a password by the old one, and ends every other session.
    ///
    /// - Returns: a mark for this device: the earlier ones went with the password.
    /// - Throws: `Problem` 403 for a wrong old password, 422, 429, 503; `StorageError`.
    func changePassword(_ draft: PasswordChange, _ call: Call) async throws -> String {
        let id = try call.caller.accountID(), session = call.caller.sessionID
        let stored = try await database.read { snapshot throws(StorageError) in try snapshot.password(of: id) }
        // Whoever finds a device unlocked must not guess on it for ever.
        let keys = [SignInDelays.Key.device(id)]
        if let wait = delays.begin(keys, at: now()) { throw Problem.signInDelayed(wait) }
        let hash: PasswordHash
        do throws(Problem) {
            guard case .right = try await passwords.check(
                draft.old, against: stored.flatMap(PasswordHash.init), for: .known(id))
            else { throw .passwordWrong }
            if let detail = Password.problem(with: draft.new, for: call.caller.name) {
                throw .invalid([FieldProblem("new", detail)])
            }
            hash = try await passwords.hash(draft.new, for: .known(id))
        } catch {
            if error != .passwordWrong { delays.withdraw(keys) }
            throw error
        }
        delays.succeed(keys)
        let now = now()
        let standing = try await database.write { transaction throws(StorageError) -> AccountStanding? in
            guard try transaction.snapshot.password(of: id) == stored else { return nil }
            try transaction.setPassword(hash, of: id, at: now)
            try transaction.endTickets(email: call.caller.name, at: now)
            try transaction.endSessions(of: id, besides: session)
            try transaction.audit(AuditEntry(call, "password.changed", id), at: now)
            return try transaction.standing(afterChangeOf: id)
        }
        guard let standing else { throw Problem.passwordWrong }
        gate.attendance.load(standing)
        return marks.make(for: id, password: hash.text, at: now)
    }

    /// Sends a link to choose a new password, if there is such an account and it may have one. What is answered, and
    /// how long that takes, does not tell.
    func requestReset(_ draft: AddressDraft, _ request: Request) async throws(StorageError) {
        let now = now()
        try await database.write { transaction throws(StorageError) in
            try transaction.count("reset_requests")
            guard let account = try transaction.snapshot.account(email: draft.email), account.disabledAt == nil
            else { return }
            try ask(account, request, in: transaction, at: now)
        }
    }

    /// Sends a link that proves the address, or, where there is an account already, one to choose a new password.
    ///
    /// What is refused is refused before anybody looks whether there is such an account: it would tell.
    ///
    /// - Throws: `Problem` 503 when too many are waiting, or there is nothing to send mails with; 429 for a network
    ///   that asks too often; `StorageError`.
    func requestSignUp(_ draft: AddressDraft, _ request: Request) async throws {
        let now = now()
        try signUps.admit(request.origin, at: now)
        try await database.write { transaction throws(StorageError) -> Result<Void, Problem> in
            try transaction.count("sign_up_requests")
            guard try transaction.snapshot.signUpsCount() < AccountTicket.signUpsMax,
                try transaction.snapshot.accountsCount() < Account.countMax
            else { return .failure(.accountsFull) }
            guard try mail.canSend(transaction.snapshot) else { return .failure(.noMail) }
            if let account = try transaction.snapshot.account(email: draft.email) {
                if account.disabledAt == nil { try ask(account, request, in: transaction, at: now) }
                return .success(())
            }
            guard try mayMail(draft.email, in: transaction, at: now) else { return .success(()) }
            let (ticket, secret) = AccountTicket.make(.signUp, account: nil, email: draft.email, at: now)
            guard try mail.send(ticket, secret, in: transaction, at: now) else { return .failure(.noMail) }
            try transaction.insert(ticket)
            return .success(())
        }.get()
    }

    private func ask(
        _ account: Account, _ request: Request, in transaction: borrowing Transaction, at now: Int64
    ) throws(StorageError) {
        guard try mayMail(account.email, in: transaction, at: now) else { return }
        let purpose: AccountTicket.Purpose = account.hasPassword ? .reset : .invitation
        let (ticket, secret) = AccountTicket.make(purpose, account: account.id, email: account.email, at: now)
        guard try mail.send(ticket, secret, in: transaction, at: now) else { return }
        try transaction.insert(ticket)
        try transaction.audit(AuditEntry(request, "password.reset_requested", account.id), at: now)
    }

    private func mayMail(
        _ email: String, in transaction: borrowing Transaction, at now: Int64
    ) throws(StorageError) -> Bool {
        try transaction.snapshot.ticketsCount(email: email, since: now - AccountTicket.mailsWithin)
            < AccountTicket.mailsMax
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

extension Transaction {
    /// Begins a session of an account, which must be there.
    fileprivate borrowing func signIn(
        _ account: Account, _ session: AccountSession, _ request: Request, at now: Int64
    ) throws(StorageError) -> AccountStanding? {
        try begin(session, of: account.id)
        try audit(AuditEntry(request, by: account, "session.began", session.id), at: now)
        return try standing(afterChangeOf: account.id)
    }

    /// Whom a ticket is for; who signs up is made by it. Nil when the account went, or came, meanwhile.
    fileprivate borrowing func account(of ticket: AccountTicket, at now: Int64) throws(StorageError) -> Account? {
        if let id = ticket.account { return try snapshot.account(id) }
        guard try snapshot.account(email: ticket.email) == nil, try snapshot.accountsCount() < Account.countMax
        else { return nil }
        return try makeAccount(email: ticket.email, role: .player, at: now)
    }

    /// Erases an account with its sessions, tickets and mails, and lets go of what `erasers` know of it.
    ///
    /// - Returns: how many of each kind; `account` is 0 where there was none. The gate must forget it after the commit.
    borrowing func eraseAccount(
        _ id: String, _ erasers: [AccountEraser], at now: Int64
    ) throws(StorageError) -> [String: Int] {
        guard let account = try snapshot.account(id) else { return ["account": 0] }
        var counts: [String: Int] = [:]
        for eraser in erasers { counts[eraser.name, default: 0] += try eraser.erase(self, id) }
        counts["tickets"] = try endTickets(email: account.email, at: now)
        counts["sessions"] = try endSessions(of: id)
        counts["account"] = try deleteAccount(id)
        return counts
    }
}

extension Problem {
    static let signInRefused = Problem(
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

    static let passwordWrong = Problem(.forbidden, "account.password_wrong", "That is not your password of today.")

    static let ticketUnknown = Problem.invalid([
        FieldProblem("ticket", "This link has been used, has expired, or was never good. Ask for another.")
    ])

    static let accountsFull = Problem(
        .unavailable, "account.full", "No more accounts can be made at present.", retryAfterSeconds: 3_600)

    static let noMail = Problem(
        .unavailable, "account.no_mail", "No channel is set up that could send a mail.", retryAfterSeconds: 3_600)
}
