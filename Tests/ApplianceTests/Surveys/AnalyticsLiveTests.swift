import Storage
import Synchronization
import Testing
import Web

@testable import Appliance

@Suite(.timeLimit(.minutes(1))) struct AnalyticsLiveTests {
    private static let target = "/api/surveys/s/analytics/live"
    private static let authorized: Headers = ["authorization": "Bearer \(ResultsFixture.secret)"]

    /// Runs `body` with a client's socket to the live route.
    private func watching(
        _ fixture: ResultsFixture, _ headers: Headers = authorized, _ body: (WebSocket) async throws -> Void
    ) async throws {
        let client = WebSocketClient()
        do {
            try await body(try await client.connect(to: fixture.router, Self.target, headers: headers))
        } catch {
            await client.stop()
            throw error
        }
        await client.stop()
    }

    private func play(_ fixture: ResultsFixture, _ index: Int) async throws {
        try await fixture.database.write { transaction throws(StorageError) in
            try transaction.play(.session(index), .everyKind, [("flavour", .option("mint"))])
        }
        fixture.live.changed("s")
    }

    @Test("who watches gets the whole, then what changed and nothing else")
    func changes() async throws {
        try await withResults { fixture in
            try await watching(fixture) { socket in
                var messages = socket.messages.makeAsyncIterator()
                let whole = try #require(await messages.next()).text
                #expect(whole.hasPrefix(#"{"type":"analytics","seq":0,"abandoned":0,"#))
                #expect(whole.contains(#""id":"why""#))
                // Nothing new: the next message is of what comes after.
                fixture.live.changed("s")
                try await play(fixture, 1)
                let changes = try #require(await messages.next()).text
                #expect(changes.hasPrefix(#"{"type":"changes","seq":1,"abandoned":0,"average_chat_rating":null,"chat_ratings":0,"completed":1,"#))
                #expect(changes.contains(#""id":"flavour""#) && !changes.contains(#""id":"why""#))
                #expect(changes.contains(#""started":1"#))
            }
        }
    }

    @Test("changes that come during the pause are told together after it")
    func pace() async throws {
        let pauses = Pauses()
        try await withResults(pause: { _ in await pauses.wait() }) { fixture in
            try await watching(fixture) { socket in
                var messages = socket.messages.makeAsyncIterator()
                _ = await messages.next()
                for index in 1...20 { try await play(fixture, index) }
                pauses.letOne()
                let changes = try #require(await messages.next()).text
                #expect(changes.hasPrefix(#"{"type":"changes","seq":1,"#))
                #expect(changes.contains(#""started":20"#))
                pauses.letAll()
            }
        }
    }

    @Test("two who watch are told the same, and one who comes later begins with what is there")
    func several() async throws {
        try await withResults { fixture in
            try await watching(fixture) { first in
                try await watching(fixture) { second in
                    var (ones, twos) = (first.messages.makeAsyncIterator(), second.messages.makeAsyncIterator())
                    _ = (await ones.next(), await twos.next())
                    try await play(fixture, 1)
                    let one = try #require(await ones.next())
                    #expect(await twos.next() == one)
                    try await watching(fixture) { third in
                        var threes = third.messages.makeAsyncIterator()
                        let whole = try #require(await threes.next()).text
                        #expect(whole.hasPrefix(#"{"type":"analytics","seq":1,"#) && whole.contains(#""started":1"#))
                    }
                }
            }
        }
    }

    @Test("a new version shows the whole again")
    func published() async throws {
        var newer = Survey.everyKind
        newer.questions.removeAll { $0.id == "age" }
        try await withResults([.everyKind, newer]) { fixture in
            _ = try await fixture.database.write { transaction throws(StorageError) in
                try transaction.run("DELETE FROM survey_version WHERE version = 2")
            }
            try await watching(fixture) { socket in
                var messages = socket.messages.makeAsyncIterator()
                let older = try #require(await messages.next()).text
                #expect(older.contains(#""id":"age""#))
                _ = try await fixture.database.write { transaction throws(StorageError) in
                    try transaction.run("INSERT INTO survey_version VALUES ('s', 2, '{}', 0)")
                }
                fixture.live.changed("s")
                let whole = try #require(await messages.next()).text
                #expect(whole.hasPrefix(#"{"type":"analytics","seq":1,"#) && !whole.contains(#""id":"age""#))
            }
        }
    }

    @Test("the token may be the first message")
    func tokenFirst() async throws {
        try await withResults { fixture in
            try await watching(fixture, [:]) { socket in
                await socket.send(#"{"type":"token","token":"\#(ResultsFixture.secret)"}"#)
                var messages = socket.messages.makeAsyncIterator()
                let whole = try #require(await messages.next()).text
                #expect(whole.contains(#""type":"analytics""#))
            }
        }
    }

    @Test(
        "without a valid token nothing is shown",
        arguments: [
            #"{"type":"token","token":"wrong"}"#, #"{"type":"token"}"#, "hello",
            #"{"token":"\#(ResultsFixture.secret)"}"#,
        ])
    func refused(_ first: String) async throws {
        try await withResults { fixture in
            try await watching(fixture, [:]) { socket in
                await socket.send(first)
                var received: [String] = []
                for await message in socket.messages { received.append(message.text) }
                #expect(received.count == 1 && received[0].contains(#""code":"auth.unauthenticated""#))
                #expect(await socket.closure?.code == .policyViolation)
            }
        }
    }

    @Test("a token that is revoked sees no further change")
    func revoked() async throws {
        try await withResults { fixture in
            try await watching(fixture) { socket in
                var messages = socket.messages.makeAsyncIterator()
                _ = await messages.next()
                var token = ResultsFixture.reader
                token = Token(
                    id: token.id, name: token.name, digest: token.digest, scopes: token.scopes,
                    createdAt: token.createdAt, expiresAt: nil, revokedAt: Timestamp(0))
                fixture.gate.load([token])
                try await play(fixture, 1)
                #expect(await messages.next() == nil)
                #expect(await socket.closure?.code == .policyViolation)
            }
        }
    }
}

/// Pauses that end when a test says so.
private final class Pauses: Sendable {
    private struct State {
        var waiting: [CheckedContinuation<Void, Never>] = []
        var free = 0
    }

    private let state = Mutex(State())

    func wait() async {
        await withCheckedContinuation { continuation in
            let mayGo = state.withLock { state in
                guard state.free == 0 else {
                    state.free -= 1
                    return true
                }
                state.waiting.append(continuation)
                return false
            }
            if mayGo { continuation.resume() }
        }
    }

    func letOne() { allow(1) }

    func letAll() { allow(.max / 2) }

    private func allow(_ count: Int) {
        let going = state.withLock { state in
            let going = state.waiting.prefix(count)
            state.waiting.removeFirst(going.count)
            state.free += count - going.count
            return going
        }
        for continuation in going { continuation.resume() }
    }
}
