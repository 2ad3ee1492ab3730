import Outbound
import Storage
import Synchronization
import Web

/// `/metrics`: what the program counts, in Prometheus' text format.
final class MetricsRoutes: Sendable {
    let requests = RequestMetrics()
    private let database: Database
    private let dispatcher: Dispatcher
    private let directory: Directory
    private let conversations: Conversations
    private let rooms: Rooms
    private let bridge: Bridge
    private let server = Mutex<Server?>(nil)

    init(
        database: Database, dispatcher: Dispatcher, directory: Directory, conversations: Conversations, rooms: Rooms,
        bridge: Bridge
    ) {
        self.database = database
        self.dispatcher = dispatcher
        self.directory = directory
        self.conversations = conversations
        self.rooms = rooms
        self.bridge = bridge
    }

    /// The listener exists only once there are routes: it is made known here when it starts.
    func watch(_ server: Server) { self.server.withLock { $0 = server } }

    func register(in routes: inout Routes) {
        routes.openWaiting("/metrics", "Counts requests, commits, deliveries and what waits, for Prometheus.") {
            [self] _ in
            do throws(StorageError) {
                let (depths, figures) = try await database.read { snapshot throws(StorageError) in
                    (try snapshot.outboxDepths(), try snapshot.bridgeFigures())
                }
                let headers: Headers = ["content-type": PrometheusText.contentType]
                return Response(headers: headers, body: Array(text(depths, figures, at: systemClock()).utf8))
            } catch {
                return Problem(error).response
            }
        }
    }

    private func text(_ depths: [OutboxDepth], _ figures: BridgeFigures, at now: Int64) -> String {
        var text = PrometheusText()
        text.single("parley_info", .gauge, "Version of the program.", 1, ["version": Program.version])
        add(requests.snapshot, to: &text)
        if let server = server.withLock({ $0 }) {
            add(server.statistics, to: &text)
            if let certificate = server.certificate { add(certificate, to: &text) }
        }
        add(database.statistics, to: &text)
        add(depths, at: now, to: &text)
        add(dispatcher.statistics, to: &text)
        add(conversations.statistics.current, to: &text)
        text.single("parley_survey_chats", .gauge, "Conversations shown over a WebSocket.", conversations.chats.count)
        add(rooms, to: &text)
        if directory.isThere { add(directory.statistics, to: &text) }
        if figures.setup.isSetUp { text.add(bridge.statistics, figures, at: now) }
        return text.text
    }

    private func add(_ routes: [RequestMetrics.Route], to text: inout PrometheusText) {
        text.metric("parley_http_requests_total", .counter, "Requests answered, by route and status.")
        for route in routes {
            for (status, count) in route.statuses.sorted(by: { $0.status < $1.status }) {
                text.sample(
                    "parley_http_requests_total", count,
                    ["method": route.method, "route": route.pattern, "status": "\(status)"])
            }
        }
        text.metric(
            "parley_http_request_seconds", .histogram, "From the end of a request's head to the end of its answer.")
        for route in routes where !route.statuses.isEmpty {
            text.histogram(
                "parley_http_request_seconds", ["method": route.method, "route": route.pattern],
                bounds: RequestMetrics.bounds, counts: route.buckets, sum: route.secondsSum)
        }
    }

    private func add(_ server: ServerStatistics, to text: inout PrometheusText) {
        text.single("parley_connections", .gauge, "Open connections.", server.connections)
        text.single("parley_connections_max", .gauge, "Connections that may be open.", server.connectionsMax)
        text.single("parley_connections_total", .counter, "Connections taken.", server.connectionsAccepted)
        text.single(
            "parley_connections_refused_total", .counter, "Connections answered 503 for being one too many.",
            server.connectionsRefused)
        text.single(
            "parley_malformed_requests_total", .counter, "Requests refused as malformed.", server.malformedRequests)
        text.single(
            "parley_deadlines_exceeded_total", .counter, "Connections closed for being too slow.",
            server.deadlinesExceeded)
        text.metric("parley_tls_handshakes_total", .counter, "TLS handshakes, by what came of them.")
        text.sample("parley_tls_handshakes_total", server.handshakes, ["result": "ok"])
        text.sample("parley_tls_handshakes_total", server.handshakesFailed, ["result": "failed"])
        text.single("parley_received_bytes_total", .counter, "Bytes received.", server.bytesReceived)
        text.single("parley_sent_bytes_total", .counter, "Bytes sent.", server.bytesSent)
        text.single("parley_handlers", .gauge, "Requests and WebSockets being worked on.", server.handlersRunning)
        text.single("parley_websockets", .gauge, "Open WebSockets.", server.webSockets)
        text.single(
            "parley_websocket_messages_received_total", .counter, "Messages received over WebSockets.",
            server.messagesReceived)
        text.single(
            "parley_websocket_messages_sent_total", .counter, "Messages sent over WebSockets, once for each.",
            server.messagesSent)
        text.single(
            "parley_websockets_malformed_total", .counter, "WebSockets closed for breaking the protocol.",
            server.malformedFrames)
        text.single(
            "parley_websockets_slow_total", .counter, "WebSockets closed with 1013 because they read too slowly.",
            server.slowReaders)
        text.single(
            "parley_websocket_frames_conflated_total", .counter,
            "Messages not sent over WebSockets because a newer one had taken their place, once for each.",
            server.framesConflated)
    }

    private func add(_ certificate: TLSCertificate, to text: inout PrometheusText) {
        text.single(
            "parley_tls_certificate_expiry_seconds", .gauge, "End of the certificate in use, in Unix seconds.",
            certificate.expiresAt)
    }

    private func add(_ storage: Statistics, to text: inout PrometheusText) {
        text.single("parley_writes_total", .counter, "Writes acknowledged.", storage.writes)
        text.single("parley_writes_failed_total", .counter, "Writes that failed.", storage.writesFailed)
        text.single("parley_writes_waiting", .gauge, "Writes waiting for the writer.", storage.queueDepth)
        text.single(
            "parley_storage_refused_total", .counter, "Reads and writes refused because too many waited.",
            storage.refused)
        text.single("parley_commits_total", .counter, "Commits on disk.", storage.commits)
        text.single("parley_commits_failed_total", .counter, "Commits that failed.", storage.commitsFailed)
        text.histogram("parley_commit_writes", "Writes that shared a commit.", storage.batchSizes)
        text.histogram("parley_commit_seconds", "How long commits took, fsync included.", storage.commitSeconds)
        text.histogram("parley_checkpoint_seconds", "How long checkpoints kept the writer.", storage.checkpointSeconds)
        text.single("parley_wal_bytes", .gauge, "Bytes of the write-ahead log in use.", storage.walBytes)
        text.single("parley_reads_total", .counter, "Reads.", storage.reads)
        text.single("parley_reads_waiting", .gauge, "Reads waiting for a reader.", storage.readQueueDepth)
    }

    private func add(_ depths: [OutboxDepth], at now: Int64, to text: inout PrometheusText) {
        text.metric("parley_outbox_deliveries", .gauge, "Deliveries that have not arrived, by channel and state.")
        for depth in depths {
            text.sample(
                "parley_outbox_deliveries", depth.count, ["channel": depth.channel, "state": depth.state.rawValue])
        }
        text.metric("parley_outbox_oldest_seconds", .gauge, "Age of the oldest of them.")
        for depth in depths {
            let age = Double(max(0, now - depth.oldestAt)) / 1_000
            text.sample("parley_outbox_oldest_seconds", age, ["channel": depth.channel, "state": depth.state.rawValue])
        }
    }

    private func add(_ outbound: OutboundStatistics, to text: inout PrometheusText) {
        text.metric(
            "parley_delivery_attempts_total", .counter, "Attempts to deliver, by channel and what came of them.")
        for (key, count) in outbound.attempts.sorted(by: {
            ($0.key.channel, $0.key.outcomeClass.rawValue) < ($1.key.channel, $1.key.outcomeClass.rawValue)
        }) {
            text.sample(
                "parley_delivery_attempts_total", count, ["channel": key.channel, "class": key.outcomeClass.rawValue])
        }
        text.single("parley_deliveries_in_flight", .gauge, "Deliveries under way.", outbound.inFlight)
        text.single("parley_deliveries_total", .counter, "Deliveries that arrived.", outbound.deliveredCount)
        text.single("parley_deliveries_failed_total", .counter, "Deliveries given up.", outbound.failedCount)
        text.single(
            "parley_delivery_seconds_total", .counter, "Time from acceptance to arrival, over all that arrived.",
            Double(outbound.deliveredLatencySumMs) / 1_000)
        text.metric("parley_channel_held", .gauge, "1 for a channel that is held back by itself.")
        for channel in outbound.held.keys.sorted() { text.sample("parley_channel_held", 1, ["channel": channel]) }
    }

    private func add(_ surveys: ConversationStatistics, to text: inout PrometheusText) {
        text.single("parley_survey_sessions_begun_total", .counter, "Survey sessions begun.", surveys.begun)
        text.single("parley_survey_sessions_completed_total", .counter, "Survey sessions completed.", surveys.completed)
        text.single("parley_survey_sessions_abandoned_total", .counter, "Survey sessions abandoned.", surveys.abandoned)
        text.single("parley_survey_answers_total", .counter, "Messages of customers, on disk.", surveys.answers)
        text.single(
            "parley_survey_answers_repeated_total", .counter, "Messages that came again under the same key.",
            surveys.repeated)
        text.histogram(
            "parley_survey_answer_seconds", "From a message to what is said to it, on disk.", surveys.answerSeconds)
    }

    private func add(_ rooms: Rooms, to text: inout PrometheusText) {
        let (games, players) = rooms.presence, figures = rooms.house.tally.current
        text.single("parley_games", .gauge, "Games that have not finished.", games)
        text.single("parley_game_players", .gauge, "Players who are connected.", players)
        text.single("parley_games_begun_total", .counter, "Games opened.", figures.games)
        text.single("parley_games_finished_total", .counter, "Games that came to their end.", figures.finished)
        text.single("parley_game_players_joined_total", .counter, "Players who joined a game.", figures.joined)
        text.single("parley_game_answers_total", .counter, "Answers to quiz questions, on disk.", figures.answers)
        text.single(
            "parley_game_answers_repeated_total", .counter, "Answers that came again and were answered the same.",
            figures.repeated)
        text.single(
            "parley_game_refused_total", .counter, "Answers, names and commands that were refused.", figures.refused)
        text.single("parley_game_boards_total", .counter, "Boards made; each goes to all of a game.", figures.boards)
        text.histogram("parley_game_verdict_seconds", "From an answer to its verdict, on disk.", figures.verdictSeconds)
        text.histogram(
            "parley_game_board_seconds", "From an answer on disk to the board that shows it, sent to everybody.",
            figures.boardSeconds)
    }

    private func add(_ directory: DirectoryStatistics, to text: inout PrometheusText) {
        let name = "parley_directory_lookups_total"
        text.metric(name, .counter, "Customers looked up in the directory, by what came of it.")
        text.sample(name, directory.fresh, ["outcome": "fresh"])
        text.sample(name, directory.cached, ["outcome": "cached"])
        text.sample(name, directory.lastKnown, ["outcome": "last_known"])
        text.sample(name, directory.unknown, ["outcome": "unknown"])
        text.sample(name, directory.failed, ["outcome": "failed"])
        text.single(
            "parley_directory_left_alone", .gauge, "1 while the directory is not asked because it keeps failing.",
            directory.isLeftAlone ? 1 : 0)
    }
}

extension PrometheusText {
    fileprivate mutating func histogram(_ name: String, _ help: String, _ histogram: Histogram) {
        metric(name, .histogram, help)
        self.histogram(name, [:], bounds: histogram.bounds, counts: histogram.counts.map(Int.init), sum: histogram.sum)
    }
}
