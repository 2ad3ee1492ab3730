internal import Storage

/// What the dispatcher knows of its channels: a value, copied into each turn's transaction and kept only if that
/// commits.
struct DispatchState: Sendable {
    struct ChannelState: Sendable {
        var stored: StoredChannel
        var limits: ChannelLimits
        /// What is sent with; nil without a courier for the channel's kind.
        var setup: ReadyQueues.Setup?
        var health: ChannelHealth

        init(_ stored: StoredChannel, _ courier: Courier?, _ vault: Vault) {
            self.stored = stored
            let opened = vault.open(stored.channel.settings, of: stored.channel.name)
            let settings = opened.settings
            let limits = courier?.limits(of: settings) ?? ChannelLimits(parallelism: 1, pacePerSecond: nil)
            self.limits = limits
            setup = courier.map { courier in
                ReadyQueues.Setup(
                    courier: courier, channel: stored.channel, opened, secrets: courier.secrets(in: settings),
                    parallelism: limits.parallelism)
            }
            health = ChannelHealth(hold: stored.channel.hold)
        }
    }

    /// By name. A channel that was deleted stays while something of it is in flight.
    var channels: [String: ChannelState] = [:]
    /// Channels that had something to send in the last turn: what is in flight is shared among them.
    var activeCount = 1
    /// Told once, not at every turn.
    var reportedMissing: Set<String> = []

    /// Deliveries taken at the same time over all channels: what is in memory, and on the wire, is bounded by it.
    static let inFlightMax = 512

    var inFlight: Int { channels.values.reduce(0) { $0 + $1.health.inFlight } }

    var held: [String: ChannelHold] { channels.compactMapValues { $0.health.hold } }

    func limits(of name: String) -> ChannelLimits {
        var limits = channels[name]?.limits ?? ChannelLimits(parallelism: 1, pacePerSecond: nil)
        limits.share = max(1, Self.inFlightMax / max(1, activeCount))
        return limits
    }

    /// Takes a channel's new settings: what held it is forgotten, what is in flight is not.
    mutating func adopt(_ stored: StoredChannel, _ courier: Courier?, _ vault: Vault) {
        var state = ChannelState(stored, courier, vault)
        if let before = channels[stored.channel.name] {
            state.health = before.health
            state.health.forget()
            if let hold = stored.channel.hold { state.health.gate = .held(hold) }
        }
        channels[stored.channel.name] = state
    }

    /// The channel's answer to one delivery; a change of its health is to be stored.
    mutating func finished(_ outcome: CourierOutcome, channel: String, at now: Int64) -> ChannelHealth.Change? {
        channels[channel]?.health.finished(outcome, at: now)
    }
}
