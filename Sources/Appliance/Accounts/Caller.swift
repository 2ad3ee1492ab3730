import Web

/// Who is calling, once the gate let them in.
struct Caller: Equatable, Sendable {
    enum Kind: String, Sendable { case token, account }

    let kind: Kind
    /// Of the token or the account.
    let id: String
    /// The token's name, or the account's email address.
    let name: String
    let scopes: Set<Scope>
    /// Of the signed-in session, where it is one.
    var sessionID: String?

    /// Whose own things are asked for.
    ///
    /// - Throws: `Problem` 403 for a token: it is nobody.
    func accountID() throws(Problem) -> String {
        guard kind == .account else { throw .accountNeeded }
        return id
    }

    func allows(_ scope: Scope) -> Bool { scopes.contains(scope) || scope != .own && scopes.contains(.admin) }
}

extension Caller {
    /// - Parameter session: its id; nil before there is one.
    init(_ account: Account, session: String? = nil) {
        self.init(
            kind: .account, id: account.id, name: account.email, scopes: account.role.scopes, sessionID: session)
    }
}

extension Problem {
    static let accountNeeded = Problem(
        .forbidden, "auth.account_needed", "This is for people who signed in; a token has no account.")
}
