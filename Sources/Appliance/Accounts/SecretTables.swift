import Outbound
import Storage

/// Keys that the program makes for itself and that never leave it.
enum SecretTables {
    static let migrations = [
        Migration(feature: "secrets", version: 1, """
            CREATE TABLE secret (
                name  TEXT NOT NULL PRIMARY KEY,
                value BLOB NOT NULL
            ) STRICT, WITHOUT ROWID
            """),
        Migration(feature: "secrets", version: 2, """
            CREATE TABLE secret_scrub (
                due_at INTEGER NOT NULL PRIMARY KEY         -- Unix milliseconds, UTC; no row: nothing is due
            ) STRICT
            """),
    ]
}

/// A key as its row holds it: 32 bytes as they are, or the text of a sealed one.
private struct StoredSecret {
    static let bytes = 32

    let name: String
    let value: [UInt8]

    var place: SecretPlace { SecretPlace(kind: "secret", name: name, field: "value") }
    /// Nil: it is stored as it is.
    var sealed: String? { value.count == Self.bytes ? nil : String(decoding: value, as: UTF8.self) }

    func opened(by vault: Vault) throws(VaultFault) -> [UInt8] {
        guard let sealed else { return value }
        return try vault.open(sealed, at: place)
    }

    static func sealed(_ key: [UInt8], named name: String, by vault: Vault) -> StoredSecret {
        let plain = StoredSecret(name: name, value: key)
        return StoredSecret(name: name, value: vault.seal(key, at: plain.place).map { Array($0.utf8) } ?? key)
    }
}

extension Transaction {
    /// The key of that name, 32 random bytes, made when it is asked for first.
    ///
    /// - Throws: `.corrupt` for one that the vault does not open, which the start has looked for.
    borrowing func secret(named name: String, _ vault: Vault) throws(StorageError) -> [UInt8] {
        if let stored = try snapshot.storedSecrets().first(where: { $0.name == name }) {
            guard let key = try? stored.opened(by: vault) else { throw .corrupt }
            return key
        }
        var random = SystemRandomNumberGenerator()             // getrandom(2)
        let key = (0..<StoredSecret.bytes).map { _ in UInt8.random(in: .min ... .max, using: &random) }
        try save(.sealed(key, named: name, by: vault))
        return key
    }

    /// Seals the keys with the one that seals now, as `sealChannels` does with secrets of channels.
    borrowing func sealKeys(by vault: Vault) throws(StorageError) -> SecretCount {
        var count = SecretCount()
        for stored in try snapshot.storedSecrets() {
            guard stored.sealed.map({ !vault.isCurrent($0) }) ?? true, let key = try? stored.opened(by: vault)
            else { continue }
            try save(.sealed(key, named: stored.name, by: vault))
            if stored.sealed == nil { count.plain += 1 } else { count.sealed += 1 }
        }
        return count
    }

    /// Gives up the keys that cannot be opened: new ones are made in their place, which ends what they signed.
    borrowing func forgetUnopenedKeys(by vault: Vault) throws(StorageError) {
        for secret in try snapshot.unopenedKeys(by: vault) {
            try run("DELETE FROM secret WHERE name = ?", .text(secret.place.name))
        }
    }

    /// Notes that what secrets were stored as lies in the file still, until `noteScrubbed`.
    borrowing func noteScrubDue(at now: Int64) throws(StorageError) {
        try run("INSERT INTO secret_scrub (due_at) VALUES (?) ON CONFLICT (due_at) DO NOTHING", .integer(now))
    }

    borrowing func noteScrubbed() throws(StorageError) { try run("DELETE FROM secret_scrub") }

    private borrowing func save(_ secret: StoredSecret) throws(StorageError) {
        try run(
            "INSERT INTO secret (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            .text(secret.name), .blob(secret.value))
    }
}

extension Snapshot {
    borrowing func isScrubDue() throws(StorageError) -> Bool {
        try first("SELECT 1 FROM secret_scrub LIMIT 1", as: { _ in true }) ?? false
    }

    /// Keys that the vault does not open.
    borrowing func unopenedKeys(by vault: Vault) throws(StorageError) -> [UnopenedSecret] {
        var unopened: [UnopenedSecret] = []
        for stored in try storedSecrets() {
            do throws(VaultFault) {
                _ = try stored.opened(by: vault)
            } catch {
                unopened.append(UnopenedSecret(place: stored.place, fault: error))
            }
        }
        return unopened
    }

    /// How all secrets are stored: those of channels, and the program's own keys.
    borrowing func secretCount(_ couriers: [Courier]) throws(StorageError) -> SecretCount {
        var count = try channelSecrets(couriers)
        for stored in try storedSecrets() {
            if stored.sealed == nil { count.plain += 1 } else { count.sealed += 1 }
        }
        return count
    }

    /// All of them: there is one for each thing that is signed.
    fileprivate borrowing func storedSecrets() throws(StorageError) -> [StoredSecret] {
        try all("SELECT name, value FROM secret ORDER BY name") { row throws(StorageError) in
            StoredSecret(name: row.text(0), value: row.blob(1))
        }
    }
}
