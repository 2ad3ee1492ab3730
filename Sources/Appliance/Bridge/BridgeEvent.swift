import Storage

/// One thing that BigChat says happened in a conversation. It has no id of its own.
struct BridgeEvent: Hashable, Sendable {
    enum Content: Hashable, Sendable {
        case start
        /// What was said; by whom BigChat does not tell.
        case message(String)
        /// `from` is missing where BigChat left it out.
        case transfer(from: Int64?, to: Int64)
        case end
    }

    /// The names that BigChat uses, and what the database holds.
    enum Kind: String, CaseIterable, Encodable, Sendable {
        case start = "START", message = "MESSAGE", transfer = "TRANSFER", end = "END"
    }

    let conversation: Int64
    /// Unix seconds.
    let at: Int64
    let content: Content
}

extension BridgeEvent {
    var kind: Kind {
        switch content {
        case .start: .start
        case .message: .message
        case .transfer: .transfer
        case .end: .end
        }
    }

    /// Whom it names.
    var advisors: [Int64] {
        if case .transfer(let from, let to) = content { [from, to].compactMap { $0 } } else { [] }
    }

    /// What stands for the event's content within its conversation: equal events have equal ones. 32 hexadecimal digits
    /// of a SHA-256, so that nobody can make two different events look the same.
    var fingerprint: String {
        let content =
            switch content {
            case .start, .end: ""
            case .message(let text): text
            case .transfer(let from, let to): "\(from.map(String.init) ?? "-") \(to)"
            }
        return String(SHA256.hex(of: Array("\(kind.rawValue) \(at) \(content)".utf8)).prefix(32))
    }
}

/// What became of an event. The raw values are what the database holds.
enum EventFate: String, CaseIterable, Encodable, Sendable {
    /// Not yet in OurAPI.
    case pending
    /// OurAPI has it.
    case made
    /// There was nothing to do: a second END, a transfer to who has the chat already.
    case unneeded
    /// OurAPI will not have it, whatever we do.
    case refused
    /// An admin decided that it shall not be made.
    case skipped
}

/// An event as it is kept, with its number within the conversation: the order in which it was heard of, from 1.
struct StoredEvent: Hashable, Sendable {
    let number: Int64
    let event: BridgeEvent
    var fate = EventFate.pending
}

extension StoredEvent: Comparable {
    /// The order in which events are applied: by time; within a second START first and END last, as BigChat lists a
    /// page in no order of time; else as they were heard of.
    static func < (left: StoredEvent, right: StoredEvent) -> Bool {
        (left.event.at, left.rank, left.number) < (right.event.at, right.rank, right.number)
    }

    private var rank: Int {
        switch event.content {
        case .start: 0
        case .message, .transfer: 1
        case .end: 2
        }
    }
}
