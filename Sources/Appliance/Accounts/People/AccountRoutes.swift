import Storage
import Web

/// `/api/account`: what people do with their own account.
struct AccountRoutes: Sendable {
    let accounts: Accounts

    func register(in routes: inout Routes) {
        routes.get(
            "/api/account", needs: .own, "Tells who is signed in, what they may do, and where else they are signed in.",
            answers: [.json(OwnAccountReport.self)]
        ) { call in
            return .json(try await report(call))
        }
        routes.patch(
            "/api/account", needs: .own, "Changes one's name.", takes: OwnAccountChange.self,
            answers: [.json(OwnAccountReport.self)]
        ) { call in
            try await rename(call)
        }
        routes.post(
            "/api/account/password", needs: .own, "Changes one's password, and ends all sessions but this one.",
            takes: PasswordChange.self, answers: [.nothing()]
        ) { call in
            let mark = try await accounts.changePassword(try call.read(PasswordChange.self), call)
            let cookie = accounts.gate.cookie
            guard cookie.secret(in: call.request) != nil else { return Response(.noContent) }
            return Response(.noContent, headers: ["set-cookie": cookie.setting(device: mark, for: call.request)])
        }
        routes.get(
            "/api/account/sessions", needs: .own, "Lists where one is signed in, the one used last first.",
            answers: [.json(Items<SessionReport>.self, .ok, "All: there are \(AccountSession.countMax) at most.")]
        ) { call in
            let sessions = try await report(call).sessions
            return .json(Items(sessions, Page(limit: AccountSession.countMax), cursor: \.session.id))
        }
        routes.delete(
            "/api/account/sessions/{id}", needs: .own, "Ends a session of one's own.", answers: [.nothing()]
        ) { call, id in
            guard try await end(id, call) else { throw Problem.notFound("session") }
            return Response(.noContent)
        }
        routes.delete(
            "/api/account/sessions", needs: .own, "Ends all sessions of one's own but this one.", answers: [.nothing()]
        ) { call in
            try await endAll(call, besides: call.caller.sessionID)
            return Response(.noContent)
        }
        routes.post(
            "/api/account/sign-out", needs: .own, "Ends this session, and has the browser forget it.",
            answers: [.nothing()]
        ) { call in
            if let session = call.caller.sessionID { _ = try await end(session, call) }
            return signedOut(call)
        }
        routes.post(
            "/api/account/sign-out-everywhere", needs: .own, "Ends all sessions of one's own, this one included.",
            answers: [.nothing()]
        ) { call in
            try await endAll(call, besides: nil)
            return signedOut(call)
        }
    }

    private func signedOut(_ call: Call) -> Response {
        Response(.noContent, headers: ["set-cookie": accounts.gate.cookie.clearing(for: call.request)])
    }

    private func report(_ call: Call) async throws -> OwnAccountReport {
        let id = try call.caller.accountID(), now = accounts.now()
        let found = try await accounts.database.read { snapshot throws(StorageError) -> AccountStanding? in
            guard let account = try snapshot.account(id) else { return nil }
            return AccountStanding(account: account, sessions: try snapshot.sessions(of: id))
        }
        guard let found else { throw Problem.unauthenticated }
        let live = found.sessions.filter { $0.endsAt.milliseconds > now || $0.id == call.caller.sessionID }
        return OwnAccountReport(
            account: found.account,
            sessions: live.map { SessionReport(session: $0, isCurrent: $0.id == call.caller.sessionID) })
    }

    private func rename(_ call: Call) async throws -> Response {
        let change = try call.read(OwnAccountChange.self), id = try call.caller.accountID(), now = accounts.now()
        let standing = try await accounts.database.write { transaction throws(StorageError) -> AccountStanding? in
            guard let account = try transaction.snapshot.account(id) else { return nil }
            try transaction.save(
                id, name: change.name, role: account.role, disabledAt: account.disabledAt?.milliseconds, at: now)
            try transaction.audit(AuditEntry(call, "account.renamed", id), at: now)
            return try transaction.standing(afterChangeOf: id)
        }
        if let standing { accounts.gate.attendance.load(standing) }
        return .json(try await report(call))
    }

    private func end(_ session: String, _ call: Call) async throws -> Bool {
        let id = try call.caller.accountID(), now = accounts.now()
        let standing = try await accounts.database.write { transaction throws(StorageError) -> AccountStanding? in
            guard try transaction.endSession(session, of: id) else { return nil }
            try transaction.audit(AuditEntry(call, "session.ended", session), at: now)
            return try transaction.standing(afterChangeOf: id)
        }
        if let standing { accounts.gate.attendance.load(standing) }
        return standing != nil
    }

    private func endAll(_ call: Call, besides kept: String?) async throws {
        let id = try call.caller.accountID(), now = accounts.now()
        let standing = try await accounts.database.write { transaction throws(StorageError) -> AccountStanding? in
            let count = try transaction.endSessions(of: id, besides: kept)
            try transaction.audit(AuditEntry(call, "sessions.ended", id, ["count": "\(count)"]), at: now)
            return try transaction.standing(afterChangeOf: id)
        }
        if let standing { accounts.gate.attendance.load(standing) }
    }
}
