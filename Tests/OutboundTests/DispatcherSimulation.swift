import Storage
import Synchronization
import Testing

@testable import Outbound

/// The dispatcher on a real database in hurried virtual time: an other side with moods, and a program that dies.
@Suite(.timeLimit(.minutes(2))) struct DispatcherSimulation {
    enum Happening: Sendable, Equatable {
        case sent(String, accepted: Bool)
        case recorded(String)
    }

    /// What the other side answers, drawn by the seed.
    final class OtherSide: Sendable {
        private let random: Mutex<SeededRandom>
        private let failureRate: Double

        init(seed: UInt64) {
            var random = SeededRandom(seed: seed)
            failureRate = Double.random(in: 0...0.7, using: &random)
            self.random = Mutex(random)
        }

        func answer() -> CourierOutcome {
            random.withLock { random in
                guard Double.random(in: 0..<1, using: &random) < failureRate else {
                    return .init(.delivered, code: "ok")
                }
                switch Int.random(in: 0..<10, using: &random) {
                case 0..<6: return .init(.transient, code: "500", outcomeUnknown: Bool.random(using: &random))
                case 6..<9:
                    let wait = Bool.random(using: &random) ? Int64.random(in: 1...3_600_000, using: &random) : nil
                    return .init(.throttled, code: "429", retryAfterMilliseconds: wait)
                default: return .init(.misconfigured, code: "gone")
                }
            }
        }
    }

    @Test(
        "everything arrives, lanes in order, and nothing is sent again once its arrival is on disk",
        arguments: 0..<24 as Range<UInt64>)
    func life(seed: UInt64) async throws {
        var random = SeededRandom(seed: seed &+ 1_000)
        let otherSide = OtherSide(seed: seed), happenings = Recorder<Happening>()
        let clock = VirtualClock(inHurry: true)
        let references = (0..<30).map { "r\($0)" }
        let parallelism = Int.random(in: 1...8, using: &random)
        func house(in folder: String?) throws -> House {
            try House(in: folder, clock: clock, parallelism: parallelism) { parcel, _ in
                let outcome = otherSide.answer()
                let subject = Notice(payload: parcel.payload)?.subject ?? ""
                happenings.add(.sent(subject, accepted: outcome.outcomeClass == .delivered))
                return outcome
            } observer: { _, change throws(StorageError) in
                if change.state == .delivered { happenings.add(.recorded(change.reference)) }
            }
        }
        var current = try house(in: nil)
        for name in ["a", "b"] { try await current.save(name) }
        for reference in references {
            let lane = Bool.random(using: &random) ? "l\(Int.random(in: 0...2, using: &random))" : nil
            try await current.enqueue(Bool.random(using: &random) ? "a" : "b", reference, lane: lane)
        }
        for _ in 0..<Int.random(in: 0...4, using: &random) {
            try await current.dispatcher.start()
            let count = happenings.items.count + Int.random(in: 1...12, using: &random)
            await happenings.wait { $0.count >= count || Self.recorded($0).count == references.count }
            // The database goes away under it, as when the process is killed.
            current = try house(in: current.leave())
        }
        try await inHouse(current) { house in
            try await house.dispatcher.start()
            await happenings.wait { Self.recorded($0).count == references.count }
            try await self.check(house, references, happenings.items, seed)
        }
    }

    private static func recorded(_ happenings: [Happening]) -> Set<String> {
        Set(happenings.compactMap { if case .recorded(let reference) = $0 { reference } else { nil } })
    }

    private func check(
        _ house: House, _ references: [String], _ happenings: [Happening], _ seed: UInt64
    ) async throws {
        var records: [DeliveryRecord] = []
        for reference in references { records.append(try #require(await house.delivery(reference))) }
        #expect(records.allSatisfy { $0.state == .delivered }, "seed \(seed)")
        for record in records {
            #expect(record.attempts.map(\.number) == Array(1...record.tries), "seed \(seed), \(record.reference)")
            #expect(record.attempts.last?.outcomeClass == .delivered, "seed \(seed), \(record.reference)")
            let accepted = happenings.count { $0 == .sent(record.reference, accepted: true) }
            let lost = record.attempts.count { $0.code == "interrupted" }
            #expect((1...1 + lost).contains(accepted), "seed \(seed), \(record.reference)")
        }
        for lane in Dictionary(grouping: records.filter { $0.lane != nil }, by: { "\($0.channel) \($0.lane!)" }).values
        {
            let ends = lane.map(\.changedAt)
            #expect(ends == ends.sorted(), "seed \(seed)")
        }
    }
}
