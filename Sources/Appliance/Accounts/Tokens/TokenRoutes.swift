import Storage
import Web

/// `/api/admin/tokens`: make, list and revoke the tokens by which the API is called.
struct TokenRoutes: Sendable {
    let database: Database
    let gate: Gate
    let now: WallClock

    func register(in routes: inout Routes) {
        routes.post(
            "/api/admin/tokens", needs: .admin, "Makes a token. The answer shows its secret, once.",
            takes: TokenDraft.self, answers: [.json(Made.self, .created, "The token, with its secret.")]
        ) { call in
            let draft = try call.read(TokenDraft.self), now = now()
            if let end = draft.expiresAt, end.milliseconds <= now {
                throw Problem.invalid([FieldProblem("expires_at", "Must be in the future.")])
            }
            let (token, secret) = draft.token(at: now)
            gate.load(
                try await database.write { transaction throws(StorageError) in
                    try transaction.insert(token)
                    let scopes = token.scopes.map(\.rawValue).sorted().joined(separator: " ")
                    try transaction.audit(
                        AuditEntry(call, "token.created", token.id, ["name": token.name, "scopes": scopes]), at: now)
                    return try transaction.snapshot.tokens()
                })
            return .json(Made(token: token, secret: secret), status: .created)
        }
        routes.get(
            "/api/admin/tokens", needs: .admin, "Lists all tokens, revoked ones included, without their secrets.",
            answers: [.json(Items<Token>.self, .ok, "All of them.")]
        ) { call in
            let tokens = try await database.read { snapshot throws(StorageError) in try snapshot.tokens() }
            return .json(Items(tokens, Page(limit: tokens.count), cursor: \.id))
        }
        routes.delete(
            "/api/admin/tokens/{id}", needs: .admin, "Revokes a token at once and for good.", answers: [.nothing()]
        ) { call, id in
            let now = now()
            let tokens = try await database.write { transaction throws(StorageError) -> [Token]? in
                guard try transaction.revokeToken(id, at: now) else { return nil }
                try transaction.audit(AuditEntry(call, "token.revoked", id), at: now)
                return try transaction.snapshot.tokens()
            }
            guard let tokens else { throw Problem.notFound("valid token") }
            gate.load(tokens)
            return Response(.noContent)
        }
    }

    private struct Made: Exemplified {
        static let examples = [Made(token: Token.examples[0], secret: "parley_…")]
        let token: Token
        let secret: String
    }
}

/// What a client may say of a new token.
struct TokenDraft: InputShape {
    private static let name = Field.name("name", "What the token is called, for example after who uses it.")
    private static let scopes = Field.scopes("scopes", "What its bearer may do.")
    private static let expiresAt = Field.time("expires_at", "When it ends; never when left out.").optional

    static let fields = [name.description, scopes.description, expiresAt.description]

    let name: String
    let scopes: Set<Scope>
    let expiresAt: Timestamp?

    init(_ input: inout Input) {
        name = input.take(Self.name)
        scopes = input.take(Self.scopes)
        expiresAt = input.take(Self.expiresAt)
        if name == Token.adminName {
            input.refuse("name", "'\(name)' is the token of the environment; take another name.")
        }
    }

    init(name: String, scopes: Set<Scope>, expiresAt: Timestamp? = nil) {
        self.name = name
        self.scopes = scopes
        self.expiresAt = expiresAt
    }

    func token(at now: Int64, secret: String = Token.makeSecret()) -> (Token, secret: String) {
        let token = Token(
            id: UUIDv7.next(at: now), name: name, digest: Token.digest(of: secret), scopes: scopes,
            createdAt: Timestamp(now), expiresAt: expiresAt, revokedAt: nil)
        return (token, secret)
    }
}

extension Field where Value == Set<Scope> {
    fileprivate static func scopes(_ name: String, _ about: String) -> Field {
        let words = Scope.ofTokens.map(\.rawValue)
        var schema = Schema(.array, about)
        schema.items = [Field<String>.word("", words, "").description.schema]
        schema.minItems = 1
        let wanted = "a list of: \(words.joined(separator: ", "))"
        return Field(required: name, schema, wanted: wanted, standIn: []) { (texts: [String]) in
            let scopes = texts.compactMap { text in Scope.ofTokens.first { $0.rawValue == text } }
            guard !scopes.isEmpty, scopes.count == texts.count else {
                return .failure(Refusal(detail: "Must be \(wanted)."))
            }
            return .success(Set(scopes))
        }
    }
}
