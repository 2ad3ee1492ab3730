/// `/api/messages/{id}/resend`, taken apart.
struct RoutePattern: Sendable {
    enum Segment: Sendable, Hashable {
        case literal(String)
        case parameter(String)
    }

    let text: String
    let segments: [Segment]

    /// - Precondition: begins with a slash, has no empty segment and no repeated parameter name.
    init(_ pattern: StaticString) {
        text = pattern.description
        precondition(text.hasPrefix("/"), "\(text): a pattern begins with a slash")
        let parts = text == "/" ? [] : text.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
        segments = parts.map { [text] part in
            precondition(!part.isEmpty, "\(text): a pattern has no empty segment")
            guard part.first == "{", part.last == "}", part.count > 2 else {
                precondition(!part.contains("{") && !part.contains("}"), "\(text): braces enclose a whole segment")
                return .literal(String(part))
            }
            return .parameter(String(part.dropFirst().dropLast()))
        }
        precondition(Set(parameters).count == parameters.count, "\(text): a parameter name is used twice")
    }

    /// Names of the parameters, in order.
    var parameters: [String] {
        segments.compactMap { if case .parameter(let name) = $0 { name } else { nil } }
    }

    /// Which segments are parameters.
    var parameterPositions: [Int] {
        segments.indices.filter { if case .parameter = segments[$0] { true } else { false } }
    }

    enum Overlap { case none, specific, same, ambiguous }

    /// How the paths of two patterns meet. `.specific`: some path fits both, and one pattern has a literal wherever
    /// the other has, so that "the literal wins" decides. `.ambiguous`: nothing decides.
    func overlap(with other: RoutePattern) -> Overlap {
        guard segments.count == other.segments.count else { return .none }
        var isNarrower = false
        var isWider = false
        for (mine, theirs) in zip(segments, other.segments) {
            switch (mine, theirs) {
            case (.literal(let left), .literal(let right)) where left != right: return .none
            case (.literal, .parameter): isNarrower = true
            case (.parameter, .literal): isWider = true
            case (.literal, .literal), (.parameter, .parameter): break
            }
        }
        return isNarrower && isWider ? .ambiguous : isNarrower || isWider ? .specific : .same
    }
}
