/// An account as admins see it.
struct AccountReport: Exemplified {
    let account: Account

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(account.id, forKey: .id)
        try container.encode(account.email, forKey: .email)
        try container.encode(account.name, forKey: .name)
        try container.encode(account.role, forKey: .role)
        try container.encode(account.state.rawValue, forKey: .state)
        try container.encode(account.createdAt, forKey: .createdAt)
        try container.encode(account.changedAt, forKey: .changedAt)
        try container.encode(account.signedInAt, forKey: .signedInAt)
        try container.encode(account.disabledAt, forKey: .disabledAt)
    }

    private enum Key: String, CodingKey {
        case id, email, name, role, state
        case createdAt = "created_at"
        case changedAt = "changed_at"
        case signedInAt = "signed_in_at"
        case disabledAt = "disabled_at"
    }

    static let examples = [
        AccountReport(account: .example), AccountReport(account: .exampleInvited),
        AccountReport(account: .exampleDisabled),
    ]
}

/// A session as its owner sees it.
struct SessionReport: Exemplified {
    let session: AccountSession
    /// Whether it is that of the call.
    let isCurrent: Bool

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(session.id, forKey: .id)
        try container.encode(isCurrent, forKey: .current)
        try container.encode(session.agent, forKey: .agent)
        try container.encode(session.createdAt, forKey: .createdAt)
        try container.encode(session.usedAt, forKey: .usedAt)
        try container.encode(session.endsAt, forKey: .endsAt)
    }

    private enum Key: String, CodingKey {
        case id, current, agent
        case createdAt = "created_at"
        case usedAt = "used_at"
        case endsAt = "ends_at"
    }

    static let examples = [
        SessionReport(session: .example, isCurrent: true), SessionReport(session: .exampleOfProgram, isCurrent: false),
    ]
}

/// `GET /api/account`: who I am, what I may do, where I am signed in.
struct OwnAccountReport: Exemplified {
    let account: Account
    let sessions: [SessionReport]

    func encode(to encoder: any Encoder) throws {
        try AccountReport(account: account).encode(to: encoder)
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(account.role.scopes.map(\.rawValue).sorted(), forKey: .scopes)
        try container.encode(sessions, forKey: .sessions)
    }

    private enum Key: CodingKey { case scopes, sessions }

    static let examples = [
        OwnAccountReport(account: .example, sessions: SessionReport.examples),
        OwnAccountReport(account: .exampleNameless, sessions: SessionReport.examples),
    ]
}

/// What signing in answers; `secret` where it was asked for.
struct SignInReport: Exemplified {
    let account: Account
    let session: AccountSession
    let secret: String?

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(AccountReport(account: account), forKey: .account)
        try container.encode(SessionReport(session: session, isCurrent: true), forKey: .session)
        try container.encodeIfPresent(secret, forKey: .secret)
    }

    private enum Key: CodingKey { case account, session, secret }

    static let examples = [
        SignInReport(account: .example, session: .example, secret: nil),
        SignInReport(account: .exampleNameless, session: .exampleOfProgram, secret: "parley_…"),
    ]
}

/// A link that opens an account, shown once.
struct AccountLinkReport: Exemplified {
    let account: Account
    let link: String
    let expiresAt: Timestamp
    /// Whether it is on its way to the person by mail, too.
    let isMailed: Bool

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(AccountReport(account: account), forKey: .account)
        try container.encode(link, forKey: .link)
        try container.encode(expiresAt, forKey: .expiresAt)
        try container.encode(isMailed, forKey: .mailed)
    }

    private enum Key: String, CodingKey {
        case account, link, mailed
        case expiresAt = "expires_at"
    }

    static let examples = [
        AccountLinkReport(
            account: .exampleInvited, link: "https://parley.example.org/account#invitation=parley_…",
            expiresAt: Timestamp(1_770_400_000_000), isMailed: true)
    ]
}

extension Account {
    fileprivate static let example = example(name: "Ann", .editor, signedIn: true)
    fileprivate static let exampleNameless = example(name: nil, .player, signedIn: true)
    fileprivate static let exampleInvited = example(name: nil, .host, hasPassword: false, signedIn: false)
    fileprivate static let exampleDisabled = example(name: "Bob", .viewer, signedIn: true, isDisabled: true)

    private static func example(
        name: String?, _ role: Role, hasPassword: Bool = true, signedIn: Bool, isDisabled: Bool = false
    ) -> Account {
        let at = Timestamp(1_769_800_000_000)
        return Account(
            id: "019c1234-5678-7abc-8def-0123456789ab", email: "ann@example.org", name: name, role: role,
            hasPassword: hasPassword, createdAt: at, changedAt: at, signedInAt: signedIn ? at : nil,
            disabledAt: isDisabled ? at : nil, revision: 1)
    }
}

extension AccountSession {
    fileprivate static let example = AccountSession(
        id: "019c1234-5678-7abc-8def-0123456789ac", digest: "", createdAt: Timestamp(1_769_800_000_000),
        usedAt: Timestamp(1_769_900_000_000), agent: "Mozilla/5.0")
    fileprivate static let exampleOfProgram = AccountSession(
        id: "019c1234-5678-7abc-8def-0123456789ad", digest: "", createdAt: Timestamp(1_769_800_000_000),
        usedAt: Timestamp(1_769_800_000_000), agent: nil)
}
