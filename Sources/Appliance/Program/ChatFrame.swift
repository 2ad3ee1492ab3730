import FoundationEssentials

/// One frame of a survey's chat as the server sends it; which members there are depends on the type.
struct ChatFrame: Decodable, Equatable, Sendable {
    /// `session`, then `question`, `paused` and `end`; besides them `error` and `taken_over`.
    var type: String
    /// The token to come back with.
    var session: String?
    /// Number of a bot message; of a session, that of its last one.
    var seq: Int?
    var text: String?
    var code: String?
    /// Nil also where the bot asks something of its own.
    var question: Question?

    struct Question: Decodable, Equatable, Sendable {
        var id: String
        var kind: String
        var required: Bool
        var options: [Option]?
    }

    struct Option: Decodable, Equatable, Sendable {
        var number: Int
    }

    /// Nil when `bytes` are no such frame.
    init?(_ bytes: [UInt8]) {
        guard let frame = try? JSONDecoder().decode(Self.self, from: Data(bytes)) else { return nil }
        self = frame
    }

    init(type: String, session: String? = nil, seq: Int? = nil, text: String? = nil) {
        self.type = type
        self.session = session
        self.seq = seq
        self.text = text
    }
}
