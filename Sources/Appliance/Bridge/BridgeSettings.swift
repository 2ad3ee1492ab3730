/// How the bridge is set up, as far as it is not the destination's channel.
struct BridgeSettings: Hashable, Sendable {
    static let intervals = 1...3_600
    static let intervalStandard = 10
    static let lookBacks = 0...86_400

    /// BigChat's address without a slash at the end; nil: nothing is asked.
    var source: String?
    var intervalSeconds = intervalStandard
    /// How much of the past each poll asks for again. 0 for a source that answers differently the second time.
    var lookBackSeconds = 0
    var isEnabled = true

    /// These with what is named in their place.
    func with(
        source: String?, intervalSeconds: Int?, lookBackSeconds: Int? = nil, isEnabled: Bool?
    ) -> BridgeSettings {
        BridgeSettings(
            source: source ?? self.source, intervalSeconds: intervalSeconds ?? self.intervalSeconds,
            lookBackSeconds: lookBackSeconds ?? self.lookBackSeconds, isEnabled: isEnabled ?? self.isEnabled)
    }
}

/// The channel that carries what the bridge has to say, and the kind of its courier.
enum OurAPIChannel {
    static let name = "ourapi"
    static let kind = "ourapi"
    /// Its setting with OurAPI's address.
    static let urlField = "url"
    /// Its setting with the number of calls under way at once.
    static let parallelismField = "parallelism"
    static let parallelisms = 1...16
    /// Who is told of a delivery's fate: the outbox's name for this feature.
    static let source = "bridge"
}
