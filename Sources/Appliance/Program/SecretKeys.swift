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
        let (vault, couriers) = (vault, couriers)
        let unopened = try await database.read { snapshot throws(StorageError) in
            try snapshot.unopenedChannelSecrets(by: vault) + snapshot.unopenedKeys(by: vault)
        }
        if !unopened.isEmpty {
            guard forgetting else { throw UsageError(unopened) }
            try await database.write { transaction throws(StorageError) in
                try transaction.forgetUnopenedChannelSecrets(by: vault)
                try transaction.forgetUnopenedKeys(by: vault)
            }
            log.warning("secrets given up that no key opens", ["count": .integer(unopened.count)])
        }
        guard let key = vault.keyID else {
            log.notice("secrets are stored as they are: no secret key is given")
            return
        }
        let before = try await database.write { transaction throws(StorageError) in
            let channels = try transaction.sealChannels(by: vault, couriers)
            let keys = try transaction.sealKeys(by: vault)
            return SecretCount(sealed: channels.sealed + keys.sealed, plain: channels.plain + keys.plain)
        }
        guard before != SecretCount() else { return }
        log.notice(
            "secrets sealed; backups and copies made before hold them as they were",
            ["plain": .integer(before.plain), "renewed": .integer(before.sealed), "key": .text(key)])
        do throws(StorageError) {
            try await database.scrub()
        } catch {
            log.warning("what secrets were stored as may still be found in the file", ["cause": .text(error.code)])
        }
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
