import FoundationEssentials
import Storage
import Testing

@testable import Appliance

/// The whole bridge between two services with moods, while everybody is killed now and then.
///
/// `PARLEY_BRIDGE_SEEDS=4000 swift test --filter BridgeSimulation` tries more, and `PARLEY_BRIDGE_SEED=17` one.
@Suite(.serialized, .timeLimit(.minutes(10))) struct BridgeSimulation {
    static var seeds: Range<UInt64> {
        let settings = ProcessInfo.processInfo.environment
        if let seed = settings["PARLEY_BRIDGE_SEED"].flatMap(UInt64.init) { return seed..<seed + 1 }
        return 0..<(settings["PARLEY_BRIDGE_SEEDS"].flatMap(UInt64.init) ?? 200)
    }

    @Test("in the end OurAPI holds what BigChat said, whatever failed in between", arguments: seeds)
    func life(seed: UInt64) async throws {
        var day = Day(seed: seed)
        try await BridgeWorld.inside(
            seed: seed, jitter: day.jitter, bigChat: day.bigChat, ourAPI: day.ourAPI
        ) { world in
            try await day.live(in: world)
            try await day.rest(in: world)
        }
    }
}

/// What happens in one simulation, drawn by its seed.
private struct Day {
    enum Happening: CaseIterable {
        case kill, stumble, restart, bigChatRestart, bigChatDown, ourAPIRestart, ourAPIDown, threads, disk, nothing
    }

    /// Longer than the longest pause of anybody: of the dispatcher's hold and of a delivery that was parked again.
    static let restMsMax: Int64 = 2 * 3_600_000

    private let seed: UInt64
    private var random: SeededRandom
    let jitter: Double
    let bigChat: FakeBigChat.Mood
    let ourAPI: FakeOurAPI.Mood

    init(seed: UInt64) {
        self.seed = seed
        var random = SeededRandom(seed: seed)
        // Some never misbehave in this way, some often.
        func rate(_ max: Double) -> Double { random.chance(0.3) ? 0 : .random(in: 0...max, using: &random) }
        jitter = .random(in: 0..<1, using: &random)
        bigChat = .init(failures: rate(0.4), nonsense: rate(0.1), malformed: rate(0.2), astray: rate(0.05))
        ourAPI = .init(failsBefore: rate(0.2), failsAfter: rate(0.15), timeouts: rate(0.05))
        self.random = random
    }

    mutating func live(in world: BridgeWorld) async throws {
        for _ in 0..<random.draw(2...8) {
            try await world.run(ms: random.draw(1...30_000))
            switch random.pick(Happening.allCases) {
            case .kill:
                await world.kill()
                try await world.startAgain()
            case .stumble:
                await world.stumble(yields: random.draw(0...20))
                await world.kill()
                try await world.startAgain()
            case .restart: try await world.restart()
            case .bigChatRestart: world.bigChat.restart()
            case .bigChatDown:
                world.bigChat.setDown(true)
                try await world.run(ms: random.draw(1...90_000))
                world.bigChat.setDown(false)
            case .ourAPIRestart: world.ourAPI.restart()
            case .ourAPIDown:
                world.ourAPI.setDown(true)
                try await world.run(ms: random.draw(1...90_000))
                world.ourAPI.setDown(false)
            case .threads: world.ourAPI.switchThreads()
            case .disk:
                try await world.setDiskFull(true)
                try await world.run(ms: random.draw(1...30_000))
                try await world.setDiskFull(false)
            case .nothing: break
            }
        }
    }

    mutating func rest(in world: BridgeWorld) async throws {
        world.bigChat.set(.calm)
        world.ourAPI.set(.calm)
        let isDone = try await world.run(ms: Self.restMsMax, step: 30_000) {
            for id in try await world.parked() {
                let now = world.clock.now
                _ = try await world.database.write { transaction throws(StorageError) in
                    try transaction.retryConversation(id, at: now)
                }
            }
            let unfinished = try await world.unfinished()
            guard unfinished.isEmpty else { return false }
            return try await world.differences().isEmpty
        }
        if isDone { try await world.run(ms: 60_000) }
        _ = try await world.run(ms: 20_000, step: 50) { try await world.unfinished().isEmpty }
        let unfinished = try await world.unfinished(), differences = try await world.differences()
        #expect(unfinished.isEmpty, "seed \(seed)")
        #expect(differences.isEmpty, "seed \(seed)")
        try await check(world)
    }

    private func check(_ world: BridgeWorld) async throws {
        #expect(world.bigChat.surprises.isEmpty, "seed \(seed)")
        #expect(world.ourAPI.surprises.isEmpty, "seed \(seed)")
        let (kept, lost) = try await world.keptPages()
        let model = BridgeModel(kept)
        #expect(lost.allSatisfy { world.pagesAtKills.contains($0 + 1) }, "seed \(seed): pages \(lost) are lost")
        let aside = try await world.count("SELECT count(*) FROM bridge_aside")
        #expect(aside == model.aside, "seed \(seed)")
        let events = try await world.count("SELECT count(*) FROM bridge_event")
        #expect(events == model.events, "seed \(seed)")
        let refused = try await world.count("SELECT count(*) FROM bridge_event WHERE fate = 'refused'")
        #expect(refused == model.chats.values.reduce(0) { $0 + $1.refused }, "seed \(seed)")
        let windows = try await world.windows()
        for (before, after) in zip(windows, windows.dropFirst()) {
            #expect(before.upperBound == after.lowerBound, "seed \(seed)")
        }
    }
}
