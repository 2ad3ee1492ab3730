import Storage
import Web

/// One call of the API that was let in: the request and who sent it.
struct Call: Sendable {
    let request: Request
    let caller: Caller

    /// The body as `Shape`, or `Problem` 400 or 422.
    func read<Shape: InputShape>(_ shape: Shape.Type) throws(Problem) -> Shape {
        try Input.read(request.body, as: shape)
    }

    var query: QueryInput { QueryInput(request.query) }

    func idempotencyKey() throws(Problem) -> IdempotencyKey? { try IdempotencyKey(request, caller: caller.tokenID) }
}

/// What one route is for, as `/openapi.json` tells it.
struct RouteSummary: Sendable {
    let method: Method
    let pattern: String
    let about: String
    let scope: Scope?
    let body: [FieldDescription]?
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
    mutating func open(_ pattern: StaticString, _ about: String, _ handle: @escaping @Sendable (Request) -> Response) {
        router.get(pattern, .standard, handle)
        note(.get, pattern, about, nil)
    }

    /// A route for everybody that has to wait for something.
    mutating func openWaiting(
        _ pattern: StaticString, _ about: String, _ handle: @escaping @Sendable (Request) async -> Response
    ) {
        router.get(pattern, .standard, handle)
        note(.get, pattern, about, nil)
    }

    /// A route for whoever holds what it asks for, such as a session's token: no bearer token is needed.
    mutating func openPost<each P: PathParameter>(
        _ pattern: StaticString, _ about: String, takes shape: any InputShape.Type,
        _ handle: @escaping @Sendable (Request, repeat each P) async throws -> Response
    ) {
        router.post(pattern, .standard, forStrangers(handle))
        note(.post, pattern, about, nil, shape)
    }

    /// A route for whoever holds what it asks for, such as a session's token: no bearer token is needed.
    mutating func openGet<each P: PathParameter>(
        _ pattern: StaticString, _ about: String,
        _ handle: @escaping @Sendable (Request, repeat each P) async throws -> Response
    ) {
        router.get(pattern, .standard, forStrangers(handle))
        note(.get, pattern, about, nil)
    }

    private func forStrangers<each P: PathParameter>(
        _ handle: @escaping @Sendable (Request, repeat each P) async throws -> Response
    ) -> @Sendable (Request, repeat each P) async -> Response {
        let gate = gate
        return { (request: Request, parameter: repeat each P) async -> Response in
            do {
                try gate.admitStranger(request.peer)
                return try await handle(request, repeat each parameter)
            } catch {
                return Response(fault: error)
            }
        }
    }

    /// A route that becomes a WebSocket, and sees for itself who is calling: browsers cannot send a bearer token there.
    mutating func webSocket<each P: PathParameter>(
        _ pattern: StaticString, _ about: String,
        _ handle: @escaping @Sendable (Request, repeat each P) async throws -> Response
    ) {
        router.get(pattern, .standard, forStrangers(handle))
        note(.get, pattern, about, nil)
    }

    mutating func get<each P: PathParameter>(
        _ pattern: StaticString, needs scope: Scope, _ about: String, _ handle: @escaping Handle<repeat each P>
    ) {
        router.get(pattern, .standard, guarded(scope, handle))
        note(.get, pattern, about, scope)
    }

    mutating func post<each P: PathParameter>(
        _ pattern: StaticString, needs scope: Scope, _ about: String, takes shape: (any InputShape.Type)? = nil,
        limits: RouteLimits = .standard, _ handle: @escaping Handle<repeat each P>
    ) {
        router.post(pattern, limits, guarded(scope, handle))
        note(.post, pattern, about, scope, shape)
    }

    mutating func put<each P: PathParameter>(
        _ pattern: StaticString, needs scope: Scope, _ about: String, takes shape: any InputShape.Type,
        _ handle: @escaping Handle<repeat each P>
    ) {
        router.put(pattern, .standard, guarded(scope, handle))
        note(.put, pattern, about, scope, shape)
    }

    mutating func patch<each P: PathParameter>(
        _ pattern: StaticString, needs scope: Scope, _ about: String, takes shape: any InputShape.Type,
        _ handle: @escaping Handle<repeat each P>
    ) {
        router.patch(pattern, .standard, guarded(scope, handle))
        note(.patch, pattern, about, scope, shape)
    }

    mutating func delete<each P: PathParameter>(
        _ pattern: StaticString, needs scope: Scope, _ about: String, _ handle: @escaping Handle<repeat each P>
    ) {
        router.delete(pattern, .standard, guarded(scope, handle))
        note(.delete, pattern, about, scope)
    }

    private mutating func note(
        _ method: Method, _ pattern: StaticString, _ about: String, _ scope: Scope?,
        _ shape: (any InputShape.Type)? = nil
    ) {
        summaries.append(
            RouteSummary(
                method: method, pattern: pattern.description, about: about, scope: scope, body: shape?.fields))
    }

    private func guarded<each P: PathParameter>(
        _ scope: Scope, _ handle: @escaping Handle<repeat each P>
    ) -> @Sendable (Request, repeat each P) async -> Response {
        let gate = gate
        return { (request: Request, parameter: repeat each P) async -> Response in
            do {
                let caller = try gate.admit(request, needing: scope)
                return try await handle(Call(request: request, caller: caller), repeat each parameter)
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
