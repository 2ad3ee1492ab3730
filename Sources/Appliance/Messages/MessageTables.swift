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
            "CREATE INDEX message_by_status ON message (status, id)"),
        Migration(
            feature: "messages", version: 2,
            "CREATE INDEX message_by_contact ON message (contact, id) WHERE contact IS NOT NULL"),
    ]
}

/// Which messages a list shows.
struct MessageFilter: Equatable, Sendable {
    /// Rows looked at for one page: what is rare among a million is found over several.
    static let looksMax = 10_000

    var status: MessageStatus?
    var topic: String?
    /// Told by a delivery of theirs.
    var channel: String?
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

    /// Erases a message with its deliveries, wherever they stand.
    ///
    /// - Returns: how many messages and deliveries that were.
    @discardableResult
    borrowing func eraseMessage(_ id: String) throws(StorageError) -> Int {
        let deliveries = try eraseDeliveries(source: MessageTables.source, reference: id)
        return try deliveries + run("DELETE FROM message WHERE id = ?", .text(id))
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

    /// Messages that `filter` lets through, the newest first, and where to go on: a page's worth, or those among the
    /// next `MessageFilter.looksMax`.
    borrowing func messages(_ filter: MessageFilter, _ page: Page) throws(StorageError) -> (
        messages: [Message], next: String?
    ) {
        // Above every id that may be meant: "~" sorts after all of them.
        let before = min(page.after ?? "~", filter.until.map { UUIDv7.first(at: $0.milliseconds) } ?? "~")
        let after = filter.since.map { UUIDv7.first(at: $0.milliseconds) } ?? ""
        let told: [Value] = [.text(filter.channel ?? ""), .text(MessageTables.source), .text(filter.channel ?? "")]
        let range: [Value] = [.text(after), .text(before), .integer(MessageFilter.looksMax)]
        var messages: [Message] = [], last = "", looks = 0
        let look = { (row: borrowing Row) throws(StorageError) -> Bool in
            looks += 1
            last = row.text(0)
            if row.truth(6), filter.topic.map({ $0 == row.text(1) }) ?? true { messages.append(Message(row)) }
            return messages.count <= page.limit
        }
        if let status = filter.status {
            try scan(
                """
                SELECT id, topic, description, contact, status, created_at, ? = '' OR EXISTS (
                    SELECT 1 FROM outbox WHERE source = ? AND reference = message.id AND channel = ?)
                FROM message WHERE status = ? AND id >= ? AND id < ? ORDER BY id DESC LIMIT ?
                """, told + [.text(status.rawValue)] + range, body: look)
        } else {
            try scan(
                """
                SELECT id, topic, description, contact, status, created_at, ? = '' OR EXISTS (
                    SELECT 1 FROM outbox WHERE source = ? AND reference = message.id AND channel = ?)
                FROM message WHERE id >= ? AND id < ? ORDER BY id DESC LIMIT ?
                """, told + range, body: look)
        }
        guard messages.count > page.limit else { return (messages, looks == MessageFilter.looksMax ? last : nil) }
        messages.removeLast()
        return (messages, messages.last?.id)
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
