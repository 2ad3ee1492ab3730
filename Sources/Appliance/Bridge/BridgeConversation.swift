/// What is known of one conversation, and how far OurAPI has been brought.
struct BridgeConversation: Hashable, Sendable {
    /// BigChat's id; as text it is the chat's `external_id` in OurAPI.
    let id: Int64
    /// Unix seconds; nil while BigChat has not been asked.
    var startedAt: Int64?
    /// Who had it when BigChat was asked; nil while it was not, or it knew nothing.
    var advisor: Int64?
    var made = ChatStanding()
}

/// What OurAPI was brought to of a conversation: from it the chat can be made again.
struct ChatStanding: Hashable, Sendable {
    /// OurAPI's id of the chat; nil: not made, or forgotten there.
    var chat: String?
    /// Whether the chat has been in OurAPI at any time.
    var wasMade = false
    /// Unix seconds.
    var startedAt: Int64?
    /// The advisor whose agent has the chat in OurAPI; nil: nobody.
    var advisor: Int64?
    /// E-mail address of that agent, the key of `BridgeAgent`: the advisor's number may mean somebody else by now.
    var agent: String?
    /// Unix seconds, of the transfer that gave it to them; nil: they had it from the start.
    var transferAt: Int64?
    /// Unix seconds.
    var endedAt: Int64?
}

/// A person as BigChat describes an advisor. The number may be another person's after BigChat was restarted.
struct BridgeAdvisor: Hashable, Sendable {
    let id: Int64
    /// Nil: BigChat knows nobody of that number.
    var person: Person?

    struct Person: Hashable, Sendable {
        var name: String
        var email: String
    }
}

/// An agent of OurAPI, by the e-mail address of the person: our own record, from which it can be made again.
struct BridgeAgent: Hashable, Sendable {
    var person: BridgeAdvisor.Person
    /// OurAPI's id; nil: not known, or forgotten there.
    var id: String?
    /// Agents that OurAPI has of that address or name; more than one is worth a warning.
    var matches: Int
}
