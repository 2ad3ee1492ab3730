import Storage
import Synchronization
import Web

/// `/metrics`: what the program counts, in Prometheus' text format.
final class MetricsRoutes: Sendable {
    private let database: Database
    private let requests: RequestMetrics
    private let health: Health
    private let sources: [MetricSource]
    private let server = Mutex<Server?>(nil)

    init(database: Database, requests: RequestMetrics, health: Health, sources: [MetricSource]) {
        self.database = database
        self.requests = requests
        self.health = health
        self.sources = sources
    }

    /// The listener exists only once there are routes: it is made known here when it starts.
    func watch(_ server: Server) { self.server.withLock { $0 = server } }

    func register(in routes: inout Routes) {
        routes.openWaiting(
            "/metrics", "Counts requests, commits, deliveries and what waits, for Prometheus.",
            answers: [.content(PrometheusText.contentType, "The metrics.")]
        ) { [self] _ in
            let health = await health.report()
            do throws(StorageError) {
                let text = try await database.read { [self] snapshot throws(StorageError) in
                    var text = begun(health)
                    for source in sources { try source.add(&text, snapshot, systemClock()) }
                    return text.text
                }
                return Response(headers: ["content-type": PrometheusText.contentType], body: Array(text.utf8))
            } catch {
                return Problem(error).response
            }
        }
    }

    private func begun(_ health: Health.Report) -> PrometheusText {
        var text = PrometheusText()
        text.single("parley_info", .gauge, "Version of the program.", 1, ["version": Program.version])
        text.add(health)
        text.add(requests.snapshot)
        if let server = server.withLock({ $0 }) {
            text.add(server.statistics)
            if let certificate = server.certificate { text.add(certificate) }
        }
        text.add(database.statistics)
        return text
    }
}
