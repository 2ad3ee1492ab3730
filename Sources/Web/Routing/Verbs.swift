extension Router {
    /// Answers GET, and HEAD by the same handler with the body left out.
    public mutating func get<each P: PathParameter>(
        _ pattern: StaticString, _ limits: RouteLimits = .standard,
        _ handle: @escaping @Sendable (Request, repeat each P) -> Response
    ) {
        on(.get, pattern, limits, handle)
    }

    public mutating func get<each P: PathParameter>(
        _ pattern: StaticString, _ limits: RouteLimits = .standard,
        _ handle: @escaping @Sendable (Request, repeat each P) async -> Response
    ) {
        on(.get, pattern, limits, handle)
    }

    public mutating func post<each P: PathParameter>(
        _ pattern: StaticString, _ limits: RouteLimits = .standard,
        _ handle: @escaping @Sendable (Request, repeat each P) -> Response
    ) {
        on(.post, pattern, limits, handle)
    }

    public mutating func post<each P: PathParameter>(
        _ pattern: StaticString, _ limits: RouteLimits = .standard,
        _ handle: @escaping @Sendable (Request, repeat each P) async -> Response
    ) {
        on(.post, pattern, limits, handle)
    }

    public mutating func put<each P: PathParameter>(
        _ pattern: StaticString, _ limits: RouteLimits = .standard,
        _ handle: @escaping @Sendable (Request, repeat each P) -> Response
    ) {
        on(.put, pattern, limits, handle)
    }

    public mutating func put<each P: PathParameter>(
        _ pattern: StaticString, _ limits: RouteLimits = .standard,
        _ handle: @escaping @Sendable (Request, repeat each P) async -> Response
    ) {
        on(.put, pattern, limits, handle)
    }

    public mutating func patch<each P: PathParameter>(
        _ pattern: StaticString, _ limits: RouteLimits = .standard,
        _ handle: @escaping @Sendable (Request, repeat each P) -> Response
    ) {
        on(.patch, pattern, limits, handle)
    }

    public mutating func patch<each P: PathParameter>(
        _ pattern: StaticString, _ limits: RouteLimits = .standard,
        _ handle: @escaping @Sendable (Request, repeat each P) async -> Response
    ) {
        on(.patch, pattern, limits, handle)
    }

    public mutating func delete<each P: PathParameter>(
        _ pattern: StaticString, _ limits: RouteLimits = .standard,
        _ handle: @escaping @Sendable (Request, repeat each P) -> Response
    ) {
        on(.delete, pattern, limits, handle)
    }

    public mutating func delete<each P: PathParameter>(
        _ pattern: StaticString, _ limits: RouteLimits = .standard,
        _ handle: @escaping @Sendable (Request, repeat each P) async -> Response
    ) {
        on(.delete, pattern, limits, handle)
    }

    /// Registers a route for any method.
    public mutating func on<each P: PathParameter>(
        _ method: Method, _ pattern: StaticString, _ limits: RouteLimits = .standard,
        _ handle: @escaping @Sendable (Request, repeat each P) -> Response
    ) {
        add(method, pattern, limits, parameters: countOf(repeat (each P).self)) { Route.Action($0, handle) }
    }

    /// Registers a route for any method.
    public mutating func on<each P: PathParameter>(
        _ method: Method, _ pattern: StaticString, _ limits: RouteLimits = .standard,
        _ handle: @escaping @Sendable (Request, repeat each P) async -> Response
    ) {
        add(method, pattern, limits, parameters: countOf(repeat (each P).self)) { Route.Action($0, handle) }
    }
}

private func countOf<each P>(_ types: repeat (each P).Type) -> Int {
    var count = 0
    for _ in repeat each types { count += 1 }
    return count
}
