import Outbound
import Storage

/// A request for help on a topic, and what became of it.
struct Message: Equatable, Sendable {
    static let descriptionCharactersMax = 4_000
    static let contactCharactersMax = 320  // the longest e-mail address (RFC 5321 section 4.5.3.1)

    let id: String
    let topic: String
    let description: String
    let contact: String?
    var status: MessageStatus
    let createdAt: Timestamp
}

/// How far a message is on its way, in the words of those who asked for it.
enum MessageStatus: String, CaseIterable, Codable, Sendable {
    /// Stored; no channel has been called yet.
    case pending
    /// Being delivered, or waiting for its next try.
    case queued
    /// Every channel took it.
    case sent
    /// Some channel will not take it; the attempts say why. It can be sent again.
    case error
    /// Given up by an admin before every channel took it.
    case cancelled
}

extension Message {
    /// A new one.
    init(_ draft: MessageDraft, at now: Int64) {
        self.init(
            id: UUIDv7.next(at: now), topic: draft.topic, description: draft.description, contact: draft.contact,
            status: .pending, createdAt: Timestamp(now))
    }

    /// What the channels of `topic` are told.
    func notice(by topic: Topic) -> Notice {
        var data = ["id": id, "topic": self.topic, "description": description, "created_at": createdAt.iso8601]
        data["contact"] = contact
        return Notice(
            type: "message.posted", subject: "[\(topic.name)] \(subject)", text: topic.text(of: self),
            data: data)
    }

    /// One line: the beginning of the description.
    private var subject: String {
        // By bytes where they are characters: telling characters apart costs ten times as much.
        let head = Array(description.utf8.prefix(Self.subjectCharactersMax + 1))
        if head.allSatisfy({ 0x20..<0x80 ~= $0 }) {
            return head.count <= Self.subjectCharactersMax
                ? description : String(decoding: head.prefix(Self.subjectCharactersMax - 1), as: UTF8.self) + "…"
        }
        let line = description.split(maxSplits: 1, whereSeparator: \.isNewline).first ?? ""
        return line.count <= Self.subjectCharactersMax
            ? String(line) : line.prefix(Self.subjectCharactersMax - 1) + "…"
    }

    /// With the topic before it, a subject stays near the 78 characters that RFC 5322 section 2.1.1 recommends.
    private static let subjectCharactersMax = 60
}
