import FoundationEssentials
import Outbound
import Storage
import Testing
import Web

@testable import Appliance

/// A whole appliance on a database of its own, without a socket.
final class TestAppliance: Sendable {
    static let adminToken = "the-token-of-the-tests"

    let app: App
    let folder: String

    /// Starts as a first start does. Nothing is told to anybody: without settings every topic goes to the log.
    ///
    /// - Parameter folder: of one that was left, to see what a restart finds; a new one when nil.
    static func start(
        _ samples: SampleSettings = .init(), rateLimit: Int = 0, health: Health.Limits = .init(),
        vault: Vault = Vault(), letsSignUp: Bool = true, in folder: String? = nil,
        forgettingSealedSecrets: Bool = false, log: Log = .silent, now: @escaping WallClock = systemClock
    ) async throws -> TestAppliance {
        var settings = App.Settings(rateLimit: rateLimit, publicURL: "https://parley.test", letsSignUp: letsSignUp)
        settings.health = health
        settings.vault = vault
        // What it costs to guess is no matter here.
        settings.passwordCost = Scrypt.Cost(log2N: 1, r: 1, p: 1)
        let appliance = try TestAppliance(settings, in: folder ?? makeTestFolder(), log, now: now)
        var samples = samples
        samples.adminToken = adminToken
        do {
            _ = try await appliance.app.start(samples, forgettingSealedSecrets: forgettingSealedSecrets)
        } catch {
            await appliance.app.stop(within: .zero)
            throw error
        }
        return appliance
    }

    private init(_ settings: App.Settings, in folder: String, _ log: Log, now: @escaping WallClock) throws {
        self.folder = folder
        let database = try Database(.init(folder: folder), migrations: App.migrations)
        app = App(database: database, folder: folder, settings: settings, log: log, now: now)
    }

    /// Ends everything and leaves the folder for the next one.
    func leave() async -> String {
        await app.stop(within: .zero)
        return folder
    }

    /// Ends everything and removes the folder.
    func stop() async {
        await app.stop(within: .zero)
        try? FileManager.default.removeItem(atPath: folder)
    }

    /// Asks as the admin unless another token, or none, is named.
    func ask(
        _ method: Method, _ target: String, _ json: String? = nil, token: String? = adminToken, key: String? = nil
    ) async -> Answer {
        var headers: Headers = [:]
        if let token { headers.add("authorization", "Bearer \(token)") }
        if let key { headers.add("idempotency-key", key) }
        return Answer(await app.respond(to: Request(method, target, headers: headers, body: Array((json ?? "").utf8))))
    }

    /// Makes a token with these scopes and returns its secret.
    func token(_ scopes: String...) async throws -> String {
        let list = scopes.map { "\"\($0)\"" }.joined(separator: ",")
        let answer = await ask(.post, "/api/admin/tokens", #"{"name":"t","scopes":[\#(list)]}"#)
        return try #require(answer.json["secret"])
    }

    /// Asks again until the answer is as wanted; gives up after ten seconds.
    func eventually(_ method: Method, _ target: String, _ isWanted: (Answer) -> Bool) async -> Answer {
        let deadline = ContinuousClock.now.advanced(by: .seconds(60))
        var answer = await ask(method, target)
        while !isWanted(answer), ContinuousClock.now < deadline {
            try? await Task.sleep(for: .milliseconds(1))
            answer = await ask(method, target)
        }
        return answer
    }
}

/// An answer with its body as text, and the texts at the top level of its JSON.
struct Answer: Sendable {
    let status: Status
    let headers: Headers
    let text: String

    init(_ response: Response) {
        status = response.status
        headers = response.headers
        text = String(decoding: response.bytes, as: UTF8.self)
    }

    var json: [String: String] {
        (try? JSONDecoder().decode([String: Text].self, from: Data(text.utf8)))?.compactMapValues(\.value) ?? [:]
    }

    /// The fields that a problem names.
    var fields: [String] {
        struct Problem: Decodable { struct Field: Decodable { let field: String }; let errors: [Field] }
        return (try? JSONDecoder().decode(Problem.self, from: Data(text.utf8)))?.errors.map(\.field) ?? []
    }

    private struct Text: Decodable {
        let value: String?
        init(from decoder: any Decoder) throws { value = try? decoder.singleValueContainer().decode(String.self) }
    }
}

/// Runs `body` on a fresh appliance and ends it whatever happens.
func withAppliance(
    _ samples: SampleSettings = .init(), rateLimit: Int = 0, health: Health.Limits = .init(),
    now: @escaping WallClock = systemClock, _ body: (TestAppliance) async throws -> Void
) async throws {
    let appliance = try await TestAppliance.start(samples, rateLimit: rateLimit, health: health, now: now)
    do {
        try await body(appliance)
    } catch {
        await appliance.stop()
        throw error
    }
    await appliance.stop()
}

extension Answer {
    /// The ids of a list's items.
    var ids: [String] {
        struct List: Decodable { struct Item: Decodable { let id: String }; let items: [Item] }
        return (try? JSONDecoder().decode(List.self, from: Data(text.utf8)))?.items.map(\.id) ?? []
    }
}
