import Storage
import Testing

@testable import Appliance

/// What the bridge owes whoever stops it, moves its clock or fills its disk, one thing at a time.
@Suite(.serialized, .timeLimit(.minutes(2))) struct BridgeSimulationScenarios {
    private static let dawn = BridgeWorld.dawn / 1_000

    private func isDone(_ world: BridgeWorld) async throws -> Bool {
        try await world.run(ms: 3_600_000, step: 1_000) { try await world.unfinished().isEmpty }
    }

    @Test("a gap of five hours is asked for in windows of an hour at most, without holes, and at once")
    func gap() async throws {
        try await BridgeWorld.inside(seed: 1, bigChat: .init()) { world in
            try await world.run(ms: 25_000)
            await world.kill()
            world.clock.advance(to: world.clock.steady + 5 * 3_600_000)
            try await world.startAgain()
            let asked = world.bigChat.requests.count
            try await world.run(ms: 12_000)
            let windows = try await world.windows(), now = world.clock.now / 1_000
            for (before, after) in zip(windows, windows.dropFirst()) { #expect(before.upperBound == after.lowerBound) }
            #expect(try #require(windows.last).upperBound >= now - 12)
            #expect(windows.filter { $0.count == 3_600 }.count >= 4)
            #expect(world.bigChat.requests.count > asked + 4)
            #expect(world.bigChat.surprises == [])
            world.bigChat.set(.calm)
            let isDone = try await isDone(world)
            let differences = try await world.differences()
            #expect(isDone && differences == [])
        }
    }

    @Test("a window that fails is asked for again, and nothing behind it before")
    func failingWindow() async throws {
        try await BridgeWorld.inside(seed: 2, bigChat: .init(failures: 1)) { world in
            try await world.run(ms: 300_000)
            let requests = world.bigChat.requests
            #expect(requests.count > 6)
            #expect(Set(requests.map(\.from)) == [try #require(requests.first).from])
            world.bigChat.set(.calm)
            try await world.run(ms: 70_000)
            let windows = try await world.windows()
            #expect(windows.first?.lowerBound == requests.first?.from)
            #expect(try #require(windows.last).upperBound >= world.clock.now / 1_000 - 12)
        }
    }

    @Test("a page that was stored and not understood when the program died is understood at the next start")
    func storedRaw() async throws {
        try await BridgeWorld.inside(seed: 3, bigChat: .init(latency: 1...1)) { world in
            // Whatever follows from a page needs a row here: so it is stored, and then the disk refuses.
            try await world.refuseEvents(true)
            _ = try await world.run(ms: 120_000, step: 100) {
                try await world.count("SELECT count(*) FROM bridge_page WHERE state = 'raw'") == 1
            }
            let requests = world.bigChat.requests
            let raw = try #require(world.bigChat.pages.last)
            #expect(!raw.events.isEmpty)
            await world.kill()
            try await world.startAgain()
            try await world.refuseEvents(false)
            world.bigChat.set(.calm)
            try await world.run(ms: 30_000)
            let isDone = try await isDone(world)
            #expect(isDone)
            let events = try await world.count("SELECT count(*) FROM bridge_event")
            #expect(events == BridgeModel(world.bigChat.pages).events)
            let later = world.bigChat.requests.dropFirst(requests.count)
            #expect(!later.contains { $0.from == raw.from && $0.page == raw.page })
            let differences = try await world.differences()
            #expect(differences == [])
        }
    }

    @Test("a restart in the middle of a window goes on with its next page", arguments: 0..<8 as Range<UInt64>)
    func nextPage(seed: UInt64) async throws {
        try await BridgeWorld.inside(seed: seed, bigChat: .init(latency: 500...500)) { world in
            let isBetween = try await world.run(ms: 300_000, step: 100) {
                try await world.count(
                    "SELECT count(*) FROM bridge_poll WHERE ended_at IS NULL AND pages > 0 AND next_url IS NOT NULL") > 0
            }
            try #require(isBetween, "seed \(seed)")
            let before = try #require(world.bigChat.pages.last)
            await world.kill()
            let asked = world.bigChat.requests.count
            try await world.startAgain()
            try await world.run(ms: 2_000)
            let next = try #require(world.bigChat.requests.dropFirst(asked).first)
            #expect(next.from == before.from && next.until == before.until, "seed \(seed)")
            #expect(next.page == before.page + 1, "seed \(seed)")
            world.bigChat.set(.calm)
            let isDone = try await isDone(world)
            let differences = try await world.differences()
            #expect(isDone && differences == [], "seed \(seed)")
        }
    }

    @Test("a clock set back by two hours does not silence the bridge, nor has it ask for ever")
    func backwards() async throws {
        try await BridgeWorld.inside(seed: 5, bigChat: .init()) { world in
            try await world.run(ms: 45_000)
            world.clock.jump(byMs: -2 * 3_600_000)
            let before = world.bigChat.requests.count
            try await world.run(ms: 300_000)
            let after = world.bigChat.requests.dropFirst(before)
            #expect(after.count > 15, "\(after.count) requests in five minutes")
            let windows = after.filter { $0.page == 0 }.map(\.from)
            #expect(Set(windows).count >= windows.count - 1)
            world.bigChat.set(.calm)
            let isDone = try await isDone(world)
            let differences = try await world.differences()
            #expect(isDone && differences == [])
        }
    }

    @Test("a clock set forward by three hours makes one gap, which is asked for")
    func forwards() async throws {
        try await BridgeWorld.inside(seed: 6, bigChat: .init()) { world in
            try await world.run(ms: 45_000)
            world.clock.jump(byMs: 3 * 3_600_000)
            try await world.run(ms: 60_000)
            let windows = try await world.windows()
            for (before, after) in zip(windows, windows.dropFirst()) { #expect(before.upperBound == after.lowerBound) }
            #expect(windows.filter { $0.count > 60 }.count <= 4)
            #expect(try #require(windows.last).upperBound >= world.clock.now / 1_000 - 15)
            world.bigChat.set(.calm)
            let isDone = try await isDone(world)
            let differences = try await world.differences()
            #expect(isDone && differences == [])
        }
    }

    @Test("a disk that fills up loses nothing that was handed over, and the bridge goes on when there is room")
    func fullDisk() async throws {
        try await BridgeWorld.inside(seed: 7, bigChat: .init()) { world in
            for _ in 0..<4 {
                try await world.run(ms: 25_000)
                try await world.setDiskFull(true)
                try await world.run(ms: 40_000)
                try await world.setDiskFull(false)
            }
            world.bigChat.set(.calm)
            try await world.run(ms: 60_000)
            let isDone = try await isDone(world)
            let differences = try await world.differences(), lost = try await world.keptPages().lost
            #expect(isDone && differences == [] && lost == [])
        }
    }
}

extension BridgeWorld {
    /// Every write that would store an event fails, as on a disk that is full just then.
    fileprivate func refuseEvents(_ refuses: Bool) async throws {
        _ = try await database.write { transaction throws(StorageError) in
            refuses
                ? try transaction.run(
                    """
                    CREATE TRIGGER no_events BEFORE INSERT ON bridge_event
                    BEGIN SELECT RAISE(ABORT, 'no room'); END
                    """)
                : try transaction.run("DROP TRIGGER no_events")
        }
    }
}
