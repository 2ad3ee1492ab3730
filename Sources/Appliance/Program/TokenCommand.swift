import Storage

/// `parley token`: for operators who have the folder, before there is a token or after the last one was lost.
///
/// Works on a stopped program only: one process owns the data. A running one has `/api/admin/tokens`.
enum TokenCommand {
    static let days = Option(
        flag: "--days", variable: "", placeholder: "N", standard: "",
        about: "Days until the token expires; never when left out.")
    static let scope = Option(
        flag: "--scope", variable: "", placeholder: "SCOPE", standard: "",
        about: "What the token may do, separated by commas.")

    static func run(_ arguments: [String], _ environment: [String: String]) async throws(UsageError) -> ExitCode {
        let values = try OptionValues(arguments, environment: environment, options: [.data, scope, days])
        let folder = try Configuration.dataFolder(values)
        let now = systemClock()
        switch (values.operands.first, values.operands.count) {
        case ("list", 1):
            return await withDatabase(folder) { database in
                for token in try await database.read({ snapshot throws(StorageError) in try snapshot.tokens() }) {
                    OutputText.standardOutput.write(line(token, at: now))
                }
                return .done
            }
        case ("create", 2):
            let (token, secret) = try draft(named: values.operands[1], values, at: now).token(at: now)
            return await withDatabase(folder) { database in
                try await database.write { transaction throws(StorageError) in try transaction.insert(token) }
                OutputText.standardOutput.write("\(secret)\n")
                return .done
            }
        case ("revoke", 2):
            let id = values.operands[1]
            return await withDatabase(folder) { database in
                let found = try await database.write { transaction throws(StorageError) in
                    try transaction.revokeToken(id, at: now)
                }
                if !found { Program.complain("there is no valid token \(id)") }
                return found ? .done : .failed
            }
        default:
            throw UsageError(explanation: "token: say 'list', 'create NAME --scope SCOPE' or 'revoke ID'")
        }
    }

    private static func draft(named name: String, _ values: OptionValues, at now: Int64) throws(UsageError)
        -> TokenDraft
    {
        guard Name.isValid(name), name != Token.adminName
        else {
            throw UsageError(
                explanation: "token: '\(name)' is not a name of lower-case letters, digits, '.', '_' and '-'")
        }
        let words = Scope.ofTokens.map(\.rawValue).joined(separator: ", ")
        let scopes = try values.value(scope, "one or more of \(words), with commas between") { text -> Set<Scope>? in
            let parts = text.split(separator: ",", omittingEmptySubsequences: false)
            let scopes = parts.compactMap { part in Scope.ofTokens.first { $0.rawValue == part } }
            return scopes.count == parts.count ? Set(scopes) : nil
        }
        guard values.given(days) != nil else { return TokenDraft(name: name, scopes: scopes) }
        let count = try values.value(days, "a number of days from 1 to 3650") {
            Int64($0).flatMap { (1...3_650).contains($0) ? $0 : nil }
        }
        return TokenDraft(name: name, scopes: scopes, expiresAt: Timestamp(now + Timestamp.hours(24 * count)))
    }

    private static func line(_ token: Token, at now: Int64) -> String {
        let state = token.revokedAt != nil ? "revoked" : token.isValid(at: now) ? "valid" : "expired"
        let scopes = token.scopes.map(\.rawValue).sorted().joined(separator: ",")
        let end = token.expiresAt.map { " until \($0.iso8601)" } ?? ""
        let last = token.lastUsedAt.map { "  used \($0.iso8601)" } ?? ""
        return "\(token.id)  \(token.name)  \(scopes)  \(state)\(end)\(last)\n"
    }

    static func withDatabase(_ folder: String, _ body: (Database) async throws -> ExitCode) async -> ExitCode {
        do {
            let database = try Database(.init(folder: folder), migrations: App.migrations)
            defer { database.close() }
            return try await body(database)
        } catch {
            return Program.fail(error)
        }
    }
}
