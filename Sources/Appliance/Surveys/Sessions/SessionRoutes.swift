import Outbound
import Storage
import Web

/// Conversations over plain HTTP: begin or go on, answer, look. The session's token is all that a client needs.
struct SessionRoutes: Sendable {
    let conversations: Conversations

    func register(in routes: inout Routes) {
        routes.openPost(
            "/api/surveys/{id}/sessions", "Begins the conversation of a survey, or goes on with it.",
            takes: SessionDraft.self,
            answers: [
                .json(StandingReport.self, .created, "The conversation has begun."),
                .json(StandingReport.self, .ok, "It goes on, or there is none to be had, as its message says."),
            ]
        ) { request, survey in
            try await open(survey, request)
        }
        routes.openGet(
            "/api/sessions/{token}", "Shows where a conversation is, and what was said.", query: Self.parameters,
            answers: [.json(StandingReport.self)]
        ) { request, token in
            try await show(token, request)
        }
        routes.openPost(
            "/api/sessions/{token}/answers", "Takes an answer.", takes: AnswerDraft.self,
            answers: [.json(StandingReport.self, .ok, "What the bot says to it.")]
        ) { request, token in
            try await answer(token, request)
        }
    }

    private static let parameters: [FieldDescription] = [
        .whole("since", from: 0, "The last 'seq' that was seen: shows what came after it.")
    ]

    private func open(_ survey: String, _ request: Request) async throws -> Response {
        let draft = try Input.read(request.body, as: SessionDraft.self)
        let wish = Wish(
            survey: survey, invitation: draft.invitation, customer: draft.customer, language: draft.language,
            languagesPreferred: request.languagesPreferred)
        switch try await conversations.open(wish) {
        case .ended(let ended): return ended.response(of: survey)
        case .conversation(let standing):
            // Taken up again here, it goes on where it is shown.
            if !standing.isNew { try await conversations.show(standing) }
            return response(standing, standing.isNew ? .created : .ok)
        }
    }

    private func show(_ token: String, _ request: Request) async throws -> Response {
        var query = QueryInput(request.query, Self.parameters)
        let seq = query.whole("since") ?? 0
        try query.finish()
        return response(try await conversations.read(token, since: seq))
    }

    private func answer(_ token: String, _ request: Request) async throws -> Response {
        guard let right = conversations.key.right(of: token) else { throw Problem.sessionUnknown }
        let draft = try Input.read(request.body, as: AnswerDraft.self)
        var said = try Saying(draft.text, key: draft.key, question: draft.question)
        said.request = request.id
        let standing = try await conversations.answer(said, by: right)
        try await conversations.show(standing)
        return response(standing)
    }

    private func response(_ standing: Standing, _ status: Status = .ok) -> Response {
        var writer = JSONWriter(capacity: 1_024)
        writer.open()
        writer.fields(of: standing, token: conversations.key.token(for: standing.session.right))
        writer.name("messages")
        writer.openList()
        for turn in standing.turns {
            writer.item()
            writer.fields(of: turn, in: standing)
            writer.close()
        }
        writer.closeList()
        writer.field("question", standing.question)
        writer.close()
        return Response.json(writer.bytes, status)
    }
}

extension Entry.Ended {
    /// The same shape as for a conversation, of which there is none.
    fileprivate func response(of survey: String) -> Response {
        var writer = JSONWriter(capacity: 256)
        writer.open()
        writer.field("session", nil as String?)
        writer.field("survey", survey)
        writer.field("language", language)
        writer.field("status", status)
        writer.field("seq", 0)
        writer.name("messages")
        writer.openList()
        writer.item()
        writer.field("type", BotMessage.Kind.end.rawValue)
        writer.field("text", text)
        writer.close()
        writer.closeList()
        writer.field("question", nil as OpenQuestion?)
        writer.close()
        return Response.json(writer.bytes)
    }
}

/// How a client asks for a survey over HTTP.
struct SessionDraft: InputShape {
    private static let customer = Field.text("customer", 1...Customer.idCharactersMax, "Who they are, by their id.")
        .optional
    private static let invitation = Field.text("invitation", 1...Invitation.tokenBytesMax, "What their link carries.")
        .optional
    private static let language = Field.text("language", 1...35, "The language they want, such as 'pt-br'.").optional

    static let fields = [customer.description, invitation.description, language.description]
    static let example = #"{"customer":"john","language":"en"}"#

    let customer: String?
    let invitation: String?
    let language: String?

    init(_ input: inout Input) {
        customer = input.take(Self.customer)
        invitation = input.take(Self.invitation)
        language = input.take(Self.language)
    }
}

/// One answer over HTTP.
struct AnswerDraft: InputShape {
    private static let text = Field.text("text", 0...Saying.bytesMax, "What the customer says.")
    private static let key = Field.text(
        "key", 1...Saying.keyBytesMax, "Names this answer: sent again under the same key it counts once.").optional
    private static let question = Field.text(
        "question", 1...64, "The question it is meant for; refused when another one is open.").optional

    static let fields = [text.description, key.description, question.description]
    static let example = #"{"text":"chocolate","key":"k1","question":"flavour"}"#

    let text: String
    let key: String?
    let question: String?

    init(_ input: inout Input) {
        text = input.take(Self.text)
        key = input.take(Self.key)
        question = input.take(Self.question)
    }
}
