import FoundationEssentials
import Outbound
import Storage

/// Where the keys come from that secrets are sealed with.
enum SecretKeys: Equatable, Sendable {
    case none
    /// What a variable held.
    case text(String)
    case file(String)

    /// Keys of one installation: the one that seals, and those it took over from.
    static let countMax = 16
    static let fileBytesMax = 64 << 10

    init(_ values: OptionValues) throws(UsageError) {
        switch (values.given(.secretKey), values.given(.secretKeyFile)) {
        case (nil, nil): self = .none
        case (let text?, nil): self = .text(text.value)
        case (nil, let file?): self = .file(file.value)
        case (let text?, let file?):
            throw UsageError(explanation: "\(text.name), \(file.name): one of them is enough; give one")
        }
    }

    /// Reads the keys: one a line, or commas between.
    ///
    /// - Throws: `UsageError`, which repeats nothing of them.
    func vault() throws(UsageError) -> Vault {
        let text: String, name: String
        switch self {
        case .none: return Vault()
        case .text(let value): (text, name) = (value, Option.secretKey.variable)
        case .file(let path):
            guard let data = FileManager.default.contents(atPath: path), data.count <= Self.fileBytesMax else {
                throw UsageError(explanation: "\(Option.secretKeyFile.flag): '\(path)' cannot be read")
            }
            (text, name) = (String(decoding: data, as: UTF8.self), Option.secretKeyFile.flag)
        }
        let parts = text.split { $0 == "," || $0.isWhitespace }
        var keys: [VaultKey] = []
        for (index, part) in parts.enumerated() {
            guard let key = VaultKey(String(part)) else {
                throw UsageError(
                    explanation:
                        "\(name): key \(index + 1) is not 32 bytes in base64 or hex; 'parley secret-key' makes one")
            }
            guard !keys.contains(where: { $0.id == key.id }) else {
                throw UsageError(explanation: "\(name): key \(index + 1) is there twice")
            }
            keys.append(key)
        }
        guard (1...Self.countMax).contains(keys.count) else {
            throw UsageError(explanation: "\(name): needs 1 to \(Self.countMax) keys")
        }
        return Vault(keys: keys)
    }
}

extension App {
    /// Sees to it that every secret is sealed with the key that seals now, before anything is sent or signed.
    ///
    /// - Parameter forgetting: gives up what cannot be opened, for whoever lost a key.
    /// - Throws: `UsageError` when something cannot be opened: a start without the right key changes nothing.
    func sealSecrets(forgetting: Bool) async throws {
        if forgetting { try await forgetUnopenedSecrets() } else { try await refuseUnopenedSecrets() }
        if let key = vault.keyID {
            let now = now()
            let before = try await database.write { [vault, couriers] transaction throws(StorageError) in
                try transaction.sealSecrets(by: vault, couriers, at: now)
            }
            if before != SecretCount() {
                log.notice(
                    "secrets sealed; backups and copies made before hold them as they were",
                    ["plain": .integer(before.plain), "renewed": .integer(before.sealed), "key": .text(key)])
            }
        } else {
            log.notice("secrets are stored as they are: no secret key is given")
        }
        try await scrubSecrets()
    }

    /// - Throws: `UsageError` when a secret cannot be opened: the key is missing, or another one.
    func refuseUnopenedSecrets() async throws {
        let unopened = try await database.read { [vault] snapshot throws(StorageError) in
            try snapshot.unopenedSecrets(by: vault)
        }
        guard unopened.isEmpty else { throw UsageError(unopened) }
    }

    private func forgetUnopenedSecrets() async throws(StorageError) {
        let now = now()
        let count = try await database.write { [vault] transaction throws(StorageError) in
            let unopened = try transaction.snapshot.unopenedSecrets(by: vault)
            guard !unopened.isEmpty else { return 0 }
            try transaction.forgetUnopenedChannelSecrets(by: vault)
            try transaction.forgetUnopenedKeys(by: vault)
            try transaction.noteScrubDue(at: now)
            return unopened.count
        }
        if count > 0 { log.warning("secrets given up that no key opens", ["count": .integer(count)]) }
    }

    /// Overwrites what secrets were stored as: in this start, or in an earlier one that was cut short or had no room.
    private func scrubSecrets() async throws(StorageError) {
        let isDue = try await database.read { snapshot throws(StorageError) in try snapshot.isScrubDue() }
        guard isDue else { return }
        do throws(StorageError) {
            try await database.scrub()
            try await database.write { transaction throws(StorageError) in try transaction.noteScrubbed() }
        } catch {
            log.warning(
                "what secrets were stored as may still be found in the file; the next start tries again",
                ["cause": .text(error.code)])
        }
    }
}

extension Snapshot {
    fileprivate borrowing func unopenedSecrets(by vault: Vault) throws(StorageError) -> [UnopenedSecret] {
        try unopenedChannelSecrets(by: vault) + unopenedKeys(by: vault)
    }
}

extension Transaction {
    /// Seals all secrets with the key that seals now.
    ///
    /// - Returns: how many were stored as they are, and sealed with another key, before. What they were stored as lies
    ///   in the file still; that a scrub is due is noted with it, whatever happens next.
    borrowing func sealSecrets(
        by vault: Vault, _ couriers: [Courier], at now: Int64
    ) throws(StorageError) -> SecretCount {
        let channels = try sealChannels(by: vault, couriers), keys = try sealKeys(by: vault)
        let count = SecretCount(sealed: channels.sealed + keys.sealed, plain: channels.plain + keys.plain)
        if count != SecretCount() { try noteScrubDue(at: now) }
        return count
    }
}

extension UsageError {
    /// What a start names of more secrets than these helps nobody.
    private static let namedMax = 5

    fileprivate init(_ unopened: [UnopenedSecret]) {
        let named = unopened.prefix(Self.namedMax).map { secret in
            "\(secret.place.kind) '\(secret.place.name)', \(secret.place.field), \(secret.fault.explanation)"
        }
        let more = unopened.count > Self.namedMax ? "; and \(unopened.count - Self.namedMax) more" : ""
        self.init(
            explanation: """
                secrets cannot be opened: \(named.joined(separator: "; "))\(more). Give the key, or start once with \
                --forget-sealed-secrets to give them up
                """)
    }
}
