import FoundationEssentials
import Outbound
import Storage
import Testing

@testable import Appliance

/// What the bridge's transactions leave behind, without a loop and without anybody to call.
@Suite struct BridgeTablesTests {
    private typealias Content = BridgeEvent.Content

    /// A set-up bridge on a database of its own.
    private func withBridge(
        lookBack: Int = 0, _ body: (Database) async throws -> Void
    ) async throws {
        let folder = try makeTestFolder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let database = try Database(.init(folder: folder), migrations: App.migrations)
        defer { database.close() }
        try await database.write { transaction throws(StorageError) in
            try transaction.saveBridge(
                BridgeSettings(source: "http://source", lookBackSeconds: lookBack), destination: "http://destination",
                parallelism: nil, since: nil, at: 1_000)
        }
        try await body(database)
    }

    /// Takes one page in, as the poller does; `isLast` ends the poll.
    @discardableResult
    private func take(
        _ events: [(Int64, Int64, Content)], page: Int64 = 0, poll: OpenPoll? = nil, isLast: Bool = true,
        _ occurrences: inout Occurrences, in database: Database, aside: [SourcePage.Aside] = []
    ) async throws -> OpenPoll {
        var content = SourcePage()
        content.events = events.enumerated().map { place, event in
            .init(position: place, event: BridgeEvent(conversation: event.0, at: event.1, content: event.2))
        }
        content.aside = aside
        let identified = IdentifiedPage(content, &occurrences)
        return try await database.write { transaction throws(StorageError) in
            var open = poll
                ?? OpenPoll(
                    number: 0, window: PollWindow(from: 0, until: 10), beganAt: Timestamp(1_000), page: 0, url: "u0",
                    raw: nil, isReleased: false, revision: 1)
            var number = open.number
            if number == 0 { number = try transaction.beginPoll(open.window, url: "u0", at: 1_000) }
            open = OpenPoll(
                number: number, window: open.window, beganAt: open.beganAt, page: page, url: "u\(page)", raw: nil,
                isReleased: open.isReleased, revision: open.revision)
            try transaction.storePage(page, ofPoll: number, url: "u\(page)", [1], at: 1_000)
            _ = try transaction.take(
                identified, page: page, of: open, isLast ? .last(warning: nil) : .next(url: "u\(page + 1)"),
                release: false, at: 1_000)
            return open
        }
    }

    private func ask(_ database: Database, at now: Int64 = 1_000) async throws -> [BridgeQuestion] {
        try await database.read { snapshot throws(StorageError) in
            try snapshot.bridgeQuestions(limit: 100, at: now).due
        }
    }

    private func store(_ findings: BridgeFinding..., in database: Database, at now: Int64 = 1_000) async throws {
        try await database.write { transaction throws(StorageError) in
            for finding in findings { _ = try transaction.store(finding, at: now) }
        }
    }

    /// Conversations with a delivery on its way, oldest first.
    private func queued(_ database: Database) async throws -> [String] {
        try await database.read { snapshot throws(StorageError) in
            try snapshot.all("SELECT reference FROM outbox WHERE state = 'waiting' ORDER BY id") { $0.text(0) }
        }
    }

    private func number(_ sql: StaticString, _ database: Database) async throws -> Int64 {
        try await database.read { snapshot throws(StorageError) in try snapshot.first(sql) { $0.integer(0) } ?? -1 }
    }

    private func queuedCount(_ database: Database) async throws -> Int64 {
        try await number("SELECT COUNT(*) FROM bridge_conversation WHERE queued_at IS NOT NULL", database)
    }

    private func record(
        _ report: LaneReport?, _ state: DeliveryState = .delivered, of id: Int64 = 1, at now: Int64 = 2_000,
        era: Int64 = 0, doubt: Int64? = nil, ranAt: Int64 = 1_500, in database: Database
    ) async throws {
        try await database.write { transaction throws(StorageError) in
            try transaction.recordBridge(
                DeliveryChange(
                    delivery: "d", source: OurAPIChannel.source, reference: "\(id)", channel: OurAPIChannel.name,
                    state: state, at: now,
                    enclosure: report.map { Enclosure(LaneRecord(at: ranAt, era: era, doubt: doubt, report: $0)) }))
        }
    }

    private func report(of id: Int64 = 1, settled: [Int64] = []) -> LaneReport {
        LaneReport(
            conversation: id, standing: .init(chat: "c\(id)", wasMade: true, startedAt: 1),
            settled: settled.map { .init(number: $0, fate: .made) }, wasVerified: true)
    }

    @Test func aPageItsEventsTheCursorAndTheQuestionsAreStoredAtOnce() async throws {
        try await withBridge { database in
            var occurrences = Occurrences()
            try await take([(1, 5, .start), (2, 6, .message("hello")), (1, 6, .end)], &occurrences, in: database)
            #expect(try await number("SELECT cursor FROM bridge", database) == 10)
            #expect(try await number("SELECT COUNT(*) FROM bridge_event WHERE fate = 'pending'", database) == 3)
            #expect(try await ask(database) == [.conversation(1, failures: 0), .conversation(2, failures: 0)])
            // Nothing may be made before BigChat was asked.
            #expect(try await queued(database) == [])
        }
    }

    @Test func workBeginsWhenBigChatHasSaidWhoHasTheConversation() async throws {
        try await withBridge { database in
            var occurrences = Occurrences()
            try await take([(1, 5, .start)], &occurrences, in: database)
            try await store(.conversation(1, .init(startedAt: 5, advisor: 7)), in: database)
            #expect(try await queued(database) == [])
            #expect(try await ask(database) == [.advisor(7, failures: 0)])
            try await store(.advisor(7, .init(name: "Ada", email: "ada@example.org")), in: database)
            #expect(try await queued(database) == ["1"])
            let load = try #require(
                try await database.read { snapshot throws(StorageError) in try snapshot.laneLoad(1) })
            #expect(load.advisors[7]?.person?.email == "ada@example.org")
            #expect(load.conversation.startedAt == 5)
            #expect(load.pending.map(\.number) == [1])
        }
    }

    @Test func anAdvisorIsAskedAboutAgainAfterAMinute() async throws {
        try await withBridge { database in
            var occurrences = Occurrences()
            try await take([(1, 5, .start)], &occurrences, in: database)
            try await store(
                .conversation(1, .init(startedAt: 5, advisor: 7)), .advisor(7, .init(name: "Ada", email: "a@b")),
                in: database)
            for (now, isAsked) in [(Int64(61_000), false), (61_001, true)] {
                try await database.write { transaction throws(StorageError) in
                    try transaction.askAboutAdvisor(7, at: now)
                }
                #expect(try await ask(database, at: now) == (isAsked ? [.advisor(7, failures: 0)] : []))
            }
        }
    }

    @Test func whatFailedIsAskedAgainLater() async throws {
        try await withBridge { database in
            var occurrences = Occurrences()
            try await take([(1, 5, .start)], &occurrences, in: database)
            try await store(.nothing(.conversation(1, failures: 0), askAgainAt: 3_000, counts: true), in: database)
            #expect(try await ask(database, at: 2_999) == [])
            #expect(try await ask(database, at: 3_000) == [.conversation(1, failures: 1)])
        }
    }

    @Test func equalEventsOfAPollAreTwoAndOfTwoPollsOne() async throws {
        try await withBridge { database in
            var occurrences = Occurrences()
            let twice: [(Int64, Int64, Content)] = [(1, 5, .message("ok")), (1, 5, .message("ok"))]
            let poll = try await take(twice, isLast: false, &occurrences, in: database)
            var open = poll
            open.page = 1
            try await take([twice[0]], page: 1, poll: open, &occurrences, in: database)
            #expect(try await number("SELECT COUNT(*) FROM bridge_event", database) == 3)
            // The next poll looks back and is told the same again.
            var again = Occurrences()
            try await take(twice, &again, in: database)
            #expect(try await number("SELECT COUNT(*) FROM bridge_event", database) == 3)
            #expect(try await number("SELECT count FROM bridge_tally WHERE name = 'known'", database) == 2)
            #expect(try await number("SELECT known FROM bridge_poll WHERE poll = 2", database) == 2)
        }
    }

    @Test func aConversationSpreadOverPagesWaitsForTheLast() async throws {
        try await withBridge { database in
            var occurrences = Occurrences()
            var poll = try await take([(1, 9, .message("later"))], isLast: false, &occurrences, in: database)
            try await store(.conversation(1, nil), in: database)
            #expect(try await queued(database) == [])
            #expect(try await number("SELECT COUNT(*) FROM bridge WHERE cursor IS NULL", database) == 1)
            poll.page = 1
            try await take([(1, 3, .message("earlier"))], page: 1, poll: poll, &occurrences, in: database)
            #expect(try await queued(database) == ["1"])
            let load = try await database.read { snapshot throws(StorageError) in try snapshot.laneLoad(1) }
            #expect(load?.pending.map(\.event.at) == [3, 9])
        }
    }

    @Test func oneDeliveryIsOnItsWayAndTheNextFollowsIfThereIsMore() async throws {
        try await withBridge { database in
            var occurrences = Occurrences()
            try await take([(1, 5, .start)], &occurrences, in: database)
            try await store(.conversation(1, nil), in: database)
            var next = Occurrences()
            try await take([(1, 15, .end)], &next, in: database)
            #expect(try await queued(database) == ["1"])
            try await record(report(settled: [1]), in: database)
            #expect(try await queued(database) == ["1", "1"])
            try await record(report(settled: [2]), in: database)
            #expect(try await number("SELECT COUNT(*) FROM bridge_conversation WHERE queued_at IS NULL", database) == 1)
            #expect(try await number("SELECT count FROM bridge_tally WHERE name = 'fate.made'", database) == 2)
            #expect(try await number("SELECT count FROM bridge_tally WHERE name = 'fate.pending'", database) == 0)
            #expect(try await number("SELECT confirmed_at FROM bridge_conversation", database) == 1_500)
        }
    }

    @Test func whatWasSettledIsNotSettledTwice() async throws {
        try await withBridge { database in
            var occurrences = Occurrences()
            try await take([(1, 5, .start)], &occurrences, in: database)
            try await record(report(settled: [1]), in: database)
            try await record(report(settled: [1]), in: database)
            #expect(try await number("SELECT count FROM bridge_tally WHERE name = 'fate.made'", database) == 1)
        }
    }

    @Test func aLaneWaitsForAnAdvisorWhoIsNotNamed() async throws {
        try await withBridge { database in
            var occurrences = Occurrences()
            try await take([(1, 5, .start)], &occurrences, in: database)
            try await store(.conversation(1, nil), in: database)
            var waits = report()
            waits.waitsFor = 9
            try await record(waits, in: database)
            #expect(try await queued(database).count == 1)
            #expect(try await ask(database, at: 2_000) == [.advisor(9, failures: 0)])
            try await store(.advisor(9, nil), in: database, at: 2_000)
            #expect(try await queued(database).count == 2)
        }
    }

    @Test func whatIsGivenUpIsParkedAndTold() async throws {
        try await withBridge { database in
            try await database.write { transaction throws(StorageError) in
                try transaction.save(Channel(name: "log", kind: "log"), at: 1)
                try transaction.save(
                    Topic(
                        name: "bridge.parked", channels: ["log"], template: Topic.templateStandard,
                        createdAt: Timestamp(1), changedAt: Timestamp(1)))
            }
            var occurrences = Occurrences()
            try await take([(1, 5, .message("a")), (1, 6, .message("b"))], &occurrences, in: database)
            try await store(.conversation(1, nil), in: database)
            var hung = report()
            hung.trouble = .init(code: "500", detail: "It fell over.", event: 1)
            try await record(hung, .failed, in: database)
            #expect(try await number("SELECT parked_event FROM bridge_conversation WHERE parked_code = '500'", database) == 1)
            let told = try await database.read { snapshot throws(StorageError) in
                try snapshot.first("SELECT description FROM message") { $0.text(0) }
            }
            #expect(told?.contains("Conversation 1") == true && told?.contains("It fell over.") == true)
            // Parked: more events do not bring it back.
            var next = Occurrences()
            try await take([(1, 15, .end)], &next, in: database)
            #expect(try await queued(database).filter { $0 == "1" }.count == 1)
            let skipped = try await database.write { transaction throws(StorageError) in
                (try transaction.skipConversation(2, at: 3_000), try transaction.skipConversation(1, at: 3_000),
                 try transaction.skipConversation(1, at: 3_000))
            }
            #expect(skipped == (nil, true, false))
            #expect(try await number("SELECT number FROM bridge_event WHERE fate = 'skipped'", database) == 1)
            #expect(try await queued(database).filter { $0 == "1" }.count == 2)
        }
    }

    @Test func retryingBeginsAnewWithALookAtOurAPI() async throws {
        try await withBridge { database in
            var occurrences = Occurrences()
            try await take([(1, 5, .start)], &occurrences, in: database)
            try await store(.conversation(1, nil), in: database)
            try await record(report(), .failed, in: database)
            let retried = try await database.write { transaction throws(StorageError) in
                try transaction.retryConversation(1, at: 3_000)
            }
            #expect(retried == true)
            let load = try await database.read { snapshot throws(StorageError) in try snapshot.laneLoad(1) }
            #expect(load?.doubt != nil)
            #expect(try await queued(database) == ["1", "1"])
        }
    }

    @Test func whatWasRefusedCanBeTriedAgain() async throws {
        try await withBridge { database in
            var occurrences = Occurrences()
            try await take([(1, 5, .message("a")), (1, 6, .message("x"))], &occurrences, in: database)
            try await store(.conversation(1, nil), in: database)
            var refused = report(settled: [1])
            refused.settled.append(.init(number: 2, fate: .refused, code: "422", detail: "No."))
            try await record(refused, in: database)
            let retry: @Sendable (borrowing Transaction) throws(StorageError) -> Bool? = {
                transaction throws(StorageError) in try transaction.retryConversation(1, at: 3_000)
            }
            let isRetried = try await database.write(retry)
            #expect(isRetried == true)
            #expect(try await number("SELECT number FROM bridge_event WHERE fate = 'pending'", database) == 2)
            #expect(try await number("SELECT count FROM bridge_tally WHERE name = 'fate.refused'", database) == 0)
            #expect(try await queued(database) == ["1", "1"])
            try await record(report(settled: [2]), doubt: 1, in: database)
            let isRetriedAgain = try await database.write(retry)
            #expect(isRetriedAgain == false)
        }
    }

    @Test func whatOurAPIForgotPutsEverythingBeforeInDoubt() async throws {
        try await withBridge { database in
            var occurrences = Occurrences()
            try await take([(1, 5, .start), (2, 5, .start), (3, 5, .start)], &occurrences, in: database)
            for id in Int64(1)...3 {
                try await store(.conversation(id, nil), in: database)
                try await record(report(of: id, settled: [1]), of: id, ranAt: 1_000 + id, in: database)
            }
            var forgot = report(of: 3)
            forgot.hasForgotten = true
            try await record(forgot, of: 3, at: 5_000, ranAt: 4_000, in: database)
            #expect(try await number("SELECT era FROM bridge", database) == 1)
            #expect(try await number("SELECT era FROM bridge_conversation WHERE id = 3", database) == 1)
            try await database.write { transaction throws(StorageError) in try transaction.sweep(before: 1, at: 6_000) }
            #expect(try await queued(database) == ["1", "2", "3", "1", "2"])
            // Found on the way: forgotten as well, and no reason to begin anew.
            var also = report(of: 1)
            also.hasForgotten = true
            try await record(also, of: 1, at: 7_000, era: 1, doubt: 1, in: database)
            #expect(try await number("SELECT era FROM bridge", database) == 1)
            // Confirmed since, and forgotten again: everything is in doubt once more.
            try await record(also, of: 1, at: 7_500, era: 1, in: database)
            #expect(try await number("SELECT era FROM bridge", database) == 2)
        }
    }

    @Test func aGeneralDoubtEndsOnceAllIsConfirmedOrOnItsWay() async throws {
        try await withBridge { database in
            var occurrences = Occurrences()
            let count = Int64(Transaction.sweepMax) + 5
            try await take((1...count).map { ($0, 5, .start) }, &occurrences, in: database)
            for id in 1...count {
                try await store(.conversation(id, nil), in: database)
                try await record(report(of: id, settled: [1]), of: id, in: database)
            }
            var forgot = report(of: 1)
            forgot.hasForgotten = true
            try await record(forgot, in: database)
            let sweep: @Sendable (borrowing Transaction) throws(StorageError) -> Void = {
                transaction throws(StorageError) in try transaction.sweep(before: 1, at: 6_000)
            }
            try await database.write(sweep)
            #expect(try await queuedCount(database) == 100)
            // No room for more is not the end of it.
            try await database.write(sweep)
            #expect(try await number("SELECT COUNT(*) FROM bridge WHERE doubted_at IS NOT NULL", database) == 1)
            for id in 2...101 { try await record(report(of: Int64(id)), of: Int64(id), era: 1, doubt: 1, in: database) }
            try await database.write(sweep)
            #expect(try await queuedCount(database) == count - 101)
            try await database.write(sweep)
            #expect(try await number("SELECT COUNT(*) FROM bridge WHERE doubted_at IS NOT NULL", database) == 0)
        }
    }

    @Test func aDoubtThatCameDuringARunOutlivesIt() async throws {
        try await withBridge { database in
            var occurrences = Occurrences()
            try await take([(1, 5, .start)], &occurrences, in: database)
            try await store(.conversation(1, nil), in: database)
            try await record(report(settled: [1]), in: database)
            let doubt: @Sendable (borrowing Transaction) throws(StorageError) -> Void = {
                transaction throws(StorageError) in try transaction.doubt(conversation: 1)
            }
            try await database.write(doubt)
            let load = try await database.read { snapshot throws(StorageError) in try snapshot.laneLoad(1) }
            #expect(load?.doubt == 1)
            try await database.write(doubt)
            try await record(report(), doubt: load?.doubt, in: database)
            let left = try await database.read { snapshot throws(StorageError) in try snapshot.laneLoad(1)?.doubt }
            #expect(left == 2)
            try await record(report(), doubt: 2, in: database)
            #expect(try await number("SELECT COUNT(*) FROM bridge_conversation WHERE must_verify IS NULL", database) == 1)
        }
    }

    @Test func thePatrolLooksAtWhatWasConfirmedLongestAgo() async throws {
        try await withBridge { database in
            var occurrences = Occurrences()
            try await take([(1, 5, .start), (2, 5, .start)], &occurrences, in: database)
            for (id, ranAt) in [(Int64(1), Int64(1_900)), (2, 1_800)] {
                try await store(.conversation(id, nil), in: database)
                try await record(report(of: id, settled: [1]), of: id, ranAt: ranAt, in: database)
            }
            let patrol: @Sendable (borrowing Transaction) throws(StorageError) -> Void = {
                transaction throws(StorageError) in try transaction.patrol(at: 3_000)
            }
            try await database.write(patrol)
            #expect(try await queued(database) == ["1", "2", "2"])
            // One at a time, and nothing while there is anything to do.
            try await database.write(patrol)
            #expect(try await queued(database) == ["1", "2", "2"])
            try await record(report(of: 2), of: 2, doubt: 1, ranAt: 3_100, in: database)
            try await database.write(patrol)
            #expect(try await queued(database) == ["1", "2", "2", "1"])
        }
    }

    @Test func aClockThatWasSetBackHoldsUpNoQuestion() async throws {
        try await withBridge { database in
            var occurrences = Occurrences()
            try await take([(1, 5, .start)], &occurrences, in: database)
            try await store(.nothing(.conversation(1, failures: 0), askAgainAt: 10_000_000, counts: true), in: database)
            #expect(try await ask(database, at: 10_000_000 - PollStep.pauseMaxMs) == [])
            #expect(try await ask(database, at: 5_000_000) == [.conversation(1, failures: 1)])
        }
    }

    @Test func sayingWhereToGoOnEndsTheWindowUnderWay() async throws {
        try await withBridge { database in
            var occurrences = Occurrences()
            try await take([(1, 5, .start)], isLast: false, &occurrences, in: database)
            try await store(.conversation(1, nil), in: database)
            try await database.write { transaction throws(StorageError) in
                try transaction.saveBridge(
                    BridgeSettings(source: "http://source"), destination: nil, parallelism: 2, since: 77, at: 2_000)
            }
            #expect(try await number("SELECT cursor FROM bridge", database) == 77)
            let open = try await database.read { snapshot throws(StorageError) in try snapshot.openPoll()?.number }
            #expect(open == nil)
            #expect(try await queued(database) == ["1"])
        }
    }

    @Test func aPageThatComesAfterNewSettingsCountsAndMovesNoCursor() async throws {
        try await withBridge { database in
            var occurrences = Occurrences()
            let poll = try await take([(1, 5, .start)], isLast: false, &occurrences, in: database)
            try await store(.conversation(1, nil), in: database)
            try await database.write { transaction throws(StorageError) in
                try transaction.saveBridge(
                    BridgeSettings(source: "http://source"), destination: nil, parallelism: nil, since: 77, at: 2_000)
            }
            var late = poll
            late.page = 1
            try await take([(1, 6, .end)], page: 1, poll: late, isLast: false, &occurrences, in: database)
            #expect(try await number("SELECT cursor FROM bridge", database) == 77)
            #expect(try await number("SELECT COUNT(*) FROM bridge_poll WHERE ended_at IS NULL", database) == 0)
            #expect(try await number("SELECT COUNT(*) FROM bridge_event", database) == 2)
        }
    }

    @Test func anotherSourceIsAskedForTheWindowUnderWay() async throws {
        try await withBridge { database in
            var occurrences = Occurrences()
            try await take([(1, 5, .start)], &occurrences, in: database)
            var next = Occurrences()
            try await take([(2, 15, .start)], isLast: false, &next, in: database)
            try await database.write { transaction throws(StorageError) in
                try transaction.saveBridge(
                    BridgeSettings(source: "http://moved"), destination: nil, parallelism: nil, since: nil, at: 2_000)
            }
            let open = try await database.read { snapshot throws(StorageError) in try snapshot.openPoll()?.number }
            #expect(open == nil)
            #expect(try await number("SELECT cursor FROM bridge", database) == 10)
        }
    }

    @Test func aDoubtThatCannotBeLiftedIsNotLookedIntoForEver() async throws {
        try await withBridge { database in
            var occurrences = Occurrences()
            try await take([(1, 5, .start)], &occurrences, in: database)
            try await store(.conversation(1, nil), in: database)
            var doubtful = report(settled: [1])
            doubtful.wasVerified = false
            try await record(doubtful, in: database)
            try await database.write { transaction throws(StorageError) in
                try transaction.doubt(conversation: 1)
                try transaction.wake(1, at: 3_000)
            }
            #expect(try await queued(database) == ["1", "1"])
            // OurAPI was asked, and would not be put right.
            try await record(doubtful, doubt: 1, in: database)
            #expect(try await queued(database) == ["1", "1"])
            #expect(try await number("SELECT COUNT(*) FROM bridge_conversation WHERE queued_at IS NULL", database) == 1)
        }
    }

    @Test func aConversationWhoseDeliveryIsGoneIsPutOnItsWayAgain() async throws {
        try await withBridge { database in
            var occurrences = Occurrences()
            try await take([(1, 5, .start), (2, 5, .start)], &occurrences, in: database)
            try await store(.conversation(1, nil), .conversation(2, nil), in: database)
            try await database.write { transaction throws(StorageError) in
                try transaction.run("DELETE FROM outbox WHERE reference = '1'")
                try transaction.healQueued(at: 3_000)
            }
            #expect(try await queued(database) == ["2", "1"])
        }
    }

    @Test func aPollThatWasBegunUnheardOfIsNotTakenUp() async throws {
        try await withBridge { database in
            let window = PollWindow(from: 0, until: 10)
            let begun = try await database.write { transaction throws(StorageError) in
                (try transaction.beginPoll(window, url: "u", at: 1), try transaction.beginPoll(window, url: "u", at: 2))
            }
            #expect(begun == (1, 2))
            #expect(try await number("SELECT COUNT(*) FROM bridge_poll WHERE ended_at IS NULL", database) == 1)
        }
    }

    @Test func aLookUpThatAlwaysFailsKeepsNobodyWaiting() async throws {
        try await withBridge { database in
            var occurrences = Occurrences()
            try await take([(1, 5, .transfer(from: 7, to: 8)), (2, 5, .start)], &occurrences, in: database)
            #expect(
                try await ask(database) == [
                    .advisor(7, failures: 0), .advisor(8, failures: 0), .conversation(1, failures: 0),
                    .conversation(2, failures: 0),
                ])
            try await store(
                .nothing(.advisor(7, failures: 0), askAgainAt: 1_000, counts: true),
                .nothing(.advisor(8, failures: 0), askAgainAt: 1_000, counts: false), in: database)
            #expect(try await ask(database).map(\.failures) == [0, 0, 0, 1])
            #expect(try await ask(database).last == .advisor(7, failures: 1))
        }
    }

    @Test func aPauseByAnAdminOutlivesSettings() async throws {
        try await withBridge { database in
            let isPaused: @Sendable () async throws -> Bool? = {
                try await database.read { snapshot throws(StorageError) in
                    try snapshot.channel(named: OurAPIChannel.name)?.paused
                }
            }
            let save: @Sendable (Bool) async throws -> Void = { isEnabled in
                try await database.write { transaction throws(StorageError) in
                    try transaction.saveBridge(
                        BridgeSettings(source: "http://source", isEnabled: isEnabled), destination: nil,
                        parallelism: nil, since: nil, at: 2_000)
                }
            }
            try await save(false)
            #expect(try await isPaused() == true)
            try await save(true)
            #expect(try await isPaused() == false)
            try await database.write { transaction throws(StorageError) in
                guard var channel = try transaction.snapshot.channel(named: OurAPIChannel.name) else { return }
                channel.paused = true
                try transaction.save(channel, at: 3_000)
            }
            try await save(true)
            #expect(try await isPaused() == true)
        }
    }

    @Test func oldPollsAndTheirPagesAreForgottenAndEventsAreKept() async throws {
        try await withBridge { database in
            var occurrences = Occurrences()
            try await take(
                [(1, 5, .start)], &occurrences, in: database,
                aside: [.init(position: 1, conversation: nil, reason: "no", excerpt: "{}")])
            try await database.write { transaction throws(StorageError) in
                try transaction.keep("bridge_pages", days: 30)
            }
            for (before, left) in [(Int64(1_000), Int64(1)), (1_001, 0)] {
                let at = before + Timestamp.hours(30 * 24)
                try await Retention(
                    database: database, kinds: [.bridgePages, .bridgePolls, .bridgeAside], log: .silent, now: { at }
                ).run()
                #expect(try await number("SELECT COUNT(*) FROM bridge_page", database) == left)
                #expect(try await number("SELECT COUNT(*) FROM bridge_poll", database) == left)
                #expect(try await number("SELECT COUNT(*) FROM bridge_aside", database) == left)
            }
            #expect(try await number("SELECT COUNT(*) FROM bridge_event", database) == 1)
        }
    }
}
