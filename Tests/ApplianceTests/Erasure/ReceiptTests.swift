import Storage
import Synchronization
import Testing
import Web

@testable import Appliance

/// When a receipt says that somebody is gone.
@Suite(.timeLimit(.minutes(2))) struct ReceiptTests {
    private static let call = Call(
        request: Request(.post, "/"), caller: Caller(kind: .token, id: "t", name: "t", scopes: [.admin]),
        parameters: [])

    private static func erasures(_ parley: TestAppliance, _ eraser: Eraser) -> Erasures {
        let erasures = Erasures(
            database: parley.app.database, erasers: [eraser], forget: { _ in }, now: systemClock)
        erasures.key.load([1])
        return erasures
    }

    @Test("a receipt has ended once nothing was found any more, and not before; asked again, it is ended")
    func unending() async throws {
        try await withAppliance { parley in
            let left = Mutex(Erasures.roundsMax + 1)
            let talkative = Eraser(name: "things") { _, _ throws(StorageError) in
                left.withLock { $0 > 0 ? ["one more"] : [] }
            } erase: { _, _ throws(StorageError) in
                left.withLock { $0 -= 1 }
                return 1
            }
            let erasures = Self.erasures(parley, talkative)
            let first = try #require(await erasures.erase(.customer("eve"), by: Self.call))
            #expect(first.endedAt == nil && first.counts == ["things": Erasures.roundsMax])
            #expect(try await parley.count("SELECT COUNT(*) FROM erasure WHERE ended_at IS NOT NULL") == 0)
            let second = try #require(await erasures.erase(.customer("eve"), by: Self.call))
            #expect(second.endedAt != nil && second.id != first.id && second.counts == ["things": 1])
            #expect(try await parley.count("SELECT COUNT(*) FROM erasure WHERE ended_at IS NULL") == 0)
            #expect(try await erasures.erase(.customer("eve"), by: Self.call) == nil)
        }
    }

    @Test("what gets in the way later leaves the receipt open and memory clean; asked again, it is ended")
    func hinderedLater() async throws {
        try await withAppliance { parley in
            let writes = Mutex(0), forgotten = Recorded<String>()
            var hindered = Eraser(name: "things") { _, _ throws(StorageError) in
                writes.withLock { $0 < 2 } ? ["thing"] : []
            } erase: { _, _ throws(StorageError) in 1 }
            hindered.hindrance = { _, _ throws(StorageError) in
                writes.withLock { count in
                    count += 1
                    return count == 2 ? .conflict("later", "Somebody came.") : nil
                }
            }
            hindered.forget = { forgotten.add($0) }
            let erasures = Self.erasures(parley, hindered)
            await #expect(throws: Problem.self) { try await erasures.erase(.account("a"), by: Self.call) }
            #expect(forgotten.all == ["thing"])
            #expect(try await parley.count("SELECT COUNT(*) FROM erasure WHERE ended_at IS NULL") == 1)
            let ended = try #require(await erasures.erase(.account("a"), by: Self.call))
            #expect(ended.endedAt != nil && ended.counts == ["things": 1])
            #expect(
                try await parley.count("SELECT COUNT(*) FROM audit WHERE action = 'erasure.ended'") == 1,
                "who said that nothing is left is on record")
            #expect(try await parley.count("SELECT COUNT(*) FROM erasure WHERE ended_at IS NOT NULL") == 1)
        }
    }

    @Test("of calls about one person at once one erases, and all answer the receipt that is kept")
    func together() async throws {
        try await withAppliance { parley in
            let isLeft = Mutex(true)
            let thing = Eraser(name: "things") { _, _ throws(StorageError) in
                isLeft.withLock { $0 } ? ["thing"] : []
            } erase: { _, _ throws(StorageError) in
                isLeft.withLock { $0 = false }
                return 1
            }
            let erasures = Self.erasures(parley, thing)
            // Each is under way, as far as it gets by itself, before the next begins.
            let calls = (1...4).map { _ in
                Task.immediate { try await erasures.erase(.customer("eve"), by: Self.call) }
            }
            var receipts: [Erasure?] = []
            for call in calls { receipts.append(try await call.value) }
            let kept = try await parley.app.database.read { snapshot throws(StorageError) in
                try snapshot.erasures(ofDigest: nil, Page(limit: 10, after: nil))
            }
            #expect(kept.count == 1 && kept[0].endedAt != nil && kept[0].counts == ["things": 1])
            #expect(receipts.allSatisfy { $0 == kept[0] })
            #expect(try await parley.count("SELECT COUNT(*) FROM audit WHERE action = 'person.erased'") == 1)
            #expect(try await erasures.erase(.customer("eve"), by: Self.call) == nil)
        }
    }

    @Test("nothing is written between the last look and the end of a receipt")
    func lastLook() async throws {
        try await withAppliance { parley in
            let database = parley.app.database, looks = Mutex(0), written = Mutex<Task<Int64?, any Error>?>(nil)
            let thing = Eraser(name: "things") { _, _ throws(StorageError) in
                let look = looks.withLock { count in
                    count += 1
                    return count
                }
                if look == 2 {
                    let task = Task.immediate {
                        try await database.write { transaction throws(StorageError) in
                            try transaction.first(
                                "SELECT COUNT(*) FROM erasure WHERE ended_at IS NULL", as: { $0.integer(0) })
                        }
                    }
                    written.withLock { $0 = task }
                }
                return look == 1 ? ["thing"] : []
            } erase: { _, _ throws(StorageError) in 1 }
            let receipt = try #require(await Self.erasures(parley, thing).erase(.customer("eve"), by: Self.call))
            #expect(receipt.endedAt != nil)
            let open = try await written.withLock { $0 }?.value
            #expect(open == 0, "what is written after the look is written after the end")
        }
    }

    @Test("somebody with much is erased in several writes, and one receipt counts it all")
    func many() async throws {
        try await withAppliance { parley in
            let keys = (1...50).map(String.init)
            let left = Recorded<String>()
            let slow = Eraser(name: "things") { _, _ throws(StorageError) in
                keys.filter { !left.all.contains($0) }
            } erase: { transaction, key throws(StorageError) in
                let end = ContinuousClock.now + .milliseconds(5)
                while ContinuousClock.now < end {}
                left.add(key)
                return 1
            }
            let before = parley.app.database.statistics.writes
            let receipt = try #require(await Self.erasures(parley, slow).erase(.customer("eve"), by: Self.call))
            #expect(receipt.counts == ["things": 50] && receipt.endedAt != nil)
            #expect(parley.app.database.statistics.writes - before >= 4)
            #expect(try await parley.count("SELECT COUNT(*) FROM erasure") == 1)
            #expect(try await parley.count("SELECT COUNT(*) FROM audit WHERE action = 'person.erased'") == 1)
        }
    }
}
