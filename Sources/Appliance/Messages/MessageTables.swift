import Outbound
import Storage

enum MessageTables {
    /// Who is told of a delivery's fate: the outbox's name for this feature.
    static let source = "messages"

    static let migrations = [
        Migration(
            feature: "messages", version: 1,
            """
            CREATE TABLE message (
                id          TEXT    NOT NULL PRIMARY KEY,   -- UUIDv7: rises with time, so lists need no other order
                topic       TEXT    NOT NULL,               -- no reference: a topic may go, its history stays
                description TEXT    NOT NULL,
                contact     TEXT,
                status      TEXT    NOT NULL,
                created_at  INTEGER NOT NULL                -- Unix milliseconds, UTC
            ) STRICT, WITHOUT ROWID
            """,
            "CREATE INDEX message_by_status ON message (status, id)")
    ]
}

/// Which messages a list shows.
struct MessageFilter: Equatable, Sendable {
    var status: MessageStatus?
    var topic: String?
    var since: Timestamp?
    var until: Timestamp?
}

extension Transaction {
    borrowing func insert(_ message: Message) throws(StorageError) {
        try run(
            "INSERT INTO message (id, topic, description, contact, status, created_at) VALUES (?, ?, ?, ?, ?, ?)",
            .text(message.id), .text(message.topic), .text(message.description), .optional(message.contact),
            .text(message.status.rawValue), .integer(message.createdAt.milliseconds))
    }

    /// Erases a message with its deliveries: it tells of somebody whose data nobody may keep any more.
    borrowing func eraseMessage(_ id: String) throws(StorageError) {
        try eraseDeliveries(source: MessageTables.source, reference: id)
        try run("DELETE FROM message WHERE id = ?", .text(id))
    }

    /// Brings a message's status in step with its deliveries.
    borrowing func refreshStatus(ofMessage id: String) throws(StorageError) {
        let deliveries = try snapshot.deliveries(
            source: MessageTables.source, reference: id, withAttempts: false)
        let status = MessageStep.status(of: deliveries.map { ($0.state, $0.tries) })
        try run(
            "UPDATE message SET status = ? WHERE id = ? AND status <> ?", .text(status.rawValue), .text(id),
            .text(status.rawValue))
    }
}

extension Snapshot {
    borrowing func message(_ id: String) throws(StorageError) -> Message? {
        try first("SELECT id, topic, description, contact, status, created_at FROM message WHERE id = ?", .text(id)) {
            row in
            Message(row)
        }
    }

    /// Messages that `filter` lets through, the newest first, one more than the page holds if there are more.
    borrowing func messages(_ filter: MessageFilter, _ page: Page) throws(StorageError) -> [Message] {
        let before = Value.text(page.after ?? "~")  // "~" sorts after every id
        let rest: [Value] = [
            .text(filter.topic ?? ""), .text(filter.topic ?? ""), .integer(filter.since?.milliseconds ?? .min),
            .integer(filter.until?.milliseconds ?? .max), .integer(Int64(page.limit + 1)),
        ]
        guard let status = filter.status else {
            return try all(
                """
                SELECT id, topic, description, contact, status, created_at FROM message
                WHERE id < ? AND (? = '' OR topic = ?) AND created_at >= ? AND created_at < ?
                ORDER BY id DESC LIMIT ?
                """, [before] + rest
            ) { row in Message(row) }
        }
        return try all(
            """
            SELECT id, topic, description, contact, status, created_at FROM message
            WHERE status = ? AND id < ? AND (? = '' OR topic = ?) AND created_at >= ? AND created_at < ?
            ORDER BY id DESC LIMIT ?
            """, [.text(status.rawValue), before] + rest
        ) { row in Message(row) }
    }

    /// Whether some message of `topic` is still on its way.
    borrowing func hasOpenMessages(ofTopic topic: String) throws(StorageError) -> Bool {
        try first(
            "SELECT 1 FROM message WHERE status IN ('pending', 'queued') AND topic = ? LIMIT 1", .text(topic)
        ) { _ in true } ?? false
    }
}

extension Message {
    fileprivate init(_ row: borrowing Row) {
        guard let status = MessageStatus(rawValue: row.text(4)) else {
            preconditionFailure("a status that was never stored")
        }
        self.init(
            id: row.text(0), topic: row.text(1), description: row.text(2), contact: row.optionalText(3), status: status,
            createdAt: Timestamp(row.integer(5)))
    }
}
