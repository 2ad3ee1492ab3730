import Storage

enum TopicTables {
    static let migrations = [
        Migration(
            feature: "topics", version: 1,
            """
            CREATE TABLE topic (
                name       TEXT    NOT NULL PRIMARY KEY,
                template   TEXT    NOT NULL,
                created_at INTEGER NOT NULL,                -- Unix milliseconds, UTC, as all times
                changed_at INTEGER NOT NULL
            ) STRICT, WITHOUT ROWID
            """,
            """
            CREATE TABLE topic_channel (
                topic    TEXT    NOT NULL REFERENCES topic (name) ON DELETE CASCADE,
                position INTEGER NOT NULL,
                channel  TEXT    NOT NULL REFERENCES channel (name),
                PRIMARY KEY (topic, position)
            ) STRICT, WITHOUT ROWID
            """, "CREATE INDEX topic_channel_by_channel ON topic_channel (channel)")
    ]
}

extension Snapshot {
    borrowing func topic(named name: String) throws(StorageError) -> Topic? {
        var topic: Topic?
        try each(
            """
            SELECT topic.template, topic.created_at, topic.changed_at, topic_channel.channel
            FROM topic_channel JOIN topic ON topic.name = topic_channel.topic
            WHERE topic_channel.topic = ? ORDER BY topic_channel.position
            """, .text(name)
        ) { row throws(StorageError) in
            if topic != nil {
                topic?.channels.append(row.text(3))
            } else {
                topic = Topic(
                    name: name, channels: [row.text(3)], template: row.text(0),
                    createdAt: Timestamp(row.integer(1)), changedAt: Timestamp(row.integer(2)))
            }
        }
        return topic
    }

    /// Topics by name, one more than the page holds if there are more.
    borrowing func topics(_ page: Page) throws(StorageError) -> [Topic] {
        let names = try all(
            "SELECT name FROM topic WHERE name > ? ORDER BY name LIMIT ?",
            .text(page.after ?? ""), .integer(Int64(page.limit + 1))
        ) { row in row.text(0) }
        var topics: [Topic] = []
        for name in names {
            if let topic = try topic(named: name) { topics.append(topic) }
        }
        return topics
    }

    /// Names of the topics that tell `channel`.
    borrowing func topics(telling channel: String) throws(StorageError) -> [String] {
        try all("SELECT DISTINCT topic FROM topic_channel WHERE channel = ? ORDER BY topic", .text(channel)) { row in
            row.text(0)
        }
    }
}

extension Transaction {
    /// Stores a topic, new or changed.
    borrowing func save(_ topic: Topic) throws(StorageError) {
        try run(
            """
            INSERT INTO topic (name, template, created_at, changed_at) VALUES (?, ?, ?, ?)
            ON CONFLICT (name) DO UPDATE SET template = excluded.template, changed_at = excluded.changed_at
            """,
            .text(topic.name), .text(topic.template),
            .integer(topic.createdAt.milliseconds), .integer(topic.changedAt.milliseconds))
        try run("DELETE FROM topic_channel WHERE topic = ?", .text(topic.name))
        for (position, channel) in topic.channels.enumerated() {
            try run(
                "INSERT INTO topic_channel (topic, position, channel) VALUES (?, ?, ?)",
                .text(topic.name), .integer(Int64(position)), .text(channel))
        }
    }

    borrowing func deleteTopic(named name: String) throws(StorageError) {
        try run("DELETE FROM topic WHERE name = ?", .text(name))
    }
}
