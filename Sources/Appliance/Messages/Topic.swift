/// A subject that messages are about: which channels are told, and in what words.
struct Topic: Equatable, Sendable {
    /// A message becomes one delivery for each channel, in the transaction that stores it.
    static let channelsMax = 8
    static let templateCharactersMax = 4_000
    static let templateStandard = "New request about {topic}: {description}\nContact: {contact|not given}"

    let name: String
    var channels: [String]
    let template: String
    let createdAt: Timestamp
    let changedAt: Timestamp
}

extension Topic {
    /// What a template may name.
    static let placeholders = ["topic", "description", "contact", "id", "created_at"]

    /// The words of `message` for the channels.
    ///
    /// The template was checked when it was stored; should it not be readable all the same, the standard one serves,
    /// since a message is never to be lost to its wording.
    func text(of message: Message) -> String {
        let template = (try? Template(template)) ?? Self.standard
        return template.filled { name in
            switch name {
            case "topic": message.topic
            case "description": message.description
            case "contact": message.contact
            case "id": message.id
            case "created_at": message.createdAt.iso8601
            default: nil
            }
        }
    }

    private static let standard: Template = {
        guard let template = try? Template(templateStandard) else {
            preconditionFailure("the standard template is one")
        }
        return template
    }()
}

extension Topic: Exemplified {
    static let examples = [
        Topic(
            name: "help", channels: ["team"], template: templateStandard, createdAt: .example, changedAt: .example)
    ]

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(name, forKey: .name)
        try container.encode(channels, forKey: .channels)
        try container.encode(template, forKey: .template)
        try container.encode(createdAt, forKey: .createdAt)
        try container.encode(changedAt, forKey: .changedAt)
    }

    private enum Key: String, CodingKey {
        case name, channels, template
        case createdAt = "created_at"
        case changedAt = "changed_at"
    }
}
