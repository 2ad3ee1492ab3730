/// What one `{name}` of a path pattern may stand for.
public protocol PathParameter: SendableMetatype {
    /// Reads a decoded, non-empty path segment; nil answers 404, as there is nothing at such a path.
    init?(_ segment: Substring)
}

extension String: PathParameter {}

extension Int: PathParameter {
    /// Decimal digits in their one canonical form: no plus sign, no leading zero.
    public init?(_ segment: Substring) {
        guard let value = Int(segment, radix: 10), String(value) == segment else { return nil }
        self = value
    }
}
