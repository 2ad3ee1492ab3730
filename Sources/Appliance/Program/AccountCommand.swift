import Storage

/// `parley account`: for operators who have the folder, before anybody has an account or when all admins are locked
/// out.
///
/// Works on a stopped program only: one process owns the data. A running one has `/api/admin/accounts`.
enum AccountCommand {
    static let role = Option(
        flag: "--role", variable: "", placeholder: "ROLE", standard: "",
        about: "What the account may do.")

    static func run(_ arguments: [String], _ environment: [String: String]) async throws(UsageError) -> ExitCode {
        let values = try OptionValues(
            arguments, environment: environment, options: [.data, .publicURL, .listen, role])
        let folder = try Configuration.dataFolder(values), address = try address(values)
        let now = systemClock()
        switch (values.operands.first, values.operands.count) {
        case ("list", 1):
            return await TokenCommand.withDatabase(folder) { database in
                var page = Page(limit: Page.limits.upperBound)
                repeat {
                    let found = try await database.read { [page] snapshot throws(StorageError) in
                        try snapshot.accounts(AccountFilter(), page)
                    }
                    for account in found.prefix(page.limit) { OutputText.standardOutput.write(line(account)) }
                    page.after = found.count > page.limit ? found[page.limit - 1].id : nil
                } while page.after != nil
                return .done
            }
        case ("create", 2):
            let email = values.operands[1]
            guard EmailAddress.isValid(email) else {
                throw UsageError(explanation: "account: '\(email)' is not a mail address (ASCII)")
            }
            let words = Role.allCases.map(\.rawValue).joined(separator: ", ")
            let role = try values.value(role, "one of \(words)", Role.init)
            return await change(folder) { transaction throws(StorageError) in
                guard try transaction.snapshot.account(email: email) == nil else { return .failed("it has an account") }
                let account = try transaction.makeAccount(email: email, role: role, at: now)
                try transaction.audit(entry("account.created", account, ["role": role.rawValue]), at: now)
                return .link(try transaction.printedLink(.invitation, to: account, address, at: now))
            }
        case ("disable", 2):
            let email = values.operands[1]
            return await change(folder) { transaction throws(StorageError) in
                guard let account = try transaction.snapshot.account(email: email) else { return .failed(unknown) }
                try transaction.save(account.id, name: account.name, role: account.role, disabledAt: now, at: now)
                try transaction.endSessions(of: account.id)
                try transaction.endTickets(email: email, at: now)
                try transaction.audit(entry("account.disabled", account), at: now)
                return .done
            }
        case ("reset", 2):
            let email = values.operands[1]
            return await change(folder) { transaction throws(StorageError) in
                guard let account = try transaction.snapshot.account(email: email) else { return .failed(unknown) }
                try transaction.save(account.id, name: account.name, role: account.role, disabledAt: nil, at: now)
                try transaction.audit(entry("account.reset", account), at: now)
                let purpose: AccountTicket.Purpose = account.hasPassword ? .reset : .invitation
                return .link(try transaction.printedLink(purpose, to: account, address, at: now))
            }
        default:
            throw UsageError(
                explanation: "account: say 'list', 'create EMAIL --role ROLE', 'disable EMAIL' or 'reset EMAIL'")
        }
    }

    private static let unknown = "no account has this address"

    private enum Outcome: Sendable {
        case done
        case link(String)
        case failed(String)
    }

    private static func change(
        _ folder: String, _ body: @escaping @Sendable (borrowing Transaction) throws(StorageError) -> Outcome
    ) async -> ExitCode {
        await TokenCommand.withDatabase(folder) { database in
            switch try await database.write(body) {
            case .done: return .done
            case .link(let link):
                OutputText.standardOutput.write("\(link)\n")
                return .done
            case .failed(let reason):
                Program.complain(reason)
                return .failed
            }
        }
    }

    private static func address(_ values: OptionValues) throws(UsageError) -> PublicAddress {
        let address = PublicAddress(try Configuration.publicURL(values))
        address.listens(at: "http://\(values.given(.listen)?.value ?? Option.listen.standard)")
        return address
    }

    private static func entry(
        _ action: String, _ account: Account, _ details: [String: String] = [:]
    ) -> AuditEntry {
        AuditEntry(
            actorKind: .program, actorName: "parley account", action: action, thing: account.id, details: details)
    }

    private static func line(_ account: Account) -> String {
        let last = account.signedInAt.map { "  signed in \($0.iso8601)" } ?? ""
        return "\(account.id)  \(account.email)  \(account.role.rawValue)  \(account.state.rawValue)\(last)\n"
    }
}

extension Transaction {
    /// Makes a ticket whose link goes to whoever sits at the terminal, and to nobody by mail.
    fileprivate borrowing func printedLink(
        _ purpose: AccountTicket.Purpose, to account: Account, _ address: PublicAddress, at now: Int64
    ) throws(StorageError) -> String {
        let (ticket, secret) = AccountTicket.make(purpose, account: account.id, email: account.email, at: now)
        try insert(ticket)
        return AccountMail(channel: "", address: address).link(purpose, secret)
    }
}
