import Outbound
import Storage

extension Snapshot {
    /// A ticket that is good still.
    borrowing func ticket(digest: String, at now: Int64) throws(StorageError) -> AccountTicket? {
        try first(
            """
            SELECT id, digest, purpose, account, email, created_at FROM account_ticket WHERE digest = ? AND ends_at > ?
            """, .text(digest), .integer(now)
        ) { row throws(StorageError) in
            guard let purpose = AccountTicket.Purpose(rawValue: row.text(2)) else {
                preconditionFailure("a purpose that was never stored")
            }
            return AccountTicket(
                id: row.text(0), digest: row.text(1), purpose: purpose, account: row.optionalText(3),
                email: row.text(4), createdAt: Timestamp(row.integer(5)))
        }
    }

    /// How many tickets for an address were made since then.
    borrowing func ticketsCount(email: String, since: Int64) throws(StorageError) -> Int {
        try first(
            "SELECT count(*) FROM account_ticket WHERE email_key = ? AND created_at > ?",
            .text(EmailAddress.key(email)), .integer(since)
        ) { row throws(StorageError) in Int(row.integer(0)) } ?? 0
    }

    /// Sign-ups whose address is not proved yet.
    borrowing func signUpsCount() throws(StorageError) -> Int {
        try first("SELECT count(*) FROM account_ticket WHERE account IS NULL") { row throws(StorageError) in
            Int(row.integer(0))
        } ?? 0
    }
}

extension Transaction {
    borrowing func insert(_ ticket: AccountTicket) throws(StorageError) {
        try run(
            """
            INSERT INTO account_ticket (id, digest, purpose, account, email, email_key, created_at, ends_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            """,
            .text(ticket.id), .text(ticket.digest), .text(ticket.purpose.rawValue), .optional(ticket.account),
            .text(ticket.email), .text(EmailAddress.key(ticket.email)), .integer(ticket.createdAt.milliseconds),
            .integer(ticket.expiresAt.milliseconds))
    }

    /// Ends every ticket for an address, and calls back their mails: a password was chosen, or the account goes.
    @discardableResult
    borrowing func endTickets(email: String, at now: Int64) throws(StorageError) -> Int {
        try endTickets(
            try all("SELECT id FROM account_ticket WHERE email_key = ?", .text(EmailAddress.key(email))) {
                row throws(StorageError) in row.text(0)
            }, at: now)
    }

    /// Forgets up to `limit` tickets that have ended, and returns how many they were.
    borrowing func forgetEndedTickets(at now: Int64, limit: Int) throws(StorageError) -> Int {
        try endTickets(
            try all(
                "SELECT id FROM account_ticket WHERE ends_at <= ? ORDER BY ends_at LIMIT ?", .integer(now),
                .integer(limit)
            ) { row throws(StorageError) in row.text(0) }, at: now)
    }

    private borrowing func endTickets(_ ids: [String], at now: Int64) throws(StorageError) -> Int {
        for id in ids {
            _ = try cancelDeliveries(source: AccountMail.source, reference: id, at: now)
            try blankDeliveries(source: AccountMail.source, reference: id)
            try run("DELETE FROM account_ticket WHERE id = ?", .text(id))
        }
        return ids.count
    }
}
