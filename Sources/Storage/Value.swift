/// One value bound to a `?` of a statement, in the five kinds SQLite stores.
public enum Value: Sendable, Equatable {
    case null
    case integer(Int64)
    case real(Double)
    case text(String)
    case blob([UInt8])

    /// The text, or NULL.
    public static func optional(_ text: String?) -> Value { text.map(Value.text) ?? .null }

    /// The integer, or NULL.
    public static func optional(_ integer: Int64?) -> Value { integer.map(Value.integer) ?? .null }

    /// The number, or NULL.
    public static func optional(_ real: Double?) -> Value { real.map(Value.real) ?? .null }

    /// A truth value as the tables keep it: 0 or 1.
    public static func truth(_ truth: Bool) -> Value { .integer(truth ? 1 : 0) }

    /// An integer of the machine's own width.
    public static func integer(_ integer: Int) -> Value { .integer(Int64(integer)) }
}
