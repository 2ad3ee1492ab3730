import Storage

extension Snapshot {
    /// What was kept aside, the newest first: that before the place of another (poll, page, position).
    borrowing func bridgeAside(before place: [Int64]?, limit: Int) throws(StorageError) -> [AsideRow] {
        let place = place ?? [.max, .max, .max]
        return try all(
            """
            SELECT poll, page, position, conversation, reason, excerpt, received_at FROM bridge_aside
            WHERE (poll, page, position) < (?, ?, ?) ORDER BY poll DESC, page DESC, position DESC LIMIT ?
            """,
            place.map(Value.integer) + [.integer(limit)]
        ) { row throws(StorageError) in
            AsideRow(
                poll: row.integer(0), page: row.integer(1),
                aside: SourcePage.Aside(
                    position: Int(row.integer(2)), conversation: row.optionalInteger(3), reason: row.text(4),
                    excerpt: row.text(5)),
                receivedAt: row.integer(6))
        }
    }

    /// Advisors by number, those after `id`.
    borrowing func bridgeAdvisors(after id: Int64, limit: Int) throws(StorageError) -> [AdvisorRow] {
        try all(
            """
            SELECT advisor.id, advisor.name, advisor.email, advisor.told_at, advisor.ask_at, advisor.asked,
                advisor.changed_at, agent.id, agent.matches
            FROM bridge_advisor advisor LEFT JOIN bridge_agent agent ON agent.email = advisor.email
            WHERE advisor.id > ? ORDER BY advisor.id LIMIT ?
            """,
            .integer(id), .integer(limit)
        ) { row throws(StorageError) in
            let person = row.optionalText(2).map { email in
                BridgeAdvisor.Person(name: row.optionalText(1) ?? "", email: email)
            }
            return AdvisorRow(
                advisor: BridgeAdvisor(id: row.integer(0), person: person), toldAt: row.optionalInteger(3),
                askAt: row.optionalInteger(4), asked: row.integer(5), changedAt: row.integer(6),
                agent: row.optionalText(7), matches: row.optionalInteger(8))
        }
    }

    /// Polls, the newest first: those before number `poll`.
    borrowing func bridgePolls(before poll: Int64, limit: Int) throws(StorageError) -> [PollRow] {
        try all(
            """
            SELECT poll, from_s, until_s, began_at, ended_at, pages, next_url, events, known, aside, warning
            FROM bridge_poll WHERE poll < ? ORDER BY poll DESC LIMIT ?
            """,
            .integer(poll), .integer(limit)
        ) { row throws(StorageError) in
            PollRow(
                poll: row.integer(0), fromSeconds: row.integer(1), untilSeconds: row.integer(2),
                beganAt: row.integer(3), endedAt: row.optionalInteger(4), pages: row.integer(5),
                nextURL: row.optionalText(6), events: row.integer(7), known: row.integer(8), aside: row.integer(9),
                warning: row.optionalText(10))
        }
    }
}
