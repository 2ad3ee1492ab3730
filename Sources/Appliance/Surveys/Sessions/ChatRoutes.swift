import FoundationEssentials
import Storage
import Web

/// `GET /api/surveys/{id}/chat`: a conversation over a WebSocket.
struct ChatRoutes: Sendable {
    let conversations: Conversations

    func register(in routes: inout Routes) {
        routes.webSocket(
            "/api/surveys/{id}/chat",
            "Holds the conversation of a survey over a WebSocket: every text that comes in is an answer.",
            query: Self.parameters
        ) { request, survey in
            try await open(survey, request)
        }
    }

    private static let parameters: [FieldDescription] = [
        .word("format", ChatFormat.self, "How messages look: 'json', which says what each is, or the 'text' alone."),
        .text("session", "The token of the session to go on with."),
        .text("invitation", "What the customer's link carries."),
        .text("customer", "Who they are, by their id."),
        .text("language", "The language they want, such as 'pt-br'."),
        .whole("since", from: 0, "The last 'seq' that was seen: sends what came after it."),
    ]

    private func open(_ survey: String, _ request: Request) async throws -> Response {
        var query = QueryInput(request.query, Self.parameters)
        let format = query.word("format", as: ChatFormat.self) ?? .json
        let wish = Wish(
            survey: survey, session: query.text("session"), invitation: query.text("invitation"),
            customer: query.text("customer"), language: query.text("language"),
            languagesPreferred: request.languagesPreferred, since: query.whole("since"))
        try query.finish()
        // Nothing is begun for who could not go on.
        guard request.asksForWebSocket else { return .webSocket { _ in } }
        let limits = WebSocket.Limits(messageBytesMax: Self.messageBytesMax)
        switch try await conversations.open(wish) {
        case .ended(let ended):
            return .webSocket(limits) { socket in
                await socket.send(format.notice("end", code: ended.status, ended.text))
            }
        case .conversation(let standing):
            let id = request.id
            return .webSocket(limits) { socket in await hold(standing, socket, format, id) }
        }
    }

    /// An answer in JSON, every byte of it escaped, and what stands around it.
    static let messageBytesMax = 6 * Saying.bytesMax + 1_024

    /// Shows the conversation and takes answers until the socket ends or there is nothing more to say.
    ///
    /// - Parameter request: the `x-request-id` of the call that opened the socket.
    private func hold(_ standing: Standing, _ socket: WebSocket, _ format: ChatFormat, _ request: String) async {
        let chat = LiveChat(
            right: standing.session.right, socket: socket, format: format, farewell: standing.phrase(.takenOver))
        conversations.chats.enter(chat)
        defer { conversations.chats.leave(chat) }
        do {
            try await chat.begin(standing, token: conversations.key.token(for: chat.right)) { seq in
                try await conversations.messages(by: chat.right, after: seq)
            }
            // Before this chat was known, another connection may have gone on. Nobody else knows of a session that is
            // new, unless somebody can name its customer.
            if !standing.isNew || standing.session.customer != nil { try await conversations.catchUp(chat) }
        } catch {
            if complain(error, chat, standing) { return }
        }
        guard !standing.isOver else { return }
        for await message in socket.messages {
            do {
                if try await take(message, chat, request) { return }
            } catch {
                if complain(error, chat, standing) { return }
            }
        }
    }

    /// - Returns: whether the conversation is over.
    private func take(_ message: WebSocket.Message, _ chat: LiveChat, _ request: String) async throws -> Bool {
        var said = try Saying(message)
        said.request = request
        let standing = try await conversations.answer(said, by: chat.right)
        if !standing.isRepeated {
            try await conversations.show(standing)
        } else if !chat.showAgain(standing) {
            try await conversations.catchUp(chat)
        }
        return standing.isOver
    }

    /// - Returns: whether the session is gone: its customer was erased, or came back with a better proof.
    private func complain(_ error: any Error, _ chat: LiveChat, _ standing: Standing) -> Bool {
        switch error {
        case let problem as Problem: chat.say("error", code: problem.code, problem.detail)
        case let error as StorageError: chat.say("error", code: error.code, standing.phrase(.notSaved))
        default: chat.say("error", code: "internal", standing.phrase(.notSaved))
        }
        return error as? Problem == .sessionUnknown
    }
}

extension Saying {
    private struct Frame: Decodable {
        let type: String
        let text: String?
        let key: String?
        let question: String?
    }

    /// Reads what came over a WebSocket: an answer as it is, or
    /// `{"type":"answer","text":"…","key":"…","question":"…"}`.
    init(_ message: WebSocket.Message) throws(Problem) {
        guard message.isText else { throw Problem(.badRequest, "frame.binary", "Send text.") }
        guard Self.looksLikeJSON(message.bytes) else {
            try self.init(message.text)
            return
        }
        guard let frame = try? Self.decoder.decode(Frame.self, from: Data(message.bytes)) else {
            throw Problem(.badRequest, "frame.malformed", "This is neither an answer nor JSON with a type.")
        }
        guard frame.type == "answer", let text = frame.text else {
            throw Problem(
                .badRequest, "frame.unknown", #"Send {"type":"answer","text":"…"}, with a key if it is sent twice."#)
        }
        try self.init(text, key: frame.key, question: frame.question)
    }

    /// - Throws: 413 for a text, 422 for a key that is too long.
    init(_ text: String, key: String? = nil, question: String? = nil) throws(Problem) {
        guard text.utf8.count <= Self.bytesMax
        else { throw Problem(.contentTooLarge, "answer.too_long", "An answer has at most \(Self.bytesMax) bytes.") }
        if let key, !(1...Self.keyBytesMax).contains(key.utf8.count) || key.utf8.contains(0) {
            throw .invalid([FieldProblem("key", "Must have 1 to \(Self.keyBytesMax) bytes.")])
        }
        self.text = text
        self.key = key
        self.question = question
    }

    /// Whether it begins as an object with a name in it, which no sentence does.
    private static func looksLikeJSON(_ bytes: [UInt8]) -> Bool {
        let start = bytes.lazy.filter { $0 != 0x20 && $0 != 0x09 && $0 != 0x0D && $0 != 0x0A }.prefix(2)
        return start.elementsEqual(#"{""#.utf8)
    }

    /// One for all: it is never changed, and making one costs as much as decoding a small object.
    private static let decoder = JSONDecoder()
}

extension Request {
    var asksForWebSocket: Bool {
        headers["upgrade"]?.lowercased() == "websocket" && headers["sec-websocket-key"] != nil
    }

    /// Language tags of `Accept-Language` (RFC 9110 section 12.5.4), the dearest first; at most so many.
    var languagesPreferred: [String] {
        guard let field = headers["accept-language"] else { return [] }
        let ranges = field.split(separator: ",").prefix(Self.languagesMax).compactMap { range -> (String, Double)? in
            let parts = range.split(separator: ";").map { String($0.filter { $0 != " " }) }
            guard let tag = parts.first, tag != "*" else { return nil }
            let weight = parts.dropFirst().first { $0.hasPrefix("q=") }.flatMap { Double($0.dropFirst(2)) }
            // What weighs nothing is not wanted.
            return weight ?? 1 > 0 ? (tag, weight ?? 1) : nil
        }
        let ordered = ranges.enumerated().sorted { ($1.element.1, $0.offset) < ($0.element.1, $1.offset) }
        return ordered.map(\.element.0)
    }

    private static let languagesMax = 16
}
