import Storage
import Testing

@testable import Outbound

@Suite struct VaultTests {
    static let first = VaultKey("00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff")!
    static let second = VaultKey("IhEAMzMiEQAzMyIRADMzIhEAMzMiEQAzMyIRADMzIhE=")!
    private static let place = SecretPlace(kind: "channel", name: "slack", field: "webhook_url")

    private func sealed(_ secret: String, by vault: Vault = Vault(keys: [first])) throws -> String {
        try #require(vault.seal(Array(secret.utf8), at: Self.place))
    }

    @Test("a secret comes back from where it was sealed, and looks different each time", arguments: ["", "a", "žluťoučký", String(repeating: "x", count: 4_096)])
    func comesBack(_ secret: String) throws {
        let vault = Vault(keys: [Self.first])
        let (one, other) = (try sealed(secret), try sealed(secret))
        #expect(one != other && Vault.isSealed(one) && vault.isCurrent(one))
        #expect(secret.utf8.count < 2 || !one.contains(secret))
        for text in [one, other] { #expect(try vault.open(text, at: Self.place) == Array(secret.utf8)) }
    }

    @Test("it opens nowhere else", arguments: [
        SecretPlace(kind: "channel", name: "slack", field: "token"),
        SecretPlace(kind: "channel", name: "other", field: "webhook_url"),
        SecretPlace(kind: "secret", name: "slack", field: "webhook_url"),
        SecretPlace(kind: "channel", name: "slack\0webhook", field: "_url"),
    ])
    func elsewhere(_ place: SecretPlace) throws {
        let text = try sealed("a secret")
        #expect(throws: VaultFault.damaged) { try Vault(keys: [Self.first]).open(text, at: place) }
    }

    @Test("no bit of it can be changed unseen")
    func bitFlips() throws {
        let vault = Vault(keys: [Self.first])
        let text = try sealed("a secret")
        let parts = text.split(separator: ":")
        let whole = try #require(bytes(base64: String(parts[3])))
        for index in whole.indices {
            for bit in 0..<8 {
                var changed = whole
                changed[index] ^= 1 << bit
                let text = "sealed:1:\(parts[2]):\(base64(changed))"
                #expect(throws: VaultFault.damaged) { try vault.open(text, at: Self.place) }
            }
        }
        for count in whole.indices {
            let text = "sealed:1:\(parts[2]):\(base64(Array(whole[..<count])))"
            #expect(throws: VaultFault.damaged) { try vault.open(text, at: Self.place) }
        }
    }

    @Test("what is no sealed secret is told apart", arguments: [
        ("sealed:forgotten", VaultFault.forgotten), ("sealed:", .damaged), ("sealed:2:00000000:AAAA", .damaged),
        ("sealed:1:00000000:AAAA", .keyMissing(id: "00000000")), ("sealed:1:x", .damaged), ("sealed:1::", .keyMissing(id: "")),
    ])
    func faults(_ text: String, _ fault: VaultFault) {
        #expect(throws: fault) { try Vault(keys: [Self.first]).open(text, at: Self.place) }
    }

    @Test("the first key seals, all open, and without any nothing is sealed")
    func keys() throws {
        let old = try sealed("a secret", by: Vault(keys: [Self.second]))
        let rotated = Vault(keys: [Self.first, Self.second])
        #expect(try rotated.open(old, at: Self.place) == Array("a secret".utf8))
        #expect(!rotated.isCurrent(old) && rotated.keyID == Self.first.id)
        #expect(throws: VaultFault.keyMissing(id: Self.second.id)) { try Vault(keys: [Self.first]).open(old, at: Self.place) }
        #expect(Vault().seal([1], at: Self.place) == nil && Vault().keyID == nil && !Vault().isCurrent(old))
    }

    @Test("a key is 32 bytes in base64 or hex", arguments: [
        ("", false), ("00", false), (String(repeating: "0", count: 63), false), (String(repeating: "g", count: 64), false),
        (String(repeating: "A", count: 43), true), (String(repeating: "A", count: 43) + "=", true),
        (String(repeating: "aB", count: 32), true), (String(repeating: "A", count: 44), false),
    ])
    func keyTexts(_ text: String, _ isKey: Bool) { #expect((VaultKey(text) != nil) == isKey) }

    @Test("a key is known by its id, however it is written, and a new one is another")
    func keyIDs() {
        let hex = VaultKey("2211003333221100333322110033332211003333221100333322110033332211")
        #expect(hex?.id == Self.second.id && hex?.id.count == 8)
        let made = VaultKey(VaultKey.makeText()), other = VaultKey(VaultKey.makeText())
        #expect(made != nil && made?.id != other?.id)
    }
}

@Suite(.timeLimit(.minutes(1))) struct SealedSettingsTests {
    private static let vault = Vault(keys: [VaultTests.first])

    private func stored(_ house: House, _ name: String = "a") async throws -> SettingValue? {
        try await house.database.read { snapshot throws(StorageError) in
            try snapshot.channel(named: name)?.settings["secret"]
        }
    }

    @Test("a courier is handed the opened secret, and what it answers is scrubbed of it")
    func sends() async throws {
        let house = try House(vault: Self.vault) { _, _ in .init(.delivered, code: "ok", excerpt: "got hunter22") }
        try await inHouse(house) { house in
            let courier = try #require(house.dispatcher.courier(ofKind: "test"))
            try await house.save("a", settings: Self.vault.seal(["secret": .text("hunter22")], of: "a", courier))
            #expect(try await stored(house) != .text("hunter22"))
            try await house.dispatcher.start()
            try await house.enqueue("a", "one", request: "call-1")
            await house.wait(for: .delivered, of: "one")
            #expect(house.sent.items.map(\.settings) == [["secret": .text("hunter22")]])
            #expect(house.sent.items.map(\.request) == ["call-1"])
            #expect(try await house.delivery("one")?.attempts.map(\.excerpt) == ["got [secret]"])
            #expect(try await house.delivery("one")?.request == "call-1")
            // Told once the outcome is on disk, which is what was waited for.
            while house.attempts.items.isEmpty { await Task.yield() }
            #expect(house.attempts.items.map(\.delivery.request) == ["call-1"])
        }
    }

    @Test("a channel whose secret does not open keeps its deliveries and calls nobody")
    func unopened() async throws {
        let house = try House(vault: Self.vault)
        try await inHouse(house) { house in
            let other = Vault(keys: [VaultTests.second])
            let courier = try #require(house.dispatcher.courier(ofKind: "test"))
            try await house.save("a", settings: other.seal(["secret": .text("hunter22")], of: "a", courier))
            try await house.dispatcher.start()
            try await house.enqueue("a", "one")
            await house.attempts.wait(forCount: 1)
            #expect(house.attempts.items.map(\.code) == ["secret_key_missing"])
            let record = try await house.delivery("one")
            #expect(record?.state == .waiting && record?.attemptsUsed == 0 && house.sent.items.isEmpty)
            #expect(house.dispatcher.statistics.held["a"]?.outcomeClass == .misconfigured)
            let channel = try await house.database.read { snapshot throws(StorageError) in
                try snapshot.channel(named: "a")
            }
            let report = await house.dispatcher.test(try #require(channel), notice: Notice(subject: "", text: ""))
            #expect(report.code == "secret_key_missing" && report.outcomeClass == .misconfigured)
        }
    }

    @Test("all is sealed anew by the key that comes first, also what was stored as it is")
    func rotation() async throws {
        let house = try House()
        try await inHouse(house) { house in
            let courier = try #require(house.dispatcher.courier(ofKind: "test"))
            let old = Vault(keys: [VaultTests.second]), both = Vault(keys: [VaultTests.first, VaultTests.second])
            try await house.save("old", settings: old.seal(["secret": .text("hunter22")], of: "old", courier))
            try await house.save("plain", settings: ["secret": .text("hunter23")])
            try await house.save("none")
            func seal(_ vault: Vault) async throws -> SecretCount {
                try await house.database.write { transaction throws(StorageError) in
                    try transaction.sealChannels(by: vault, [courier])
                }
            }
            #expect(try await seal(both) == SecretCount(sealed: 1, plain: 1))
            #expect(try await seal(both) == SecretCount())
            for (name, secret) in [("old", "hunter22"), ("plain", "hunter23")] {
                guard case .text(let text)? = try await stored(house, name) else { continue }
                let opened = try Self.vault.open(text, at: .init(channel: name, field: "secret"))
                #expect(opened == Array(secret.utf8))
            }
            let (counts, unopened) = try await house.database.read { snapshot throws(StorageError) in
                (try snapshot.channelSecrets([courier]), try snapshot.unopenedChannelSecrets(by: old).map(\.place.name))
            }
            #expect(counts == SecretCount(sealed: 2, plain: 0) && unopened == ["old", "plain"])
        }
    }
}
