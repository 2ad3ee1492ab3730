import Storage

extension MetricSource {
    /// What the bridge did since the start, and what its tables say; nothing where none is set up.
    static func bridge(_ bridge: Bridge) -> MetricSource {
        MetricSource { text, snapshot, now throws(StorageError) in
            let figures = try snapshot.bridgeFigures()
            if figures.setup.isSetUp { text.add(bridge.statistics, figures, at: now) }
        }
    }
}

extension PrometheusText {
    /// - Parameter now: Unix milliseconds.
    mutating func add(_ bridge: BridgeStatistics, _ figures: BridgeFigures, at now: Int64) {
        add("parley_bridge_polls_total", "Pages that BigChat was asked for, by result.", bridge.polls)
        add(
            "parley_bridge_lookups_total", "Conversations and advisors that BigChat was asked about, by result.",
            bridge.lookups)
        let operations = "parley_bridge_operations_total"
        metric(operations, .counter, "Calls of OurAPI, by operation and outcome.")
        let counts = bridge.operations.sorted {
            ($0.key.name, $0.key.outcome.rawValue) < ($1.key.name, $1.key.outcome.rawValue)
        }
        for (operation, count) in counts {
            sample(operations, count, ["operation": operation.name, "outcome": operation.outcome.rawValue])
        }
        single(
            "parley_bridge_adopted_total", .counter, "Chats and agents that were in OurAPI already.",
            bridge.lanes.adopted + bridge.lanes.agentsAdopted)
        single(
            "parley_bridge_remade_total", .counter, "Chats that OurAPI had forgotten, made again.", bridge.lanes.remade)
        single(
            "parley_bridge_reposted_total", .counter, "Messages that OurAPI had confirmed and lacked, sent again.",
            bridge.lanes.reposted)
        single(
            "parley_bridge_found_total", .counter, "Messages that OurAPI had although nobody had said so.",
            bridge.lanes.found)
        single("parley_bridge_parked_total", .counter, "Conversations parked.", figures.tallied("parked"))
        if let lag = figures.setup.lagSeconds(at: now) {
            single("parley_bridge_lag_seconds", .gauge, "From where BigChat was asked until to now.", lag)
        }
        single(
            "parley_bridge_apply_lag_seconds", .gauge, "Age of the oldest conversation on its way into OurAPI.",
            figures.applyLagSeconds(at: now))
        metric("parley_bridge_events_total", .counter, "Events heard of, by kind.")
        for kind in BridgeEvent.Kind.allCases {
            sample("parley_bridge_events_total", figures.events(kind), ["kind": kind.rawValue])
        }
        single(
            "parley_bridge_events_pending", .gauge, "Events that OurAPI does not have yet.", figures.events(.pending))
        single(
            "parley_bridge_aside_total", .counter, "What BigChat sent and nobody understood.",
            figures.tallied("aside"))
        single("parley_bridge_conversations", .gauge, "Conversations known.", figures.tallied("conversations"))
        single("parley_bridge_parked", .gauge, "Conversations that wait for a person.", figures.parked)
        single("parley_bridge_queued", .gauge, "Conversations on their way into OurAPI.", figures.queued)
    }

    private mutating func add(_ name: String, _ help: String, _ counts: [String: Int]) {
        metric(name, .counter, help)
        for (result, count) in counts.sorted(by: { $0.key < $1.key }) { sample(name, count, ["result": result]) }
    }
}
