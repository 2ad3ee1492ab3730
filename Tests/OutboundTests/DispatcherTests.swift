import Storage
import Testing

@testable import Outbound

@Suite(.timeLimit(.minutes(1))) struct DispatcherTests {
    @Test("what is enqueued is delivered, its source is told, and the attempt is kept")
    func delivers() async throws {
        try await inHouse(try House()) { house in
            try await house.save("a")
            try await house.dispatcher.start()
            let ids = try await house.enqueue("a", "one")
            await house.wait(for: .delivered, of: "one")
            let delivery = try #require(await house.delivery("one"))
            #expect(delivery.state == .delivered)
            #expect(delivery.attempts.map(\.code) == ["ok"])
            #expect(house.sent.items.map(\.id) == ids)
            #expect(house.changes.items.map(\.state) == [.inFlight, .delivered])
        }
    }

    @Test("with nothing due nobody is awake: no timer runs")
    func sleeps() async throws {
        try await inHouse(try House()) { house in
            try await house.save("a")
            try await house.dispatcher.start()
            try await house.enqueue("a", "one")
            await house.wait(for: .delivered, of: "one")
            _ = try await house.delivery("one")
            #expect(house.clock.sleeperCount == 0)
        }
    }

    @Test("a failure is tried again when its time has come, with the same id and the same time of enqueuing")
    func retries() async throws {
        let house = try House { _, before in .init(before < 2 ? .transient : .delivered, code: "\(before)") }
        try await inHouse(house) { house in
            try await house.save("a")
            try await house.dispatcher.start()
            let start = house.clock.now
            try await house.enqueue("a", "one")
            #expect(await house.clock.nextWake() == start + 5_000)
            house.clock.advance(byMs: 5_000)
            #expect(await house.clock.nextWake(after: house.clock.now) == start + 15_000)
            house.clock.advance(byMs: 10_000)
            await house.wait(for: .delivered, of: "one")
            let delivery = try #require(await house.delivery("one"))
            #expect(delivery.attempts.map(\.startedAt) == [start, start + 5_000, start + 15_000])
            #expect(delivery.attempts.map(\.outcomeClass) == [.transient, .transient, .delivered])
            #expect(delivery.attemptsUsed == 2)
            #expect(Set(house.sent.items.map(\.id)).count == 1)
            #expect(Set(house.sent.items.map(\.enqueuedAt)) == [start])
        }
    }

    @Test("a clock that was set back while the dispatcher slept makes it sleep again", .timeLimit(.minutes(1)))
    func clockSetBack() async throws {
        let house = try House { _, before in .init(before < 1 ? .transient : .delivered, code: "\(before)") }
        try await inHouse(house) { house in
            try await house.save("a")
            try await house.dispatcher.start()
            try await house.enqueue("a", "one")
            let wake = await house.clock.nextWake()
            house.clock.wakeEarly()
            #expect(await house.clock.nextWake() == wake)
            house.clock.advance(to: wake)
            await house.wait(for: .delivered, of: "one")
        }
    }

    @Test("what a courier notes for itself is in its next parcel, until it notes something else")
    func memo() async throws {
        let house = try House(clock: VirtualClock(inHurry: true)) { _, before in
            before == 3
                ? .init(.delivered, code: "") : .init(.transient, code: "", memo: before == 1 ? nil : "note \(before)")
        }
        try await inHouse(house) { house in
            try await house.save("a")
            try await house.dispatcher.start()
            try await house.enqueue("a", "one")
            await house.wait(for: .delivered, of: "one")
            #expect(house.sent.items.map(\.memo) == [nil, "note 0", "note 0", "note 2"])
        }
    }

    @Test("what is refused for good has failed: its source and the operator are told why")
    func permanent() async throws {
        let house = try House { _, _ in .init(.permanent, code: "no", excerpt: "never") }
        try await inHouse(house) { house in
            try await house.save("a")
            try await house.dispatcher.start()
            let ids = try await house.enqueue("a", "one")
            await house.attempts.wait(forCount: 1)
            #expect(house.attempts.items.map(\.delivery.id) == ids)
            #expect(house.attempts.items.map(\.state) == [.failed] && house.attempts.items.map(\.code) == ["no"])
            #expect(house.changes.items.last?.state == .failed)
            #expect(house.changes.items.last?.outcomeClass == .permanent)
            #expect(try await house.delivery("one")?.attempts.map(\.excerpt) == ["never"])
        }
    }

    @Test("a lane goes in order, one at a time, and a failing one parks only its lane")
    func lanes() async throws {
        let house = try House { parcel, _ in
            let isFirst = parcel.payload.contains("l1") && parcel.now == 1_800_000_000_000
            return .init(isFirst ? .transient : .delivered, code: "")
        }
        try await inHouse(house) { house in
            try await house.save("a")
            try await house.enqueue("a", "l1", "l2", lane: "l")
            try await house.enqueue("a", "m1", "m2", "m3", lane: "m")
            try await house.enqueue("a", "free")
            try await house.dispatcher.start()
            await house.wait(for: .delivered, of: "m3", "free")
            #expect(try await house.delivery("l2")?.state == .waiting)
            house.clock.advance(byMs: 5_000)
            await house.wait(for: .delivered, of: "l1", "l2")
            let delivered = house.changes.items.filter { $0.state == .delivered }.map(\.reference)
            #expect(delivered.filter { $0.hasPrefix("m") } == ["m1", "m2", "m3"])
            #expect(delivered.filter { $0.hasPrefix("l") } == ["l1", "l2"])
        }
    }

    @Test("a paused channel keeps its deliveries; resumed it sends them at once")
    func paused() async throws {
        try await inHouse(try House()) { house in
            try await house.save("a", paused: true)
            try await house.save("b")
            try await house.dispatcher.start()
            try await house.enqueue("a", "held")
            try await house.enqueue("b", "free")
            await house.wait(for: .delivered, of: "free")
            #expect(try await house.delivery("held")?.tries == 0)
            let now = house.clock.now
            _ = try await house.database.write { transaction throws(StorageError) in
                try transaction.setPaused(false, channel: "a", at: now)
            }
            await house.wait(for: .delivered, of: "held")
        }
    }

    @Test("deliveries wait for a channel, or a courier, that does not exist yet")
    func missing() async throws {
        try await inHouse(try House()) { house in
            let (database, now) = (house.database, house.clock.now)
            try await database.write { transaction throws(StorageError) in
                try transaction.save(Channel(name: "strange", kind: "pigeon"), at: now)
            }
            try await house.dispatcher.start()
            try await house.enqueue("a", "one")
            try await house.enqueue("strange", "two")
            await house.events.wait(forCount: 2)
            #expect(house.events.items.contains(.channelMissing(channel: "a")))
            #expect(house.events.items.contains(.courierMissing(channel: "strange", kind: "pigeon")))
            try await house.save("a")
            try await house.save("strange")
            await house.wait(for: .delivered, of: "one", "two")
            #expect(house.events.items.count == 2)
        }
    }

    @Test("a channel that hangs does not hold up another")
    func stuckChannel() async throws {
        let gate = Gate()
        let house = try House(parallelism: 2) { parcel, _ in
            if parcel.channel == "stuck" { await gate.wait() }
            return .init(.delivered, code: "")
        }
        try await inHouse(house) { house in
            try await house.save("stuck")
            try await house.save("well")
            for index in 0..<20 { try await house.enqueue("stuck", "s\(index)") }
            try await house.dispatcher.start()
            try await house.enqueue("well", "one", "two", "three", "four", "five")
            await house.wait(for: .delivered, of: "one", "two", "three", "four", "five")
            #expect(house.sent.items.count { $0.channel == "stuck" } == 2)
            gate.open()
            await house.wait(for: .delivered, of: "s19")
        }
    }

    @Test("never more under way than the channel's parallelism")
    func parallelism() async throws {
        let running = Recorder<Int>(), gate = Gate()
        let house = try House(parallelism: 3) { _, _ in
            running.add(1)
            await gate.wait()
            return .init(.delivered, code: "")
        }
        try await inHouse(house) { house in
            try await house.save("a")
            for index in 0..<10 { try await house.enqueue("a", "\(index)") }
            try await house.dispatcher.start()
            await running.wait(forCount: 3)
            // A whole turn of the dispatcher later there are still three.
            try await house.save("b")
            try await house.enqueue("b", "other")
            await house.changes.wait { $0.contains { $0.reference == "other" && $0.state == .inFlight } }
            #expect(house.sent.items.count { $0.channel == "a" } == 3)
            gate.open()
            await house.wait(for: .delivered, of: "9")
        }
    }

    @Test("a channel with a pace sends at that pace")
    func pace() async throws {
        try await inHouse(try House(parallelism: 1, pacePerSecond: 1)) { house in
            try await house.save("a")
            try await house.enqueue("a", "1", "2", "3")
            let start = house.clock.now
            try await house.dispatcher.start()
            for second in 1...2 as ClosedRange<Int64> {
                let wake = await house.clock.nextWake(after: house.clock.now)
                #expect(wake == start + second * 1_000)
                house.clock.advance(to: wake)
            }
            await house.wait(for: .delivered, of: "3")
            #expect(house.sent.items.map(\.now) == [start, start + 1_000, start + 2_000])
        }
    }

    @Test("what is kept of an answer has no secret in it")
    func scrubs() async throws {
        let house = try House { _, _ in .init(.permanent, code: "no", excerpt: "your key topsecret is\r\nwrong") }
        try await inHouse(house) { house in
            try await house.save("a", settings: ["secret": .text("topsecret")])
            try await house.dispatcher.start()
            try await house.enqueue("a", "one")
            await house.wait(for: .failed, of: "one")
            #expect(try await house.delivery("one")?.attempts.map(\.excerpt) == ["your key [secret] is wrong"])
        }
    }

    @Test(
        "cancelled under way: not tried again, but delivered if it arrived after all",
        arguments: [
            (OutcomeClass.transient, DeliveryState.cancelled), (.delivered, .delivered),
        ])
    func cancelledInFlight(_ outcome: OutcomeClass, endsAs expected: DeliveryState) async throws {
        let sent = Gate(), gate = Gate()
        let house = try House { parcel, _ in
            guard parcel.payload.contains("one") else { return .init(.delivered, code: "") }
            sent.open()
            await gate.wait()
            return .init(outcome, code: "x")
        }
        try await inHouse(house) { house in
            try await house.save("a")
            try await house.dispatcher.start()
            try await house.enqueue("a", "one")
            await sent.wait()
            let now = house.clock.now
            _ = try await house.database.write { transaction throws(StorageError) in
                try transaction.cancelDeliveries(source: "test", reference: "one", at: now)
            }
            gate.open()
            // The next delivery's end is recorded after this one's.
            await house.dispatcher.stop(within: .seconds(1))
            let delivery = try #require(await house.delivery("one"))
            #expect(delivery.state == expected)
            #expect(delivery.attempts.map(\.code) == ["x"])
        }
    }

    @Test("a test sends at once, stores nothing, and says what happened")
    func test() async throws {
        let house = try House { _, _ in .init(.misconfigured, code: "no", excerpt: "bad key hushhush") }
        try await inHouse(house) { house in
            let channel = Channel(name: "draft", kind: "test", settings: ["secret": .text("hushhush")])
            let report = await house.dispatcher.test(channel, notice: Notice(subject: "Test", text: "Test"))
            #expect(
                report
                    == TestReport(
                        outcomeClass: .misconfigured, code: "no", excerpt: "bad key [secret]", outcomeUnknown: false,
                        durationMilliseconds: 0))
            #expect(house.sent.items.map(\.channel) == ["draft"])
            let unknown = await house.dispatcher.test(
                Channel(name: "x", kind: "pigeon"), notice: Notice(subject: "", text: ""))
            #expect(unknown.code == "kind_unknown")
        }
    }

    @Test("a courier hears which attempt it makes, and what it encloses reaches the observer whatever became of the delivery")
    func attempts() async throws {
        let house = try House { _, before in
            switch before {
            case 0: .init(.transient, code: "500", enclosure: Enclosure("first"))
            case 1: .init(.transient, code: "500", enclosure: Enclosure("second"), progressed: true)
            case 2: .init(.throttled, code: "429", retryAfterMilliseconds: 60_000, enclosure: Enclosure("third"))
            default: .init(.permanent, code: "404", enclosure: Enclosure("last"))
            }
        }
        try await inHouse(house) { house in
            try await house.save("a")
            try await house.dispatcher.start()
            try await house.enqueue("a", "one")
            for count in 1...3 {
                await house.changes.wait { $0.count { $0.enclosure != nil } >= count }
                house.clock.advance(byMs: 60_000)
            }
            await house.wait(for: .failed, of: "one")
            #expect(house.sent.items.map(\.attempt) == [1, 2, 3, 4])
            let answered = house.changes.items.filter { $0.state != .inFlight }
            #expect(answered.map { $0.enclosure?.content as? String } == ["first", "second", "third", "last"])
            #expect(answered.map(\.state) == [.waiting, .waiting, .waiting, .failed])
        }
    }

    @Test("the figures count attempts, deliveries and what is held")
    func statistics() async throws {
        let house = try House { _, before in .init(before == 0 ? .throttled : .delivered, code: "") }
        try await inHouse(house) { house in
            try await house.save("a")
            try await house.dispatcher.start()
            try await house.enqueue("a", "one")
            let wake = await house.clock.nextWake()
            #expect(house.dispatcher.statistics.held["a"]?.until == wake)
            house.clock.advance(to: wake)
            await house.wait(for: .delivered, of: "one")
            await house.dispatcher.stop(within: .seconds(1))
            let statistics = house.dispatcher.statistics
            #expect(statistics.attempts[.init(channel: "a", outcomeClass: .throttled)] == 1)
            #expect(statistics.attempts[.init(channel: "a", outcomeClass: .delivered)] == 1)
            #expect(statistics.deliveredCount == 1)
            #expect(statistics.deliveredLatencySumMs == 30_000)
            #expect(statistics.held.isEmpty)
            #expect(statistics.inFlight == 0)
        }
    }
}
