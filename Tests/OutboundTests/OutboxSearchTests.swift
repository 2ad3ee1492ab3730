import Storage
import Testing

@testable import Outbound

@Suite(.timeLimit(.minutes(1))) struct OutboxSearchTests {
    /// Deliveries of two channels in every state, "a1" the oldest.
    private func fill(_ house: House) async throws -> [String: String] {
        var ids: [String: String] = [:]
        for (index, state) in DeliveryState.allCases.enumerated() {
            for channel in ["a", "b"] {
                let name = "\(channel)\(index)"
                ids[name] = try await house.enqueue(channel, name)[0]
                try await house.database.write { transaction throws(StorageError) in
                    _ = try transaction.run("UPDATE outbox SET state = ? WHERE reference = ?", .text(state.rawValue), .text(name))
                }
            }
        }
        return ids
    }

    private func list(_ house: House, _ filter: OutboxFilter, before: String? = nil, limit: Int = 100) async throws -> OutboxPart {
        try await house.database.read { snapshot throws(StorageError) in
            try snapshot.outbox(filter, before: before, limit: limit)
        }
    }

    @Test("a list holds what the filter lets through, the newest first", arguments: [
        (OutboxFilter(), ["b4", "a4", "b3", "a3", "b2", "a2", "b1", "a1", "b0", "a0"]),
        (OutboxFilter(state: .waiting), ["b0", "a0"]), (OutboxFilter(state: .inFlight), ["b1", "a1"]),
        (OutboxFilter(state: .delivered), ["b2", "a2"]), (OutboxFilter(state: .failed), ["b3", "a3"]),
        (OutboxFilter(state: .cancelled), ["b4", "a4"]), (OutboxFilter(channel: "a"), ["a4", "a3", "a2", "a1", "a0"]),
        (OutboxFilter(state: .failed, channel: "a"), ["a3"]), (OutboxFilter(source: "other"), []),
        (OutboxFilter(enqueuedBefore: 0), []), (OutboxFilter(state: .failed, enqueuedBefore: .max), ["b3", "a3"]),
    ])
    func filters(_ filter: OutboxFilter, _ expected: [String]) async throws {
        try await inHouse(try House()) { house in
            _ = try await fill(house)
            #expect(try await list(house, filter).matches.map(\.reference) == expected)
            // The same in parts.
            var found: [String] = [], place: String?
            repeat {
                let part = try await list(house, filter, before: place, limit: 1)
                found += part.matches.map(\.reference)
                place = part.next
            } while place != nil
            #expect(found == expected)
        }
    }

    @Test("every search is led by an index, beside a million rows that were delivered")
    func plans() async throws {
        try await inHouse(try House()) { house in
            let plans: [(StaticString, String)] = [
                ("EXPLAIN QUERY PLAN SELECT id, source, reference, channel FROM outbox WHERE id < ? ORDER BY id DESC LIMIT ?", "sqlite_autoindex_outbox_1"),
                ("EXPLAIN QUERY PLAN SELECT id, source, reference, channel FROM outbox WHERE state = 'waiting' AND id < ? ORDER BY id DESC LIMIT ?", "outbox_waiting"),
                ("EXPLAIN QUERY PLAN SELECT id, source, reference, channel FROM outbox WHERE state = 'in_flight' AND id < ? ORDER BY id DESC LIMIT ?", "outbox_in_flight"),
                ("EXPLAIN QUERY PLAN SELECT id, source, reference, channel FROM outbox WHERE state = 'failed' AND id < ? ORDER BY id DESC LIMIT ?", "outbox_given_up"),
                ("EXPLAIN QUERY PLAN SELECT id, source, reference, channel FROM outbox WHERE state = 'cancelled' AND id < ? ORDER BY id DESC LIMIT ?", "outbox_given_up"),
            ]
            for (sql, index) in plans {
                let plan = try await house.database.read { snapshot throws(StorageError) in
                    try snapshot.all(sql, .text("~"), .integer(10)) { row throws(StorageError) in row.text(3) }
                }
                #expect(plan.count == 1 && plan[0].hasPrefix("SEARCH") && plan[0].contains(index), "\(sql): \(plan)")
            }
            let forward = try await house.database.read { snapshot throws(StorageError) in
                try snapshot.all(
                    "EXPLAIN QUERY PLAN SELECT id, source, reference, channel FROM outbox WHERE state = 'waiting' AND id > ? AND id < ? ORDER BY id LIMIT ?",
                    .text(""), .text("~"), .integer(10)) { row throws(StorageError) in row.text(3) }
            }
            #expect(forward.count == 1 && forward[0].contains("outbox_waiting"), "\(forward)")
        }
    }

    @Test("of those named only the ones that the filter lets through")
    func among() async throws {
        try await inHouse(try House()) { house in
            let ids = try await fill(house)
            let found = try await house.database.read { snapshot throws(StorageError) in
                try snapshot.outbox(OutboxFilter(state: .failed, channel: "a"), among: ids.values.sorted() + ["nobody"])
            }
            #expect(found.map(\.reference) == ["a3"])
        }
    }

    @Test("one delivery is cancelled, and of a lane the next goes; what has ended is not")
    func cancelOne() async throws {
        try await inHouse(try House()) { house in
            let ids = try await house.enqueue("a", "1", "2", lane: "l")
            func cancel(_ id: String) async throws -> DeliveryChange? {
                let now = house.clock.now
                return try await house.database.write { transaction throws(StorageError) in
                    try transaction.cancelDelivery(id, at: now)
                }
            }
            #expect(try await cancel(ids[0])?.state == .cancelled)
            #expect(try await cancel(ids[0]) == nil)
            #expect(try await house.delivery("2")?.isBehind == false)
        }
    }

    @Test("a channel's pulse counts its last attempts")
    func pulse() {
        var pulse = ChannelPulse()
        #expect(!pulse.isFailing && pulse.recentCount == 0 && pulse.perSecond(at: 0) == 0)
        for index in 0..<150 {
            pulse.add(index < 100 ? .transient : .delivered, code: "\(index)", at: 60_000)
        }
        #expect(pulse.recentCount == 100 && pulse.recentSuccesses == 50)
        #expect(pulse.lastFailure?.code == "99" && pulse.lastSuccess?.code == "149" && !pulse.isFailing)
        #expect(pulse.perSecond(at: 60_000) == 2.5 && pulse.perSecond(at: 150_000) == 1.25 && pulse.perSecond(at: 180_000) == 0)
        pulse.add(.permanent, code: "400", at: 61_000)
        #expect(!pulse.isFailing)
        pulse.add(.throttled, code: "429", at: 61_000)
        #expect(pulse.isFailing)
    }
}
