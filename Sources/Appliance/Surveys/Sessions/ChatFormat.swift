import Outbound
import Web

/// How a conversation looks on its WebSocket.
enum ChatFormat: String, CaseIterable, Sendable {
    /// Every message is an object that says what it is.
    case json
    /// Texts alone, as people read them.
    case text

    /// Nil where texts alone are sent: it has none.
    func welcome(_ standing: Standing, token: String) -> WebSocket.Message? {
        guard self == .json else { return nil }
        var writer = JSONWriter(capacity: 256)
        writer.open()
        writer.field("type", "session")
        writer.fields(of: standing, token: token)
        writer.close()
        return .text(utf8: writer.bytes)
    }

    func message(_ turn: StoredTurn, of standing: Standing) -> WebSocket.Message {
        guard self == .json else { return .text(turn.message.text) }
        var writer = JSONWriter(capacity: 2 * turn.message.text.utf8.count + 512)
        writer.open()
        writer.fields(of: turn, in: standing)
        writer.close()
        return .text(utf8: writer.bytes)
    }

    /// What is no part of the conversation: `error` with a code, `taken_over`, or the end of one that cannot begin.
    func notice(_ type: String, code: String? = nil, _ text: String) -> WebSocket.Message {
        guard self == .json else { return .text(text) }
        var writer = JSONWriter(capacity: 256)
        writer.open()
        writer.field("type", type)
        if let code { writer.field("code", code) }
        writer.field("text", text)
        writer.close()
        return .text(utf8: writer.bytes)
    }
}

extension JSONWriter {
    /// `"session": "…", "survey", "version", "language", "status", "seq"`.
    mutating func fields(of standing: Standing, token: String) {
        field("session", token)
        field("survey", standing.session.survey)
        field("version", standing.session.version)
        field("language", standing.conversation.language)
        field("status", standing.session.status.rawValue)
        field("seq", standing.session.turns)
    }

    /// `"type", "seq", "said"?, "key"?, "text", "question"?`, the last only where that question is open.
    mutating func fields(of turn: StoredTurn, in standing: Standing) {
        field("type", turn.message.kind.rawValue)
        field("seq", turn.seq)
        if let said = turn.said { field("said", said) }
        if let key = turn.key { field("key", key) }
        field("text", turn.message.text)
        if turn.seq == standing.session.turns, turn.message.kind == .question { field("question", standing.question) }
    }

    /// The open question, or null.
    mutating func field(_ name: String, _ question: OpenQuestion?) {
        guard let question else { return field(name, nil as String?) }
        self.name(name)
        open()
        field("id", question.id)
        field("kind", question.kind)
        field("required", question.isRequired)
        self.name("options")
        openList()
        for option in question.options {
            item()
            field("number", option.number)
            field("id", option.id)
            field("label", option.label)
            close()
        }
        closeList()
        field("number", question.number)
        field("count", question.count)
        close()
    }
}
