import Storage
import Web

extension Accounts {
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
    /// - Throws: `Problem` 403 where nobody may; 503 when too many are waiting, or there is nothing to send mails with;
    ///   429 for a network that asks too often; `StorageError`.
    func requestSignUp(_ draft: AddressDraft, _ request: Request) async throws {
        guard letsSignUp else { throw Problem.signUpOff }
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

    /// Chooses a password by a ticket, which proves the address, and signs in.
    ///
    /// - Throws: `Problem` 422, for a ticket that is not good (any more) too; 403 for one to sign up where nobody may;
    ///   503; `StorageError`.
    func accept(_ draft: TicketDraft, _ request: Request) async throws -> SignedIn {
        let digest = Token.digest(of: draft.ticket), before = now()
        let ticket = try await database.read { snapshot throws(StorageError) in
            try snapshot.ticket(digest: digest, at: before)
        }
        // Before any work is done for the password: tickets cannot be guessed, processors can be kept busy.
        guard let ticket else { throw Problem.ticketUnknown }
        // Of before it was turned off.
        guard letsSignUp || ticket.purpose != .signUp else { throw Problem.signUpOff }
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
            try transaction.audit(AuditEntry(request, by: Caller(account), action, account.id), at: now)
            guard let standing = try transaction.signIn(account, session, request, at: now)
            else { return .failure(.ticketUnknown) }
            return .success(standing)
        }.get()
        delays.forget(.account(EmailAddress.key(ticket.email)))
        let mark = mark(request, of: standing.account.id, password: hash.text)
        return signedIn(standing, session, secret, mark: mark)
    }
}

extension Transaction {
    /// Whom a ticket is for; who signs up is made by it. Nil when the account went, or came, meanwhile.
    fileprivate borrowing func account(of ticket: AccountTicket, at now: Int64) throws(StorageError) -> Account? {
        if let id = ticket.account { return try snapshot.account(id) }
        guard try snapshot.account(email: ticket.email) == nil, try snapshot.accountsCount() < Account.countMax
        else { return nil }
        return try makeAccount(email: ticket.email, role: .player, at: now)
    }
}

extension Problem {
    fileprivate static let ticketUnknown = Problem.invalid([
        FieldProblem("ticket", "This link has been used, has expired, or was never good. Ask for another.")
    ])

    fileprivate static let signUpOff = Problem(
        .forbidden, "account.sign_up_off", "Accounts are made by invitation here. Ask who runs this.")

    static let accountsFull = Problem(
        .unavailable, "account.full", "No more accounts can be made at present.", retryAfterSeconds: 3_600)

    fileprivate static let noMail = Problem(
        .unavailable, "account.no_mail", "No channel is set up that could send a mail.", retryAfterSeconds: 3_600)
}
