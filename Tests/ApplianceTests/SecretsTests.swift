import FoundationEssentials
import Outbound
import Storage
import Synchronization
import Testing
import Web

@testable import Appliance

@Suite(.timeLimit(.minutes(5))) struct SecretsTests {
    private static let first = VaultKey("00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff")!
    private static let second = VaultKey("ffeeddccbbaa99887766554433221100ffeeddccbbaa99887766554433221100")!
    private static let secret = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    private static let hook =
        #"{"name":"hook","kind":"webhook","settings":{"url":"https://example.com/in","secret":"whsec_\#(secret)"}}"#

    private static let file = #"""
        {"format":"parley-configuration","version":1,"channels":[
          {"name":"hook","kind":"webhook","settings":{"url":"https://example.com/2"},"secrets":["secret"]}]}
        """#

    /// Files of the folder that hold `text` somewhere.
    private func files(in folder: String, holding text: String) throws -> [String] {
        try files(in: folder, holding: Array(text.utf8))
    }

    private func files(in folder: String, holding bytes: [UInt8]) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder).filter { name in
            guard let data = FileManager.default.contents(atPath: "\(folder)/\(name)") else { return false }
            return data.firstRange(of: bytes) != nil
        }
    }

    private func settings(_ parley: TestAppliance) async throws -> [String: SettingValue]? {
        try await parley.app.database.read { snapshot throws(StorageError) in
            try snapshot.channel(named: "hook")?.settings
        }
    }

    private func keys(_ parley: TestAppliance) async throws -> [[UInt8]] {
        try await parley.app.database.read { snapshot throws(StorageError) in
            try snapshot.all("SELECT value FROM secret ORDER BY name") { $0.blob(0) }
        }
    }

    @Test("a start with a key seals all that was stored as it is, and nothing of it is left in the folder")
    func firstSealing() async throws {
        var samples = SampleSettings()
        samples.slackWebhookURL = "https://hooks.slack.com/services/T0/B0/slacksecretpart"
        let plain = try await TestAppliance.start(samples)
        #expect(await plain.ask(.post, "/api/channels", Self.hook).status == .created)
        // A long one lies on pages of its own.
        let long = String(repeating: "k3Y-", count: 1_000)
        let rpc = #"{"name":"rpc","kind":"jsonrpc","settings":{"url":"https://example.com/rpc","token":"\#(long)"}}"#
        #expect(await plain.ask(.post, "/api/channels", rpc).status == .created)
        let signing = try await keys(plain)
        let folder = await plain.leave()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        for secret in [Self.secret, "slacksecretpart", "k3Y-k3Y-k3Y-"] {
            #expect(try !files(in: folder, holding: secret).isEmpty)
        }
        for key in signing { #expect(try !files(in: folder, holding: key).isEmpty) }
        let lines = Mutex<[Log.Line]>([])
        let log = Log(level: .debug) { line in lines.withLock { $0.append(line) } }
        let sealed = try await TestAppliance.start(vault: Vault(keys: [Self.first]), in: folder, log: log)
        for secret in [Self.secret, "slacksecretpart", "k3Y-k3Y-k3Y-"] {
            #expect(try files(in: folder, holding: secret).isEmpty, "while it runs: \(secret)")
        }
        for key in signing { #expect(try files(in: folder, holding: key).isEmpty) }
        let said = lines.withLock { $0 }
        let sealing = said.first { $0.event.hasPrefix("secrets sealed") }
        #expect(sealing?.fields.first { $0.name == "plain" }?.value == .integer(3 + signing.count))
        #expect(!said.contains { line in line.fields.contains { "\($0.value)".contains("secretpart") } })
        let metrics = await sealed.ask(.get, "/metrics").text
        #expect(metrics.contains("parley_secrets_plain 0") && metrics.contains("parley_secrets_sealed \(3 + signing.count)"))
        _ = await sealed.leave()
        for secret in [Self.secret, "slacksecretpart", "k3Y-k3Y-k3Y-"] {
            #expect(try files(in: folder, holding: secret).isEmpty, "at rest: \(secret)")
        }
    }

    @Test("what a start that was killed between sealing and scrubbing left is scrubbed by the next one")
    func killedBeforeScrubbing() async throws {
        let vault = Vault(keys: [Self.first])
        let plain = try await TestAppliance.start()
        #expect(await plain.ask(.post, "/api/channels", Self.hook).status == .created)
        let couriers = plain.app.couriers, folder = await plain.leave(), copy = "\(folder)-killed"
        let sealing = try Database(.init(folder: folder), migrations: App.migrations)
        try await sealing.write { transaction throws(StorageError) in
            _ = try transaction.sealSecrets(by: vault, couriers, at: 1)
        }
        try FileManager.default.copyItem(atPath: folder, toPath: copy)
        sealing.close()
        defer { for folder in [folder, copy] { try? FileManager.default.removeItem(atPath: folder) } }
        #expect(try !files(in: copy, holding: Self.secret).isEmpty)
        let next = try await TestAppliance.start(vault: vault, in: copy)
        #expect(try files(in: copy, holding: Self.secret).isEmpty)
        let isDue = try await next.app.database.read { snapshot throws(StorageError) in try snapshot.isScrubDue() }
        #expect(!isDue)
        _ = await next.leave()
    }

    @Test("a scrub that could not empty the log stays due")
    func scrubHeldUp() async throws {
        var configuration = Database.Configuration(folder: try makeTestFolder())
        configuration.lockWaitMilliseconds = 1
        defer { try? FileManager.default.removeItem(atPath: configuration.folder) }
        var settings = App.Settings()
        settings.vault = Vault(keys: [Self.first])
        let app = App(
            database: try Database(configuration, migrations: App.migrations), folder: configuration.folder,
            settings: settings, log: .silent)
        func isDue() async throws -> Bool {
            try await app.database.read { snapshot throws(StorageError) in try snapshot.isScrubDue() }
        }
        let hasBegun = Latch(), mayEnd = Semaphore()
        async let held = app.database.read { snapshot throws(StorageError) in
            let isDue = try snapshot.isScrubDue()
            hasBegun.open()
            mayEnd.wait()
            return isDue
        }
        // Also when something fails in between: it is waited for at the end.
        defer { mayEnd.signal() }
        await hasBegun.wait()
        try await app.database.write { transaction throws(StorageError) in try transaction.noteScrubDue(at: 1) }
        try await app.sealSecrets(forgetting: false)
        #expect(try await isDue())
        mayEnd.signal()
        #expect(try await held == false)
        try await app.sealSecrets(forgetting: false)
        #expect(try await isDue() == false)
        await app.stop(within: .zero)
    }

    @Test("what is set while there is a key is never stored as it is, and is changed without being seen")
    func sealedFromTheStart() async throws {
        let parley = try await TestAppliance.start(vault: Vault(keys: [Self.first]))
        let made = await parley.ask(.post, "/api/channels", Self.hook)
        #expect(made.status == .created && !made.text.contains("sealed:") && made.text.contains("********"))
        let before = try await settings(parley)
        // The address changes, the secret is judged with it, and stays.
        let changed = await parley.ask(.patch, "/api/channels/hook", #"{"settings":{"url":"https://example.com/2","secret":"********"}}"#)
        #expect(changed.status == .ok && !changed.text.contains("sealed:"))
        let after = try #require(try await settings(parley))
        let opened = Vault(keys: [Self.first]).open(after, of: "hook")
        #expect(opened.faults.isEmpty && opened.settings["secret"] == .text("whsec_\(Self.secret)"))
        #expect(after["url"] == .text("https://example.com/2") && before?["url"] != after["url"])
        #expect(await parley.ask(.patch, "/api/channels/hook", #"{"paused":true}"#).status == .ok)
        #expect(try await settings(parley) == after)
        let wrong = await parley.ask(.patch, "/api/channels/hook", #"{"settings":{"secret":"whsec_AAAA"}}"#)
        #expect(wrong.status == .unprocessable && wrong.fields == ["settings.secret"])
        let folder = await parley.leave()
        #expect(try files(in: folder, holding: Self.secret).isEmpty)
        try? FileManager.default.removeItem(atPath: folder)
    }

    @Test("nobody can set what looks sealed", arguments: [true, false])
    func looksSealed(_ hasKey: Bool) async throws {
        let parley = try await TestAppliance.start(vault: Vault(keys: hasKey ? [Self.first] : []))
        let draft = #"{"name":"rpc","kind":"jsonrpc","settings":{"url":"https://example.com","token":"sealed:1:00000000:AAAA"}}"#
        let made = await parley.ask(.post, "/api/channels", draft)
        #expect(made.status == .unprocessable && made.fields == ["settings.token"])
        _ = await parley.ask(.post, "/api/channels", Self.hook)
        let changed = await parley.ask(.patch, "/api/channels/hook", #"{"settings":{"secret":"sealed:1:00000000:AAAA"}}"#)
        #expect(changed.status == .unprocessable && changed.fields == ["settings.secret"])
        await parley.stop()
    }

    @Test("a new key takes over, the old one is not needed any more, and what was signed stays signed")
    func rotation() async throws {
        let old = try await TestAppliance.start(vault: Vault(keys: [Self.first]))
        _ = await old.ask(.post, "/api/channels", Self.hook)
        let signed = old.app.conversations.key.token(for: Invitation(survey: "s", customer: "c", expiresAt: Timestamp(1)))
        var folder = await old.leave()
        let both = try await TestAppliance.start(vault: Vault(keys: [Self.second, Self.first]), in: folder)
        folder = await both.leave()
        let new = try await TestAppliance.start(vault: Vault(keys: [Self.second]), in: folder)
        let stored = try #require(try await settings(new))
        #expect(Vault(keys: [Self.second]).open(stored, of: "hook").settings["secret"] == .text("whsec_\(Self.secret)"))
        #expect(new.app.conversations.key.token(for: Invitation(survey: "s", customer: "c", expiresAt: Timestamp(1))) == signed)
        await new.stop()
    }

    @Test("a start without the right key changes nothing and names what and which key, but for whoever gives it up")
    func lostKey() async throws {
        let sealed = try await TestAppliance.start(vault: Vault(keys: [Self.first]))
        _ = await sealed.ask(.post, "/api/channels", Self.hook)
        _ = await sealed.ask(.post, "/api/topics", #"{"name":"hook","channels":["hook"]}"#)
        let folder = await sealed.leave()
        for vault in [Vault(), Vault(keys: [Self.second])] {
            let error = await #expect(throws: UsageError.self) {
                try await TestAppliance.start(vault: vault, in: folder)
            }
            let text = error?.explanation ?? ""
            #expect(text.contains("channel 'hook', secret") && text.contains(Self.first.id) && text.contains("--forget-sealed-secrets"))
        }
        let file = "\(folder)/configuration.json"
        #expect(FileManager.default.createFile(atPath: file, contents: Data(Self.file.utf8)))
        let arguments = ["--data", folder, file]
        #expect(try await ConfigurationCommand.bringIn(arguments, [:]) == .usage, "it would pause the channel")
        let key = ["PARLEY_SECRET_KEY": "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"]
        #expect(try await ConfigurationCommand.bringIn(arguments, key) == .done)
        let lost = try await TestAppliance.start(
            vault: Vault(keys: [Self.second]), in: folder, forgettingSealedSecrets: true)
        let id = try #require(await lost.ask(.post, "/api/messages", #"{"topic":"hook","description":"a"}"#).json["id"])
        let seen = await lost.eventually(.get, "/api/messages/\(id)") { $0.text.contains("secret_forgotten") }
        #expect(seen.json["status"] == "queued" && seen.text.contains("misconfigured"))
        let health = await lost.ask(.get, "/api/admin/channels/health")
        #expect(health.text.contains(#""reason":"secret_forgotten""#) && health.text.contains(#""state":"misconfigured""#))
        let other = await lost.ask(.patch, "/api/channels/hook", #"{"settings":{"url":"https://example.com/2"}}"#)
        #expect(other.status == .unprocessable && other.fields == ["settings.secret"])
        // Another start needs no flag: what was given up is known.
        _ = await lost.leave()
        let again = try await TestAppliance.start(vault: Vault(keys: [Self.second]), in: folder)
        let mended = await again.ask(.patch, "/api/channels/hook", #"{"paused":true,"settings":{"secret":"whsec_\#(Self.secret)"}}"#)
        #expect(mended.status == .ok)
        #expect(await again.ask(.get, "/api/admin/channels/health").text.contains(#""state":"misconfigured""#) == false)
        await again.stop()
    }

    @Test("a secret moved to another channel does not open there")
    func swapped() async throws {
        let vault = Vault(keys: [Self.first])
        let parley = try await TestAppliance.start(vault: vault)
        _ = await parley.ask(.post, "/api/channels", Self.hook)
        _ = await parley.ask(.post, "/api/channels", Self.hook.replacing(#""hook""#, with: #""other""#))
        try await parley.app.database.write { transaction throws(StorageError) in
            let settings = try transaction.first("SELECT settings FROM channel WHERE name = 'hook'") { $0.text(0) }
            _ = try transaction.run("UPDATE channel SET settings = ? WHERE name = 'other'", .text(settings ?? ""))
        }
        let file = Self.file.replacing(#""hook""#, with: #""other""#)
        let refused = await parley.ask(.post, "/api/admin/import", file)
        #expect(refused.status == .unprocessable && refused.fields == ["channels[0].settings.secret"])
        let folder = await parley.leave()
        let error = await #expect(throws: UsageError.self) { try await TestAppliance.start(vault: vault, in: folder) }
        #expect(error?.explanation.contains("channel 'other', secret, does not open") == true)
        try? FileManager.default.removeItem(atPath: folder)
    }

    @Test("keys are given once, in a variable or a file, and are never repeated")
    func keySources() throws {
        func keys(_ arguments: [String], _ environment: [String: String]) throws(UsageError) -> Vault {
            try ServeCommand.configuration(arguments, environment).0.secretKeys.vault()
        }
        let one = VaultKey.makeText(), two = VaultKey.makeText()
        #expect(try keys([], [:]).keyID == nil)
        #expect(try keys([], ["PARLEY_SECRET_KEY": "\(one), \(two)"]).keyID == VaultKey(one)?.id)
        let path = try makeTestFolder() + "/keys"
        #expect(FileManager.default.createFile(atPath: path, contents: Data("\(two)\n\(one)\n".utf8)))
        #expect(try keys(["--secret-key-file", path], [:]).keyID == VaultKey(two)?.id)
        for (arguments, text) in [
            (["--secret-key-file", path], one), ([], "secret-that-is-no-key"), ([], "\(one),\(one)"), ([], " , "),
            (["--secret-key-file", "/nonexistent"], ""),
        ] {
            let error = #expect(throws: UsageError.self) { try keys(arguments, ["PARLEY_SECRET_KEY": text]) }
            #expect(error?.explanation.contains("secret-that-is-no-key") == false && error?.explanation.contains(one) == false)
        }
    }
}

@Suite struct RunningConfigurationTests {
    @Test("options are shown with where they came from, secrets only as set or not")
    func options() throws {
        let environment = ["PARLEY_ADMIN_TOKEN": "a-token-of-sixteen", "PARLEY_LOOPS": "2", "PARLEY_SECRET_KEY": VaultKey.makeText()]
        let options = try ServeCommand.configuration(["--rate-limit", "5"], environment).0.options
        #expect(options.count == Option.all.count)
        func shown(_ variable: String) -> [String]? {
            options.first { $0.variable == variable }.map { [$0.value, $0.source.rawValue] }
        }
        #expect(shown("PARLEY_RATE_LIMIT") == ["5", "flag"] && shown("PARLEY_LOOPS") == ["2", "variable"])
        #expect(shown("PARLEY_LISTEN") == ["127.0.0.1:8080", "default"])
        #expect(shown("PARLEY_ADMIN_TOKEN") == ["set", "variable"] && shown("PARLEY_SECRET_KEY") == ["set", "variable"])
        #expect(shown("PARLEY_SMTP_PASSWORD") == ["not set", "default"])
        let words = ["TOKEN", "PASSWORD", "WEBHOOK", "SECRET", "ACCESS"]
        for option in Option.all where option.placeholder != "FILE" && words.contains(where: option.variable.contains) {
            #expect(option.isSecret, "\(option.variable)")
        }
    }

    @Test("the running program tells its version, tables and libraries")
    func shows() async throws {
        try await withAppliance { parley in
            let answer = await parley.ask(.get, "/api/admin/configuration")
            #expect(answer.status == .ok && answer.json["version"] == Program.version && answer.json["started_at"] != nil)
            #expect(answer.text.contains(#""outbound":2"#) && answer.text.contains("libcurl/") && answer.text.contains("OpenSSL 3"))
        }
    }
}

@Suite struct LogLevelTests {
    @Test("the level is changed for a while, then is what it was; it is on record who did it")
    func change() async throws {
        let log = Log(level: .notice) { _ in }
        let parley = try await TestAppliance.start(log: log)
        #expect(await parley.ask(.get, "/api/admin/log").text == #"{"configured":"notice","level":"notice","until":null}"#)
        let changed = await parley.ask(.put, "/api/admin/log", #"{"level":"debug"}"#)
        #expect(changed.json["level"] == "debug" && changed.json["until"] != nil && log.level == .debug)
        let kept = await parley.ask(.put, "/api/admin/log", #"{"level":"warning"}"#)
        #expect(kept.json["level"] == "warning" && kept.json["until"] == nil)
        let short = await parley.ask(.put, "/api/admin/log", #"{"level":"info","minutes":5}"#)
        #expect(short.json["until"] != nil)
        parley.app.logLevel.revert(1)
        #expect(log.level == .info, "the time of an earlier change ends nothing")
        parley.app.logLevel.revert(3)
        #expect(log.level == .notice)
        #expect(await parley.ask(.get, "/api/admin/log").text == #"{"configured":"notice","level":"notice","until":null}"#)
        let actions = try await parley.app.database.read { snapshot throws(StorageError) in
            try snapshot.all("SELECT action FROM audit WHERE action = 'log.level_changed'") { $0.text(0) }
        }
        #expect(actions.count == 3)
        await parley.stop()
    }

    @Test("a level that there is not is refused", arguments: [#"{"level":"loud"}"#, "{}", #"{"level":"info","minutes":0}"#])
    func refused(_ body: String) async throws {
        try await withAppliance { parley in
            #expect(await parley.ask(.put, "/api/admin/log", body).status == .unprocessable)
        }
    }
}
