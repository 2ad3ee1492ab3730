/// One row of the route table.
public struct RouteDescription: Sendable, Hashable {
    public let method: Method
    /// As it was registered: `/api/messages/{id}`.
    public let pattern: String
    /// Position in `Router.routes`, and `Exchange.routeIndex`.
    public let index: Int
    /// The names in braces, in order.
    public let parameters: [String]
    public let limits: RouteLimits
}

/// A route with what answers it. An object, as each request holds its own: a copy would be ten references.
final class Route: Sendable {
    enum Action: Sendable {
        /// Answers on the spot: no task is made.
        case immediate(@Sendable (Request) -> Response)
        /// Runs in a task on the connection's loop.
        case suspending(@Sendable (Request) async -> Response)
    }

    let description: RouteDescription
    let action: Action

    init(description: RouteDescription, action: Action) {
        self.description = description
        self.action = action
    }
}

/// A path parameter did not read as its type: there is nothing at such a path.
private struct UnreadableParameter: Error {}

/// Reads the parameters of a path one after another.
private struct ParameterReader {
    let positions: [Int]
    var next = 0

    mutating func read<P: PathParameter>(_: P.Type, of request: Request) throws(UnreadableParameter) -> P {
        defer { next += 1 }
        guard let value = P(request.segment(at: positions[next])) else { throw UnreadableParameter() }
        return value
    }
}

extension Route.Action {
    init<each P: PathParameter>(
        _ positions: [Int], _ handle: @escaping @Sendable (Request, repeat each P) -> Response
    ) {
        self = .immediate { request in
            var reader = ParameterReader(positions: positions)
            do throws(UnreadableParameter) {
                return handle(request, repeat try reader.read((each P).self, of: request))
            } catch {
                return Problem.notFound.response
            }
        }
    }

    init<each P: PathParameter>(
        _ positions: [Int], _ handle: @escaping @Sendable (Request, repeat each P) async -> Response
    ) {
        self = .suspending { request in
            var reader = ParameterReader(positions: positions)
            do throws(UnreadableParameter) {
                let parameters = (repeat try reader.read((each P).self, of: request))
                return await handle(request, repeat each parameters)
            } catch {
                return Problem.notFound.response
            }
        }
    }
}

extension Request {
    /// The decoded segment at `index`, which the matched pattern has.
    func segment(at index: Int) -> Substring {
        var start = address.path.lowerBound + 1
        for _ in 0..<index {
            while head[start] != .slash { start += 1 }
            start += 1
        }
        var end = start
        while end < address.path.upperBound, head[end] != .slash { end += 1 }
        return Substring(decoding: head[start..<end], as: UTF8.self)
    }
}
