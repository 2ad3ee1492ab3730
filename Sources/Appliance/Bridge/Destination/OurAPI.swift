import Outbound

/// Calls OurAPI once; `base` is its address without a slash at the end.
typealias OurAPI = @Sendable (_ base: String, _ call: OurAPICall) async -> OurAPIAnswer

/// OurAPI over HTTP. What must not happen twice is never repeated on its own.
func ourAPI(over transfers: Transfers) -> OurAPI {
    { base, call in
        OurAPIAnswer(await transfers.perform(call.request(base: base)).ending, to: call)
    }
}

extension OurAPICall {
    static let totalTimeoutMs = 10_000
    /// Of a list of messages: some hundred thousand.
    static let messagesBytesMax = 16 * 1_024 * 1_024
    static let answerBytesMax = 65_536

    func request(base: String) -> TransferRequest {
        let (method, path, body) = parts
        var headers = [(name: "Accept", value: "application/json")]
        if body != nil { headers.append((name: "Content-Type", value: "application/json")) }
        return TransferRequest(
            url: base + path, content: .http(method, headers: headers, body: body ?? []), allowPrivate: true,
            totalTimeoutMs: Self.totalTimeoutMs, answerBytesMax: answerBytesMax, isRepeatable: method != .post)
    }

    /// Whether it only looks: nothing of it can have been done.
    var isReading: Bool {
        switch self {
        case .findAgents, .findChats, .listMessages: true
        case .createAgent, .createChat, .updateChat, .postMessage: false
        }
    }

    private var answerBytesMax: Int {
        if case .listMessages = self { Self.messagesBytesMax } else { Self.answerBytesMax }
    }

    private var parts: (TransferRequest.Method, path: String, body: [UInt8]?) {
        switch self {
        case .findAgents(.email(let email)): (.get, "/agents?email=\(email.percentEncoded)", nil)
        case .findAgents(.name(let name)): (.get, "/agents?name=\(name.percentEncoded)", nil)
        case .findChats(let id): (.get, "/chats?external_id=\(id.percentEncoded)", nil)
        case .listMessages(let chat): (.get, "/chats/\(chat.percentEncoded)/messages", nil)
        case .createAgent(let person): (.post, "/agents", Self.json(("name", person.name), ("email", person.email)))
        case .createChat(let id, let startedAt, let agent, let endedAt):
            (
                .post, "/chats",
                Self.json(
                    ("external_id", id), ("started_at", Self.time(startedAt)), ("agent_id", agent),
                    ("ended_at", endedAt.map(Self.time)))
            )
        case .updateChat(let chat, let startedAt, let agent, let endedAt):
            (
                .patch, "/chats/\(chat.percentEncoded)",
                Self.json(
                    ("agent_id", agent), ("started_at", startedAt.map(Self.time)), ("ended_at", endedAt.map(Self.time)))
            )
        case .postMessage(let chat, let sentAt, let text):
            (.post, "/chats/\(chat.percentEncoded)/messages", Self.json(("sent_at", Self.time(sentAt)), ("text", text)))
        }
    }

    private static func time(_ seconds: Int64) -> String { Timestamp(Timestamp.seconds(seconds)).iso8601Seconds }

    /// An object of those that are there.
    private static func json(_ fields: (name: String, text: String?)...) -> [UInt8] {
        var json = JSONWriter(capacity: 128)
        json.open()
        for field in fields where field.text != nil { json.field(field.name, field.text) }
        json.close()
        return json.bytes
    }
}
