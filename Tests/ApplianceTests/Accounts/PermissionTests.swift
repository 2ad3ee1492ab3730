import Storage
import Synchronization
import Testing
import Web

@testable import Appliance

/// docs/permissions.md, held to the program cell by cell.
@Suite(.timeLimit(.minutes(5))) struct PermissionTests {
    typealias Verdict = PermissionMatrix.Verdict

    /// As the document has them.
    static let columns: [Role] = [.player, .viewer, .host, .editor, .admin]

    @Test("every route has a row, with the scope it needs, and every row a route")
    func rows() async throws {
        let matrix = try PermissionMatrix()
        #expect(matrix.unclear.isEmpty)
        try await withAppliance { appliance in
            let rows = Dictionary(grouping: matrix.rows, by: \.route)
            for route in appliance.app.summaries {
                guard let row = rows[route.name] else {
                    Issue.record("missing in docs/permissions.md: \(route.row)")
                    continue
                }
                #expect(row.count == 1, "\(route.name)")
                if let scope = route.scope { #expect(row[0].scope == scope, "\(route.name)") }
            }
            let routes = Set(appliance.app.summaries.map(\.name))
            #expect(rows.keys.filter { !routes.contains($0) }.sorted() == [])
        }
    }

    @Test("the table of scopes has every scope, and who has it by their role")
    func scopes() throws {
        let matrix = try PermissionMatrix()
        #expect(Set(matrix.scopes.keys) == Set(Scope.allCases.map(\.rawValue)))
        for scope in Scope.allCases {
            let holders = Self.columns.filter { $0.allows(scope) }.map(\.rawValue)
            #expect(matrix.scopes[scope.rawValue] == holders, "\(scope.rawValue)")
        }
    }

    @Test("each route lets in whom its row lets in, and nobody else")
    func cells() async throws {
        let matrix = try PermissionMatrix()
        try await withAppliance { appliance in
            let hall = try await Hall(appliance)
            var checked = 0
            for row in matrix.rows {
                for isUnknown in [false, true] where isUnknown || row.pattern != Self.asksLater {
                    let status = await hall.ask(row, secret: isUnknown ? Token.makeSecret() : nil)
                    let isKept = Self.isKept(row.ofNobody, row, status, refusal: .unauthorized)
                    #expect(isKept, "\(row.route), nobody: \(status)")
                    checked += 1
                }
                for (role, verdict) in row.ofRoles {
                    let status = await hall.ask(row, secret: try await hall.secret(of: role, for: row))
                    #expect(Self.isKept(verdict, row, status, refusal: .forbidden), "\(row.route), \(role): \(status)")
                    checked += 1
                }
                for (scope, secret) in hall.tokens {
                    let status = await hall.ask(row, secret: secret)
                    let verdict = row.verdict(for: scope)
                    #expect(Self.isKept(verdict, row, status, refusal: .forbidden), "\(row.route), \(scope): \(status)")
                    checked += 1
                }
            }
            print("permissions: \(checked) cells of \(matrix.rows.count) routes")
            #expect(checked > 1_000)
        }
    }

    /// A WebSocket that may be opened without a token, and is closed when its first message brings none.
    private static let asksLater = "/api/surveys/{id}/analytics/live"

    private static func isKept(
        _ verdict: Verdict, _ row: PermissionMatrix.Row, _ status: Status, refusal: Status
    ) -> Bool {
        let isLetIn = status != .unauthorized && status != .forbidden && status != .internalError
        return switch verdict {
        case .yes: isLetIn
        case .no: status == refusal
        // One's own account is there; what a token in the path or query would be of is made up.
        case .own: row.scope == .own ? isLetIn : !isLetIn || status == .notFound
        }
    }
}

extension PermissionMatrix.Row {
    /// For a token that has just this scope.
    fileprivate func verdict(for scope: Scope) -> PermissionMatrix.Verdict {
        guard let needed = self.scope else { return ofNobody }
        return scope == needed || scope == .admin && needed != .own ? .yes : .no
    }
}

/// Everybody who may call, and one game that there is: everything else that is asked for is made up, so that nothing
/// comes of it.
private final class Hall: Sendable {
    let tokens: [(Scope, String)]
    private let app: App
    private let code: String
    private let accounts: [Role: Account]
    private let calls = Atomic(0)

    init(_ appliance: TestAppliance) async throws {
        app = appliance.app
        var tokens: [(Scope, String)] = []
        for scope in Scope.ofTokens { tokens.append((scope, try await appliance.token(scope.rawValue))) }
        self.tokens = tokens
        code = try #require(await appliance.ask(.post, "/api/quizzes/vocabulary/games").json["code"])
        let now = systemClock()
        accounts = try await app.database.write { transaction throws(StorageError) in
            var accounts: [Role: Account] = [:]
            for role in Role.allCases {
                accounts[role] = try transaction.makeAccount(email: "\(role)@example.org", role: role, at: now)
            }
            return accounts
        }
    }

    /// Signs in anew: a call may be one that signs out.
    func secret(of role: Role, for row: PermissionMatrix.Row) async throws -> String {
        let account = try #require(accounts[role]), secret = Token.makeSecret(), now = systemClock()
        let session = AccountSession(
            id: UUIDv7.next(at: now), digest: Token.digest(of: secret), createdAt: Timestamp(now),
            usedAt: Timestamp(now), agent: nil)
        let standing = try await app.database.write { transaction throws(StorageError) in
            try transaction.begin(session, of: account.id)
            return try transaction.standing(afterChangeOf: account.id)
        }
        app.gate.attendance.load(try #require(standing))
        return secret
    }

    func ask(_ row: PermissionMatrix.Row, secret: String?) async -> Status {
        let parts = row.pattern.split(separator: "/").map { part in
            part == "{code}" ? code : part.hasPrefix("{") ? "none" : String(part)
        }
        let number = calls.add(1, ordering: .relaxed).newValue
        guard let method = Method.allCases.first(where: { $0.name == row.method }) else { return .notFound }
        var headers: Headers = [:]
        if let secret { headers.add("authorization", "Bearer \(secret)") }
        // Each from another address: who brings wrong tokens has to wait.
        let request = Request(
            method, "/" + parts.joined(separator: "/"), headers: headers,
            peer: "10.\(number >> 16).\(number >> 8 & 255).\(number & 255)")
        return await app.respond(to: request).status
    }
}
