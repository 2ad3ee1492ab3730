internal import FoundationEssentials

/// What the couriers for people understand: a subject, a text, and details for programs.
public struct Notice: Sendable, Equatable, Decodable {
    /// A dotted name of what happened, for programs: `message.posted`.
    public var type: String
    /// One line; the subject of a mail.
    public var subject: String
    /// Plain text; what Slack shows and the body of a mail.
    public var text: String
    /// Texts by name, for programs: sent as they are by the webhook, ignored by the others.
    public var data: [String: String]

    public init(type: String = "notice", subject: String, text: String, data: [String: String] = [:]) {
        self.type = type
        self.subject = subject
        self.text = text
        self.data = data
    }
}

extension Notice {
    /// The JSON text that is stored in the outbox.
    public var payload: String {
        var writer = JSONWriter(capacity: 2 * text.utf8.count + subject.utf8.count + 256)
        writer.open()
        writer.field("type", type)
        writer.field("subject", subject)
        writer.field("text", text)
        writer.field("data", data)
        writer.close()
        return writer.text
    }

    /// Reads a payload back; nil when it is not a notice.
    public init?(payload: String) {
        guard let notice = try? JSONDecoder().decode(Notice.self, from: FoundationEssentials.Data(payload.utf8)) else {
            return nil
        }
        self = notice
    }
}
