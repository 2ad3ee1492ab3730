import FoundationEssentials
import Glibc
import Outbound
import Storage
import Synchronization
import Testing
import Web

@testable import Appliance

@Suite(.timeLimit(.minutes(1))) struct HealthTests {
    private func readiness(_ parley: TestAppliance) async throws -> (Status, Readiness) {
        let answer = await parley.ask(.get, "/readyz", token: nil)
        return (answer.status, try JSONDecoder().decode(Readiness.self, from: Data(answer.text.utf8)))
    }

    @Test("a program that can do its work says so, with no reason against it")
    func ready() async throws {
        try await withAppliance { parley in
            let (status, readiness) = try await readiness(parley)
            #expect(status == .ok && readiness == Readiness(reasons: [], warnings: [.noSecretKey]))
        }
    }

    @Test("a write that does not reach the disk is a reason, at once for who asks next, and no longer once it has")
    func stuckWriter() async throws {
        var limits = Health.Limits()
        limits.patience = .milliseconds(50)
        try await withAppliance(health: limits) { parley in
            let (holding, held) = (Gatekeeper(), Gatekeeper())
            let database = parley.app.database
            async let blocked: Void = database.write { _ throws(StorageError) in
                held.open()
                holding.wait()
            }
            await Task.detached { held.wait() }.value
            let (status, first) = try await readiness(parley)
            #expect(status == .unavailable && first.reasons.map(\.code) == ["write.late"])
            let waiting = database.statistics.queueDepth
            let began = ContinuousClock.now
            let (_, second) = try await readiness(parley)
            #expect(second == first && .now - began < .milliseconds(50))
            #expect(database.statistics.queueDepth == waiting, "no second write joins the first")
            holding.open()
            try await blocked
            _ = await parley.eventually(.get, "/readyz") { $0.status == .ok }
        }
    }

    @Test("who stops is not ready, and goes on answering")
    func stopping() async throws {
        try await withAppliance { parley in
            parley.app.health.beginStopping()
            let (status, readiness) = try await readiness(parley)
            #expect(status == .unavailable && readiness.reasons == [.stopping])
            #expect(await parley.ask(.get, "/healthz", token: nil).status == .ok)
            #expect(await parley.ask(.get, "/api/messages").status == .ok)
            #expect(await parley.ask(.get, "/metrics", token: nil).text.contains("parley_ready 0\n"))
        }
    }

    @Test("a disk without the room that is wanted is a reason, with the figures")
    func disk() async throws {
        var limits = Health.Limits()
        limits.disk = try #require(DiskLimit("1048576G"))
        try await withAppliance(health: limits) { parley in
            let (status, readiness) = try await readiness(parley)
            #expect(status == .unavailable && readiness.reasons.map(\.code) == ["disk.full"])
            #expect(readiness.reasons[0].detail.contains("MB or"))
            let metrics = await parley.ask(.get, "/metrics", token: nil).text
            #expect(metrics.contains("parley_ready_reason{code=\"disk.full\"} 1"))
        }
    }

    @Test("tables of another version are a reason, though they can still be written")
    func schema() async throws {
        try await withAppliance { parley in
            try await parley.app.database.write { transaction throws(StorageError) in
                _ = try transaction.run("UPDATE storage_schema SET version = version + 1 WHERE feature = 'health'")
            }
            let (status, readiness) = try await readiness(parley)
            #expect(status == .unavailable && readiness.reasons.map(\.code) == ["schema.differs"])
        }
    }

    @Test("deliveries that are due and are not taken are a reason, after a while")
    func overdue() async throws {
        let clock = TestClock()
        try await withAppliance(now: clock.now) { parley in
            await parley.app.dispatcher.stop(within: .zero)
            let sent = await parley.ask(.post, "/api/messages", #"{"topic":"sales","description":"x"}"#)
            #expect(sent.status == .created)
            clock.move(Health.Limits().overdueMs + 1)
            let (status, readiness) = try await readiness(parley)
            #expect(status == .unavailable && readiness.reasons.map(\.code) == ["outbox.overdue"])
        }
    }

    @Test("what else is watched becomes a warning")
    func watched() async throws {
        try await withAppliance { parley in
            parley.app.health.watch { _ in [Finding(code: "mice", detail: "They are in the rack.")] }
            let (status, readiness) = try await readiness(parley)
            #expect(status == .ok && readiness.warnings.map(\.code) == ["secrets.plain", "mice"])
            let metrics = await parley.ask(.get, "/metrics", token: nil).text
            #expect(metrics.contains("parley_warning{code=\"mice\"} 1"))
        }
    }

    @Test(
        "before there is data, liveness answers, readiness says why not, and all else is to be tried again",
        arguments: [("/healthz", 200, #""status":"ok""#), ("/readyz", 503, #""code":"starting""#)])
    func starting(_ path: String, _ status: Int, _ text: String) {
        let answer = Answer(Health.whileStarting(Request(.get, path)))
        #expect(answer.status.code == status && answer.text.contains(text))
        let other = Answer(Health.whileStarting(Request(.post, "/api/messages")))
        #expect(other.status == .unavailable && other.headers["retry-after"] == "1")
    }

    @Test("many who ask at once share one look, and what it saw is told for a while")
    func shared() async {
        let looks = Mutex(0), gate = Gatekeeper()
        let probe = Probe<Int>(patience: .seconds(60), kept: .seconds(60)) {
            let number = looks.withLock { looks in
                looks += 1
                return looks
            }
            await Task.detached { gate.wait() }.value
            return number
        }
        async let all = withTaskGroup(of: Int?.self, returning: Set<Int?>.self) { group in
            for _ in 0..<100 { group.addTask { await probe.see() } }
            return await group.reduce(into: []) { $0.insert($1) }
        }
        gate.open()
        #expect(await all == [1])
        #expect(await probe.see() == 1)
        #expect(looks.withLock { $0 } == 1)
    }
}

/// Holds threads up until it is opened.
private final class Gatekeeper: @unchecked Sendable {
    // Safe because the semaphore is the kernel's, and its place does not change.
    private let semaphore = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)

    init() { sem_init(semaphore, 0, 0) }

    deinit { semaphore.deallocate() }

    func open() { sem_post(semaphore) }

    func wait() { while sem_wait(semaphore) != 0 {} }
}
