import Web

/// Where a conversation stands between BigChat and OurAPI.
enum ConversationState: String, CaseIterable, Encodable, Sendable {
    /// It kept failing, and waits for a person.
    case parked
    /// A delivery of it is on its way.
    case queued
    /// BigChat has to say first who an advisor is.
    case waiting
    /// BigChat has to say first what it knows of the conversation itself.
    case unknown
    /// All that was heard of it was dealt with.
    case idle
}

/// A conversation as its row has it.
struct ConversationRow: Sendable {
    struct Parked: Sendable {
        var at: Int64
        var code: String
        var detail: String
        /// Number of the event it hangs on; nil: the chat itself.
        var event: Int64?
    }

    var conversation: BridgeConversation
    /// Heard of so far.
    var events: Int64
    /// Unix milliseconds, as all times here.
    var firstSeenAt: Int64
    var askAt: Int64?
    var queuedAt: Int64?
    var waitsFor: Int64?
    var confirmedAt: Int64?
    /// It is in doubt what OurAPI has of it.
    var mustVerify: Bool
    var parked: Parked?

    var state: ConversationState {
        if parked != nil { return .parked }
        if queuedAt != nil { return .queued }
        if waitsFor != nil { return .waiting }
        return askAt == nil ? .idle : .unknown
    }
}

/// An event with what became of it.
struct EventRow: Sendable {
    var stored: StoredEvent
    var code: String?
    var detail: String?
    var poll: Int64
    var page: Int64
    /// Unix milliseconds.
    var receivedAt: Int64
    /// Unix milliseconds; nil while it is pending.
    var settledAt: Int64?
}

/// What was kept aside of a page.
struct AsideRow: Sendable {
    var poll: Int64
    var page: Int64
    var aside: SourcePage.Aside
    /// Unix milliseconds.
    var receivedAt: Int64
}

/// An advisor, and OurAPI's agent for that person.
struct AdvisorRow: Sendable {
    var advisor: BridgeAdvisor
    /// Unix milliseconds; nil: BigChat has not said anything yet.
    var toldAt: Int64?
    var askAt: Int64?
    /// Failures in a row.
    var asked: Int64
    /// Unix milliseconds: when it became another person.
    var changedAt: Int64
    /// OurAPI's id.
    var agent: String?
    /// Agents that OurAPI has of that address or name; nil: not looked for yet.
    var matches: Int64?
}

/// One window that BigChat was asked for.
struct PollRow: Sendable {
    enum Result: String, CaseIterable, Encodable, Sendable {
        /// Not all of its pages are in.
        case open
        case complete
        /// It ended before the last page; the warning says why.
        case incomplete
    }

    var poll: Int64
    /// Unix seconds.
    var fromSeconds: Int64
    /// Unix seconds, exclusive.
    var untilSeconds: Int64
    /// Unix milliseconds.
    var beganAt: Int64
    var endedAt: Int64?
    var pages: Int64
    var nextURL: String?
    var events: Int64
    var known: Int64
    var aside: Int64
    var warning: String?

    var result: Result {
        guard endedAt != nil else { return .open }
        return warning == nil ? .complete : .incomplete
    }
}

extension Page {
    /// A cursor of so many whole numbers with dots between them; nil for the first page.
    func numbers(_ count: Int) throws(Problem) -> [Int64]? {
        guard let after else { return nil }
        let numbers = after.split(separator: ".", omittingEmptySubsequences: false).map { Int64($0) }
        let known = numbers.compactMap { $0 }
        guard numbers.count == count, known.count == count else { throw .cursorUnknown }
        return known
    }
}
