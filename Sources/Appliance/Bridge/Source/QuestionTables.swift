import Outbound
import Storage

/// What BigChat is to be asked, one row of many.
enum BridgeQuestion: Hashable, Sendable {
    case conversation(Int64, failures: Int)
    case advisor(Int64, failures: Int)

    /// Failures in a row, while BigChat answers otherwise, after which it counts as knowing nothing: a quarter of an
    /// hour.
    static let failuresMax = 20

    var failures: Int {
        switch self {
        case .conversation(_, let failures), .advisor(_, let failures): failures
        }
    }

    /// What it comes to where BigChat knows nothing of it.
    var unknown: BridgeFinding {
        switch self {
        case .conversation(let id, _): .conversation(id, nil)
        case .advisor(let id, _): .advisor(id, nil)
        }
    }
}

/// What came of asking.
enum BridgeFinding: Sendable {
    case conversation(Int64, BigChat.Conversation?)
    case advisor(Int64, BridgeAdvisor.Person?)
    /// `counts`: the failure is this question's own, as BigChat answers others.
    case nothing(BridgeQuestion, askAgainAt: Int64, counts: Bool)
}

extension Snapshot {
    /// What is due, those first that failed the least, so that none that always fails keeps others waiting; of these
    /// the advisors, as whole lanes wait for them. And when the next question is.
    borrowing func bridgeQuestions(
        limit: Int, at now: Int64
    ) throws(StorageError) -> (due: [BridgeQuestion], next: Int64?) {
        let advisors = try all(
            "SELECT id, asked, ask_at FROM bridge_advisor WHERE ask_at IS NOT NULL ORDER BY ask_at, id LIMIT ?",
            .integer(limit)
        ) { row in (BridgeQuestion.advisor(row.integer(0), failures: Int(row.integer(1))), at: row.integer(2)) }
        let conversations = try all(
            "SELECT id, asked, ask_at FROM bridge_conversation WHERE ask_at IS NOT NULL ORDER BY ask_at, id LIMIT ?",
            .integer(limit)
        ) { row in (BridgeQuestion.conversation(row.integer(0), failures: Int(row.integer(1))), at: row.integer(2)) }
        let all = advisors + conversations
        // Later than any pause: the clock was set back since.
        let latest = now + PollStep.pauseMaxMs
        return (
            all.filter { $0.at <= now || $0.at > latest }.map(\.0)
                .enumerated().sorted { ($0.element.failures, $0.offset) < ($1.element.failures, $1.offset) }
                .prefix(limit).map(\.element),
            all.map(\.at).filter { $0 > now && $0 <= latest }.min())
    }
}

extension Transaction {
    /// How long BigChat is believed about who an advisor is. Its numbers mean other people after a restart.
    static var advisorGoodForMs: Int64 { 60_000 }

    /// Has BigChat asked who an advisor is, unless it said so a moment ago.
    borrowing func askAboutAdvisor(_ id: Int64, at now: Int64) throws(StorageError) {
        try run(
            """
            INSERT INTO bridge_advisor (id, ask_at, asked, changed_at) VALUES (?, ?, 0, ?)
            ON CONFLICT (id) DO UPDATE SET ask_at = excluded.ask_at
            WHERE bridge_advisor.ask_at IS NULL AND (bridge_advisor.told_at IS NULL
                OR bridge_advisor.told_at < ? OR bridge_advisor.told_at > ?)
            """, .integer(id), .integer(now), .integer(now), .integer(now - Self.advisorGoodForMs), .integer(now))
        notify(.bridge)
    }

    /// Stores what BigChat said, and puts on its way what waited for it.
    ///
    /// - Returns: whether an advisor is another person than before.
    borrowing func store(_ finding: BridgeFinding, at now: Int64) throws(StorageError) -> Bool {
        switch finding {
        case .conversation(let id, let said):
            try run(
                """
                UPDATE bridge_conversation SET started_at = ?, advisor = ?, ask_at = NULL, asked = 0
                WHERE id = ? AND ask_at IS NOT NULL
                """, .optional(said?.startedAt), .optional(said?.advisor), .integer(id))
            if let advisor = said?.advisor {
                try askAboutAdvisor(advisor, at: now)
                try wait(id, for: advisor, at: now)
            }
            try wake(id, at: now)
        case .advisor(let id, let person):
            let before = try first(
                "SELECT email FROM bridge_advisor WHERE id = ? AND told_at IS NOT NULL", .integer(id)
            ) { row in row.optionalText(0) }
            let isOther = before.map { $0 != person?.email } ?? false
            try run(
                """
                UPDATE bridge_advisor SET name = ?, email = ?, told_at = ?, ask_at = NULL, asked = 0 WHERE id = ?
                """, .optional(person?.name), .optional(person?.email), .integer(now), .integer(id))
            if isOther {
                try run("UPDATE bridge_advisor SET changed_at = ? WHERE id = ?", .integer(now), .integer(id))
            }
            let waiting = try all(
                "UPDATE bridge_conversation SET waits_for = NULL WHERE waits_for = ? RETURNING id", .integer(id)
            ) { row in row.integer(0) }
            for conversation in waiting.sorted() { try wake(conversation, at: now) }
            return isOther
        case .nothing(.conversation(let id, _), let at, let counts):
            try run(
                "UPDATE bridge_conversation SET ask_at = ?, asked = asked + ? WHERE id = ? AND ask_at IS NOT NULL",
                .integer(at), .truth(counts), .integer(id))
        case .nothing(.advisor(let id, _), let at, let counts):
            try run(
                "UPDATE bridge_advisor SET ask_at = ?, asked = asked + ? WHERE id = ? AND ask_at IS NOT NULL",
                .integer(at), .truth(counts), .integer(id))
        }
        return false
    }

    /// Has a conversation wait until BigChat has named an advisor; not if it just did.
    borrowing func wait(_ id: Int64, for advisor: Int64, at now: Int64) throws(StorageError) {
        let isNamed = try first(
            "SELECT 1 FROM bridge_advisor WHERE id = ? AND told_at IS NOT NULL AND ask_at IS NULL", .integer(advisor)
        ) { _ in true }
        guard isNamed == nil else { return }
        try askAboutAdvisor(advisor, at: now)
        try run("UPDATE bridge_conversation SET waits_for = ? WHERE id = ?", .integer(advisor), .integer(id))
    }
}
