public import Storage

/// A channel's settings as they can be used, and what of them cannot be opened.
public struct OpenedSettings: Sendable, Equatable {
    public struct Fault: Sendable, Equatable {
        public var field: String
        public var fault: VaultFault
    }

    /// Without those that cannot be opened.
    public var settings: [String: SettingValue]
    /// In the order of the fields' names.
    public var faults: [Fault]
}

extension Vault {
    /// Opens what is sealed of a channel's settings; what is stored as it is stays so.
    public func open(_ settings: [String: SettingValue], of channel: String) -> OpenedSettings {
        var opened = OpenedSettings(settings: settings, faults: [])
        for (field, value) in settings.sorted(by: { $0.key < $1.key }) {
            guard case .text(let text) = value, Self.isSealed(text) else { continue }
            do throws(VaultFault) {
                let secret = try open(text, at: .init(channel: channel, field: field))
                opened.settings[field] = .text(String(decoding: secret, as: UTF8.self))
            } catch {
                opened.settings[field] = nil
                opened.faults.append(.init(field: field, fault: error))
            }
        }
        return opened
    }

    /// A channel's settings as they are to be stored: what its courier calls secret is sealed.
    ///
    /// - Parameter settings: as they can be used. A secret that looks sealed stays as it is.
    public func seal(_ settings: [String: SettingValue], of channel: String, _ courier: Courier?)
        -> [String: SettingValue]
    {
        var sealed = settings
        for field in courier?.fields ?? [] where field.secret {
            guard case .text(let text)? = settings[field.name], !Self.isSealed(text) else { continue }
            guard let seal = seal(Array(text.utf8), at: .init(channel: channel, field: field.name)) else { continue }
            sealed[field.name] = .text(seal)
        }
        return sealed
    }
}

extension SecretPlace {
    init(channel: String, field: String) { self.init(kind: "channel", name: channel, field: field) }
}

/// How many secrets are stored in which way.
public struct SecretCount: Sendable, Equatable {
    public var sealed = 0
    /// As they are.
    public var plain = 0

    public init(sealed: Int = 0, plain: Int = 0) {
        self.sealed = sealed
        self.plain = plain
    }
}

/// A secret that is stored and cannot be opened.
public struct UnopenedSecret: Sendable, Equatable {
    public var place: SecretPlace
    public var fault: VaultFault

    public init(place: SecretPlace, fault: VaultFault) {
        self.place = place
        self.fault = fault
    }
}

extension Snapshot {
    /// Channels read at once, wherever all of them are looked at.
    private static var channelsMax: Int { 200 }

    /// Secrets of channels that the vault does not open, given up ones left out.
    public borrowing func unopenedChannelSecrets(by vault: Vault) throws(StorageError) -> [UnopenedSecret] {
        var unopened: [UnopenedSecret] = []
        try eachChannel { channel throws(StorageError) in
            for fault in vault.open(channel.settings, of: channel.name).faults where fault.fault != .forgotten {
                unopened.append(
                    UnopenedSecret(place: .init(channel: channel.name, field: fault.field), fault: fault.fault))
            }
        }
        return unopened
    }

    /// How the secrets of channels are stored.
    public borrowing func channelSecrets(_ couriers: [Courier]) throws(StorageError) -> SecretCount {
        var count = SecretCount()
        try eachChannel { channel throws(StorageError) in
            let fields = couriers.first { $0.kind == channel.kind }?.fields ?? []
            for field in fields where field.secret {
                guard case .text(let text)? = channel.settings[field.name] else { continue }
                if Vault.isSealed(text) { count.sealed += 1 } else { count.plain += 1 }
            }
        }
        return count
    }

    private borrowing func eachChannel(_ body: (Channel) throws(StorageError) -> Void) throws(StorageError) {
        var last: String?, isMore = true
        while isMore {
            let channels = try channels(after: last, limit: Self.channelsMax)
            for channel in channels { try body(channel) }
            last = channels.last?.name
            isMore = channels.count == Self.channelsMax
        }
    }

    fileprivate borrowing func allChannels() throws(StorageError) -> [Channel] {
        var all: [Channel] = []
        try eachChannel { channel throws(StorageError) in all.append(channel) }
        return all
    }
}

extension Transaction {
    /// Seals the secrets of all channels with the key that seals now: what is stored as it is, and what another key
    /// sealed. What cannot be opened stays.
    ///
    /// - Returns: how many were stored as they are (`plain`) and by another key (`sealed`) before.
    public borrowing func sealChannels(by vault: Vault, _ couriers: [Courier]) throws(StorageError) -> SecretCount {
        var count = SecretCount()
        for channel in try snapshot.allChannels() {
            let courier = couriers.first { $0.kind == channel.kind }
            var settings = channel.settings
            for (field, value) in vault.open(channel.settings, of: channel.name).settings {
                guard case .text(let text)? = channel.settings[field], Vault.isSealed(text), !vault.isCurrent(text),
                    case .text(let secret) = value,
                    let seal = vault.seal(Array(secret.utf8), at: .init(channel: channel.name, field: field))
                else { continue }
                settings[field] = .text(seal)
                count.sealed += 1
            }
            let sealed = vault.seal(settings, of: channel.name, courier)
            count.plain += sealed.count { settings[$0.key] != $0.value }
            guard sealed != channel.settings else { continue }
            try replaceSettings(of: channel.name, sealed)
        }
        return count
    }

    /// Gives up what cannot be opened: it has to be set anew, and its channel waits until then.
    public borrowing func forgetUnopenedChannelSecrets(by vault: Vault) throws(StorageError) {
        for channel in try snapshot.allChannels() {
            let faults = vault.open(channel.settings, of: channel.name).faults
            guard !faults.isEmpty else { continue }
            var settings = channel.settings
            for fault in faults { settings[fault.field] = .text(Vault.forgotten) }
            try replaceSettings(of: channel.name, settings)
        }
    }

    /// Another form of the same settings: no change by anybody, so that what holds the channel stays.
    private borrowing func replaceSettings(
        of channel: String, _ settings: [String: SettingValue]
    ) throws(StorageError) {
        try run(
            "UPDATE channel SET settings = ? WHERE name = ?", .text(Channel.text(of: settings)), .text(channel))
    }
}
