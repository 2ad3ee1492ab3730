/// How a chat is to be before the pending events are applied to it.
struct LanePlan: Hashable, Sendable {
    enum Wish: Hashable, Sendable {
        case person(BridgeAdvisor.Person, advisor: Int64?)
        /// With what people should know about it, if anything.
        case nobody(String?)
        /// BigChat has not said who this advisor is.
        case unknown(advisor: Int64)
    }

    /// Unix seconds.
    let startedAt: Int64
    var wish: Wish
    /// OurAPI's id of that person's agent.
    var agent: String?
    /// Unix seconds.
    let endedAt: Int64?

    /// A chat that was there once is to be as it was; a new one starts as BigChat says, with whom it started.
    ///
    /// - Parameter firstMessageAt: Unix seconds, of what OurAPI has confirmed.
    init(
        _ standing: ChatStanding, of conversation: BridgeConversation, pending: ArraySlice<StoredEvent>,
        firstMessageAt: Int64?, _ advisors: [Int64: BridgeAdvisor], _ agents: LaneAgents
    ) {
        let start = pending.first { $0.event.kind == .start }
        let firstAt = [pending.first?.event.at, firstMessageAt].compactMap(\.self).min()
        let startedAt = conversation.startedAt ?? start?.event.at ?? firstAt ?? 0
        guard standing.wasMade else {
            self.startedAt = startedAt
            endedAt = nil
            wish = Self.initial(conversation, pending, advisors)
            return
        }
        self.startedAt = standing.startedAt ?? startedAt
        endedAt = standing.endedAt
        if let email = standing.agent {
            wish =
                agents.person(email).map { .person($0, advisor: standing.advisor) }
                ?? .nobody("There is no record of \(email), who had the chat.")
        } else {
            wish = .nobody(nil)
        }
    }

    var person: BridgeAdvisor.Person? {
        if case .person(let person, _) = wish { person } else { nil }
    }

    var advisor: Int64? {
        if case .person(_, let advisor) = wish { advisor } else { nil }
    }

    /// The call that brings a chat to this; nil: it is so already.
    ///
    /// - Parameter isOurs: whether it was brought to this before: then what OurAPI does not tell is taken to be right.
    func update(of chat: OurAPIAnswer.Chat, isOurs: Bool) -> OurAPICall? {
        func changed<Value: Equatable>(_ told: Value?, _ wanted: Value?) -> Value? {
            guard let told else { return isOurs ? nil : wanted }
            return told == wanted ? nil : wanted
        }
        let startedAt = changed(chat.startedAt, startedAt)
        let agent = changed(chat.agent, agent)
        let endedAt = changed(chat.endedAt, endedAt)
        if startedAt == nil, agent == nil, endedAt == nil { return nil }
        return .updateChat(chat.id, startedAt: startedAt, agent: agent, endedAt: endedAt)
    }

    /// With whom it started: who gave it away first, else who had it when BigChat was asked.
    private static func initial(
        _ conversation: BridgeConversation, _ pending: ArraySlice<StoredEvent>, _ advisors: [Int64: BridgeAdvisor]
    ) -> Wish {
        var giver: Int64?
        for event in pending {
            guard case .transfer(let from, _) = event.event.content else { continue }
            giver = from
            break
        }
        guard let advisor = giver ?? conversation.advisor else {
            return .nobody("BigChat does not tell whose conversation it is.")
        }
        guard let known = advisors[advisor] else { return .unknown(advisor: advisor) }
        guard let person = known.person else { return .nobody("BigChat knows no advisor \(advisor).") }
        return .person(person, advisor: advisor)
    }
}
