/// Finds the route of a path, segment by segment. A literal wins over a parameter at the same place.
struct RouteTree: Sendable {
    enum Match: Hashable {
        case route(Int)
        /// The path exists, but not for this method.
        case otherMethods(MethodSet)
        case nothing
    }

    private struct Branch: Sendable {
        let name: [UInt8]
        let node: Int
    }

    private struct Node: Sendable {
        var literals: [Branch] = []
        var parameter: Int?
        var routes = [Int?](repeating: nil, count: Method.allCases.count)
    }

    private var nodes = [Node()]

    /// - Precondition: no route of that pattern's shape and method is there yet.
    mutating func insert(_ pattern: RoutePattern, _ method: Method, route: Int) {
        var node = 0
        for segment in pattern.segments { node = child(of: node, for: segment) }
        precondition(nodes[node].routes[method.index] == nil, "\(method.name) \(pattern.text) is there already")
        nodes[node].routes[method.index] = route
    }

    /// - Parameter path: decoded, beginning with a slash.
    func match(_ path: Span<UInt8>, _ method: Method) -> Match {
        var others = MethodSet()
        if let route = find(path, from: path.count == 1 ? 1 : 0, at: 0, method, &others) { return .route(route) }
        return others.isEmpty ? .nothing : .otherMethods(others)
    }

    private mutating func child(of node: Int, for segment: RoutePattern.Segment) -> Int {
        switch segment {
        case .literal(let name):
            let bytes = Array(name.utf8)
            if let branch = nodes[node].literals.first(where: { $0.name == bytes }) { return branch.node }
            nodes[node].literals.append(Branch(name: bytes, node: nodes.count))
        case .parameter:
            if let parameter = nodes[node].parameter { return parameter }
            nodes[node].parameter = nodes.count
        }
        nodes.append(Node())
        return nodes.count - 1
    }

    /// Goes down from `node`; `start` is at the slash before the next segment, or at the end of the path.
    ///
    /// Tries the literal first and comes back for the parameter when the literal leads nowhere: at most two ways at
    /// each segment that has both, and patterns are few and written by us.
    private func find(
        _ path: Span<UInt8>, from start: Int, at node: Int, _ method: Method, _ others: inout MethodSet
    ) -> Int? {
        guard start < path.count else { return route(at: node, method, &others) }
        let begin = start + 1
        let end = path.firstIndex(of: .slash, from: begin) ?? path.count
        guard end > begin else { return nil }
        let segment = path.extracting(begin..<end)
        for branch in nodes[node].literals where segment.equals(branch.name) {
            if let found = find(path, from: end, at: branch.node, method, &others) { return found }
        }
        guard let parameter = nodes[node].parameter else { return nil }
        return find(path, from: end, at: parameter, method, &others)
    }

    private func route(at node: Int, _ method: Method, _ others: inout MethodSet) -> Int? {
        let routes = nodes[node].routes
        if let route = routes[method.index] { return route }
        if method == .head, let route = routes[Method.get.index] { return route }
        for other in Method.allCases where routes[other.index] != nil { others.insert(other) }
        return nil
    }
}

/// The methods a path answers, as `Allow` lists them.
struct MethodSet: Hashable, Sendable {
    private var bits: UInt8 = 0

    var isEmpty: Bool { bits == 0 }

    /// GET brings HEAD, and whatever is there answers OPTIONS.
    mutating func insert(_ method: Method) {
        bits |= 1 << method.index
        if method == .get { bits |= 1 << Method.head.index }
        bits |= 1 << Method.options.index
    }

    var list: String {
        Method.allCases.filter { bits & (1 << $0.index) != 0 }.map(\.name).joined(separator: ", ")
    }
}

extension Span where Element == UInt8 {
    @inline(__always)
    func equals(_ other: [UInt8]) -> Bool {
        guard count == other.count else { return false }
        for index in 0..<count where self[index] != other[index] { return false }
        return true
    }
}
