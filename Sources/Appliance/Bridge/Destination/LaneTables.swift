import Outbound
import Storage

/// What one run of a lane is given.
struct LaneLoad: Sendable {
    /// Events of one run: the rest follows with the next delivery, so that others get their turn.
    static let eventsMax = 200

    var conversation: BridgeConversation
    var pending: [StoredEvent]
    /// The number of the newest doubt about what OurAPI has of it; nil: there is none.
    var doubt: Int64?
    /// In which all this was loaded.
    var era: Int64
    var advisors: [Int64: BridgeAdvisor]
    var agents: [String: BridgeAgent]
}

extension Transaction {
    /// Puts a delivery of a conversation on its way, if there is something to do for it and nothing in the way.
    ///
    /// In the way are: a delivery that is there already, BigChat not having been asked about it, an advisor who was not
    /// named yet, its having been parked, or a poll that is still bringing events of it.
    borrowing func wake(_ id: Int64, at now: Int64) throws(StorageError) {
        let isReady = try first(
            """
            SELECT 1 FROM bridge_conversation c
            WHERE c.id = ? AND c.ask_at IS NULL AND c.queued_at IS NULL AND c.parked_at IS NULL AND c.waits_for IS NULL
                AND (c.must_verify IS NOT NULL OR EXISTS (
                    SELECT 1 FROM bridge_event e WHERE e.conversation = c.id AND e.fate = 'pending'))
                AND NOT EXISTS (SELECT 1 FROM bridge_poll p WHERE p.poll = c.poll AND p.is_released = 0)
            """, .integer(id)
        ) { _ in true }
        guard isReady == true else { return }
        try run("UPDATE bridge_conversation SET queued_at = ? WHERE id = ?", .integer(now), .integer(id))
        try enqueue(
            Delivery(
                channel: OurAPIChannel.name, source: OurAPIChannel.source, reference: "\(id)", lane: "\(id)",
                payload: BridgePayload(conversation: id).text), at: now)
    }

    /// Notes that OurAPI may hold more or less of a conversation than our record says.
    borrowing func doubt(conversation id: Int64) throws(StorageError) {
        try run(
            "UPDATE bridge_conversation SET must_verify = coalesce(must_verify, 0) + 1 WHERE id = ? AND was_made = 1",
            .integer(id))
    }
}

/// What a delivery of the bridge carries.
struct BridgePayload {
    let conversation: Int64

    init(conversation: Int64) { self.conversation = conversation }

    /// Nil: it is somebody else's.
    init?(_ text: String) {
        guard case .object(let object)? = JSONValue(Array(text.utf8)), case .text(let id)? = object["conversation"],
            let number = Int64(id)
        else { return nil }
        conversation = number
    }

    /// The id as text: numbers of JSON are exact only up to 2^53.
    var text: String { #"{"conversation":"\#(conversation)"}"# }
}

extension Snapshot {
    /// Nil: there is no such conversation.
    borrowing func laneLoad(_ id: Int64) throws(StorageError) -> LaneLoad? {
        let found = try first(
            """
            SELECT c.id, c.started_at, c.advisor, c.chat, c.was_made, c.made_started_at, c.made_advisor, c.made_agent,
                c.made_transfer_at, c.made_ended_at, c.must_verify, b.era
            FROM bridge_conversation c, bridge b WHERE c.id = ? AND b.id = 1
            """, .integer(id)
        ) { row in (BridgeConversation(row), row.optionalInteger(10), row.integer(11)) }
        guard let (conversation, doubt, era) = found else { return nil }
        // What an unfinished poll brought may stand before something that its next page brings.
        let held = try first("SELECT poll, is_released FROM bridge_poll ORDER BY poll DESC LIMIT 1") { row in
            row.truth(1) ? nil : row.integer(0)
        }
        let pending = try all(
            """
            SELECT conversation, number, kind, at, body, old_advisor, new_advisor, fate FROM bridge_event
            WHERE conversation = ? AND fate = 'pending' AND poll <> ?
            ORDER BY at, CASE kind WHEN 'START' THEN 0 WHEN 'END' THEN 2 ELSE 1 END, number LIMIT ?
            """, .integer(id), .integer((held ?? nil) ?? 0), .integer(LaneLoad.eventsMax)
        ) { row in StoredEvent(row) }
        var load = LaneLoad(
            conversation: conversation, pending: pending, doubt: doubt, era: era, advisors: [:], agents: [:])
        var ids = Set([conversation.advisor, conversation.made.advisor].compactMap { $0 })
        for event in pending { ids.formUnion(event.event.advisors) }
        for id in ids.sorted() { load.advisors[id] = try namedAdvisor(id) }
        let emails = Set(load.advisors.values.compactMap(\.person?.email) + [conversation.made.agent].compactMap { $0 })
        for email in emails.sorted() { load.agents[email] = try agent(email) }
        return load
    }

    /// Messages of a conversation that OurAPI is said to have.
    borrowing func madeMessages(_ id: Int64) throws(StorageError) -> [StoredEvent] {
        try all(
            """
            SELECT conversation, number, kind, at, body, old_advisor, new_advisor, fate FROM bridge_event
            WHERE conversation = ? AND fate = 'made' AND kind = 'MESSAGE' ORDER BY number
            """, .integer(id)
        ) { row in StoredEvent(row) }
    }

    /// Who an advisor is, as BigChat said lately; nil: BigChat is to be asked.
    private borrowing func namedAdvisor(_ id: Int64) throws(StorageError) -> BridgeAdvisor? {
        try first(
            "SELECT id, name, email FROM bridge_advisor WHERE id = ? AND told_at IS NOT NULL AND ask_at IS NULL",
            .integer(id)
        ) { row in
            var advisor = BridgeAdvisor(id: row.integer(0))
            if let name = row.optionalText(1), let email = row.optionalText(2) {
                advisor.person = .init(name: name, email: email)
            }
            return advisor
        }
    }

    private borrowing func agent(_ email: String) throws(StorageError) -> BridgeAgent? {
        try first("SELECT name, email, id, matches FROM bridge_agent WHERE email = ?", .text(email)) { row in
            BridgeAgent(
                person: .init(name: row.text(0), email: row.text(1)), id: row.optionalText(2),
                matches: Int(row.integer(3)))
        }
    }
}

extension BridgeConversation {
    /// - Precondition: the first columns are id, started_at, advisor, chat, was_made, made_started_at, made_advisor,
    ///   made_agent, made_transfer_at, made_ended_at.
    init(_ row: borrowing Row) {
        self.init(
            id: row.integer(0), startedAt: row.optionalInteger(1), advisor: row.optionalInteger(2),
            made: ChatStanding(
                chat: row.optionalText(3), wasMade: row.truth(4), startedAt: row.optionalInteger(5),
                advisor: row.optionalInteger(6), agent: row.optionalText(7), transferAt: row.optionalInteger(8),
                endedAt: row.optionalInteger(9)))
    }
}

extension StoredEvent {
    /// - Precondition: the columns are conversation, number, kind, at, body, old_advisor, new_advisor, fate.
    init(_ row: borrowing Row) {
        guard let kind = BridgeEvent.Kind(rawValue: row.text(2)), let fate = EventFate(rawValue: row.text(7)) else {
            preconditionFailure("an event that was never stored")
        }
        let content: BridgeEvent.Content =
            switch kind {
            case .start: .start
            case .message: .message(row.optionalText(4) ?? "")
            case .transfer: .transfer(from: row.optionalInteger(5), to: row.optionalInteger(6) ?? 0)
            case .end: .end
            }
        self.init(
            number: row.integer(1),
            event: BridgeEvent(conversation: row.integer(0), at: row.integer(3), content: content), fate: fate)
    }
}
