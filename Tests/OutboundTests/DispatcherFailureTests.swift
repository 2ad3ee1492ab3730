import Storage
import Testing

@testable import Outbound

@Suite(.timeLimit(.minutes(1))) struct DispatcherFailureTests {
    private func held(_ events: [OutboundEvent]) -> [ChannelHold] {
        events.compactMap { if case .channelHeld(_, let hold) = $0 { hold } else { nil } }
    }

    private func channel(_ house: House, _ name: String) async throws -> Channel? {
        try await house.database.write { transaction throws(StorageError) in
            try transaction.snapshot.channel(named: name)
        }
    }

    @Test(
        "throttled: the whole channel waits the full time and uses no attempt; others go on; a restart keeps the pause")
    func throttled() async throws {
        let house = try House(parallelism: 1) { parcel, before in
            parcel.channel == "a" && before == 0
                ? .init(.throttled, code: "429", retryAfterMilliseconds: 3_600_000) : .init(.delivered, code: "")
        }
        try await house.save("a")
        try await house.save("b")
        try await house.dispatcher.start()
        let start = house.clock.now
        try await house.enqueue("a", "1", "2", "3")
        await house.events.wait(forCount: 1)
        #expect(held(house.events.items).map(\.until) == [start + 3_600_000])
        try await house.enqueue("b", "free")
        await house.wait(for: .delivered, of: "free")
        #expect(house.sent.items.count { $0.channel == "a" } == 1)
        #expect(try await channel(house, "a")?.hold?.outcomeClass == .throttled)
        await house.dispatcher.stop(within: .zero)
        let folder = house.leave()

        try await inHouse(try House(in: folder, parallelism: 1)) { house in
            try await house.dispatcher.start()
            #expect(await house.clock.nextWake() == start + 3_600_000)
            #expect(house.sent.items.isEmpty)
            house.clock.advance(to: start + 3_600_000)
            await house.wait(for: .delivered, of: "1", "2", "3")
            let delivery = try #require(await house.delivery("1"))
            #expect(delivery.attemptsUsed == 0)
            #expect(delivery.attempts.map(\.outcomeClass) == [.throttled, .delivered])
            #expect(house.sent.items.map(\.payload).first?.contains("\"1\"") == true)
            #expect(try await channel(house, "a")?.hold == nil)
        }
    }

    @Test("failures in a row hold the channel and keep every message, those that tripped it included")
    func breaker() async throws {
        let house = try House(parallelism: 1) { parcel, _ in
            parcel.now < 1_800_000_000_000 + 3_600_000 ? .init(.transient, code: "500") : .init(.delivered, code: "ok")
        }
        try await inHouse(house) { house in
            let start = house.clock.now
            try await house.save("a")
            let references = (0..<20).map { "r\($0)" }
            for reference in references { try await house.enqueue("a", reference) }
            try await house.dispatcher.start()
            await house.events.wait(forCount: 1)
            #expect(held(house.events.items).map(\.until) == [start + 30_000])
            var now = start
            while now < start + 3_600_000 {
                now = await house.clock.nextWake(after: now)
                house.clock.advance(to: now)
            }
            await house.events.wait { $0.contains(.channelResumed(channel: "a")) }
            // What had failed at first waits for its own time.
            house.clock.advance(byMs: 3_600_000)
            await house.changes.wait { changes in
                references.allSatisfy { reference in
                    changes.contains { $0.reference == reference && $0.state == .delivered }
                }
            }
            var attempts = 0
            for reference in references {
                let delivery = try #require(await house.delivery(reference))
                #expect(delivery.attemptsUsed <= 1)
                attempts += delivery.attempts.count { $0.outcomeClass == .transient }
            }
            #expect(attempts <= 5 + 16, "an hour of probes at most every five minutes")
        }
    }

    @Test("a delivery that alone probes a held channel uses up none of its attempts")
    func probes() async throws {
        let house = try House(clock: VirtualClock(inHurry: true), parallelism: 1) { parcel, before in
            .init(before < 60 ? .transient : .delivered, code: "\(before)")
        }
        try await inHouse(house) { house in
            try await house.save("a")
            try await house.enqueue("a", "1")
            try await house.dispatcher.start()
            await house.wait(for: .delivered, of: "1")
            let delivery = try #require(await house.delivery("1"))
            #expect(delivery.tries == 61)
            #expect(delivery.attemptsUsed == ChannelHealth.failuresMax)
        }
    }

    @Test("set up wrongly: held with the reason, and tried at once after the admin's change")
    func misconfigured() async throws {
        let house = try House(parallelism: 1) { parcel, _ in
            parcel.settings["secret"] == .text("right!")
                ? .init(.delivered, code: "") : .init(.misconfigured, code: "no_service", excerpt: "no_service")
        }
        try await inHouse(house) { house in
            try await house.save("a", settings: ["secret": .text("wrong!")])
            try await house.dispatcher.start()
            try await house.enqueue("a", "1", "2")
            await house.events.wait(forCount: 1)
            #expect(try await channel(house, "a")?.hold?.detail == "no_service")
            house.clock.advance(byMs: 6_000)
            try await house.save("a", settings: ["secret": .text("right!")])
            await house.wait(for: .delivered, of: "1", "2")
            #expect(house.events.items.contains(.channelResumed(channel: "a")))
            let delivery = try #require(await house.delivery("1"))
            #expect(delivery.attemptsUsed == 0)
        }
    }

    @Test("the program died with deliveries under way: due again, the attempt recorded as unknown, the id the same")
    func crash() async throws {
        let sent = Recorder<String>(), gate = Gate()
        let house = try House { parcel, _ in
            sent.add(parcel.id)
            await gate.wait()
            return .init(.delivered, code: "")
        }
        try await house.save("a")
        try await house.dispatcher.start()
        try await house.enqueue("a", "1", "2")
        await sent.wait(forCount: 2)
        let folder = house.leave()

        try await inHouse(try House(in: folder)) { house in
            try await house.dispatcher.start()
            #expect(house.events.items == [.interruptedDeliveriesFound(count: 2)])
            await house.wait(for: .delivered, of: "1", "2")
            #expect(Set(house.sent.items.map(\.id)) == Set(sent.items))
            let delivery = try #require(await house.delivery("1"))
            #expect(delivery.attempts.map(\.code) == ["interrupted", "ok"])
            #expect(delivery.attempts.map(\.outcomeUnknown) == [true, false])
            #expect(delivery.attemptsUsed == 0)
        }
        gate.open()
    }

    @Test("an observer that breaks a rule at the start does not keep the program from starting")
    func crashWithFailingObserver() async throws {
        let sent = Gate(), gate = Gate()
        let house = try House { _, _ in
            sent.open()
            await gate.wait()
            return .init(.delivered, code: "")
        }
        try await house.save("a")
        try await house.dispatcher.start()
        try await house.enqueue("a", "1")
        await sent.wait()
        let folder = house.leave()
        gate.open()

        let observer: DeliveryObserver = { _, change throws(StorageError) in
            if change.state == .waiting { throw .constraint(.check) }
        }
        try await inHouse(try House(in: folder, observer: observer)) { house in
            try await house.dispatcher.start()
            await house.wait(for: .delivered, of: "1")
            let told = house.events.items
            #expect(
                told == [
                    .observerFailed(source: nil, .constraint(.check)), .interruptedDeliveriesFound(count: 1),
                ])
        }
    }

    @Test("stopping gives what is under way its time, and sends nothing more")
    func stop() async throws {
        let sent = Gate(), gate = Gate()
        let house = try House(parallelism: 1) { _, _ in
            sent.open()
            await gate.wait()
            return .init(.delivered, code: "")
        }
        try await inHouse(house) { house in
            try await house.save("a")
            try await house.dispatcher.start()
            try await house.enqueue("a", "1", "2", "3")
            await sent.wait()
            async let stopped: Void = house.dispatcher.stop(within: .seconds(20))
            gate.open()
            await stopped
            #expect(try await house.delivery("1")?.state == .delivered)
            for reference in ["2", "3"] {
                let delivery = try #require(await house.delivery(reference))
                #expect(delivery.state == .waiting)
                #expect(delivery.tries == 0)
            }
        }
    }

    @Test("what does not end in time is stopped, recorded as what it is, and due again", arguments: [true, false])
    func stopImpatiently(mayHaveArrived: Bool) async throws {
        let sent = Gate()
        let house = try House { _, _ in
            sent.open()
            let forever = AsyncStream<Void> { _ in }
            for await _ in forever {}  // ends when its task is cancelled
            return .init(.transient, code: "cancelled", outcomeUnknown: mayHaveArrived)
        }
        try await inHouse(house) { house in
            try await house.save("a")
            try await house.dispatcher.start()
            try await house.enqueue("a", "1")
            await sent.wait()
            async let stopped: Void = house.dispatcher.stop(within: .seconds(20))
            let patience = await house.clock.nextWake()
            #expect(patience == house.clock.now + 20_000)
            house.clock.advance(to: patience)
            await stopped
            let delivery = try #require(await house.delivery("1"))
            #expect(delivery.state == .waiting)
            #expect(delivery.attempts.map(\.code) == ["interrupted"])
            #expect(delivery.attempts.map(\.outcomeUnknown) == [mayHaveArrived])
            #expect(delivery.attemptsUsed == 0)
        }
    }

    @Test("what a stopped attempt brought about reaches its observer, and what it left for itself the next attempt")
    func stopTellsAnswer() async throws {
        let sent = Gate()
        let house = try House { _, _ in
            sent.open()
            let forever = AsyncStream<Void> { _ in }
            for await _ in forever {}  // ends when its task is cancelled
            return .init(.transient, code: "cancelled", enclosure: Enclosure("half"), memo: "m", progressed: true)
        }
        try await house.save("a")
        try await house.enqueue("a", "1")
        try await house.database.write { transaction throws(StorageError) in
            _ = try transaction.run("UPDATE outbox SET attempts_used = 9")
        }
        try await house.dispatcher.start()
        await sent.wait()
        async let stopped: Void = house.dispatcher.stop(within: .seconds(20))
        house.clock.advance(to: await house.clock.nextWake())
        await stopped
        let change = try #require(house.changes.items.last)
        #expect(change.state == .waiting && change.code == "interrupted" && change.enclosure?.content as? String == "half")
        #expect(try await house.delivery("1")?.attemptsUsed == 0)
        let folder = house.leave()

        try await inHouse(try House(in: folder)) { house in
            try await house.dispatcher.start()
            await house.wait(for: .delivered, of: "1")
            #expect(house.sent.items.first?.memo == "m")
            #expect(house.sent.items.first?.attempt == 2)
        }
    }

    @Test("a source whose observer breaks a rule holds up nobody else, and its own change is recorded")
    func observerFails() async throws {
        let observer: DeliveryObserver = { _, change throws(StorageError) in
            if change.reference == "bad", change.state == .delivered { throw .constraint(.unique) }
        }
        try await inHouse(try House(observer: observer)) { house in
            try await house.save("a")
            try await house.enqueue("a", "1", "bad", "2")
            try await house.dispatcher.start()
            await house.wait(for: .delivered, of: "1", "2")
            await house.events.wait(forCount: 1)
            #expect(house.events.items == [.observerFailed(source: "test", .constraint(.unique))])
            await house.dispatcher.stop(within: .seconds(1))
            #expect(try await house.delivery("bad")?.state == .delivered)
            #expect(try await house.delivery("1")?.attempts.count == 1)
        }
    }

    @Test("outcomes that cannot be recorded are kept in memory and recorded when the disk is well again")
    func storageFails() async throws {
        let trouble = Recorder<Int>()
        let observer: DeliveryObserver = { _, change throws(StorageError) in
            guard change.state == .delivered, trouble.items.count < 2 else { return }
            trouble.add(1)
            throw .full
        }
        try await inHouse(try House(clock: VirtualClock(inHurry: true), observer: observer)) { house in
            try await house.save("a")
            try await house.dispatcher.start()
            try await house.enqueue("a", "1")
            await house.wait(for: .delivered, of: "1")
            await house.events.wait(forCount: 2)
            #expect(house.events.items == [.storageFailed(.full), .storageRecovered])
            #expect(house.sent.items.count == 1)
            #expect(try await house.delivery("1")?.attempts.count == 1)
        }
    }

    @Test("the database closed under a running dispatcher: it says so and ends")
    func closed() async throws {
        let sent = Gate(), gate = Gate()
        let house = try House { _, _ in
            sent.open()
            await gate.wait()
            return .init(.delivered, code: "")
        }
        try await inHouse(house) { house in
            try await house.save("a")
            try await house.dispatcher.start()
            try await house.enqueue("a", "1")
            await sent.wait()
            house.database.close()
            gate.open()
            await house.events.wait(forCount: 1)
            #expect(house.events.items == [.storageFailed(.closed)])
            await house.dispatcher.stop(within: .seconds(1))
        }
    }
}
