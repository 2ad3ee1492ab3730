import Outbound
import Storage

/// What a run of a lane leaves behind, enclosed with its delivery's outcome.
struct LaneRecord: Sendable {
    /// When the run began, Unix milliseconds.
    let at: Int64
    /// As it was when the run began: what came to be doubted since is still in doubt.
    let era: Int64
    let doubt: Int64?
    let report: LaneReport
}

extension Transaction {
    /// Brings the bridge in step with what became of one of its deliveries: called by the outbox, in the transaction
    /// that records it.
    borrowing func recordBridge(_ change: DeliveryChange) throws(StorageError) {
        guard let id = Int64(change.reference) else { return }
        let record = change.enclosure?.content as? LaneRecord
        if let record { try store(record, at: change.at) }
        switch change.state {
        case .delivered:
            try run("UPDATE bridge_conversation SET queued_at = NULL WHERE id = ?", .integer(id))
            if let advisor = record?.report.waitsFor { try wait(id, for: advisor, at: change.at) }
            try wake(id, at: change.at)
        case .failed, .cancelled:
            let trouble = record?.report.trouble
            try park(
                id,
                trouble ?? .init(
                    code: change.code ?? "cancelled", detail: "Its delivery to OurAPI was given up.", event: nil),
                at: change.at)
        case .waiting:
            // One that had ended is sent again: an admin asked the outbox for it.
            try run(
                """
                UPDATE bridge_conversation SET queued_at = ?, parked_at = NULL, parked_code = NULL,
                    parked_detail = NULL, parked_event = NULL
                WHERE id = ? AND queued_at IS NULL
                """, .integer(change.at), .integer(id))
        case .inFlight: break
        }
    }

    private borrowing func store(_ record: LaneRecord, at now: Int64) throws(StorageError) {
        let report = record.report, id = report.conversation, standing = report.standing
        let era = report.hasForgotten ? try doubtEverything(because: record, at: now) : record.era
        try run(
            """
            UPDATE bridge_conversation SET chat = ?, was_made = ?, made_started_at = ?, made_advisor = ?,
                made_agent = ?, made_transfer_at = ?, made_ended_at = ?
            WHERE id = ?
            """, .optional(standing.chat), .truth(standing.wasMade), .optional(standing.startedAt),
            .optional(standing.advisor), .optional(standing.agent), .optional(standing.transferAt),
            .optional(standing.endedAt), .integer(id))
        var fates: [EventFate: Int64] = [:]
        for settled in report.settled {
            let before = try first(
                "SELECT fate FROM bridge_event WHERE conversation = ? AND number = ?", .integer(id),
                .integer(settled.number)
            ) { row in EventFate(rawValue: row.text(0)) }
            guard let before = before ?? nil, before != settled.fate else { continue }
            try run(
                """
                UPDATE bridge_event SET fate = ?, code = ?, detail = ?, settled_at = ?
                WHERE conversation = ? AND number = ?
                """, .text(settled.fate.rawValue), .optional(settled.code), .optional(settled.detail), .integer(now),
                .integer(id), .integer(settled.number))
            fates[before, default: 0] -= 1
            fates[settled.fate, default: 0] += 1
        }
        for (fate, change) in fates { try count("fate.\(fate.rawValue)", change) }
        for agent in report.agents { try save(agent, era: era, at: now) }
        if report.mustVerify {
            // Also where no chat counts as made: its creation may have gone unanswered.
            try run(
                "UPDATE bridge_conversation SET must_verify = coalesce(must_verify, 0) + 1 WHERE id = ?", .integer(id))
        } else if report.trouble == nil, report.waitsFor == nil {
            // Looked at, whatever OurAPI made of it: asking again at once would not change its mind.
            try run(
                """
                UPDATE bridge_conversation SET must_verify = CASE WHEN must_verify > ? THEN must_verify END
                WHERE id = ?
                """, .integer(record.doubt ?? 0), .integer(id))
        }
        // One that was made in passing is there as well, and the patrol should come by one day.
        try run(
            """
            UPDATE bridge_conversation SET confirmed_at = ?, era = ?
            WHERE id = ? AND chat IS NOT NULL AND (? = 1 OR (confirmed_at IS NULL AND must_verify IS NULL))
            """, .integer(record.at), .integer(era), .integer(id), .truth(report.wasVerified))
    }

    /// OurAPI forgot something that it had confirmed: whatever it confirmed up to now is in doubt.
    ///
    /// A new era begins only if what is forgotten was confirmed in this one: the rest of what was lost at the same time
    /// is found on the way.
    ///
    /// - Returns: the era in which what the run brought about was confirmed.
    private borrowing func doubtEverything(because record: LaneRecord, at now: Int64) throws(StorageError) -> Int64 {
        let era = try first("SELECT era FROM bridge WHERE id = 1") { row in row.integer(0) } ?? 0
        guard record.era == era, try lastEra(in: record.report) == era else { return record.era }
        try run("UPDATE bridge SET era = ?, doubted_at = ? WHERE id = 1", .integer(era + 1), .integer(now))
        notify(.bridge)
        return era + 1
    }

    /// The newest era in which OurAPI confirmed anything of what a report is about; nil: it never did.
    private borrowing func lastEra(in report: LaneReport) throws(StorageError) -> Int64? {
        let chat = try first("SELECT era FROM bridge_conversation WHERE id = ?", .integer(report.conversation)) { row in
            row.optionalInteger(0)
        }
        var eras = [chat ?? nil].compactMap { $0 }
        for agent in report.agents {
            let made = try first("SELECT era FROM bridge_agent WHERE email = ?", .text(agent.person.email)) { row in
                row.integer(0)
            }
            if let made { eras.append(made) }
        }
        return eras.max()
    }

    private borrowing func save(_ agent: BridgeAgent, era: Int64, at now: Int64) throws(StorageError) {
        try run(
            """
            INSERT INTO bridge_agent (email, name, id, matches, era, changed_at) VALUES (?, ?, ?, ?, ?, ?)
            ON CONFLICT (email) DO UPDATE SET name = excluded.name, id = excluded.id, matches = excluded.matches,
                era = excluded.era, changed_at = excluded.changed_at
            """, .text(agent.person.email), .text(agent.person.name), .optional(agent.id),
            .integer(agent.matches), .integer(era), .integer(now))
    }

    /// Sets a conversation aside that cannot go on, and tells whoever wants to know.
    private borrowing func park(_ id: Int64, _ trouble: LaneReport.Trouble, at now: Int64) throws(StorageError) {
        try run(
            """
            UPDATE bridge_conversation SET parked_at = ?, parked_code = ?, parked_detail = ?, parked_event = ?,
                queued_at = NULL
            WHERE id = ?
            """, .integer(now), .text(trouble.code), .text(trouble.detail), .optional(trouble.event), .integer(id))
        try count("parked", 1)
        _ = try post(
            MessageDraft(
                topic: "bridge.parked",
                description: "Conversation \(id) does not get into OurAPI and was set aside: \(trouble.detail)",
                contact: nil), at: now)
    }
}

extension Signal {
    /// The bridge has something to do: settings, questions for BigChat, doubts.
    static let bridge = Signal("appliance.bridge")
}
