import Storage

enum AccountTables {
    static let migrations = [
        Migration(
            feature: "accounts", version: 2,
            "ALTER TABLE token ADD COLUMN last_used_at INTEGER",
            """
            CREATE TABLE account (
                id           TEXT    NOT NULL PRIMARY KEY,  -- UUIDv7
                email        TEXT    NOT NULL,              -- as typed
                email_key    TEXT    NOT NULL UNIQUE,       -- in lower case
                name         TEXT,
                role         TEXT    NOT NULL,
                password     TEXT,                          -- scrypt$…; NULL until one was chosen
                revision     INTEGER NOT NULL,              -- rises with every change, of its sessions too
                created_at   INTEGER NOT NULL,              -- Unix milliseconds, UTC, as all times
                changed_at   INTEGER NOT NULL,
                signed_in_at INTEGER,
                disabled_at  INTEGER
            ) STRICT
            """,
            """
            CREATE TABLE account_session (
                id         TEXT    NOT NULL PRIMARY KEY,    -- UUIDv7
                account    TEXT    NOT NULL REFERENCES account (id) ON DELETE CASCADE,
                digest     TEXT    NOT NULL UNIQUE,         -- SHA-256 of the secret, hex
                created_at INTEGER NOT NULL,
                used_at    INTEGER NOT NULL,                -- to a few minutes
                ends_at    INTEGER NOT NULL,                -- unless it is used again
                agent      TEXT
            ) STRICT
            """,
            "CREATE INDEX account_session_by_account ON account_session (account, id)",
            "CREATE INDEX account_session_by_end ON account_session (ends_at)",
            """
            CREATE TABLE account_ticket (
                id         TEXT    NOT NULL PRIMARY KEY,    -- UUIDv7; the outbox knows its mail by it
                digest     TEXT    NOT NULL UNIQUE,         -- SHA-256 of the secret, hex
                purpose    TEXT    NOT NULL,
                account    TEXT    REFERENCES account (id) ON DELETE CASCADE,
                email      TEXT    NOT NULL,
                email_key  TEXT    NOT NULL,
                created_at INTEGER NOT NULL,
                ends_at    INTEGER NOT NULL
            ) STRICT
            """,
            "CREATE INDEX account_ticket_by_email ON account_ticket (email_key, created_at)",
            "CREATE INDEX account_ticket_by_account ON account_ticket (account)",
            "CREATE INDEX account_ticket_by_end ON account_ticket (ends_at)",
            """
            CREATE TABLE account_tally (
                name  TEXT    NOT NULL PRIMARY KEY,
                count INTEGER NOT NULL
            ) STRICT, WITHOUT ROWID
            """)
    ]
}

/// Which accounts a list shows.
struct AccountFilter: Equatable, Sendable {
    var role: Role?
    var state: Account.State?
    var email: String?
}

extension Snapshot {
    borrowing func account(_ id: String) throws(StorageError) -> Account? {
        try first(
            """
            SELECT id, email, name, role, password IS NOT NULL, created_at, changed_at, signed_in_at, disabled_at,
                revision
            FROM account WHERE id = ?
            """, .text(id)
        ) { row throws(StorageError) in Account(row) }
    }

    borrowing func account(email: String) throws(StorageError) -> Account? {
        let id = try first("SELECT id FROM account WHERE email_key = ?", .text(EmailAddress.key(email))) {
            row throws(StorageError) in row.text(0)
        }
        guard let id else { return nil }
        return try account(id)
    }

    /// Accounts in the order in which they were made, one more than the page holds if there are more.
    borrowing func accounts(_ filter: AccountFilter, _ page: Page) throws(StorageError) -> [Account] {
        let (role, state) = (filter.role?.rawValue ?? "", filter.state?.rawValue ?? "")
        let email = filter.email.map(EmailAddress.key) ?? ""
        return try all(
            """
            SELECT id, email, name, role, password IS NOT NULL, created_at, changed_at, signed_in_at, disabled_at,
                revision
            FROM account
            WHERE id > ? AND (? = '' OR role = ?) AND (? = '' OR email_key = ?)
                AND (? = '' OR ? = CASE WHEN disabled_at IS NOT NULL THEN 'disabled'
                    WHEN password IS NULL THEN 'invited' ELSE 'active' END)
            ORDER BY id LIMIT ?
            """,
            [
                .text(page.after ?? ""), .text(role), .text(role), .text(email), .text(email), .text(state),
                .text(state), .integer(page.limit + 1),
            ]
        ) { row throws(StorageError) in Account(row) }
    }

    borrowing func accountsCount() throws(StorageError) -> Int {
        try first("SELECT count(*) FROM account") { row throws(StorageError) in Int(row.integer(0)) } ?? 0
    }

    /// What the password of an account has to match; nil where none was chosen.
    borrowing func password(of account: String) throws(StorageError) -> String? {
        try first("SELECT password FROM account WHERE id = ?", .text(account)) { row throws(StorageError) in
            row.optionalText(0)
        } ?? nil
    }

    /// Whether somebody could go on administering if that account could not: another admin's account, or a token.
    borrowing func isAdministered(without account: String, at now: Int64) throws(StorageError) -> Bool {
        let other = try first(
            """
            SELECT 1 FROM account
            WHERE role = 'admin' AND disabled_at IS NULL AND password IS NOT NULL AND id <> ? LIMIT 1
            """, .text(account)
        ) { row throws(StorageError) in true }
        if other == true { return true }
        return try tokens().contains { $0.scopes.contains(.admin) && $0.isValid(at: now) }
    }

    /// Sessions of an account, the one that was used last first; those that have ended may be among them for a while.
    borrowing func sessions(of account: String) throws(StorageError) -> [AccountSession] {
        try all(
            """
            SELECT id, digest, created_at, used_at, agent FROM account_session WHERE account = ?
            ORDER BY used_at DESC, id DESC
            """, .text(account)
        ) { row throws(StorageError) in AccountSession(row) }
    }

    /// Everybody who signed in.
    borrowing func accountStandings() throws(StorageError) -> [AccountStanding] {
        let ids = try all("SELECT DISTINCT account FROM account_session") { row throws(StorageError) in row.text(0) }
        var standings: [AccountStanding] = []
        for id in ids {
            guard let account = try account(id) else { continue }
            standings.append(AccountStanding(account: account, sessions: try sessions(of: id)))
        }
        return standings
    }
}

extension Transaction {
    borrowing func insert(_ account: Account) throws(StorageError) {
        try run(
            """
            INSERT INTO account (id, email, email_key, name, role, revision, created_at, changed_at)
            VALUES (?, ?, ?, ?, ?, 1, ?, ?)
            """,
            .text(account.id), .text(account.email), .text(EmailAddress.key(account.email)), .optional(account.name),
            .text(account.role.rawValue), .integer(account.createdAt.milliseconds),
            .integer(account.changedAt.milliseconds))
    }

    /// Makes an account that has no password yet.
    borrowing func makeAccount(
        email: String, name: String? = nil, role: Role, at now: Int64
    ) throws(StorageError) -> Account {
        let account = Account(
            id: UUIDv7.next(at: now), email: email, name: name, role: role, hasPassword: false,
            createdAt: Timestamp(now), changedAt: Timestamp(now), signedInAt: nil, disabledAt: nil, revision: 1)
        try insert(account)
        return account
    }

    /// Stores name, role and whether it is disabled.
    borrowing func save(
        _ account: String, name: String?, role: Role, disabledAt: Int64?, at now: Int64
    ) throws(StorageError) {
        try run(
            "UPDATE account SET name = ?, role = ?, disabled_at = ?, changed_at = ? WHERE id = ?", .optional(name),
            .text(role.rawValue), .optional(disabledAt), .integer(now), .text(account))
    }

    borrowing func setPassword(_ hash: PasswordHash, of account: String, at now: Int64) throws(StorageError) {
        try run(
            "UPDATE account SET password = ?, changed_at = ? WHERE id = ?", .text(hash.text), .integer(now),
            .text(account))
    }

    /// Deletes an account with its sessions and tickets; the deliveries of the tickets are not among them.
    borrowing func deleteAccount(_ id: String) throws(StorageError) -> Int {
        try run("DELETE FROM account WHERE id = ?", .text(id))
    }

    /// Stores a session that begins; of more than `countMax` those that were used longest ago end.
    borrowing func begin(_ session: AccountSession, of account: String) throws(StorageError) {
        let now = Value.integer(session.createdAt.milliseconds)
        try run(
            """
            INSERT INTO account_session (id, account, digest, created_at, used_at, ends_at, agent)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            """,
            .text(session.id), .text(account), .text(session.digest), now, now,
            .integer(session.endsAt.milliseconds), .optional(session.agent))
        try run(
            """
            DELETE FROM account_session WHERE account = ? AND id NOT IN
                (SELECT id FROM account_session WHERE account = ? ORDER BY used_at DESC, id DESC LIMIT ?)
            """, .text(account), .text(account), .integer(AccountSession.countMax))
        try run("UPDATE account SET signed_in_at = ? WHERE id = ?", now, .text(account))
    }

    /// Ends one session of an account, and tells whether there was one.
    borrowing func endSession(_ id: String, of account: String) throws(StorageError) -> Bool {
        try run("DELETE FROM account_session WHERE id = ? AND account = ?", .text(id), .text(account)) > 0
    }

    /// Ends all sessions of an account but one, and tells how many there were.
    @discardableResult
    borrowing func endSessions(of account: String, besides kept: String? = nil) throws(StorageError) -> Int {
        try run("DELETE FROM account_session WHERE account = ? AND id <> ?", .text(account), .text(kept ?? ""))
    }

    /// What the gate has to know after a change: call it last in the write, and give it to the gate after the commit.
    borrowing func standing(afterChangeOf account: String) throws(StorageError) -> AccountStanding? {
        try run("UPDATE account SET revision = revision + 1 WHERE id = ?", .text(account))
        guard let found = try snapshot.account(account) else { return nil }
        return AccountStanding(account: found, sessions: try snapshot.sessions(of: account))
    }

    /// Counts something that leaves no other row, so that it takes as long as what does.
    borrowing func count(_ name: String) throws(StorageError) {
        try run(
            """
            INSERT INTO account_tally (name, count) VALUES (?, 1)
            ON CONFLICT (name) DO UPDATE SET count = account_tally.count + 1
            """, .text(name))
    }

    /// Forgets up to `limit` sessions that have ended, and returns how many they were.
    borrowing func forgetEndedSessions(at now: Int64, limit: Int) throws(StorageError) -> Int {
        try run(
            """
            DELETE FROM account_session WHERE id IN
                (SELECT id FROM account_session WHERE ends_at <= ? ORDER BY ends_at LIMIT ?)
            """, .integer(now), .integer(limit))
    }

    /// Notes when tokens and sessions were used last.
    borrowing func note(_ uses: [UseNotes.Use]) throws(StorageError) {
        for use in uses {
            switch use.of {
            case .token(let id):
                try run(
                    "UPDATE token SET last_used_at = ? WHERE id = ? AND (last_used_at IS NULL OR last_used_at < ?)",
                    .integer(use.at), .text(id), .integer(use.at))
            case .session(let id, let createdAt):
                let end = AccountSession.end(createdAt: createdAt, usedAt: use.at).milliseconds
                try run(
                    "UPDATE account_session SET used_at = ?, ends_at = ? WHERE id = ? AND used_at < ?",
                    .integer(use.at), .integer(end), .text(id), .integer(use.at))
            }
        }
    }
}

extension Account {
    fileprivate init(_ row: borrowing Row) {
        guard let role = Role(rawValue: row.text(3)) else { preconditionFailure("a role that was never stored") }
        self.init(
            id: row.text(0), email: row.text(1), name: row.optionalText(2), role: role, hasPassword: row.truth(4),
            createdAt: Timestamp(row.integer(5)), changedAt: Timestamp(row.integer(6)),
            signedInAt: row.optionalInteger(7).map(Timestamp.init),
            disabledAt: row.optionalInteger(8).map(Timestamp.init), revision: row.integer(9))
    }
}

extension AccountSession {
    fileprivate init(_ row: borrowing Row) {
        self.init(
            id: row.text(0), digest: row.text(1), createdAt: Timestamp(row.integer(2)),
            usedAt: Timestamp(row.integer(3)), agent: row.optionalText(4))
    }
}
