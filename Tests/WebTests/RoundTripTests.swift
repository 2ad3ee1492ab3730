import Testing

@testable import Web

/// How long the other side takes to answer: the figures.
@Suite(.timeLimit(.minutes(1))) struct RoundTripsTests {
    private static let millisecond = 1_000_000

    /// Asks and is answered, so many nanoseconds later.
    private static func measure(_ trips: inout RoundTrips, _ nanoseconds: Int, from start: Int = 0) {
        let payload = trips.ask(at: start)
        trips.take(payload, at: start + nanoseconds)
    }

    @Test(arguments: [
        (0, 0), (49_000, 0), (50_000, 100), (149_000, 100), (1_000_000, 1_000), (20_040_000, 20_000),
        (6_553_400_000, 6_553_400), (6_553_500_000, 6_553_400), (60_000_000_000, 6_553_400),
    ])
    func `a round trip is exact to a tenth of a millisecond, and 6.5 s at most`(nanoseconds: Int, microseconds: Int) {
        // Also where the clock's lower half begins anew.
        for start in [0, 77, 1_000 * (1 << 32) - 10_000, 1_000 * (1 << 40)] {
            var trips = RoundTrips()
            Self.measure(&trips, nanoseconds, from: start / 1_000 * 1_000)
            #expect(trips.least == .microseconds(microseconds), "from \(start)")
        }
    }

    @Test func `the least of the newest eight counts`() {
        var trips = RoundTrips()
        #expect(trips.least == nil)
        let measured = [30, 5, 40, 41, 42, 43, 44, 45, 46, 47, 48, 3, 60]
        for (index, milliseconds) in measured.enumerated() {
            Self.measure(&trips, milliseconds * Self.millisecond)
            #expect(trips.least == .milliseconds(measured[max(0, index - 7)...index].min()!), "after \(index)")
        }
    }

    @Test func `only a pong that repeats the newest ping, once, is a measurement`() {
        var trips = RoundTrips()
        trips.take([], at: 0)
        trips.take([UInt8](repeating: 0, count: 8), at: 0)
        #expect(trips.least == nil, "nothing was asked")
        let first = trips.ask(at: 0)
        let second = trips.ask(at: 0)
        #expect(first != second && first.count == 8)
        var near = second
        near[7] ^= 1
        for wrong in [[], [UInt8](repeating: 0, count: 8), first, near, Array(second.dropLast()), second + [0]] {
            trips.take(wrong, at: Self.millisecond)
            #expect(trips.least == nil, "\(wrong) is no answer to \(second)")
        }
        trips.take(second, at: 5 * Self.millisecond)
        #expect(trips.least == .milliseconds(5))
        // Later, it would be farther away, and in time drive out the first.
        for again in 6..<20 { trips.take(second, at: again * Self.millisecond) }
        #expect(trips.least == .milliseconds(5), "answered more than once")
        let third = trips.ask(at: 5 * Self.millisecond)
        trips.take(second, at: 6 * Self.millisecond)
        #expect(trips.least == .milliseconds(5), "answered late")
        trips.forget()
        trips.take(third, at: 6 * Self.millisecond)
        trips.take([UInt8](repeating: 0, count: 8), at: 6 * Self.millisecond)
        #expect(trips.least == .milliseconds(5), "no answer was awaited")
    }

    @Test func `it costs 32 bytes a socket`() { #expect(MemoryLayout<RoundTrips>.size <= 32) }
}

/// The same over the network.
@Suite(.timeLimit(.minutes(1))) struct RoundTripTests {
    /// Notes the round trip as it is when a message comes.
    private static func measuring(
        _ sockets: Notes<WebSocket>, _ measured: Notes<Duration?>
    ) -> (inout Router) -> Void {
        { router in
            standardRoutes(&router)
            router.get("/ws") { _ in
                .webSocket { socket in
                    sockets.add(socket)
                    for await _ in socket.messages {
                        let round = socket.loop.round
                        let roundTrip = await socket.roundTrip
                        #expect(socket.loop.round == round, "reading it took a turn of the loop")
                        measured.add(roundTrip)
                    }
                }
            }
        }
    }

    private static func ping(_ client: WireClient) throws -> [UInt8] {
        guard let frame = try client.frame(), frame.first == WireFrame.ping.first else {
            throw WireClient.Fault.ended(got: "no ping")
        }
        return frame.payload
    }

    @Test func `a client that takes its time is measured between what both sides saw`() async throws {
        let sockets = Notes<WebSocket>()
        let measured = Notes<Duration?>()
        let clock = ContinuousClock()
        try await withServer(routes: Self.measuring(sockets, measured)) { server, _ in
            let client = try WireClient.webSocket(server, "/ws")
            let probe = try WireClient(port: server.port)
            let socket = await sockets.first(1)[0]
            client.send(.text.with("before"))
            #expect(await measured.first(1)[0] == nil)
            var least = (atLeast: Duration.seconds(1_000), atMost: Duration.seconds(1_000))
            // The first takes longer than the others: the least of them counts.
            for (index, delay) in [40, 2, 10].enumerated() {
                let began = clock.now
                socket.ping()
                let payload = try Self.ping(client)
                let came = clock.now
                for _ in 0..<delay { try probe.passRounds() }
                let delayed = clock.now - came
                client.send(.pong.with(payload), .text.with("after"))
                let roundTrip = try #require(await measured.first(index + 2)[index + 1])
                least = (min(least.atLeast, delayed), min(least.atMost, clock.now - began))
                let rounding = Duration.microseconds(100)
                #expect(least.atLeast - rounding...least.atMost + rounding ~= roundTrip, "\(index)")
            }
        }
    }

    @Test func `wrong, unasked and repeated pongs are tolerated, and measure nothing`() async throws {
        let sockets = Notes<WebSocket>()
        let measured = Notes<Duration?>()
        try await withServer(routes: Self.measuring(sockets, measured)) { server, _ in
            let client = try WireClient.webSocket(server, "/ws")
            let socket = await sockets.first(1)[0]
            client.send(.pong, .pong.with([UInt8](repeating: 0, count: 8)), .text.with("unasked"))
            #expect(await measured.first(1)[0] == nil)
            socket.ping()
            let first = try Self.ping(client)
            socket.ping()
            let second = try Self.ping(client)
            client.send(.pong.with(first), .pong.with(second.dropLast()), .pong.with(second + [0]), .text.with("wrong"))
            #expect(await measured.first(2)[1] == nil)
            client.send(.pong.with(second), .text.with("right"))
            let roundTrip = try #require(await measured.first(3)[2])
            socket.ping()
            _ = try Self.ping(client)
            client.send(.pong.with(second), .text.with("again"))
            #expect(await measured.first(4)[3] == roundTrip)
            #expect(await socket.closure == nil)
            #expect(server.statistics.malformedFrames == 0)
        }
    }

    @Test func `regular pings measure too`() async throws {
        let sockets = Notes<WebSocket>()
        let measured = Notes<Duration?>()
        try await withServer {
            $0.pingInterval = .milliseconds(60)
        } routes: { router in
            Self.measuring(sockets, measured)(&router)
        } _: { server, _ in
            let client = try WireClient.webSocket(server, "/ws")
            client.send(.pong.with(try Self.ping(client)), .text.with("after"))
            #expect(await measured.first(1)[0] != nil)
        }
    }

    @Test func `each side of ours measures the other`() async throws {
        let measured = Notes<Duration?>()
        var router = Router()
        router.get("/ws") { _ in
            .webSocket { socket in
                for await message in socket.messages {
                    socket.ping()
                    // The other side answers what it read first before it answers this.
                    await socket.send(message)
                    measured.add(await socket.roundTrip)
                }
            }
        }
        let client = WebSocketClient()
        let socket = try await client.connect(to: router, "/ws")
        var answers = socket.messages.makeAsyncIterator()
        for _ in 0..<2 {
            socket.ping()
            await socket.send("x")
            _ = await answers.next()
        }
        #expect(await socket.roundTrip != nil)
        let seen = await measured.first(2)
        #expect(seen[0] == nil && seen[1] != nil)
        await client.stop()
        socket.ping()
    }

    @Test func `while the other side takes nothing, nothing is asked`() async throws {
        let sockets = Notes<WebSocket>()
        try await withServer(routes: Self.measuring(sockets, Notes())) { server, _ in
            let client = try WireClient.webSocket(server, "/ws", receiveBufferBytes: 4_096)
            let socket = await sockets.first(1)[0]
            let fill = Task { await socket.send(.binary([UInt8](repeating: 0, count: 8 << 20))) }
            let probe = try WireClient(port: server.port)
            var isStalled = false
            while !isStalled {
                try probe.passRounds()
                isStalled = await socket.sender.isStalled
            }
            for _ in 0..<100 { socket.ping() }
            socket.push(.text("behind"))
            #expect(try client.frame()?.payload.count == 8 << 20)
            #expect(try client.text() == "behind")
            await fill.value
        }
    }
}
