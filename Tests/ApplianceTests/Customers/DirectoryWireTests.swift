import Outbound
import Storage
import Synchronization
import Testing
import Web

@testable import Appliance

/// Posts to a server of a test.
func post(_ url: String, _ body: [UInt8]) async -> (status: Int, body: String) {
    let headers = [("Authorization", "Bearer \(TestAppliance.adminToken)"), ("Content-Type", "text/csv")]
    let request = TransferRequest(url: url, content: .http(.post, headers: headers, body: body), allowPrivate: true)
    switch await Transfers().perform(request).ending {
    case .answered(let answer): return (answer.status, String(decoding: answer.body, as: UTF8.self))
    case .failed(let failure): return (0, failure.kind.rawValue)
    }
}

/// A directory on loopback: a real listener, asked over a real socket.
private final class LoopbackDirectory: Sendable {
    let server: Server
    let requests = Recorded<(body: String, authorization: String?)>()

    /// - Parameter answer: given the call's id and how many came before; returns a body.
    init(_ answer: @escaping @Sendable (_ id: String, Int) async -> String) throws {
        var router = Router()
        let requests = requests
        router.post("/rpc") { (request: Request) async -> Response in
            let body = String(decoding: request.body, as: UTF8.self)
            let number = requests.add((body, request.headers["authorization"]))
            guard case .object(let call)? = JSONValue(request.body), case .text(let id)? = call["id"] else {
                return .text("no call", .badRequest)
            }
            return .json(Array(await answer(id, number).utf8))
        }
        server = Server(.init(), router: router)
        try server.start()
    }

    var settings: DirectorySettings { DirectorySettings(url: "http://127.0.0.1:\(server.port)/rpc", token: "t0ken") }
}

@Suite(.timeLimit(.minutes(1))) struct DirectoryWireTests {
    private static let john: [String: Scalar] = ["name": .text("John Doe")]

    private func directory(_ house: DirectoryHouse, _ settings: DirectorySettings) throws -> Directory {
        let call: Directory.Call = try #require(Directory.call(settings, over: Transfers()))
        return house.directory(call)
    }

    @Test("customer.get is called with the id, and its result becomes attributes")
    func call() async throws {
        try await inDirectoryHouse { house in
            let loopback = try LoopbackDirectory { id, _ in
                #"{"jsonrpc":"2.0","id":"\#(id)","result":{"name":"John Doe","tags":["a"]}}"#
            }
            let found = try await directory(house, loopback.settings).find(#"jo"hn"#)
            #expect(found.customer == ["name": Sourced(value: .text("John Doe"), source: .directory)])
            let request = try #require(loopback.requests.all.first)
            #expect(request.body.hasSuffix(#""method":"customer.get","params":{"id":"jo\"hn"}}"#))
            #expect(request.authorization == "Bearer t0ken")
            await loopback.server.stop(within: .zero)
        }
    }

    @Test(
        "whatever is wrong with it, it is asked twice and what was known before is told",
        arguments: [
            "not JSON", "[]", #"{"jsonrpc":"2.0","id":"0","result":{"name":"Other"}}"#,
            #"{"jsonrpc":"2.0","id":"$","error":{"code":-32603,"message":"boom"}}"#,
            #"{"jsonrpc":"2.0","id":"$","result":"John"}"#, #"{"jsonrpc":"2.0","id":"$"}"#,
        ])
    func wrong(_ body: String) async throws {
        try await inDirectoryHouse { house in
            let loopback = try LoopbackDirectory { id, _ in body.replacing("$", with: id) }
            try await house.saveFetched("john", Self.john)
            let found = try await directory(house, loopback.settings).find("john")
            #expect(found.customer == ["name": Sourced(value: .text("John Doe"), source: .lastKnown)])
            #expect(loopback.requests.all.count == 2)
            await loopback.server.stop(within: .zero)
        }
    }

    @Test("one that says nothing is waited for twice and no longer")
    func slow() async throws {
        try await inDirectoryHouse { house in
            let latch = Latch()
            let loopback = try LoopbackDirectory { _, _ in
                await latch.wait()
                return ""
            }
            try await house.saveFetched("john", Self.john)
            let real = Directory.call(loopback.settings, over: Transfers())
            let limits = Recorded<Int>()
            let timed: Directory.Call = { id, withinMs in
                limits.add(withinMs)
                let answer = await real?(id, withinMs) ?? .nobody
                // The clock of the house stands still: each try takes what it was given.
                house.advance(byMs: Int64(withinMs))
                return answer
            }
            let found = await house.directory(timed).find("john")
            #expect(found.customer == ["name": Sourced(value: .text("John Doe"), source: .lastKnown)])
            #expect(limits.all == [500, 300])
            latch.open()
            await loopback.server.stop(within: .zero)
        }
    }

    @Test("one that is down is told from one that does not know, and found again when it is back")
    func flapping() async throws {
        try await inDirectoryHouse { house in
            let loopback = try LoopbackDirectory { id, number in
                // Asked twice where it fails: well, failing, well again, knowing nobody.
                [
                    #"{"jsonrpc":"2.0","id":"\#(id)","result":{"name":"John Doe"}}"#, "oops", "oops",
                    #"{"jsonrpc":"2.0","id":"\#(id)","result":{"name":"Jack"}}"#,
                    #"{"jsonrpc":"2.0","id":"\#(id)","result":null}"#,
                ][min(number, 4)]
            }
            let directory = try directory(house, loopback.settings)
            #expect(await directory.find("john").values == ["name": .text("John Doe")])
            #expect(await house.eventually("john") { $0?.fetched?.attributes == Self.john })
            house.advance(byMs: Directory.goodForMs)
            let failing = await directory.find("john")
            #expect(failing.customer == ["name": Sourced(value: .text("John Doe"), source: .lastKnown)])
            #expect(await directory.find("john").values == ["name": .text("Jack")])
            #expect(await house.eventually("john") { $0?.fetched?.attributes == ["name": .text("Jack")] })
            house.advance(byMs: Directory.goodForMs)
            #expect(await directory.find("john") == .unknown)
            await loopback.server.stop(within: .zero)
            house.advance(byMs: Directory.unknownForMs)
            #expect(await house.eventually("john") { $0 == nil })
            #expect(await directory.find("john") == .unknown)
            #expect(
                directory.statistics == DirectoryStatistics(fresh: 2, lastKnown: 1, unknown: 1, failed: 1))
        }
    }

    @Test("what it says is shown beside what the team wrote, counted, and deleted with the customer")
    func appliance() async throws {
        try await inDirectoryHouse { house in
            let loopback = try LoopbackDirectory { id, _ in
                #"{"jsonrpc":"2.0","id":"\#(id)","result":{"name":"John Doe"}}"#
            }
            let app = App(
                database: house.database, folder: "/tmp", settings: .init(directory: loopback.settings),
                log: .silent)
            var samples = SampleSettings()
            samples.adminToken = TestAppliance.adminToken
            _ = try await app.start(samples)
            func ask(_ method: Method, _ target: String, _ body: String = "") async -> Answer {
                let headers: Headers = ["authorization": "Bearer \(TestAppliance.adminToken)"]
                return Answer(
                    await app.respond(to: Request(method, target, headers: headers, body: Array(body.utf8))))
            }
            _ = await ask(.put, "/api/customers/john", #"{"attributes":{"vip":true}}"#)
            let found = await app.directory.find("john").customer
            #expect(found.mapValues(\.source) == ["name": .directory, "vip": .table])
            #expect(await house.eventually("john") { $0?.fetched != nil })
            let shown = await ask(.get, "/api/customers/john").text
            #expect(shown.contains(#""attributes":{"vip":true}"#))
            #expect(shown.contains(#""directory":{"attributes":{"name":"John Doe"},"fetched_at":""#))
            let metrics = await ask(.get, "/metrics").text
            #expect(metrics.contains(#"parley_directory_lookups_total{outcome="fresh"} 1"#))
            #expect(metrics.contains("parley_directory_left_alone 0"))
            #expect(await ask(.delete, "/api/customers/john").status == .ok)
            let stored = try await house.customer("john")
            #expect(stored == nil)
            let foundAgain = await app.directory.find("john").customer
            #expect(foundAgain.mapValues(\.source) == ["name": .directory])
            #expect(loopback.requests.all.count == 2)
            await loopback.server.stop(within: .zero)
            await app.stop(within: .zero)
        }
    }

    @Test("an address that cannot be called is none")
    func address() {
        #expect(Directory.call(DirectorySettings(url: "ftp://a/", token: nil), over: Transfers()) == nil)
    }
}

@Suite struct DirectoryOptionTests {
    private func directory(_ environment: [String: String], _ arguments: String...) throws(UsageError)
        -> DirectorySettings?
    {
        try ServeCommand.configuration(arguments, environment).0.directory
    }

    @Test("a directory is an address and perhaps a token")
    func given() throws {
        #expect(try directory([:]) == nil)
        #expect(try directory(["PARLEY_DIRECTORY_URL": "http://d:1/"]) == .init(url: "http://d:1/", token: nil))
        #expect(
            try directory(["PARLEY_DIRECTORY_URL": "http://d:1/", "PARLEY_DIRECTORY_TOKEN": "abc"])
                == .init(url: "http://d:1/", token: "abc"))
        #expect(try directory([:], "--directory-url", "https://d/x") == .init(url: "https://d/x", token: nil))
    }

    @Test(
        "what cannot be used is named, the token without its value",
        arguments: [
            (
                ["PARLEY_DIRECTORY_URL": "d"],
                "PARLEY_DIRECTORY_URL: must be an http or https URL without user name and password"
            ),
            (["PARLEY_DIRECTORY_TOKEN": "abc"], "PARLEY_DIRECTORY_TOKEN: needs PARLEY_DIRECTORY_URL as well"),
            (
                ["PARLEY_DIRECTORY_URL": "http://d/", "PARLEY_DIRECTORY_TOKEN": "a b"],
                "PARLEY_DIRECTORY_TOKEN: needs printable ASCII characters, no spaces"
            ),
        ])
    func refused(_ environment: [String: String], _ expected: String) {
        let error = #expect(throws: UsageError.self) { try directory(environment) }
        #expect(error?.explanation == expected)
    }
}
