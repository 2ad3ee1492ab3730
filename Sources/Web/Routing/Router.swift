/// Which handler answers which path.
///
/// A pattern is literal segments and parameters, `/api/messages/{id}`; the closure takes one value for each
/// parameter, in order, of any `PathParameter` type. A literal wins over a parameter. A closure that does not
/// suspend answers on the event loop with no task at all: it must take microseconds. One that suspends runs as a
/// task on the connection's loop and hops only where it awaits something that lives elsewhere.
///
/// Registering is start-up work: a wrong count of parameters, a doubled or an ambiguous pattern is a precondition
/// failure.
public struct Router: Sendable {
    /// Asked about every request that has a route, before its body is read: an answer refuses it. Runs on the event
    /// loop and must take microseconds.
    public var admit: (@Sendable (Request, RouteDescription) -> Response?)?

    /// Answers what no route does; nil answers 404. Like `admit` it is asked before the body is read, and on the loop.
    public var otherwise: (@Sendable (Request) -> Response)?

    private(set) var table: [Route] = []
    private var patterns: [RoutePattern] = []
    private var tree = RouteTree()

    public init() {}

    /// Every route in the order of registration: for metrics and for OpenAPI.
    public var routes: [RouteDescription] { table.map(\.description) }

    /// Answers without a socket, by the same table, limits and problems as the listener.
    ///
    /// HEAD is answered by GET's handler; its body is taken away and `content-length` tells what it was. The answer
    /// carries `x-request-id`.
    public func respond(to request: Request) async -> Response {
        var response = await answer(to: request)
        response.headers["x-request-id"] = request.id
        guard request.method == .head else { return response }
        if case .bytes(let bytes) = response.body { response.headers["content-length"] = String(bytes.count) }
        response.body = .bytes([])
        return response
    }

    private func answer(to request: Request) async -> Response {
        if let fault = request.fault { return fault.problem.response }
        switch decide(on: request) {
        case .refuse(let response):
            return response
        case .run(let route):
            guard request.body.count <= route.description.limits.bodyBytesMax else {
                return Problem.bodyTooLarge(limit: route.description.limits.bodyBytesMax).response
            }
            switch route.action {
            case .immediate(let handle): return handle(request)
            case .suspending(let handle): return await handle(request)
            }
        }
    }

    enum Decision {
        case run(Route)
        case refuse(Response)
    }

    /// What to do with a request whose head is known and whose body is not.
    func decide(on request: Request) -> Decision {
        guard !request.address.isAsterisk else { return .refuse(.allow(everything)) }
        switch tree.match(request.head.span.extracting(request.address.path), request.method) {
        case .route(let index):
            let route = table[index]
            if let admit, let refusal = admit(request, route.description) { return .refuse(refusal) }
            return .run(route)
        case .nothing:
            return .refuse(otherwise?(request) ?? Problem.notFound.response)
        case .otherMethods(let methods):
            guard request.method != .options else { return .refuse(.allow(methods)) }
            var response = Problem.methodNotAllowed(methods.list).response
            response.headers.add("allow", methods.list)
            return .refuse(response)
        }
    }

    /// - Precondition: see `Router`.
    mutating func add(
        _ method: Method, _ pattern: StaticString, _ limits: RouteLimits, parameters count: Int,
        _ action: (_ positions: [Int]) -> Route.Action
    ) {
        let pattern = RoutePattern(pattern)
        let positions = pattern.parameterPositions
        precondition(
            positions.count == count,
            "\(pattern.text) has \(positions.count) parameters and its handler takes \(count)")
        for (other, route) in zip(patterns, table) where route.description.method == method {
            let overlap = pattern.overlap(with: other)
            precondition(overlap != .same, "\(method.name) \(pattern.text) doubles \(other.text)")
            precondition(overlap != .ambiguous, "\(method.name) \(pattern.text) is ambiguous with \(other.text)")
        }
        tree.insert(pattern, method, route: table.count)
        patterns.append(pattern)
        let action = action(positions)
        if case .immediate = action {
            precondition(!limits.streamsBody, "\(pattern.text) streams its body: its handler must be async")
        }
        let description = RouteDescription(
            method: method, pattern: pattern.text, index: table.count, parameters: pattern.parameters, limits: limits)
        table.append(Route(description: description, action: action))
    }

    private var everything: MethodSet {
        table.reduce(into: MethodSet()) { $0.insert($1.description.method) }
    }
}

extension Response {
    /// The answer to OPTIONS.
    fileprivate static func allow(_ methods: MethodSet) -> Response {
        Response(.noContent, headers: ["allow": methods.list])
    }
}
