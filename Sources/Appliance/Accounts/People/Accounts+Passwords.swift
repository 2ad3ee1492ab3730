import Storage
import Web

extension Accounts {
    /// Changes a password by the old one, and ends every other session.
    ///
    /// - Returns: a mark for this device: the earlier ones went with the password.
    /// - Throws: `Problem` 403 for a wrong old password, 422, 429, 503; `StorageError`.
    func changePassword(_ draft: PasswordChange, _ call: Call) async throws -> String {
        let id = try call.caller.accountID(), session = call.caller.sessionID
        let stored = try await database.read { snapshot throws(StorageError) in try snapshot.password(of: id) }
        // Whoever finds a device unlocked must not guess on it for ever.
        let keys = [SignInDelays.Key.device(id)]
        if let wait = delays.begin(keys, at: now()) { throw Problem.signInDelayed(wait) }
        let hash: PasswordHash
        do throws(Problem) {
            guard case .right = try await passwords.check(
                draft.old, against: stored.flatMap(PasswordHash.init), for: .known(id))
            else { throw .passwordWrong }
            if let detail = Password.problem(with: draft.new, for: call.caller.name) {
                throw .invalid([FieldProblem("new", detail)])
            }
            hash = try await passwords.hash(draft.new, for: .known(id))
        } catch {
            if error != .passwordWrong { delays.withdraw(keys) }
            throw error
        }
        delays.succeed(keys)
        let now = now()
        let standing = try await database.write { transaction throws(StorageError) -> AccountStanding? in
            guard try transaction.snapshot.password(of: id) == stored else { return nil }
            try transaction.setPassword(hash, of: id, at: now)
            try transaction.endTickets(email: call.caller.name, at: now)
            try transaction.endSessions(of: id, besides: session)
            try transaction.audit(AuditEntry(call, "password.changed", id), at: now)
            return try transaction.standing(afterChangeOf: id)
        }
        guard let standing else { throw Problem.passwordWrong }
        gate.attendance.load(standing)
        return marks.make(for: id, password: hash.text, at: now)
    }
}

extension Problem {
    fileprivate static let passwordWrong = Problem(
        .forbidden, "account.password_wrong", "That is not your password of today.")
}
