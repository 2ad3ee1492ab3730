/// What a run of a lane brought about: stored in the transaction that records its delivery.
struct LaneReport: Hashable, Sendable {
    /// One event that need not be looked at again.
    struct Settled: Hashable, Sendable {
        /// Its number within the conversation.
        var number: Int64
        var fate: EventFate
        /// Stable and short, such as `422`, `second_end`, `same_advisor`, `found`; nil where `made` says it all.
        var code: String?
        /// For people; what OurAPI said.
        var detail: String?
    }

    /// What the conversation hangs on.
    struct Trouble: Hashable, Sendable {
        var code: String
        var detail: String
        /// The event it hangs on; nil: the chat itself.
        var event: Int64?
    }

    var conversation: Int64
    /// How the conversation stands in OurAPI.
    var standing: ChatStanding
    var settled: [Settled] = []
    /// Agents found or made, and those that OurAPI has forgotten: without an id.
    var agents: [BridgeAgent] = []
    /// OurAPI was asked what it has of this conversation, and has all of it now.
    var wasVerified = false
    /// OurAPI did not know what it had confirmed before: everything else it confirmed is in doubt too.
    var hasForgotten = false
    /// It is to be asked about at the next run.
    var mustVerify = false
    /// The lane cannot go on before BigChat has said who this is.
    var waitsFor: Int64?
    var trouble: Trouble?
    /// Warnings for people, such as two agents of one name.
    var notes: [String] = []
    var tally = LaneTally()
}

/// What a run had to do besides the plain calls, counted for metrics.
struct LaneTally: Hashable, Sendable {
    /// Chats that were there without our record knowing of them.
    var adopted = 0
    /// Chats that OurAPI had forgotten.
    var remade = 0
    /// Messages that had arrived though nobody said so.
    var found = 0
    /// Messages that OurAPI had confirmed and lacked.
    var reposted = 0
    /// Agents that OurAPI had already.
    var agentsAdopted = 0
    var agentsMade = 0
}

extension LaneTally {
    static func += (left: inout LaneTally, right: LaneTally) {
        left.adopted += right.adopted
        left.remade += right.remade
        left.found += right.found
        left.reposted += right.reposted
        left.agentsAdopted += right.agentsAdopted
        left.agentsMade += right.agentsMade
    }
}
