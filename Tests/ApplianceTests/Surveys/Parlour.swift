import FoundationEssentials
import Glibc
import Storage
import Synchronization
import Testing

@testable import Appliance
@testable import Web

/// An appliance to hold conversations with, over WebSockets within this process and over HTTP without a socket. Its
/// clock is set by hand, and it can be started again on the same folder.
final class Parlour: Sendable {
    /// 1 January 2026, 12:00.
    static let noon: Int64 = 1_767_268_800_000

    private let running: Mutex<App>
    private let time = Mutex(Parlour.noon)
    private let folder: String
    private let directory: Directory.Call?
    private let client = WebSocketClient()

    var app: App { running.withLock { $0 } }

    /// Milliseconds since 1970, as the appliance knows them.
    var now: Int64 {
        get { time.withLock { $0 } }
        set { time.withLock { $0 = newValue } }
    }

    /// Starts as a first start does: with the sample survey and its customer.
    static func open(directory: Directory.Call? = nil) async throws -> Parlour {
        // In memory where there is room for it: the simulations write a hundred thousand times.
        let root = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp"
        let folder = try makeTestFolder(in: root)
        let clock = Mutex<WallClock>({ noon })
        let app = try app(in: folder, directory) { clock.withLock { $0 }() }
        let parlour = Parlour(app, folder, directory)
        clock.withLock { $0 = { [weak parlour] in parlour?.now ?? noon } }
        var samples = SampleSettings()
        samples.adminToken = TestAppliance.adminToken
        _ = try await app.start(samples)
        return parlour
    }

    private init(_ app: App, _ folder: String, _ directory: Directory.Call?) {
        running = Mutex(app)
        self.folder = folder
        self.directory = directory
    }

    private static func app(in folder: String, _ call: Directory.Call?, _ now: @escaping WallClock) throws -> App {
        App(
            database: try Database(.init(folder: folder), migrations: App.migrations), folder: folder,
            log: .silent, now: now, directoryCall: call)
    }

    /// Ends the program and starts it again on what it left behind.
    func restart() async throws {
        await app.stop(within: .zero)
        let again = try Self.app(in: folder, directory) { [weak self] in self?.now ?? Self.noon }
        running.withLock { $0 = again }
        _ = try await again.start(SampleSettings())
    }

    func close() async {
        await client.stop(within: .zero)
        await app.stop(within: .zero)
        try? FileManager.default.removeItem(atPath: folder)
    }

    /// Asks as nobody in particular, as customers do.
    func ask(_ method: Web.Method, _ target: String, _ json: String? = nil, headers: Headers = [:]) async -> Answer {
        let response = await app.respond(
            to: Request(method, target, headers: headers, body: Array((json ?? "").utf8)))
        let bytes = (try? await response.collect(upTo: 64 << 20)) ?? []
        return Answer(Response(response.status, headers: response.headers, body: bytes))
    }

    /// Asks as the admin.
    @discardableResult
    func askTeam(_ method: Web.Method, _ target: String, _ json: String? = nil, key: String? = nil) async -> Answer {
        var headers: Headers = ["authorization": "Bearer \(TestAppliance.adminToken)"]
        if let key { headers.add("idempotency-key", key) }
        return await ask(method, target, json, headers: headers)
    }

    /// Makes a survey, or replaces it, and publishes it.
    func publish(_ id: String, _ definition: String) async {
        let made = await askTeam(.post, "/api/surveys", #"{"id":"\#(id)","definition":\#(definition)}"#)
        if made.status == .conflict {
            await askTeam(.put, "/api/surveys/\(id)", #"{"definition":\#(definition)}"#)
        }
        let answer = await askTeam(.post, "/api/surveys/\(id)/publish")
        #expect(answer.status == .ok, "\(answer.text)")
    }

    func invitation(to survey: String, for customer: String, days: Int = 30) async throws -> String {
        let answer = await askTeam(
            .post, "/api/surveys/\(survey)/invitations", #"{"customers":["\#(customer)"],"days":\#(days)}"#)
        return try #require(answer.parsed["items"][0]["invitation"].text)
    }

    /// A WebSocket to `/api/surveys/{survey}/chat?{query}`.
    func socket(
        _ survey: String, _ query: String = "", headers: Headers = [:]
    ) async throws(ConnectFault) -> WebSocket {
        try await client.connect(
            to: app.router, "/api/surveys/\(survey)/chat?\(query)", headers: headers,
            limits: WebSocket.Limits(messageBytesMax: 1 << 20))
    }

    /// A WebSocket that shows the figures of `survey` as they change.
    func watcher(of survey: String) async throws(ConnectFault) -> WebSocket {
        try await client.connect(
            to: app.router, "/api/surveys/\(survey)/analytics/live",
            headers: ["authorization": "Bearer \(TestAppliance.adminToken)"])
    }

    /// A chat in JSON, whose welcome is read.
    func chat(_ survey: String, _ query: String = "", headers: Headers = [:]) async throws -> ChatClient {
        try await ChatClient(socket(survey, query, headers: headers))
    }

    /// The status by which a chat is refused; nil when it is not.
    func refusal(_ survey: String, _ query: String = "", headers: Headers = [:]) async -> Status? {
        do throws(ConnectFault) {
            try await socket(survey, query, headers: headers).close()
            return nil
        } catch {
            guard case .handshake(.refused(let status, body: _)) = error else { return nil }
            return status
        }
    }

    /// Looks once for abandoned sessions, and returns how many were looked at.
    @discardableResult
    func markAbandoned() async throws -> Int { try await app.conversations.markAbandoned() }

    func read<Result: Sendable>(
        _ body: @escaping @Sendable (borrowing Snapshot) throws(StorageError) -> Result
    ) async throws(StorageError) -> Result {
        try await app.database.read(body)
    }
}

/// Runs `body` in a parlour and closes it whatever happens.
func withParlour(directory: Directory.Call? = nil, _ body: (Parlour) async throws -> Void) async throws {
    let parlour = try await Parlour.open(directory: directory)
    do {
        try await body(parlour)
    } catch {
        await parlour.close()
        throw error
    }
    await parlour.close()
}

/// JSON that tests look into; what is not there is null all the way down.
struct ParsedJSON: Hashable, Sendable, CustomStringConvertible {
    let value: JSONValue

    init(_ value: JSONValue) { self.value = value }
    init(_ bytes: [UInt8]) { value = JSONValue(bytes) ?? .null }

    subscript(name: String) -> ParsedJSON {
        guard case .object(let object) = value else { return ParsedJSON(.null) }
        return ParsedJSON(object[name] ?? .null)
    }

    subscript(index: Int) -> ParsedJSON {
        guard case .list(let list) = value, list.indices.contains(index) else { return ParsedJSON(.null) }
        return ParsedJSON(list[index])
    }

    var text: String? { if case .text(let text) = value { text } else { nil } }
    var number: Int? { if case .number(let number) = value { Int(number) } else { nil } }
    var items: [ParsedJSON] { if case .list(let list) = value { list.map(ParsedJSON.init) } else { [] } }
    var isNull: Bool { value == .null }
    var description: String { JSON.text(value) }
}

extension Answer {
    var parsed: ParsedJSON { ParsedJSON(Array(text.utf8)) }
}
