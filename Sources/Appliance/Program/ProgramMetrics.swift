import Storage
import Web

/// The listener and the database, as `/metrics` shows them.
extension PrometheusText {
    mutating func add(_ routes: [RequestMetrics.Route]) {
        metric("parley_http_requests_total", .counter, "Requests answered, by route and status.")
        for route in routes {
            for (status, count) in route.statuses.sorted(by: { $0.status < $1.status }) {
                sample(
                    "parley_http_requests_total", count,
                    ["method": route.method, "route": route.pattern, "status": "\(status)"])
            }
        }
        metric(
            "parley_http_request_seconds", .histogram, "From the end of a request's head to the end of its answer.")
        for route in routes where !route.statuses.isEmpty {
            histogram(
                "parley_http_request_seconds", ["method": route.method, "route": route.pattern],
                bounds: RequestMetrics.bounds, counts: route.buckets, sum: route.secondsSum)
        }
    }

    mutating func add(_ server: ServerStatistics) {
        single("parley_connections", .gauge, "Open connections.", server.connections)
        single("parley_connections_max", .gauge, "Connections that may be open.", server.connectionsMax)
        single("parley_connections_total", .counter, "Connections taken.", server.connectionsAccepted)
        single(
            "parley_connections_refused_total", .counter, "Connections answered 503 for being one too many.",
            server.connectionsRefused)
        single(
            "parley_malformed_requests_total", .counter, "Requests refused as malformed.", server.malformedRequests)
        single(
            "parley_deadlines_exceeded_total", .counter, "Connections closed for being too slow.",
            server.deadlinesExceeded)
        metric("parley_tls_handshakes_total", .counter, "TLS handshakes, by what came of them.")
        sample("parley_tls_handshakes_total", server.handshakes, ["result": "ok"])
        sample("parley_tls_handshakes_total", server.handshakesFailed, ["result": "failed"])
        single("parley_received_bytes_total", .counter, "Bytes received.", server.bytesReceived)
        single("parley_sent_bytes_total", .counter, "Bytes sent.", server.bytesSent)
        single("parley_handlers", .gauge, "Requests and WebSockets being worked on.", server.handlersRunning)
        single("parley_websockets", .gauge, "Open WebSockets.", server.webSockets)
        single(
            "parley_websocket_messages_received_total", .counter, "Messages received over WebSockets.",
            server.messagesReceived)
        single(
            "parley_websocket_messages_sent_total", .counter, "Messages sent over WebSockets, once for each.",
            server.messagesSent)
        single(
            "parley_websockets_malformed_total", .counter, "WebSockets closed for breaking the protocol.",
            server.malformedFrames)
        single(
            "parley_websockets_slow_total", .counter, "WebSockets closed with 1013 because they read too slowly.",
            server.slowReaders)
        single(
            "parley_websocket_frames_conflated_total", .counter,
            "Messages not sent over WebSockets because a newer one had taken their place, once for each.",
            server.framesConflated)
    }

    mutating func add(_ certificate: TLSCertificate) {
        single(
            "parley_tls_certificate_expiry_seconds", .gauge, "End of the certificate in use, in Unix seconds.",
            certificate.expiresAt)
    }

    mutating func add(_ storage: Statistics) {
        single("parley_writes_total", .counter, "Writes acknowledged.", storage.writes)
        single("parley_writes_failed_total", .counter, "Writes that failed.", storage.writesFailed)
        single("parley_writes_waiting", .gauge, "Writes waiting for the writer.", storage.queueDepth)
        single(
            "parley_storage_refused_total", .counter, "Reads and writes refused because too many waited.",
            storage.refused)
        single("parley_commits_total", .counter, "Commits on disk.", storage.commits)
        single("parley_commits_failed_total", .counter, "Commits that failed.", storage.commitsFailed)
        histogram("parley_commit_writes", "Writes that shared a commit.", storage.batchSizes)
        histogram("parley_commit_seconds", "How long commits took, fsync included.", storage.commitSeconds)
        histogram("parley_checkpoint_seconds", "How long checkpoints kept the writer.", storage.checkpointSeconds)
        single("parley_wal_bytes", .gauge, "Bytes of the write-ahead log in use.", storage.walBytes)
        single("parley_reads_total", .counter, "Reads.", storage.reads)
        single("parley_reads_waiting", .gauge, "Reads waiting for a reader.", storage.readQueueDepth)
    }

    mutating func histogram(_ name: String, _ help: String, _ histogram: Histogram) {
        metric(name, .histogram, help)
        self.histogram(name, [:], bounds: histogram.bounds, counts: histogram.counts.map(Int.init), sum: histogram.sum)
    }
}
