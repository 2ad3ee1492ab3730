import Storage
import Web

extension Accounts {
    /// An account with its sessions, tickets and mails. What other features know of it goes before.
    var eraser: Eraser {
        Eraser(name: "account") { snapshot, subject throws(StorageError) in
            guard case .account(let id) = subject else { return [] }
            return try snapshot.account(id).map { [$0.id] } ?? []
        } erase: { [erasers, now] transaction, id throws(StorageError) in
            try transaction.eraseAccount(id, erasers, at: now())["account"] ?? 0
        } hindrance: { [now] snapshot, subject throws(StorageError) in
            guard case .account(let id) = subject, let account = try snapshot.account(id) else { return nil }
            return try snapshot.isLastAdmin(account, at: now()) ? .lastAdmin : nil
        }
    }
}
