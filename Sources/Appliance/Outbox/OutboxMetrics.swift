import Outbound
import Storage

extension MetricSource {
    /// What waits to be delivered, what became of attempts, and how secrets are kept.
    static func outbox(_ outbox: OutboxRoutes, _ dispatcher: Dispatcher) -> MetricSource {
        MetricSource { text, snapshot, now throws(StorageError) in
            text.add(try snapshot.outboxDepths(), at: now)
            text.add(dispatcher.statistics)
            text.add(outbox.tally, try snapshot.secretCount(outbox.couriers))
        }
    }
}

extension PrometheusText {
    /// What admins had done to deliveries, and how secrets are stored.
    fileprivate mutating func add(_ outbox: OutboxTally, _ secrets: SecretCount) {
        single(
            "parley_outbox_retried_total", .counter, "Deliveries that admins made due again through the outbox.",
            outbox.retried)
        single(
            "parley_outbox_cancelled_total", .counter, "Deliveries that admins gave up through the outbox.",
            outbox.cancelled)
        single("parley_secrets_sealed", .gauge, "Secrets that are stored sealed.", secrets.sealed)
        single("parley_secrets_plain", .gauge, "Secrets that are stored as they are.", secrets.plain)
    }

    fileprivate mutating func add(_ depths: [OutboxDepth], at now: Int64) {
        metric("parley_outbox_deliveries", .gauge, "Deliveries that have not arrived, by channel and state.")
        for depth in depths {
            sample(
                "parley_outbox_deliveries", depth.count, ["channel": depth.channel, "state": depth.state.rawValue])
        }
        metric("parley_outbox_oldest_seconds", .gauge, "Age of the oldest of them.")
        for depth in depths {
            let age = Double(max(0, now - depth.oldestAt)) / 1_000
            sample("parley_outbox_oldest_seconds", age, ["channel": depth.channel, "state": depth.state.rawValue])
        }
    }

    fileprivate mutating func add(_ outbound: OutboundStatistics) {
        metric(
            "parley_delivery_attempts_total", .counter, "Attempts to deliver, by channel and what came of them.")
        for (key, count) in outbound.attempts.sorted(by: {
            ($0.key.channel, $0.key.outcomeClass.rawValue) < ($1.key.channel, $1.key.outcomeClass.rawValue)
        }) {
            sample(
                "parley_delivery_attempts_total", count, ["channel": key.channel, "class": key.outcomeClass.rawValue])
        }
        single("parley_deliveries_in_flight", .gauge, "Deliveries under way.", outbound.inFlight)
        single("parley_deliveries_total", .counter, "Deliveries that arrived.", outbound.deliveredCount)
        single("parley_deliveries_failed_total", .counter, "Deliveries given up.", outbound.failedCount)
        single(
            "parley_delivery_seconds_total", .counter, "Time from acceptance to arrival, over all that arrived.",
            Double(outbound.deliveredLatencySumMs) / 1_000)
        metric("parley_channel_held", .gauge, "1 for a channel that is held back by itself.")
        for channel in outbound.held.keys.sorted() { sample("parley_channel_held", 1, ["channel": channel]) }
    }
}
