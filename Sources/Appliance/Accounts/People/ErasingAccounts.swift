import Storage
import Web

extension Accounts {
    /// An account with its sessions, tickets and mails; open WebSockets of theirs end with it.
    var eraser: Eraser {
        Eraser(name: "account") { snapshot, subject throws(StorageError) in
            guard case .account(let id) = subject else { return [] }
            return try snapshot.account(id).map { [$0.id] } ?? []
        } erase: { [now] transaction, id throws(StorageError) in
            guard let account = try transaction.snapshot.account(id) else { return 0 }
            try transaction.endTickets(email: account.email, at: now())
            return try transaction.deleteAccount(id)
        } hindrance: { [now] snapshot, subject throws(StorageError) in
            guard case .account(let id) = subject, let account = try snapshot.account(id) else { return nil }
            return try snapshot.isLastAdmin(account, at: now()) ? .lastAdmin : nil
        } forget: { [gate] id in
            gate.attendance.forget(id)
        }
    }
}
