import Outbound
import Storage

/// A message with its deliveries and every attempt, as the API shows it.
struct MessageReport: Exemplified, Sendable {
    static var examples: [MessageReport] {
        [MessageReport(message: .example, deliveries: [DeliveryReport(delivery: .example)])]
    }

    let message: Message
    let deliveries: [DeliveryReport]

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(message.id, forKey: .id)
        try container.encode(message.topic, forKey: .topic)
        try container.encode(message.description, forKey: .description)
        try container.encode(message.contact, forKey: .contact)
        try container.encode(message.status, forKey: .status)
        try container.encode(message.createdAt, forKey: .createdAt)
        try container.encode(deliveries, forKey: .deliveries)
    }

    fileprivate enum Key: String, CodingKey {
        case id, topic, description, contact, status, deliveries
        case createdAt = "created_at"
    }
}

extension Message: Exemplified {
    static let example = Message(
        id: "019c137f-6d0a-7b1e-9c44-5d2e8f3a1b60", topic: "help", description: "The heating is off.",
        contact: "ann@example.com", status: .pending, createdAt: .example)
    static let examples = [example]

    /// As `json` writes it, which is called too often for an encoder.
    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: MessageReport.Key.self)
        try container.encode(contact, forKey: .contact)
        try container.encode(createdAt, forKey: .createdAt)
        try container.encode(description, forKey: .description)
        try container.encode(id, forKey: .id)
        try container.encode(status, forKey: .status)
        try container.encode(topic, forKey: .topic)
    }

    /// What its `POST` answers: the same without deliveries, to which nothing has happened yet.
    var json: [UInt8] {
        var writer = JSONWriter(capacity: 2 * description.utf8.count + 256)
        writer.open()
        writer.field("contact", contact)
        writer.field("created_at", createdAt.iso8601)
        writer.field("description", description)
        writer.field("id", id)
        writer.field("status", status.rawValue)
        writer.field("topic", topic)
        writer.close()
        return writer.bytes
    }
}

/// One channel's part of a message: how far it is, and every try.
struct DeliveryReport: Encodable, Sendable {
    let delivery: DeliveryRecord

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(delivery.id, forKey: .id)
        try container.encode(delivery.channel, forKey: .channel)
        try container.encode(delivery.state, forKey: .state)
        try container.encode(delivery.request, forKey: .request)
        let next = delivery.state == .waiting ? Timestamp(delivery.dueAt) : nil
        try container.encode(next, forKey: .nextAttemptAt)
        try container.encode(delivery.attempts.map(AttemptReport.init), forKey: .attempts)
    }

    private enum Key: String, CodingKey {
        case id, channel, state, request, attempts
        case nextAttemptAt = "next_attempt_at"
    }
}

/// One try to deliver: when, how long, what it came to, and what the other side said.
struct AttemptReport: Encodable, Sendable {
    let attempt: Attempt

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(Timestamp(attempt.startedAt), forKey: .startedAt)
        try container.encode(attempt.durationMilliseconds, forKey: .duration)
        try container.encode(attempt.outcomeClass, forKey: .outcome)
        try container.encode(attempt.code, forKey: .code)
        try container.encode(attempt.excerpt, forKey: .excerpt)
        try container.encode(attempt.outcomeUnknown, forKey: .outcomeUnknown)
    }

    private enum Key: String, CodingKey {
        case code, excerpt
        case outcome = "class"
        case startedAt = "started_at"
        case duration = "duration_ms"
        case outcomeUnknown = "outcome_unknown"
    }
}

extension Snapshot {
    borrowing func report(on message: Message) throws(StorageError) -> MessageReport {
        let deliveries = try deliveries(source: MessageTables.source, reference: message.id)
        return MessageReport(message: message, deliveries: deliveries.map(DeliveryReport.init))
    }
}
