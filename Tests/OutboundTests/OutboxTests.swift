import Storage
import Testing

@testable import Outbound

@Suite(.timeLimit(.minutes(1))) struct OutboxTests {
    private func cancel(_ house: House, _ reference: String) async throws -> [DeliveryChange] {
        let now = house.clock.now
        return try await house.database.write { transaction throws(StorageError) in
            try transaction.cancelDeliveries(source: "test", reference: reference, at: now)
        }
    }

    private func resend(_ house: House, _ id: String) async throws -> DeliveryChange? {
        let now = house.clock.now
        return try await house.database.write { transaction throws(StorageError) in try transaction.resend(id, at: now)
        }
    }

    /// What may go next, in order: taken into flight as the dispatcher does.
    private func claim(_ house: House, _ channel: String = "a", limit: Int = 100) async throws -> [String] {
        let now = house.clock.now
        return try await house.database.write { transaction throws(StorageError) in
            try transaction.claim(channel: channel, limit: limit, at: now).map(\.reference)
        }
    }

    /// Ends one in flight.
    private func end(_ house: House, _ reference: String, _ state: DeliveryState = .delivered) async throws {
        let now = house.clock.now
        try await house.database.write { transaction throws(StorageError) in
            guard let record = try transaction.snapshot.deliveries(source: "test", reference: reference).first else {
                return
            }
            let delivery = ClaimedDelivery(
                id: record.id, channel: record.channel, source: record.source, reference: record.reference,
                lane: record.lane, payload: "", dueAt: record.dueAt, attemptsUsed: record.attemptsUsed,
                number: record.tries, enqueuedAt: record.enqueuedAt)
            _ = try transaction.apply(.ended(state), to: delivery, .init(.delivered, code: ""), at: now)
        }
    }

    @Test("deliveries are taken in the order they were enqueued, as many as asked for, and once")
    func claims() async throws {
        try await inHouse(try House()) { house in
            try await house.enqueue("a", "1", "2", "3")
            try await house.enqueue("b", "x")
            #expect(try await claim(house, limit: 2) == ["1", "2"])
            #expect(try await claim(house) == ["3"])
            #expect(try await claim(house) == [])
        }
    }

    @Test(
        "of a lane only the first may go; the next follows when it has ended",
        arguments: [DeliveryState.delivered, .failed])
    func lane(_ state: DeliveryState) async throws {
        try await inHouse(try House()) { house in
            try await house.enqueue("a", "1", "2", lane: "l")
            try await house.enqueue("a", "3", lane: "m")
            try await house.enqueue("b", "x", lane: "l")
            #expect(try await claim(house) == ["1", "3"])
            #expect(try await claim(house, "b") == ["x"])
            try await end(house, "1", state)
            #expect(try await claim(house) == ["2"])
        }
    }

    @Test("what was delivered is forgotten once it is old, and nothing else, a part at a time")
    func forgetsDelivered() async throws {
        try await inHouse(try House()) { house in
            try await house.enqueue("a", "1", "2", "3", "4")
            #expect(try await claim(house) == ["1", "2", "3", "4"])
            for (reference, state) in [("1", DeliveryState.delivered), ("2", .failed), ("4", .delivered)] {
                try await end(house, reference, state)
            }
            let enqueuedAt = house.clock.now
            func forget(after id: String, before: Int64, source: String = "test") async throws -> String? {
                try await house.database.write { transaction throws(StorageError) in
                    try transaction.forgetDelivered(source: source, after: id, enqueuedBefore: before, limit: 3)
                }
            }
            func left() async throws -> [String] {
                try await house.database.read { snapshot throws(StorageError) in
                    try snapshot.all("SELECT reference FROM outbox ORDER BY id") { $0.text(0) }
                }
            }
            #expect(try await forget(after: "", before: enqueuedAt) == nil)
            _ = try await forget(after: "", before: enqueuedAt + 1, source: "others")
            #expect(try await left() == ["1", "2", "3", "4"])
            let third = try #require(try await forget(after: "", before: enqueuedAt + 1))
            #expect(try await left() == ["2", "3", "4"])
            let last = try #require(try await forget(after: third, before: enqueuedAt + 1))
            #expect(try await left() == ["2", "3"])
            #expect(try await forget(after: last, before: enqueuedAt + 1) == nil)
        }
    }

    @Test("cancelling the first of a lane lets the next go")
    func cancelInLane() async throws {
        try await inHouse(try House()) { house in
            try await house.enqueue("a", "1", "2", "3", lane: "l")
            #expect(try await cancel(house, "1").map(\.state) == [.cancelled])
            #expect(try await cancel(house, "1") == [])
            #expect(try await claim(house) == ["2"])
            _ = try await cancel(house, "3")
            try await end(house, "2")
            #expect(try await claim(house) == [])
            #expect(try await house.delivery("1")?.state == .cancelled)
        }
    }

    @Test("a channel's waiting deliveries are cancelled in portions, lanes and all; what is under way stays")
    func cancelChannel() async throws {
        try await inHouse(try House()) { house in
            try await house.enqueue("a", "0", "1")
            try await house.enqueue("a", "2", "3", lane: "l")
            try await house.enqueue("b", "x")
            _ = try await claim(house, limit: 1)
            var cancelled: [[String]] = []
            for _ in 0..<4 {
                let now = house.clock.now
                cancelled.append(
                    try await house.database.write { transaction throws(StorageError) in
                        try transaction.cancelWaiting(channel: "a", limit: 2, at: now).map(\.reference).sorted()
                    })
            }
            #expect(cancelled == [["1", "2"], ["3"], [], []])
            #expect(try await house.delivery("0")?.state == .inFlight)
            #expect(try await claim(house, "b") == ["x"])
        }
    }

    @Test("what comes back into a lane goes first again")
    func resendInLane() async throws {
        try await inHouse(try House()) { house in
            let ids = try await house.enqueue("a", "1", "2", "3", lane: "l")
            _ = try await claim(house)
            try await end(house, "1", .failed)
            #expect(try await resend(house, ids[0])?.state == .waiting)
            #expect(try await claim(house) == ["1"])
            #expect(try await claim(house) == [])
            try await end(house, "1")
            #expect(try await claim(house) == ["2"])
        }
    }

    @Test("only what failed or was cancelled is sent again, under the same id")
    func resends() async throws {
        try await inHouse(try House()) { house in
            let ids = try await house.enqueue("a", "1", "2", "3")
            _ = try await cancel(house, "1")
            _ = try await claim(house)
            try await end(house, "2")
            #expect(try await resend(house, ids[0])?.reference == "1")
            #expect(try await resend(house, ids[1]) == nil)
            #expect(try await resend(house, ids[2]) == nil)
            #expect(try await resend(house, "nonsense") == nil)
            #expect(try await claim(house) == ["1"])
        }
    }

    @Test("everything of a channel that failed since a time is sent again, oldest first, in portions")
    func resendFailed() async throws {
        try await inHouse(try House()) { house in
            try await house.enqueue("a", "1", "2", "3", "4")
            try await house.enqueue("b", "x")
            _ = try await claim(house)
            _ = try await claim(house, "b")
            for reference in ["1", "x"] { try await end(house, reference, .failed) }
            house.clock.advance(byMs: 10)
            let since = house.clock.now
            for reference in ["3", "2", "4"] {
                house.clock.advance(byMs: 10)
                try await end(house, reference, .failed)
            }
            func portion() async throws -> [String] {
                let now = house.clock.now
                return try await house.database.write { transaction throws(StorageError) in
                    try transaction.resendFailed(channel: "a", since: since, limit: 2, at: now).map(\.reference)
                }
            }
            #expect(try await portion() == ["3", "2"])
            #expect(try await portion() == ["4"])
            #expect(try await portion() == [])
            #expect(try await house.delivery("1")?.state == .failed)
        }
    }

    @Test("what is waiting, under way and failed is counted by channel, with the oldest")
    func depths() async throws {
        try await inHouse(try House()) { house in
            let start = house.clock.now
            try await house.enqueue("a", "1", "2")
            house.clock.advance(byMs: 500)
            try await house.enqueue("a", "3", "4", lane: "l")
            try await house.enqueue("b", "5", "6")
            _ = try await claim(house, "b", limit: 1)
            _ = try await claim(house, limit: 1)
            try await end(house, "1", .failed)
            let depths = try await house.database.read { snapshot throws(StorageError) in try snapshot.outboxDepths() }
            #expect(depths.map(\.channel) == ["a", "a", "b", "b"])
            #expect(depths.map(\.state) == [.waiting, .failed, .waiting, .inFlight])
            #expect(depths.map(\.count) == [3, 1, 1, 1])
            // Ages are those of ids, which rise over all houses of the process: others may have pushed them on.
            let ages = depths.map(\.oldestAt)
            #expect(ages[0] >= start && ages[0] <= ages[3] && ages[3] <= ages[2] && ages[1] == start + 500)
        }
    }

    @Test("channels are stored, listed by name, changed and deleted; one with open deliveries is not deleted")
    func channels() async throws {
        try await inHouse(try House()) { house in
            for name in ["c", "a", "b"] { try await house.save(name, settings: ["secret": .text("s")]) }
            let created = house.clock.now
            house.clock.advance(byMs: 5)
            try await house.save("a", paused: true)
            let (first, rest) = try await house.database.read { snapshot throws(StorageError) in
                (try snapshot.channels(limit: 1), try snapshot.channels(after: "a", limit: 9))
            }
            #expect(
                first == [Channel(name: "a", kind: "test", paused: true, createdAt: created, changedAt: created + 5)])
            #expect(rest.map(\.name) == ["b", "c"])
            #expect(rest.first?.settings == ["secret": .text("s")])
            func delete(_ name: String) async throws -> ChannelDeletion {
                try await house.database.write { transaction throws(StorageError) in try transaction.deleteChannel(name)
                }
            }
            try await house.enqueue("a", "1")
            #expect(try await delete("a") == .hasOpenDeliveries)
            _ = try await claim(house)
            #expect(try await delete("a") == .hasOpenDeliveries)
            try await end(house, "1")
            #expect(try await delete("a") == .deleted)
            #expect(try await delete("a") == .notFound)
        }
    }
}
