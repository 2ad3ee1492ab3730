import Storage
import Testing

@testable import Outbound

@Suite(.timeLimit(.minutes(1))) struct DueDeliveriesTests {
    private func due(_ house: House) async throws -> DueDeliveries {
        let (dispatcher, now) = (house.dispatcher, house.clock.now)
        return try await house.database.read { snapshot throws(StorageError) in try dispatcher.due(in: snapshot, at: now) }
    }

    @Test("what nobody takes is told with the time since when, and not before it is due")
    func untouched() async throws {
        try await inHouse(try House()) { house in
            try await house.save("a")
            let nothing = try await due(house)
            #expect(nothing == DueDeliveries())
            house.clock.advance(byMs: 1_000)
            let enqueuedAt = house.clock.now
            try await house.enqueue("a", "one")
            house.clock.advance(byMs: 9_000)
            let late = try await due(house)
            #expect(late.oldestAt == enqueuedAt && late.untouchedSince == ["a": enqueuedAt])
        }
    }

    @Test("what waits for somebody else is not due: a paused channel, a held one, a missing one, a kind unknown here")
    func notOurs() async throws {
        try await inHouse(try House()) { house in
            try await house.save("paused", paused: true)
            try await house.save("held")
            let now = house.clock.now
            try await house.database.write { transaction throws(StorageError) in
                try transaction.setHold(
                    ChannelHold(until: now + 60_000, outcomeClass: .throttled, detail: ""), channel: "held")
                try transaction.save(Channel(name: "strange", kind: "pigeon", settings: [:]), at: now)
            }
            for channel in ["paused", "held", "missing", "strange"] { try await house.enqueue(channel, channel) }
            house.clock.advance(byMs: 59_000)
            let before = try await due(house)
            #expect(before == DueDeliveries())
            house.clock.advance(byMs: 2_000)
            let after = try await due(house)
            #expect(after.untouchedSince == ["held": now + 60_000])
        }
    }

    @Test("a channel that is slow is due, and not untouched: something of it was taken just now")
    func slow() async throws {
        let house = try House(parallelism: 1, pacePerSecond: 1)
        try await inHouse(house) { house in
            try await house.save("a")
            try await house.enqueue("a", "one", "two", "three", "four", "five")
            let enqueuedAt = house.clock.now
            house.clock.advance(byMs: 600_000)
            let takenAt = house.clock.now
            try await house.dispatcher.start()
            await house.wait(for: .delivered, of: "one")
            let found = try await due(house)
            #expect(found.oldestAt == enqueuedAt && found.untouchedSince == ["a": takenAt])
        }
    }
}
