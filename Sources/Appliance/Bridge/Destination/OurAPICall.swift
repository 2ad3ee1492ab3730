/// One call of OurAPI. Times are Unix seconds; agents and chats are OurAPI's ids.
enum OurAPICall: Hashable, Sendable {
    case findAgents(AgentKey)
    case createAgent(BridgeAdvisor.Person)
    case findChats(externalID: String)
    case createChat(externalID: String, startedAt: Int64, agent: String?, endedAt: Int64?)
    /// What is nil stays as it is.
    case updateChat(String, startedAt: Int64?, agent: String?, endedAt: Int64?)
    case listMessages(chat: String)
    case postMessage(chat: String, sentAt: Int64, text: String)

    /// What agents are looked for by.
    enum AgentKey: Hashable, Sendable {
        case email(String)
        case name(String)
    }
}

extension OurAPICall {
    /// For metrics and dry runs.
    var name: String {
        switch self {
        case .findAgents: "find_agents"
        case .createAgent: "create_agent"
        case .findChats: "find_chats"
        case .createChat: "create_chat"
        case .updateChat: "update_chat"
        case .listMessages: "list_messages"
        case .postMessage: "post_message"
        }
    }
}

/// What OurAPI said to a call, or that it did not.
enum OurAPIAnswer: Hashable, Sendable {
    /// To `findAgents`: those that really have that address or name.
    case agents([Agent])
    /// To `findChats`: those that really have that external id.
    case chats([Chat])
    /// To `listMessages`.
    case messages([Message])
    /// To `createAgent` and `createChat`: its id.
    case created(String)
    /// To `updateChat` and `postMessage`.
    case done
    /// A status from 400 to 499, but 408, 425 and 429: said by OurAPI about this very call.
    case refused(status: Int, detail: String)
    case failed(Failure)

    struct Agent: Hashable, Sendable {
        var id: String
        var name: String
        var email: String
    }

    struct Chat: Hashable, Sendable {
        var id: String
        /// Unix seconds; nil where OurAPI does not tell.
        var startedAt: Int64?
        var endedAt: Int64?
        var agent: String?
    }

    struct Message: Hashable, Sendable {
        /// Unix seconds.
        var sentAt: Int64
        var text: String
    }

    /// No answer, or none that tells anything about the call: any other status, half an answer, nonsense.
    struct Failure: Error, Hashable, Sendable {
        /// Stable and short: `500`, `timeout`, `connect_failed`, `unreadable_answer`.
        var code: String
        /// For people, cut and cleaned.
        var detail: String
        /// Whether it may have been done all the same.
        var mayHaveArrived: Bool
        /// Whether there was an HTTP answer: another call may go well at once.
        var wasAnswered: Bool
    }
}
