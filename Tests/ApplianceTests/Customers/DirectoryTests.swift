import FoundationEssentials
import Outbound
import Storage
import Synchronization
import Testing

@testable import Appliance

/// A database in a folder of its own, a directory that answers as a test says, and a clock that only a test moves.
final class DirectoryHouse: Sendable {
    struct Asked: Equatable, Sendable {
        let id: String
        let withinMs: Int
    }

    /// Given what is asked and how many questions came before.
    typealias Answer = @Sendable (Asked, Int) async -> DirectoryAnswer

    let database: Database
    let asked = Recorded<Asked>()
    private let folder: String
    private let clock = Mutex<Int64>(0)
    private let answer = Mutex<Answer>({ _, _ in .failed })

    init() throws {
        folder = try makeTestFolder()
        database = try Database(.init(folder: folder), migrations: App.migrations)
    }

    /// A directory that has just been started: what is in the database is all that it remembers.
    func directory(_ call: Directory.Call? = nil) -> Directory {
        let call = call ?? { id, withinMs in await self.ask(Asked(id: id, withinMs: withinMs)) }
        return Directory(database: database, call: call, now: { 1_000_000 + self.now }, steady: { self.now })
    }

    var now: Int64 { clock.withLock { $0 } }
    func advance(byMs milliseconds: Int64) { clock.withLock { $0 += milliseconds } }

    func answer(_ answer: @escaping Answer) { self.answer.withLock { $0 = answer } }
    func answer(_ always: DirectoryAnswer) { answer { _, _ in always } }

    private func ask(_ question: Asked) async -> DirectoryAnswer {
        let number = asked.add(question)
        return await answer.withLock { $0 }(question, number)
    }

    func save(_ id: String, _ attributes: [String: Scalar]) async throws {
        try await database.write { transaction throws(StorageError) in
            try transaction.saveCustomer(id, attributes, at: 0)
        }
    }

    func saveFetched(_ id: String, _ attributes: [String: Scalar]) async throws {
        try await database.write { transaction throws(StorageError) in
            try transaction.saveFetched(attributes, of: id, at: 0)
        }
    }

    func customer(_ id: String) async throws -> Customer? {
        try await database.read { snapshot throws(StorageError) in try snapshot.customer(id) }
    }

    /// Looks until what is stored is as wanted; gives up after ten seconds.
    func eventually(_ id: String, _ isWanted: (Customer?) -> Bool) async -> Bool {
        let deadline = ContinuousClock.now.advanced(by: .seconds(60))
        while ContinuousClock.now < deadline {
            if let customer = try? await customer(id) as Customer??, isWanted(customer) { return true }
            try? await Task.sleep(for: .milliseconds(1))
        }
        return false
    }

    func tearDown() {
        database.close()
        try? FileManager.default.removeItem(atPath: folder)
    }
}

func inDirectoryHouse(_ body: (DirectoryHouse) async throws -> Void) async throws {
    let house = try DirectoryHouse()
    defer { house.tearDown() }
    try await body(house)
}

/// Opens once; everybody who waits before or after goes through.
final class Latch: Sendable {
    private let state = Mutex<(isOpen: Bool, waiting: [CheckedContinuation<Void, Never>])>((false, []))

    func open() {
        let waiting = state.withLock { state in
            defer { state = (true, []) }
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }

    func wait() async {
        await withCheckedContinuation { continuation in
            let isOpen = state.withLock { state in
                if !state.isOpen { state.waiting.append(continuation) }
                return state.isOpen
            }
            if isOpen { continuation.resume() }
        }
    }
}

private func lookup(
    _ values: [String: Scalar], _ source: Sourced.Source, isKnown: Bool = true
) -> CustomerLookup {
    CustomerLookup(customer: values.mapValues { Sourced(value: $0, source: source) }, isKnown: isKnown)
}

private let john: [String: Scalar] = ["name": .text("John Doe"), "age": .number(42)]

@Suite(.timeLimit(.minutes(1))) struct DirectoryTests {
    @Test("without a directory the table says what is known")
    func table() async throws {
        try await inDirectoryHouse { house in
            let directory = Directory(database: house.database, call: nil)
            #expect(await directory.find("john") == .unknown)
            try await house.save("john", john)
            #expect(await directory.find("john") == lookup(john, .table))
            #expect(!directory.isThere)
        }
    }

    @Test("what the team wrote wins over what the directory says, and stays what it was")
    func both() async throws {
        try await inDirectoryHouse { house in
            try await house.save("john", ["name": .text("Johnny")])
            house.answer(.customer(john))
            let found = await house.directory().find("john")
            #expect(found.customer["name"] == Sourced(value: .text("Johnny"), source: .table))
            #expect(found.customer["age"] == Sourced(value: .number(42), source: .directory))
            #expect(await house.eventually("john") { $0?.fetched?.attributes == john })
            let stored = try await house.customer("john")
            #expect(stored?.attributes == ["name": .text("Johnny")])
        }
    }

    @Test("for five minutes an answer is remembered, for thirty seconds that there is nobody")
    func cache() async throws {
        try await inDirectoryHouse { house in
            let directory = house.directory()
            house.answer { asked, _ in asked.id == "john" ? .customer(john) : .nobody }
            #expect(await directory.find("john") == lookup(john, .directory))
            #expect(await directory.find("ann") == .unknown)
            house.advance(byMs: 29_999)
            #expect(await directory.find("john") == lookup(john, .cache))
            #expect(await directory.find("ann") == .unknown)
            #expect(house.asked.all.count == 2)
            house.advance(byMs: 1)
            #expect(await directory.find("ann") == .unknown)
            #expect(house.asked.all.count == 3)
            house.advance(byMs: 300_000 - 30_001)
            #expect(await directory.find("john") == lookup(john, .cache))
            house.advance(byMs: 1)
            #expect(await directory.find("john") == lookup(john, .directory))
            #expect(house.asked.all.map(\.id) == ["john", "ann", "ann", "john"])
        }
    }

    @Test("what it said survives a restart, and is told while it fails")
    func lastKnown() async throws {
        try await inDirectoryHouse { house in
            house.answer(.customer(john))
            _ = await house.directory().find("john")
            #expect(await house.eventually("john") { $0?.fetched?.attributes == john })
            house.answer(.failed)
            #expect(await house.directory().find("john") == lookup(john, .lastKnown))
            #expect(await house.directory().find("ann") == .unknown)
            #expect(await Directory(database: house.database, call: nil).find("john") == lookup(john, .lastKnown))
        }
    }

    @Test(
        "two tries within 800 ms, the second only if there is time and hope",
        arguments: [
            ([(1, .failed), (1, .failed)], [500, 799]),
            ([(500, .failed), (300, .failed)], [500, 300]),
            ([(500, .failed), (1, .customer(john))], [500, 300]),
            ([(749, .failed), (1, .failed)], [500, 51]),
            ([(750, .failed), (1, .failed)], [500, 50]),
            ([(751, .failed)], [500]), ([(900, .failed)], [500]),
            ([(1, .refused)], [500]), ([(1, .nobody)], [500]), ([(1, .customer(john))], [500]),
        ] as [([(Int64, DirectoryAnswer)], [Int])])
    func tries(_ script: [(Int64, DirectoryAnswer)], _ expected: [Int]) async throws {
        try await inDirectoryHouse { house in
            house.answer { _, number in
                guard number < script.count else { return .failed }
                house.advance(byMs: script[number].0)
                return script[number].1
            }
            let found = await house.directory().find("john")
            #expect(house.asked.all.map(\.withinMs) == expected)
            if case .customer? = script.last?.1 { #expect(found == lookup(john, .directory)) }
        }
    }

    @Test("while somebody is looked up, others who ask for them wait for that answer")
    func together() async throws {
        try await inDirectoryHouse { house in
            let latch = Latch(), directory = house.directory()
            house.answer { _, _ in
                await latch.wait()
                return .customer(john)
            }
            let finders = (0..<10).map { _ in Task { await directory.find("john") } }
            while house.database.statistics.reads < 10 { await Task.yield() }
            latch.open()
            for finder in finders { #expect(Set(await finder.value.values.keys) == ["name", "age"]) }
            #expect(house.asked.all.count == 1)
        }
    }

    @Test("whoever comes when too many are being looked up is told at once what is known")
    func crowd() async throws {
        try await inDirectoryHouse { house in
            let latch = Latch(), directory = house.directory()
            house.answer { asked, _ in
                if asked.id != "late" { await latch.wait() }
                return .customer(john)
            }
            let finders = (0..<Directory.flightsMax).map { number in Task { await directory.find("guest \(number)") } }
            while house.asked.all.count < Directory.flightsMax { await Task.yield() }
            try await house.saveFetched("late", john)
            #expect(await directory.find("late") == lookup(john, .lastKnown))
            latch.open()
            for finder in finders { #expect(await finder.value.isKnown) }
            #expect(house.asked.all.count == Directory.flightsMax)
        }
    }

    @Test("after five failures in a row it is left alone for ten seconds, and then asked by one")
    func breaker() async throws {
        try await inDirectoryHouse { house in
            let directory = house.directory()
            try await house.saveFetched("john", john)
            for _ in 0..<5 { #expect(await directory.find("john") == lookup(john, .lastKnown)) }
            #expect(house.asked.all.count == 10 && directory.statistics.isLeftAlone)
            for _ in 0..<5 { #expect(await directory.find("john") == lookup(john, .lastKnown)) }
            house.advance(byMs: 9_999)
            _ = await directory.find("john")
            #expect(house.asked.all.count == 10)
            house.advance(byMs: 1)
            let latch = Latch()
            house.answer { asked, _ in
                if asked.id == "john" { await latch.wait() }
                return .customer(john)
            }
            let probe = Task { await directory.find("john") }
            while house.asked.all.count < 11 { await Task.yield() }
            #expect(await directory.find("ann") == .unknown)
            #expect(house.asked.all.count == 11)
            latch.open()
            #expect(await probe.value == lookup(john, .directory))
            #expect(!directory.statistics.isLeftAlone)
            _ = await directory.find("ann")
            #expect(house.asked.all.count == 12)
        }
    }

    @Test("a customer whom the directory refuses does not keep it from being asked about others")
    func refused() async throws {
        try await inDirectoryHouse { house in
            let directory = house.directory()
            house.answer { asked, _ in asked.id == "poison" ? .refused : .customer(john) }
            for _ in 0..<20 { #expect(await directory.find("poison") == .unknown) }
            #expect(await directory.find("john") == lookup(john, .directory))
        }
    }

    @Test("a customer who is deleted while being looked up does not come back")
    func forgotten() async throws {
        try await inDirectoryHouse { house in
            let latch = Latch(), directory = house.directory()
            house.answer { _, number in
                if number == 0 { await latch.wait() }
                return .customer(john)
            }
            let finder = Task { await directory.find("john") }
            while house.asked.all.isEmpty { await Task.yield() }
            directory.forget("john")
            latch.open()
            _ = await finder.value
            // What is said of somebody else is stored, later: by then the answer about John would have been.
            #expect(await directory.find("ann") == lookup(john, .directory))
            #expect(await house.eventually("ann") { $0 != nil })
            let stored = try await house.customer("john")
            #expect(stored == nil)
            house.answer(.nobody)
            #expect(await directory.find("john") == .unknown)
        }
    }

    @Test("what is remembered of a customer who is deleted is asked for anew")
    func forgottenCache() async throws {
        try await inDirectoryHouse { house in
            let directory = house.directory()
            house.answer(.customer(john))
            _ = await directory.find("john")
            #expect(await house.eventually("john") { $0 != nil })
            directory.forget("john")
            house.answer(.nobody)
            #expect(await directory.find("john") == .unknown)
            #expect(house.asked.all.count == 2)
        }
    }

    @Test("whom the directory does not know any more is forgotten, but not what the team wrote")
    func gone() async throws {
        try await inDirectoryHouse { house in
            for id in ["john", "ann"] { try await house.saveFetched(id, john) }
            try await house.save("ann", ["name": .text("Ann")])
            house.answer(.nobody)
            let directory = house.directory()
            #expect(await directory.find("john") == .unknown)
            #expect(await directory.find("ann") == lookup(["name": .text("Ann")], .table))
            #expect(await house.eventually("john") { $0 == nil })
            #expect(await house.eventually("ann") { $0 != nil && $0?.fetched == nil })
        }
    }

    @Test("an answer that is no news is written once an hour")
    func unchanged() async throws {
        try await inDirectoryHouse { house in
            house.answer(.customer(john))
            try await house.saveFetched("john", john)
            house.advance(byMs: Directory.keptFreshFor - 1_000_001)
            let writes = house.database.statistics.writes
            _ = await house.directory().find("john")
            #expect(house.database.statistics.writes == writes)
            house.advance(byMs: 1)
            _ = await house.directory().find("john")
            let time = Timestamp(1_000_000 + house.now)
            #expect(await house.eventually("john") { $0?.fetched?.at == time })
            let customer = try await house.customer("john")
            #expect(customer?.changedAt == Timestamp(0))
        }
    }

    @Test("nobody is asked about what can be nobody's name")
    func names() async throws {
        try await inDirectoryHouse { house in
            for id in ["", "a/b", "a\nb", String(repeating: "x", count: 129)] {
                #expect(await house.directory().find(id) == .unknown)
            }
            #expect(house.asked.all.isEmpty)
        }
    }

    @Test("a database that is closed is no reason to fail")
    func closed() async throws {
        try await inDirectoryHouse { house in
            house.database.close()
            house.answer(.customer(john))
            #expect(await house.directory().find("john") == lookup(john, .directory))
            house.answer(.failed)
            #expect(await house.directory().find("john") == .unknown)
        }
    }

    @Test("every look-up is counted once, by what came of it")
    func counts() async throws {
        try await inDirectoryHouse { house in
            let directory = house.directory()
            try await house.saveFetched("before", john)
            house.answer { asked, _ in
                switch asked.id {
                case "john": .customer(john)
                case "nobody": .nobody
                default: .failed
                }
            }
            for id in ["john", "john", "john", "nobody", "nobody", "before", "other"] { _ = await directory.find(id) }
            #expect(
                directory.statistics
                    == DirectoryStatistics(fresh: 1, cached: 2, lastKnown: 1, unknown: 2, failed: 1))
        }
    }

    @Test(
        "whatever a directory does, nobody waits long and nobody is told what nobody said",
        .serialized, arguments: 0..<60 as Range<UInt64>)
    func simulation(_ seed: UInt64) async throws {
        try await inDirectoryHouse { house in
            var dice = SeededRandom(seed: seed)
            let failing = Double.random(in: 0...1, using: &dice), slow = Double.random(in: 0...1, using: &dice)
            let dices = Mutex(SeededRandom(seed: seed &+ 1_000_000))
            let said = Mutex<[String: Set<Double>]>([:])
            house.answer { asked, number in
                let (isSlow, fails, delay, isNobody) = dices.withLock { dice in
                    (
                        Double.random(in: 0...1, using: &dice) < slow, Double.random(in: 0...1, using: &dice) < failing,
                        Int.random(in: 0...asked.withinMs, using: &dice), Int.random(in: 0..<8, using: &dice) == 0
                    )
                }
                // As a transfer does: it ends within its time, whatever the other side does.
                house.advance(byMs: Int64(isSlow ? asked.withinMs : delay))
                if isSlow || fails { return .failed }
                if isNobody { return .nobody }
                said.withLock { _ = $0[asked.id, default: []].insert(Double(number)) }
                return .customer(["n": .number(Double(number)), "own": .text("theirs")])
            }
            var directory = house.directory()
            try await house.save("a", ["own": .text("ours")])
            for _ in 0..<80 {
                let id = ["a", "b", "c"].randomElement(using: &dice)!
                let began = house.now
                let found = await directory.find(id)
                #expect(house.now - began <= Directory.deadlineMs, "seed \(seed)")
                let own = Sourced(value: .text("ours"), source: .table)
                if id == "a" { #expect(found.customer["own"] == own, "seed \(seed)") }
                if let value = found.customer["n"] {
                    guard case .number(let number) = value.value else { preconditionFailure("it said numbers") }
                    #expect(said.withLock { $0[id]?.contains(number) == true }, "seed \(seed)")
                    #expect(found.isKnown && value.source != .table, "seed \(seed)")
                }
                switch Int.random(in: 0..<10, using: &dice) {
                case 0: house.advance(byMs: Int64.random(in: 0...400_000, using: &dice))
                case 1: directory = house.directory()
                case 2: directory.forget(id)
                default: house.advance(byMs: Int64.random(in: 0...5_000, using: &dice))
                }
            }
        }
    }
}
