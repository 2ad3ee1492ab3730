import Storage
import Web

/// One call of the API that was let in: the request and who sent it.
struct Call: Sendable {
    let request: Request
    let caller: Caller
    /// The parameters that the route takes.
    let parameters: [FieldDescription]
    /// Whether the route says that it honours an `Idempotency-Key`.
    var isOnce = false

    /// The body as `Shape`, or `Problem` 400 or 422.
    func read<Shape: InputShape>(_ shape: Shape.Type) throws(Problem) -> Shape {
        try Input.read(request.body, as: shape)
    }

    var query: QueryInput { QueryInput(request.query, parameters) }

    /// - Precondition: the route says that it takes one.
    func idempotencyKey() throws(Problem) -> IdempotencyKey? {
        precondition(isOnce, "the route does not say once: true")
        return try IdempotencyKey(request, caller: caller.id)
    }
}

/// What one route is for, as `/openapi.json` tells it.
struct RouteSummary: Sendable {
    let method: Method
    let pattern: String
    let about: String
    let scope: Scope?
    /// Nil for what is not counted.
    let rate: RateClass?
    let query: [FieldDescription]
    let body: (any InputShape.Type)?
    let answers: [AnswerSummary]
    /// Media type of a body that is no JSON.
    let content: String?
    /// Whether an `Idempotency-Key` makes its repeats one call.
    let isOnce: Bool
}

/// The table of routes while it is being laid: every feature adds its own.
///
/// Each route says who may call it and what it takes, once; the gate, the answers to faults and the description of
/// the API all come from that.
struct Routes {
    private(set) var router = Router()
    private(set) var summaries: [RouteSummary] = []
    private let gate: Gate

    init(gate: Gate) { self.gate = gate }

    typealias Handle<each P> = @Sendable (Call, repeat each P) async throws -> Response

    /// A route for everybody, answered on the event loop: it must not block or wait.
    mutating func open(
        _ pattern: StaticString, _ about: String, answers: [AnswerSummary] = [],
        _ handle: @escaping @Sendable (Request) -> Response
    ) {
        router.get(pattern, .standard, handle)
        note(.get, pattern, about, nil, nil, [], nil, answers)
    }

    /// A route for everybody that has to wait for something.
    mutating func openWaiting(
        _ pattern: StaticString, _ about: String, answers: [AnswerSummary] = [],
        _ handle: @escaping @Sendable (Request) async -> Response
    ) {
        router.get(pattern, .standard, handle)
        note(.get, pattern, about, nil, nil, [], nil, answers)
    }

    /// The longest answer of a customer, every byte of it escaped, is 192 KiB.
    private var strangersBytesMax: Int { 256 << 10 }

    /// A route for whoever holds what it asks for, such as a session's token: no bearer token is needed.
    mutating func openPost<each P: PathParameter>(
        _ pattern: StaticString, _ about: String, query: [FieldDescription] = [], takes shape: any InputShape.Type,
        rate: RateClass = .posting, answers: [AnswerSummary] = [],
        _ handle: @escaping @Sendable (Request, repeat each P) async throws -> Response
    ) {
        router.post(pattern, RouteLimits(bodyBytesMax: strangersBytesMax), forStrangers(rate, handle))
        note(.post, pattern, about, nil, rate, query, shape, answers)
    }

    /// A route for whoever holds what it asks for, such as a session's token: no bearer token is needed.
    mutating func openGet<each P: PathParameter>(
        _ pattern: StaticString, _ about: String, query: [FieldDescription] = [], rate: RateClass = .general,
        answers: [AnswerSummary] = [], _ handle: @escaping @Sendable (Request, repeat each P) async throws -> Response
    ) {
        router.get(pattern, .standard, forStrangers(rate, handle))
        note(.get, pattern, about, nil, rate, query, nil, answers)
    }

    private func forStrangers<each P: PathParameter>(
        _ rate: RateClass, _ handle: @escaping @Sendable (Request, repeat each P) async throws -> Response
    ) -> @Sendable (Request, repeat each P) async -> Response {
        let gate = gate
        return { (request: Request, parameter: repeat each P) async -> Response in
            do {
                try gate.admitStranger(request.origin, rate)
                return try await handle(request, repeat each parameter)
            } catch {
                return Response(fault: error)
            }
        }
    }

    /// A route that becomes a WebSocket, and sees for itself who is calling: browsers cannot send a bearer token there.
    mutating func webSocket<each P: PathParameter>(
        _ pattern: StaticString, _ about: String, query: [FieldDescription] = [], rate: RateClass = .general,
        _ handle: @escaping @Sendable (Request, repeat each P) async throws -> Response
    ) {
        router.get(pattern, .standard, forStrangers(rate, handle))
        note(.get, pattern, about, nil, rate, query, nil, [.webSocket])
    }

    mutating func get<each P: PathParameter>(
        _ pattern: StaticString, needs scope: Scope, _ about: String, query: [FieldDescription] = [],
        answers: [AnswerSummary] = [], _ handle: @escaping Handle<repeat each P>
    ) {
        router.get(pattern, .standard, guarded(scope, query, handle))
        note(.get, pattern, about, scope, .general, query, nil, answers)
    }

    /// - Parameter once: whether the handler takes the call's `Idempotency-Key`.
    mutating func post<each P: PathParameter>(
        _ pattern: StaticString, needs scope: Scope, _ about: String, query: [FieldDescription] = [],
        takes shape: (any InputShape.Type)? = nil, takesContent content: String? = nil, once: Bool = false,
        limits: RouteLimits = .standard, answers: [AnswerSummary] = [], _ handle: @escaping Handle<repeat each P>
    ) {
        router.post(pattern, limits, guarded(scope, query, once: once, handle))
        note(.post, pattern, about, scope, .general, query, shape, answers, content: content, once: once)
    }

    mutating func put<each P: PathParameter>(
        _ pattern: StaticString, needs scope: Scope, _ about: String, takes shape: any InputShape.Type,
        once: Bool = false, answers: [AnswerSummary] = [], _ handle: @escaping Handle<repeat each P>
    ) {
        router.put(pattern, .standard, guarded(scope, [], once: once, handle))
        note(.put, pattern, about, scope, .general, [], shape, answers, once: once)
    }

    mutating func patch<each P: PathParameter>(
        _ pattern: StaticString, needs scope: Scope, _ about: String, takes shape: any InputShape.Type,
        answers: [AnswerSummary] = [], _ handle: @escaping Handle<repeat each P>
    ) {
        router.patch(pattern, .standard, guarded(scope, [], handle))
        note(.patch, pattern, about, scope, .general, [], shape, answers)
    }

    mutating func delete<each P: PathParameter>(
        _ pattern: StaticString, needs scope: Scope, _ about: String, query: [FieldDescription] = [],
        answers: [AnswerSummary] = [], _ handle: @escaping Handle<repeat each P>
    ) {
        router.delete(pattern, .standard, guarded(scope, query, handle))
        note(.delete, pattern, about, scope, .general, query, nil, answers)
    }

    private mutating func note(
        _ method: Method, _ pattern: StaticString, _ about: String, _ scope: Scope?, _ rate: RateClass?,
        _ query: [FieldDescription], _ shape: (any InputShape.Type)?, _ answers: [AnswerSummary],
        content: String? = nil, once: Bool = false
    ) {
        // A key is told apart by path and body: see `IdempotencyKey.digest`.
        let isAmbiguous = !query.isEmpty || summaries.contains { $0.isOnce && $0.pattern == pattern.description }
        precondition(!once || !isAmbiguous, "\(pattern) would take other calls for repeats of one")
        summaries.append(
            RouteSummary(
                method: method, pattern: pattern.description, about: about, scope: scope, rate: rate, query: query,
                body: shape, answers: answers, content: content, isOnce: once))
    }

    private func guarded<each P: PathParameter>(
        _ scope: Scope, _ query: [FieldDescription], once: Bool = false, _ handle: @escaping Handle<repeat each P>
    ) -> @Sendable (Request, repeat each P) async -> Response {
        let gate = gate
        return { (request: Request, parameter: repeat each P) async -> Response in
            do {
                let caller = try gate.admit(request, needing: scope)
                let call = Call(request: request, caller: caller, parameters: query, isOnce: once)
                if query.isEmpty {
                    var none = call.query
                    try none.finish()
                }
                return try await handle(call, repeat each parameter)
            } catch {
                return Response(fault: error)
            }
        }
    }
}

extension Response {
    /// The one place where what a handler throws becomes an answer.
    init(fault: any Error) {
        switch fault {
        case let problem as Problem:
            self = problem.response
            // RFC 9110 section 11.6.1: a 401 names the way in.
            if problem.status == .unauthorized { headers.add("www-authenticate", "Bearer") }
        case let error as StorageError: self = Problem(error).response
        case let fault as BodyFault: self = fault.problem.response
        default: self = Problem(.internalError, "internal", "Something went wrong here.").response
        }
    }
}
