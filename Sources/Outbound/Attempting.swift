/// A delivery that the dispatcher took from the outbox.
struct ClaimedDelivery: Sendable, Equatable {
    var id: String
    var channel: String
    var source: String
    var reference: String
    var lane: String?
    var payload: String
    var memo: String?
    var dueAt: Int64
    var attemptsUsed: Int
    /// The attempt that follows: 1 for the first.
    var number: Int
    var enqueuedAt: Int64
    var request: String?

    func change(_ state: DeliveryState, _ outcome: CourierOutcome? = nil, at now: Int64) -> DeliveryChange {
        DeliveryChange(
            delivery: id, source: source, reference: reference, channel: channel, state: state,
            outcomeClass: outcome?.outcomeClass, code: outcome?.code, at: now, enclosure: outcome?.enclosure)
    }
}

/// What became of a claimed delivery.
struct Attempted: Sendable {
    enum Ending: Sendable {
        case outcome(CourierOutcome)
        /// Stopped by us under way: due again, and no failure of anybody.
        case interrupted(CourierOutcome)
        /// Never handed to the courier: goes back as it was.
        case unsent
    }

    var delivery: ClaimedDelivery
    var ending: Ending
    var startedAt: Int64
    var durationMilliseconds: Int64
}
