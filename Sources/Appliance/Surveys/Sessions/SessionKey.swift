import FoundationEssentials

/// Signs what customers hold in their hands: tokens of sessions and invitations.
///
/// Both prove themselves, so that nothing has to be kept for them; whoever has no key can make neither.
final class SessionKey: Sendable {
    /// Of the database's secret.
    static let name = "survey sessions"

    private let key = SigningKey()

    /// Before anything is signed or read: the key as the database keeps it.
    func load(_ bytes: [UInt8]) { key.load(bytes) }

    /// The token of a session: its id and 128 bits that only we can add to it.
    func token(for right: SessionRight) -> String { "\(right.session).\(key.signature(of: right.text))" }

    /// The right that a token gives; nil for what we have not made.
    func right(of token: String) -> SessionRight? {
        guard token.utf8.count <= Self.tokenBytesMax, let dot = token.utf8.lastIndex(of: UInt8(ascii: "."))
        else { return nil }
        let session = String(token[..<dot])
        let rights = SurveySession.Opening.allCases.map { SessionRight(session: session, opening: $0) }
        return rights.first { key.isSigned(token[token.utf8.index(after: dot)...], $0.text) }
    }

    /// A UUID, a dot and 32 digits.
    static let tokenBytesMax = 36 + 1 + 32

    /// `<survey and customer and end in base64url>.<signature>`.
    func token(for invitation: Invitation) -> String {
        let text = Self.base64url("\(invitation.expiresAt.milliseconds)/\(invitation.survey)/\(invitation.customer)")
        return "\(text).\(key.signature(of: "invitation \(text)"))"
    }

    /// The invitation of a token, expired or not; nil for what we have not made.
    func invitation(of token: String) -> Invitation? {
        guard token.utf8.count <= Invitation.tokenBytesMax, let dot = token.utf8.lastIndex(of: UInt8(ascii: "."))
        else { return nil }
        let text = String(token[..<dot])
        guard key.isSigned(token[token.utf8.index(after: dot)...], "invitation \(text)"), let plain = Self.text(text)
        else { return nil }
        let parts = plain.split(separator: "/", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, let end = Int64(parts[0]) else { return nil }
        return Invitation(survey: String(parts[1]), customer: String(parts[2]), expiresAt: Timestamp(end))
    }

    /// RFC 4648 section 5, without padding: it stands in links.
    private static func base64url(_ text: String) -> String {
        Data(text.utf8).base64EncodedString()
            .replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }

    private static func text(_ base64url: String) -> String? {
        let padding = String(repeating: "=", count: (4 - base64url.utf8.count % 4) % 4)
        let base64 = base64url.replacing("-", with: "+").replacing("_", with: "/") + padding
        return Data(base64Encoded: base64).flatMap { String(validating: $0, as: UTF8.self) }
    }
}

/// The right to a session, as it was opened: when an invitation goes on with what was begun by a name, whoever only
/// named the customer is left out.
struct SessionRight: Equatable, Sendable {
    let session: String
    let opening: SurveySession.Opening

    fileprivate var text: String { "session \(session) \(opening.rawValue)" }
}

extension SurveySession {
    var right: SessionRight { SessionRight(session: id, opening: opening) }
}

/// The right of one customer to one survey, until a time. The link that carries it is all they need.
struct Invitation: Equatable, Sendable {
    var survey: String
    var customer: String
    var expiresAt: Timestamp

    /// The longest names, encoded.
    static let tokenBytesMax = 1_024
    static let daysStandard = 30
    static let daysMax = 3_650
}
