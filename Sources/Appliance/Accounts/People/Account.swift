import Outbound
import Storage

/// A person who can sign in, or was invited to.
struct Account: Equatable, Sendable {
    /// All of them: what memory holds of who signed in has to end somewhere.
    static let countMax = 10_000
    static let nameCharactersMax = 100

    let id: String
    /// As it was typed; mails go there.
    let email: String
    let name: String?
    let role: Role
    /// Nobody has chosen one before the invitation is accepted.
    let hasPassword: Bool
    let createdAt: Timestamp
    let changedAt: Timestamp
    let signedInAt: Timestamp?
    let disabledAt: Timestamp?
    /// Rises with every change of the account or its sessions: which of two readings is the newer.
    let revision: Int64

    enum State: String, CaseIterable, Sendable { case active, invited, disabled }

    var state: State { disabledAt != nil ? .disabled : hasPassword ? .active : .invited }
}

/// What an account signs in by.
enum EmailAddress {
    /// What mail servers pass on, RFC 5321 section 4.5.3.1.3.
    static let bytesMax = 254

    /// An address that mail can be sent to: ASCII, without a name before it.
    static func isValid(_ text: String) -> Bool { text.utf8.count <= bytesMax && Notice.canGo(to: text) }

    /// What makes two addresses the same one. The part before the @ could tell capitals apart (RFC 5321 section 2.4),
    /// and no server that people use does.
    static func key(_ text: String) -> String { text.lowercased() }
}

/// An account with who signed in as it: what the gate has to know.
struct AccountStanding: Equatable, Sendable {
    let account: Account
    let sessions: [AccountSession]
}
