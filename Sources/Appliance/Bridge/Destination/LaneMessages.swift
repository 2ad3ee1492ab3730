/// The messages of one chat: those that OurAPI has confirmed, and of these the ones it has to be given again.
struct LaneMessages: Hashable, Sendable {
    /// To be posted again, in order.
    private(set) var missing: ArraySlice<StoredEvent> = []
    /// Confirmed before this run; nil: not loaded.
    private var earlier: [StoredEvent]?
    /// Confirmed in this run, or found.
    private var here: [StoredEvent] = []

    init(_ earlier: [StoredEvent]?) {
        if let earlier { load(earlier) }
    }

    var isLoaded: Bool { earlier != nil }
    /// Those of earlier runs.
    var earlierCount: Int { earlier?.count ?? 0 }
    /// Unix seconds.
    var firstAt: Int64? { ((earlier ?? []) + here).map(\.event.at).min() }

    /// Events that are no messages, or that OurAPI never had, do not matter.
    mutating func load(_ events: [StoredEvent]) {
        earlier = events.filter { $0.event.kind == .message && $0.fate == .made }
    }

    mutating func confirm(_ event: StoredEvent) { here.append(event) }

    /// All that was confirmed has to be posted again: the chat is a new one.
    mutating func repeatAll() { missing = all[...] }

    /// Nothing is known to be missing: the chat is gone, or will be compared.
    mutating func forgetMissing() { missing = [] }

    /// The first of the missing ones is there.
    mutating func repeated() { missing = missing.dropFirst() }

    /// The first of the missing ones will never be there.
    mutating func giveUp(_ event: StoredEvent) {
        missing = missing.dropFirst()
        earlier?.removeAll { $0.number == event.number }
        here.removeAll { $0.number == event.number }
    }

    /// Finds out what is missing.
    ///
    /// Messages have no key, so they are counted by text and second. What was confirmed comes first: a message that is
    /// pending has arrived only if OurAPI has more of it than was confirmed.
    ///
    /// - Returns: those of `pending` that have arrived, and how many messages nobody knows.
    mutating func compare(
        _ list: [OurAPIAnswer.Message], pending: ArraySlice<StoredEvent>
    ) -> (arrived: [StoredEvent], surplus: Int) {
        var counts: [Key: Int] = [:]
        for message in list { counts[Key(message.text, message.sentAt), default: 0] += 1 }
        func take(_ event: StoredEvent) -> Bool {
            guard let key = Key(event), let count = counts[key], count > 0 else { return false }
            counts[key] = count - 1
            return true
        }
        let lacking = all.filter { !take($0) }
        let arrived = pending.filter(take)
        here += arrived
        // A text that OurAPI keeps in another form than it was given is known by its second: posted again, it would be
        // missing again the next time, and so for ever.
        var altered: [Int64: Int] = [:]
        for (key, count) in counts where count > 0 { altered[key.at, default: 0] += count }
        missing = lacking.filter { event in
            guard let count = altered[event.event.at], count > 0 else { return true }
            altered[event.event.at] = count - 1
            return false
        }[...]
        return (arrived, altered.values.reduce(0, +))
    }

    private var all: [StoredEvent] { ((earlier ?? []) + here).sorted() }

    private struct Key: Hashable {
        let text: String
        let at: Int64

        init(_ text: String, _ at: Int64) {
            self.text = text.trimmedAsOurAPIDoes
            self.at = at
        }

        init?(_ stored: StoredEvent) {
            guard case .message(let text) = stored.event.content else { return nil }
            self.init(text, stored.event.at)
        }
    }
}

extension String {
    /// Without white space at both ends. Python's idea of it, which includes four separators that Unicode's does not.
    fileprivate var trimmedAsOurAPIDoes: String {
        func isSpace(_ scalar: Unicode.Scalar) -> Bool {
            scalar.properties.isWhitespace || (0x1C...0x1F).contains(scalar.value)
        }
        let scalars = unicodeScalars
        guard let first = scalars.firstIndex(where: { !isSpace($0) }),
            let last = scalars.lastIndex(where: { !isSpace($0) })
        else { return "" }
        return String(scalars[first...last])
    }
}
