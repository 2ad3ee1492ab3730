import Glibc
import Outbound
import Storage
import Web

/// Whether the program is alive, and whether it can do its work.
struct Health: Sendable {
    /// Longer than the slowest commit on a disk that still works.
    static let deadline = Duration.seconds(3)

    /// Less free space than this is not ready: the heartbeat would still fit where a message does not.
    static let freeBytesMin: Int64 = 256 << 10

    let database: Database
    let folder: String
    let now: WallClock

    static let migrations = [
        Migration(
            feature: "health", version: 1,
            """
            CREATE TABLE heartbeat (
                id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
                at INTEGER NOT NULL                         -- Unix milliseconds, UTC
            ) STRICT
            """)
    ]

    func register(in routes: inout Routes) {
        let alive = Response.json(["status": "ok"])
        routes.open("/healthz", "Says that the program is alive.") { _ in alive }
        routes.openWaiting(
            "/readyz", "Says whether a write reaches the disk, and how old the oldest waiting delivery is."
        ) { _ in
            let report = await readiness()
            return .json(report, status: report.status == "ready" ? .ok : .unavailable)
        }
    }

    struct Readiness: Encodable, Sendable {
        let status: String
        /// Code of the fault that keeps writes from reaching the disk.
        var fault: String?
        var detail: String?
        /// Seconds that the oldest delivery has been waiting; a channel that is down makes this grow, and is no
        /// reason to take the program out of service.
        var outboxOldestSeconds: Double?

        private enum CodingKeys: String, CodingKey {
            case status, fault, detail
            case outboxOldestSeconds = "outbox_oldest_seconds"
        }
    }

    private func readiness() async -> Readiness {
        await firstOf {
            do throws(StorageError) {
                return try await writeAndLook()
            } catch {
                return Readiness(status: "unavailable", fault: error.code, detail: error.explanation)
            }
        } orAfter: {
            Readiness(
                status: "unavailable", fault: "storage.slow",
                detail: "A write did not reach the disk in \(Self.deadline).")
        }
    }

    /// Looks for room, then writes, then takes the age of the outbox as the write's own transaction sees it.
    private func writeAndLook() async throws(StorageError) -> Readiness {
        let (now, folder) = (now(), folder)
        try await database.read { _ throws(StorageError) in
            // On a reader's thread: a disk that hangs must not hold one of the pool's.
            var disk = statvfs()
            guard statvfs(folder, &disk) == 0 else { throw .inputOutput }
            guard Int64(disk.f_bavail) * Int64(disk.f_frsize) >= Self.freeBytesMin else { throw .full }
        }
        let oldest = try await database.write { transaction throws(StorageError) -> Int64? in
            try transaction.run(
                "INSERT INTO heartbeat (id, at) VALUES (1, ?) ON CONFLICT (id) DO UPDATE SET at = excluded.at",
                .integer(now))
            return try transaction.snapshot.outboxDepths().filter { $0.state != .failed }.map(\.oldestAt).min()
        }
        return Readiness(status: "ready", outboxOldestSeconds: oldest.map { Double(max(0, now - $0)) / 1_000 })
    }

    /// What `work` returns, or `late` when it takes longer than the deadline. The work goes on: a write cannot be
    /// taken back.
    private func firstOf(
        _ work: @escaping @Sendable () async -> Readiness, orAfter late: @escaping @Sendable () -> Readiness
    ) async -> Readiness {
        let (answers, continuation) = AsyncStream.makeStream(of: Readiness.self, bufferingPolicy: .bufferingOldest(1))
        Task { continuation.yield(await work()) }
        let timer = Task {
            guard (try? await Task.sleep(for: Self.deadline)) != nil else { return }
            continuation.yield(late())
        }
        defer { timer.cancel() }
        for await answer in answers { return answer }
        return late()
    }
}
