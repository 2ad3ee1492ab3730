import Storage
import Web

/// `/api/admin/accounts`: who has an account, and what they may do.
struct AccountAdminRoutes: Sendable {
    let accounts: Accounts
    /// Erases all that is known about an account, and leaves a receipt; nil: nothing is known.
    let erase: @Sendable (_ account: String, Call) async throws -> Erasure?

    func register(in routes: inout Routes) {
        routes.get(
            "/api/admin/accounts", needs: .admin, "Lists the accounts.",
            query: [
                .word("role", Role.self, "Those of this role."),
                .word("state", Account.State.self, "Those in this state."),
                .text("email", "The one of this address."),
            ] + .page, answers: [.json(Items<AccountReport>.self)]
        ) { call in
            try await list(call)
        }
        routes.post(
            "/api/admin/accounts", needs: .admin,
            "Makes an account and invites its owner: the answer holds the link, once, and it is mailed if it can be.",
            takes: AccountDraft.self, answers: [.json(AccountLinkReport.self, .created, "Made, and invited.")]
        ) { call in
            try await invite(call)
        }
        routes.get(
            "/api/admin/accounts/{id}", needs: .admin, "Shows an account.", answers: [.json(AccountReport.self)]
        ) { _, id in
            let account = try await accounts.database.read { snapshot throws(StorageError) in try snapshot.account(id) }
            guard let account else { throw Problem.notFound("account") }
            return .json(AccountReport(account: account))
        }
        routes.patch(
            "/api/admin/accounts/{id}", needs: .admin,
            "Changes the role or name of an account, or keeps its owner out.",
            takes: AccountChange.self, answers: [.json(AccountReport.self)]
        ) { call, id in
            try await change(id, call)
        }
        routes.delete(
            "/api/admin/accounts/{id}", needs: .admin,
            "Erases an account with all that is known about it, as POST /api/admin/erasures does.",
            answers: [.json(Erasure.self, .ok, "The receipt.")]
        ) { call, id in
            guard let receipt = try await erase(id, call) else { throw Problem.notFound("account") }
            return .json(receipt)
        }
        routes.post(
            "/api/admin/accounts/{id}/sign-out", needs: .admin, "Ends all sessions of an account.",
            answers: [.nothing()]
        ) { call, id in
            try await signOut(id, call)
        }
        routes.post(
            "/api/admin/accounts/{id}/reset", needs: .admin,
            "Makes a link to choose a new password, or the first: the answer holds it, once, and it is mailed.",
            answers: [.json(AccountLinkReport.self, .created, "Made. The password before is good until then.")]
        ) { call, id in
            try await reset(id, call)
        }
    }

    private func list(_ call: Call) async throws -> Response {
        var query = call.query
        let filter = AccountFilter(
            role: query.word("role", as: Role.self), state: query.word("state", as: Account.State.self),
            email: query.text("email"))
        let page = query.page()
        try query.finish()
        let found = try await accounts.database.read { snapshot throws(StorageError) in
            try snapshot.accounts(filter, page)
        }
        return .json(Items(found.map(AccountReport.init), page, cursor: \.account.id))
    }

    private func invite(_ call: Call) async throws -> Response {
        let draft = try call.read(AccountDraft.self), now = accounts.now()
        return try await accounts.database.write {
            [mail = accounts.mail] transaction throws(StorageError) -> Result<Reply, Problem> in
            guard try transaction.snapshot.account(email: draft.email) == nil else { return .failure(.accountExists) }
            guard try transaction.snapshot.accountsCount() < Account.countMax else { return .failure(.accountsFull) }
            let account = try transaction.makeAccount(email: draft.email, name: draft.name, role: draft.role, at: now)
            try transaction.audit(
                AuditEntry(call, "account.created", account.id, ["role": draft.role.rawValue]), at: now)
            let report = try transaction.link(.invitation, to: account, mail, at: now)
            return .success(Reply(.created, location: "/api/admin/accounts/\(account.id)", json: report))
        }.get().response
    }

    private func reset(_ id: String, _ call: Call) async throws -> Response {
        let now = accounts.now()
        return try await accounts.database.write {
            [mail = accounts.mail] transaction throws(StorageError) -> Result<Reply, Problem> in
            guard let account = try transaction.snapshot.account(id) else { return .failure(.notFound("account")) }
            guard account.disabledAt == nil else { return .failure(.accountDisabled) }
            try transaction.audit(AuditEntry(call, "account.reset", id), at: now)
            let purpose: AccountTicket.Purpose = account.hasPassword ? .reset : .invitation
            return .success(Reply(.created, json: try transaction.link(purpose, to: account, mail, at: now)))
        }.get().response
    }

    private func change(_ id: String, _ call: Call) async throws -> Response {
        let change = try call.read(AccountChange.self), now = accounts.now()
        let standing = try await accounts.database.write {
            transaction throws(StorageError) -> Result<AccountStanding, Problem> in
            try transaction.change(id, change, call, at: now)
        }.get()
        accounts.gate.attendance.load(standing)
        return .json(AccountReport(account: standing.account))
    }

    private func signOut(_ id: String, _ call: Call) async throws -> Response {
        let now = accounts.now()
        let standing = try await accounts.database.write { transaction throws(StorageError) -> AccountStanding? in
            guard try transaction.snapshot.account(id) != nil else { return nil }
            let count = try transaction.endSessions(of: id)
            try transaction.audit(AuditEntry(call, "sessions.ended", id, ["count": "\(count)"]), at: now)
            return try transaction.standing(afterChangeOf: id)
        }
        guard let standing else { throw Problem.notFound("account") }
        accounts.gate.attendance.load(standing)
        return Response(.noContent)
    }
}

extension Snapshot {
    /// Whether nobody could administer without this account.
    borrowing func isLastAdmin(_ account: Account, at now: Int64) throws(StorageError) -> Bool {
        guard account.role == .admin, account.state == .active else { return false }
        return try !isAdministered(without: account.id, at: now)
    }
}

extension Transaction {
    /// Makes a ticket for an account and mails its link, where mails can be sent.
    borrowing func link(
        _ purpose: AccountTicket.Purpose, to account: Account, _ mail: AccountMail, at now: Int64
    ) throws(StorageError) -> AccountLinkReport {
        let (ticket, secret) = AccountTicket.make(purpose, account: account.id, email: account.email, at: now)
        try insert(ticket)
        let isMailed = try mail.send(ticket, secret, in: self, at: now)
        return AccountLinkReport(
            account: account, link: mail.link(purpose, secret), expiresAt: ticket.expiresAt, isMailed: isMailed)
    }

    fileprivate borrowing func change(
        _ id: String, _ change: AccountChange, _ call: Call, at now: Int64
    ) throws(StorageError) -> Result<AccountStanding, Problem> {
        guard let account = try snapshot.account(id) else { return .failure(.notFound("account")) }
        let role = change.role ?? account.role, isDisabled = change.disabled ?? (account.disabledAt != nil)
        if role != .admin || isDisabled, try snapshot.isLastAdmin(account, at: now) { return .failure(.lastAdmin) }
        try save(
            id, name: change.name ?? account.name, role: role,
            disabledAt: isDisabled ? account.disabledAt?.milliseconds ?? now : nil, at: now)
        if role != account.role {
            try audit(
                AuditEntry(call, "account.role_changed", id, ["from": account.role.rawValue, "to": role.rawValue]),
                at: now)
        }
        if isDisabled != (account.disabledAt != nil) {
            try audit(AuditEntry(call, isDisabled ? "account.disabled" : "account.enabled", id), at: now)
        }
        if let name = change.name, name != account.name { try audit(AuditEntry(call, "account.renamed", id), at: now) }
        if isDisabled {
            try endSessions(of: id)
            try endTickets(email: account.email, at: now)
        }
        // The account was found above, in this transaction.
        guard let standing = try standing(afterChangeOf: id) else { return .failure(.notFound("account")) }
        return .success(standing)
    }
}

extension Problem {
    static let accountExists = Problem.conflict(
        "account.exists", "This address has an account. POST /api/admin/accounts/{id}/reset makes another link for it.")

    static let accountDisabled = Problem.conflict("account.disabled", "This account is disabled. Enable it first.")

    static let lastAdmin = Problem.conflict(
        "account.last_admin",
        "Nobody could administer any more: make another admin's account, or a token with the scope admin, first.")
}
