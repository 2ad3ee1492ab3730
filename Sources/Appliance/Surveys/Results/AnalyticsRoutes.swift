import Storage
import Web

/// `/api/surveys/{id}/analytics`: the figures of a survey, once or as they change.
struct AnalyticsRoutes: Sendable {
    let database: Database
    let gate: Gate
    let live: LiveAnalytics
    let lookup: SurveyLookup

    /// How long who watches may take to send a token.
    static let tokenPatience = Duration.seconds(10)
    /// Watchers say nothing but their token.
    static let messageBytesMax = 4 << 10

    func register(in routes: inout Routes) {
        routes.get(
            "/api/surveys/{id}/analytics", needs: .surveysRead, "Counts sessions and answers of a survey.",
            query: [
                .whole("version", from: 1, "Only sessions of that version; all versions when left out."),
                .text("language", "Only sessions held in that language."),
                .day("since", "Only sessions that began on that day (UTC) or later."),
                .day("until", "Only sessions that began before that day (UTC)."),
                .words("by", AnalyticsPart.self, "Adds the figures of each day, version, language."),
            ],
            answers: [.json(SurveyAnalytics.self, .ok, "The figures.")]
        ) { call, id in
            try await show(id, call)
        }
        routes.webSocket(
            "/api/surveys/{id}/analytics/live",
            "Sends the counts of a survey, then what changes, over a WebSocket; its first message may be the token."
        ) { request, id in
            try await watch(id, request)
        }
    }

    private func show(_ id: String, _ call: Call) async throws -> Response {
        var query = call.query
        let since = query.day("since"), until = query.day("until")
        let parts = Set(query.words("by", as: AnalyticsPart.self))
        let (version, language) = (query.whole("version"), query.text("language"))
        try query.finish()
        let first = since?.day ?? 0
        let filter = AnalyticsFilter(
            version: version, language: language, days: first..<max(first, until?.day ?? .max))
        let analytics = try await database.read { [lookup] snapshot throws(StorageError) in
            try snapshot.analytics(of: id, filter, by: parts, lookup)
        }
        guard let analytics else { throw Problem.notFound("survey, or no such version of it") }
        return .json(analytics)
    }

    private func watch(_ id: String, _ request: Request) async throws -> Response {
        guard request.headers["authorization"] != nil || gate.knows(request) else {
            return .webSocket(WebSocket.Limits(messageBytesMax: Self.messageBytesMax)) { socket in
                do throws(Problem) {
                    let token = await token(from: socket)
                    let caller = try gate.admit(token, from: socket.origin, needing: .surveysRead)
                    await watch(id, socket, caller)
                } catch {
                    await socket.send(error.message)
                    socket.close(.policyViolation, error.code)
                }
            }
        }
        let caller = try gate.admit(request, needing: .surveysRead)
        let isThere = try await database.read { snapshot throws(StorageError) in try snapshot.surveyHead(id) != nil }
        guard isThere else { throw Problem.notFound("survey") }
        return .webSocket(WebSocket.Limits(messageBytesMax: Self.messageBytesMax)) { socket in
            await watch(id, socket, caller)
        }
    }

    private func watch(_ id: String, _ socket: WebSocket, _ caller: Caller) async {
        do throws(StorageError) {
            if try await live.watch(id, socket, while: { [gate] in gate.isWelcome(caller) }) { return }
            await socket.send(Problem.notFound("survey").message)
            socket.close(.policyViolation, "not_found")
        } catch {
            await socket.send(Problem(error).message)
            socket.close(.tryAgainLater, error.code)
        }
    }

    /// The token of the first message, `{"type":"token","token":"…"}`; nil when it is anything else or does not come.
    private func token(from socket: WebSocket) async -> String? {
        let patience = Task {
            try await Task.sleep(for: Self.tokenPatience)
            socket.close(.policyViolation, "auth.unauthenticated")
        }
        defer { patience.cancel() }
        var messages = socket.messages.makeAsyncIterator()
        guard let message = await messages.next(), case .object(let fields) = JSONValue(message.bytes),
            fields["type"] == .text("token"), case .text(let token) = fields["token"]
        else { return nil }
        return token
    }
}

extension Problem {
    /// As a WebSocket hears of it.
    fileprivate var message: WebSocket.Message {
        .text(utf8: JSON.bytes(["type": "error", "code": code, "text": detail]))
    }
}
