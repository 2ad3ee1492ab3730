/// What the bridge has done since the start.
struct BridgeStatistics: Equatable, Sendable {
    struct Operation: Hashable, Sendable {
        /// As `OurAPICall.name` has it.
        var name: String
        var outcome: Outcome
    }

    enum Outcome: String, CaseIterable, Sendable {
        case ok
        /// OurAPI said no to this very call.
        case refused
        /// No answer, or none that tells anything.
        case failed
    }

    /// The result of a poll or a look-up that went well; any other is the code of its failure.
    static let ok = "ok"
    /// The result of a look-up of somebody or something that BigChat does not know.
    static let unknown = "unknown"

    /// Pages asked for, by result.
    var polls: [String: Int] = [:]
    /// Conversations and advisors that BigChat was asked about, by result.
    var lookups: [String: Int] = [:]
    /// Calls of OurAPI.
    var operations: [Operation: Int] = [:]
    /// What runs of lanes had to do besides the plain calls.
    var lanes = LaneTally()
}

extension BridgeStatistics {
    mutating func count(_ answer: OurAPIAnswer, to call: OurAPICall) {
        operations[Operation(name: call.name, outcome: answer.outcome), default: 0] += 1
    }
}

extension OurAPIAnswer {
    fileprivate var outcome: BridgeStatistics.Outcome {
        switch self {
        case .agents, .chats, .messages, .created, .done: .ok
        case .refused: .refused
        case .failed: .failed
        }
    }
}
