import Outbound
import Web

/// How whoever signs in wants to show it afterwards.
enum SessionCarrier: String, CaseIterable, Sendable { case cookie, bearer }

/// Who signs in.
struct SignInDraft: InputShape {
    // What it is tried with is kept for a day: no account has a longer one.
    private static let email = Field.text(
        "email", 1...EmailAddress.bytesMax, "The address of the account.", bytesMax: EmailAddress.bytesMax)
    private static let password = Field.password("password", "Its password.")
    fileprivate static let carrier = Field.word(
        "as", SessionCarrier.allCases.map(\.rawValue),
        "'bearer' has the answer hold a secret to send as a bearer token; 'cookie', when left out, sets a cookie."
    ).defaulting(to: SessionCarrier.cookie.rawValue)
    static let fields = [email.description, password.description, carrier.description]

    let email: String
    let password: String
    let carrier: SessionCarrier

    init(_ input: inout Input) {
        email = input.take(Self.email)
        password = input.take(Self.password)
        carrier = SessionCarrier(rawValue: input.take(Self.carrier)) ?? .cookie
    }
}

/// A password chosen by a link.
struct TicketDraft: InputShape {
    private static let ticket = Field.text("ticket", 1...128, "What stands behind the = of the link.")
    private static let password = Field.password("password", "The password from now on, 12 to 256 characters.")
    private static let name = Field.accountName.optional
    static let fields = [
        ticket.description, password.description, name.description, SignInDraft.carrier.description,
    ]

    let ticket: String
    let password: String
    let name: String?
    let carrier: SessionCarrier

    init(_ input: inout Input) {
        ticket = input.take(Self.ticket)
        password = input.take(Self.password)
        name = input.take(Self.name)
        carrier = SessionCarrier(rawValue: input.take(SignInDraft.carrier)) ?? .cookie
    }
}

/// An address to which a link is to be sent.
struct AddressDraft: InputShape {
    private static let email = Field.email("email", "The address of the account.")
    static let fields = [email.description]

    let email: String

    init(_ input: inout Input) { email = input.take(Self.email) }
}

struct PasswordChange: InputShape {
    private static let old = Field.password("old", "The password of today.")
    private static let new = Field.password("new", "The password from now on, 12 to 256 characters.")
    static let fields = [old.description, new.description]

    let old: String
    let new: String

    init(_ input: inout Input) {
        old = input.take(Self.old)
        new = input.take(Self.new)
    }
}

/// What people may change of their own account.
struct OwnAccountChange: InputShape {
    private static let name = Field.accountName
    static let fields = [name.description]

    let name: String

    init(_ input: inout Input) { name = input.take(Self.name) }
}

/// Whom an admin invites.
struct AccountDraft: InputShape {
    private static let email = Field.email("email", "What they will sign in by; the invitation is mailed there.")
    private static let role = Field.role
    private static let name = Field.accountName.optional
    static let fields = [email.description, role.description, name.description]

    let email: String
    let role: Role
    let name: String?

    init(_ input: inout Input) {
        email = input.take(Self.email)
        role = Role(rawValue: input.take(Self.role)) ?? .player
        name = input.take(Self.name)
    }
}

/// What an admin may change: only what is to become different.
struct AccountChange: InputShape {
    private static let role = Field.role.optional
    private static let name = Field.accountName.optional
    private static let disabled = Field.truth("disabled", "Whether they are kept out; all their sessions end.").optional
    static let fields = [role.description, name.description, disabled.description]

    let role: Role?
    let name: String?
    let disabled: Bool?

    init(_ input: inout Input) {
        role = input.take(Self.role).flatMap(Role.init)
        name = input.take(Self.name)
        disabled = input.take(Self.disabled)
    }
}

extension Field where Value == String {
    fileprivate static let accountName = text("name", 1...Account.nameCharactersMax, "What they are called.")

    fileprivate static let role = word(
        "role", Role.allCases.map(\.rawValue), "What they may do; docs/accounts.md says what follows.")

    /// Text that may be a password: what a password must be like is judged when one is chosen.
    fileprivate static func password(_ name: String, _ about: String) -> Field {
        text(name, 1...Password.characters.upperBound, about, bytesMax: Password.bytesMax)
    }

    fileprivate static func email(_ name: String, _ about: String) -> Field {
        let text = text(name, 3...EmailAddress.bytesMax, about)
        return Field(name: name, description: text.description, standIn: "") { container in
            text.read(container).flatMap { email in
                EmailAddress.isValid(email)
                    ? .success(email) : .failure(Refusal(detail: "Must be a mail address (ASCII)."))
            }
        }
    }
}
