import Outbound
import Storage
import Synchronization
import Web

/// Whether the program is alive, and whether it can do its work.
final class Health: Sendable {
    struct Limits: Sendable {
        var disk = DiskLimit()
        /// Longer than the slowest commit on a disk that still works.
        var patience = Duration.seconds(2)
        /// A dispatcher that takes nothing for so long, though it could, has stopped.
        var overdueMs: Int64 = 300_000
    }

    /// What `/readyz` says and `/metrics` counts.
    struct Report: Sendable {
        let readiness: Readiness
        /// Nil when that is late, or failed.
        var look: HealthSeen.Look?
    }

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

    private let limits: Limits
    private let now: WallClock
    private let dispatcher: Dispatcher
    private let write: Probe<Result<Void, StorageError>>
    private let look: Probe<Result<HealthSeen.Look, StorageError>>
    private let isStopping = Atomic(false)
    /// The latest that the clock has shown.
    private let latest = Mutex<Int64>(0)
    private let watches = Mutex<[@Sendable (_ now: Int64) -> [Finding]]>([])

    init(
        database: Database, dispatcher: Dispatcher, folder: String, limits: Limits = Limits(), now: @escaping WallClock
    ) {
        self.limits = limits
        self.now = now
        self.dispatcher = dispatcher
        write = Probe(patience: limits.patience) { await Self.beat(database, now) }
        look = Probe(patience: limits.patience) { await Self.look(database, dispatcher, folder, now) }
    }

    func register(in routes: inout Routes) {
        routes.open(
            "/healthz", "Says that the program is alive.", answers: [.json(Alive.self, .ok, "It is.")]
        ) { _ in Self.alive }
        routes.openWaiting(
            "/readyz", "Says whether the program can do its work, and what keeps it from that, or soon may.",
            answers: [.json(Readiness.self, .ok, "Ready."), .json(Readiness.self, .unavailable, "Not ready.")]
        ) { [self] _ in
            Self.answer(await report().readiness)
        }
    }

    /// What is answered before there is a database.
    static func whileStarting(_ request: Request) -> Response {
        switch request.path {
        case "/healthz": alive
        case "/readyz": answer(Readiness(reasons: [.starting]))
        default:
            Problem(.unavailable, "starting", Finding.starting.detail + " Try again in a moment.", retryAfterSeconds: 1)
                .response
        }
    }

    /// From now on it is not ready, though it still answers: a proxy that asks takes it out of service.
    func beginStopping() { isStopping.store(true, ordering: .relaxed) }

    /// Has `watch` asked for warnings with each report. It must not block.
    func watch(_ watch: @escaping @Sendable (_ now: Int64) -> [Finding]) { watches.withLock { $0.append(watch) } }

    /// How it stands, a second ago at most. Takes twice the patience of the limits, if the disk is stuck no longer.
    func report() async -> Report {
        async let written = write.see()
        async let looked = look.see()
        let now = now()
        let seen = HealthSeen(
            now: now, written: await written, looked: await looked, held: Array(dispatcher.statistics.held.keys),
            clockBehindMs: clockBehind(at: now), isStopping: isStopping.load(ordering: .relaxed))
        let look = try? seen.looked?.get()
        let readiness = Readiness(
            reasons: HealthStep.reasons(seen, limits),
            warnings: HealthStep.warnings(seen, limits) + watches.withLock { $0 }.flatMap { $0(now) },
            outboxOldestSeconds: look?.due.oldestAt.map { Double(max(0, now - $0)) / 1_000 })
        return Report(readiness: readiness, look: look)
    }

    private static let alive = Response.json(Alive())

    private struct Alive: Exemplified {
        static let examples = [Alive()]
        var status = "ok"
    }

    private static func answer(_ readiness: Readiness) -> Response {
        .json(readiness, status: readiness.reasons.isEmpty ? .ok : .unavailable)
    }

    private func clockBehind(at now: Int64) -> Int64 {
        latest.withLock { latest in
            latest = max(latest, now)
            return latest - now
        }
    }

    /// Has a write reach the disk.
    private static func beat(_ database: Database, _ now: WallClock) async -> Result<Void, StorageError> {
        let now = now()
        do throws(StorageError) {
            _ = try await database.write { transaction throws(StorageError) in
                try transaction.run(
                    "INSERT INTO heartbeat (id, at) VALUES (1, ?) ON CONFLICT (id) DO UPDATE SET at = excluded.at",
                    .integer(now))
            }
            return .success(())
        } catch {
            return .failure(error)
        }
    }

    /// On a reader's thread: what hangs must not hold one of the pool's.
    private static func look(_ database: Database, _ dispatcher: Dispatcher, _ folder: String, _ now: WallClock) async
        -> Result<HealthSeen.Look, StorageError>
    {
        let now = now()
        do throws(StorageError) {
            return .success(
                try await database.read { snapshot throws(StorageError) in
                    HealthSeen.Look(
                        room: try DiskRoom(of: folder), databaseBytes: try snapshot.databaseBytes(),
                        schemaMatches: try snapshot.matches(App.migrations),
                        due: try dispatcher.due(in: snapshot, at: now), process: ProcessFigures(at: now))
                })
        } catch {
            return .failure(error)
        }
    }
}
