import Storage

extension Eraser {
    /// Messages whose contact is a customer's id. Those that tell of a customer in other words nobody can find.
    static let messages = Eraser(name: "messages") { snapshot, subject throws(StorageError) in
        guard case .customer(let id) = subject else { return [] }
        return try snapshot.all("SELECT id FROM message WHERE contact = ?", .text(id), as: { $0.text(0) })
    } erase: { transaction, id throws(StorageError) in
        let isThere = try transaction.snapshot.message(id) != nil
        try transaction.eraseMessage(id)
        return isThere ? 1 : 0
    }
}
