import Outbound
import Storage
import Testing
import Web

@testable import Appliance

@Suite struct HealthStepTests {
    private static let now: Int64 = 1_800_000_000_000
    private static let limits: Health.Limits = {
        var limits = Health.Limits()
        limits.disk = DiskLimit("200M,5%") ?? DiskLimit()
        return limits
    }()

    /// All well, but for what `change` says.
    private static func seen(_ change: (inout HealthSeen, inout HealthSeen.Look) -> Void = { _, _ in }) -> HealthSeen {
        var seen = HealthSeen(now: now, written: .success(()))
        var look = HealthSeen.Look(
            room: DiskRoom(freeBytes: 50 << 30, totalBytes: 100 << 30),
            process: ProcessFigures(at: now))
        change(&seen, &look)
        if seen.looked == nil { seen.looked = .success(look) }
        return seen
    }

    private static func since(_ secondsAgo: Int64) -> DueDeliveries {
        var due = DueDeliveries()
        due.untouchedSince = ["slack": now - secondsAgo * 1_000]
        return due
    }

    @Test(
        "what keeps the program from its work is told by its code, all of it at once",
        arguments: [
            (seen(), []),
            (seen { seen, _ in seen.isStopping = true }, ["stopping"]),
            (seen { seen, _ in seen.written = nil }, ["write.late"]),
            (seen { seen, _ in seen.written = .failure(.full) }, ["storage.full"]),
            (seen { seen, _ in seen.looked = .failure(.inputOutput) }, ["storage.input_output"]),
            (
                seen { seen, _ in
                    seen.written = .failure(.closed)
                    seen.looked = .failure(.closed)
                }, ["storage.closed"]
            ),
            (seen { _, look in look.room.freeBytes = 6 << 30 }, []),
            (seen { _, look in look.room.freeBytes = 4 << 30 }, ["disk.full"]),
            (seen { _, look in look.room = .init(freeBytes: 199 << 20, totalBytes: 1 << 30) }, ["disk.full"]),
            (seen { _, look in look.schemaMatches = false }, ["schema.differs"]),
            (seen { _, look in look.due = since(299) }, []),
            (seen { _, look in look.due = since(301) }, ["outbox.overdue"]),
            (
                seen { seen, look in
                    (seen.isStopping, seen.written) = (true, .failure(.full))
                    look.room.freeBytes = 0
                    look.due = since(301)
                }, ["stopping", "storage.full", "disk.full", "outbox.overdue"]
            ),
        ])
    func reasons(_ seen: HealthSeen, _ codes: [String]) {
        #expect(HealthStep.reasons(seen, Self.limits).map(\.code) == codes)
    }

    @Test("a disk that does not answer is a reason")
    func stuck() {
        let seen = HealthSeen(now: Self.now, written: .success(()), looked: nil)
        #expect(HealthStep.reasons(seen, Self.limits).map(\.code) == ["read.late"])
    }

    @Test(
        "what will keep it from its work is a warning",
        arguments: [
            (seen(), []),
            (seen { _, look in look.room.freeBytes = 9 << 30 }, ["disk.low"]),
            (seen { _, look in look.room.freeBytes = 4 << 30 }, []),
            (seen { seen, _ in seen.held = ["slack"] }, ["channel.held"]),
            (seen { seen, _ in seen.clockBehindMs = 999 }, []),
            (seen { seen, _ in seen.clockBehindMs = 60_000 }, ["clock.back"]),
        ])
    func warnings(_ seen: HealthSeen, _ codes: [String]) {
        #expect(HealthStep.warnings(seen, Self.limits).map(\.code) == codes)
    }

    @Test("a few channels are named, the others counted")
    func names() {
        let seen = Self.seen { seen, _ in seen.held = (1...7).map { "c\($0)" } }
        #expect(
            HealthStep.warnings(seen, Self.limits).first?.detail == "Held by themselves: c1, c2, c3, c4, c5 and 2 more.")
    }

    @Test(
        "a certificate is warned of two weeks before its end",
        arguments: [(15, nil), (14, nil), (13, "The certificate ends in 13 days."), (-1, "The certificate has ended.")]
            as [(Int, String?)])
    func certificate(_ days: Int, _ text: String?) {
        let second = Int(Self.now / 1_000)
        let certificate = TLSCertificate(validFrom: second - 1, expiresAt: second + days * 86_400)
        let findings = HealthStep.warning(of: certificate, at: Self.now)
        #expect(findings.count == (text == nil ? 0 : 1))
        if let text { #expect(findings.first?.detail.hasPrefix(text) == true) }
    }

    @Test(
        "room is asked for in bytes, as a part of the disk, or both",
        arguments: [
            ("0", 0, 0), ("200M,5%", 200 << 20, 5), ("10%", 0, 10), ("1G", 1 << 30, 0), ("512", 512, 0),
            ("64k", 64 << 10, 0), ("5%,200M", 200 << 20, 5),
        ] as [(String, Int64, Int)])
    func limit(_ text: String, _ bytes: Int64, _ percent: Int) throws {
        let limit = try #require(DiskLimit(text))
        #expect((limit.bytes, limit.percent) == (bytes, percent))
    }

    @Test("what is no size is refused", arguments: ["", "M", ",", "-1", "1.5G", "51%", "-1%", "200 M", "9999999G"])
    func noLimit(_ text: String) { #expect(DiskLimit(text) == nil) }
}
