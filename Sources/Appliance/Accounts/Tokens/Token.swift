import Storage

/// What a bearer of a token may do.
enum Scope: String, CaseIterable, Codable, Sendable {
    case messagesSend = "messages:send"
    case messagesRead = "messages:read"
    case customersRead = "customers:read"
    case customersWrite = "customers:write"
    case surveysRead = "surveys:read"
    case surveysWrite = "surveys:write"
    case quizzesRead = "quizzes:read"
    case quizzesWrite = "quizzes:write"
    /// Make games of quizzes and run them.
    case gamesHost = "games:host"
    case bridgeRead = "bridge:read"
    /// Set the bridge up, ask for polls and replays, retry and skip conversations.
    case bridgeWrite = "bridge:write"
    /// See the outbox, backups, audit log, retention and running configuration.
    case operationsRead = "operations:read"
    /// Retry and cancel deliveries, make backups, change retention and the level of the log.
    case operationsWrite = "operations:write"
    /// What every account may do with itself. Accounts have it, tokens cannot: it is about the person who signed in.
    case own
    /// Everything, administration included.
    case admin

    /// What a token can be given.
    static let ofTokens = allCases.filter { $0 != .own }
}

/// A named right to call the API. The secret itself is shown once and kept only as its SHA-256.
struct Token: Equatable, Sendable {
    let id: String
    let name: String
    let digest: String                 // SHA-256 of the secret, lower-case hex
    let scopes: Set<Scope>
    let createdAt: Timestamp
    let expiresAt: Timestamp?
    let revokedAt: Timestamp?
    /// Known to a few minutes (`UseNotes.pauseMs`).
    var lastUsedAt: Timestamp?

    func isValid(at now: Int64) -> Bool {
        revokedAt == nil && expiresAt.map { now < $0.milliseconds } ?? true
    }
}

extension Token {
    /// The token that the environment or the first start makes; no other may take its name.
    static let adminName = "admin"

    /// A new secret: 256 random bits behind a prefix by which secret scanners and people recognise it.
    static func makeSecret() -> String {
        var random = SystemRandomNumberGenerator()             // getrandom(2)
        let digits = Array("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
        return "parley_" + String((0..<43).map { _ in digits.randomElement(using: &random)! })
    }

    static func digest(of secret: String) -> String { SHA256.hex(of: Array(secret.utf8)) }
}

extension Token: Exemplified {
    static let examples = [
        Token(
            id: "019c137f-6d0a-7b1e-9c44-5d2e8f3a1b60", name: "bot", digest: "", scopes: [.messagesSend],
            createdAt: .example, expiresAt: nil, revokedAt: nil)
    ]

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(id, forKey: .id)
        try container.encode(name, forKey: .name)
        try container.encode(scopes.sorted { $0.rawValue < $1.rawValue }, forKey: .scopes)
        try container.encode(createdAt, forKey: .createdAt)
        try container.encode(expiresAt, forKey: .expiresAt)
        try container.encode(revokedAt, forKey: .revokedAt)
        try container.encode(lastUsedAt, forKey: .lastUsedAt)
    }

    private enum Key: String, CodingKey {
        case id, name, scopes
        case lastUsedAt = "last_used_at"
        case createdAt = "created_at"
        case expiresAt = "expires_at"
        case revokedAt = "revoked_at"
    }
}
