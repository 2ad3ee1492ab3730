import FoundationEssentials
import Storage

/// One turn as it is stored: what the customer said, and what the bot said then.
struct StoredTurn: Equatable, Sendable {
    var seq: Int
    /// Nil when the bot spoke by itself: at the start, and when the customer came back.
    var said: String?
    var key: String?
    var message: BotMessage
    /// Unix milliseconds, UTC.
    var at: Int64
}

extension Snapshot {
    /// A session and where its conversation is; nil when there is none of this id.
    borrowing func session(_ id: String) throws(StorageError) -> (SurveySession, Conversation)? {
        let found = try first(
            """
            SELECT survey, version, customer, opening, language, status, place, path, misses, aside, turns,
                started_at, last_at, ended_at
            FROM survey_session WHERE id = ?
            """, .text(id)
        ) { row in
            (
                SurveySession(
                    id: id, survey: row.text(0), version: Int(row.integer(1)), customer: row.optionalText(2),
                    opening: SurveySession.Opening(rawValue: row.text(3)) ?? .invited,
                    status: SurveySession.Status(rawValue: row.text(5)) ?? .active, turns: Int(row.integer(10)),
                    startedAt: row.integer(11), lastAt: row.integer(12), endedAt: row.optionalInteger(13)),
                Conversation(
                    language: row.text(4), place: Conversation.Place(stored: row.text(6)),
                    path: row.text(7).split(separator: " ").map(String.init), misses: Int(row.integer(8)),
                    aside: row.optionalText(9).flatMap(Conversation.Aside.init))
            )
        }
        return found
    }

    /// What was answered, by question id.
    borrowing func answers(in session: String, to map: SurveyMap) throws(StorageError) -> [String: Answer] {
        var answers: [String: Answer] = [:]
        try each("SELECT question, value FROM survey_answer WHERE session = ?", .text(session)) { row in
            let id = row.text(0)
            if let position = map.position(of: id) {
                answers[id] = Answer(stored: row.optionalText(1), as: map.survey.questions[position].kind)
            }
        }
        return answers
    }

    borrowing func feedback(in session: String) throws(StorageError) -> Conversation.Feedback {
        try first("SELECT rating, comment FROM survey_feedback WHERE session = ?", .text(session)) { row in
            Conversation.Feedback(rating: row.optionalInteger(0).map(Int.init), comment: row.optionalText(1))
        } ?? Conversation.Feedback()
    }

    /// The customer's attributes as they were when the session began, and where each came from.
    borrowing func person(in session: String) throws(StorageError) -> [String: Sourced] {
        let text = try first(
            "SELECT attributes FROM survey_person WHERE session = ?", .text(session), as: { $0.text(0) })
        guard let text else { return [:] }
        return (try? JSONDecoder().decode([String: Sourced].self, from: Data(text.utf8))) ?? [:]
    }

    /// The newest session of a customer in a survey.
    borrowing func latestSession(of customer: String, in survey: String) throws(StorageError) -> String? {
        try first(
            "SELECT id FROM survey_session WHERE customer = ? AND survey = ? ORDER BY id DESC LIMIT 1",
            .text(customer), .text(survey), as: { $0.text(0) })
    }

    /// The first turns after `seq`, in order.
    borrowing func turns(
        in session: String, after seq: Int = 0, atMost count: Int = SurveySession.turnsMax
    ) throws(StorageError) -> [StoredTurn] {
        try all(
            """
            SELECT seq, said, key, kind, text, at FROM survey_turn WHERE session = ? AND seq > ? ORDER BY seq LIMIT ?
            """, .text(session), .integer(seq), .integer(count), as: StoredTurn.init)
    }

    /// The turn that an answer of this key made.
    borrowing func turn(answeredBy key: String, in session: String) throws(StorageError) -> StoredTurn? {
        try first(
            "SELECT seq, said, key, kind, text, at FROM survey_turn WHERE session = ? AND key = ?",
            .text(session), .text(key), as: StoredTurn.init)
    }
}

extension Transaction {
    /// Stores a session that begins.
    borrowing func insert(
        _ session: SurveySession, _ conversation: Conversation, _ person: [String: Sourced], idleAt: Int64?
    ) throws(StorageError) {
        try run(
            """
            INSERT INTO survey_session (id, survey, version, customer, opening, language, status, place, path, misses,
                aside, turns, started_at, last_at, ended_at, idle_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            .text(session.id), .text(session.survey), .integer(session.version), .optional(session.customer),
            .text(session.opening.rawValue), .text(conversation.language), .text(session.status.rawValue),
            .text(conversation.place.stored), .text(conversation.path.joined(separator: " ")),
            .integer(conversation.misses), .optional(conversation.aside?.rawValue), .integer(session.turns),
            .integer(session.startedAt), .integer(session.lastAt), .optional(session.endedAt), .optional(idleAt))
        if !person.isEmpty {
            try run(
                "INSERT INTO survey_person (session, attributes) VALUES (?, ?)",
                .text(session.id), .text(JSON.text(person)))
        }
    }

    /// Stores what a step changed: the session's row, and the answers that are new, other, or dropped.
    borrowing func update(
        _ session: SurveySession, from before: Conversation, to after: Conversation
    ) throws(StorageError) {
        try run(
            """
            UPDATE survey_session SET language = ?, status = ?, place = ?, path = ?, misses = ?, aside = ?, turns = ?,
                last_at = ?, ended_at = ?
            WHERE id = ?
            """,
            .text(after.language), .text(session.status.rawValue), .text(after.place.stored),
            .text(after.path.joined(separator: " ")), .integer(after.misses), .optional(after.aside?.rawValue),
            .integer(session.turns), .integer(session.lastAt), .optional(session.endedAt), .text(session.id))
        for (question, answer) in after.answers where before.answers[question] != answer {
            try run(
                """
                INSERT INTO survey_answer (session, question, value, answered_at) VALUES (?, ?, ?, ?)
                ON CONFLICT (session, question) DO UPDATE
                    SET value = excluded.value, answered_at = excluded.answered_at
                """, .text(session.id), .text(question), .optional(answer.stored), .integer(session.lastAt))
        }
        for question in before.answers.keys where after.answers[question] == nil {
            try run(
                "DELETE FROM survey_answer WHERE session = ? AND question = ?", .text(session.id), .text(question))
        }
        if before.feedback != after.feedback {
            try run(
                """
                INSERT INTO survey_feedback (session, rating, comment, given_at) VALUES (?, ?, ?, ?)
                ON CONFLICT (session) DO UPDATE SET rating = excluded.rating, comment = excluded.comment
                """,
                .text(session.id), .optional(after.feedback.rating.map(Int64.init)), .optional(after.feedback.comment),
                .integer(session.lastAt))
        }
    }

    /// When to look whether a session is abandoned; nil once it cannot be any more.
    borrowing func setIdle(_ time: Int64?, ofSession id: String) throws(StorageError) {
        try run("UPDATE survey_session SET idle_at = ? WHERE id = ?", .optional(time), .text(id))
    }

    /// Whoever comes in by a better proof than the one before keeps the others out.
    borrowing func setOpening(_ opening: SurveySession.Opening, ofSession id: String) throws(StorageError) {
        try run(
            "UPDATE survey_session SET opening = ? WHERE id = ? AND opening <> ?", .text(opening.rawValue), .text(id),
            .text(opening.rawValue))
    }

    borrowing func insert(_ turn: StoredTurn, in session: String) throws(StorageError) {
        try run(
            "INSERT INTO survey_turn (session, seq, said, key, kind, text, at) VALUES (?, ?, ?, ?, ?, ?, ?)",
            .text(session), .integer(turn.seq), .optional(turn.said), .optional(turn.key),
            .text(turn.message.kind.rawValue), .text(turn.message.text), .integer(turn.at))
    }
}

extension StoredTurn {
    fileprivate init(_ row: borrowing Row) {
        self.init(
            seq: Int(row.integer(0)), said: row.optionalText(1), key: row.optionalText(2),
            message: BotMessage(kind: BotMessage.Kind(rawValue: row.text(3)) ?? .question, text: row.text(4)),
            at: row.integer(5))
    }
}

extension Conversation.Place {
    private static let questionPrefix = "question:"

    /// As the table holds it.
    var stored: String {
        switch self {
        case .question(let id): Self.questionPrefix + id
        case .rating: "rating"
        case .comment: "comment"
        case .completed: "completed"
        }
    }

    init(stored: String) {
        switch stored {
        case "rating": self = .rating
        case "comment": self = .comment
        case "completed": self = .completed
        default: self = .question(String(stored.dropFirst(Self.questionPrefix.count)))
        }
    }
}
