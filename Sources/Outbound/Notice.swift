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
    /// One mail address, in place of the recipients of the channel. Only mail can do that; every other courier refuses
    /// such a notice, for it is nobody else's business.
    public var to: String?

    public init(
        type: String = "notice", subject: String, text: String, data: [String: String] = [:], to: String? = nil
    ) {
        self.type = type
        self.subject = subject
        self.text = text
        self.data = data
        self.to = to
    }

    /// Whether a mail can go to that address: ASCII, without a name before it.
    public static func canGo(to address: String) -> Bool { Mailbox(address).map { $0.name == nil } ?? false }
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
        if let to { writer.field("to", to) }
        writer.close()
        return writer.text
    }

    /// Reads a payload back; nil when it is not a notice, or one to somebody in particular.
    public init?(payload: String) {
        self.init(letter: payload)
        guard to == nil else { return nil }
    }

    /// Reads a payload back, whomever it is to; nil when it is not a notice.
    init?(letter payload: String) {
        guard let notice = try? JSONDecoder().decode(Notice.self, from: FoundationEssentials.Data(payload.utf8)) else {
            return nil
        }
        self = notice
    }
}
